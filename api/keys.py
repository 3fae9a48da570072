"""Who calls: API keys with the scopes read < write < admin, shown as a bearer token or as a Basic password."""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from api.errors import KeyNeeded
from recommender.errors import NotAllowed
from recommender.library import Library
from recommender.library.access import SCOPES
from recommender.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_PATHS = frozenset({"/healthz"})
ASKING_PATHS = frozenset({"/v1/match", "/v1/compliance/check"})  # POST only because the question is long; nothing is written
LONGEST_KEY = 200
Shown = HTTPAuthorizationCredentials | None
_NAMES = {"read": "读（read）", "write": "写（write）", "admin": "管理（admin）"}

# Only describes the scheme in the OpenAPI document; `identify` does the work, for every path and before any body is read.
bearer = HTTPBearer(scheme_name="ApiKey", description="zhongcao keys create 给出的密钥：Authorization: Bearer zc_…", auto_error=False)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls and what they may do. `key_id` is empty for a local caller without a key."""

    key_id: str
    name: str
    rank: int  # place of the highest scope in SCOPES

    def may(self, scope: str) -> bool:
        """Whether the caller's scopes include `scope`."""
        return self.rank >= SCOPES.index(scope)


def is_loopback(host: str) -> bool:
    """Whether a host name or address only reaches this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def keys_needed(settings: Settings) -> bool:
    """Whether callers must show a key: always where others than this machine can reach the service."""
    return settings.require_keys or not is_loopback(settings.host)


def identify(authorization: str | None, library: Library, settings: Settings) -> Caller:
    """The caller behind an Authorization header. Raises `KeyNeeded` for none where one is needed, and for a wrong one anywhere."""
    if authorization is None:
        if keys_needed(settings):
            raise KeyNeeded("需要密钥：请在请求头写 Authorization: Bearer zc_…；密钥由 zhongcao keys create 生成。")
        return Caller("", "", len(SCOPES) - 1)
    secret = _secret(authorization)
    key = library.keys.check(secret) if secret else None
    if key is None:
        raise KeyNeeded("密钥不对或已经作废，请用 zhongcao keys 查看并换一个。")
    return Caller(key.id, key.name, max((SCOPES.index(scope) for scope in key.scopes), default=-1))


def check_scope(caller: Caller, scope: str) -> None:
    """Raises `NotAllowed` where the caller's key lacks the scope."""
    if not caller.may(scope):
        raise NotAllowed(f"这个密钥没有{_NAMES[scope]}权限。")


async def caller(request: Request) -> Caller:
    """The caller that the gate identified; a FastAPI dependency, async because FastAPI takes the others to a thread and back."""
    found: Caller = request.state.caller
    return found


async def allowed(scopes: SecurityScopes, found: Annotated[Caller, Depends(caller)], _shown: Annotated[Shown, Depends(bearer)]) -> Caller:
    """The caller, if it has every scope that the route names; the OpenAPI document shows the same scopes."""
    for scope in scopes.scopes:
        check_scope(found, scope)
    return found


Reader = Annotated[Caller, Security(allowed, scopes=["read"])]
Writer = Annotated[Caller, Security(allowed, scopes=["write"])]
Admin = Annotated[Caller, Security(allowed, scopes=["admin"])]


def require(scope: str) -> Callable[..., Awaitable[Caller]]:
    """A FastAPI dependency for pages that lets only callers with `scope` through."""

    async def checked(found: Annotated[Caller, Depends(caller)]) -> Caller:
        check_scope(found, scope)
        return found

    return checked


def _secret(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    value = value.strip()
    if scheme.lower() == "basic":
        try:
            value = base64.b64decode(value, validate=True).decode("utf-8").partition(":")[2]
        except (binascii.Error, ValueError):
            return ""
    elif scheme.lower() != "bearer":
        return ""
    return value if len(value) <= LONGEST_KEY else ""

"""What every request passes first: host, origin, key and size; and what every answer carries: the security headers."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from anyio.to_thread import run_sync
from fastapi import Request, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import challenge, problem, status_of
from api.filling import MOST_UPLOAD_BYTES
from api.keys import ASKING_PATHS, OPEN_PATHS, SAFE_METHODS, check_scope, identify, is_loopback
from api.services import Services
from recommender.errors import ZhongcaoError

logger = logging.getLogger(__name__)
MOST_BODY_BYTES = 2_000_000
UPLOAD_PATHS = frozenset({"/v1/imports", "/v1/sources/opml", "/imports", "/sources/opml"})  # forms with a file
CLIP_PATHS = frozenset({"/v1/contents/clip", "/clip"})  # a whole page, which JSON makes up to twice and a form three times as long
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "testserver"})


class Gate:
    """ASGI middleware, the outermost of the application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with a problem."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        started = False

        async def send_marked(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/v1/"):
                    headers.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        try:
            refusal = await self._refusal(request)
            most = _most_bytes(request)
            body = await _body(request.method, request.headers, receive, most) if refusal is None else b""
            if body is None:
                refusal = problem(request, 413, f"请求正文最多 {most // 1_000_000} MB，请分几次发。")
            elif refusal is None:
                await self.app(scope, _replay(body, receive), send_marked)
                return
        except Exception:
            logger.exception("unexpected error at %s %s", scope["method"], scope["path"][:200].encode("ascii", "backslashreplace").decode())
            if started:
                raise
            refusal = problem(request, 500)
        await refusal(scope, receive, send_marked)

    async def _refusal(self, request: Request) -> Response | None:
        services: Services = request.app.state.services
        headers, settings = request.headers, services.settings
        public = urlsplit(settings.public_url) if settings.public_url else None
        if is_loopback(settings.host) and _host_name(headers) not in LOCAL_HOSTS | {(public.hostname or "") if public else "localhost"}:
            # A page elsewhere can point its own name at 127.0.0.1; such requests carry that name.
            return problem(
                request, 400, "这个服务只在本机使用，请用 http://127.0.0.1 或 http://localhost 打开，或在设置里写明 public_url。"
            )
        if request.method not in SAFE_METHODS and _foreign(headers, f"{public.scheme}://{public.netloc}" if public else ""):
            return problem(request, 403, "不接受从别的网站发来的修改请求。")
        if request.url.path in OPEN_PATHS:
            return None
        try:
            authorization = headers.get("authorization")
            if authorization is None:  # needs no look at the library, so no thread
                found = identify(None, services.library, settings)
            else:
                found = await run_sync(identify, authorization, services.library, settings)
            # The least that any route asks for; `require` on the route may ask for more, and an unmarked route is never open.
            reads = request.method in SAFE_METHODS or request.url.path in ASKING_PATHS
            check_scope(found, "read" if reads else "write")
        except ZhongcaoError as error:
            status = status_of(error)
            return problem(request, status, error.message, headers=challenge(request) if status == 401 else None)
        request.state.caller = found
        if not request.url.path.startswith("/v1/") or request.method in SAFE_METHODS:
            return None
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        empty = headers.get("content-length", "") == "0" or ("content-length" not in headers and "transfer-encoding" not in headers)
        if request.url.path in UPLOAD_PATHS:
            if not empty and kind != "multipart/form-data":
                return problem(request, 415, "请用 multipart/form-data 上传，文件放在名为 file 的一栏里。")
        elif not empty and not (kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))):
            return problem(request, 415, "请求正文应为 JSON，并写明 Content-Type: application/json。")
        return None


def _host_name(headers: Headers) -> str:
    host = headers.get("host", "").strip().lower()
    if host.startswith("["):
        return host[1 : host.find("]")]
    return host.partition(":")[0].rstrip(".")


def _foreign(headers: Headers, public_origin: str) -> bool:
    """Whether a browser says that another site made the request. Tools that are no browser send neither header."""
    site = headers.get("sec-fetch-site")
    if site is not None:  # no page can forge it, and unlike Origin it is right under every referrer policy
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return False
    return origin.partition("://")[2].lower() != headers.get("host", "").lower() and origin.lower() != (public_origin.lower() or None)


def _most_bytes(request: Request) -> int:
    """The largest body that this path takes."""
    if request.url.path in UPLOAD_PATHS:
        return MOST_UPLOAD_BYTES + MOST_BODY_BYTES
    if request.url.path in CLIP_PATHS:
        services: Services = request.app.state.services
        return 3 * services.settings.max_page_bytes + MOST_BODY_BYTES
    return MOST_BODY_BYTES


async def _body(method: str, headers: Headers, receive: Receive, most_bytes: int) -> bytes | None:
    """The whole body, b"" for methods without one, None where it is too large."""
    if method in SAFE_METHODS:
        return b""
    length = headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and (len(length) > 12 or int(length) > most_bytes):
        return None
    found = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(found)
        found += message.get("body", b"")
        if len(found) > most_bytes:
            return None
        if not message.get("more_body", False):
            return bytes(found)


def _replay(body: bytes, receive: Receive) -> Receive:
    """`receive` that gives the body that was read already, then what comes after it."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again

"""Answers that may be asked for twice: writes with an Idempotency-Key are done once, reads carry an ETag."""

from __future__ import annotations

import hashlib
import re
import threading

import orjson
from anyio.to_thread import run_sync
from fastapi import Request, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem
from api.keys import SAFE_METHODS, Caller
from api.services import Services

LONGEST_KEY = 160
UNSTEADY = re.compile(rb'"took_ms":[0-9.]+')  # says nothing about what was found; inside a text its quotes would be escaped
KEPT_HEADERS = ("content-type", "location", "etag")


class IdempotentWrites:
    """ASGI middleware inside the gate: same caller, key, route and body give the answer once given; another body is a conflict.

    Only answers of success are kept, so that a refused request can be mended and sent again under its key.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._running: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or pass the request on and keep its answer."""
        write = scope["type"] == "http" and scope["method"] not in SAFE_METHODS and scope["path"].startswith("/v1/")
        key = Headers(scope=scope).get("idempotency-key") if write else None
        if key is None:
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        if not 0 < len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
            message = f"应为 1 到 {LONGEST_KEY} 个可见的 ASCII 字符"
            errors = [{"field": "Idempotency-Key", "message": message}]
            await problem(request, 422, f"Idempotency-Key：{message}。", errors=errors)(scope, receive, send)
            return
        first = await receive()  # the gate hands the body over in one piece
        body: bytes = first.get("body", b"")
        route = _route(request)
        mark = hashlib.sha256(scope.get("query_string", b"") + b"\0" + _without_boundary(body, request)).hexdigest()
        with self._lock:
            busy = (key, route) in self._running
            self._running.add((key, route))
        if busy:
            await problem(request, 409, "同一个 Idempotency-Key 的请求正在处理，请稍后再试。")(scope, receive, send)
            return
        try:
            await self._once(request, key, route, mark, _given(first, receive), send)
        finally:
            with self._lock:
                self._running.discard((key, route))

    async def _once(self, request: Request, key: str, route: str, mark: str, receive: Receive, send: Send) -> None:
        services: Services = request.app.state.services
        kept = await run_sync(services.library.idempotency.get, key, route)
        if kept is not None:
            if kept.body_fingerprint != mark:
                await problem(request, 409, "这个 Idempotency-Key 已经用于另一个内容不同的请求。")(request.scope, receive, send)
                return
            headers, text = orjson.loads(kept.body)
            again = Response(text, kept.status, {**headers, "Idempotent-Replayed": "true"})
            await again(request.scope, receive, send)
            return
        recorder = _Recorder()
        await self.app(request.scope, receive, recorder.take)
        if 200 <= recorder.status < 300:
            headers = {name: value for name in KEPT_HEADERS if (value := recorder.headers.get(name)) is not None}
            text = orjson.dumps([headers, recorder.body.decode("utf-8")]).decode()
            # Kept before it is sent: an answer that the caller has seen is the answer a repeat gets.
            await run_sync(services.library.idempotency.put, key, route, mark, recorder.status, text)
        for message in recorder.messages():
            await send(message)


class TaggedReads:
    """ASGI middleware: a read of /v1 carries an ETag of its body and answers 304 to a caller that has it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; tag the answer."""
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith("/v1/"):
            await self.app(scope, receive, send)
            return
        recorder = _Recorder()
        await self.app(scope, receive, recorder.take)
        if recorder.status == 200:
            tag = f'"{hashlib.sha256(UNSTEADY.sub(b"", recorder.body)).hexdigest()[:24]}"'
            recorder.headers["etag"] = tag
            wanted = Headers(scope=scope).get("if-none-match", "")
            if wanted.strip() == "*" or tag in (part.strip().removeprefix("W/") for part in wanted.split(",")):
                await Response(status_code=304, headers={"etag": tag})(scope, receive, send)
                return
        for message in recorder.messages():
            await send(message)


class _Recorder:
    """Holds an answer back until it is whole."""

    def __init__(self) -> None:
        self.start: Message = {"type": "http.response.start", "status": 500, "headers": []}
        self.body = b""

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")

    @property
    def status(self) -> int:
        status: int = self.start["status"]
        return status

    @property
    def headers(self) -> MutableHeaders:
        return MutableHeaders(scope=self.start)

    def messages(self) -> tuple[Message, Message]:
        return self.start, {"type": "http.response.body", "body": self.body}


def _route(request: Request) -> str:
    """Caller, method and path, short enough to be a key."""
    found: Caller = request.state.caller
    named = f"{found.key_id} {request.method} {request.url.path}"
    return f"{request.method} {hashlib.sha256(named.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _without_boundary(body: bytes, request: Request) -> bytes:
    """The body as it is the same for the same form: clients make up a new boundary each time."""
    kind, _, boundary = request.headers.get("content-type", "").partition("boundary=")
    mark = boundary.partition(";")[0].strip(' "').encode("latin-1", "replace")
    return body.replace(mark, b"") if mark and kind.startswith("multipart/") else body


def _given(first: Message, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return first

    return again

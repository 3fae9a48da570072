"""A small site on loopback for crawl tests: given pages with ETag, robots.txt, redirects and errors."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Page:
    """One address: what it answers."""

    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    location: str = ""
    etag: bool = True
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Site:
    """The pages by path, and what was asked for: (path, If-None-Match)."""

    pages: dict[str, Page] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    port: int = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"


@contextmanager
def serve(pages: dict[str, Page]) -> Iterator[Site]:
    """Serve `pages` until the block ends; every other path is a 404."""
    site = Site(pages=pages)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = self.headers.get("If-None-Match", "")
            site.requests.append((self.path, asked))
            site.agents.add(self.headers.get("User-Agent", ""))
            page = site.pages.get(self.path, Page(b"not found", status=404))
            mark = f'"{hashlib.sha256(page.body).hexdigest()[:16]}"'
            known = page.etag and asked == mark
            body = b"" if known else page.body
            self.send_response(304 if known else page.status)
            if page.etag:
                self.send_header("ETag", mark)
            if page.location:
                self.send_header("Location", page.location)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""A small site on loopback for crawl tests: given pages with ETag, robots.txt, redirects and errors."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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
    seconds: float = 0.0  # before the answer
    answer: Callable[[BaseHTTPRequestHandler], None] | None = None  # writes the whole answer itself


@dataclass
class Site:
    """The pages by path, and what was asked for: (path, If-None-Match)."""

    pages: dict[str, Page] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    port: int = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    def hits(self, start: str = "/") -> list[str]:
        """The paths asked for that begin so, in their order."""
        return [path for path, _ in self.requests if path.startswith(start)]


def article(number: int, words: str = "") -> Page:
    """A plain article page."""
    lines = [f"第{number}次去茶山，{words}清晨的雾还没有散，采茶的人已经下山了。" + "炒茶的锅要先烧热，再用手试温，火候全凭经验。" * 2] * 4
    text = "".join(f"<p>{line}{place}</p>" for place, line in enumerate(lines))
    head = f"<title>茶山手记 {number}</title><meta property='og:title' content='茶山手记 {number}'>"
    return Page(
        f"<html><head><meta charset=utf-8>{head}</head><body><article><h1>茶山手记 {number}</h1>{text}</article></body></html>".encode()
    )


def sitemap(addresses: dict[str, str]) -> Page:
    """A sitemap of address → time of change ("" for none)."""
    rows = (f"<url><loc>{url}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</url>" for url, at in addresses.items())
    start = '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return Page(f"{start}{''.join(rows)}</urlset>".encode(), "application/xml")


@contextmanager
def serve(pages: dict[str, Page], host: str = "127.0.0.1") -> Iterator[Site]:
    """Serve `pages` until the block ends; every other path is a 404."""
    site = Site(pages=pages)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = self.headers.get("If-None-Match", "")
            site.requests.append((self.path, asked))
            site.times.append(time.monotonic())
            site.agents.add(self.headers.get("User-Agent", ""))
            page = site.pages.get(self.path, Page(b"not found", status=404))
            time.sleep(page.seconds)
            if page.answer:
                self.close_connection = True
                with suppress(OSError):
                    page.answer(self)
                return
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

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Quiet too: a client that goes away is nothing to tell of."""

    server = Server((host, 0), Handler)
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

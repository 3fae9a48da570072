"""Crawl speed beside bare Scrapy, on a local site of generated pages, all sides in turn in one process.

`python -m crawler.bench` is that process; `python -m crawler.bench serve` the site.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response, TextResponse

from crawler.parsers.feeds import parse_feed
from crawler.parsers.pages import page_text, parse_page
from crawler.settings import TWISTED_REACTOR, scrapy_settings
from crawler.spiders.source import Fetched, SourceSpider
from recommender.library import open_library
from recommender.library.model import Source, SourceKind
from recommender.settings import Settings

AT_ONCE = 8
ENTRIES = 20  # of one feed
_SAYINGS = (
    "今年的明前茶比往年晚了一周",
    "炒茶的锅要先烧热再用手试温",
    "她说采茶最怕的是午后那场雨",
    "一芽一叶的鲜叶要当天做完",
    "老茶客只认这座山的味道",
)


def bench_crawl(pages: int = 600, runs: int = 5) -> list[dict[str, Any]]:
    """Milliseconds a page, medians over runs, for article pages and feeds: fetched by the product's rules and not read
    (guarded), fetched by bare Scrapy and parsed, and all that the product does (stored).

    The peer is Scrapy by its defaults (as many requests at once, no pause) with a spider that reads nothing; `ratio` is how
    many times faster we are, so 0.9 says nine tenths of its speed. Rows are of the form of `zhongcao bench`.
    """
    order = json.dumps({"pages": pages, "runs": runs})
    command = [sys.executable, "-m", "crawler.bench"]
    done = subprocess.run(command, input=order, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1])  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"the bench process failed: {done.stderr[-1000:]}")
    rows: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return rows


def page_body(kind: str, number: int) -> bytes:
    """One generated page: an article of some 20 KB within the usual furniture of a site, or a feed of 20 such articles."""
    text = [f"{_SAYINGS[(number + place) % 5]}，第{number}次第{place}段，{_SAYINGS[(number * 3 + place) % 5]}。" * 3 for place in range(12)]
    if kind == "feeds":
        items = "".join(
            f"<item><title>茶事 {number}-{entry}</title><link>https://tea{number}.example/{entry}</link><category>茶</category>"
            f"<pubDate>Mon, 02 Mar 2026 08:00:00 +0800</pubDate><description><![CDATA[<p>{'</p><p>'.join(text)}</p>]]></description></item>"
            for entry in range(ENTRIES)
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>茶铺 {number}</title>{items}</channel></rss>'.encode()
    menu = "".join(f"<li><a href='/list/{place}'>栏目{place}</a></li>" for place in range(40))
    side = "".join(f"<div class=card><a href='/p/{place}'><img src='/i/{place}.jpg'>推荐阅读 {place}</a></div>" for place in range(30))
    body = "".join(f"<p>{line}</p><figure><img src='/pic/{number}-{place}.jpg'></figure>" for place, line in enumerate(text))
    script = "<script>" + "var a=1;" * 500 + "</script>"
    title = f"<title>茶事 {number}</title><meta property='og:title' content='茶事 {number}'>"
    article = f"<article><h1>茶事 {number}</h1><time>2026-03-02</time>{body}</article>"
    rest = f"<aside>{side}</aside><footer>备案号 000 号</footer>"
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8>{title}{script}</head><body><nav><ul>{menu}</ul></nav>"
        f"<main>{article}</main>{rest}</body></html>"
    ).encode()


class _Bare(Spider):
    """Fetches and reads nothing."""

    name = "bare"
    urls: list[str]

    async def start(self) -> AsyncIterator[Request]:
        for url in self.urls:
            yield Request(url, dont_filter=True)

    def parse(self, response: Response, **kwargs: Any) -> None:
        pass


class _Parsed(_Bare):
    """Fetches and parses, stores nothing."""

    name = "parsed"

    def parse(self, response: Response, **kwargs: Any) -> None:
        assert isinstance(response, TextResponse)
        if "/feeds/" in response.url:
            assert len(parse_feed(response.body, response.url).notes) == ENTRIES
        else:
            parse_page(page_text(response.body, response.encoding), response.url)


class _Guarded(SourceSpider):
    """Fetches by the product's way, with guard, robots.txt, pace and budget, and reads nothing."""

    name = "guarded"
    urls: list[str]

    async def start(self) -> AsyncIterator[Request]:
        for url in self.urls:
            yield self.asking(url, self.parse, self.failed)

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Fetched]:
        yield from ()


class _Stored(_Guarded):
    """Everything that the product does: that, parsing, intake, library."""

    name = "stored"

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Fetched]:
        """Source: Scrapy."""
        read = parse_feed(response.body, response.url).notes if "/feeds/" in response.url else tuple(self.read(response))
        yield Fetched(read)


SIDES = {spider.name: spider for spider in (_Bare, _Guarded, _Parsed, _Stored)}


async def _bench(pages: int, runs: int, port: int) -> list[dict[str, Any]]:
    rows = []
    for kind in ("articles", "feeds"):
        count = pages if kind == "articles" else max(1, pages // 6)
        urls = [f"http://127.0.0.1:{port}/{kind}/{number}" for number in range(count)]
        taken: dict[str, list[float]] = {name: [] for name in SIDES}
        for run in range(runs + 1):
            for side, times in taken.items():
                seconds = await _run(side, urls, port)
                if run:  # the first warms up
                    times.append(seconds * 1000 / count)
        bare = statistics.median(taken["bare"])
        for side in list(SIDES)[1:]:
            ours = statistics.median(taken[side])
            row = {"what": f"crawl, {kind}, {side}", "peer": "Scrapy, nothing read", "ours_ms": round(ours, 3), "peer_ms": round(bare, 3)}
            rows.append(row | {"ratio": round(bare / ours, 3)})
    return rows


async def _run(side: str, urls: list[str], port: int) -> float:
    """The seconds of one crawl."""
    from scrapy.crawler import AsyncCrawlerRunner

    with tempfile.TemporaryDirectory(prefix="zhongcao-bench-") as home:
        settings = Settings(home=Path(home), allow_private=(f"127.0.0.1:{port}",), crawl_delay_seconds=0.0)
        values: dict[str, Any] = {"LOG_LEVEL": "WARNING", "TELNETCONSOLE_ENABLED": False, "TWISTED_REACTOR": TWISTED_REACTOR}
        whole = issubclass(SIDES[side], SourceSpider)
        if whole:
            values = scrapy_settings(settings) | {"PACE_ADAPTS": False}
        runner = AsyncCrawlerRunner(
            values | {"CONCURRENT_REQUESTS": AT_ONCE, "CONCURRENT_REQUESTS_PER_DOMAIN": AT_ONCE, "STATS_DUMP": False}
        )
        crawler = runner.create_crawler(SIDES[side])
        library = open_library(settings.library_url)
        source = library.sources.add(Source("bench", "bench", SourceKind.PAGE, urls[0], max_requests=len(urls) + 9))
        more: dict[str, Any] = {"source": source, "state": None, "library": library} if whole else {}
        started = time.perf_counter()
        await runner.crawl(crawler, urls=urls, **more)
        seconds = time.perf_counter() - started
        got = crawler.stats.get_value("downloader/response_status_count/200", 0)
        if got < len(urls) or (side == "stored" and library.contents.count() < len(urls)):
            raise RuntimeError(f"{side}: only {got} of {len(urls)} pages came")
        library.close()
    return seconds


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, made: dict[str, bytes]) -> None:
    while request := await reader.readuntil(b"\r\n\r\n"):
        path = request.split(b" ", 2)[1].decode()
        kind, _, number = path.strip("/").partition("/")
        status = b"200 OK" if number else b"404 Not Found"
        body = made.get(path) or made.setdefault(path, page_body(kind, int(number)) if number else b"")
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()


async def _serve() -> None:
    made: dict[str, bytes] = {}

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _answer(reader, writer, made)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    """The bench's own process: an order as JSON on stdin, the rows as JSON on stdout."""
    if sys.argv[1:] == ["serve"]:
        asyncio.run(_serve())
        return
    order = json.load(sys.stdin)
    from scrapy.utils.log import configure_logging
    from scrapy.utils.reactor import install_reactor

    configure_logging({"LOG_LEVEL": "WARNING"})
    install_reactor(TWISTED_REACTOR)
    from scrapy.utils.defer import deferred_from_coro
    from twisted.internet import task

    async def run(port: int) -> None:
        print(json.dumps(await _bench(order["pages"], order["runs"], port)), flush=True)

    with subprocess.Popen([sys.executable, "-m", "crawler.bench", "serve"], stdout=subprocess.PIPE) as server:
        assert server.stdout
        port = int(server.stdout.readline())
        try:
            task.react(lambda _reactor: deferred_from_coro(run(port)))
        finally:
            server.kill()


if __name__ == "__main__":
    main()

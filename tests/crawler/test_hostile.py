"""Servers that mean harm or are broken: a clear line in the report, bounded time and memory, and the other sources go on."""

from __future__ import annotations

import gzip
import json
import random
import tarfile
import time
import zlib
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from importlib import import_module
from itertools import count
from pathlib import Path

import pytest

from recommender.library import Library
from recommender.library.model import SourceKind
from tests.crawler.builders import stored
from tests.crawler.crawling import add, run, settings_for
from tests.crawler.site import Page, article, serve
from tests.crawler.test_resume import ordered
from tests.crawler.test_spiders import teaser_feed
from tests.data import DATA, needs_data

TIMEOUT_SECONDS = 2.0
MOST_MEGABYTES = 200
FEED_START = b'<rss version="2.0"><channel><title>x</title>'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"


def without_end(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(HEAD + b"\r\n" + FEED_START)
    for number in count():
        handler.wfile.write(f"<item><title>{number}</title><link>https://e.example/{number}</link></item>".encode() * 100)


def byte_by_byte(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(HEAD + b"\r\n")
    for byte in FEED_START * 100:
        handler.wfile.write(bytes([byte]))
        time.sleep(0.2)


def headers_without_end(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(HEAD)
    for number in count():
        handler.wfile.write(f"X-{number}: {'a' * 1000}\r\n".encode() * 10)


def silence(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(TIMEOUT_SECONDS * 3)


def says(raw: bytes) -> Page:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(raw)

    return Page(answer=answer)


def packed_ten_gigabytes() -> bytes:
    """10 GB of nothing, packed twice."""
    pack = zlib.compressobj(9, wbits=31)
    part = pack.compress(bytes(1_000_000)) + pack.flush()
    return gzip.compress(part * 10_000)


def entities(depth: int = 12) -> bytes:
    lines = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(depth))
    item = f"<channel><item><title>&l{depth};</title></item></channel>"
    return f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{lines}]><rss>{item}</rss>'.encode()


def hostile() -> dict[str, Page]:
    """Path → answer; what a report must say of each stands in `SAID`."""
    brotli_bomb = import_module("brotli").compress(bytes(200_000_000), quality=1)
    item = "<channel><item><title>&x;</title></item></channel>"
    file = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss version="2.0">{item}</rss>'
    return {
        "/endless": Page(answer=without_end),
        "/slow": Page(answer=byte_by_byte),
        "/headers": Page(answer=headers_without_end),
        "/silent": Page(answer=silence),
        "/hop0": Page(status=302, location="/hop1"),
        **{f"/hop{n}": Page(status=302, location=f"/hop{n + 1}") for n in range(1, 40)},
        "/gzip": Page(packed_ten_gigabytes(), headers={"Content-Encoding": "gzip, gzip"}),
        "/brotli": Page(brotli_bomb, headers={"Content-Encoding": "br"}),
        "/badgzip": Page(b"\x1f\x8b\x08nonsense", headers={"Content-Encoding": "gzip"}),
        "/badzstd": Page(b"nonsense" * 9, headers={"Content-Encoding": "zstd"}),
        "/short": says(HEAD + b"Content-Length: 90000\r\n\r\n<p>half"),
        "/nothing": says(b""),
        "/noheaders": says(b"<html><body>hello</body></html>"),
        "/badlength": says(HEAD + b"Content-Length: many\r\n\r\n<p>x"),
        "/private": Page(status=302, location="http://10.0.0.1/"),
        "/metadata": Page(status=302, location="http://169.254.169.254/latest/meta-data/"),
        "/file": Page(status=302, location="file:///etc/passwd"),
        "/laughs": Page(entities(), "application/rss+xml"),
        "/external": Page(file.encode(), "application/rss+xml"),
        "/deep": Page(b"<div>" * 1_500_000),
        "/wide": Page(b"<p>x</p>" * 1_200_000),
        "/angles": Page(b"<" * 9_000_000),
        "/truncated": Page(article(1).body[:-400]),
        "/good": teaser_feed("https://example.com/1"),
    }


SAID = {
    "/endless": "太大",
    "/slow": "规定时间",
    "/headers": "不合 HTTP",
    "/silent": "规定时间",
    "/hop0": "转向次数太多",
    "/gzip": "太大",
    "/brotli": "太大",
    "/badgzip": "解不开",
    "/badzstd": "解不开",
    "/short": "没有传完",
    "/nothing": "中途断开",
    "/noheaders": "不合 HTTP",
    "/badlength": "不合 HTTP",
    "/private": "出于安全没有连接",
    "/metadata": "出于安全没有连接",
    "/file": "转向",
    "/deep": "标记太多",
    "/wide": "标记太多",
    "/angles": "标记太多",
}
READ = {"/laughs", "/external", "/truncated", "/good"}  # as far as they can be: entities are never expanded
PAGES = {"/deep", "/wide", "/angles", "/truncated"}


def most_kilobytes(process: int) -> int:
    """The most memory that a process has held so far, 0 where the system does not tell."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text("ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


def test_each_gets_its_line_within_bounds_and_the_others_go_on(tmp_path: Path, library: Library) -> None:
    with serve(hostile(), host="0.0.0.0") as site:
        paths = [path for path in site.pages if path in SAID or path in READ]
        hosts = {path: f"127.0.1.{number}:{site.port}" for number, path in enumerate(paths, 1)}
        hosts |= {"/tls": f"127.0.2.1:{site.port}"}
        settings = settings_for(tmp_path, allow_private=tuple(hosts.values()), crawl_timeout_seconds=TIMEOUT_SECONDS)
        sources = {
            path: add(library, f"http://{host}{path}", SourceKind.PAGE if path in PAGES else SourceKind.FEED)
            for path, host in hosts.items()
        }
        sources["/tls"] = add(library, f"https://{hosts['/tls']}/x")
        began = time.monotonic()
        child = ordered(settings, *(source.id for source in sources.values()))
        assert child.stdout and child.stdin
        ended, kilobytes = {}, 0
        for line in child.stdout:
            event = json.loads(line)
            kilobytes = max(kilobytes, most_kilobytes(child.pid))
            if event["event"] == "finished":
                ended[event["source"]] = event
        child.wait()
        child.stdin.close()
        child.stdout.close()
        said = {path: ended[source.id]["message"] for path, source in sources.items()}
        for path, words in (SAID | {"/tls": "加密连接"}).items():
            assert words in said[path], f"{path}: {said[path]}"
            assert ended[sources[path].id]["report"]["new"] == 0, path
            assert said[path].endswith(("。", "）")) and "Error" not in said[path], f"{path}: {said[path]}"
        kept = stored(library)
        assert {item.title for item in kept} >= {"茶山手记 1", "茶事 0"}
        assert not any(word in item.title + item.text for item in kept for word in ("lollol", "root:"))
        assert len(kept) <= len(READ)
        assert kilobytes / 1024 < MOST_MEGABYTES
        assert time.monotonic() - began < 60


@pytest.mark.parametrize(("page", "words"), [(Page(answer=without_end), "太大"), (Page(b"Disallow: /x\n" * 4_000_000), "太大")])
def test_a_robots_file_without_end_forbids(tmp_path: Path, library: Library, page: Page, words: str) -> None:
    with serve({"/robots.txt": page, "/feed": teaser_feed("https://example.com/1")}) as site:
        _, after = run(settings_for(tmp_path, site), library, add(library, site.url("/feed")))
        assert words in after.last_message and "robots.txt" in after.last_message
        assert site.hits("/feed") == []


@needs_data
def test_whatever_a_feed_may_hold_the_run_ends_with_a_sentence(tmp_path: Path, library: Library) -> None:
    with tarfile.open(DATA / "feeds" / "feeds.tar.gz") as archive:
        members = random.Random(3).sample([member for member in archive.getmembers() if member.isfile()], 60)
        bodies = {f"/{number}": archive.extractfile(member) for number, member in enumerate(members)}
        pages = {path: Page(body.read(), "application/xml") for path, body in bodies.items() if body}
    with serve(pages) as site:
        sources = [add(library, site.url(path)) for path in pages]
        run(settings_for(tmp_path, site), library, *sources)
        for source in library.sources.all():
            assert source.last_message.endswith(("。", "）"))
            assert source.last_state in ("ok", "empty", "failed")
        assert sum(source.last_state == "ok" for source in library.sources.all()) > 5

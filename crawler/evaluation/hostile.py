"""Hostile documents in a process of their own: XML attacks with time and memory, hostile markup and strings with what remains of them."""

from __future__ import annotations

import gzip
import html
import json
import os
import re
import resource
import socket
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import lxml.html  # type: ignore[import-untyped]

from crawler.intake import prepare
from crawler.items import ParsedNote, Refusal
from crawler.parsers.articles import parse_article
from crawler.parsers.feeds import parse_feed
from crawler.parsers.markup import html_text
from crawler.parsers.sitemaps import parse_sitemap
from recommender.errors import ZhongcaoError
from recommender.library import open_library
from recommender.library.model import IncomingContent, Platform

LONGEST_SECONDS = 120.0  # of the whole process; one attack that gets through ends it
SECRET = "root:x:0"  # noqa: S105 (what /etc/passwd holds)
URL = "https://site.example/document.xml"

_DECLARED = re.compile(r"<!DOCTYPE\b.*?(?:\]\s*>|>)", re.DOTALL | re.IGNORECASE)
_NAMED = re.compile(r"<!ENTITY\s+([\w.:-]+)\s", re.IGNORECASE)
_ACTIVE = "script,iframe,object,embed,svg,math,form,link,meta,base,style,img,video,audio,input,button,a"
_PARAGRAPH = "梅雨天存茶要用锡罐，罐底垫一层干燥剂，开封以后三个月内喝完，放在高处避光的柜子里。" * 3


def _read_opml(data: bytes) -> Any:
    from crawler.opml import read_opml

    try:
        return read_opml(data)
    except ZhongcaoError as error:
        return error.message


READERS: dict[str, Callable[[bytes], Any]] = {
    "feed": lambda data: parse_feed(data, URL),
    "sitemap": lambda data: parse_sitemap(data, URL),
    "opml": _read_opml,
}
_SHELLS = {  # the same attack inside what a reader expects
    "feed": '{head}<rss version="2.0"><channel><title>t{named}</title><item><title>x{named}</title><link>https://a.example/</link></item></channel></rss>',
    "sitemap": "{head}<urlset><url><loc>https://a.example/{named}</loc></url></urlset>",
    "opml": '{head}<opml version="2.0"><head><title>t</title></head><body><outline text="{named}" type="rss" xmlUrl="https://a.example/"/></body></opml>',
}


def measure_xml(attacks: Sequence[str]) -> dict[str, Any]:
    """Each attack as it is and inside a feed, a sitemap and an OPML file, in a child process.

    `documents` read, `unfinished` (the child died or hung), the `slowest_ms` of processor time and the largest `peak_mb` of one
    document (growth of the process's memory, 10^6 bytes), `leaked` (a file's content in an answer), `connections` tried, `errors` raised.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "attacks.json"
        path.write_text(json.dumps(list(attacks)), "utf-8")
        command = [sys.executable, "-m", "crawler.evaluation.hostile", str(path)]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}
        try:
            child = subprocess.run(command, capture_output=True, timeout=LONGEST_SECONDS, check=False, env=environment)  # noqa: S603
            found: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
        except (subprocess.TimeoutExpired, ValueError, IndexError):
            return {"documents": 0, "unfinished": 1}
        return found


def _documents(attacks: Sequence[str]) -> list[tuple[str, bytes]]:
    found = []
    for attack in attacks:
        declared = _DECLARED.search(attack)
        named = "".join(f"&{name};" for name in _NAMED.findall(declared[0])[-2:]) if declared else ""
        for reader, shell in _SHELLS.items():
            found.append((reader, attack.encode("utf-8", "replace")))
            if declared:
                found.append((reader, shell.format(head=f'<?xml version="1.0"?>{declared[0]}', named=named).encode("utf-8", "replace")))
    deep = b"<rss><channel>" + b"<a>" * 100_000
    bombs = [
        ("sitemap", _bomb(2 * 10**8)),
        ("feed", deep),
        ("sitemap", b"<urlset>" + b"<url>" * 100_000),
        ("opml", b"<opml>" + b"<outline>" * 100_000),
    ]
    return found + bombs


def _bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    block = b"\0" * 1_000_000
    return b"".join(packer.compress(block) for _ in range(size // len(block))) + packer.flush()


def _run(attacks: Sequence[str]) -> dict[str, Any]:
    """In the child: read them all. The readers are warmed up first, so that their own modules are not counted."""
    connections: list[Any] = []
    socket.socket.connect = lambda _, address: connections.append(address)  # type: ignore[method-assign]
    documents = _documents(attacks)
    readers = {name: reader for name, reader in READERS.items() if _works(name, reader)}
    slowest, peak, leaked, failed = 0.0, 0, 0, list[str]()
    for name, document in documents:
        if name not in readers:
            continue
        before, started = _memory_bytes(fresh=True), time.process_time()
        try:
            said = str(readers[name](document))
        except Exception as error:  # the figure is that there is none
            failed.append(f"{name}: {type(error).__name__}: {document[:60]!r}")
            said = ""
        slowest = max(slowest, time.process_time() - started)
        peak = max(peak, _memory_bytes() - before)
        leaked += SECRET in said or len(said) > 1_000_000
    return {
        "documents": sum(name in readers for name, _ in documents),
        "readers": len(readers),
        "unfinished": 0,
        "slowest_ms": round(slowest * 1_000, 1),
        "peak_mb": round(peak / 10**6, 1),
        "leaked": leaked,
        "connections": len(connections),
        "errors": len(failed),
        "failed": failed[:20],
    }


def _memory_bytes(*, fresh: bool = False) -> int:
    """The most memory this process has held; with `fresh` from now on, where the system can forget what was before."""
    if fresh:
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")
    with suppress(OSError, TypeError):
        found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
        return int(found[1]) * 1_024  # type: ignore[index]
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1_024


def _works(name: str, reader: Callable[[bytes], Any]) -> bool:
    try:
        reader(_SHELLS[name].format(head="", named="").encode())
    except ImportError:
        return False
    return True


def measure_markup(payloads: Sequence[str]) -> dict[str, int]:
    """Each string in an article, a feed's title and body, and as markup alone: what is left once it is stored and shown.

    `active` counts elements and addresses that a browser would act on in what a page shows (text is escaped there, addresses
    stand in attributes); `errors` is how many raised.
    """
    active = errors = notes = 0
    for payload in payloads:
        try:
            for note in _notes(payload):
                prepared = prepare(note)
                if isinstance(prepared, IncomingContent):
                    notes += 1
                    active += _active(prepared)
            active += _elements(html.escape(html_text(payload)))
        except Exception:  # the figure is that there is none
            errors += 1
    return {"payloads": len(payloads), "notes": notes, "active": active, "errors": errors}


def _notes(payload: str) -> list[ParsedNote]:
    escaped, cdata = html.escape(payload), payload.replace("]]>", "]] >")
    head = f"<title>{escaped}</title><meta property='og:image' content=\"{escaped}\">"
    page = f"<html><head>{head}</head><body><article><h1>存茶</h1><p>{_PARAGRAPH}</p>{payload}<p>{_PARAGRAPH}</p></article></body></html>"
    item = f'<title>{escaped}</title><link>{escaped}</link><enclosure url="{escaped}" type="image/png"/>'
    feed = f'<rss version="2.0"><channel><item>{item}<description><![CDATA[{cdata}]]></description></item></channel></rss>'
    as_json = json.dumps(
        {
            "items": [
                {
                    "title": payload,
                    "url": payload,
                    "content_html": payload,
                    "image": payload,
                    "attachments": [{"url": payload, "mime_type": "video/mp4"}],
                }
            ]
        }
    )
    found = [
        parse_article(page, "https://site.example/1"),
        *parse_feed(feed.encode("utf-8", "replace"), URL).notes,
        *parse_feed(as_json.encode(), URL).notes,
    ]
    return [note for note in found if isinstance(note, ParsedNote)]


def _active(item: IncomingContent) -> int:
    shown = [item.title, item.text, item.original_title, item.original_text, *item.tags, item.creator.name if item.creator else ""]
    addresses = [item.url, item.video_url, *item.images]
    return sum(_elements(html.escape(text)) for text in shown if text) + sum(not _harmless(address) for address in addresses if address)


def _elements(markup: str) -> int:
    if "<" not in markup:
        return 0
    return len(lxml.html.fragment_fromstring(markup, create_parent="div").cssselect(_ACTIVE))


def _harmless(address: str) -> bool:
    return address.startswith(("http://", "https://")) and not re.search(r"[\s\x00-\x1f]", address)


def measure_strings(strings: Sequence[str]) -> dict[str, int]:
    """Each string as title and text through the intake into a library and out again: errors, and how many came back changed.

    Masked personal data and words that mean nothing (`null`, `-`) are counted apart: those are changed on purpose.
    """
    counts = {"strings": len(strings), "errors": 0, "masked": 0, "nothing": 0, "changed": 0}
    with tempfile.TemporaryDirectory() as folder:
        library = open_library(f"sqlite:///{Path(folder) / 'library.db'}")
        try:
            for number, text in enumerate(strings):
                try:
                    prepared = prepare(ParsedNote(Platform.XHS, identity=f"{number:024x}", title=text, text=text))
                    if isinstance(prepared, Refusal):
                        counts["nothing"] += 1
                        continue
                    outcome = library.contents.upsert([prepared])[0]
                    kept = library.contents.get(outcome.id)
                except Exception:  # the figure is that there is none
                    counts["errors"] += 1
                    continue
                if kept.diversion:
                    counts["masked"] += 1
                elif {kept.original_title, kept.original_text} != {text.strip()}:
                    counts["changed"] += 1
        finally:
            library.close()
    return counts


def read_payloads(path: Path) -> list[dict[str, str]]:
    """The rows of one `.json.gz` file."""
    rows: list[dict[str, str]] = json.loads(gzip.decompress(path.read_bytes()))
    return rows


if __name__ == "__main__":
    print(json.dumps(_run(json.loads(Path(sys.argv[1]).read_text("utf-8")))))

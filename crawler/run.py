"""Crawls from the outside: a child process does the work, its reports are recorded with the sources."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crawler.intake import local_now
from recommender.library import open_library
from recommender.library.model import CrawlReport, Source
from recommender.settings import Settings

Show = Callable[[dict[str, Any]], None]

SILENCE_SECONDS = 120.0  # the child says it lives every few seconds; one silent for so long hangs and is ended
LOOK_SECONDS = 0.2  # how soon a crawl notices that it is to stop

log = logging.getLogger(__name__)


class CrawlStopped(Exception):
    """The crawl was told to stop. Sources that had finished are recorded; of the others, what was stored stays, and no run is recorded."""


def crawl(
    settings: Settings,
    source_ids: Sequence[str],
    *,
    show: Show | None = None,
    fresh: bool = False,
    stopped: Callable[[], bool] = lambda: False,
) -> dict[str, CrawlReport]:
    """Crawl sources and record how each fared; a report per source, in order. Never raises for what a source does.

    `show` is given each event: {"event": "started" | "alive" | "finished", "source": id, …} with state, message and report
    at the end. `fresh` asks anew where a source would say that nothing changed. `stopped` is asked several times a second, from
    another thread: once it is true the child process is ended within about a second. The child also ends by itself when this
    process dies, however it dies. A crawl that was stopped goes on where it was when the same sources are crawled again.

    Raises `NotFound` for an unknown source, `CrawlStopped` where it was stopped before all sources had finished.
    """
    library = open_library(settings.library_url)
    try:
        wanted = [library.sources.get(source_id) for source_id in dict.fromkeys(source_ids)]
        reports: dict[str, CrawlReport] = {}

        def finish(event: dict[str, Any]) -> None:
            report = CrawlReport(**event["report"] | {"refusals": tuple(event["report"]["refusals"])})
            reports[event["source"]] = report
            seconds, requests = event.get("seconds", 0.0), event.get("requests", 0)
            library.sources.record_run(
                event["source"], event["state"], event["message"], report, local_now(), seconds=seconds, requests=requests
            )
            if show:
                show(event)

        groups = [[source.id for source in wanted]] if wanted else []
        while groups:
            group = groups.pop(0)
            child = _Child(settings, group, fresh, finish, show, stopped)
            failure = child.run()
            unfinished = [source_id for source_id in group if source_id not in reports]
            if stopped() and unfinished:
                raise CrawlStopped("抓取按要求停下了，没抓完的来源下次接着抓。")
            if len(group) == 1 and unfinished:
                finish({"event": "finished", "source": group[0], "state": "failed", "message": failure, "report": asdict(CrawlReport())})
            elif unfinished:  # one of those under way took the process down: each of them alone, the others together
                suspects = [source_id for source_id in unfinished if source_id in child.started] or unfinished[:1]
                groups += [[source_id] for source_id in suspects]
                groups += [rest] if (rest := [source_id for source_id in unfinished if source_id not in suspects]) else []
        return {source.id: reports[source.id] for source in wanted}
    finally:
        library.close()


def table(reports: Mapping[str, CrawlReport], sources: Iterable[Source] = ()) -> str:
    """The crawl as a table: found, new, changed, unchanged, duplicates, left out, refused, and why. `sources` give names and words."""
    known = {source.id: source for source in sources}
    rows: list[tuple[str, ...]] = [("来源", "读到", "新增", "更新", "未变", "重复", "不需要", "拒收", "说明")]
    for source_id, report in reports.items():
        source = known.get(source_id)
        counts = (report.found, report.new, report.changed, report.unchanged, report.duplicates, report.left_out, report.refused)
        why = source.last_message if source else (report.refusals[0] if report.refusals else "")
        rows.append((source.name if source else source_id, *map(str, counts), why))
    totals = [
        sum(getattr(report, name) for report in reports.values())
        for name in ("found", "new", "changed", "unchanged", "duplicates", "left_out", "refused")
    ]
    rows.append(("合计", *map(str, totals), ""))
    widths = [max(_columns(row[place]) for row in rows) for place in range(8)]
    lines = [
        "  ".join([_padded(row[0], widths[0]), *(_padded(row[n], widths[n], right=True) for n in range(1, 8)), row[8]]).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * min(sum(widths) + 14 + 20, 100), *lines[1:]])


class _Child:
    """One child process that crawls some sources. `started` are those it began with."""

    def __init__(
        self, settings: Settings, source_ids: list[str], fresh: bool, finish: Show, show: Show | None, stopped: Callable[[], bool]
    ) -> None:
        values = asdict(settings) | {"home": str(settings.home)}
        self.order = json.dumps({"settings": values, "sources": source_ids, "fresh": fresh}).encode("utf-8") + b"\n"
        self.started: set[str] = set()
        self._finish, self._show, self._stopped = finish, show, stopped
        self._heard = time.monotonic()
        self._hangs = False

    def run(self) -> str:
        """Run to the end; returns the sentence for sources that did not finish."""
        root = str(Path(__file__).resolve().parents[1])
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH")))),
            "PYTHONIOENCODING": "utf-8",
        }
        with tempfile.TemporaryFile() as errors:
            command = [sys.executable, "-m", "crawler.child"]
            child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=environment)  # noqa: S603
            assert child.stdin
            with child:
                over = threading.Event()
                watch = threading.Thread(target=self._watch, args=(child, over), daemon=True)
                watch.start()
                try:
                    self._follow(child)
                except BaseException:  # also Ctrl+C, which the child may not have seen
                    child.kill()
                    raise
                finally:
                    over.set()
                    watch.join()
                    with suppress(BrokenPipeError):
                        child.stdin.close()
            errors.seek(0)
            if text := errors.read().decode("utf-8", "replace").strip():
                log.warning("the crawl process said: %s", text[-2000:])  # for the log only: it may hold addresses with passwords
        if self._hangs:
            return f"抓取进程 {SILENCE_SECONDS:.0f} 秒没有动静，已停止；稍后会再试。"
        return f"抓取进程意外结束（代码 {child.returncode}），稍后会再试；原因见日志。"

    def _follow(self, child: subprocess.Popen[bytes]) -> None:
        assert child.stdin and child.stdout
        with suppress(BrokenPipeError):
            child.stdin.write(self.order)  # and stays open: its end would be the child's
            child.stdin.flush()
        for line in child.stdout:
            self._heard = time.monotonic()
            event = _event(line)
            if event.get("event") == "finished":
                self._finish(event)
                continue
            if event.get("event") == "started":
                self.started.add(event["source"])
            if event and self._show:
                self._show(event)

    def _watch(self, child: subprocess.Popen[bytes], over: threading.Event) -> None:
        """End a child that is to stop, or has been silent for too long."""
        while not over.wait(LOOK_SECONDS):
            self._hangs = time.monotonic() - self._heard > SILENCE_SECONDS
            if self._hangs or self._stopped():
                child.kill()
                return


def _event(line: bytes) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _columns(text: str) -> int:
    """Columns on a terminal, where Chinese characters take two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _padded(text: str, width: int, *, right: bool = False) -> str:
    space = " " * (width - _columns(text))
    return space + text if right else text + space

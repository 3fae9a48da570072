"""Crawls from the outside: a child process does the work, its reports are recorded with the sources."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crawler.intake import local_now
from recommender.library import open_library
from recommender.library.model import CrawlReport, Source
from recommender.settings import Settings

Show = Callable[[dict[str, Any]], None]

SILENCE_SECONDS = 120.0  # the child says it lives every few seconds; one silent for so long hangs and is ended

log = logging.getLogger(__name__)


def crawl(settings: Settings, source_ids: Sequence[str], *, show: Show | None = None, fresh: bool = False) -> dict[str, CrawlReport]:
    """Crawl sources and record how each fared; a report per source, in order. Never raises for what a source does.

    `show` is given each event: {"event": "started" | "alive" | "finished", "source": id, …} with state, message and report
    at the end. `fresh` asks anew where a source would say that nothing changed. Raises `NotFound` for an unknown source.
    """
    library = open_library(settings.library_url)
    try:
        wanted = [library.sources.get(source_id) for source_id in dict.fromkeys(source_ids)]
        if not wanted:
            return {}
        reports: dict[str, CrawlReport] = {}

        def finish(event: dict[str, Any]) -> None:
            report = CrawlReport(**event["report"] | {"refusals": tuple(event["report"]["refusals"])})
            reports[event["source"]] = report
            library.sources.record_run(event["source"], event["state"], event["message"], report, local_now())

        failure = _run_child(settings, [source.id for source in wanted], fresh, finish, show)
        for source in wanted:
            if source.id not in reports:
                event = {"event": "finished", "source": source.id, "state": "failed", "message": failure, "report": asdict(CrawlReport())}
                finish(event)
                if show:
                    show(event)
        return {source.id: reports[source.id] for source in wanted}
    finally:
        library.close()


def table(reports: Mapping[str, CrawlReport], sources: Iterable[Source] = ()) -> str:
    """The crawl as a table: found, new, changed, unchanged, duplicates, refused, and why. `sources` give names and words."""
    known = {source.id: source for source in sources}
    rows: list[tuple[str, ...]] = [("来源", "读到", "新增", "更新", "未变", "重复", "拒收", "说明")]
    for source_id, report in reports.items():
        source = known.get(source_id)
        counts = (report.found, report.new, report.changed, report.unchanged, report.duplicates, report.refused)
        why = source.last_message if source else (report.refusals[0] if report.refusals else "")
        rows.append((source.name if source else source_id, *map(str, counts), why))
    totals = [
        sum(getattr(report, name) for report in reports.values())
        for name in ("found", "new", "changed", "unchanged", "duplicates", "refused")
    ]
    rows.append(("合计", *map(str, totals), ""))
    widths = [max(_columns(row[place]) for row in rows) for place in range(7)]
    lines = [
        "  ".join([_padded(row[0], widths[0]), *(_padded(row[n], widths[n], right=True) for n in range(1, 7)), row[7]]).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * min(sum(widths) + 14 + 20, 100), *lines[1:]])


def _run_child(settings: Settings, source_ids: list[str], fresh: bool, finish: Show, show: Show | None) -> str:
    """Run the child to its end; returns the sentence for sources it did not finish."""
    values = asdict(settings) | {"home": str(settings.home)}
    order = json.dumps({"settings": values, "sources": source_ids, "fresh": fresh})
    root = str(Path(__file__).resolve().parents[1])
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH")))),
        "PYTHONIOENCODING": "utf-8",
    }
    with tempfile.TemporaryFile() as errors:
        command = [sys.executable, "-m", "crawler.child"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=environment) as child:  # noqa: S603
            assert child.stdin and child.stdout
            try:
                child.stdin.write(order.encode("utf-8"))
                child.stdin.close()
            except BrokenPipeError:
                pass
            watch = _Watch(child)
            try:
                for line in child.stdout:
                    watch.heard()
                    event = _event(line)
                    if event.get("event") == "finished":
                        finish(event)
                    if event and show:
                        show(event)
            finally:
                watch.stop()
                if child.poll() is None and sys.exc_info()[0] is not None:
                    child.kill()
        errors.seek(0)
        if text := errors.read().decode("utf-8", "replace").strip():
            log.warning("the crawl process said: %s", text[-2000:])  # for the log only: it may hold addresses with passwords
    if watch.ended:
        return f"抓取进程 {SILENCE_SECONDS:.0f} 秒没有动静，已停止；稍后会再试。"
    return f"抓取进程意外结束（代码 {child.returncode}），稍后会再试；原因见日志。"


def _event(line: bytes) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


class _Watch:
    """Ends a child that has been silent for too long."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child
        self.ended = False
        self._timer = self._started()

    def _started(self) -> threading.Timer:
        timer = threading.Timer(SILENCE_SECONDS, self._end)
        timer.daemon = True
        timer.start()
        return timer

    def heard(self) -> None:
        """The child lives."""
        self._timer.cancel()
        self._timer = self._started()

    def stop(self) -> None:
        """Watch no longer."""
        self._timer.cancel()

    def _end(self) -> None:
        self.ended = True
        self._child.kill()


def _columns(text: str) -> int:
    """Columns on a terminal, where Chinese characters take two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _padded(text: str, width: int, *, right: bool = False) -> str:
    space = " " * (width - _columns(text))
    return space + text if right else text + space

"""Alerts: raised when a person should look, sent once, cleared when it is over."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from crawler.alerts import check_alerts, send_alerts
from crawler.intake import take_in
from recommender.library import Library
from recommender.library.model import CrawlReport, WatchKind, WatchList
from recommender.library.tables import SHANGHAI
from recommender.settings import Settings
from tests.crawler.builders import note, source

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=SHANGHAI)


@dataclass
class Hook:
    """A webhook on loopback: what it was sent, and what it answers."""

    port: int = 0
    status: int = 200
    answer: bytes = b'{"errcode": 0}'
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def settings(self, path: str = "/hook", **changes: Any) -> Settings:
        allowed = (f"127.0.0.1:{self.port}",)
        return replace(Settings(home=Path("nowhere"), allow_private=allowed, alert_url=f"http://127.0.0.1:{self.port}{path}"), **changes)

    def messages(self) -> list[str]:
        return [json.loads(body)["message"] for _, _, body in self.got]


@contextmanager
def hook() -> Iterator[Hook]:
    made = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.got.append((self.path, dict(self.headers.items()), body))
            self.send_response(made.status)
            self.send_header("Content-Length", str(len(made.answer)))
            self.end_headers()
            self.wfile.write(made.answer)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()


def ran(library: Library, *states: str, source_id: str = "blog", found: int = 20) -> None:
    for state in states:
        library.sources.record_run(source_id, state, f"{state}：请检查网址。", CrawlReport(found=found, unchanged=found), NOW)


def open_alerts(library: Library) -> list[tuple[str, str]]:
    check_alerts(library, NOW)
    return [(alert.kind, alert.subject_id) for alert in library.alerts.open()]


@pytest.mark.parametrize(
    ("states", "alerted"),
    [
        (("ok",), False),
        (("failed",), True),  # never worked: set up wrongly
        (("ok", "failed", "failed"), False),
        (("ok", "failed", "failed", "failed"), True),
        (("ok", "failed", "failed", "ok", "failed"), False),
        (("ok", "low"), False),
        (("ok", "low", "empty"), True),
        (("ok", "low", "ok", "low"), False),
        (("ok", "empty", "empty", "unchanged"), True),  # still the same empty answer
        (("ok", "unchanged", "unchanged"), False),
        ((), False),
    ],
)
def test_when_a_source_needs_a_person(library: Library, states: tuple[str, ...], alerted: bool) -> None:
    library.sources.add(source())
    ran(library, *states)
    assert open_alerts(library) == ([("source", "blog")] if alerted else [])


def test_an_alert_is_raised_once_and_cleared_when_it_is_over(library: Library) -> None:
    library.sources.add(source())
    ran(library, "ok", "failed", "failed", "failed")
    assert check_alerts(library, NOW) == 1
    ran(library, "failed")
    assert check_alerts(library, NOW) == 0
    assert "连续 3 次" in library.alerts.open()[0].message and "请检查网址" in library.alerts.open()[0].message
    ran(library, "ok")
    assert check_alerts(library, NOW) == 1
    assert library.alerts.open() == []


def test_a_paused_or_deleted_source_alerts_nobody(library: Library) -> None:
    library.sources.add(source())
    ran(library, "failed")
    assert open_alerts(library)
    library.sources.replace(source(enabled=False))
    assert not open_alerts(library)
    library.sources.replace(source())
    assert open_alerts(library)
    library.sources.delete("blog")
    assert not open_alerts(library)


@pytest.mark.parametrize(
    ("days", "changes", "alerted"), [(6, {}, False), (8, {}, True), (8, {"enabled": False}, False), (8, {"quiet_days": 0}, False)]
)
def test_a_watch_list_without_anything_new(library: Library, days: int, changes: dict[str, Any], alerted: bool) -> None:
    library.watch_lists.put(replace(WatchList("w-tea", WatchKind.CATEGORY, "早餐", quiet_days=7), **changes))
    library.sources.add(source(watch_lists=("w-tea",)))
    take_in(library, [note()], source_id="blog")
    check_alerts(library, datetime.now(SHANGHAI) + timedelta(days=days))
    assert [alert.kind for alert in library.alerts.open()] == (["watch_list"] if alerted else [])
    if alerted:
        assert f"{days} 天没有新内容" in library.alerts.open()[0].message
        check_alerts(library, datetime.now(SHANGHAI))
        assert library.alerts.open() == []


def test_a_watch_list_that_never_had_anything_is_quiet_since_its_sources_were_first_read(library: Library) -> None:
    library.watch_lists.put(WatchList("w-tea", WatchKind.CATEGORY, "早餐", quiet_days=7))
    assert check_alerts(library, NOW) == 0
    library.sources.add(source(watch_lists=("w-tea",)))
    ran(library, "ok")
    assert check_alerts(library, NOW + timedelta(days=6)) == 0
    assert check_alerts(library, NOW + timedelta(days=7)) == 1


def test_each_alert_and_its_end_is_sent_once_and_signed(library: Library) -> None:
    library.sources.add(source())
    ran(library, "failed")
    check_alerts(library, NOW)
    with hook() as receiver:
        settings = receiver.settings(alert_secret="秘密")
        for _ in range(2):
            assert send_alerts(library, settings, NOW) == ""
        assert len(receiver.got) == 1
        path, headers, body = receiver.got[0]
        told = json.loads(body)
        assert (path, told["kind"], told["subject"], told["name"], told["state"]) == ("/hook", "source", "blog", "某博客", "raised")
        assert told["raised_at"] == "2026-11-03T12:00:00+08:00" and told["cleared_at"] is None
        signed = hmac.new("秘密".encode(), headers["X-Zhongcao-Timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()
        assert headers["X-Zhongcao-Signature"] == f"sha256={signed}"
        ran(library, "ok")
        later = NOW + timedelta(minutes=5)
        check_alerts(library, later)
        for _ in range(2):
            assert send_alerts(library, settings, later) == ""
        assert len(receiver.got) == 2
        assert "恢复正常" in receiver.messages()[1] and json.loads(receiver.got[1][2])["state"] == "cleared"
        ran(library, "ok", "failed", "failed", "failed")
        check_alerts(library, later)
        send_alerts(library, settings, later)
        assert len(receiver.got) == 3


def test_what_could_not_be_sent_goes_with_a_later_round(library: Library) -> None:
    library.sources.add(source())
    ran(library, "failed")
    check_alerts(library, NOW)
    with hook() as receiver:
        receiver.status = 503
        assert "503" in send_alerts(library, receiver.settings(), NOW)
        receiver.status = 200
        assert send_alerts(library, receiver.settings(), NOW) == ""
        assert len(receiver.got) == 2 and "X-Zhongcao-Signature" not in receiver.got[0][1]
    assert library.alerts.unsent() == []


def test_what_was_over_before_it_could_be_sent_is_not_sent(library: Library) -> None:
    library.sources.add(source())
    ran(library, "failed")
    check_alerts(library, NOW)
    ran(library, "ok")
    check_alerts(library, NOW)
    with hook() as receiver:
        assert send_alerts(library, receiver.settings(), NOW) == ""
        assert receiver.got == []


def test_a_group_robot_gets_text_within_its_limit_and_must_say_yes(library: Library) -> None:
    library.sources.add(source(name="茶" * 900))
    ran(library, "failed")
    check_alerts(library, NOW)
    with hook() as receiver:
        settings = receiver.settings("/cgi-bin/webhook/send?key=geheim", alert_secret="x")
        receiver.answer = b'{"errcode": 45009}'
        assert "45009" in send_alerts(library, settings, NOW)
        receiver.answer = b"<html>"
        assert "没有收" in send_alerts(library, settings, NOW)
        receiver.answer = b'{"errcode": 0}'
        assert send_alerts(library, settings, NOW) == ""
        body = json.loads(receiver.got[-1][2])
        assert body["msgtype"] == "text" and "从来没有读到" not in body["text"]["content"]  # the long name leaves no room for it
        assert 2_000 < len(body["text"]["content"].encode()) <= 2_048
    assert library.alerts.unsent() == []


def test_an_inner_address_is_refused_and_the_key_never_shows(library: Library, caplog: pytest.LogCaptureFixture) -> None:
    library.sources.add(source())
    ran(library, "failed")
    check_alerts(library, NOW)
    caplog.set_level("INFO")
    with hook() as receiver:
        path = "/cgi-bin/webhook/send?key=geheim"
        problem = send_alerts(library, receiver.settings(path, allow_private=()), NOW)
        assert "ZHONGCAO_ALLOW_PRIVATE" in problem and receiver.got == []
        assert "geheim" not in problem
        assert send_alerts(library, receiver.settings(path), NOW) == ""
    assert "geheim" not in caplog.text
    assert send_alerts(library, Settings(alert_url="http://[broken"), NOW) == ""  # nothing left to send
    ran(library, "ok")
    check_alerts(library, NOW + timedelta(seconds=1))
    assert "没有送到" in send_alerts(library, Settings(alert_url="http://[broken"), NOW)
    assert send_alerts(library, Settings(), NOW) == ""

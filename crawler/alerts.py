"""Alerts: what a person has to be told of sources and watch-lists, once, by webhook or group robot.

A webhook gets `POST` with a JSON body `{kind, subject, name, state, message, raised_at, cleared_at}`, where kind is source
or watch_list and state is raised or cleared, and the headers `X-Zhongcao-Timestamp` (Unix seconds) and, where a secret is
set, `X-Zhongcao-Signature: sha256=<hex>`, the HMAC-SHA256 of timestamp + "." + body. Any 2xx answer means received.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from datetime import datetime, timedelta
from typing import Any

import httpx

from recommender.errors import ZhongcaoError
from recommender.library import Library
from recommender.library.model import Alert, Coverage, Source, SourceRun, WatchList
from recommender.library.tables import SHANGHAI
from recommender.outbound import client, read_limited
from recommender.settings import Settings

SOURCE, WATCH_LIST = "source", "watch_list"
FAILURES = 3  # in a row, before an alert about a source that has worked; one that never has is wrong from the start
POOR = ("low", "empty")
POOR_RUNS = 2
MOST_AT_ONCE = 15  # a group robot takes 20 messages a minute; the rest goes with the next round
ROBOT_PATH = "/cgi-bin/webhook/send"
ROBOT_BYTES = 2_048
MOST_ANSWER_BYTES = 65_536
TIMEOUT_SECONDS = 10.0
KEPT = 200  # newest alerts that are looked through for those over


def check_alerts(library: Library, now: datetime) -> int:
    """Raise what has become wrong and clear what is over; returns how many alerts were raised or cleared."""
    sources = library.sources.all()
    wrong = {(SOURCE, source.id): _wrong_with_source(library, source) for source in sources}
    watched = [each for each in library.watch_lists.all() if each.enabled and each.quiet_days]
    coverage = library.watch_lists.coverage(now) if watched else {}
    for watch_list in watched:
        if watch_list.id in coverage:
            wrong[WATCH_LIST, watch_list.id] = _wrong_with_list(library, watch_list, coverage[watch_list.id], sources, now)
    moved = 0
    for alert in library.alerts.open():
        if not wrong.pop((alert.kind, alert.subject_id), ""):
            moved += library.alerts.clear(alert.kind, alert.subject_id, now)
    for (kind, subject_id), message in wrong.items():
        moved += bool(message) and library.alerts.raise_alert(kind, subject_id, message, now)
    return moved


def send_alerts(library: Library, settings: Settings, now: datetime, *, http: httpx.Client | None = None) -> str:
    """Tell the webhook of alerts that nobody was told of, and of the end of those it was told of.

    Each is sent once; only a crash between sending and marking repeats one. Returns "", or one sentence why it stopped:
    what is left goes with the next round.
    """
    if not settings.alert_url:
        return ""
    over = [
        alert for alert in reversed(library.alerts.recent(KEPT)) if alert.cleared_at and alert.sent_at and alert.sent_at <= alert.cleared_at
    ]
    waiting = [*over, *library.alerts.unsent()][:MOST_AT_ONCE]
    if not waiting:
        return ""
    subjects: dict[tuple[str, str], Source | WatchList] = {(SOURCE, each.id): each for each in library.sources.all()}
    subjects |= {(WATCH_LIST, each.id): each for each in library.watch_lists.all()}
    with http or client(settings) as opened:
        for alert in waiting:
            told = describe(alert, subjects.get((alert.kind, alert.subject_id)))
            if problem := _post(opened, settings, told, now):
                return problem
            # told of its end, an alert is marked as sent after it was cleared
            library.alerts.mark_sent(alert.id, max(now, alert.cleared_at + timedelta(milliseconds=1)) if alert.cleared_at else now)
    return ""


def describe(alert: Alert, subject: Source | WatchList | None) -> dict[str, Any]:
    """What a webhook is told of an alert. `subject` is None where it was deleted."""
    name = subject.name if subject else ""
    message = alert.message
    if alert.cleared_at:
        what = "来源" if alert.kind == SOURCE else "关注清单"
        ended = "已经删除，提醒解除" if subject is None else "恢复正常了" if subject.enabled else "已经停用，提醒解除"
        message = f"{what}「{name or alert.subject_id}」{ended}。之前的提醒：{alert.message}"
    return {
        "kind": alert.kind,
        "subject": alert.subject_id,
        "name": name,
        "state": "cleared" if alert.cleared_at else "raised",
        "message": message,
        "raised_at": _iso(alert.raised_at),
        "cleared_at": _iso(alert.cleared_at),
    }


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What `X-Zhongcao-Signature` says."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _wrong_with_source(library: Library, source: Source) -> str:
    """What a person has to do something about, "" where all is well (enough)."""
    if not source.enabled:
        return ""
    if source.last_state == "failed":
        if source.last_success_at is None:
            return f"来源「{source.name}」从来没有读到过：{source.last_message}"
        return f"来源「{source.name}」连续 {source.failures} 次没有读到：{source.last_message}" if source.failures >= FAILURES else ""
    if source.last_state not in (*POOR, "unchanged"):
        return ""
    runs = _telling(library.sources.runs(source.id))[:POOR_RUNS]
    if len(runs) == POOR_RUNS and all(run.state in POOR for run in runs):
        return f"来源「{source.name}」连续 {POOR_RUNS} 次读到的比平时少得多：{runs[0].message}"
    return ""


def _telling(runs: list[SourceRun]) -> list[SourceRun]:
    """Runs without those that found the same answer as the time before: they say nothing new of the source."""
    return [run for run in runs if run.state != "unchanged"]


def _wrong_with_list(library: Library, watch_list: WatchList, coverage: Coverage, sources: list[Source], now: datetime) -> str:
    if coverage.full:
        return ""
    since = coverage.last_new_at
    if since is None:  # nothing ever came: quiet since its sources were first read
        firsts = [
            runs[-1].at for source in sources if watch_list.id in source.watch_lists and (runs := library.sources.runs(source.id, 100))
        ]
        since = min(firsts, default=now)
    if now - since < timedelta(days=watch_list.quiet_days):
        return ""
    failing = f"{coverage.sources} 个来源里有 {coverage.failing} 个失败，请先修好它们" if coverage.failing else ""
    advice = failing or ("请给它加一个来源" if not coverage.sources else "来源都正常，请看看它的叫法是不是太窄，或再加一个来源")
    return f"关注清单「{watch_list.name}」已经 {(now - since).days} 天没有新内容：{advice}。"


def _post(http: httpx.Client, settings: Settings, told: dict[str, Any], now: datetime) -> str:
    """Send one message; returns "" or why it was not received. The address never shows: it may hold a key."""
    robot = settings.alert_url.partition("?")[0].endswith(ROBOT_PATH)
    value = {"msgtype": "text", "text": {"content": _cut(told["message"])}} if robot else told
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    timestamp = str(int(now.timestamp()))
    headers = {"Content-Type": "application/json; charset=utf-8", "X-Zhongcao-Timestamp": timestamp}
    if settings.alert_secret and not robot:
        headers["X-Zhongcao-Signature"] = signature(settings.alert_secret, timestamp, body)
    said = logging.getLogger("httpx")
    level = said.level
    said.setLevel(logging.WARNING)  # httpx writes whole addresses at INFO
    try:
        with http.stream("POST", settings.alert_url, content=body, headers=headers, timeout=TIMEOUT_SECONDS) as answer:
            if not answer.is_success:
                return f"提醒没有送到：ZHONGCAO_ALERT_URL 的地址回答 {answer.status_code}，稍后再试。"
            said_back = read_limited(answer, MOST_ANSWER_BYTES)
    except ZhongcaoError as error:
        return f"提醒没有送到：{error.message}"
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return f"提醒没有送到：连不上 ZHONGCAO_ALERT_URL 的地址（{type(error).__name__}），稍后再试。"
    finally:
        said.setLevel(level)
    return _refused_by_robot(said_back) if robot else ""


def _refused_by_robot(answer: bytes) -> str:
    try:
        code = json.loads(answer)["errcode"]
    except (ValueError, KeyError, TypeError, RecursionError):
        code = "读不懂的回答"
    return "" if code == 0 else f"提醒没有送到：群机器人没有收（{str(code)[:20]}），请检查它的地址，稍后再试。"


def _cut(message: str) -> str:
    data = f"【种草】{message}".encode("utf-8", "replace")
    return data.decode() if len(data) <= ROBOT_BYTES else data[: ROBOT_BYTES - 3].decode("utf-8", "ignore") + "…"


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds") if at else None

"""The WeCom group robot: one Markdown message at a time, paced, retried where that is safe, its key kept secret."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from recommender.delivery.limits import limit
from recommender.delivery.wecom import Body, robot_markdown
from recommender.errors import BlockedAddress, FetchFailed, InputError
from recommender.outbound import read_limited

TRIES = 4
WAITS_SECONDS = (2.0, 8.0, 30.0)  # before the second, third and fourth try
RATE_WAIT_SECONDS = 60.0  # the robot's limit is by the minute
MOST_ANSWER_BYTES = 65_536
ANSWER_TIMEOUT_SECONDS = 30.0  # long, because an answer that we give up on may mean a message sent twice

_BUSY = -1
_TOO_OFTEN = 45009
_REFUSALS = {
    40058: "消息超过群机器人的长度上限（4,096 字节）。",
    93000: "群机器人的地址无效：机器人可能已被移出群，请从群里重新复制地址。",
}


class Outcome(StrEnum):
    """What became of one message."""

    SENT = "sent"  # 已发
    REFUSED = "refused"  # 机器人明确不收，没有发出
    UNAVAILABLE = "unavailable"  # 没有发出，稍后可再试
    UNKNOWN = "unknown"  # 请求发出后没有收到回答，可能已发


@dataclass(frozen=True, slots=True)
class Sending:
    """The outcome of one message and, unless it was sent, one Chinese sentence for the person who set the robot up."""

    outcome: Outcome
    message: str = ""


class GroupRobot:
    """One robot of one group.

    A try is repeated only where the robot cannot have posted the message: no connection, HTTP 429 or 5xx, errcode -1 or
    45009. Where the request went out and no answer came back (a hang, a cut connection, an unreadable answer), nobody
    can know: the message is not tried again at once, the outcome is UNKNOWN, and the caller, who never loses a message,
    sends it in a later round. So each such gap between sending and knowing, a crash of ours included, can cost one
    duplicate, and nothing else can.

    Requests to one address are at least 3 s apart (20 a minute) within this process, whichever object sends them.
    """

    def __init__(
        self, url: str, client: httpx.Client, *, sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = _checked(url)
        self._client = client
        self._sleep = sleep
        self._pace = _pace_of(url, clock)

    def send_markdown(self, text: str) -> Sending:
        """Send one message of at most 4,096 UTF-8 bytes. Raises InputError for a longer one; every other trouble is an outcome."""
        body = robot_markdown(text)
        sending = Sending(Outcome.UNAVAILABLE)
        for attempt in range(TRIES):
            self._sleep(self._pace.wait_seconds())
            sending, again_seconds = self._try(body, attempt)
            if again_seconds is None:
                return sending
            if attempt < TRIES - 1:
                self._sleep(again_seconds)
        return sending

    def _try(self, body: Body, attempt: int) -> tuple[Sending, float | None]:
        """One request: its outcome, and the seconds to wait before another try, None if there is to be none."""
        wait = WAITS_SECONDS[min(attempt, len(WAITS_SECONDS) - 1)]
        try:
            status, headers, answer = self._post(body)
        except BlockedAddress:
            return Sending(Outcome.REFUSED, "群机器人的地址不是公网地址，已被拦下；内网地址要先写进 ZHONGCAO_ALLOW_PRIVATE。"), None
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return Sending(Outcome.UNAVAILABLE, "连不上群机器人，请检查网络和机器人地址。"), wait
        except (httpx.UnsupportedProtocol, httpx.InvalidURL):
            return Sending(Outcome.REFUSED, "群机器人的地址不对，请从企业微信群里重新复制。"), None
        except (httpx.HTTPError, FetchFailed):
            return Sending(Outcome.UNKNOWN, "群机器人没有回答，不知道消息是否已发出；下一轮会再发一次，群里可能看到重复。"), None
        if status == httpx.codes.TOO_MANY_REQUESTS:
            return Sending(Outcome.UNAVAILABLE, "群机器人发得太快，被限流了，稍后再试。"), _retry_after(headers)
        if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            return Sending(Outcome.UNAVAILABLE, f"群机器人的服务出错（HTTP {status}），稍后再试。"), wait
        if status != httpx.codes.OK:
            return Sending(Outcome.REFUSED, f"群机器人的地址没有正常回答（HTTP {status}），请检查地址。"), None
        return _read(answer, wait)

    def _post(self, body: Body) -> tuple[int, httpx.Headers, bytes]:
        with self._client.stream("POST", self._url, json=body, timeout=ANSWER_TIMEOUT_SECONDS, follow_redirects=False) as answer:
            return answer.status_code, answer.headers, read_limited(answer, MOST_ANSWER_BYTES)


def _read(answer: bytes, wait: float) -> tuple[Sending, float | None]:
    try:
        code = json.loads(answer)["errcode"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Sending(Outcome.UNKNOWN, "群机器人的回答读不懂，不知道消息是否已发出；请检查地址是不是企业微信的群机器人。"), None
    if not isinstance(code, int) or isinstance(code, bool):
        return Sending(Outcome.REFUSED, "群机器人不收这条消息。"), None
    if code == 0:
        return Sending(Outcome.SENT), None
    if code == _BUSY:
        return Sending(Outcome.UNAVAILABLE, "企业微信系统繁忙，稍后再试。"), wait
    if code == _TOO_OFTEN:
        return Sending(Outcome.UNAVAILABLE, "群机器人一分钟最多发 20 条，已超出，稍后再试。"), RATE_WAIT_SECONDS
    return Sending(Outcome.REFUSED, _REFUSALS.get(code, f"群机器人不收这条消息（错误码 {str(code)[:12]}）。")), None


def _retry_after(headers: httpx.Headers) -> float:
    asked = headers.get("retry-after", "")
    return min(float(asked), RATE_WAIT_SECONDS) if re.fullmatch(r"\d{1,6}", asked) else RATE_WAIT_SECONDS


def _checked(url: str) -> str:
    """`url` if it can be a robot's address; the message never repeats it, because it holds the key."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and bool(parse_qs(parts.query).get("key"))
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL):
        usable = False
    if not usable:
        raise InputError(
            "群机器人的地址不对，应为 https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=… ，请从企业微信群里重新复制。",
            field="robot_url",
        )
    _hide_keys()
    return url


class _Pace:
    """When the next request to one robot may go out. An even gap needs no memory of the last minute, so it holds across a restart."""

    def __init__(self, gap_seconds: float, clock: Callable[[], float]) -> None:
        self._gap_seconds = gap_seconds
        self._clock = clock
        self._next = clock()
        self._lock = threading.Lock()

    def wait_seconds(self) -> float:
        """Seconds to wait for the turn that this call takes."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._next)
            self._next = turn + self._gap_seconds
        return turn - now


_paces: dict[tuple[str, Callable[[], float]], _Pace] = {}
_paces_lock = threading.Lock()


def _pace_of(url: str, clock: Callable[[], float]) -> _Pace:
    name = hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()
    with _paces_lock:
        return _paces.setdefault((name, clock), _Pace(60 / limit("wecom_robot", "messages_per_minute"), clock))


class _HideKey(logging.Filter):
    """Takes the key out of what httpx logs of each request: it writes the whole address at INFO."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(self._hidden(value) for value in record.args)
        return True

    @staticmethod
    def _hidden(value: Any) -> Any:
        return re.sub(r"(?i)([?&]key=)[^&\s]+", r"\1***", str(value)) if isinstance(value, httpx.URL | str) else value


def _hide_keys() -> None:
    for name in ("httpx", "httpcore"):
        logger = logging.getLogger(name)
        if not any(isinstance(one, _HideKey) for one in logger.filters):
            logger.addFilter(_HideKey())

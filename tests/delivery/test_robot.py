"""The robot's outcomes: what is tried again, what is not, and the key that nobody sees."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from recommender.delivery.robot import GroupRobot, Outcome
from recommender.errors import BlockedAddress, InputError

_keys = itertools.count()
Handler = Callable[[httpx.Request], httpx.Response]


class World:
    """A robot, its clock and what it was sent; `answers` are used in turn, the last one for ever."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.texts: list[str] = []
        self.times: list[float] = []
        self.now = 0.0
        self.key = f"secret-{next(_keys)}"
        self.url = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={self.key}"
        self.robot = GroupRobot(self.url, httpx.Client(transport=httpx.MockTransport(self._answer)), sleep=self._sleep, clock=self._clock)

    def _clock(self) -> float:
        return self.now

    def _sleep(self, seconds: float) -> None:
        self.now += seconds

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.times.append(self.now)
        self.texts.append(request.content.decode())
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json={"errcode": answer, "errmsg": "x"})


def test_a_message_is_sent_once() -> None:
    world = World(0)
    assert world.robot.send_markdown("**好物**").outcome is Outcome.SENT
    assert world.texts == ['{"msgtype":"markdown","markdown":{"content":"**好物**"}}']


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(500),
        httpx.Response(429),
        httpx.Response(429, headers={"retry-after": "1"}),
        httpx.ConnectError("x"),
        httpx.ConnectTimeout("x"),
        httpx.PoolTimeout("x"),
        -1,
        45009,
    ],
)
def test_what_was_surely_not_posted_is_tried_again(trouble: Any) -> None:
    world = World(trouble, 0)
    assert world.robot.send_markdown("好").outcome is Outcome.SENT
    assert len(world.texts) == 2
    world = World(trouble)
    sending = world.robot.send_markdown("好")
    assert (sending.outcome, len(world.texts)) == (Outcome.UNAVAILABLE, 4)
    assert sending.message.endswith("。")


@pytest.mark.parametrize(
    "gap",
    [
        httpx.ReadTimeout("x"),
        httpx.ReadError("x"),
        httpx.WriteTimeout("x"),
        httpx.RemoteProtocolError("x"),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, text="[" * 60_000),
        httpx.Response(200, json=[1]),
        httpx.Response(200, content=b"x" * 100_000),
    ],
)
def test_what_may_have_been_posted_is_not_tried_again_at_once(gap: Any) -> None:
    world = World(gap)
    sending = world.robot.send_markdown("好")
    assert (sending.outcome, len(world.texts)) == (Outcome.UNKNOWN, 1)
    assert "不知道" in sending.message


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (93000, "重新复制"),
        (40058, "长度上限"),
        (40001, "40001"),
        ("odd", "不收"),
        (httpx.Response(404), "404"),
        (httpx.Response(302, headers={"location": "https://elsewhere.example/"}), "302"),
        (BlockedAddress("x"), "公网"),
        (httpx.UnsupportedProtocol("x"), "重新复制"),
    ],
)
def test_a_refusal_is_not_tried_again(refusal: Any, words: str) -> None:
    world = World(refusal)
    sending = world.robot.send_markdown("好")
    assert (sending.outcome, len(world.texts)) == (Outcome.REFUSED, 1)
    assert words in sending.message


def test_at_most_twenty_a_minute_tries_included() -> None:
    world = World(0, 0, httpx.Response(500), 0, 45009, 0)
    for _ in range(60):
        world.robot.send_markdown("好")
    for start in world.times:
        assert sum(start <= moment < start + 60 for moment in world.times) <= 20


def test_two_senders_to_one_robot_share_its_pace() -> None:
    world = World(0)
    second = GroupRobot(world.url, httpx.Client(transport=httpx.MockTransport(world._answer)), sleep=world._sleep, clock=world._clock)
    world.robot.send_markdown("一")
    second.send_markdown("二")
    assert world.times == [0.0, 3.0]


def test_a_message_too_long_is_not_sent() -> None:
    world = World(0)
    with pytest.raises(InputError, match="4096"):
        world.robot.send_markdown("好" * 2000)
    assert world.texts == []


def test_the_key_is_neither_logged_nor_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for answer in (0, 93000, httpx.Response(500), httpx.ReadTimeout("x"), BlockedAddress("x")):
        world = World(answer)
        sending = world.robot.send_markdown("好")
        assert world.key not in caplog.text + sending.message + repr(world.robot)
    assert "key=***" in caplog.text


@pytest.mark.parametrize(
    "url", ["", "qyapi", "ftp://a.example/?key=geheim", "https://a.example/send", "https:///?key=geheim", "http://[x?key=geheim"]
)
def test_what_is_no_robot_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(InputError, match="地址不对") as caught:
        GroupRobot(url, httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200))))
    assert "geheim" not in caught.value.message

"""A digest reaches its group once, whatever the robot does."""

from __future__ import annotations

import fcntl
import hashlib
import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.digest import deliver_digest, due, make_digest, overdue
from recommender.digest.delivering import messages
from recommender.digest.viewing import view_digest
from recommender.errors import NotFound
from recommender.library.model import DeliveryState, Digest
from tests.digest.builders import NOW, ROBOT, TODAY, House, ToldRobot, house

MANY = 13  # contents of a digest that needs several messages
LONG = "今天说说换季的时候怎么温和洗脸才不会紧绷发红，早上只用清水，晚上再用洁面。" * 3


def digest_of(home: House, count: int, robot_url: str = ROBOT + "k") -> Digest:
    for number in range(1, count + 1):
        home.add(number, text=LONG)
    return make_digest(home.library, home.index, home.settings, home.subscribe(limit=count, robot_url=robot_url), TODAY, NOW)


def deliver(home: House, digest: Digest, robot: ToldRobot) -> Digest:
    return deliver_digest(home.library, digest, home.settings, robot.client, sleep=lambda seconds: None)


def numbers(posted: list[str]) -> list[int]:
    """The numbers of the contents in what was posted."""
    return [int(number) for text in posted for number in re.findall(r"\*\*(\d+)\. ", text)]


def test_a_short_digest_is_one_message(home: House) -> None:
    robot = ToldRobot()
    digest = deliver(home, digest_of(home, 3), robot)
    assert (digest.state, digest.message) == (DeliveryState.SENT, "已发到群里，共 1 条消息。")
    assert digest == home.library.digests.get(digest.subscription_id, TODAY)
    assert numbers(robot.posted) == [1, 2, 3]
    assert robot.posted[0].startswith("### 早报")
    assert due(home.library, NOW) == []


def test_a_long_digest_is_split_between_contents_and_numbered(home: House) -> None:
    robot = ToldRobot()
    deliver(home, digest_of(home, MANY), robot)
    total = len(robot.posted)
    assert total > 1
    assert all(text.startswith(f"({number}/{total})\n") for number, text in enumerate(robot.posted, 1))
    assert all(len(text.encode()) <= 4096 for text in robot.posted)
    assert numbers(robot.posted) == list(range(1, MANY + 1))


def test_what_was_sent_is_never_sent_again(home: House) -> None:
    robot = ToldRobot()
    digest = digest_of(home, 3)
    deliver(home, digest, robot)
    deliver(home, digest, robot)
    assert len(robot.posted) == 1


def test_after_a_failure_the_rest_follows(home: House) -> None:
    robot = ToldRobot(["ok", "refuse"])
    digest = digest_of(home, MANY)
    failed = deliver(home, digest, robot)
    assert failed.state is DeliveryState.FAILED
    assert "重新复制" in failed.message
    assert due(home.library, NOW)
    assert deliver(home, digest, robot).state is DeliveryState.SENT
    assert numbers(robot.posted) == list(range(1, MANY + 1))
    assert robot.posted[1].startswith("(2/")


def test_the_rest_follows_even_where_texts_changed(home: House) -> None:
    robot = ToldRobot(["ok", "refuse"])
    digest = digest_of(home, MANY)
    deliver(home, digest, robot)
    for number in range(1, MANY + 1):
        home.add(number, text="短了。")
    home.library.contents.take_down(digest.content_ids[1], "投诉")
    deliver(home, digest, robot)
    assert numbers(robot.posted) == list(range(1, MANY + 1))


def test_a_crash_costs_at_most_one_duplicate(home: House) -> None:
    robot = ToldRobot(["ok", "crash"])
    digest = digest_of(home, MANY)
    with pytest.raises(SystemExit):
        deliver(home, digest, robot)
    deliver(home, digest, robot)
    assert sorted(set(numbers(robot.posted))) == list(range(1, MANY + 1))
    assert max(Counter(numbers(robot.posted)).values()) == 2
    assert robot.posted[1] == robot.posted[2]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(["ok", "refuse", "error", "hang", "lost", "crash"]), max_size=12))
def test_nothing_is_lost_and_only_gaps_cost_duplicates(plan: list[str]) -> None:
    gaps = plan.count("hang") + plan.count("crash")
    with TemporaryDirectory() as folder:
        home = house(Path(folder))
        digest, robot = digest_of(home, MANY), ToldRobot(plan)
        state = DeliveryState.PENDING
        for _ in range(len(plan) + 1):
            try:
                state = deliver(home, digest, robot).state
            except SystemExit:
                continue
        home.library.close()
    assert state is DeliveryState.SENT
    assert sorted(set(numbers(robot.posted))) == list(range(1, MANY + 1))
    assert len(robot.posted) - len(set(robot.posted)) <= gaps


def test_two_at_once_do_not_both_send(home: House) -> None:
    digest, robot = digest_of(home, 2), ToldRobot()
    folder = home.settings.home / "locks"
    folder.mkdir()
    name = hashlib.sha256(digest.subscription_id.encode()).hexdigest()[:24]
    with (folder / f"digest-{name}.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert deliver(home, digest, robot) == digest
        assert robot.posted == []
    assert deliver(home, digest, robot).state is DeliveryState.SENT


@pytest.mark.parametrize(("count", "robot_url", "words"), [(0, ROBOT + "k", "没有新内容"), (1, "", "没有设置群机器人")])
def test_nothing_to_post_is_done(home: House, count: int, robot_url: str, words: str) -> None:
    robot = ToldRobot()
    digest = deliver(home, digest_of(home, count, robot_url), robot)
    assert digest.state is DeliveryState.SENT
    assert words in digest.message
    assert robot.posted == []
    assert due(home.library, NOW) == []


def test_a_wrong_address_fails_plainly_and_secretly(home: House) -> None:
    digest = deliver(home, digest_of(home, 1, "https:///?key=geheim"), ToldRobot())
    assert digest.state is DeliveryState.FAILED
    assert "地址不对" in digest.message
    assert "geheim" not in digest.message


def test_a_subscription_deleted_meanwhile_is_said(home: House) -> None:
    digest = digest_of(home, 1)
    home.library.subscriptions.delete(digest.subscription_id)
    assert deliver(home, digest, ToldRobot()).state is DeliveryState.FAILED


def test_a_preview_cannot_be_delivered(home: House) -> None:
    with pytest.raises(NotFound, match="没有保存"):
        deliver(home, replace(digest_of(home, 1), day="2026-06-01"), ToldRobot())


def test_a_title_alone_counts_as_a_message(home: House) -> None:
    view = view_digest(home.library, digest_of(home, 2), home.settings)
    assert [number for number, _ in messages(view)] == [2]
    assert [number for number, _ in messages(view, frozenset({0}))] == [2]
    assert "###" not in messages(view, frozenset({0}))[0][1]
    assert messages(view, frozenset({0, 2})) == []


def test_what_a_day_left_undelivered_is_sent_on_the_next_ones_for_a_while(home: House) -> None:
    robot = ToldRobot(["refuse"])
    digest = deliver(home, digest_of(home, 3), robot)
    assert digest.state is DeliveryState.FAILED
    assert overdue(home.library, NOW) == []  # today's is simply due
    (late,) = overdue(home.library, NOW + timedelta(days=1))
    assert late.id == digest.id
    assert overdue(home.library, NOW + timedelta(days=5)) == []
    assert overdue(home.library, NOW + timedelta(hours=16)) == []  # at night
    assert deliver(home, late, robot).state is DeliveryState.SENT
    assert numbers(robot.posted) == [1, 2, 3]
    assert overdue(home.library, NOW + timedelta(days=1)) == []

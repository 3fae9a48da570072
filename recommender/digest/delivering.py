"""Handing a digest to its group robot, part by part, so that nothing is lost and nothing that was sent is sent again."""

from __future__ import annotations

import fcntl
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from recommender.delivery.characters import cut_to_bytes
from recommender.delivery.limits import limit
from recommender.delivery.robot import GroupRobot, Outcome, Sending
from recommender.delivery.split import numbered
from recommender.digest.markdown import head_block, item_block
from recommender.digest.viewing import DigestView, view_digest
from recommender.errors import InputError, NotFound
from recommender.library import Library
from recommender.library.model import DeliveryState, Digest
from recommender.settings import Settings

NOTHING_SENT = -1
HEAD_BYTES = 16  # room for the numbers that a message of several parts begins with
INTERRUPTED = "上次发送时程序中断，重新发送。"


def deliver_digest(
    library: Library, digest: Digest, settings: Settings, client: httpx.Client, *, sleep: Callable[[float], None] = time.sleep
) -> Digest:
    """Post what is left of the digest to its subscription's robot and return it with its new state.

    A part is one message and goes into the ledger under the number of its last content, before it is sent and again when
    the robot has taken it; the next call goes on behind the last part sent, even where texts have changed since. A part
    that was begun but not marked (we crashed) or not answered (the robot hung) is sent again: that may be one
    duplicate, and leaving it would be a loss. Two callers at once: the second one leaves the digest to the first (a lock
    file in the home folder, which the system frees when a process dies).

    SENT also means: there was nothing new or no robot, so the digest is only read on pages and in feeds. FAILED carries a
    plain message, and a later call tries again. Never raises for what a robot does.
    """
    with _only_one(settings.home, digest.subscription_id) as alone:
        if not alone:
            return library.digests.get(digest.subscription_id, digest.day) or digest
        known = library.digests.get(digest.subscription_id, digest.day)
        if known is None:
            raise NotFound("这份日报还没有保存，不能发送。")
        if known.state is DeliveryState.SENT:
            return known
        state, message = _deliver(library, known, settings, client, sleep)
        library.digests.set_state(known.id, state, message)
        return replace(known, state=state, message=message)


def _deliver(
    library: Library, digest: Digest, settings: Settings, client: httpx.Client, sleep: Callable[[float], None]
) -> tuple[DeliveryState, str]:
    view = view_digest(library, digest, settings)
    if not view.items:
        return DeliveryState.SENT, "没有新内容，没有打扰群。"
    try:
        robot_url = library.subscriptions.get(digest.subscription_id).robot_url
        if not robot_url:
            return DeliveryState.SENT, "没有设置群机器人，日报在网页和订阅源里看。"
        robot = GroupRobot(robot_url, client, sleep=sleep)
    except (InputError, NotFound) as error:
        return DeliveryState.FAILED, error.message
    library.digests.set_state(digest.id, DeliveryState.SENDING)
    sent = 0
    for number, text in messages(view, _release(library, digest.id)):
        sending = _send(library, digest.id, number, text, robot)
        if sending.outcome is not Outcome.SENT:
            return DeliveryState.FAILED, sending.message
        sent += 1
    return DeliveryState.SENT, f"已发到群里，共 {sent} 条消息。" if sent else "已发到群里。"


def messages(view: DigestView, sent: frozenset[int] = frozenset()) -> list[tuple[int, str]]:
    """The messages still to send, each with the number of its last content (0: only the title); `sent` are those already sent.

    Contents up to the greatest number sent are done. Messages of a digest that needs several begin with (2/3).
    """
    done = max(sent, default=NOTHING_SENT)
    most = limit("wecom_robot", "markdown")
    left = [(item.number, item_block(item, most - HEAD_BYTES)) for item in view.items if item.number > done]
    if done == NOTHING_SENT:
        left.insert(0, (0, cut_to_bytes(head_block(view), most - HEAD_BYTES)))
    parts = numbered([block for _, block in left], most, sent_before=len(sent))
    return [(left[part.ended - 1][0], part.text) for part in parts]


def _release(library: Library, digest_id: str) -> frozenset[int]:
    """Numbers of the parts that were sent. One that a crash left as being sent is released, since we hold the lock."""
    parts = library.ledger.parts(digest_id)
    for number, state in parts.items():
        if state is DeliveryState.SENDING:
            library.ledger.mark(digest_id, number, DeliveryState.FAILED, INTERRUPTED)
    return frozenset(number for number, state in parts.items() if state is DeliveryState.SENT)


def _send(library: Library, digest_id: str, number: int, text: str, robot: GroupRobot) -> Sending:
    if not library.ledger.begin(digest_id, number, hashlib.sha256(text.encode()).hexdigest()):
        return Sending(Outcome.UNAVAILABLE, "另一个程序正在发送这份日报。")
    sending = robot.send_markdown(text)
    state = DeliveryState.SENT if sending.outcome is Outcome.SENT else DeliveryState.FAILED
    library.ledger.mark(digest_id, number, state, sending.message)
    return sending


@contextmanager
def _only_one(home: Path, subscription_id: str) -> Iterator[bool]:
    """True for the one process and thread that may deliver this subscription's digests now."""
    folder = home / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(subscription_id.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    with (folder / f"digest-{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True  # closing the file frees the lock

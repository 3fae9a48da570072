"""Bodies that WeCom takes, and sentences for those it would not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recommender.delivery import render, wecom
from recommender.errors import InputError, NotAllowed
from recommender.library.model import Channel, Rights
from tests.delivery.builders import content

MOMENT = render(content(), Channel.MOMENTS)
GROUP = render(content(), Channel.GROUP)


def test_a_moment_with_images() -> None:
    assert wecom.moment_task(MOMENT, image_media_ids=["m1", "m2"], users=["li"], tags=["t"]) == {
        "text": {"content": MOMENT.text},
        "attachments": [{"msgtype": "image", "image": {"media_id": "m1"}}, {"msgtype": "image", "image": {"media_id": "m2"}}],
        "visible_range": {"sender_list": {"user_list": ["li"]}, "external_contact_list": {"tag_list": ["t"]}},
    }


def test_a_moment_with_a_link_has_a_short_title() -> None:
    rendered = render(content(images=(), title="换季洗脸" * 20), Channel.MOMENTS)
    link = wecom.moment_task(rendered, link_cover_media_id="c")["attachments"][0]["link"]
    assert link["url"] == "https://notes.example/1"
    assert len(link["title"].encode()) <= 64
    assert link["title"].endswith("…")


def test_a_moment_with_a_video_and_no_range() -> None:
    body = wecom.moment_task(MOMENT, video_media_id="v")
    assert body["attachments"] == [{"msgtype": "video", "video": {"media_id": "v"}}]
    assert "visible_range" not in body


def test_a_group_message_takes_images_and_link_together() -> None:
    body = wecom.group_message(GROUP, sender="li", chats=["c1"], link_description="好" * 300)
    assert [part["msgtype"] for part in body["attachments"]] == ["image", "link"]
    assert body["attachments"][0]["image"] == {"pic_url": "https://pictures.example/1.jpg"}
    assert len(body["attachments"][1]["link"]["desc"].encode()) <= 512
    assert (body["chat_type"], body["sender"], body["chat_id_list"]) == ("group", "li", ["c1"])
    assert wecom.group_message(GROUP, sender="li", image_media_ids=["m"])["attachments"][0]["image"] == {"media_id": "m"}


def test_what_may_not_go_out_makes_no_body() -> None:
    closed = render(content(rights=Rights.REFERENCE), Channel.GROUP)
    with pytest.raises(NotAllowed, match="版权"):
        wecom.group_message(closed, sender="li")
    with pytest.raises(NotAllowed, match="版权"):
        wecom.moment_task(closed)


def test_what_wecom_would_refuse_is_refused_here() -> None:
    with pytest.raises(InputError, match="只能选一种"):
        wecom.moment_task(MOMENT, image_media_ids=["m"], video_media_id="v")
    with pytest.raises(InputError, match="最多 9 张"):
        wecom.moment_task(MOMENT, image_media_ids=["m"] * 10)
    with pytest.raises(InputError, match="最多 4000 字节"):
        wecom.moment_task(replace(MOMENT, text="好" * 1400))
    with pytest.raises(InputError, match="最多 2000 个字"):
        wecom.moment_task(replace(MOMENT, text="a" * 2001))
    with pytest.raises(InputError, match="都是空的"):
        wecom.moment_task(replace(MOMENT, text=""))
    with pytest.raises(InputError, match="没有可以附上的链接"):
        wecom.moment_task(replace(MOMENT, link=""), link_cover_media_id="c")
    with pytest.raises(InputError, match="发送成员"):
        wecom.group_message(GROUP, sender="")
    with pytest.raises(InputError, match="最多 2000 个"):
        wecom.group_message(GROUP, sender="li", chats=["c"] * 2001)
    with pytest.raises(InputError, match="最多 9 个"):
        wecom.group_message(GROUP, sender="li", image_media_ids=["m"] * 9)
    with pytest.raises(InputError, match="最多 2048 字节"):
        wecom.group_message(replace(GROUP, link="https://a.example/" + "x" * 2048), sender="li")


def test_a_robot_message_is_bounded_and_legal() -> None:
    assert wecom.robot_markdown("好\ud800物\x00") == {"msgtype": "markdown", "markdown": {"content": "好物"}}
    with pytest.raises(InputError, match="最多 4096 字节"):
        wecom.robot_markdown("好" * 1366)

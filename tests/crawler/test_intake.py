"""From parsed note to stored content."""

import itertools
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from crawler.intake import account_fingerprint, creator_of, prepare, take_in
from crawler.items import ParsedCreator, ParsedNote, Refusal
from recommender.library import Library
from recommender.library.model import Counts, CreatorTier, IncomingContent, MediaKind, Platform, Rights
from recommender.library.tables import SHANGHAI
from tests.crawler.builders import USER, note, note_id, stored

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=SHANGHAI)


def taken(parsed: ParsedNote) -> IncomingContent:
    item = prepare(parsed, now=NOW)
    assert isinstance(item, IncomingContent)
    return item


def test_a_note_is_repaired_cleaned_and_masked() -> None:
    item = taken(
        note(
            title="测评[笑哭R]",
            text="好用，加V：hello2020 #护肤[话题]#",
            liked="1.2万",
            collected="10+",
            commented="3,456",
            shared="-",
            published_at="昨天 08:30",
            images=("//media.example/a.jpg", "", "javascript:alert(1)", "https://media.example/b.jpg", "//media.example/a.jpg"),
            url=f"https://www.xiaohongshu.com/explore/{note_id(7)}?xsec_token=x",
        )
    )
    assert item.title == "测评"
    assert item.original_title == "测评[笑哭R]"
    assert item.text == "好用，加V：[微信号] #护肤"
    assert item.original_text == "好用，加V：[微信号] #护肤[话题]#"
    assert item.diversion == ("微信号",)
    assert item.tags == ("护肤",)
    assert item.counts == Counts(12_000, 10, 3_456, None)
    assert item.published_at == datetime(2026, 11, 2, 8, 30, tzinfo=SHANGHAI)
    assert item.images == ("https://media.example/a.jpg", "https://media.example/b.jpg")
    assert item.url == f"https://www.xiaohongshu.com/explore/{note_id(7)}"
    assert item.kind is MediaKind.IMAGE


def test_a_title_that_only_repeats_the_text_is_dropped() -> None:
    text = "周末去看了海。" * 9 + "回来的路上买了蛤蜊。"
    assert taken(note(title=text[:45] + "…", text=text)).title == ""
    assert taken(note(title=text[:45], text="另一段话。")).title == text[:45]
    assert taken(note(title="周末去看了海", text=text)).title == "周末去看了海"


def test_old_and_new_schema_name_the_same_creator() -> None:
    old = creator_of(Platform.XHS, USER, "", "阿满")
    new = creator_of(Platform.XHS, "", account_fingerprint(USER), "阿***满")
    assert old is not None and new is not None
    assert old.id == new.id == f"xhs-{account_fingerprint(USER)}"
    assert (old.name, new.name) == ("阿满", "")


def test_a_masked_name_identifies_nobody_and_a_plain_one_does() -> None:
    assert creator_of(Platform.WEIBO, "", "", "张***三") is None
    assert creator_of(Platform.WEIBO, "", "", "") is None
    named = creator_of(Platform.WEIBO, "", "", "张三丰")
    assert named is not None
    assert named == creator_of(Platform.WEIBO, "", "", " 张三丰 ")
    assert named != creator_of(Platform.ZHIHU, "", "", "张三丰")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": "", "text": " \n"}, "没有标题、正文、图片或视频"),
        ({"title": "-", "text": "null"}, "没有标题、正文、图片或视频"),
        ({"title": "", "text": "", "identity": "", "images": ("https://media.example/a.jpg",)}, "没有编号、链接和文字"),
    ],
)
def test_refusals_name_the_place_and_the_reason(changes: dict[str, Any], reason: str) -> None:
    refusal = prepare(note(where="a.json 第 3 条", **changes))
    assert isinstance(refusal, Refusal)
    assert refusal.reason.startswith("a.json 第 3 条：")
    assert reason in refusal.reason


def test_pictures_alone_are_enough() -> None:
    assert taken(note(title="", text="", images=("https://media.example/a.jpg",))).kind is MediaKind.IMAGE
    assert taken(note(title="", text="", video_url="https://media.example/a.mp4")).kind is MediaKind.VIDEO


def test_platform_and_identity_come_from_the_address() -> None:
    item = taken(note(platform=Platform.WEB, identity="", url=f"https://www.xiaohongshu.com/discovery/item/{note_id(9)}"))
    assert (item.platform, item.identity) == (Platform.XHS, note_id(9))


def test_rights_of_the_note_go_before_those_of_the_source(library: Library) -> None:
    take_in(library, [note(identity=note_id(1), rights=Rights.OWNED), note(identity=note_id(2))], rights=Rights.REFERENCE)
    assert [item.rights for item in stored(library)] == [Rights.OWNED, Rights.REFERENCE]


def test_what_cannot_be_stored_is_replaced(library: Library) -> None:
    report = take_in(library, [note(title="a\ud800b", text="c\x00d", tags=("\udfff",), url="https://example.com/\ud800")])
    assert report.new == 1
    assert stored(library)[0].title == "a\ufffdb"


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3])))
def test_the_newest_version_wins_in_any_order(library: Library, order: tuple[int, ...]) -> None:
    versions = [note(text=f"第 {number} 版", liked=number, updated_at=1_700_000_000 + number) for number in order]
    report = take_in(library, versions)
    assert (report.found, report.new, report.duplicates) == (3, 1, 2)
    assert [(item.text, item.counts.liked) for item in stored(library)] == [("第 3 版", 3)]
    again = take_in(library, versions)
    assert (again.new, again.changed, again.unchanged, again.duplicates) == (0, 0, 1, 2)


def test_the_newest_version_wins_across_batches(library: Library) -> None:
    others = [note(identity=note_id(1000 + number)) for number in range(600)]
    old, new = note(text="旧", updated_at=1_700_000_000), note(text="新", updated_at=1_700_000_001)
    assert take_in(library, [old]).new == 1
    report = take_in(library, [old, *others, new, old])
    assert (report.found, report.new, report.changed, report.unchanged, report.duplicates) == (603, 600, 1, 0, 2)
    assert next(item for item in stored(library) if item.identity == note_id(7)).text == "新"
    late = take_in(library, [old])
    assert (late.changed, late.unchanged) == (0, 1)


def test_creators_bring_fans_and_keep_names(library: Library) -> None:
    take_in(library, [note(), ParsedCreator(Platform.XHS, USER, "阿满", "12.3万")])
    take_in(library, [note(creator_id="", creator_hash=account_fingerprint(USER), creator_name="阿***满")])
    item = stored(library)[0]
    assert (item.creator_name, item.creator_fans, item.creator_tier) == ("阿满", 123_000, CreatorTier.SHOULDER)


@st.composite
def any_note(draw: st.DrawFn) -> ParsedNote:
    """A note of odd values; one identity has one address, as on every platform."""
    identity = draw(st.sampled_from(["", "a1", "a2", "b" * 200]))
    own = f"https://example.com/{identity or 'x'}"
    return note(
        identity=identity,
        url=draw(st.one_of(st.just(""), st.just(own), st.text("不是网址:/ ", max_size=5))),
        title=draw(st.text(max_size=5)),
        text=draw(st.text(max_size=5)),
        creator_name=draw(st.text(max_size=5)),
        liked=draw(st.one_of(st.none(), st.text(max_size=4), st.integers())),
        published_at=draw(st.one_of(st.none(), st.text(max_size=8), st.integers())),
        updated_at=draw(st.one_of(st.none(), st.integers(1_500_000_000, 1_500_000_003))),
    )


@example_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=40, print_blob=True
)
@given(st.lists(any_note(), max_size=8))
def test_everything_read_is_accounted_for(library: Library, notes: list[ParsedNote]) -> None:
    report = take_in(library, notes)
    assert report.found == len(notes)
    assert report.found == report.new + report.changed + report.unchanged + report.duplicates + report.refused
    again = take_in(library, notes)
    assert again.new == 0

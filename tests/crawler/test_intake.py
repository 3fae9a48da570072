"""From parsed note to stored content."""

import itertools
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from crawler.intake import Intake, Parsed, account_fingerprint, creator_of, prepare, take_in
from crawler.items import ParsedComment, ParsedCreator, ParsedNote, Refusal
from recommender.library import Library
from recommender.library.model import Counts, CreatorTier, IncomingContent, MediaKind, Platform, Rights, WatchKind, WatchList
from recommender.library.tables import SHANGHAI
from tests.crawler.builders import USER, note, note_id, source, stored

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


def comment(**changes: Any) -> ParsedComment:
    made = {"platform": Platform.XHS, "note_identity": note_id(7), "comment_id": "c1", "text": "好喝"}
    return ParsedComment(**made | changes)


def test_comments_are_masked_and_counted_apart(library: Library) -> None:
    intake = Intake(library)
    intake.add(note())
    intake.add(comment(text="回复 @小张三: 加我微信：hello2020 呀[笑哭R] @隔壁老王 也来", liked="1.2万"))
    intake.add(comment(comment_id="c2", text="[笑哭R] @隔壁老王"))  # says nothing that may be kept
    intake.add(comment(comment_id="", where="a.csv 第 3 行"))
    report = intake.finish()
    assert (report.found, report.new, report.refused, intake.comments) == (2, 1, 1, 1)
    assert report.refusals[0].startswith("a.csv 第 3 行：")
    kept = library.comments.of(f"xhs-{note_id(7)}")
    assert [(each.text, each.liked) for each in kept] == [("加我微信：[微信号] 呀 @[用户] 也来", 12_000)]
    again = Intake(library)
    again.add(comment(text="好喝"))
    again.finish()
    assert library.comments.count() == 1


def test_a_teaser_never_replaces_the_whole_text(library: Library) -> None:
    take_in(library, [note(text="全文很长很长")])
    take_in(library, [note(text="全文…", partial=True, liked=5)])
    assert [(item.text, item.counts.liked) for item in stored(library)] == [("全文很长很长", 5)]


def test_a_dry_run_says_what_would_come_and_stores_nothing(library: Library) -> None:
    take_in(library, [note(identity=note_id(1)), note(identity=note_id(2))])
    revision = library.contents.revision()
    told: list[tuple[str, str, str, str]] = []
    dry = Intake(library, dry_run=True, outcomes=lambda *line: told.append(line))
    notes: list[Parsed] = [
        note(identity=note_id(1), where="第 1 行"),
        note(identity=note_id(2), text="改过的", where="第 2 行"),
        *(note(identity=note_id(3 + number), url=f"https://example.com/{number}", where=f"第 {3 + number} 行") for number in range(600)),
        note(identity=note_id(3), where="第 603 行"),
        note(identity="another", url="https://example.com/5", where="第 604 行"),  # the address of one that an earlier batch had
        note(title="", text="", where="第 605 行"),
        ParsedCreator(Platform.XHS, "nobody-known", "新人"),
        comment(note_identity=note_id(1)),
    ]
    for each in notes:
        dry.add(each)
    report = dry.finish()
    assert (report.found, report.new, report.changed, report.unchanged, report.duplicates, report.refused) == (605, 600, 1, 1, 2, 1)
    assert library.contents.revision() == revision
    assert library.comments.count() == 0 and library.creators.named("新人") == []
    assert len(told) == report.found
    states = {where: (state, title) for where, state, title, _ in told}
    assert states["第 1 行"] == ("unchanged", "早餐")
    assert states["第 2 行"] == ("changed", "早餐")
    assert [states[f"第 {number} 行"][0] for number in (3, 603, 604, 605)] == ["new", "duplicate", "duplicate", "refused"]
    assert all(reason for _, state, _, reason in told if state in ("duplicate", "refused"))
    assert take_in(library, notes).new == report.new


def test_every_line_is_told_one_outcome_where_versions_repeat(library: Library) -> None:
    told: list[tuple[str, str]] = []
    intake = Intake(library, outcomes=lambda where, state, *_: told.append((where, state)))
    for number, updated in enumerate((1, 3, 2)):
        intake.add(note(where=f"第 {number} 行", text=f"第 {updated} 版", updated_at=1_700_000_000 + updated))
    intake.finish()
    assert sorted(told) == [("第 0 行", "duplicate"), ("第 1 行", "new"), ("第 2 行", "duplicate")]


BREAKFAST = WatchList("w-breakfast", WatchKind.CATEGORY, "早餐", terms=("早餐", "小米粥"))
SKIN = WatchList("w-skin", WatchKind.CATEGORY, "护肤")


def test_contents_join_the_lists_of_their_source_and_those_they_speak_of(library: Library) -> None:
    library.watch_lists.put(BREAKFAST)
    library.watch_lists.put(SKIN)
    library.sources.add(source(watch_lists=(SKIN.id,)))
    take_in(library, [note()], source_id="blog")
    take_in(library, [note(identity=note_id(8), title="面霜", text="好用")], watch_lists=(BREAKFAST.id,))
    take_in(library, [note(identity=note_id(9), title="面霜", text="好用")])
    assert [item.watch_lists for item in stored(library)] == [(BREAKFAST.id, SKIN.id), (BREAKFAST.id,), ()]


def test_a_source_of_only_what_matches_leaves_the_rest_without_turning_red(library: Library) -> None:
    library.watch_lists.put(BREAKFAST)
    library.watch_lists.put(SKIN)
    library.sources.add(source(watch_lists=(SKIN.id,), only_matching=True))
    notes = [note(), note(identity=note_id(8), title="护肤早餐"), note(identity=note_id(9), title="看海", text="走走")]
    report = take_in(library, notes, source_id="blog")
    assert (report.found, report.new, report.unchanged, report.left_out, report.refused) == (3, 1, 0, 2, 0)
    assert report.refusals == ("2 条和关注清单无关，没有收。",)
    assert [(item.title, item.watch_lists) for item in stored(library)] == [("护肤早餐", (BREAKFAST.id, SKIN.id))]


def test_a_full_list_takes_no_more_this_week_but_what_is_there_is_kept_up_to_date(library: Library) -> None:
    library.watch_lists.put(WatchList("w-skin", WatchKind.CATEGORY, "护肤", weekly_quota=3))
    library.sources.add(source(watch_lists=("w-skin",)))
    notes = [note(identity=note_id(number), text=f"第 {number} 条") for number in range(5)]
    dry = take_in(library, notes, source_id="blog", dry_run=True)
    report = take_in(library, notes, source_id="blog")
    assert dry == report
    assert (report.found, report.new, report.unchanged, report.left_out) == (5, 3, 0, 2)
    assert report.refusals == ("2 条超出关注清单这一周的名额，没有收。",)
    again = take_in(library, [note(identity=note_id(0), text="改过"), *notes[1:]], source_id="blog")
    assert (again.new, again.changed, again.unchanged, again.left_out) == (0, 1, 2, 2)
    assert library.watch_lists.coverage(datetime.now(SHANGHAI))["w-skin"].full
    take_in(library, [note(identity=note_id(6))])  # from elsewhere
    assert take_in(library, [note(identity=note_id(6))], source_id="blog").unchanged == 1
    assert [len(item.watch_lists) for item in stored(library)] == [1, 1, 1, 0]
    library.contents.take_down(f"xhs-{note_id(6)}", "试完了")
    library.watch_lists.put(WatchList("w-open", WatchKind.CATEGORY, "别的"))
    library.sources.replace(source(watch_lists=("w-skin", "w-open")))
    assert take_in(library, notes, source_id="blog").new == 2
    assert [item.watch_lists for item in stored(library)][3:] == [("w-open",), ("w-open",)]


def test_a_left_out_note_counts_once_whatever_its_versions(library: Library) -> None:
    library.watch_lists.put(WatchList("w-skin", WatchKind.CATEGORY, "护肤", weekly_quota=1))
    library.sources.add(source(watch_lists=("w-skin",)))
    intake = Intake(library, source_id="blog")
    intake.add(note(identity=note_id(1)))
    intake.add(note(identity=note_id(2), updated_at=1_700_000_000))
    intake.flush()
    intake.add(note(identity=note_id(2), updated_at=1_700_000_001))
    report = intake.finish()
    assert (report.found, report.new, report.left_out, report.duplicates) == (3, 1, 1, 1)
    assert library.contents.count() == 1

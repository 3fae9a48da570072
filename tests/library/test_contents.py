"""Laws of the contents repository."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from recommender.errors import InputError, NotFound
from recommender.library import Library, open_library
from recommender.library.listing import encode_cursor
from recommender.library.model import ComplianceLevel, ContentFilter, ContentType, Counts, Creator, Finding, Platform, Rights, Understanding
from tests.library.builders import DAY, incoming

FINDING = Finding("r1", ComplianceLevel.WARN, 0, 2, "最佳", "广告法 第九条", "绝对化用语", "改成「很好」")
SEEN = Understanding(
    ContentType.SEEDING, 0.9, "有推荐词", "食品美食", 0.8, ("青屿", "拾月里"), ("早餐",), 61.5, {"engagement": 0.4}, version="v1"
)


def states(library: Library, *items: object) -> list[str]:
    return [outcome.state for outcome in library.contents.upsert(items)]  # type: ignore[arg-type]


def test_upsert_twice_is_once(library: Library) -> None:
    assert states(library, incoming("a"), incoming("b")) == ["new", "new"]
    before = library.contents.get("xhs-a")
    assert states(library, incoming("a"), incoming("b")) == ["unchanged", "unchanged"]
    assert library.contents.get("xhs-a") == before
    assert library.contents.count() == 2


def test_a_repeated_identity_in_one_call_counts_as_duplicate_and_the_last_wins(library: Library) -> None:
    assert states(library, incoming("a", title="旧"), incoming("a", title="新")) == ["duplicate", "new"]
    assert library.contents.get("xhs-a").title == "新"


def test_the_same_address_is_the_same_content(library: Library) -> None:
    states(library, incoming("a", url="https://example.org/1"))
    assert states(library, incoming("", platform=Platform.WEB, url="https://example.org/1", title="改了标题")) == ["changed"]
    assert library.contents.count() == 1
    found = library.contents.find_url("https://example.org/1")
    assert found is not None and found.title == "改了标题" and found.platform is Platform.XHS


def test_the_first_address_stays_so_that_it_is_recognised_again(library: Library) -> None:
    states(library, incoming("a", url="https://example.org/short"))
    states(library, incoming("a", url="https://example.org/long", title="改了标题"))
    assert states(library, incoming("", url="https://example.org/short", title="改了标题")) == ["unchanged"]
    assert library.contents.count() == 1


def test_an_older_version_changes_nothing_and_a_newer_one_does(library: Library) -> None:
    states(library, incoming("a", source_updated_at=DAY, title="正"))
    assert states(library, incoming("a", source_updated_at=DAY - timedelta(days=1), title="旧")) == ["unchanged"]
    assert states(library, incoming("a", source_updated_at=DAY + timedelta(days=1), title="新")) == ["changed"]
    assert library.contents.get("xhs-a").title == "新"


def test_what_a_newer_version_does_not_say_is_kept(library: Library) -> None:
    states(library, incoming("a", images=("https://example.org/1.jpg",)))
    states(library, incoming("a", counts=Counts(liked=11), published_at=None, creator=None, images=()))
    item = library.contents.get("xhs-a")
    assert item.counts == Counts(liked=11, collected=2)
    assert item.published_at == DAY
    assert item.creator_name == "阿青"
    assert item.images == ("https://example.org/1.jpg",)


def test_a_teaser_from_another_source_does_not_replace_the_full_text(library: Library) -> None:
    full = incoming("a", text="全文很长，" * 20, source_updated_at=None)
    library.contents.upsert([full], source_id="page")
    for _ in range(2):
        assert [one.state for one in library.contents.upsert([replace(full, text="全文很长……")], source_id="feed")] == ["unchanged"]
        assert [one.state for one in library.contents.upsert([full], source_id="page")] == ["unchanged"]
    assert [one.state for one in library.contents.upsert([replace(full, text="作者改短了。")], source_id="page")] == ["changed"]


def test_a_masked_name_does_not_hide_a_known_one(library: Library) -> None:
    states(library, incoming("a"))
    states(library, incoming("b", creator=Creator("xhs-c1", Platform.XHS, "阿***青")))
    assert library.creators.get("xhs-c1").name == "阿青"
    assert library.creators.get("xhs-c1").fans == 1200


def test_understanding_is_stored_whole_and_faceted(library: Library) -> None:
    states(library, incoming("a"), incoming("b"))
    library.contents.save_understanding(
        [("xhs-a", replace(SEEN, findings=(FINDING,), compliance=ComplianceLevel.WARN)), ("xhs-gone", SEEN)]
    )
    assert library.contents.get("xhs-a").understanding == replace(SEEN, findings=(FINDING,), compliance=ComplianceLevel.WARN)
    assert [item.id for item in library.contents.not_understood("v1", 10)] == ["xhs-b"]
    assert library.contents.facets()["brand"] == {"拾月里": 1, "青屿": 1}
    assert library.contents.count(ContentFilter(brands=("青屿",))) == 1


def test_a_correction_wins_over_every_later_understanding(library: Library) -> None:
    states(library, incoming("a"))
    library.contents.save_understanding([("xhs-a", SEEN)])
    library.contents.correct("xhs-a", "content_type", "service", "小林")
    library.contents.correct("xhs-a", "brands", ["鹿野"], "小林")
    states(library, incoming("a", text="正文换了。"))
    assert library.contents.get("xhs-a").understanding.version == ""
    library.contents.save_understanding([("xhs-a", replace(SEEN, version="v2"))])
    item = library.contents.get("xhs-a")
    assert item.understanding.content_type is ContentType.SERVICE
    assert item.understanding.brands == ("鹿野",)
    assert item.understanding.category == "食品美食"
    assert item.corrected == ("brands", "content_type")
    assert library.contents.facets()["brand"] == {"鹿野": 1}
    newest = library.contents.corrections(1)[0]
    assert (newest.field, newest.value, newest.previous, newest.editor) == ("brands", '["鹿野"]', '["青屿","拾月里"]', "小林")


@pytest.mark.parametrize(
    ("field", "value"), [("content_type", "advert"), ("rights", "taken_down"), ("title", "x"), ("brands", "x"), ("category", "")]
)
def test_a_correction_that_cannot_be_is_refused(library: Library, field: str, value: object) -> None:
    states(library, incoming("a"))
    with pytest.raises(InputError) as caught:
        library.contents.correct("xhs-a", field, value, "小林")
    assert caught.value.field == field


def test_taken_down_is_gone_and_stays_gone(library: Library) -> None:
    states(library, incoming("a"), incoming("b"))
    revision = library.contents.revision()
    library.contents.take_down("xhs-a", "作者要求")
    with pytest.raises(NotFound):
        library.contents.get("xhs-a")
    assert [found_id for found_id, _ in library.contents.removed_since(revision)] == ["xhs-a"]
    assert states(library, incoming("a")) == ["refused"]
    assert states(library, incoming("z", url=incoming("a").url)) == ["refused"]


def test_the_sample_goes_away_and_may_come_back(library: Library) -> None:
    states(library, incoming("a", is_sample=True), incoming("b"))
    assert library.contents.sample_count() == 1
    assert library.contents.remove_sample() == 1
    assert [item.id for item in library.contents.page()[0]] == ["xhs-b"]
    assert states(library, incoming("a", is_sample=True)) == ["new"]
    assert library.contents.removed_since(0) == []


def test_clusters_are_stored_where_they_differ(library: Library) -> None:
    states(library, incoming("a"), incoming("b"))
    members = [("xhs-a", "xhs-a", 2), ("xhs-b", "xhs-a", 2), ("xhs-gone", "xhs-a", 2)]
    assert library.contents.set_clusters(members) == 2
    assert library.contents.set_clusters(members) == 0
    assert library.contents.get("xhs-b").cluster == "xhs-a"
    assert {item.id for item in library.contents.cluster("xhs-a")} == {"xhs-a", "xhs-b"}


@pytest.mark.parametrize("order", ["newest", "quality", "heat"])
def test_pages_hold_every_content_once(library: Library, order: str) -> None:
    states(library, *(incoming(f"n{i}", published_at=DAY + timedelta(hours=i % 3) if i % 4 else None) for i in range(23)))
    found: list[str] = []
    cursor: str | None = None
    while True:
        items, cursor = library.contents.page(order=order, after=cursor, limit=5)
        found += [item.id for item in items]
        if cursor is None:
            break
    assert sorted(found) == sorted(f"xhs-n{i}" for i in range(23))


@pytest.mark.parametrize("cursor", ["x", "", "W10", "中文", "WyJuZXdlc3QiLCAibm8iLCAxXQ", "A" * 5000, encode_cursor("newest", 2**63, "x")])
def test_a_strange_cursor_is_refused(library: Library, cursor: str) -> None:
    with pytest.raises(InputError):
        library.contents.page(after=cursor)


def test_changes_come_in_order_of_revision(library: Library) -> None:
    states(library, incoming("a"), incoming("b"), incoming("c"))
    revision = library.contents.revision()
    states(library, incoming("a", title="新"))
    assert [item.id for item in library.contents.changed_since(revision)] == ["xhs-a"]
    assert [item.id for batch in library.contents.iterate(2) for item in batch] == ["xhs-b", "xhs-c", "xhs-a"]


WORDS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)


@example_settings(max_examples=30, deadline=None)
@given(title=WORDS, text=WORDS, tag=WORDS)
def test_any_text_survives_and_filters_exactly(title: str, text: str, tag: str) -> None:
    library = open_library("sqlite://")
    try:
        library.contents.upsert([incoming("a", title=title, text=text, tags=(tag,)), incoming("b", tags=("别的",))])
        item = library.contents.get("xhs-a")
        assert (item.title, item.text, item.tags) == (title, text, (tag,))
        assert library.contents.count(ContentFilter(tags=(tag,))) == (2 if tag == "别的" else 1)
    finally:
        library.close()


def test_rights_are_corrected_and_kept_over_an_import(library: Library) -> None:
    states(library, incoming("a"))
    library.contents.correct("xhs-a", "rights", "authorised", "小林")
    states(library, incoming("a", title="新"))
    assert library.contents.get("xhs-a").rights is Rights.AUTHORISED


def test_an_understanding_of_a_text_that_changed_since_is_not_stored(library: Library) -> None:
    states(library, incoming("a"), incoming("b"))
    read_at = {item.id: item.revision for item in library.contents.not_understood("v1")}
    states(library, incoming("a", text="换了正文，另一个程序刚写进来。"))
    library.contents.save_understanding([("xhs-a", SEEN), ("xhs-b", SEEN)], read_at=read_at)
    assert [item.id for item in library.contents.not_understood("v1")] == ["xhs-a"]


def test_two_identities_at_one_address_are_one_content_and_settle(library: Library) -> None:
    both = [incoming(name, url="https://example.org/x", title=name) for name in ("a", "b")]
    assert states(library, *both) == ["new", "duplicate"]
    assert states(library, *both) == ["unchanged", "duplicate"]
    assert states(library, both[1]) == ["changed"]
    assert library.contents.count() == 1

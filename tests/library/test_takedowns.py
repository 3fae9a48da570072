"""Takedowns, dry runs, the history of counts, comments, teasers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from recommender.errors import NotFound
from recommender.library import Library
from recommender.library.model import Counts, DeliveryState, Digest, IncomingComment, Platform
from recommender.library.tables import metadata
from tests.library.builders import DAY, incoming


def _left(library: Library) -> str:
    """Everything the database still holds, as one text."""
    with library.store.read() as connection:
        kept = [table for table in metadata.sorted_tables if table.name not in ("tombstones", "removals")]
        return "".join(str(row) for table in kept for row in connection.execute(table.select()))


def test_a_takedown_leaves_nothing_of_a_content_but_its_tombstone(library: Library) -> None:
    library.contents.upsert([incoming("a", watch_lists=("sun",)), incoming("b")])
    library.contents.upsert([incoming("a", counts=Counts(liked=99))])
    library.comments.upsert([IncomingComment(Platform.XHS, "a", "c1", "求链接")])
    library.signatures.put("1", {"xhs-a": ("f", b"\x00")})
    digest = Digest("s:2026-11-01", "s", "2026-11-01", "今日素材", ("xhs-a", "xhs-b"), ("理由甲", "理由乙"), DAY)
    library.digests.create(digest)
    library.digests.create(
        replace(digest, id="s:2026-10-31", day="2026-10-31", state=DeliveryState.SENT, content_ids=("xhs-b",), reasons=("",))
    )
    removed = library.contents.take_down("xhs-a", "作者要求")
    assert [item.id for item in removed] == ["xhs-a"] and removed[0].images == ()
    assert "xhs-a" not in _left(library)
    made = library.digests.get("s", "2026-11-01")
    assert made is not None and (made.content_ids, made.reasons) == (("xhs-b",), ("理由乙",))
    assert [outcome.state for outcome in library.contents.upsert([incoming("a"), incoming("b")])] == ["refused", "unchanged"]
    assert library.comments.upsert([IncomingComment(Platform.XHS, "a", "c1", "求链接")]) == (0, 0)
    assert [(grave.subject, grave.reason) for grave in library.contents.tombstones()] == [("xhs-a", "作者要求")]


def test_an_address_is_taken_down_before_it_was_ever_met(library: Library) -> None:
    item = incoming("a")
    assert library.contents.take_down_url(item.url, "律师函") == []
    assert library.contents.upsert([item])[0].state == "refused"
    assert library.contents.upsert([replace(item, identity="other")])[0].state == "refused"
    library.contents.upsert([incoming("b")])
    assert [gone.id for gone in library.contents.take_down_url(incoming("b").url, "律师函")] == ["xhs-b"]
    assert library.contents.count() == 0


def test_a_creator_is_taken_down_with_all_contents_known_and_future(library: Library) -> None:
    other = replace(incoming().creator, id="xhs-c2", name="阿蓝")  # type: ignore[type-var]
    library.contents.upsert([incoming("a"), incoming("b"), incoming("c", creator=other)])
    assert {item.id for item in library.contents.take_down_creator("xhs-c1", "创作者要求")} == {"xhs-a", "xhs-b"}
    with pytest.raises(NotFound):
        library.creators.get("xhs-c1")
    assert "阿青" not in _left(library)
    assert [outcome.state for outcome in library.contents.upsert([incoming("d"), incoming("c", creator=other)])] == ["refused", "unchanged"]
    with pytest.raises(NotFound):
        library.creators.get("xhs-c1")


def test_a_dry_run_says_what_would_come_and_stores_nothing(library: Library) -> None:
    library.contents.upsert([incoming("a"), incoming("b")])
    before = _left(library)
    batch = [incoming("a"), incoming("b", text="改过的正文。"), incoming("n"), incoming("n", text="又一次")]
    planned = library.contents.upsert(batch, dry_run=True)
    assert [outcome.state for outcome in planned] == ["unchanged", "changed", "duplicate", "new"]
    assert _left(library) == before
    assert library.contents.upsert(batch) == planned


def test_counts_keep_their_history(library: Library) -> None:
    for liked in (10, 10, 25, 60):
        library.contents.upsert([incoming("a", counts=Counts(liked=liked))])
    assert [point.counts.liked for point in library.contents.history("xhs-a")] == [10, 25, 60]
    library.contents.upsert([incoming("a", text="只改正文。", counts=Counts(liked=60))])
    assert [point.counts.liked for point in library.contents.history("xhs-a")] == [10, 25, 60]
    moments = [point.at for point in library.contents.history("xhs-a")]
    assert moments == sorted(moments)


def test_a_teaser_never_replaces_the_whole_text_but_brings_its_counts(library: Library) -> None:
    whole = incoming("a", text="很长的正文。" * 20)
    library.contents.upsert([whole], source_id="blog")
    teaser = incoming("a", text="很长的正文……", partial=True, counts=Counts(liked=500))
    assert library.contents.upsert([teaser], source_id="blog")[0].state == "changed"
    stored = library.contents.get("xhs-a")
    assert (stored.text, stored.counts.liked) == (whole.text, 500)
    assert library.contents.upsert([replace(teaser, partial=False)], source_id="blog")[0].state == "changed"
    assert library.contents.get("xhs-a").text == teaser.text


def test_a_teaser_brings_the_time_that_the_whole_text_did_not_say(library: Library) -> None:
    library.contents.upsert([incoming("a", text="很长的正文。" * 20, published_at=None)], source_id="blog")
    teaser = incoming("a", text="很长的正文……", partial=True, published_at=DAY)
    assert library.contents.upsert([teaser], source_id="blog")[0].state == "changed"
    assert library.contents.get("xhs-a").published_at == DAY
    assert library.contents.upsert([replace(teaser, published_at=DAY + timedelta(days=1))], source_id="blog")[0].state == "unchanged"


def test_comments_are_kept_by_id_most_liked_first(library: Library) -> None:
    library.contents.upsert([incoming("a")])
    some = [IncomingComment(Platform.XHS, "a", str(number), f"第{number}条", liked=number) for number in range(3)]
    assert library.comments.upsert(some) == (3, 0)
    assert library.comments.upsert([*some, IncomingComment(Platform.XHS, "b", "9", "别的")]) == (1, 3)
    assert [comment.text for comment in library.comments.of("xhs-a", 2)] == ["第2条", "第1条"]


def test_a_kept_answer_that_speaks_of_a_content_goes_with_it(library: Library) -> None:
    library.contents.upsert([incoming("a"), incoming("b")])
    for name in ("a", "b"):
        library.idempotency.put(f"key-{name}", "POST /v1/contents", "mark", 201, f'[{{}}, "{{\\"id\\":\\"xhs-{name}\\"}}"]')
    library.contents.take_down("xhs-a", "作者要求")
    assert library.idempotency.get("key-a", "POST /v1/contents") is None
    assert library.idempotency.get("key-b", "POST /v1/contents") is not None
    with pytest.raises(NotFound):
        library.contents.take_down("xhs-a", "作者要求")


def test_a_creator_who_was_taken_down_does_not_come_back_by_a_creators_file(library: Library) -> None:
    creator = incoming().creator
    assert creator is not None
    library.contents.take_down_creator(creator.id, "创作者要求")
    library.creators.upsert([creator, replace(creator, id="xhs-c9", name="旁人")])
    with pytest.raises(NotFound):
        library.creators.get(creator.id)
    assert library.creators.get("xhs-c9").name == "旁人"


def test_comments_without_a_content_are_dropped_in_time(library: Library) -> None:
    library.contents.upsert([incoming("a")])
    library.comments.upsert([IncomingComment(Platform.XHS, "a", "1", "在"), IncomingComment(Platform.XHS, "gone", "2", "不在")])
    assert library.comments.drop_strays() == 1
    assert library.comments.count() == 1 and library.comments.of("xhs-a")[0].text == "在"

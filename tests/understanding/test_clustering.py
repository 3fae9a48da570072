"""Clusters kept up to date in small steps are those of a look at everything, and the best copy leads."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.jobs import cluster_library
from recommender.library import Library, open_library
from recommender.library.model import Counts, Creator, Platform, Rights
from recommender.understanding import clustering
from recommender.understanding.clustering import best_copy, update_clusters
from recommender.understanding.duplicates import VERSION, Keys, sign
from tests.library.builders import incoming
from tests.understanding.builders import content

BASES = (
    "今天把羊绒衫都洗了一遍，先翻面，再用冷水加一点专用洗涤剂，泡十分钟，轻轻按压，平铺晾干，千万不要拧。",
    "周末带孩子去湿地公园看候鸟，记得带望远镜和保温杯，木栈道那一段风很大，三点以后光线最好看。",
    "早安",
)


def edited(text: str, seed: int, share: float = 0.1) -> str:
    characters, chooser = list(text), random.Random(seed)
    for place in chooser.sample(range(len(characters)), int(len(characters) * share)):
        characters[place] = chooser.choice("的一是在不了有和人这中大为上个国我以要他")
    return "".join(characters)


TEXTS = ("", *BASES, *(edited(base, seed) for base in BASES[:2] for seed in range(3)), BASES[0] + "转发自朋友，记得收藏起来慢慢看！")


def put(library: Library, name: str, text: str, **changes: object) -> None:
    library.contents.upsert([incoming(name, title="", text=text, original_title="", original_text=text, **changes)])


def clusters(library: Library) -> dict[str, tuple[str, int]]:
    return {item.id: (item.cluster, item.heat) for items in library.contents.iterate() for item in items}


def opened(path: Path) -> Library:
    return open_library(f"sqlite:///{path}")


STEPS = st.lists(st.tuples(st.integers(0, 5), st.one_of(st.none(), st.integers(0, len(TEXTS) - 1)), st.booleans()), min_size=1, max_size=9)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_small_steps_in_any_order_come_to_what_one_look_at_everything_finds(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int | None, bool]]
) -> None:
    home = tmp_path_factory.mktemp("law")
    library, whole = opened(home / "steps.db"), opened(home / "whole.db")
    there: dict[str, str] = {}
    for number, text, look in steps:
        name = f"n{number}"
        if text is not None:
            put(library, name, TEXTS[text], counts=Counts(liked=text), source_updated_at=None)
            there[name] = TEXTS[text]
        elif f"xhs-{name}" in clusters(library):
            library.contents.take_down(f"xhs-{name}", "test")
        if look:
            cluster_library(library)
    cluster_library(library)
    whole.contents.upsert([])
    for items in library.contents.iterate():
        for item in items:
            put(whole, item.identity, item.text, counts=item.counts)
    cluster_library(whole)
    assert clusters(library) == clusters(whole)
    assert cluster_library(library) == 0
    library.close()
    whole.close()


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return opened(tmp_path / "library.db")


def test_a_copy_that_is_removed_or_rewritten_leaves_its_cluster(library: Library) -> None:
    for number in range(3):
        put(library, f"n{number}", edited(BASES[0], number, 0.04))
    cluster_library(library)
    assert {heat for _, heat in clusters(library).values()} == {3}
    leader = clusters(library)["xhs-n0"][0]
    library.contents.take_down(leader, "test")
    cluster_library(library)
    left = clusters(library)
    assert len(left) == 2 and all(heat == 2 and lead in left for lead, heat in left.values())
    name = next(iter(left))
    put(library, name.removeprefix("xhs-"), BASES[1])
    cluster_library(library)
    assert all((lead, heat) == (own, 1) for own, (lead, heat) in clusters(library).items())


def test_only_what_changed_is_signed_and_only_its_clusters_are_written(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    put(library, "a", BASES[0])
    put(library, "b", edited(BASES[0], 1))
    put(library, "c", BASES[1])
    cluster_library(library)
    signed: list[str] = []

    def counted(items: Sequence[tuple[str, str]]) -> Keys:
        signed.extend(name for name, _ in items)
        return sign(items)

    monkeypatch.setattr(clustering, "sign", counted)
    revision = library.contents.revision()
    put(library, "d", edited(BASES[1], 2))
    put(library, "a", BASES[0], counts=Counts(liked=99))
    assert cluster_library(library) == 2
    assert signed == ["xhs-d"]
    assert {item.id for item in library.contents.changed_since(revision)} == {"xhs-a", "xhs-c", "xhs-d"}


def test_counts_alone_can_change_the_leader(library: Library) -> None:
    put(library, "a", BASES[0], counts=Counts(liked=5))
    put(library, "b", BASES[0], counts=Counts(liked=3))
    cluster_library(library)
    assert clusters(library)["xhs-b"] == ("xhs-a", 2)
    put(library, "b", BASES[0], counts=Counts(liked=30))
    cluster_library(library)
    assert clusters(library)["xhs-a"] == ("xhs-b", 2)


def test_another_method_signs_everything_anew_and_strays_are_forgotten(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    put(library, "a", BASES[0])
    put(library, "b", BASES[0])
    cluster_library(library)
    kept = library.signatures.all(VERSION)
    # A signature that was written while its content was being taken down must not count as a copy for ever.
    library.contents.take_down("xhs-b", "test")
    library.signatures.put(VERSION, {"xhs-b": kept["xhs-b"]})
    cluster_library(library)
    assert clusters(library) == {"xhs-a": ("xhs-a", 1)}
    assert set(library.signatures.all(VERSION)) == {"xhs-a"}
    monkeypatch.setattr(clustering, "VERSION", "next")
    put(library, "c", BASES[0])
    assert update_clusters(library, library.contents.revision()) == 2
    assert set(library.signatures.all("next")) == {"xhs-a", "xhs-c"}


EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
WORSE = content(
    id="web-1",
    text="短文" * 20,
    rights=Rights.REFERENCE,
    counts=Counts(),
    images=(),
    published_at=LATE,
    creator_name="",
    platform=Platform.WEB,
)


@pytest.mark.parametrize(
    "better",
    [
        {"rights": Rights.OWNED},
        {"corrected": ("category",)},
        {"text": "短文" * 40},
        {"creator_name": "阿青"},
        {"images": ("a", "b")},
        {"counts": Counts(liked=0)},
        {"published_at": EARLY},
        {"id": "web-0"},
    ],
)
def test_each_quality_of_a_copy_counts_more_than_all_that_follow(better: dict[str, object]) -> None:
    order = ["rights", "corrected", "text", "creator_name", "images", "counts", "published_at", "id"]
    best: dict[str, object] = {
        "rights": Rights.OWNED, "corrected": ("category",), "text": "短文" * 40, "creator_name": "阿青", "images": ("a", "b"),
        "counts": Counts(liked=9), "published_at": EARLY, "id": "web-0",
    }  # fmt: skip
    after = order[order.index(next(iter(better))) + 1 :]
    winner = replace(WORSE, **{"id": "web-2", **better})  # type: ignore[arg-type]
    loser = replace(WORSE, **{name: best[name] for name in after})  # type: ignore[arg-type]
    assert best_copy([winner, loser]) is winner
    assert best_copy([loser, winner]) is winner


def test_of_whole_copies_the_longer_is_no_better() -> None:
    longer = replace(WORSE, id="web-2", text=WORSE.text + "转发")
    assert best_copy([longer, WORSE]) is WORSE


def test_the_creator_of_a_copy_need_not_be_known(library: Library) -> None:
    put(library, "a", BASES[0], creator=None)
    put(library, "b", BASES[0], creator=Creator(id="xhs-c1", platform=Platform.XHS, name="阿青"), published_at=None)
    cluster_library(library)
    assert clusters(library)["xhs-a"] == ("xhs-b", 2)

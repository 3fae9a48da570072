from dataclasses import replace
from datetime import timedelta

import pytest

from recommender.library.model import ComplianceLevel, Counts, CreatorTier
from recommender.understanding.creators import tier_of
from recommender.understanding.quality import quality
from tests.understanding.builders import SEEN, content

GOOD = content("羊绒衫怎么洗", "先翻面，再用冷水泡十分钟。" * 20)


def test_the_parts_add_up_to_the_score() -> None:
    score, parts = quality(GOOD, ComplianceLevel.OK)
    assert set(parts) == {"engagement", "text", "pictures", "originality", "risk"}
    assert score == pytest.approx(sum(parts.values()), abs=0.01)
    assert 0 <= score <= 100


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"counts": Counts(liked=1)}, "engagement"),
        ({"images": ()}, "pictures"),
        ({"cluster": "xhs-0", "heat": 4}, "originality"),
        ({"diversion": ("微信号",)}, "risk"),
        ({"text": "#一#二", "title": ""}, "text"),
    ],
)
def test_each_weakness_costs_its_part(changes: dict[str, object], part: str) -> None:
    better, worse = quality(GOOD, ComplianceLevel.OK)[1], quality(replace(GOOD, **changes), ComplianceLevel.OK)[1]  # type: ignore[arg-type]
    assert worse[part] < better[part]
    assert {name for name in better if better[name] != worse[name]} == {part}


def test_a_gate_costs_all_of_risk() -> None:
    assert quality(GOOD, ComplianceLevel.BLOCK)[1]["risk"] == 0


def test_the_same_counts_mean_more_for_a_small_creator_and_a_young_post() -> None:
    small, head = (quality(replace(GOOD, creator_fans=fans), ComplianceLevel.OK)[0] for fans in (300, 900_000))
    young = quality(replace(GOOD, published_at=SEEN - timedelta(hours=3)), ComplianceLevel.OK)[0]
    assert small > head
    assert young > quality(GOOD, ComplianceLevel.OK)[0]


@pytest.mark.parametrize(
    ("fans", "tier"),
    [
        (None, CreatorTier.ORDINARY),
        (4999, CreatorTier.ORDINARY),
        (5000, CreatorTier.KOC),
        (50_000, CreatorTier.SHOULDER),
        (500_000, CreatorTier.HEAD),
    ],
)
def test_tiers_begin_at_their_floors(fans: int | None, tier: CreatorTier) -> None:
    assert tier_of(fans) is tier

"""A small understood and indexed library of invented notes for matching."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from recommender.library import Library, open_library
from recommender.library.model import (
    ContentItem,
    ContentType,
    Counts,
    Creator,
    IncomingContent,
    MediaKind,
    Platform,
    Rights,
    Segment,
    Understanding,
)
from recommender.matching import MatchRequest
from recommender.search import Index, open_index, publish
from recommender.settings import Settings

NOW = datetime(2026, 11, 4, 4, 0, tzinfo=UTC)
PERSONA, SEEDING, SERVICE = ContentType.PERSONA, ContentType.SEEDING, ContentType.SERVICE
MOTHER = Segment("mothers", "宝妈", "第一次带孩子，什么都想问", ("新手妈妈",), region="上海")
NOTES: dict[str, tuple[str, str, tuple[str, ...], ContentType, str]] = {
    "solids": ("六月龄第一口怎么加", "高铁米粉调稀，一天一顿，辅食从一勺开始。", ("辅食",), SERVICE, "母婴亲子"),
    "puree": ("南瓜泥翻车记", "果泥打太稠，娃全吐了，磨牙饼干倒是抱着啃。辅食真难。", ("宝宝辅食",), PERSONA, "母婴亲子"),
    "sleep": ("落地醒的第三十天", "抱睡到手麻，终于学会自主入睡，夜醒少了一半。", ("哄睡",), PERSONA, "母婴亲子"),
    "formula": ("三款奶粉冲泡对比", "结块、挂壁、奶瓶好不好洗，转奶第三天都记下来了。", ("奶粉",), SEEDING, "母婴亲子"),
    "books": ("一岁翻烂的绘本", "洞洞书、布书、识字卡，亲子阅读每天十分钟，早教不花钱。", ("绘本",), SEEDING, "母婴亲子"),
    "stroller": ("婴儿车推了半年", "避震、收车、安全座椅能不能接，都试过。", ("婴儿车",), SEEDING, "母婴亲子"),
    "fever": ("半夜发烧先做这几步", "量体温，看精神，退烧药按体重，儿科什么时候必须去。", ("儿科",), SERVICE, "母婴亲子"),
    "museum": ("上海遛娃：科学馆半日", "早上人少，室内不晒，推车能进。", ("遛娃", "上海"), SERVICE, "母婴亲子"),
    "tyre": ("冬天前看看轮胎", "胎压、花纹、年份，保养店不会主动告诉你。", ("车主",), SERVICE, "汽车"),
    "roast": ("巷口烤肉店", "五花肉厚切，烧酒半价，聚餐坐得下八个人。", ("烤肉",), SEEDING, "食品美食"),
    "ring": ("挑婚戒那天", "克拉和切工怎么选，戒托比主石难。", ("婚戒",), PERSONA, "珠宝配饰"),
    "clearance": ("珍珠项链清仓", "尾货特价，珍珠吊坠白菜价，先到先得。", ("珍珠",), SEEDING, "珠宝配饰"),
    "pearl": ("珍珠怎么保养", "出汗要擦，别碰香水，首饰盒里单独放，珠宝都怕磕。", ("珍珠",), SERVICE, "珠宝配饰"),
    "spring": ("樱花季便当", "春天踏青带饭，三明治切小块。", ("春日", "野餐"), SEEDING, "食品美食"),
}


@dataclass(frozen=True, slots=True)
class House:
    """Everything matching needs. `ids` takes the names of the notes to their content ids."""

    library: Library
    index: Index
    ids: dict[str, str]

    def item(self, name: str) -> ContentItem:
        """One content by the name of its note."""
        return self.library.contents.get(self.ids[name])

    def names(self, found: list[ContentItem]) -> list[str]:
        """The names of contents, in order."""
        known = {content_id: name for name, content_id in self.ids.items()}
        return [known[item.id] for item in found]


def open_house(home: Path) -> House:
    """The notes above, understood as they say and published."""
    settings = replace(Settings(), home=home, vector_size=16)
    library = open_library(settings.library_url)
    ids = {}
    for number, (name, (title, text, tags, kind, category)) in enumerate(NOTES.items()):
        creator = Creator(f"xhs-c{number % 5}", Platform.XHS, f"作者{number % 5}")
        note = IncomingContent(
            Platform.XHS,
            name,
            f"https://notes.example/{name}",
            MediaKind.IMAGE,
            title,
            text,
            title,
            text,
            tags,
            creator,
            published_at=NOW - timedelta(days=number),
        )
        ids[name] = library.contents.upsert([note])[0].id
        known = Understanding(kind, 0.9, category=category, category_confidence=0.9, quality=60.0 + number, version="test")
        library.contents.save_understanding([(ids[name], known)])
    publish(settings.search_url, library, settings)
    return House(library, open_index(settings.search_url, library, settings), ids)


def request(segment: Segment = MOTHER, **changes: Any) -> MatchRequest:
    """A request for Moments; `changes` override its fields."""
    return replace(MatchRequest(segment, limit=5), **changes)


def content(number: int = 1, **changes: Any) -> ContentItem:
    """One content that is in no library; `changes` override its fields."""
    made = ContentItem(
        id=f"web-{number:03}",
        platform=Platform.WEB,
        identity=str(number),
        url="",
        kind=MediaKind.TEXT,
        title="",
        text="",
        original_title="",
        original_text="",
        tags=(),
        creator_id=None,
        creator_name="",
        published_at=None,
        counts=Counts(),
        images=(),
        video_url="",
        source_id=None,
        is_sample=False,
        rights=Rights.UNKNOWN,
        diversion=(),
        cluster=f"web-{number:03}",
        heat=1,
        fingerprint="",
        revision=1,
        first_seen_at=NOW,
        updated_at=NOW,
        understanding=Understanding(),
    )
    return replace(made, **changes)

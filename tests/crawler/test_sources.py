"""sources.toml and the sample library."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crawler.sample import load_sample, sample_notes
from crawler.sources import EXAMPLE, apply_sources, read_sources
from recommender.errors import InputError
from recommender.library import Library
from recommender.library.model import CrawlReport, Rights, SourceKind
from recommender.library.tables import SHANGHAI
from tests.crawler.builders import stored

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=SHANGHAI)
GOOD = """
[[watch]]
kind = "brand"
name = "青屿"
terms = ["青屿", "QINGYU", "青屿"]
[[source]]
name = "博客"
kind = "feed"
url = "https://blog.example.com/feed.xml"
watch = ["青屿"]
"""


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_the_example_is_valid() -> None:
    watch_lists, sources = read_sources(EXAMPLE)
    assert len({watch_list.kind for watch_list in watch_lists}) == 3
    assert {source.kind for source in sources} == {SourceKind.FEED, SourceKind.PAGE}


def test_applying_adds_once_and_the_librarys_row_wins(library: Library, tmp_path: Path) -> None:
    path = written(tmp_path / "sources.toml", GOOD)
    assert apply_sources(library, path) == (2, 0)
    assert apply_sources(library, path) == (0, 0)
    source = library.sources.all()[0]
    assert library.watch_lists.get(source.watch_lists[0]).terms == ("青屿", "QINGYU")
    library.sources.replace(replace(source, schedule_minutes=15, name="改过的名字"))
    library.sources.record_run(source.id, "ok", "好", CrawlReport(), NOW)
    assert apply_sources(library, path) == (0, 0)
    assert library.sources.get(source.id).schedule_minutes == 15
    assert apply_sources(library, path, force=True) == (0, 1)
    again = library.sources.get(source.id)
    assert (again.schedule_minutes, again.name, again.last_state) == (360, "博客", "ok")


@pytest.mark.parametrize(
    ("text", "field", "said"),
    [
        ("[[source]]\nurl = ", None, "TOML"),
        ("[source]\nurl = 'https://a.example/'", "source", "两层方括号"),
        ("[[sources]]\nurl = 'https://a.example/'", "sources", "sources"),
        ("[[source]]\nurl = 'ftp://a.example/'", "url", "第 1 个 [[source]]"),
        ("[[source]]\nname = 'x'", "url", "网址"),
        ("[[source]]\nurl = 'https://a.example/'\nschedul = 3", "schedul", "schedul"),
        ("[[source]]\nurl = 'https://a.example/'\nmax_items = '9'", "max_items", "max_items"),
        ("[[source]]\nurl = 'https://a.example/'\nmax_items = true", "max_items", "max_items"),
        ("[[source]]\nurl = 'https://a.example/'\nschedule_minutes = 0", "schedule_minutes", "5 到"),
        ("[[source]]\nurl = 'https://a.example/'\nkind = 'rss'", "kind", "feed、page"),
        ("[[source]]\nurl = 'https://a.example/'\nrights = 'mine'", "rights", "owned"),
        ("[[source]]\nurl = 'https://a.example/'\nwatch = '没有的'", "watch", "没有的"),
        ("[[watch]]\nkind = 'brand'", "name", "缺少 name"),
        ("[[watch]]\nkind = 'shop'\nname = 'x'", "kind", "category"),
        ("[[source]]\nurl = 'https://a.example/'\n[[source]]\nurl = 'https://A.example/#x'", "url", "相同"),
    ],
)
def test_mistakes_name_the_entry_and_the_field(library: Library, tmp_path: Path, text: str, field: str | None, said: str) -> None:
    with pytest.raises(InputError) as caught:
        apply_sources(library, written(tmp_path / "sources.toml", text))
    assert said in caught.value.message
    assert caught.value.field == field
    assert library.sources.all() == []


def test_a_missing_file_is_a_clear_error(library: Library, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.toml"):
        apply_sources(library, tmp_path / "nothing.toml")


def test_the_sample_loads_once_and_keeps_its_days(library: Library) -> None:
    report = load_sample(library, NOW)
    assert report.refused == report.duplicates == 0
    assert report.new == report.found >= 300
    first = {item.id: item.published_at for item in stored(library)}
    later = load_sample(library, NOW + timedelta(days=30))
    assert (later.new, later.changed, later.unchanged) == (0, 0, report.new)
    assert {item.id: item.published_at for item in stored(library)} == first


def test_the_sample_shows_every_side(library: Library) -> None:
    load_sample(library, NOW)
    items = stored(library)
    assert all(item.is_sample and item.creator_id for item in items)
    assert all(item.published_at is not None and item.published_at <= NOW for item in items)
    rights = Counter(item.rights for item in items)
    assert rights[Rights.REFERENCE] >= 50
    assert rights[Rights.OWNED] + rights[Rights.AUTHORISED] >= 100
    assert any(item.diversion for item in items)
    assert len({item.creator_tier for item in items}) == 4
    assert len(list(sample_notes(NOW))) == len(items)
    assert library.contents.remove_sample() == len(items)

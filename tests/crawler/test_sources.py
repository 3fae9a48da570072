"""sources.toml and the sample library."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crawler.intake import take_in
from crawler.sample import load_sample, sample_notes
from crawler.sources import EXAMPLE, apply_sources, read_sources
from recommender.errors import InputError
from recommender.library import Library
from recommender.library.model import CrawlReport, Rights, SourceKind, WatchKind, WatchList
from recommender.library.tables import SHANGHAI
from tests.crawler.builders import note, stored

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
    assert {source.kind for source in sources} == set(SourceKind)


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
        ("[[source]]\nurl = 'https://a.example/'\nmax_requests = 0", "max_requests", "1 到"),
        ("[[source]]\nurl = 'https://a.example/'\nonly_matching = 1", "only_matching", "only_matching"),
        ("[[watch]]\nkind = 'brand'", "name", "缺少 name"),
        ("[[watch]]\nkind = 'brand'\nname = 'x'\nquiet_days = -1", "quiet_days", "0 到"),
        ("[[watch]]\nkind = 'brand'\nname = 'x'\nschedule_minutes = 1", "schedule_minutes", "5 到"),
        ("[[watch]]\nkind = 'brand'\nname = 'x'\naliases = 'y'", "aliases", "aliases"),
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


FULL = """
[[watch]]
kind = "category"
name = "护肤"
aliases = ["skincare", "skincare"]
schedule_minutes = 60
weekly_quota = 20
quiet_days = 7
enabled = false
[[source]]
kind = "sitemap"
url = "https://a.example/sitemap.xml"
watch = "护肤"
only_matching = true
full_text = false
max_requests = 5
"""


def test_every_field_of_a_list_and_a_source_can_be_written(library: Library, tmp_path: Path) -> None:
    assert apply_sources(library, written(tmp_path / "sources.toml", FULL)) == (2, 0)
    watch_list, source = library.watch_lists.all()[0], library.sources.all()[0]
    assert (watch_list.words, watch_list.enabled) == (("skincare",), False)
    assert (watch_list.schedule_minutes, watch_list.weekly_quota, watch_list.quiet_days) == (60, 20, 7)
    assert (source.kind, source.only_matching, source.full_text, source.max_requests) == (SourceKind.SITEMAP, True, False, 5)
    library.sources.record_run(source.id, "failed", "坏", CrawlReport(), NOW)
    assert apply_sources(library, written(tmp_path / "sources.toml", FULL.replace("= 5", "= 6")), force=True) == (0, 1)
    again = library.sources.all()[0]
    assert (again.max_requests, again.failures, again.last_message) == (6, 1, "坏")


def test_a_new_list_finds_what_the_library_has(library: Library, tmp_path: Path) -> None:
    take_in(library, [note(title="青屿的茶"), note(identity="b", title="qingyu"), note(identity="c")])
    apply_sources(library, written(tmp_path / "sources.toml", GOOD))
    assert [len(item.watch_lists) for item in stored(library)] == [1, 1, 0]
    apply_sources(library, written(tmp_path / "sources.toml", GOOD.replace('"QINGYU", ', "")), force=True)
    assert [len(item.watch_lists) for item in stored(library)] == [1, 0, 0]


def test_a_list_that_the_library_knows_by_another_id_is_the_same(library: Library, tmp_path: Path) -> None:
    library.watch_lists.put(WatchList("made-on-a-page", WatchKind.BRAND, "青屿"))
    assert apply_sources(library, written(tmp_path / "sources.toml", GOOD)) == (1, 0)
    assert library.sources.all()[0].watch_lists == ("made-on-a-page",)
    assert apply_sources(library, tmp_path / "sources.toml", force=True) == (0, 1)
    assert [each.words for each in library.watch_lists.all()] == [("青屿", "QINGYU")]


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

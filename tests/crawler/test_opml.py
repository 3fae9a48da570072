"""OPML out and in: ours without loss, that of other readers as far as it can be read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from crawler.intake import take_in
from crawler.opml import apply_opml, read_opml, write_opml
from recommender.errors import InputError
from recommender.library import Library
from recommender.library.model import Rights, SourceKind, WatchKind, WatchList
from tests.crawler.builders import note, source, stored

TEA = WatchList(
    "w-tea",
    WatchKind.BRAND,
    "青屿 & 茶 <x>",
    terms=("青屿", '引"号', "a,b"),
    aliases=("QINGYU",),
    schedule_minutes=30,
    weekly_quota=9,
    quiet_days=3,
)
PAUSED = WatchList("w-off", WatchKind.CREATOR, "小满", enabled=False)


def opml(body: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    return f'{head}<opml version="1.0"><head><title>x</title></head><body>{body}</body></opml>'.encode()


def test_a_round_trip_loses_nothing(library: Library) -> None:
    lists = [TEA, PAUSED]
    sources = [
        source(watch_lists=("w-off", "w-tea"), only_matching=True, full_text=False, max_requests=7, rights=Rights.OWNED),
        source(
            id="page", kind=SourceKind.PAGE, url="https://b.example/a?x=1&y=2", schedule_minutes=5, enabled=False, watch_lists=("w-tea",)
        ),
        source(id="map", kind=SourceKind.SITEMAP, url="https://c.example/sitemap.xml", max_items=3),
    ]
    for each in lists:
        library.watch_lists.put(each)
    for one in sources:
        library.sources.add(one)
    written = write_opml(library)
    problems: list[str] = []
    found_lists, found = read_opml(written, problems)
    assert problems == []
    assert sorted(found_lists, key=lambda each: each.id) == sorted(lists, key=lambda each: each.id)
    assert {each.id: replace(each, watch_lists=tuple(sorted(each.watch_lists))) for each in found} == {each.id: each for each in sources}
    assert apply_opml(library, written) == (0, 3, [])
    for one in sources:
        library.sources.delete(one.id)
    assert apply_opml(library, written) == (3, 0, [])
    assert write_opml(library) == written


def test_other_readers_see_folders_of_feeds_and_links(library: Library) -> None:
    library.watch_lists.put(TEA)
    library.sources.add(source(watch_lists=("w-tea",)))
    text = write_opml(library).decode()
    assert 'type="rss" xmlUrl="https://blog.example.com/feed.xml"' in text
    assert text.startswith('<?xml version="1.0"') and 'version="2.0">' in text


READERS = {
    "nested folders": (
        '<outline text="科技"><outline text="AI"><outline type="rss" text="某站" xmlUrl="https://a.example/feed" htmlUrl="https://a.example/"/>'
        '</outline></outline><outline text="空文件夹"/>',
        [("某站", SourceKind.FEED, ("科技", "AI"))],
    ),
    "no type, title only": ('<outline title="某站" xmlUrl="https://a.example/feed"/>', [("某站", SourceKind.FEED, ())]),
    "attribute names in other cases": ('<outline TEXT="某站" xmlurl="https://a.example/feed"/>', [("某站", SourceKind.FEED, ())]),
    "no name": ('<outline xmlUrl="https://a.example/feed"/>', [("https://a.example/feed", SourceKind.FEED, ())]),
    "bare ampersand": ('<outline text="A & B" xmlUrl="https://a.example/feed?x=1&y=2"/>', [("A & B", SourceKind.FEED, ())]),
    "escaped twice": ('<outline text="A &amp;amp; B" xmlUrl="https://a.example/feed"/>', [("A & B", SourceKind.FEED, ())]),
    "feed scheme": ('<outline text="某站" xmlUrl="feed://a.example/feed"/>', [("某站", SourceKind.FEED, ())]),
    "in two folders": (
        '<outline text="甲"><outline text="某站" xmlUrl="https://a.example/feed"/></outline>'
        '<outline text="乙"><outline text="某站" xmlUrl="https://A.example/feed#top"/></outline>',
        [("某站", SourceKind.FEED, ("甲", "乙"))],
    ),
    "a web page": ('<outline type="link" text="某页" url="https://a.example/"/>', [("某页", SourceKind.PAGE, ())]),
}


@pytest.mark.parametrize("name", READERS)
def test_what_other_readers_write(name: str) -> None:
    body, expected = READERS[name]
    problems: list[str] = []
    lists, sources = read_opml(opml(body), problems)
    names = {each.id: each.name for each in lists}
    assert [(each.name, each.kind, tuple(names[one] for one in each.watch_lists)) for each in sources] == expected
    assert problems == []
    assert {each.kind for each in lists} <= {WatchKind.CATEGORY}


def test_bad_outlines_are_named_and_the_rest_goes_in(library: Library) -> None:
    body = """<outline type="rss" text="没有网址"/>
      <outline text="旧协议" xmlUrl="ftp://a.example/feed"/>
      <outline text="脚本" xmlUrl="javascript:alert(1)"/>
      <outline type="include" text="别的" url="https://a.example/more.opml"/>
      <outline xmlns:z="urn:zhongcao:opml" text="好的" xmlUrl="https://b.example/feed"
        z:max_items="0" z:enabled="false" z:rights="taken_down"/>"""
    added, known, problems = apply_opml(library, opml(body))
    assert (added, known, len(problems)) == (1, 0, 5)
    assert (
        "没有网址" in problems[0]
        and "旧协议" in problems[1]
        and "脚本" in problems[2]
        and "另一个 OPML" in problems[3]
        and "max_items" in problems[4]
    )
    one = library.sources.all()[0]
    assert (one.max_items, one.enabled, one.rights) == (50, False, Rights.REFERENCE)


def test_a_broken_file_is_read_as_far_as_it_can_be() -> None:
    body = """<outline text="甲" xmlUrl="https://a.example/f"/>
      <outline text="坏 <b>了</b>" xmlUrl="https://b.example/f"/>
      <outline text="丙" xmlUrl="https://c.example/f"/>"""
    problems: list[str] = []
    names = [each.name for each in read_opml(opml(body), problems)[1]]
    assert names[0] == "甲" and "丙" in names
    assert "第 2 行" in problems[0]
    problems.clear()
    cut = opml('<outline text="甲" xmlUrl="https://a.example/f"/><outline text="乙" xml')[:-30]
    assert [each.name for each in read_opml(cut, problems)[1]] == ["甲"] and problems


def test_what_the_library_has_stays_and_joins_its_folder(library: Library) -> None:
    library.sources.add(source(name="改过的名字", schedule_minutes=15))
    library.watch_lists.put(WatchList("own-id", WatchKind.CATEGORY, "早餐", terms=("小米粥",)))
    take_in(library, [note(title="早茶", text="点心")])
    body = """<outline text="早餐"><outline text="别的名字" xmlUrl="https://blog.example.com/feed.xml"/></outline>
      <outline text="早茶"><outline text="新站" xmlUrl="https://new.example/feed"/></outline>"""
    assert apply_opml(library, opml(body)) == (1, 1, [])
    kept = library.sources.get("blog")
    assert (kept.name, kept.schedule_minutes, kept.watch_lists) == ("改过的名字", 15, ("own-id",))
    assert sorted(each.name for each in library.watch_lists.all()) == ["早茶", "早餐"]
    assert len(stored(library)[0].watch_lists) == 1  # the new list finds what is there already
    assert apply_opml(library, opml(body)) == (0, 2, [])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "XML"),
        (b"\x00\x01", "XML"),
        (b"<html><body>x</body></html>", "OPML"),
        (b"<opml version='2.0'><head/></opml>", "OPML"),
        (b"<opm", "OPML"),
        (b'<!DOCTYPE opml [<!ENTITY a "aa" <opml><body><outline text="&a;"/></body></opml>', "XML"),
        (b"x" * 10_000_001, "MB"),
        (b'<!DOCTYPE opml [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><opml><body><outline text="&b;"/></body></opml>', "实体"),
        (b'<!DOCTYPE opml [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml><body><outline text="&a;"/></body></opml>', "实体"),
    ],
)
def test_what_is_no_opml_is_refused_in_a_sentence(library: Library, data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        apply_opml(library, data)
    assert library.sources.all() == []


@pytest.mark.parametrize("declared", ["gb2312", "gbk", "GB18030", "utf-8", "x-unknown"])
def test_chinese_encodings_and_wrong_labels(declared: str) -> None:
    data = f'<?xml version="1.0" encoding="{declared}"?><opml><body><outline text="护肤站" xmlUrl="https://a.example/f"/></body></opml>'
    for encoding in ("gb18030", "utf-8", "utf-8-sig", "utf-16"):
        assert [each.name for each in read_opml(data.encode(encoding))[1]] == ["护肤站"]


def test_folders_without_end_are_read_without_harm() -> None:
    deep = '<outline text="a">' * 5_000 + '<outline text="底" xmlUrl="https://a.example/f"/>' + "</outline>" * 5_000
    lists, sources = read_opml(opml(deep))
    assert [each.name for each in sources] == ["底"] and len(lists) == 1


@example_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(st.text(max_size=30), st.lists(st.text(min_size=1, max_size=8).filter(lambda word: bool(word.strip())), max_size=3))
def test_any_name_and_words_survive(library: Library, name: str, words: list[str]) -> None:
    library.watch_lists.put(WatchList("w", WatchKind.BRAND, name.encode("utf-8", "replace").decode() or "x", terms=tuple(words)))
    lists, _ = read_opml(write_opml(library))
    assert (lists[0].id, lists[0].kind) == ("w", WatchKind.BRAND)
    assert [word for word in lists[0].terms if word.isprintable()] == [word for word in words if word.isprintable()]

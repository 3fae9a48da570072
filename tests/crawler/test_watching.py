"""Which watch-lists a content belongs to."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.intake import account_fingerprint, take_in
from crawler.watching import match_words, rematch
from recommender.errors import NotFound
from recommender.library import Library
from recommender.library.model import WatchKind, WatchList
from tests.crawler.builders import USER, note, note_id, source, stored


def listed(
    watch_list: WatchList, title: str = "", text: str = "", tags: tuple[str, ...] = (), name: str = "", creator_id: str = ""
) -> bool:
    found = match_words([watch_list]).lists_of(title, text, tags, name, creator_id)
    assert found in ((), (watch_list.id,))
    return bool(found)


def brand(*aliases: str, **changes: Any) -> WatchList:
    return WatchList("w-brand", WatchKind.BRAND, "海底捞", aliases=aliases, **changes)


@pytest.mark.parametrize(
    ("title", "text", "tags", "there"),
    [
        ("今天吃海底捞", "", (), True),
        ("", "去了海底捞火锅", (), True),
        ("", "", ("海底撈",), True),
        ("", "HAIDILAO 的番茄锅", (), True),
        ("", "ｈａｉｄｉｌａｏ", (), True),
        ("", "haidilaomenu", (), False),
        ("", "xhaidilao", (), False),
        ("海底", "捞面", (), False),
        ("", "", (), False),
    ],
)
def test_words_are_found_folded_and_latin_ones_at_borders(title: str, text: str, tags: tuple[str, ...], there: bool) -> None:
    assert listed(brand("海底捞", "Haidilao"), title, text, tags) is there


def test_the_name_counts_only_where_no_word_is_given() -> None:
    assert listed(brand(), "海底捞")
    assert not listed(brand("Haidilao"), "海底捞")


def test_a_creator_is_its_whole_name_or_its_account() -> None:
    by_name = WatchList("w-1", WatchKind.CREATOR, "小满", terms=("小满", "Xiaoman"))
    assert listed(by_name, name="小满") and listed(by_name, name=" XIAOMAN ")
    assert not listed(by_name, name="小满的店") and not listed(by_name, text="小满说", name="别人") and not listed(by_name)
    stored_id = f"xhs-{account_fingerprint(USER)}"
    for word in (USER, account_fingerprint(USER), stored_id):
        by_account = WatchList("w-1", WatchKind.CREATOR, "小满", terms=(word,))
        assert listed(by_account, name="改了名", creator_id=stored_id), word
        assert not listed(by_account, name="改了名", creator_id="xhs-0000000000000000")


def test_a_disabled_list_matches_nothing() -> None:
    assert not listed(brand(enabled=False), "海底捞")


@given(st.lists(st.text("ab护肤 海", min_size=1, max_size=3), min_size=1, max_size=4), st.text("ab护肤 海底", max_size=12))
def test_lists_do_not_disturb_each_other(words: list[str], text: str) -> None:
    lists = [WatchList(f"w-{place}", WatchKind.CATEGORY, word, terms=(word,)) for place, word in enumerate(words)]
    alone = [each.id for each in lists if match_words([each]).lists_of("", text, (), "")]
    assert list(match_words(lists).lists_of("", text, (), "")) == alone


def lists_of(library: Library) -> list[tuple[str, ...]]:
    return [item.watch_lists for item in stored(library)]


def test_a_new_list_finds_what_is_stored_and_a_changed_one_lets_go(library: Library) -> None:
    notes = [note(identity=note_id(number), text=text) for number, text in enumerate(("海底捞", "Haidilao", "别的"))]
    take_in(library, notes)
    library.watch_lists.put(brand("海底捞", "Haidilao"))
    assert rematch(library, "w-brand") == 2
    assert rematch(library, "w-brand") == 0
    assert lists_of(library) == [("w-brand",), ("w-brand",), ()]
    library.watch_lists.put(brand("Haidilao", "别的"))
    assert rematch(library, "w-brand") == 2
    assert lists_of(library) == [(), ("w-brand",), ("w-brand",)]
    library.watch_lists.put(brand("谁也不是", enabled=False))
    assert rematch(library, "w-brand") == 0
    with pytest.raises(NotFound):
        rematch(library, "w-none")


def test_what_a_source_brought_stays_whatever_the_words(library: Library) -> None:
    library.watch_lists.put(brand())
    library.sources.add(source(watch_lists=("w-brand",)))
    library.sources.add(source(id="picky", url="https://b.example/feed", watch_lists=("w-brand",), only_matching=True))
    take_in(library, [note(identity=note_id(1))], source_id="blog")
    take_in(library, [note(identity=note_id(2), text="海底捞")], source_id="picky")
    library.watch_lists.put(brand("换了词"))
    assert rematch(library, "w-brand") == 1
    assert lists_of(library) == [("w-brand",), ()]


def test_filing_anew_is_what_intake_does_at_once(library: Library) -> None:
    library.watch_lists.put(brand("海底捞"))
    library.sources.add(source(watch_lists=("w-brand",)))
    take_in(library, [note(identity=note_id(1), text="海底捞"), note(identity=note_id(2))])
    take_in(library, [note(identity=note_id(3))], source_id="blog")
    before = lists_of(library)
    assert rematch(library, "w-brand") == 0 and lists_of(library) == before == [("w-brand",), (), ("w-brand",)]

"""The words of the pages: complete in both languages, all used, none in the templates; numbers, times and marks as readers expect."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages import answers, formats
from api.pages.language import LANGUAGES, Translator, negotiate, read_words
from recommender.library import vocabulary
from recommender.library.model import ComplianceLevel, ContentItem, Counts, Finding, MediaKind, Platform, Rights, Understanding

PAGES = Path(answers.__file__).parent
TEMPLATES = {path.name: path.read_text("utf-8") for path in (PAGES / "templates").glob("*.html")}
NOW = datetime(2026, 7, 10, 4, tzinfo=UTC)
# Sections whose keys are made at run time, from names that other rooms keep.
BUILT = ("done", "error", "quality", "score", "filter", "order", "card", "row")


def item(**changes: object) -> ContentItem:
    """A content with nothing special."""
    one = ContentItem(
        id="xhs-1",
        platform=Platform.XHS,
        identity="1",
        url="",
        kind=MediaKind.TEXT,
        title="标题",
        text="正文",
        original_title="标题",
        original_text="正文",
        tags=(),
        creator_id=None,
        creator_name="",
        published_at=None,
        counts=Counts(),
        images=(),
        video_url="",
        source_id=None,
        is_sample=False,
        rights=Rights.OWNED,
        diversion=(),
        cluster="xhs-1",
        heat=1,
        fingerprint="",
        revision=1,
        first_seen_at=NOW,
        updated_at=NOW,
        understanding=Understanding(),
    )
    return replace(one, **changes)  # type: ignore[arg-type]


def test_every_string_has_both_languages_with_the_same_gaps() -> None:
    words = read_words()
    assert len(words) > 200
    for key, forms in words.items():
        assert set(forms) == set(LANGUAGES), key
        assert all(forms.values()), key
        gaps = [{name for _, name, _, _ in Formatter().parse(form) if name} for form in forms.values()]
        assert gaps[0] == gaps[1], key
        assert not formats_han(forms["en"]) or key == "site.other_language", key


def formats_han(text: str) -> bool:
    return bool(re.search(r"[\u3400-\u9fff]", text))


def test_a_key_given_twice_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text('[site]\nname = { zh = "种草", en = "Zhongcao" }\n', "utf-8")
    with pytest.raises(ValueError, match=r"site\.name"):
        read_words(tmp_path)


def test_every_word_the_templates_ask_for_is_there_and_every_word_is_asked_for() -> None:
    code = " ".join(path.read_text("utf-8") for path in PAGES.glob("*.py"))
    asked = set(re.findall(r"""['"]([a-z]+\.[a-z_0-9]+)['"]""", " ".join(TEMPLATES.values()) + code))
    words = read_words()
    sections = {key.partition(".")[0] for key in words}
    missing = {key for key in asked if key.partition(".")[0] in sections and key not in words and not key.endswith(("_", ".html", ".js"))}
    assert missing == set()
    prefixes = tuple(re.findall(r"'([a-z]+\.[a-z_]*_)' ~", " ".join(TEMPLATES.values())))
    enums = {name for name, kind in vars(vocabulary).items() if isinstance(kind, type) and issubclass(kind, StrEnum)}
    unused = {key for key in words if key not in asked and not key.startswith(prefixes) and key.partition(".")[0] not in (*BUILT, *enums)}
    assert unused == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_member_of_a_vocabulary_that_pages_show_has_a_word(language: str) -> None:
    t = Translator(language)
    sections = {key.partition(".")[0] for key in read_words()}
    shown = [kind for name, kind in vars(vocabulary).items() if name in sections]
    assert len(shown) == 12
    assert all(t.name(member) for kind in shown for member in kind)


def test_templates_hold_no_words_of_their_own() -> None:
    assert {name for name, text in TEMPLATES.items() if formats_han(text)} == set()
    assert not any("|safe" in text.replace(" ", "") or "autoescape" in text for text in TEMPLATES.values())
    assert all(
        len(path.read_text("utf-8").splitlines()) <= 300
        for folder in ("templates", "static", "i18n")
        for path in (PAGES / folder).iterdir()
    )


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "zh"),
        ("zh-TW", "zh"),
        ("en", "en"),
        ("en-US,en;q=0.9,zh;q=0.8", "en"),
        ("zh;q=0.8,en;q=0.2", "zh"),
        ("de,en;q=0.1", "en"),
        ("en;q=nan", "zh"),
        ("en;q=inf", "zh"),
        ("en;q=9", "zh"),
        ("en;q=0", "zh"),
        (",;;q=,", "zh"),
    ],
)
def test_the_language_follows_the_browser(accepted: str, language: str) -> None:
    assert negotiate("", "", accepted) == language
    assert negotiate("en", "zh", accepted) == "en"
    assert negotiate("fr", "en", accepted) == "en"


@given(st.text(max_size=300))
def test_any_accept_language_gives_one_of_two(accepted: str) -> None:
    assert negotiate("", "", accepted) in LANGUAGES


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (None, "–", "–"),
        (0, "0", "0"),
        (9_999, "9999", "10k"),
        (12_345, "1.2万", "12.3k"),
        (10_000, "1万", "10k"),
        (230_000_000, "2.3亿", "230M"),
        (999, "999", "999"),
    ],
)
def test_large_numbers_are_short(value: int | None, chinese: str, english: str) -> None:
    assert formats.short_number(value, "zh") == chinese
    assert formats.short_number(value, "en") == english


@pytest.mark.parametrize(
    ("passed", "chinese"),
    [
        (timedelta(seconds=5), "刚刚"),
        (timedelta(minutes=59), "59 分钟前"),
        (timedelta(hours=23), "23 小时前"),
        (timedelta(days=6), "6 天前"),
        (timedelta(days=8), "2026-07-02"),
        (-timedelta(days=1), "2026-07-11"),
    ],
)
def test_times_are_told_as_people_do(passed: timedelta, chinese: str) -> None:
    assert formats.ago(NOW - passed, NOW, "zh") == chinese
    assert formats.ago(None, NOW, "zh") == ""


def test_matched_words_are_marked_in_any_spelling() -> None:
    assert formats.highlight("國際論壇 FORUM", ["国际", "forum"]) == "<mark>國際</mark>論壇 <mark>FORUM</mark>"
    assert formats.highlight("<b>面霜</b>", ["面霜", "霜"]) == "&lt;b&gt;<mark>面霜</mark>&lt;/b&gt;"
    assert formats.highlight("没有", ["", "别的"]) == "没有"
    late = formats.excerpt("前言。" * 60 + "这里说面霜怎么用" + "后记。" * 60, ["面霜"])
    assert late.startswith("…") and "<mark>面霜</mark>" in late and late.endswith("…")
    assert len(formats.excerpt("短文\n两行", [])) == 5


class _Marks(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(max_size=120), st.lists(st.text(max_size=4), max_size=5))
def test_marking_adds_marks_and_changes_no_text(text: str, words: list[str]) -> None:
    found = _Marks()
    found.feed(str(formats.highlight(text, words)))
    found.close()
    assert set(found.tags) <= {"mark"}
    assert found.text == text


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(-3, 70), st.integers(-3, 70)), max_size=6))
def test_findings_anywhere_keep_the_text_whole(text: str, spans: list[tuple[int, int]]) -> None:
    findings = [Finding("r", ComplianceLevel.WARN, start, end, "", "", '"<', "") for start, end in spans]
    found = _Marks()
    found.feed(str(formats.with_findings(text, findings)))
    found.close()
    assert set(found.tags) <= {"mark"} and found.text == text.strip()


def test_a_content_without_a_title_begins_with_its_first_sentence() -> None:
    assert formats.lead(item()) == ("标题", "正文")
    assert formats.lead(item(title="", text="今天店里来了三只猫。一只睡着。")) == ("今天店里来了三只猫。", "一只睡着。")
    heading, rest = formats.lead(item(title="", text="长" * 100))
    assert (heading, rest) == ("长" * 40 + "…", "…" + "长" * 60)
    assert formats.lead(item(title="", text="")) == ("", "")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "", "//x/y", "http://", "http://[", "data:,x", " ftp://x/", "https:/x"])
def test_only_web_addresses_become_links(url: str) -> None:
    assert formats.web_address(url) == ""
    assert formats.web_address(" https://example.com/a ") == "https://example.com/a"

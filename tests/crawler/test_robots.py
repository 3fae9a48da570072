"""robots.txt: groups, longest match, wildcards, escapes, and files that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.robots import MOST_ROBOTS_BYTES, Rules, parse_robots

SITE = "https://tea.example"


def allows(text: str | bytes, path: str, agent: str = "zhongcao") -> bool:
    return parse_robots(text.encode() if isinstance(text, str) else text).allows(SITE + path, agent)


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("", "/x", True),
        ("User-agent: *\nDisallow:", "/x", True),
        ("User-agent: *\nDisallow: /", "", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nDisallow: /a/b\nAllow: /a", "/a/b/c", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.php$", "/a.php", False),
        ("User-agent: *\nDisallow: /*.php$", "/a.php?x", True),
        ("User-agent: *\nDisallow: /*/b*c", "/a/b/x/c/d", False),
        ("User-agent: *\nDisallow: /a*a$", "/a", True),
        ("User-agent: other\nDisallow: /", "/x", True),
        ("User-agent: other\nDisallow: /\n\nUser-agent: *\nDisallow: /y", "/x", True),
        ("User-agent: *\nDisallow: /\nUser-agent: zhongcao\nDisallow: /y", "/x", True),
        ("User-agent: ZhongCao/2.0\nDisallow: /x", "/x", False),
        ("User-agent: a\nUser-agent: zhongcao\nDisallow: /x", "/x", False),
        ("User-agent: zhongcao\nDisallow: /x\nUser-agent: b\nDisallow: /\nUser-agent: zhongcao\nDisallow: /y", "/y", False),
        ("User-agent: zhongcao\nSitemap: https://tea.example/s.xml\nUser-agent: b\nDisallow: /x", "/x", False),
        ("user agent: *\rdisalow: /x", "/x", False),
        ("User-agent *\nDisallow /x", "/x", False),
        ("Disallow: /x", "/x", True),
        ("User-agent: *\nDisallow: /茶", "/%E8%8C%B6/1", False),
        ("User-agent: *\nDisallow: /%e8%8c%b6", "/茶", False),
        ("User-agent: *\nDisallow: /\nAllow: /%62", "/b", False),
        ("User-agent: *\nDisallow: /\nAllow: /a/index.html", "/a/", True),
        ("User-agent: *\nDisallow: /x # why", "/x", False),
        ("<!doctype html><html><body>Not found</body></html>", "/x", True),
        ("User-agent: *\nDisallow: /?q=", "/?q=1#top", False),
        (b"\xef\xbb\xbfUser-agent: *\nDisallow: /x", "/x", False),
        ("User-agent: *\nDisallow: /x".encode("utf-16"), "/x", False),
        (b"User-agent: *\nDisallow: /x\x00\xff\n", "/y", True),
    ],
)
def test_rules(text: str | bytes, path: str, allowed: bool) -> None:
    assert allows(text, path) == allowed


def test_an_agent_with_digits_is_known_by_its_full_name_too() -> None:
    assert not allows("User-agent: tea2bot\nDisallow: /", "/", "tea2bot")
    assert allows("User-agent: tea2bot\nDisallow: /", "/", "coffee2bot")


def test_delay_and_sitemaps() -> None:
    rules = parse_robots(
        b"User-agent: *\nCrawl-delay: 5\nUser-agent: slow\nCrawl-delay: 9999\nDisallow: /x\nSitemap: https://a.example/s.xml\n"
    )
    assert rules.sitemaps == ("https://a.example/s.xml",)
    assert rules.delay_seconds("zhongcao") == 120.0
    assert parse_robots(b"User-agent: b\nCrawl-delay: 3").delay_seconds("zhongcao") is None


def test_only_the_first_500_kilobytes_count_and_no_cut_line() -> None:
    filler = b"# tea\n" * (MOST_ROBOTS_BYTES // 6)
    assert allows(b"User-agent: *\nDisallow: /x\n" + filler + b"Disallow: /y\n", "/y")
    cut = b"User-agent: *\nDisallow: /\n"
    cut += b"#" * (MOST_ROBOTS_BYTES - len(cut) - len(b"\nAllow: /")) + b"\nAllow: /tea"
    assert not allows(cut, "/")


@given(st.binary(max_size=300), st.text(max_size=40), st.text(max_size=10))
def test_anything_is_an_answer(body: bytes, url: str, agent: str) -> None:
    assert parse_robots(body).allows(url, agent) in (True, False)
    assert parse_robots(b"User-agent: *\nDisallow: /\n").allows(url, agent) is False
    assert Rules().allows(url, agent)


@given(st.text(st.sampled_from("ab*"), max_size=8), st.text(st.sampled_from("ab"), max_size=8))
def test_more_stars_never_forbid_less(pattern: str, path: str) -> None:
    plain = f"User-agent: *\nDisallow: /{pattern}"
    starred = f"User-agent: *\nDisallow: /{pattern.replace('*', '**')}*"
    assert allows(plain, f"/{path}") == allows(starred, f"/{path}")

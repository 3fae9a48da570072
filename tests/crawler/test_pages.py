"""Pages and the notes expected of them: each `pages/NAME.html` has its `NAME.json`."""

from __future__ import annotations

import gzip
import json
import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.addresses import canonical
from crawler.items import ParsedNote, Refusal
from crawler.parsers.headlines import without_site
from crawler.parsers.markup import html_text
from crawler.parsers.pages import page_text, parse_page
from crawler.parsers.trimming import trim
from crawler.parsers.wechat import is_wechat_page, page_type, parse_wechat
from crawler.parsers.xhs import parse_xhs
from crawler.repair import moment
from recommender.library.model import Platform
from tests.data import DATA, needs_data

PAGES = Path(__file__).with_name("pages")
LOCAL = "http://127.0.0.1:8001/saved.html"


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.html")))
def test_page_and_expected_note(name: str) -> None:
    html = (PAGES / f"{name}.html").read_text("utf-8")
    expected = json.loads((PAGES / f"{name}.json").read_text("utf-8"))
    if "page_type" in expected:
        assert page_type(html) == expected.pop("page_type")
    found = parse_page(html, LOCAL if is_wechat_page(html) else expected.get("url", LOCAL), saved=True)
    if "refusal" in expected:
        assert isinstance(found, Refusal)
        assert expected["refusal"] in found.reason
        assert LOCAL in found.reason
        return
    assert isinstance(found, ParsedNote)
    for part in expected.pop("text_holds", []):
        assert part in found.text
    for part in expected.pop("text_lacks", []):
        assert part not in found.text
    assert {field: value for field in expected if (value := getattr(found, field)) is not None} == {
        field: tuple(value) if isinstance(value, list) else value for field, value in expected.items()
    }


def test_only_a_copy_of_our_own_may_name_its_origin() -> None:
    html = (PAGES / "wechat_article.html").read_text("utf-8")
    saved = parse_page(html, LOCAL, saved=True)
    strange = parse_page(html, "https://evil.example/copy", saved=False)
    assert isinstance(saved, ParsedNote)
    assert saved.platform is Platform.WECHAT
    assert isinstance(strange, Refusal) or strange.platform is Platform.WEB


@pytest.mark.parametrize("sign", ["此内容因违规无法查看", "该公众号已迁移", "当前环境异常，完成验证后即可继续访问", "谁也没见过的提示"])
def test_pages_in_place_of_an_article_are_refused(sign: str) -> None:
    found = parse_wechat(f'<html><body><div class="weui-msg__title">{sign}</div></body></html>', "https://mp.weixin.qq.com/s/x")
    assert isinstance(found, Refusal)


@pytest.mark.parametrize("html", ["", "<html></html>", "window.__INITIAL_STATE__={oops}</script>", "window.__INITIAL_STATE__={}</script>"])
def test_a_page_without_a_note_is_an_answer_not_an_error(html: str) -> None:
    assert isinstance(parse_xhs(html, "https://www.xiaohongshu.com/explore/1"), Refusal)
    assert isinstance(parse_page(html, "https://example.com/"), Refusal)
    assert isinstance(parse_page(html, "https://mp.weixin.qq.com/s/x"), Refusal)


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("<>/&;\"'= pdivbr"))))
def test_markup_never_raises_and_leaves_no_script(text: str) -> None:
    assert "alert" not in html_text(f"<div>{text.replace('alert', '')}</div><script>alert(1)</script>") or "<" in text


def test_deep_markup_is_read() -> None:
    assert "底" in html_text("<div>" * 1_000 + "底" + "</div>" * 1_000)
    assert html_text("<b>" * 50_000) == ""


@pytest.mark.parametrize(
    "style",
    ["display : none", "visibility:hidden", "font-size:0", "opacity:0;", "text-indent:-9999px", "color:#FFF", "color: rgba(255,255,255,1)"],
)
def test_hidden_text_is_not_read(style: str) -> None:
    assert html_text(f'<div><p>前面</p><p style="{style}">藏起来的</p><p>后面</p></div>') == "前面\n\n后面"


@pytest.mark.parametrize("style", ["font-size:0.9em", "opacity:0.8", "text-indent:-2em", "color:#fff;background:#333", "color:#fff0e0"])
def test_small_and_pale_text_is_read(style: str) -> None:
    assert "看得见" in html_text(f'<div><p style="{style}">看得见</p></div>')


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("面霜怎么选_护肤频道_某某网", "面霜怎么选"),
        ("面霜怎么选-某某新闻网", "面霜怎么选"),
        ("面霜怎么选 - 某某日报", "面霜怎么选"),
        ("面霜怎么选|面霜|护肤_时尚_某某网", "面霜怎么选|面霜|护肤"),
        ("早报 | 面霜降价", "早报 | 面霜降价"),
        ("Type-C 接口的面霜加热器", "Type-C 接口的面霜加热器"),
        ("2024-2025 护肤趋势", "2024-2025 护肤趋势"),
        ("面霜怎么选", "面霜怎么选"),
    ],
)
def test_the_name_of_the_site_is_no_part_of_the_title(title: str, expected: str) -> None:
    assert without_site(title) == expected


@given(
    st.lists(
        st.sampled_from(["点击上方蓝字关注", "责任编辑：某某", "分享到：", "往期推荐", "今天去菜场买了三样菜。", "一", "2024-01-02 10:00"]),
        max_size=12,
    )
)
def test_trimming_takes_whole_lines_off_the_ends_only(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert trim(text) in text
    assert bool(trim(text)) == bool(text.strip())


ODD = {
    "empty": ("", "空的"),
    "only script": ("<script>" + "var a = 1;" * 50_000 + "</script>", "没有找到文章正文"),
    "unclosed": ("<div>" * 300_000, "没有找到文章正文"),
    "elements": ("<div>x</div>" * 100_000, "标记太多"),
    "attributes": ("<div " + " ".join(f'a{number}="x"' for number in range(100_000)) + ">字</div>", "没有找到文章正文"),
    "nested tables": ("<table><tr><td>" * 20_000, "没有找到文章正文"),
    "linked data": ("<script type='application/ld+json'>" + "[" * 50_000 + "</script><p>字</p>", "没有找到文章正文"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_pages_are_refused_in_a_short_time(name: str) -> None:
    html, said = ODD[name]
    started = time.process_time()
    found = parse_page(html, "https://example.com/odd")
    assert isinstance(found, Refusal)
    assert said in found.reason
    assert time.process_time() - started < 10


def test_a_page_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    html = (PAGES / "news_comments.html").read_text("utf-8")
    found = parse_page(html[: html.index("摊主老周")], "https://example.com/cut")
    assert isinstance(found, ParsedNote)
    assert found.text.startswith("本报讯")


@needs_data
def test_real_wechat_pages_give_what_their_truth_says() -> None:
    folder = DATA / "html_wechat"
    truths = json.loads((folder / "truth.json").read_text("utf-8"))
    assert len(truths) == 34
    for truth in truths:
        html = gzip.decompress((folder / truth["file"]).read_bytes()).decode("utf-8", "replace")
        assert is_wechat_page(html), truth["file"]
        found = parse_wechat(html, LOCAL)
        assert isinstance(found, ParsedNote) == truth["has_article"], truth["file"]
        if isinstance(found, ParsedNote):
            assert found.title == (truth["title"] or ""), truth["file"]
            assert found.creator_name in (truth["account"], truth["account_on_page"]), truth["file"]
            assert moment(found.published_at) == moment(truth["publish_time"]), truth["file"]
            assert page_type(html) == truth["page_type"].replace("article_with_author", "article")
            assert found.url == canonical(found.url)
            assert found.identity, truth["file"]
            assert len(found.text) > 100, truth["file"]


@needs_data
def test_real_explore_pages_hold_no_note() -> None:
    for path in (DATA / "html_xhs").glob("*.html.gz"):
        found = parse_xhs(gzip.decompress(path.read_bytes()).decode("utf-8"), "https://www.xiaohongshu.com/explore")
        assert isinstance(found, Refusal)
        assert "没有笔记" in found.reason


@pytest.mark.parametrize(
    "body",
    [bytes(range(256)) * 4000, random.Random(5).randbytes(60_000), b"\x89PNG\r\n\x1a\n" + random.Random(6).randbytes(9_000)],
)
@pytest.mark.parametrize("label", ["utf-8", "gbk", ""])
def test_bytes_that_are_no_text_are_no_page_whatever_their_label(body: bytes, label: str) -> None:
    found = parse_page(page_text(body, label), "https://a.example.com/x")
    assert isinstance(found, Refusal) and "不是网页" in found.reason


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5", "utf-16", "utf-16-le"])
def test_pages_of_every_encoding_are_pages(encoding: str) -> None:
    html = f"<html><body><article><p>{'今天去公園散步，天氣好，人不多。' * 20}</p></article></body></html>"
    assert isinstance(parse_page(page_text(html.encode(encoding), encoding), "https://a.example.com/x"), ParsedNote)


@pytest.mark.parametrize(
    ("words", "path", "day"),
    [
        ("账号 yuzu_2024 的朋友", "x", ""),
        ("© 2023-2024 某某网", "x", ""),
        ("2024年1月1日 发布", "x", "2024-01-01"),
        ("Published on January 1, 2024", "x", "2024-01-01"),
        ("账号 yuzu_2024 的朋友", "2024/01/01/x", "2024-01-01"),
    ],
)
def test_a_year_alone_is_no_date(words: str, path: str, day: str) -> None:
    text = "今天吃了柚子，水分很足，皮也好剥，推荐大家试试看。" * 6
    html = f"<html><head><title>柚子</title></head><body><article><p>{text}</p><p>{words}。</p></article></body></html>"
    found = parse_page(html, f"https://a.example.com/{path}")
    assert isinstance(found, ParsedNote) and found.published_at == day

"""Pages and the notes expected of them: each `pages/NAME.html` has its `NAME.json`."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.addresses import canonical
from crawler.items import ParsedNote, Refusal
from crawler.parsers.markup import html_text
from crawler.parsers.pages import page_text, parse_page
from crawler.parsers.wechat import is_wechat_page, parse_wechat
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
    found = parse_page(html, expected.get("url", LOCAL), saved=True)
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


CHINESE = "梅雨天怎么存茶：锡罐、干燥剂，少买。" * 5


@pytest.mark.parametrize(
    ("encoding", "label"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", "gb2312"),
        ("gb18030", "gb2312"),
        ("gbk", "gbk"),
        ("gb18030", "utf-8"),
        ("gb18030", "iso-8859-1x"),
        ("big5", "big5"),
    ],
)
def test_pages_are_decoded_whatever_their_label_says(encoding: str, label: str) -> None:
    text = CHINESE if encoding != "big5" else "國際論壇今天開幕，歡迎大家參加。" * 5
    assert page_text(text.encode(encoding), label) == text


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
            assert found.url == canonical(found.url)
            assert found.identity, truth["file"]
            assert len(found.text) > 100, truth["file"]


@needs_data
def test_real_explore_pages_hold_no_note() -> None:
    for path in (DATA / "html_xhs").glob("*.html.gz"):
        found = parse_xhs(gzip.decompress(path.read_bytes()).decode("utf-8"), "https://www.xiaohongshu.com/explore")
        assert isinstance(found, Refusal)
        assert "没有笔记" in found.reason

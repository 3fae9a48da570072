"""The measurement of extraction, on a folder of small pages of our own."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.evaluation.extract import METRICS, evaluate_extract
from crawler.evaluation.references import derived_reference, text_f1
from recommender.errors import InputError

PAGES = Path(__file__).with_name("pages")


def folder(home: Path, truth: list[dict[str, Any]] | None, *names: str) -> Path:
    for name in names:
        (home / f"{name}.html.gz").write_bytes(gzip.compress((PAGES / f"{name}.html").read_bytes()))
    if truth is not None:
        (home / "truth.json").write_text(json.dumps(truth, ensure_ascii=False), "utf-8")
    return home


def row(name: str, **known: object) -> dict[str, Any]:
    return {"file": f"{name}.html.gz", "page_type": None, "has_article": True, "title": None, "account": None, "publish_time": None} | known


def test_figures_of_a_folder(tmp_path: Path) -> None:
    note = json.loads((PAGES / "news_comments.json").read_text("utf-8"))
    deleted = row("wechat_deleted", page_type="deleted_by_author", has_article=False)
    right = row(
        "news_comments",
        page_type="news",
        title=note["title"],
        account=note["creator_name"],
        publish_time="2025-03-08T09:30:40+08:00",
        text=note["text"],
    )
    article = row("wechat_article", page_type="article", title="别的标题")
    found = evaluate_extract(folder(tmp_path, [right, deleted, article], "news_comments", "wechat_deleted", "wechat_article"))
    product = found.systems["product"]
    assert set(product) == set(METRICS)
    assert product["title_accuracy"] == 0.5
    assert product["author_accuracy"] == product["time_accuracy"] == product["page_type_accuracy"] == 1.0
    assert product["text_f1"] > 0.97
    assert found.systems["baseline"]["page_type_accuracy"] < 1.0
    assert found.counts["stored_without_article"] == 0
    assert (found.counts["references_given"], found.counts["references_derived"]) == (1, 1)
    answer = found.as_json()
    assert answer["command"] == "eval extract"
    assert set(answer["systems"]) == {"product", "baseline"}
    assert json.loads(json.dumps(answer)) == answer
    assert "js_content" in found.table()


def test_text_may_stand_in_a_file_beside_the_page(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("完全不同的文字", "utf-8")
    found = evaluate_extract(folder(tmp_path, [row("article", text_file="a.txt")], "article"))
    assert found.systems["product"] == {"text_f1": pytest.approx(0.0, abs=0.1)}


def test_without_truth_there_are_counts_and_no_accuracy(tmp_path: Path) -> None:
    found = evaluate_extract(folder(tmp_path, None, "article", "login"))
    assert found.counts["pages"] == 2
    assert found.systems["product"]["with_text"] == 1
    assert not set(METRICS) & set(found.systems["product"])


@pytest.mark.parametrize(
    ("truth", "said"),
    [
        ("{", "JSON"),
        ("{}", "列表"),
        ("[]", "列表"),
        ('[{"page_type": "article"}]', "第 1 项缺少 file"),
        ('[{"file": "none.html"}]', "none.html"),
        ('[{"file": "../outside.html"}]', "文件夹之外"),
        ('[{"file": "broken.html.gz"}]', "文件坏了"),
    ],
)
def test_what_is_not_of_the_format_is_named(tmp_path: Path, truth: str, said: str) -> None:
    (tmp_path / "broken.html.gz").write_bytes(b"no gzip")
    (tmp_path / "truth.json").write_text(truth, "utf-8")
    with pytest.raises(InputError, match=said):
        evaluate_extract(tmp_path)


def test_a_folder_without_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有"):
        evaluate_extract(tmp_path)
    with pytest.raises(InputError, match="不是文件夹"):
        evaluate_extract(tmp_path / "none")


def test_the_derived_reference_is_what_the_page_shows() -> None:
    page = (
        '<html><body><div id="js_content" class="rich_media_content" style="visibility:hidden"><p>第一段在这里，很长的一段。</p>'
        '<p style="display:none">看不见的词</p><script>var a = 1</script><p>第二段也在这里。</p></div></body></html>'
    )
    assert derived_reference(page) == "第一段在这里，很长的一段。第二段也在这里。"
    assert (
        derived_reference(
            "<script>x = { content_noencode: '一行\\x0a两行 \\x26amp; \\x3ca href=\\x22u\\x22\\x3e链接\\x3c/a\\x3e' }</script>"
        )
        == "一行\n两行 & 链接"
    )


@given(st.text(max_size=60), st.text(max_size=60))
def test_text_f1_is_a_share_that_looks_from_both_sides(first: str, second: str) -> None:
    assert 0.0 <= text_f1(first, second) <= 1.0
    assert text_f1(first, second) == pytest.approx(text_f1(second, first))
    assert text_f1(first, f" {first}\n") == 1.0


def test_text_f1_counts_repeated_text_as_often_as_it_stands() -> None:
    assert text_f1("abcd", "abcd") == 1.0
    assert text_f1("abcd", "abcdabcd") == pytest.approx(0.6)
    assert text_f1("abcd", "") == 0.0

"""Decoding of pages, whatever they are labelled."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.evaluation.charset import evaluate_charset
from crawler.parsers.charset import decode_page

SIMPLIFIED = "<p>周末去公园野餐，带了保温杯和一本书。"
TRADITIONAL = "<p>週末去公園野餐，帶了保溫杯和一本書。"


@pytest.mark.parametrize("label", ["", "utf-8", "gb2312", "big5", "iso-8859-1", "windows-1252", "euc-jp", "nonsense", "base64", "\0"])
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIMPLIFIED, "utf-8"),
        (SIMPLIFIED, "gb18030"),
        (SIMPLIFIED, "gbk"),
        (TRADITIONAL, "gb18030"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL + "佢哋話呢間嘢食好正", "big5hkscs"),
        (SIMPLIFIED, "utf-16"),
        (SIMPLIFIED, "utf-16-le"),
        (SIMPLIFIED, "utf-16-be"),
        ("一" * 50, "utf-16-le"),
        ("<p>plain text only</p>", "ascii"),
        ("<p>plain text only</p>", "utf-16-le"),
    ],
)
def test_every_encoding_under_every_label(text: str, encoding: str, label: str) -> None:
    assert decode_page(text.encode(encoding), label)[0] == text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs", "utf-16-le"])
def test_a_page_that_breaks_off_is_read_up_to_the_last_whole_character(encoding: str) -> None:
    text = f"<html><body>{TRADITIONAL * 3}"
    whole = text.encode(encoding)
    for cut in range(len(whole) - 5, len(whole)):
        found, name = decode_page(whole[:cut], "")
        assert text.startswith(found)
        assert len(text) - len(found) <= 5
        assert name == encoding


def test_a_page_with_a_few_broken_bytes_keeps_its_encoding() -> None:
    body = (SIMPLIFIED * 20).encode()
    text, name = decode_page(body[:100] + b"\xff\xfe\x80" + body[100:], "gb2312")
    assert name == "utf-8"
    assert text.count(SIMPLIFIED[3:]) >= 18


def test_a_mark_is_believed_and_taken_off() -> None:
    assert decode_page(codecs.BOM_UTF8 + SIMPLIFIED.encode(), "gbk") == (SIMPLIFIED, "utf-8")
    assert decode_page(codecs.BOM_UTF16_BE + SIMPLIFIED.encode("utf-16-be"), "gbk") == (SIMPLIFIED, "utf-16-be")


def test_the_page_names_its_own_encoding_where_the_text_is_not_chinese() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r"><p>Сегодня хорошая погода'
    assert decode_page(page.encode("koi8-r"), "") == (page, "koi8-r")
    assert decode_page("Où est le café, déjà fermé ?".encode("cp1252"), "iso-8859-1")[0] == "Où est le café, déjà fermé ?"
    assert decode_page("今日は天気がいいですね。東京へ行きました。".encode("euc-jp"), "euc-jp")[1] == "euc-jp"


@given(st.binary(max_size=200), st.sampled_from(["", "utf-8", "gbk", "big5", "utf-16", "utf-7", "punycode", "idna", "hex", "x" * 40]))
def test_any_bytes_are_read_without_an_error(body: bytes, label: str) -> None:
    text, name = decode_page(body, label)
    assert codecs.lookup(name)
    text.encode("utf-8")


def test_generated_pages_are_decoded_right() -> None:
    found = evaluate_charset(pages=540, seed=7)
    assert found.systems["product"]["decoded_right"] >= 0.995
    assert found.systems["baseline"]["decoded_right"] < found.systems["product"]["decoded_right"]
    assert found.as_json()["counts"] == {"pages": 540}
    assert "big5hkscs_wrong" in found.table()
    assert evaluate_charset(pages=18, seed=7).systems == evaluate_charset(pages=18, seed=7).systems

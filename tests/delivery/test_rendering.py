"""Posts fit their channel, read as WeChat readers expect, and only go out where they may."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.delivery import render
from recommender.delivery.composing import excerpt, headline, sentences, web_link, without_hashtags
from recommender.library.model import Channel, ComplianceLevel, MediaKind, Rights, Understanding
from tests.delivery.builders import BLOCKED, content

TEXTS = st.lists(st.sampled_from(["好", "用", "a", "。", "！", "\n", " ", "#", "词", "👨‍👩‍👧", "❤️", "[手机]"]), max_size=60).map("".join)


def test_a_post_is_title_and_text_with_its_line_breaks() -> None:
    rendered = render(content(), Channel.MOMENTS)
    assert rendered.text == "换季这样洗脸不紧绷\n\n早上只用清水。晚上用温和的洁面。\n\n洗完三分钟内抹面霜。"
    assert rendered.bytes == len(rendered.text.encode())
    assert rendered.characters == len(rendered.text)
    assert rendered.exportable
    assert rendered.why_not == ""


def test_a_title_that_begins_the_text_is_not_said_twice() -> None:
    assert render(content(title="早上只用清水…"), Channel.GROUP).text.startswith("早上只用清水。晚上")


@given(TEXTS, TEXTS, st.integers(1, 400), st.sampled_from(Channel))
def test_every_post_fits(title: str, text: str, times: int, channel: Channel) -> None:
    rendered = render(content(title=title, text=text * times), channel)
    assert rendered.bytes == len(rendered.text.encode()) <= 4000
    assert channel is Channel.GROUP or rendered.characters <= 2000


def test_a_long_text_ends_with_a_sentence() -> None:
    rendered = render(content(text="这一句话正好十个字。" * 300), Channel.MOMENTS)
    assert rendered.text.endswith("这一句话正好十个字。")
    assert 3900 < rendered.bytes <= 4000
    assert any("太长" in note for note in rendered.notes)


def test_moments_count_characters_too() -> None:
    rendered = render(content(title="", text="a" * 3000), Channel.MOMENTS)
    assert rendered.characters == 2000
    assert rendered.text.endswith("a…")
    assert render(content(title="", text="a" * 3000), Channel.GROUP).characters == 3000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("真好用。\n#护肤 #换季护肤 #敏感肌", "真好用。"),
        ("真好用 #护肤 #换季护肤", "真好用"),
        ("推荐 #面霜 给干皮的人", "推荐 面霜 给干皮的人"),
        ("我推荐 #面霜\n你呢", "我推荐 面霜\n你呢"),
        ("写 C#的人也看 https://a.example/#top", "写 C#的人也看 https://a.example/#top"),
        ("#开头的话题 今天说洗脸", "开头的话题 今天说洗脸"),
        ("一行\n#护肤\n又一行", "一行\n又一行"),
        ("一起学习\n#study with me# #学习日记\n@某人 @薯队长", "一起学习"),
        ("今天 #study with me# 三小时", "今天 study with me 三小时"),
        ("寿司真好吃 #\n#日料 [话题]# #", "寿司真好吃"),
        ("谢谢 @某人 的推荐", "谢谢 @某人 的推荐"),
    ],
)
def test_hashtags(text: str, shown: str) -> None:
    assert without_hashtags(text) == shown


def test_sentences_with_masked_contacts_go() -> None:
    rendered = render(content(title="", text="晚上再涂一层。加我[微信号]领小样！明天见。"), Channel.GROUP)
    assert rendered.text == "晚上再涂一层。明天见。"
    assert any("联系方式" in note for note in rendered.notes)


@given(TEXTS)
def test_sentences_are_the_text(text: str) -> None:
    assert "".join(sentences(text)) == text


@pytest.mark.parametrize("rights", [Rights.REFERENCE, Rights.UNKNOWN])
def test_staff_see_title_excerpt_link_and_reason_of_what_may_not_go_out(rights: Rights) -> None:
    item = content(rights=rights, text="很长的正文。" * 100)
    rendered = render(item, Channel.GROUP)
    assert not rendered.exportable
    assert "版权状态" in rendered.why_not
    assert rendered.images == ()
    title, short, link, reason = rendered.text.split("\n")
    assert (title, link) == (item.title, item.url)
    assert len(short) == 80
    assert rendered.why_not in reason


def test_the_finding_that_blocks_is_named() -> None:
    rendered = render(content(understanding=BLOCKED), Channel.MOMENTS)
    assert not rendered.exportable
    assert rendered.why_not == "合规禁止：「最佳」（广告法 第九条：绝对化用语，建议换成具体的感受）。"
    assert "早上只用清水" in rendered.text


def test_warnings_do_not_block_and_unchecked_texts_do() -> None:
    assert render(content(understanding=Understanding(version="1", compliance=ComplianceLevel.WARN)), Channel.GROUP).exportable
    assert "合规检查" in render(content(understanding=Understanding()), Channel.GROUP).why_not


def test_every_reason_is_given() -> None:
    reason = render(content(rights=Rights.UNKNOWN, understanding=BLOCKED), Channel.GROUP).why_not
    assert "版权状态" in reason
    assert "「最佳」" in reason


def test_what_was_taken_down_renders_as_nothing() -> None:
    rendered = render(content(rights=Rights.TAKEN_DOWN), Channel.GROUP)
    assert (rendered.text, rendered.images, rendered.link, rendered.exportable) == ("", (), "", False)
    assert "下架" in rendered.why_not


def test_staff_get_the_short_form_of_anything() -> None:
    rendered = render(content(), Channel.GROUP, staff=True)
    assert rendered.exportable
    assert rendered.text.split("\n")[-1] == "https://notes.example/1"


def test_moments_never_mix_images_and_link() -> None:
    many = tuple(f"https://pictures.example/{number}.jpg" for number in range(12))
    moments, group = render(content(images=many), Channel.MOMENTS), render(content(images=many[:3]), Channel.GROUP)
    assert (len(moments.images), moments.link) == (9, "")
    assert any("12 张" in note for note in moments.notes)
    assert (len(group.images), group.link) == (3, "https://notes.example/1")
    assert len(render(content(images=many), Channel.GROUP).images) == 9
    assert render(content(images=()), Channel.MOMENTS).link == "https://notes.example/1"
    assert render(content(kind=MediaKind.VIDEO), Channel.MOMENTS).images == ()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "", "ftp://a.example/x", "https://", "http://[bad"])
def test_only_web_addresses_are_links(url: str) -> None:
    assert web_link(url) == ""
    assert url == "" or url not in render(content(url=url, rights=Rights.UNKNOWN), Channel.GROUP).text


def test_lists_show_one_line() -> None:
    item = content(title="", text="第一行 #护肤\n第二行\x00\ud800")
    assert excerpt(item) == "第一行 护肤 第二行"
    assert headline(item) == "第一行 护肤 第二行"
    assert headline(content(title="", text="")) == "（无标题）"

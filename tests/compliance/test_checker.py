import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.compliance import check_text, worst
from recommender.library.model import ComplianceLevel

BLOCK, WARN, INFO, OK = ComplianceLevel.BLOCK, ComplianceLevel.WARN, ComplianceLevel.INFO, ComplianceLevel.OK


@pytest.mark.parametrize(
    ("text", "category", "level"),
    [
        ("国家级工艺，值得拥有", None, BLOCK),
        ("全网最低价，今晚开抢", None, BLOCK),
        ("这款面膜三天见效，痘坑全平", "美妆护肤", BLOCK),
        ("红豆茶祛湿排毒，一盒三十元", "食品美食", BLOCK),
        ("鱼油可以降血压，开团啦", "保健养生", BLOCK),
        ("稳赚不赔的理财，年化百分之十", None, BLOCK),
        ("报名就包过，拿证再付", "职场教育", BLOCK),
        ("距地铁站步行五分钟，新盘开盘", "房产", BLOCK),
        ("除菌率99.9%的洗手液", None, WARN),
        ("采用专利技术的保温杯", None, WARN),
        ("转发到三个群领红包", None, WARN),
        ("做工极致的小皮包", None, INFO),
        ("早上喝了一碗小米粥", "食品美食", OK),
    ],
)
def test_each_law_has_its_level(text: str, category: str | None, level: ComplianceLevel) -> None:
    assert worst(check_text(text, category=category)) is level


@pytest.mark.parametrize(
    "text",
    [
        "最近降温，最后一班车别错过，首先查一下时刻表",
        "第一次来这家店，唯一的遗憾是没座位",
        "出门前最好先看天气",
        "每条记录都有唯一标识",
        "高效率的开会办法",
        "特级初榨橄榄油",
        "最佳食用温度是四度",
        "广告法禁止使用“国家级”这样的词",
        "我们不承诺包过，只把题讲清楚",
        "这款面霜能治湿疹吗？不能，请去看医生。",
        "凡是喊“稳赚不赔”的都是骗局",
        "保健食品不能代替药物，也不能治疗疾病",
        "重读《最好的我们》",
        "看海真的很治愈",
        "首都机场三号航站楼",
    ],
)
def test_innocent_words_are_left_alone(text: str) -> None:
    assert check_text(text) == []


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("国*家*级工艺", "国*家*级"),
        ("國家級工藝", "國家級"),
        ("国家ji工艺", "国家ji"),
        ("guo家级工艺", "guo家级"),
        ("【ＮＯ．１】品牌", "ＮＯ．１"),
        ("全网🔥最🔥低价", "全网🔥最🔥低价"),
        ("稳zhuan不赔的理财", "稳zhuan不赔"),
        ("蕞强持妆力", "蕞强"),
    ],
)
def test_evasive_spellings_are_found_where_they_stand(text: str, term: str) -> None:
    findings = check_text(text)
    assert [finding.term for finding in findings] == [term]
    assert text[findings[0].start : findings[0].end] == term


def test_a_post_with_a_link_needs_its_mark() -> None:
    text = "用了两周，洗完不紧绷。喜欢的点下面链接买。"
    (finding,) = check_text(text, has_purchase_link=True)
    assert finding.rule == "disclosure"
    assert "链接" in finding.term
    assert check_text(f"【广告】{text}", has_purchase_link=True) == []
    assert worst(check_text(f"【品牌合作】{text}", has_purchase_link=True)) is WARN
    assert check_text("用了两周，洗完不紧绷。", has_purchase_link=False) == []


@pytest.mark.parametrize(
    "offer",
    [
        "购买链接放在下面",
        "同款点左下角",
        "我把同款挂在左下角小黄车了",
        "链接我放评论区置顶了",
        "想要的看我主页橱窗",
        "下单入口贴在评论置顶",
        "点链接直接下单",
        "复制淘口令打开就能拍",
        "店铺首页下单",
        "买的地方我放在评论区置顶了",
        "已经加到购物车的直接拍，同款在购物车第二个",
    ],
)
def test_a_way_to_buy_that_the_text_shows_is_seen_without_being_told(offer: str) -> None:
    text = f"这支护手霜我用了两周，不黏。{offer}。"
    findings = check_text(text)
    assert [(finding.rule, finding.level) for finding in findings if finding.rule == "disclosure"] == [("disclosure", BLOCK)]
    assert check_text(f"〔广告〕{text}") == []
    assert check_text(f"广告。{text}") == []
    assert worst(check_text(f"【品牌合作】{text}")) is WARN


@pytest.mark.parametrize(
    "text",
    [
        "我戴的这条是短链，链接处有一颗小珠",
        "朋友来家里都问链接，我也不记得哪买的",
        "我把文章链接放在评论区置顶了",
        "我们读书会的报名链接见置顶评论",
        "我没有购买链接，自己去超市找",
        "求同款链接，我找了一天",
        "我在商场橱窗前站了一会儿",
        "我推着购物车逛了一下午",
        "我把购物车里的东西都下单了",
        "周末我和朋友去看橱窗，拍了很多照片",
        "我在左下角拍到一只猫",
        "新款上架，同款点左下角",
    ],
)
def test_other_links_carts_and_windows_are_no_purchase_link(text: str) -> None:
    assert check_text(text) == []


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("换上以后省油30%", WARN),
        ("中底回弹提升37%", WARN),
        ("九成车主都说好", WARN),
        ("实测一周省油30%，路况写在下面", OK),
        ("这家养生局的锅巴很脆 #养生零食", OK),
    ],
)
def test_figures_need_a_source(text: str, level: ComplianceLevel) -> None:
    assert worst(check_text(text, category="食品美食" if "锅巴" in text else None)) is level


def test_health_talk_may_carry_no_link_even_when_marked() -> None:
    text = "【广告】抽筋多半和缺钙有关，医生建议多晒太阳。我吃的钙片链接放在文末。"
    assert worst(check_text(text, category="保健养生", has_purchase_link=True)) is BLOCK


def test_a_rule_about_one_trade_leaves_others_alone() -> None:
    assert check_text("消炎药在药箱里", category="情感生活") == []
    assert worst(check_text("这支面霜能消炎", category="情感生活")) is BLOCK


def test_a_finding_says_law_reason_and_way_out() -> None:
    (finding,) = check_text("驰名商标")
    assert finding.law == "商标法第十四条"
    assert finding.reason
    assert finding.suggestion


def test_worst_of_nothing_is_ok() -> None:
    assert worst([]) is OK


@given(st.text(max_size=300))
def test_findings_lie_in_the_text_in_order(text: str) -> None:
    findings = check_text(text, has_purchase_link=True)
    assert [finding.start for finding in findings] == sorted(finding.start for finding in findings)
    for finding in findings:
        assert 0 <= finding.start < finding.end <= len(text)
        assert text[finding.start : finding.end] == finding.term


@pytest.mark.parametrize(
    "text", ["最" * 100_000, "包过，" * 30_000, "a啊" * 50_000, "第一第" * 30_000, "“" * 50_000, "99%" * 30_000, "zui最" * 30_000]
)
def test_texts_made_to_be_slow_are_not(text: str) -> None:
    begun = time.perf_counter()
    check_text(text)
    assert time.perf_counter() - begun < 5

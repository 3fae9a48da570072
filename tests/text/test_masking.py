"""Masking of personal data. All numbers and ids here are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.text.masking import mask_personal


@pytest.mark.parametrize(
    ("published", "masked", "kinds"),
    [
        ("打13800001111找我", "打[手机]找我", ("手机",)),
        ("电话 138-0000-1111。", "电话 [手机]。", ("手机",)),
        ("138 0000 1111", "[手机]", ("手机",)),
        ("１３８００００１１１１", "[手机]", ("手机",)),
        ("1\u200b3\u200b8\u200b0\u200b0\u200b0\u200b0\u200b1\u200b1\u200b1\u200b1", "[手机]", ("手机",)),
        ("+86 13800001111", "[手机]", ("手机",)),
        ("加V:abc12345 备注", "加V:[微信号] 备注", ("微信号",)),
        ("加V：hello_abc", "加V：[微信号]", ("微信号",)),
        ("微信号：wx-hello2020", "微信号：[微信号]", ("微信号",)),
        ("我的微信是hello2020，来", "我的微信是[微信号]，来", ("微信号",)),
        ("vx hello2020", "vx [微信号]", ("微信号",)),
        ("薇信hello2020", "薇信[微信号]", ("微信号",)),
        ("QQ群：123456789", "QQ群：[微信号]", ("微信号",)),
        ("加V：13800001111", "加V：[手机]", ("手机",)),
        ("写信到 a.b-c@example.com 谢谢", "写信到 [邮箱] 谢谢", ("邮箱",)),
        ("身份证11010119900101123X", "身份证[身份证]", ("身份证",)),
        ("收货地址：上海市某某路一百号三楼", "收货地址：[地址]", ("地址",)),
        ("[电话]预约，或加微信[微信号]", "[电话]预约，或加微信[微信号]", ("手机", "微信号")),
        ("13800001111 a@b.cn", "[手机] [邮箱]", ("手机", "邮箱")),
    ],
)
def test_masked(published: str, masked: str, kinds: tuple[str, ...]) -> None:
    assert mask_personal(published) == (masked, kinds)


@pytest.mark.parametrize(
    "text",
    [
        "订单号 202511041380000111122 已发货",
        "笔记 64b8f0d2000000001c00a1b2",
        "价格 1380.00 元，尺寸 13*800*1111",
        "iPhone 15 Pro Max 256G 续航 13 小时",
        "微信读书今天更新了，weixin 小程序真好用",
        "关注公众号看 vlog，VIP 会员日",
        "@某人 你看这个",
        "门店地址：上海市静安区某某路 100 号",
        "加V领队一起爬山",
        "2025-11-04 12:30 到 2025-11-05",
    ],
)
def test_innocent_text_stays(text: str) -> None:
    assert mask_personal(text) == (text, ())


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("加微信vxVX:：13800001111@.com[]手机电话 "))))
def test_masking_twice_is_masking_once(text: str) -> None:
    once, kinds = mask_personal(text)
    assert mask_personal(once) == (once, kinds)


@given(st.text(alphabet="春眠不觉晓，。 \n"), st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text(alphabet="处闻啼鸟，。 \n"))
def test_no_phone_number_survives(before: str, number: str, after: str) -> None:
    masked, kinds = mask_personal(before + number + after)
    assert number not in masked
    assert "手机" in kinds

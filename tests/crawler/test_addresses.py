"""One address per page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.addresses import canonical, identity_of, platform_of, status_id
from crawler.items import ParsedNote
from crawler.preparation import prepare
from recommender.library.model import IncomingContent, Platform

NOTE = "64b8f0d2000000001c00a1b2"


@pytest.mark.parametrize(
    "address",
    [
        f"https://www.xiaohongshu.com/explore/{NOTE}",
        f"http://www.xiaohongshu.com/explore/{NOTE}?xsec_token=ABC=&xsec_source=pc_feed",
        f"https://www.xiaohongshu.com/discovery/item/{NOTE}?app_platform=ios&share_from_user_hidden=true",
        f"https://www.xiaohongshu.com/user/profile/5f0000000000000000000001/{NOTE}",
        f"https://XIAOHONGSHU.com/explore/{NOTE}#comments",
    ],
)
def test_all_forms_of_a_note_are_one_address(address: str) -> None:
    assert canonical(address) == f"https://www.xiaohongshu.com/explore/{NOTE}"
    assert identity_of(address) == NOTE


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            "http://mp.weixin.qq.com/s?chksm=1&__biz=MzA=&mid=22&idx=1&sn=ab&scene=21#wechat_redirect",
            "https://mp.weixin.qq.com/s?__biz=MzA=&mid=22&idx=1&sn=ab",
        ),
        ("https://mp.weixin.qq.com/s/AbC-_1?scene=1", "https://mp.weixin.qq.com/s/AbC-_1"),
        ("https://m.weibo.cn/status/4383747416?jumpfrom=weibocom", "https://m.weibo.cn/detail/4383747416"),
        ("https://www.iesdouyin.com/share/video/7300000000000000001/?region=CN", "https://www.douyin.com/video/7300000000000000001"),
        ("https://www.bilibili.com/video/BV1xx411c7mD/?spm_id_from=333&vd_source=1", "https://www.bilibili.com/video/BV1xx411c7mD"),
        ("HTTP://Example.COM:80/a?utm_source=x&b=2&a=1#top", "http://example.com/a?a=1&b=2"),
        ("https://example.com", "https://example.com/"),
        ("https://example.com:8443/文 章?q=茶", "https://example.com:8443/%E6%96%87%20%E7%AB%A0?q=%E8%8C%B6"),
        ("https://user:secret@example.com/a", "https://example.com/a"),
        ("ftp://example.com/a", ""),
        ("javascript:alert(1)", ""),
        ("不是网址", ""),
        ("http://[::1", ""),
        ("", ""),
    ],
)
def test_canonical(address: str, expected: str) -> None:
    assert canonical(address) == expected


@given(
    st.one_of(
        st.text(),
        st.text().map(lambda tail: f"https://example.com/{tail}"),
        st.text().map(lambda tail: f"https://mp.weixin.qq.com/s?{tail}"),
    )
)
def test_canonical_twice_is_once_and_never_raises(address: str) -> None:
    once = canonical(address)
    assert canonical(once) == once


def test_platforms() -> None:
    assert platform_of("https://www.zhihu.com/question/1/answer/2") is Platform.ZHIHU
    assert platform_of("https://notxiaohongshu.com/explore/1") is Platform.WEB
    assert platform_of("https://xiaohongshu.com.evil.example/explore/1") is Platform.WEB
    assert identity_of("https://www.zhihu.com/question/1/answer/2") == "2"
    assert identity_of("https://mp.weixin.qq.com/s?__biz=MzA=&mid=22&idx=1") == "MzA=_22_1"


LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def in_letters(number: int) -> str:
    """The base-62 name of a 微博, as desktop addresses have it: seven digits are four letters."""
    name, digits = "", str(number)
    for end in range(len(digits), 0, -7):
        group, letters = int(digits[max(0, end - 7) : end]), ""
        while group:
            group, place = divmod(group, 62)
            letters = LETTERS[place] + letters
        name = (letters.zfill(4) if end > 7 else letters) + name
    return name


@given(st.integers(3_300_000_000_000_000, 6_100_000_000_000_000))  # those of 2011 to about 2040
def test_a_weibo_has_one_address_by_number_or_by_letters(number: int) -> None:
    name = in_letters(number)
    assert status_id(name) == status_id(str(number)) == str(number)
    forms = [
        f"weibo.com/1234567890/{name}",
        f"m.weibo.cn/status/{name}?from=page",
        f"m.weibo.cn/detail/{number}",
        f"m.weibo.cn/status/{number}",
    ]
    for form in forms:
        assert identity_of(f"https://{form}") == str(number) or name.islower()
        assert canonical(f"https://{form}") == f"https://m.weibo.cn/detail/{number}" or name.islower()


def test_an_export_may_name_a_weibo_either_way() -> None:
    for name in ("z0Ijpwgk7", "3501703397689247"):
        item = prepare(ParsedNote(platform=Platform.WEIBO, identity=name, text="吃早饭"))
        assert isinstance(item, IncomingContent)
        assert (item.identity, item.url) == ("3501703397689247", "https://m.weibo.cn/detail/3501703397689247")


def test_a_section_of_an_account_is_no_weibo() -> None:
    assert identity_of("https://weibo.com/1234567890/followers") == ""
    assert canonical("https://weibo.com/1234567890/photos/") == "https://weibo.com/1234567890/photos/"

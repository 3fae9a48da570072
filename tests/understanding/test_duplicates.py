import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.understanding.duplicates import cluster, link, prepare, same, sign
from recommender.understanding.likeness import Spoken, edit_distance, spoken
from recommender.understanding.training import read_sample

TEXT = "今天把羊绒衫都洗了一遍，先翻面，再用冷水加一点专用洗涤剂，泡十分钟，轻轻按压，平铺晾干，千万不要拧，也不要挂起来。"


def edited(text: str, share: float, seed: int) -> str:
    characters = list(text)
    chooser = random.Random(seed)
    for place in chooser.sample(range(len(characters)), int(len(characters) * share)):
        characters[place] = chooser.choice("的一是在不了有和人这中大为上个国我以要他")
    return "".join(characters)


def test_a_lightly_edited_copy_follows_its_original() -> None:
    found = [cluster([("a", TEXT), ("b", edited(TEXT, 0.1, seed))])["b"] == "a" for seed in range(40)]
    assert sum(found) >= 38


def test_other_texts_lead_themselves() -> None:
    notes = {note.id: f"{note.title}\n{note.text}" for note in read_sample()}
    leaders = cluster(notes.items())
    assert set(leaders) == set(notes)
    assert len(set(leaders.values())) > 0.9 * len(notes)


def test_the_same_hashtags_make_no_copy() -> None:
    tags = " #达拉斯生活 #周末去哪儿 #美食日记 #今日份快乐 #记录生活"
    leaders = cluster([("a", "早上在河边跑步看见了白鹭飞过去" + tags), ("b", "新买的砂锅炖了一锅羊肉萝卜汤" + tags)])
    assert leaders["b"] == "b"


def test_short_texts_are_copies_only_when_equal() -> None:
    leaders = cluster([("a", "早安"), ("b", "早 安"), ("c", "早安呀"), ("d", ""), ("e", "")])
    assert leaders == {"a": "a", "b": "a", "c": "c", "d": "d", "e": "e"}


@given(
    st.lists(st.sampled_from([TEXT, edited(TEXT, 0.05, 1), "完全不同的一段话，说的是周末去山里露营看星星的事情。", "", "短"]), max_size=8)
)
def test_leaders_lead_themselves_and_come_first(texts: list[str]) -> None:
    leaders = cluster((str(place), text) for place, text in enumerate(texts))
    for name, leader in leaders.items():
        assert leaders[leader] == leader
        assert int(leader) <= int(name)


POST = "凯迪拉克这款车的内饰真的很用心，座椅包裹性好，后备箱放得下两个大箱子，周末一家人出门刚刚好，油耗也不高。"
ADDRESS = "门店地址在市中心人民路八十八号二楼，营业时间每天上午十点到晚上九点，欢迎到店品尝，可以停车。"
HEADING = "北美留学生一周穿搭分享"


@pytest.mark.parametrize(
    ("first", "second", "copies"),
    [
        (POST, POST + "\n（转自朋友，觉得有用就收藏吧）", True),
        (POST, "姐妹们快来看！！" + POST, True),
        (POST, POST[: len(POST) * 7 // 10], True),
        (POST, "🚗 " + POST.replace("，", " ✨ ") + " #汽车 #周末去哪儿", True),
        (POST + " #汽车 #周末", POST + " #购车攻略 #今日份快乐 #出游", True),
        ("今天教大家煮绿豆汤，先泡两小时再煮", "今天教大家煮綠豆湯，先泡兩小時再煮", True),
        ("保时捷帕拉梅拉好漂亮", "保时捷帕拉梅拉很漂亮", True),
        # the same words about something else, the same address under another post, another part of a series
        (POST, POST.replace("凯迪拉克", "雷克萨斯").replace("座椅包裹性好", "屏幕反应很快").replace("油耗也不高", "价格很友好"), False),
        ("芒果季不能错过的鲜奶油蛋糕。" + ADDRESS, "今天的巧克力毛巾卷卖完啦。" + ADDRESS, False),
        (HEADING + "开学第三周主打一个运动风", HEADING + "又降温了穿上最厚的羽绒服", False),
        ("在小红书赞和收藏破5000啦", "在小红书赞和收藏破1000啦", False),
        ("", "", False),
    ],
)
def test_what_is_a_copy_and_what_only_looks_alike(first: str, second: str, copies: bool) -> None:
    assert same(prepare(first), prepare(second)) is copies
    assert same(prepare(second), prepare(first)) is copies
    assert (len(set(cluster([("a", first), ("b", second)]).values())) == 1) is copies


def test_a_hashtag_that_lost_its_sign_is_still_none_of_the_text() -> None:
    assert spoken("周末去爬山看日出 #户外 #周末") == spoken("周末去爬山看日出 #户外 周末") == spoken("周末去爬山看日出 户外[话题]# #周末")


@given(st.text("abcd", max_size=12), st.text("abcd", max_size=12))
def test_the_edit_distance_is_that_of_the_textbook(first: str, second: str) -> None:
    row = list(range(len(second) + 1))
    for place, character in enumerate(first, 1):
        before, row = row, [place]
        for other, opposite in enumerate(second, 1):
            row.append(min(before[other] + 1, row[-1] + 1, before[other - 1] + (character != opposite)))
    assert edit_distance(first, second) == row[-1]


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_can_be_compared_either_way(first: str, second: str) -> None:
    one, other = prepare(first), prepare(second)
    assert same(one, other) == same(other, one)
    assert same(one, one) == (one != "")
    assert (sign([("a", first)]) == sign([("a", first)])).all()


@given(
    st.lists(st.sampled_from([TEXT, POST, *(edited(base, 0.1, seed) for base in (TEXT, POST) for seed in range(6))]), min_size=2), st.data()
)
def test_linking_in_two_steps_is_linking_in_one(texts: list[str], data: st.DataObject) -> None:
    items = [(str(place), text) for place, text in enumerate(texts)]
    keys, places = sign(items), np.arange(len(items))
    first = data.draw(st.integers(0, len(items)))

    def read(wanted: object) -> list[Spoken | str]:
        return [prepare(texts[place]) for place in wanted]  # type: ignore[attr-defined]

    whole = link(keys, places, np.ones(len(items), bool), read)
    start = np.concatenate([link(keys[:first], places[:first], np.ones(first, bool), read), places[first:]])
    assert (link(keys, start, places >= first, read) == whole).all()

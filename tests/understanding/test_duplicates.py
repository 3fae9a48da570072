import random

from hypothesis import given
from hypothesis import strategies as st

from recommender.understanding.duplicates import cluster
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

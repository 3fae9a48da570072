"""Searching: what is found, counted, ordered and paged."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.errors import InputError
from recommender.library.model import ContentFilter
from recommender.search import Index, open_index, publish
from tests.search.builders import DAY, found, library_in, note, published, settings_in


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Contents of the searches that other engines are publicly blamed for."""
    texts = {
        "install": ("安装简单", "三步装好，不用打孔"),
        "pending": ("待处理", "这批订单还没发"),
        "toolbox": ("测试工具箱", "里面有二十样"),
        "bank": ("招商银行信用卡", "每周五有优惠"),
        "company": ("招商加盟公司", "联系公司客服"),
        "forum": ("国际论坛见闻", "会场很大"),
        "flower": ("插花入门", "一束花摆在桌上"),
        "apart": ("银行招商会", "先招商后谈银行"),
        "cream": ("珂润面霜", "敏感肌用了一个月，很温和"),
        "estee": ("雅诗兰黛小棕瓶", "夜里用的精华"),
    }
    return published(tmp_path_factory.mktemp("failures"), [note(name, *both) for name, both in texts.items()])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("简单", {"install"}),
        ("处理", {"pending"}),
        ("工具", {"toolbox"}),
        ("工具箱", {"toolbox"}),
        ("花", {"flower"}),
        ("招商", {"bank", "company", "apart"}),
        ("招商 -公司", {"bank", "apart"}),
        ("招商 －公司", {"bank", "apart"}),
        ('"招商银行"', {"bank"}),
        ("“招商银行”", {"bank"}),
        ("國際論壇", {"forum"}),
        ("国际论坛", {"forum"}),
        ("雅詩蘭黛", {"estee"}),
        ("ＥＳＴＥＥ　ＬＡＵＤＥＲ", {"estee"}),
        ("qwxzv", set()),
        ("🔥", set()),
        ('"招商" -银行', {"company"}),
    ],
)
def test_published_failures_of_other_engines(failures: Index, query: str, expected: set[str]) -> None:
    assert found(failures, query) == expected
    assert failures.search(query).total == len(expected)


def test_hits_say_which_words_they_hold(failures: Index) -> None:
    hit = failures.search("敏感肌 面霜").hits[0]
    assert hit.id == "xhs-cream"
    assert {"敏感", "面霜"} <= set(hit.matched)
    assert hit.score > 0 and set(hit.parts) == {"words", "meaning"}


def test_the_parts_shown_add_up_to_the_score_and_hits_come_by_tier_then_score(tmp_path: Path) -> None:
    notes = [note(f"n{number}", f"防晒{number}", "面霜 " * (number % 3)) for number in range(6)]
    index = published(tmp_path, [*notes, *(note(f"o{number}", f"随笔{number}", "读书") for number in range(20))])
    hits = index.search("防晒 面霜", limit=100).hits
    assert {hit.tier for hit in hits} >= {0, 1}
    assert [(hit.tier, -hit.score) for hit in hits] == sorted((hit.tier, -hit.score) for hit in hits)
    for hit in hits:
        assert hit.score == sum(hit.parts.values()) and hit.score < 1000


def test_facets_are_left_out_where_nobody_asks(failures: Index) -> None:
    whole, bare = (failures.search("招商", facets=facets) for facets in (True, False))
    assert whole.facets["platform"] == {"xhs": 3} and bare.facets == {}
    assert (bare.hits, bare.total) == (whole.hits, whole.total)


def test_nothing_with_every_word_is_said(tmp_path: Path) -> None:
    index = published(tmp_path, [note("a", "防晒霜"), note("b", "面霜")])
    assert index.search("防晒 面霜").notes == ("没有一条包含全部词，下面是只包含其中一部分或意思相近的。",)


def test_many_words_are_all_told(tmp_path: Path) -> None:
    words = ["防晒", "面霜", "收纳", "辅食", "火锅", "奶茶", "护肤", "旅行", "咖啡", "面包", "书桌", "沙发"]
    words += ["雨伞", "手机", "电脑", "耳机", "键盘", "台灯", "地毯", "窗帘", "花瓶", "水杯", "毛巾", "牙刷"]
    index = published(tmp_path, [note("a", " ".join(words)), note("b", words[-1])])
    matched = {hit.id: hit.matched for hit in index.search(" ".join(words)).hits}
    assert matched["xhs-a"] == tuple(words)
    assert matched.get("xhs-b", (words[-1],)) == (words[-1],)


def test_a_note_about_it_comes_before_short_ones_that_only_tag_it(tmp_path: Path) -> None:
    about = note("about", "五月龄添加辅食记", "今天宝宝第一次吃辅食，米粉很喜欢，辅食机也好用。" * 4)
    passing = [note(f"n{number}", "散步", "天气好 #遛弯 #宝宝 #辅食", tags=("遛弯", "宝宝", "辅食")) for number in range(5)]
    others = [note(f"o{number}", f"随笔{number}", "读书写字散步" * 20) for number in range(20)]
    assert published(tmp_path, [about, *passing, *others]).search("宝宝 辅食").hits[0].id == "xhs-about"


def test_a_word_in_the_text_counts_more_than_the_same_in_a_hashtag(tmp_path: Path) -> None:
    said = note("said", "五月龄的一天", "开始给宝宝添加辅食了，先试米粉，再看看过不过敏，慢慢来不着急。" * 3)
    tagged = [note(f"n{number}", "夏天慢点走", "今天降温了 #宝宝辅食", tags=("宝宝辅食", f"随手拍{number}")) for number in range(4)]
    others = [note(f"o{number}", f"随笔{number}", "读书写字散步" * 20, tags=("日常",)) for number in range(20)]
    index = published(tmp_path, [said, *tagged, *others])
    for query in ("宝宝辅食", "宝宝 辅食", "辅食"):
        hits = index.search(query).hits
        assert hits[0].id == "xhs-said"
        assert {hit.id for hit in hits[1:5]} == {f"xhs-n{number}" for number in range(4)}
        assert all(hit.score > 0 for hit in hits)


def test_a_single_character_in_a_hashtag_alone_is_found_and_scored(tmp_path: Path) -> None:
    hits = published(tmp_path, [note("a", "周末", "去公园", tags=("花",)), note("b", "散步", "天气好")]).search("花").hits
    assert [hit.id for hit in hits] == ["xhs-a"] and hits[0].score > 0


def test_hashtags_at_the_end_are_still_found_as_phrases(tmp_path: Path) -> None:
    index = published(tmp_path, [note("a", "散步", "天气好 #宝宝辅食 @兰蔻小屋 #周末", tags=("宝宝辅食", "周末"))])
    for query in ('"宝宝辅食"', '"兰蔻小屋"', '"天气好"'):
        assert found(index, query) == {"a"}


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "AND OR NOT",
        "a" * 5000,
        "花" * 5000,
        "\x00\x01\x1f",
        "\ud800花",
        "'; DROP TABLE contents; --",
        "title:(a AND b)~2^3",
        "(.*a){30}",
        "-",
        "--花",
        '-"',
        "~!@#$%^&*()",
        "-花",
    ],
)
def test_every_string_gets_an_answer(failures: Index, query: str) -> None:
    result = failures.search(query)
    assert len(result.hits) == result.total <= 10
    assert ("查询太长，只看了前 200 个字。" in result.notes) == (len(query) > 200)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.one_of(st.text(alphabet=st.characters(), max_size=30), st.text(alphabet='招商银行花"-－“” \x00a1', max_size=20)))
def test_any_string_gets_an_answer(failures: Index, query: str) -> None:
    result = failures.search(query)
    assert result.total == len(result.hits)


def test_equal_scores_are_paged_without_gap_or_repeat(tmp_path: Path) -> None:
    index = published(tmp_path, [note(f"n{number * 37 % 50}", "一样的防晒") for number in range(50)])
    paged: list[str] = []
    result = index.search("防晒", limit=7)
    while True:
        paged += [hit.id for hit in result.hits]
        if result.next_cursor is None:
            break
        result = index.search("防晒", limit=7, cursor=result.next_cursor)
    assert len(paged) == len(set(paged)) == 50


def test_a_cursor_stays_in_place_while_contents_arrive(tmp_path: Path) -> None:
    library = library_in(
        tmp_path, [note(f"n{number}", f"第{number}篇", published_at=DAY + timedelta(hours=number)) for number in range(10)]
    )
    where = settings_in(tmp_path)
    publish(where.search_url, library, where)
    index = open_index(where.search_url, library, where)
    first = index.search("", limit=4)
    library.contents.upsert([note("late", "刚到的", published_at=DAY + timedelta(days=3))])
    publish(where.search_url, library, where)
    assert index.refresh()
    second = index.search("", limit=100, cursor=first.next_cursor)
    assert [hit.id for hit in first.hits + second.hits] == [f"xhs-n{number}" for number in reversed(range(10))]
    assert second.total == 11


@pytest.mark.parametrize("cursor", ["", "x", "é", "bnVsbA", "WyJuZXdlc3QiLDEsIngiLDFd", "W10", "a" * 10_000])
def test_foreign_cursors_are_refused_in_one_sentence(failures: Index, cursor: str) -> None:
    with pytest.raises(InputError, match="cursor 无效"):
        failures.search("花", cursor=cursor)


def test_unknown_orders_and_limits_are_refused(failures: Index) -> None:
    with pytest.raises(InputError, match="不支持按"):
        failures.search("花", order="random")
    with pytest.raises(InputError, match="limit"):
        failures.search("花", limit=0)


def test_a_filtered_search_finds_what_only_partly_matches_when_nothing_else_does(tmp_path: Path) -> None:
    notes = [note(f"both{number}", "防晒面霜") for number in range(3)] + [note("part", "防晒帽子", tags=("户外",))]
    index = published(tmp_path, notes)
    assert found(index, "防晒 面霜", filter=ContentFilter(tags=("户外",))) == {"part"}


def test_partial_matches_join_where_few_hold_every_word_and_it_is_said(tmp_path: Path) -> None:
    notes = [note("both", "防晒面霜推荐"), note("one", "防晒霜"), note("other", "面霜"), note("none", "厨房收纳")]
    result = published(tmp_path, notes).search("防晒 面霜")
    assert result.hits[0].id == "xhs-both"
    assert "xhs-none" not in {hit.id for hit in result.hits}
    assert result.notes == ("只有 1 条内容包含全部词，其余只包含其中一部分，或意思相近。",)


def test_contents_with_every_word_come_first_where_the_words_were_typed_apart(tmp_path: Path) -> None:
    notes = [note("loud", "珠宝 珠宝 珠宝", "珠宝"), note("both", "首饰", "这件珠宝怎么搭配衣服，写了很长的一段话，说说场合和颜色")]
    index = published(tmp_path, [*notes, *(note(f"n{number}", f"随笔{number}") for number in range(20))])
    assert [hit.id for hit in index.search("珠宝 搭配").hits] == ["xhs-both", "xhs-loud"]
    assert index.search("珠宝 搭配").hits[0].parts["words"] < 100


def test_meaning_only_adds_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    topics = {"食": "宝宝辅食 高铁米粉 果泥 研磨碗", "晒": "防晒霜 防晒帽 户外 物理防晒", "纳": "厨房收纳 调料架 抽屉 边柜"}
    notes = [note(f"{topic}{number}", words.split()[number % 4], words) for topic, words in topics.items() for number in range(8)]
    index = published(tmp_path, [*notes, note("only", "研磨碗很好洗", "给宝宝用")])
    for query in ("研磨碗很好洗", "防晒帽", "宝宝 防晒", "抽屉里的米粉"):
        monkeypatch.setattr("recommender.search.results.LEAST_COSINE", 2.0)
        without = [hit.id for hit in index.search(query, limit=100).hits]
        monkeypatch.setattr("recommender.search.results.LEAST_COSINE", 0.3)
        hits = index.search(query, limit=100).hits
        assert [hit.id for hit in hits][: len(without)] == without
        assert all(hit.parts["words"] == 0 for hit in hits[len(without) :])
    assert len(index.search("研磨碗很好洗", limit=100).hits) > 1


def test_taken_down_contents_are_gone_at_once(tmp_path: Path) -> None:
    library = library_in(tmp_path, [note("a", "防晒霜"), note("b", "防晒喷雾")])
    where = settings_in(tmp_path)
    publish(where.search_url, library, where)
    index = open_index(where.search_url, library, where)
    library.contents.take_down("xhs-a", "作者要求")
    assert found(index, "防晒") == {"b"}
    assert found(index, "") == {"b"}
    assert [name for name, _ in index.candidates("防晒")] == ["xhs-b"]
    assert [hit.id for hit in index.similar("防晒")] in ([], ["xhs-b"])
    assert index.search("防晒").facets["platform"] == {"xhs": 1}


def test_unknown_ids_have_no_vector(failures: Index) -> None:
    assert not failures.vectors(["xhs-nobody"]).any()


def test_an_empty_library_is_searched_without_trouble(tmp_path: Path) -> None:
    index = published(tmp_path, [])
    result = index.search("防晒")
    assert (result.hits, result.total, result.next_cursor) == ([], 0, None)
    assert index.search("").total == 0
    assert index.similar("防晒") == [] and index.candidates("防晒") == []

"""Columns of spreadsheets: guessed by name and by content, shown, and said by a mapping."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.importers import import_paths, preview
from crawler.importers.headers import fold, guess, is_nothing, meaning
from recommender.errors import NotAnExport
from recommender.library import Library
from recommender.library.model import ColumnMapping, CreatorTier, MediaKind, Platform
from tests.crawler.builders import note_id, stored, write_json

NOTE = f"https://www.xiaohongshu.com/explore/{note_id(1)}"
PAGE = "https://www.xiaohongshu.com/user/profile/5f00000000000000000000aa"

# headers of each vendor's note export, with a row
EXPORTS = {
    "灰豚": (
        "笔记官方地址,笔记标题,笔记内容,预估阅读量,互动量,点赞数,收藏数,评论数,分享数,发布时间,封面图片地址,达人名称,小红书号,主页链接,粉丝数,笔记类型",
        f"{NOTE},三步收纳,清空台面再分区,1000,15,1.2万,2,3,4,2025-11-03 08:00:00,https://media.example/a.jpg,小屋日记,xw1,{PAGE},8000,图文笔记",
    ),
    "千瓜": (
        "笔记标题,笔记链接,笔记正文,博主昵称,博主主页链接,博主粉丝数,笔记类型,发布时间,点赞数(次),收藏数(次),评论数(次),分享数(次),互动率",
        f"三步收纳,{NOTE},清空台面再分区,小屋日记,{PAGE},8000,图文,2025/11/03 08:00,1.2w,2,3,4,12.5%",
    ),
    "新红": (
        "标题,笔记URL,笔记描述,达人昵称,达人主页,粉丝量,笔记形式,发布日期,点赞量,收藏量,评论量,分享量,评论占比",
        f"三步收纳,{NOTE},清空台面再分区,小屋日记,{PAGE},0.8万,图文,2025-11-03 08:00,12000,2,3,4,3%",
    ),
    "English": (
        "Note_URL,Title,Content,Nickname,Profile URL,Followers,Note Type,Publish Time,Likes,Collects,Comments,Shares,engagement rate",
        f"{NOTE},三步收纳,清空台面再分区,小屋日记,{PAGE},8000,图文,2025-11-03T08:00:00+08:00,12000,2,3,4,0.1",
    ),
}


@pytest.mark.parametrize("vendor", EXPORTS)
def test_exports_of_the_vendors(library: Library, tmp_path: Path, vendor: str) -> None:
    (tmp_path / "a.csv").write_bytes(("\ufeff" + "\n".join(EXPORTS[vendor])).encode())
    assert import_paths(library, [tmp_path / "a.csv"]).new == 1
    item = stored(library)[0]
    assert (item.id, item.title, item.text, item.kind) == (f"xhs-{note_id(1)}", "三步收纳", "清空台面再分区", MediaKind.IMAGE)
    assert (item.counts.liked, item.counts.collected, item.counts.commented, item.counts.shared) == (12_000, 2, 3, 4)
    assert (item.creator_name, item.creator_fans, item.creator_tier) == ("小屋日记", 8_000, CreatorTier.KOC)
    assert item.published_at is not None and item.published_at.isoformat() == "2025-11-03T08:00:00+08:00"


@pytest.mark.parametrize(
    ("header", "row", "platform"),
    [
        ("达人名称,达人官方地址,小红书号,灰豚指数,粉丝数,笔记总数,近60天平均点赞", f"小屋日记,{PAGE},xw1,321.4,8000,10,5", Platform.XHS),
        ("博主昵称,千瓜指数,粉丝数,赞藏总数,小红书主页,小红书号", f"小屋日记,800,8000,10,{PAGE},xw1", Platform.XHS),
        ("关键词,小红书昵称,小红书号,小红书链接,粉丝数,图文报价", f"收纳,小屋日记,xw1,{PAGE},8000,300", Platform.XHS),
        ("达人昵称,抖音号,达人链接,粉丝数", "小屋日记,xw1,https://www.douyin.com/user/MS4wLjABAAAA,8000", Platform.DOUYIN),
        ("昵称,链接,粉丝", f"小屋日记,{PAGE},8000", Platform.XHS),
    ],
)
def test_lists_of_creators(library: Library, tmp_path: Path, header: str, row: str, platform: Platform) -> None:
    (tmp_path / "a.csv").write_text(f"{header}\n{row}\n", "gb18030")
    report = import_paths(library, [tmp_path / "a.csv"])
    assert (report.creators, report.read) == (1, 0)
    (creator,) = library.creators.named("小屋日记")
    assert (creator.platform, creator.fans, creator.tier) == (platform, 8_000, CreatorTier.KOC)


def test_headers_that_say_nothing_are_told_by_their_cells(tmp_path: Path) -> None:
    columns = ("A", "B", "C", "D", "E", "F")
    texts = [f"第{number}天记录：" + "今天把台面清空，再按用途分区，最后贴上标签。" * 2 for number in range(5)]
    rows = [
        dict(
            zip(columns, (f"第{n}次整理厨房", texts[n], NOTE[:-1] + str(n), f"2025-11-0{n + 1} 08:00", str(n * 100), "12.5%"), strict=True)
        )
        for n in range(5)
    ]
    found = guess(columns, rows)
    assert found.columns == {"title": "A", "text": "B", "url": "C", "published_at": "D"}
    assert set(found.how.values()) == {"内容"}


def test_names_are_folded_and_nothing_is_nothing() -> None:
    assert {meaning(name) for name in ("点赞数（次）", "点 赞 数", "LIKES", "点赞数*", "Liked_Count")} == {"liked"}
    assert [meaning(name) for name in ("点赞率", "近30天点赞", "平均点赞量", "粉丝女性比例", "")] == [None] * 5
    assert fold("笔记\n标题") == "笔记标题"
    assert all(is_nothing(cell) for cell in ("", " - ", "--", "null", "NULL", "#N/A", "#DIV/0!", "暂无"))
    assert not any(is_nothing(cell) for cell in ("0", "无印良品", "-5"))


def test_a_file_that_lacks_a_column_is_explained_and_mapped(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "奇怪.csv"
    path.write_text(f"甲列,乙列,丙列\n好,短文,{NOTE}\n", "utf-8")
    with pytest.raises(NotAnExport, match="它的列是：甲列、乙列、丙列。请指明后再导入：zhongcao mapping save") as caught:
        import_paths(library, [path])
    assert "\n" not in caught.value.message
    seen = preview(path)
    assert (seen.columns, seen.rows, seen.form) == (("甲列", "乙列", "丙列"), (("好", "短文", NOTE),), "CSV")
    assert seen.missing and seen.mapping is not None
    mapping = ColumnMapping("我的", {"title": "甲列", "text": "乙列"})
    mapped = preview(path, mapping)
    assert mapped.missing == () and mapped.how["title"] == "列对应表"
    assert import_paths(library, [path], mapping=mapping, dry_run=True).new == 1
    library.mappings.put(mapping)
    report = import_paths(library, [path])  # a saved mapping helps where the guess fails, and says so
    assert report.new == 1 and report.problems == ("奇怪.csv：按保存的列对应表“我的”读取。",)
    assert (stored(library)[0].title, stored(library)[0].text) == ("好", "短文")


def test_a_mapping_goes_before_the_guess(library: Library, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"标题,正文,改写后的正文,链接,点赞\n好,旧,新,{NOTE},5\n", "utf-8")
    import_paths(library, [tmp_path / "a.csv"], mapping=ColumnMapping("改写", {"text": "改写后的正文"}))
    item = stored(library)[0]
    assert (item.title, item.text, item.counts.liked) == ("好", "新", 5)
    without = ColumnMapping("不要点赞", {"text": "改写后的正文", "liked": "", "title": "没有这列"})
    seen = preview(tmp_path / "a.csv", without)
    assert seen.mapping is not None and seen.mapping.columns == {"text": "改写后的正文", "url": "链接"}


def test_repeated_and_empty_headers_stay_apart(tmp_path: Path, library: Library) -> None:
    (tmp_path / "a.csv").write_text(f"标题,正文,链接,点赞,点赞,\n好,短文,{NOTE},5,6,x\n", "utf-8")
    assert preview(tmp_path / "a.csv").columns == ("标题", "正文", "链接", "点赞", "点赞 (2)", "第 6 列")
    import_paths(library, [tmp_path / "a.csv"])
    assert stored(library)[0].counts.liked == 5


def test_what_needs_no_mapping_says_what_it_is(tmp_path: Path) -> None:
    files = {
        "a.json": '[{"note_id": "1", "title": "", "desc": "", "time": 1}]',
        "b.json": '{"code": 200, "data": {"items": [{"model_type": "note", "note": {"id": "ID", "title": "一"}}]}}'.replace(
            "ID", note_id(1)
        ),
        "c.txt": "https://blog.example/1\nhttps://blog.example/2\n",
        "d.csv": "内容ID,平台,标题,正文,内容类型,品类\nxhs-1,小红书,一,二,,\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    seen = [preview(tmp_path / name) for name in files]
    assert [each.form for each in seen] == ["JSON（MediaCrawler）", "JSON（接口回答）", "网址清单", "CSV（种草表格）"]
    assert all(each.mapping is None and each.missing == () for each in seen)


def test_the_preview_of_what_has_no_columns_shows_what_comes_in(library: Library, tmp_path: Path) -> None:
    note = {"id": note_id(1), "title": "抱枕", "desc": "很软", "type": "normal", "timestamp": 1758918674}
    note |= {"user": {"userid": "u1", "nickname": "甲"}, "liked_count": 5}
    queries = {"model_type": "hot_query", "hot_query": {"queries": []}}
    path = write_json(tmp_path / "a.json", {"items": [queries, {"model_type": "note", "note": note}]})
    seen = preview(path)
    assert (seen.form, seen.mapping, seen.missing) == ("JSON（接口回答）", None, ())
    assert seen.columns == ("种类", "标题", "正文", "达人", "发布时间", "点赞")
    assert seen.rows == (("内容", "抱枕", "很软", "甲", "2025-09-27 04:31", "5"),)
    import_paths(library, [path])
    assert [item.title for item in stored(library)] == ["抱枕"]
    failed = preview(write_json(tmp_path / "b.json", {"code": 301, "data": None, "message": "RETRY"}))
    assert failed.rows[0][0] == "不收" and "RETRY" in failed.rows[0][2]
    comment = {"id": "c1", "note_id": note_id(1), "content": "加V：hello2020", "like_count": 2, "time": 1758084499}
    account = {"userId": "u2", "name": "乙", "fansCount": 60_000}
    wordless = {**comment, "id": "c2", "content": ""}
    rows = preview(write_json(tmp_path / "c.json", {"code": 0, "data": {"comments": [comment, wordless, account]}})).rows
    assert [row[0] for row in rows] == ["评论", "不收", "达人"] and "hello2020" not in rows[0][2]
    (tmp_path / "d.txt").write_text("https://blog.example/1\nhttps://blog.example/2\n", "utf-8")
    links = preview(tmp_path / "d.txt")
    assert (links.columns, links.rows) == (("网址",), (("https://blog.example/1",), ("https://blog.example/2",)))


def test_what_to_do_with_links_is_said_in_words_for_everyone(library: Library, tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_text("https://blog.example/1\nhttps://blog.example/2\n", "utf-8")
    (problem,) = import_paths(library, [tmp_path / "d.txt"]).problems
    assert "加为来源" in problem and "--" not in problem

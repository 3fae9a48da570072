"""Exports of the platforms other than 小红书, and 小红书's own pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crawler.importers import import_paths
from crawler.items import ParsedNote, Refusal
from crawler.parsers.xhs import parse_xhs
from recommender.library import Library
from recommender.library.model import MediaKind, Platform
from tests.crawler.builders import stored, write_json

OTHER_ROWS: list[tuple[Platform, MediaKind, dict[str, Any]]] = [
    (
        Platform.WEIBO,
        MediaKind.TEXT,
        {
            "note_id": "4383747416000001",
            "content": "今天<br />下雨<a href='/x'>#雨天#</a>",
            "create_time": 1560570286 + 8 * 3600,
            "create_date_time": "2019-06-15 11:44:46",
            "liked_count": "赞",
            "comments_count": "12",
            "shared_count": "1万+",
            "note_url": "https://m.weibo.cn/detail/4383747416000001",
            "creator_hash": "a" * 16,
            "nickname": "张***三",
        },
    ),
    (
        Platform.DOUYIN,
        MediaKind.VIDEO,
        {
            "aweme_id": "7300000000000000001",
            "aweme_type": "0",
            "title": "煎蛋 #早餐",
            "desc": "煎蛋 #早餐",
            "create_time": 1560570286,
            "liked_count": "5",
            "aweme_url": "https://www.douyin.com/video/7300000000000000001",
            "cover_url": "https://media.example/c.jpg",
            "video_download_url": "https://media.example/v.mp4",
            "nickname": "早餐铺",
        },
    ),
    (
        Platform.KUAISHOU,
        MediaKind.VIDEO,
        {
            "video_id": "3xabc",
            "video_type": "1",
            "title": "收麦子",
            "desc": "收麦子",
            "create_time": 1560570286000,
            "viewd_count": "3万",
            "liked_count": "7",
        },
    ),
    (
        Platform.BILIBILI,
        MediaKind.VIDEO,
        {
            "video_id": "170001",
            "video_type": "video",
            "title": "修一台收音机",
            "desc": "-",
            "create_time": 1560570286,
            "liked_count": "9",
            "video_play_count": "100",
            "video_favorite_count": "3",
            "video_share_count": "2",
            "video_comment": "1",
            "video_url": "https://www.bilibili.com/video/av170001",
            "video_cover_url": "https://media.example/c.jpg",
        },
    ),
    (
        Platform.ZHIHU,
        MediaKind.TEXT,
        {
            "content_id": "99887766",
            "content_type": "answer",
            "content_text": "先说结论：要洗。",
            "content_url": "https://www.zhihu.com/question/1/answer/99887766",
            "title": "新衣服要不要先洗？",
            "desc": "先说结论",
            "created_time": 1560570286,
            "voteup_count": 88,
            "comment_count": 2,
            "user_nickname": "洗衣店老板",
        },
    ),
]


@pytest.mark.parametrize(("platform", "kind", "row"), OTHER_ROWS, ids=[str(platform) for platform, *_ in OTHER_ROWS])
def test_other_platforms(library: Library, tmp_path: Path, platform: Platform, kind: MediaKind, row: dict[str, Any]) -> None:
    import_paths(library, [write_json(tmp_path / "a.json", [row])])
    item = stored(library)[0]
    assert (item.platform, item.kind) == (platform, kind)
    assert item.published_at is not None
    assert item.published_at.isoformat() == "2019-06-15T11:44:46+08:00"
    if platform is Platform.WEIBO:
        assert (item.title, item.text, item.creator_name) == ("", "今天\n下雨#雨天", "")
        assert (item.counts.liked, item.counts.commented, item.counts.shared) == (None, 12, 10_000)
    if platform is Platform.DOUYIN:
        assert (item.title, item.tags) == ("", ("早餐",))


def _xhs_page(state: str) -> str:
    return f"<html><head><title>小红书</title></head><body>xiaohongshu<script>window.__INITIAL_STATE__={state}</script></body></html>"


XHS_NOTE = (
    '{"noteId":"64b8f0d2000000001c00a1b2","type":"video","title":"换盆记","desc":"先松土\\n#换盆[话题]#","time":1718000000000,"ipLocation":"上海",'
    '"user":{"userId":"5f00000000000000000000bb","nickname":"窗台花园"},"interactInfo":{"likedCount":"1.2万","shareCount":undefined},'
    '"imageList":[{"infoList":[{"url":"https://m.example/prv.jpg"},{"url":"https://m.example/dft.jpg"}]}],"tagList":[{"name":"换盆"}],'
    '"video":{"media":{"stream":{"h264":[{"masterUrl":"https://m.example/v.mp4"}]}}}}'
)


@pytest.mark.parametrize(
    "state",
    [
        f'{{"note":{{"noteDetailMap":{{"undefined":{{"note":{{}}}},"64b8f0d2000000001c00a1b2":{{"note":{XHS_NOTE}}}}}}},"x":undefined}}',
        f'{{"note":{{"note":{XHS_NOTE}}}}}',
        f'{{"noteData":{{"data":{{"noteData":{XHS_NOTE}}}}}}}',
    ],
)
def test_a_note_of_xiaohongshu_wherever_its_page_keeps_it(state: str) -> None:
    note = parse_xhs(_xhs_page(state), "https://www.xiaohongshu.com/explore/64b8f0d2000000001c00a1b2")
    assert isinstance(note, ParsedNote)
    assert (note.identity, note.kind, note.title, note.tags) == ("64b8f0d2000000001c00a1b2", MediaKind.VIDEO, "换盆记", ("换盆",))
    assert (note.creator_id, note.liked, note.shared) == ("5f00000000000000000000bb", "1.2万", "")
    assert (note.images, note.video_url) == (("https://m.example/dft.jpg",), "https://m.example/v.mp4")


@pytest.mark.parametrize(
    "state", ["{}", '{"note":{"noteDetailMap":{"a":{"note":{}}}}}', '{"note":undefined}', '{"note":{"noteDetailMap":[]}}']
)
def test_a_page_of_xiaohongshu_without_a_note_says_so(state: str) -> None:
    refusal = parse_xhs(_xhs_page(state), "https://www.xiaohongshu.com/explore")
    assert isinstance(refusal, Refusal)
    assert "没有笔记" in refusal.reason

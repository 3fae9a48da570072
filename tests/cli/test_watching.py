"""Watch-lists, OPML, health, creators and takedowns from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from crawler.intake import take_in
from recommender.library import Library, open_library
from recommender.library.model import CrawlReport
from recommender.settings import Settings
from tests.crawler.builders import USER, note, note_id, source

Run = Callable[..., Result]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = open_library(Settings(home=tmp_path).library_url)
    yield opened
    opened.close()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def call(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, list(arguments), env={"ZHONGCAO_HOME": str(tmp_path), "ZHONGCAO_CONFIG": None})
        assert result.exit_code == code, result.output + (repr(result.exception) if result.exception else "")
        return result

    return call


def test_a_list_is_added_changed_shown_and_removed(run: Run, library: Library) -> None:
    assert "还没有关注清单" in run("watch", "list").output
    added = json.loads(run("watch", "add", "brand", "海底捞", "--alias", "Haidilao", "--quota", "5", "--json").output)
    assert (added["added"], added["total"]) == (True, 0)
    changed = run("watch", "add", "brand", "海底捞", "--term", "海底捞", "--quiet-days", "7").output
    assert "已改" in changed and "海底捞、Haidilao" in changed
    kept = library.watch_lists.get(added["id"])
    assert (kept.words, kept.weekly_quota, kept.quiet_days, kept.enabled) == (("海底捞", "Haidilao"), 5, 7, True)
    assert "还没有内容，也没有来源" in run("watch", "list").output
    take_in(library, [note(identity=note_id(number), title="海底捞", text=f"第 {number} 次") for number in range(6)], source_id="blog")
    assert "本周已满 5 条" in run("watch", "list").output
    shown = json.loads(run("watch", "list", "--json").output)
    assert [(each["coverage"]["total"], each["coverage"]["full"]) for each in shown] == [(6, True)]
    run("watch", "add", "brand", "海底捞", "--off")
    assert "已停用" in run("watch", "list").output
    assert "没有叫 火锅" in run("watch", "remove", "火锅", code=2).output
    run("watch", "remove", "海底捞")
    assert library.watch_lists.all() == [] and library.contents.count() == 6
    assert all(item.watch_lists == () for batch in library.contents.iterate() for item in batch)


def test_sources_go_out_and_come_in_as_opml(run: Run, library: Library, tmp_path: Path) -> None:
    library.sources.add(source())
    written = run("sources", "opml").stdout_bytes
    library.sources.delete("blog")
    path = tmp_path / "sources.opml"
    path.write_bytes(written)
    assert json.loads(run("sources", "import", str(path), "--json").output) == {"added": 1, "known": 0, "problems": []}
    path.write_text('<opml><body><outline text="坏的" xmlUrl="ftp://x"/></body></opml>', "utf-8")
    assert "坏的" in run("sources", "import", str(path), code=3).output
    path.write_text("<html/>", "utf-8")
    assert "不是 OPML" in run("sources", "import", str(path), code=2).output


def test_health_says_what_is_wrong_and_what_to_do(run: Run, library: Library) -> None:
    library.sources.add(source())
    for _ in range(3):
        library.sources.record_run(
            "blog", "failed", "网址不存在（404），请检查网址。", CrawlReport(), datetime.now(UTC), seconds=1.5, requests=2
        )
    shown = run("sources", "health").output
    assert "失败，连续 3 次" in shown and "请检查网址" in shown
    assert "1.5 秒" in run("sources", "health", "某博客").output
    told = json.loads(run("sources", "health", "blog", "--json").output)
    assert (told[0]["failures"], len(told[0]["runs"])) == (3, 3)
    assert "没有叫 别的" in run("sources", "health", "别的", code=2).output


def test_creators_are_shown_linked_and_taken_down(run: Run, library: Library) -> None:
    take_in(library, [note(liked=10), note(identity=note_id(8), creator_id="another", creator_name="小满")])
    ids = [creator.id for creator, _ in library.creators.top()]
    assert "内容 1 条" in run("creators", "show", "阿满").output
    linked = json.loads(run("creators", "link", *ids, "--json").output)
    assert linked["accounts"] == sorted(ids)
    assert "同一个人" in run("creators", "show", ids[0]).output
    run("creators", "unlink", ids[0])
    assert "同一个人" not in run("creators", "show", ids[0]).output
    assert "名字要写全" in run("creators", "show", "无人", code=2).output
    gone = next(creator.id for creator, _ in library.creators.top() if creator.name == "阿满")
    assert json.loads(run("takedown", "--creator", gone, "--reason", "解约", "--json").output)["removed"] == 1
    assert take_in(library, [note(creator_id=USER)]).refused == 1
    address = f"https://www.xiaohongshu.com/explore/{note_id(8)}"
    assert "已下架 1 条" in run("takedown", address + "?xsec_token=x", "--reason", "作者要求").output
    assert library.contents.count() == 0
    assert "三选一" in run("takedown", "--reason", "x", code=2).output

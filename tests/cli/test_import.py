"""Import, dry run, column mappings and export from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from recommender.library import open_library
from recommender.library.model import SourceKind, WatchKind, WatchList
from recommender.settings import load_settings

Run = Callable[..., Result]
ADDRESS = "https://www.xiaohongshu.com/explore/65f0aa00000000001200aa"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ZHONGCAO_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("ZHONGCAO_CONFIG", raising=False)
    return tmp_path


@pytest.fixture
def run(home: Path) -> Run:
    def call(*arguments: str | Path, code: int = 0) -> Result:
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        assert result.exit_code == code, result.output + (repr(result.exception) if result.exception else "")
        assert "Traceback" not in result.output
        return result

    return call


def last_json(result: Result) -> Any:
    return json.loads(result.stdout.strip().splitlines()[-1])


def write_table(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def test_a_dry_run_shows_every_file_and_writes_nothing(run: Run, home: Path) -> None:
    table = write_table(home / "a.csv", "标题,正文,链接,点赞", f"一,第一段,{ADDRESS}01,5", f"二,第二段,{ADDRESS}02,5", ",,,")
    shown = run("import", table, "--dry-run")
    assert "试运行，什么都没有写入：读了 3 行：新增 2" in shown.stdout and "a.csv" in shown.stdout and "合计" in shown.stdout
    assert "a.csv 第 4 行：没有标题、正文、图片或视频" in shown.stderr
    assert last_json(run("import", table, "--no-index", "--json"))["new"] == 2
    write_table(table, "标题,正文,链接,点赞", f"一,改过的第一段，更长,{ADDRESS}01,5", f"二,第二段,{ADDRESS}02,5")
    again = last_json(run("import", table, "--dry-run", "--json"))
    assert (again["dry_run"], again["new"], again["changed"], again["unchanged"]) == (True, 0, 1, 1)
    assert [line["title"] for line in again["lines"] if line["state"] == "changed"] == ["一"]
    assert again["files"][0]["name"] == "a.csv"
    assert "将更新：a.csv 第 2 行《一》" in run("import", table, "--dry-run").stdout


def test_columns_are_mapped_shown_and_removed(run: Run, home: Path) -> None:
    table = write_table(home / "v.csv", "笔记名,文案一,浏览", "三步收纳,先清空台面,10")
    assert "它的列是：笔记名、文案一、浏览" in run("import", table, code=2).stderr
    assert "还缺：标题、正文、链接" in run("mapping", "show", table).stdout
    for wrong in ("标题=没有这列", "题目=笔记名", "标题"):
        run("mapping", "save", "新红", table, "--set", wrong, code=2)
    saved = run("mapping", "save", "新红", table, "--set", "标题=笔记名", "--set", "正文=文案一")
    assert "已保存为“新红”" in saved.stdout and "三步收纳" in saved.stdout
    assert last_json(run("mapping", "list", "--json")) == [{"name": "新红", "columns": {"标题": "笔记名", "正文": "文案一"}}]
    assert last_json(run("mapping", "show", table, "--mapping", "新红", "--json"))["missing"] == []
    assert last_json(run("import", table, "--mapping", "新红", "--no-index", "--json"))["new"] == 1
    run("mapping", "remove", "新红")
    run("mapping", "remove", "新红", code=2)
    run("import", table, "--mapping", "新红", code=2)


def test_the_library_goes_out_and_comes_back(run: Run, home: Path) -> None:
    run("import", write_table(home / "a.csv", "标题,正文,链接", f"一,第一段,{ADDRESS}01"), "--no-index")
    for name in ("内容.xlsx", "内容.csv", "内容.jsonl"):
        assert "已导出 1 条" in run("export", home / name).stdout
        assert last_json(run("import", home / name, "--no-index", "--json"))["unchanged"] == 1
    run("export", home / "内容.csv", code=2)
    run("export", home / "内容.csv", "--force", "--encoding", "gb18030", "--platform", "xhs")
    assert (home / "内容.csv").read_bytes().decode("gb18030").startswith("内容ID,平台,标题,正文,内容类型")
    run("export", home / "内容.pdf", code=2)
    run("export", home / "b.csv", "--watch", "没有", code=2)
    edited = (home / "内容.csv").read_bytes().decode("gb18030").replace(",未知", ",自有").replace("第一段,,", "第一段,,不存在的品类")
    (home / "c.csv").write_text(edited, "utf-8")
    assert "品类“不存在的品类”不认识，应为美妆护肤" in run("import", home / "c.csv", "--dry-run").stderr


def test_links_become_pages_to_fetch(run: Run, home: Path) -> None:
    links = write_table(home / "links.txt", "https://blog.example/1", "https://blog.example/2?utm_source=x", "https://blog.example/1")
    assert "是 2 个网址的清单" in run("import", links).stderr
    assert "没有名为“防晒”的关注清单" in run("import", links, "--as-sources", "防晒", code=2).stderr
    library = open_library(load_settings().library_url)
    library.watch_lists.put(WatchList("w1", WatchKind.CATEGORY, "防晒"))
    assert "2 个网址加入了来源" in run("import", links, "--as-sources", "防晒", "--no-index").stdout
    assert "0 个网址加入了来源" in run("import", links, "--as-sources", "w1", "--no-index").stdout
    found = library.sources.all()
    library.close()
    assert {(source.url, source.kind, source.watch_lists, source.max_items) for source in found} == {
        ("https://blog.example/1", SourceKind.PAGE, ("w1",), 1),
        ("https://blog.example/2", SourceKind.PAGE, ("w1",), 1),
    }

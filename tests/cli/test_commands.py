"""The command line as its users meet it, on a home folder with the sample library."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main

Run = Callable[..., Result]

NOTE = {
    "note_id": "65f0aa00000000001200aa01",
    "type": "normal",
    "title": "三步收纳小厨房",
    "desc": "第一步清空台面，第二步分区，第三步贴标签。#收纳[话题]#",
    "time": 1739138679000,
    "last_modify_ts": 1741740908290,
    "user_id": "5f00aa00000000001200bb01",
    "nickname": "小屋日记",
    "liked_count": "1.2万",
    "collected_count": "10+",
    "comment_count": "3,456",
    "share_count": "",
    "image_list": "",
    "tag_list": "收纳",
    "note_url": "https://www.xiaohongshu.com/explore/65f0aa00000000001200aa01",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def run(home: Path) -> Run:
    def call(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, list(arguments), env={"ZHONGCAO_HOME": str(home), "ZHONGCAO_CONFIG": None})
        assert result.exit_code == code, result.output + (repr(result.exception) if result.exception else "")
        assert "Traceback" not in result.output
        return result

    call("sample", "load")
    return call


def last_json(result: Result) -> object:
    return json.loads(result.stdout.strip().splitlines()[-1])


def commands() -> list[list[str]]:
    found = []
    for name, command in main.commands.items():
        if command.hidden:
            continue
        found.append([name])
        found += [[name, sub] for sub in getattr(command, "commands", {})]
    return found


def test_every_command_has_help(run: Run) -> None:
    named = {path[0] for path in commands()}
    wanted = "run crawl import index search match digest segments sources keys eval bench doctor check"
    assert set(wanted.split()) <= named
    for path in commands():
        assert len(run(*path, "--help").output.splitlines()) > 3, path


def test_an_export_goes_in_once_and_says_what_it_did(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "search_contents_2026-11-01.json"
    file.write_text(json.dumps([NOTE, NOTE, {**NOTE, "note_id": "65f0aa00000000001200aa02", "note_url": "", "title": "第二条"}]), "utf-8")
    first = last_json(run("import", str(file), "--json"))
    assert isinstance(first, dict)
    assert list(first) == ["read", "new", "changed", "unchanged", "duplicates", "refused", "seconds"]
    assert [first[key] for key in ("read", "new", "changed", "unchanged", "duplicates", "refused")] == [3, 2, 0, 0, 1, 0]
    again = last_json(run("import", str(file), "--json"))
    assert isinstance(again, dict) and (again["new"], again["changed"], again["unchanged"], again["duplicates"]) == (0, 0, 2, 1)
    found = last_json(run("search", "收纳小厨房", "--json"))
    assert isinstance(found, dict) and found["hits"][0]["id"] == "xhs-65f0aa00000000001200aa01"


def test_a_broken_line_is_named_and_the_rest_goes_in(run: Run, tmp_path: Path) -> None:
    lines = [json.dumps({**NOTE, "note_id": f"65f0aa0000000000120{number:05x}", "note_url": ""}) for number in range(20)]
    lines[10] = lines[10][:40]
    file = tmp_path / "search_contents_2026-11-02.jsonl"
    file.write_text("\n".join(lines), "utf-8")
    result = run("import", str(file), "--no-index", "--json")
    counts = last_json(result)
    assert isinstance(counts, dict) and (counts["read"], counts["new"], counts["refused"]) == (20, 19, 1)
    assert "11" in result.stderr and file.name in result.stderr


def test_what_is_no_export_is_said_in_one_sentence(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "holiday.json"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    assert file.name in run("import", str(file), code=2).stderr
    good = tmp_path / "search_contents_2026-11-03.json"
    good.write_text(json.dumps([NOTE]), "utf-8")
    assert file.name in run("import", str(file), str(good), "--no-index", code=3).stderr


def test_search_match_and_digest_answer_from_the_sample(run: Run) -> None:
    found = last_json(run("search", "早餐", "--type", "service", "--json"))
    assert isinstance(found, dict) and found["total"] > 0
    assert "共" in run("search", "护肤 -酒精").output
    segment = last_json(run("segments", "list", "--json"))
    assert isinstance(segment, list) and len(segment) >= 5
    matched = last_json(run("match", segment[0]["id"], "--channel", "group", "--group-type", "general", "--limit", "5", "--json"))
    assert isinstance(matched, dict) and len(matched["items"]) == 5
    assert all(item["reasons"] for item in matched["items"])
    assert "·" in run("match", "养猫的上班族", "--goal", "周末互动").output
    assert run("digest").output.strip()
    assert isinstance(last_json(run("digest", "--json")), list)


def test_the_doctor_knows_a_healthy_home(run: Run) -> None:
    run("index")
    checks = last_json(run("doctor", "--json"))
    assert isinstance(checks, list) and all(check["state"] != "problem" for check in checks)


def test_the_doctor_says_what_an_empty_home_lacks(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["doctor"], env={"ZHONGCAO_HOME": str(tmp_path)})
    assert result.exit_code == 1
    assert "内容库是空的" in result.output and "zhongcao import" in result.output


def test_keys_are_made_listed_and_revoked(run: Run) -> None:
    secret = run("keys", "create", "scrm", "--scope", "read").output.strip().splitlines()[-1]
    assert secret.startswith("zc_")
    listed = run("keys", "list", "--json")
    assert secret not in listed.output
    keys = last_json(listed)
    assert isinstance(keys, list)
    run("keys", "revoke", keys[0]["id"])


def test_a_text_is_checked(run: Run, tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.txt", tmp_path / "good.txt"
    bad.write_text("本店是国家级认证。\n全国最佳面膜，没有之一！", "utf-8")
    good.write_text("最近第一次去露营，最后一天还下了雨。", "utf-8")
    assert "广告法" in run("check", str(bad), code=1).output
    assert "ok" in run("check", str(good)).output
    gbk = tmp_path / "gbk.txt"
    gbk.write_bytes("最佳".encode("gb18030"))
    assert "UTF-8" in run("check", str(gbk), code=2).output


@pytest.mark.parametrize(
    "arguments",
    [
        ["search", "早餐", "--limit", "1" + "0" * 30],
        ["search", "早餐", "--category", "没有的品类"],
        ["segments", "remove", "nobody"],
        ["crawl", "nowhere"],
        ["digest", "nobody"],
        ["import", "not-there.json"],
        ["keys", "create", "x", "--scope", "root"],
        ["match", "妈妈", "--channel", "fax"],
    ],
)
def test_wrong_input_ends_with_2_and_one_sentence(run: Run, arguments: list[str]) -> None:
    run(*arguments, code=2)


def test_the_sample_goes_away_with_one_command(run: Run) -> None:
    assert "已清除" in run("sample", "remove").output
    found = last_json(run("search", "护肤", "--json"))
    assert isinstance(found, dict) and found["total"] == 0

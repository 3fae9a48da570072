"""A command typed wrongly, or stopped, is answered in Chinese with the exit code that says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import filling, main


def typed(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env={"ZHONGCAO_HOME": str(home), "ZHONGCAO_CONFIG": None})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["search"], "缺少参数 QUERY。"),
        (["search", "防晒", "--limit", "1" + "0" * 30], "选项 --limit 不对：应为 1 到 100 的整数。"),
        (["search", "防晒", "--limt", "3"], "没有 --limt 这个选项，是不是 --limit？"),
        (["search", "防晒", "喷雾"], "多出了参数 喷雾。"),
        (["search", "防晒", "--limit"], "选项 --limit 用得不对"),
        (["match", "妈妈", "--channel", "fax"], "应为 moments、group 之一"),
        (["match", "妈妈", "--date", "2026-02-30"], "应为日期，例如 2026-07-01"),
        (["serch", "防晒"], "没有 'serch' 这个命令。"),
        (["segments", "apply", "nowhere.toml"], "nowhere.toml 应是一个读得到的文件。"),
        (["import", "nowhere.json"], "nowhere.json：找不到这个文件或文件夹。"),
    ],
)
def test_what_is_typed_wrongly_is_said_in_chinese(tmp_path: Path, arguments: list[str], said: str) -> None:
    result = typed(tmp_path, *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("错误：") and said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_file_that_is_missing_does_not_stop_the_others(tmp_path: Path) -> None:
    file = tmp_path / "notes.csv"
    file.write_text("标题,正文\n防晒,三步涂够量\n", "utf-8")
    result = typed(tmp_path / "home", "import", "--no-index", str(file), str(tmp_path / "gone.csv"))
    assert result.exit_code == 3
    assert "新增 1" in result.stdout and "gone.csv" in result.stderr


def test_a_stopped_command_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(filling, "import_paths", stop)
    result = typed(tmp_path, "import", str(tmp_path))
    assert result.exit_code == 130
    assert "再运行一次" in result.stderr and "Aborted" not in result.output


def test_a_log_level_that_is_none_is_said_in_one_sentence(tmp_path: Path) -> None:
    environment = {"ZHONGCAO_HOME": str(tmp_path), "ZHONGCAO_CONFIG": None, "ZHONGCAO_LOG_LEVEL": "loud"}
    result = CliRunner().invoke(main, ["worker"], env=environment)
    assert result.exit_code == 1
    assert "ZHONGCAO_LOG_LEVEL" in result.output and "INFO" in result.output

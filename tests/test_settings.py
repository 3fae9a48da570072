"""Settings are read once, wrongly given ones are named, and their page is fresh."""

from pathlib import Path

import pytest

from recommender.errors import SettingsError
from recommender.settings import load_settings, settings_page

ROOT = Path(__file__).resolve().parents[1]


def test_the_page_of_settings_is_fresh() -> None:
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == settings_page(), "run `make docs`"


def test_the_environment_wins_over_the_file_over_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "z.toml"
    file.write_text('port = 9000\nhome = "/srv/z"\nallow_private = ["127.0.0.1:1", "127.0.0.1:2"]\n')
    found = load_settings({"ZHONGCAO_CONFIG": str(file), "ZHONGCAO_PORT": "9001"})
    assert (found.port, found.home, found.host) == (9001, Path("/srv/z"), "127.0.0.1")
    assert found.allow_private == ("127.0.0.1:1", "127.0.0.1:2")
    assert load_settings({"ZHONGCAO_ALLOW_PRIVATE": " 127.0.0.1:1 , "}).allow_private == ("127.0.0.1:1",)


@pytest.mark.parametrize(("name", "value"), [("PORT", "eight"), ("WORKER", "perhaps"), ("CRAWL_DELAY_SECONDS", "fast")])
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"ZHONGCAO_{name}"):
        load_settings({f"ZHONGCAO_{name}": value})


@pytest.mark.parametrize("text", ["prot = 1", "port = [", ""])
def test_a_wrong_file_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "z.toml"
    if text:
        file.write_text(text)
    with pytest.raises(SettingsError, match=r"z\.toml"):
        load_settings({"ZHONGCAO_CONFIG": str(file)})

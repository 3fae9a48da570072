"""What was once reached on the labelled sets does not drop silently: each evaluation beside its floors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli import main
from tests.data import DATA, needs_data

FLOORS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("floors.json").read_text("utf-8"))


@needs_data
@pytest.mark.timeout(600)
@pytest.mark.parametrize("pinned", FLOORS, ids=[f"{pinned['eval']}-{Path(pinned['data']).stem}" for pinned in FLOORS])
def test_no_figure_falls_under_its_floor(pinned: dict[str, Any], tmp_path: Path) -> None:
    command = ["eval", pinned["eval"], "--data", str(DATA / pinned["data"]), "--json"]
    result = CliRunner().invoke(main, command, env={"ZHONGCAO_HOME": str(tmp_path)})
    assert result.exit_code == 0, result.output
    systems = json.loads(result.stdout.strip().splitlines()[-1])["systems"]
    product = systems["product"]
    assert {name: product[name] for name, floor in pinned["floors"].items() if product[name] < floor} == {}
    ratios = {name: product[name] / systems["bm25"][name] for name in pinned.get("times_bm25", {})}
    assert {name: ratio for name, ratio in ratios.items() if ratio < pinned["times_bm25"][name]} == {}

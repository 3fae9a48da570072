"""The measurements of what comes in: their answers on small folders of our own, and the floors on parts of the real data."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli import main
from crawler.evaluation import hostile, ssrf
from crawler.evaluation.feeds import evaluate_feeds
from crawler.evaluation.report import Evaluation
from crawler.evaluation.robots import evaluate_robots
from crawler.evaluation.security import FILES, evaluate_security
from recommender.errors import InputError
from tests.data import DATA, needs_data

CASES = [
    {"robots": "User-agent: *\nDisallow: /x\n", "ua": "teabot", "url": "https://tea.example/x", "allowed": False},
    {"robots": "User-agent: *\nDisallow: /x\n", "ua": "teabot", "url": "https://tea.example/y", "allowed": True},
    {"robots": "User-agent: tea\nDisallow: /\n", "ua": "tea", "url": "https://tea.example/y", "allowed": True, "test": "wrong on purpose"},
]
FEED = """<!--
Description: a case
Header:      Content-type: application/xml
Expect:      not bozo and entries[0]['title'] == '存茶' and entries[0]['summary'] == '<b>锡罐</b>' and len(entries) == {number}
-->
<rss version="2.0"><channel><item><title>存茶</title><link>https://tea.example/1</link><description>&lt;b>锡罐&lt;/b></description></item></channel></rss>"""


def pack(path: Path, files: dict[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, body in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))


def write_rows(path: Path, rows: list[Any]) -> None:
    path.write_bytes(gzip.compress(json.dumps(rows).encode()))


def own_robots(folder: Path) -> Path:
    write_rows(folder / "google_cases.json.gz", [{"test": "t"} | case for case in CASES])
    pack(folder / "protego.tar.gz", {"robots/tea.example": b"User-agent: *\nDisallow: /\n", "robots/LICENSE": b""})
    return folder


def own_feeds(folder: Path) -> Path:
    expected = {"title": "茶铺日记", "items": [{"title": "一", "link": "https://tea.example/1"}]}
    rss = "<rss version='2.0'><channel><title>茶铺日记</title><item><title>一</title><link>https://tea.example/1</link></item></channel></rss>"
    files = {
        "feedparser/wellformed/right.xml": FEED.format(number=1).encode(),
        "feedparser/wellformed/wrong.xml": FEED.format(number=2).encode(),
        "gofeed/a.xml": rss.encode(),
        "gofeed/a.json": json.dumps(expected).encode(),
        "zh/sitemap.xml": b"<urlset><url><loc>https://tea.example/1</loc></url></urlset>",
        "feedparser/LICENSE": b"x",
    }
    pack(folder / "feeds.tar.gz", files)
    return folder


def own_security(folder: Path) -> Path:
    bomb = '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    rows = (
        [{"kind": "dotted", "url": "http://127.0.0.1:PORT/"}],
        [{"name": "bomb", "xml": bomb}],
        [{"html": "<svg onload=alert(1)>"}],
        [{"text": "茶\u202e"}],
    )
    for name, content in zip(FILES, rows, strict=True):
        write_rows(folder / name, list(content))
    return folder


def test_robots(tmp_path: Path) -> None:
    result = evaluate_robots(own_robots(tmp_path))
    assert result.counts == {"cases": 3, "right": 2, "files": 1}
    assert result.systems["product"]["permissive"] == 0
    assert result.systems["product"]["forbidding"] == 1
    assert result.more["wrong"][0]["test"] == "wrong on purpose"
    assert "wrong on purpose" in result.table()


def test_feeds(tmp_path: Path) -> None:
    result = evaluate_feeds(own_feeds(tmp_path))
    assert (result.counts["files"], result.counts["mapped"], result.counts["sitemap_pages"]) == (4, 3, 1)
    assert result.systems["product"]["accuracy_feedparser"] == 0.5
    assert result.systems["product"]["accuracy_gofeed"] == 1.0
    assert [(row["field"], row["wanted"], row["given"]) for row in result.more["wrong"]] == [("entries", "2", "1")]


def test_security(tmp_path: Path) -> None:
    result = evaluate_security(own_security(tmp_path))
    product = result.systems["product"]
    assert {
        name: product[name] for name in ("forbidden_connections", "xml_failures", "xml_leaked", "active_markup", "strings_changed")
    } == {
        "forbidden_connections": 0,
        "xml_failures": 0,
        "xml_leaked": 0,
        "active_markup": 0,
        "strings_changed": 0,
    }
    assert product["public_allowed"] == 1.0


def test_the_measurement_of_addresses_sees_what_a_guard_would_let_through() -> None:
    for address in ("127.0.0.1", "10.1.1.1", "169.254.169.254", "100.64.0.1", "::1", "::ffff:192.168.0.1", "fd00::1", "nonsense"):
        assert ssrf.is_forbidden(address)
    for address in ("8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"):
        assert not ssrf.is_forbidden(address)


def test_the_measurement_of_markup_sees_what_is_not_escaped() -> None:
    assert hostile._elements("<script>alert(1)</script>") == 1
    assert hostile._elements("&lt;script&gt;") == 0
    assert not hostile._harmless("javascript:alert(1)")


@pytest.mark.parametrize("evaluate", [evaluate_robots, evaluate_feeds, evaluate_security])
def test_a_folder_without_data_is_a_clear_error(evaluate: Callable[[Path], Evaluation], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有"):
        evaluate(tmp_path)


@pytest.mark.parametrize(("name", "own"), [("robots", own_robots), ("feeds", own_feeds)])
def test_commands_end_with_one_json_object(name: str, own: Callable[[Path], Path], tmp_path: Path) -> None:
    said = CliRunner().invoke(main, ["eval", name, "--data", str(own(tmp_path)), "--json"])
    assert said.exit_code == 0, said.output
    last = json.loads(said.output.strip().splitlines()[-1])
    assert last["command"] == f"eval {name}"
    assert {"data", "counts", "systems"} <= set(last)
    assert "product" in last["systems"]


@needs_data
def test_floor_of_robots(tmp_path: Path) -> None:
    (tmp_path / "google_cases.json.gz").write_bytes((DATA / "robots" / "google_cases.json.gz").read_bytes())
    result = evaluate_robots(tmp_path)
    assert result.counts["cases"] == 542
    assert result.counts["right"] >= 539
    assert result.systems["product"]["permissive"] == 0


@needs_data
def test_floor_of_feeds(tmp_path: Path) -> None:
    """Every fifth file, whatever its origin."""
    files: dict[str, bytes] = {}
    with tarfile.open(DATA / "feeds" / "feeds.tar.gz") as archive:
        for number, member in enumerate(sorted((m for m in archive.getmembers() if m.isfile()), key=lambda m: m.name)):
            file = archive.extractfile(member)
            if file is not None and (number % 5 == 0 or member.name.startswith("zh/")):
                files[member.name] = file.read()
    pack(tmp_path / "feeds.tar.gz", files)
    result = evaluate_feeds(tmp_path)
    assert result.systems["product"]["exceptions"] == 0
    assert result.systems["product"]["accuracy"] >= 0.96
    assert result.counts["mapped"] > 150
    assert result.counts["sitemap_pages"] == 197


@needs_data
def test_floors_of_security() -> None:
    """Part of each kind."""
    addresses, attacks, markup, strings = (hostile.read_payloads(DATA / "security" / name) for name in FILES)
    fetches = ssrf.measure([row["url"].replace("PORT", "8080") for row in addresses[::13]])
    assert sum(figures["forbidden"] for figures in fetches.values()) == 0
    assert all(fetches[way]["controls_allowed"] == len(ssrf.PUBLIC) for way in ssrf.WAYS)
    xml = hostile.measure_xml([row["xml"] for row in attacks[::6]])
    assert (xml["unfinished"], xml["leaked"], xml["connections"], xml["errors"]) == (0, 0, 0, 0)
    assert xml["slowest_ms"] < 1_000
    assert xml["peak_mb"] < 64
    shown = hostile.measure_markup([row["html"] for row in markup[::20]])
    assert (shown["active"], shown["errors"]) == (0, 0)
    stored = hostile.measure_strings([row["text"] for row in strings[::6]])
    assert (stored["errors"], stored["changed"]) == (0, 0)

"""The part of the bench that needs the whole service: search and match over HTTP, on a home folder of its own."""

from __future__ import annotations

import gzip
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from api.sample import FOLDER, load_sample_library
from crawler.importers import import_paths
from recommender.evaluation.bench_http import run_http_bench
from recommender.jobs import refresh_library
from recommender.library import open_library
from recommender.matching import load_segments
from recommender.settings import Settings

QUERIES = 600


def http_measures(data: Path | None) -> list[dict[str, Any]]:
    """Rows as those of `run_bench`: search over HTTP beside an empty route, and the median of a match (which has no peer)."""
    with tempfile.TemporaryDirectory(prefix="zhongcao-bench-") as home:
        settings = replace(Settings(), home=Path(home))
        library = open_library(settings.library_url)
        load_sample_library(library, datetime.now(UTC))
        if data is not None:
            import_paths(library, [data / "xhs" / "json"])
        refresh_library(library, settings)
        library.versions.put("sample_loaded", "bench")
        library.close()
        with _service(Path(home)) as base_url:
            rows = run_http_bench(base_url, _queries(data))
            rows.append(_match_row(base_url))
    return rows


def _queries(data: Path | None) -> list[str]:
    if data is not None:
        with gzip.open(data / "retrieval" / "hashtag" / "queries.jsonl.gz", "rt", encoding="utf-8") as lines:
            return [json.loads(line)["text"] for line in lines][:QUERIES]
    titles = [json.loads(line)["title"] for file in sorted(FOLDER.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    return [title[:4] for title in titles if len(title) >= 4]


def _match_row(base_url: str) -> dict[str, Any]:
    segments = [segment.id for segment in load_segments(FOLDER / "segments.toml")]
    times = []
    with httpx.Client(timeout=30, trust_env=False) as client:
        for number in range(4 * len(segments)):
            goal = f"第 {number} 次"  # no request is asked twice
            body = {"segment_id": segments[number % len(segments)], "channel": "moments", "goal": goal, "limit": 10}
            started = time.perf_counter()
            client.post(f"{base_url}/v1/match", json=body).raise_for_status()
            times.append((time.perf_counter() - started) * 1000)
    median = round(statistics.median(times), 2)
    return {"what": "match over HTTP", "peer": "", "ours_ms": median, "peer_ms": None, "ratio": None}


@contextmanager
def _service(home: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {**os.environ, "ZHONGCAO_HOME": str(home), "ZHONGCAO_WORKER": "no", "ZHONGCAO_PICTURES": "off"}
    command = [sys.executable, "-m", "api", "run", "--port", str(port)]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own command
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if "http://" in line:
                break
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)
        if process.stdout:
            process.stdout.close()

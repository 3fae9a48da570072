"""Search over HTTP beside an empty route on the same kind of server."""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from recommender.evaluation.bench import ROUNDS, compare

_EMPTY_APP = """
import sys, uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
async def nothing() -> dict[str, bool]:
    return {"ok": True}
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
"""
_START_SECONDS = 20


def run_http_bench(base_url: str, queries: Sequence[str]) -> list[dict[str, Any]]:
    """Time `GET {base_url}/v1/search` for queries of which none is asked twice, against an empty FastAPI route under uvicorn.

    `base_url` is a running service with an index. The rows are those of `bench`, with requests a second and the 99th
    percentile of ours. Raises `httpx.HTTPError` where the service does not answer.
    """
    size = max(1, len(queries) // ROUNDS)
    times: list[float] = []
    with _empty_route() as empty_url, httpx.Client(timeout=30, trust_env=False) as client:

        def ours(number: int) -> None:
            for text in queries[number * size : (number + 1) * size]:
                started = time.perf_counter()
                client.get(f"{base_url}/v1/search", params={"q": text}).raise_for_status()
                times.append((time.perf_counter() - started) * 1000)

        def theirs(_: int) -> None:
            for _ in range(size):
                client.get(empty_url).raise_for_status()

        row = compare("search over HTTP", "an empty FastAPI route", ours, theirs, per=size)
    p99 = statistics.quantiles(times, n=100)[98] if len(times) > 1 else times[0]
    return [{**row, "requests_per_second": round(1000 / row["ours_ms"]), "p99_ms": round(p99, 2)}]


@contextmanager
def _empty_route() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-c", _EMPTY_APP, str(port)])  # noqa: S603 - our own program, no shell
    url = f"http://127.0.0.1:{port}/"
    try:
        ready_by = time.monotonic() + _START_SECONDS
        while True:
            try:
                httpx.get(url, trust_env=False)
                break
            except httpx.TransportError:
                if time.monotonic() > ready_by or server.poll() is not None:
                    raise
                time.sleep(0.05)
        yield url
    finally:
        server.terminate()
        server.wait()

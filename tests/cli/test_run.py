"""The service as a process: first start, second start, its worker, and its end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READY_SECONDS = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def service(home: Path) -> Iterator[tuple[str, float, subprocess.Popen[str]]]:
    """A running service: its address, how long it took to answer (seconds), and the process."""
    port = free_port()
    environ = {**os.environ, "ZHONGCAO_HOME": str(home), "ZHONGCAO_PICTURES": "off"}
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "run", "--port", str(port)], env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if f"http://127.0.0.1:{port}" in line:
                break
        assert f"http://127.0.0.1:{port}" in lines[-1], "".join(lines)
        yield f"http://127.0.0.1:{port}", time.monotonic() - started, process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=40)
        process.stdout.close() if process.stdout else None


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return str(answer.read().decode())


def children(process_id: int) -> list[int]:
    found = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
    return [int(child) for child in found]


def test_the_first_start_fills_the_library_and_the_second_is_quick(tmp_path: Path) -> None:
    with service(tmp_path) as (address, _, process):
        assert json.loads(read(f"{address}/v1/contents?limit=1"))["total"] >= 300
        assert json.loads(read(f"{address}/readyz"))["status"] == "ready"
        assert "示例" in read(address + "/")
        workers = children(process.pid)
        assert len(workers) == 1
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
    with service(tmp_path) as (address, seconds, _):
        assert json.loads(read(f"{address}/healthz"))["status"] == "ok"
    assert seconds < 5, f"the second start took {seconds:.1f} s"


def test_a_service_that_others_can_reach_makes_a_key_and_shows_it_once(tmp_path: Path) -> None:
    environ = {**os.environ, "ZHONGCAO_HOME": str(tmp_path), "ZHONGCAO_HOST": "0.0.0.0", "ZHONGCAO_WORKER": "no"}
    environ["ZHONGCAO_PORT"] = str(free_port())
    seen = []
    for _ in range(2):
        process = subprocess.Popen([sys.executable, "-m", "api", "run"], env=environ, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        text = ""
        for line in process.stdout:
            text += line
            if "http://" in line:
                break
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        process.stdout.close()
        seen.append("zc_" in text)
    assert seen == [True, False]


def test_an_address_that_is_taken_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environ = {**os.environ, "ZHONGCAO_HOME": str(tmp_path), "ZHONGCAO_PORT": str(taken.getsockname()[1])}
        done = subprocess.run([sys.executable, "-m", "api", "run"], env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "换一个端口" in done.stderr and "Traceback" not in done.stderr

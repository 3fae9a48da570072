"""Commands that start and examine the service: run, worker, doctor, settings."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime

import click
import uvicorn

from api import worker as background
from api.cli.output import as_json_line, json_option, library, progress, say, settings, table
from api.doctor import examine
from api.keys import is_loopback
from api.sample import load_sample_library
from recommender.errors import SettingsError
from recommender.jobs import refresh_library
from recommender.library import Library
from recommender.library.access import SCOPES
from recommender.settings import Settings, settings_page

SAMPLE_LOADED = "sample_loaded"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
PATIENCE_SECONDS = 20  # for a worker that is in the middle of something


class Announcing(uvicorn.Server):
    """A server that prints its address once it answers."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self.address = address

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            say(f"种草已就绪：{self.address}")
            sys.stdout.flush()


def ensure_key(opened: Library) -> None:
    """Whoever reaches the service over a network needs a key; the first one is made and shown once."""
    if any(key.revoked_at is None for key in opened.keys.all()):
        return
    _, secret = opened.keys.create("first", SCOPES)
    say(f"对外服务需要密钥。已创建第一个（全部权限，只显示这一次）：{secret}")
    say("浏览器里用户名随意，密码填密钥；程序用 Authorization: Bearer。更多密钥：zhongcao keys create 名字。")


def check_free(found: Settings) -> None:
    """Raises `SettingsError` where the address is taken, before any work is done."""
    family = socket.AF_INET6 if ":" in found.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((found.host, found.port))
        except OSError as error:
            message = f"不能在 {found.host}:{found.port} 上服务（{error.strerror}）：也许已经有一个在运行，或用 --port 换一个端口。"
            raise SettingsError(message, field="port") from None


def log_to_stderr(found: Settings) -> None:
    """Our own log at the level of the settings; libraries that log every step only warn. Raises `SettingsError`."""
    level = found.log_level.strip().upper()
    if level not in LOG_LEVELS:
        message = f"设置 ZHONGCAO_LOG_LEVEL 的值 {found.log_level[:40]!r} 不对，应为 {'、'.join(LOG_LEVELS)} 之一。"
        raise SettingsError(message, field="log_level")
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for noisy in ("httpx", "httpcore", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


@click.command(hidden=True)
def prepare() -> None:
    """On the very first start the sample library; then whatever is not yet understood or indexed."""
    found = settings()
    with library(found) as opened:
        if opened.versions.get(SAMPLE_LOADED) is None:
            if opened.contents.count() == 0:
                say("第一次启动：放入示例内容……")
                load_sample_library(opened, datetime.now(UTC))
            opened.versions.put(SAMPLE_LOADED, datetime.now(UTC).isoformat())
        with progress() as report:
            refresh_library(opened, found, progress=report)


@click.command()
@click.option("--host", help="Address to listen on; overrides ZHONGCAO_HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; overrides ZHONGCAO_PORT.")
def run(host: str | None, port: int | None) -> None:
    """Start the service and its page; on the first start also the sample library and the index.

    \b
    zhongcao run
    ZHONGCAO_HOME=/srv/zhongcao zhongcao run --port 9000
    """
    if host is not None:
        os.environ["ZHONGCAO_HOST"] = host
    if port is not None:
        os.environ["ZHONGCAO_PORT"] = str(port)
    found = settings()
    log_to_stderr(found)
    check_free(found)
    with library(found) as opened:
        if not is_loopback(found.host):
            ensure_key(opened)
        first = opened.versions.get(SAMPLE_LOADED) is None
    if first or not found.worker:
        # In a process of its own, so that the service does not keep the memory that fitting takes.
        subprocess.run([sys.executable, "-m", "api", "prepare"], check=True)
    from api.app import create_app  # here, so that other commands start faster

    command = [sys.executable, "-m", "api", "worker", "--parent", str(os.getpid())]
    background_worker = subprocess.Popen(command) if found.worker else None  # noqa: S603  our own command
    config = uvicorn.Config(create_app(found), host=found.host, port=found.port, log_level="warning", server_header=False, workers=1)
    try:
        Announcing(config, found.base_url).run()
    finally:
        if background_worker is not None:
            background_worker.terminate()
            try:
                background_worker.wait(timeout=PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                background_worker.kill()  # it may be, at any moment: the next worker finishes what this one began


@click.command()
@click.option("--parent", type=int, help="Stop when this process is gone.")
def worker(parent: int | None) -> None:
    """Crawl on schedule, keep the index up to date and deliver digests; `run` starts one by itself."""
    found = settings()
    log_to_stderr(found)
    background.run(found, parent=parent)


@click.command()
@json_option
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Say in plain words what is set up, what is missing and what to do."""
    checks = examine(settings())
    if as_json:
        as_json_line([{"name": check.name, "state": check.state, "message": check.message, "remedy": check.remedy} for check in checks])
    else:
        marks = {"ok": "✓", "hint": "·", "problem": "✗"}
        table(["", "项目", "情况", "怎么办"], [[marks[check.state], check.name, check.message, check.remedy] for check in checks])
    if any(check.state == "problem" for check in checks):
        context.exit(1)


@click.command("settings")
def show_settings() -> None:
    """All settings as a Markdown table (docs/settings.md is this output)."""
    click.echo(settings_page(), nl=False)


COMMANDS: tuple[click.Command, ...] = (run, prepare, worker, doctor, show_settings)

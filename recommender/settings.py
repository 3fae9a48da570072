"""Settings: read once at the top from `ZHONGCAO_*` or a TOML file, then passed down as one frozen value."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from recommender.errors import SettingsError

PREFIX = "ZHONGCAO_"


def _setting(default: Any, text: str) -> Any:
    return field(default=default, metadata={"text": text})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default, type and one sentence; `docs/settings.md` is generated from here."""

    home: Path = _setting(Path("var"), "Folder that holds all state: database, index and cache.")
    database_url: str = _setting("", "SQLAlchemy address of the library; empty means SQLite in the home folder.")
    index_url: str = _setting("", "Address of the search index; empty means the embedded index in the home folder.")
    host: str = _setting("127.0.0.1", "Address the service listens on; any but a loopback address needs API keys.")
    port: int = _setting(8000, "Port the service listens on.")
    public_url: str = _setting("", "Address readers use, for links in feeds and digests; empty means http://host:port.")
    require_keys: bool = _setting(False, "Ask for an API key on loopback too.")
    allow_private: tuple[str, ...] = _setting((), "Private host:port pairs, by commas, that crawls, pictures and robots may reach.")
    user_agent: str = _setting("zhongcao/0.1 (+content library crawler; obeys robots.txt)", "How the crawler names itself.")
    crawl_delay_seconds: float = _setting(2.0, "Least pause between two requests to one host.")
    crawl_timeout_seconds: float = _setting(20.0, "Longest wait for one answer of a source.")
    max_page_bytes: int = _setting(10_000_000, "Largest answer of a source that is read, in bytes after decompression.")
    pictures: str = _setting(
        "cache", "cache: show pictures through the service and keep them; reference: fetch them anew, keep none; off: drawn covers only."
    )
    picture_cache_megabytes: int = _setting(500, "Room for kept pictures; those not looked at for longest go first.")
    alert_url: str = _setting("", "Webhook (or WeCom group robot) that is told when a source fails or a watch-list runs dry.")
    alert_secret: str = _setting("", "Secret that signs what the webhook is told (HMAC-SHA256 over timestamp and body).")
    redis_url: str = _setting("", "Redis that several machines share one crawl queue and duplicate filter through; empty means no Redis.")
    worker: bool = _setting(True, "Run scheduled crawls, indexing and digests inside the service.")
    vector_size: int = _setting(256, "Dimensions of the vectors the embedder makes.")
    cooldown_days: int = _setting(30, "Days in which a segment is not sent the same content again.")
    query_characters: int = _setting(200, "Longest search query that is read; the rest is cut, and said so.")
    log_level: str = _setting("INFO", "DEBUG, INFO, WARNING or ERROR.")

    @property
    def library_url(self) -> str:
        return self.database_url or f"sqlite:///{(self.home / 'library.db').as_posix()}"

    @property
    def search_url(self) -> str:
        return self.index_url or (self.home / "index").resolve().as_uri()

    @property
    def base_url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def _parse(name: str, kind: str, raw: Any) -> Any:
    text = raw if isinstance(raw, str) else None
    try:
        if kind == "Path":
            return Path(raw)
        if kind == "bool":
            if isinstance(raw, bool):
                return raw
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[str(raw).strip().lower()]
        if kind == "int":
            return int(raw)
        if kind == "float":
            return float(raw)
        if kind.startswith("tuple"):
            parts = text.split(",") if text is not None else raw
            return tuple(str(part).strip() for part in parts if str(part).strip())
        return str(raw)
    except (KeyError, TypeError, ValueError):
        raise SettingsError(f"设置 {PREFIX}{name.upper()} 的值 {raw!r} 不对，应为 {kind}。", field=name) from None


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read `ZHONGCAO_*` over the file named by `ZHONGCAO_CONFIG` (TOML, default `zhongcao.toml` if there) over the defaults.

    Raises `SettingsError` for an unknown name in the file or a value of the wrong kind.
    """
    environ = MappingProxyType(dict(os.environ)) if environ is None else environ
    known = {item.name: str(item.type) for item in fields(Settings)}
    values: dict[str, Any] = {}
    path = Path(environ.get(f"{PREFIX}CONFIG", "zhongcao.toml"))
    if path.is_file():
        try:
            values.update(tomllib.loads(path.read_text("utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"设置文件 {path} 读不懂：{error}") from None
    elif f"{PREFIX}CONFIG" in environ:
        raise SettingsError(f"找不到设置文件 {path}。")
    if unknown := sorted(set(values) - set(known)):
        raise SettingsError(f"设置文件 {path} 里有不认识的名字：{'、'.join(unknown)}。", field=unknown[0])
    values.update({name: environ[PREFIX + name.upper()] for name in known if PREFIX + name.upper() in environ})
    return Settings(**{name: _parse(name, known[name], raw) for name, raw in values.items()})


def settings_page() -> str:
    """The text of `docs/settings.md`."""
    lines = [
        "# Settings",
        "",
        "Generated by `make docs`; a test fails when this page is stale. Each is read once at start, from the environment",
        f"(`{PREFIX}` + the name in capitals) or from the TOML file named by `{PREFIX}CONFIG` (default `zhongcao.toml`).",
        "",
        "| name | default | type | meaning |",
        "| --- | --- | --- | --- |",
    ]
    for item in fields(Settings):
        default = ",".join(item.default) if isinstance(item.default, tuple) else item.default
        lines.append(f"| `{PREFIX}{item.name.upper()}` | `{default}` | {item.type} | {item.metadata['text']} |".replace("``", "empty"))
    return "\n".join(lines) + "\n"

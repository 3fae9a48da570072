"""Brings a database to the newest schema, once, whoever opens it first."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from recommender.errors import ZhongcaoError
from recommender.library.store import Store

SCRIPTS = Path(__file__).parent / "migrations"


def config_for(store: Store) -> Config:
    """Alembic's configuration for this database."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["store"] = store
    return config


def migrate(store: Store) -> None:
    """Upgrade to the newest schema. Raises `ZhongcaoError` where the database was written by a newer version."""
    config = config_for(store)
    scripts = ScriptDirectory.from_config(config)
    with store.read() as connection:
        now = MigrationContext.configure(connection).get_current_revision()
    if now == scripts.get_current_head():
        return
    if now is not None and now not in {script.revision for script in scripts.walk_revisions()}:
        raise ZhongcaoError(f"内容库是由更新的版本写的（{now}），请先升级程序。")
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

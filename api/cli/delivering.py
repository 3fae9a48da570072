"""Commands that hand things out: digest, keys."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

import click

from api.cli.output import PARTLY, as_json_line, json_option, library, say, settings, table
from recommender.digest import deliver_digest, due, make_digest, overdue, render_digest
from recommender.digest.rendering import Format
from recommender.errors import InputError, NotFound
from recommender.library import Library
from recommender.library.access import SCOPES
from recommender.library.model import DeliveryState, Digest
from recommender.library.tables import SHANGHAI
from recommender.outbound import client
from recommender.search import open_index
from recommender.settings import Settings


@click.command()
@click.argument("subscription_ids", nargs=-1, metavar="[SUBSCRIPTION]...")
@click.option("--day", help="YYYY-MM-DD; today in Shanghai if not given.")
@click.option("--format", "form", type=click.Choice(["markdown", "html", "json", "atom", "feed"]), default="markdown", show_default=True)
@click.option("--deliver", is_flag=True, help="Also post to the group robot of each subscription, once.")
@click.option("--due", "only_due", is_flag=True, help="Only the subscriptions whose hour has come.")
@json_option
@click.pass_context
def digest(
    context: click.Context, subscription_ids: tuple[str, ...], day: str | None, form: Format, deliver: bool, only_due: bool, as_json: bool
) -> None:
    """Make today's digest of the named subscriptions, or of all.

    \b
    zhongcao digest sample-skincare
    zhongcao digest --due --deliver          for cron; also sends what an earlier day could not
    """
    found = settings()
    now = datetime.now(UTC)
    wanted_day = day or now.astimezone(SHANGHAI).date().isoformat()
    failed = 0
    made = []
    with library(found) as opened:
        if subscription_ids:
            subscriptions = [opened.subscriptions.get(subscription_id) for subscription_id in subscription_ids]
        else:
            subscriptions = due(opened, now) if only_due else [one for one in opened.subscriptions.all() if one.enabled]
        if not subscriptions and not only_due:
            raise InputError("还没有订阅：在页面的「日报」里添加，或用 POST /v1/subscriptions。")
        opened_index = open_index(found.search_url, opened, found)
        overdue_digests = overdue(opened, now) if deliver and only_due else []
        tried = len(overdue_digests) + len(subscriptions)
        for late in overdue_digests:
            failed += not _delivered(opened, late, found)
        for subscription in subscriptions:
            try:
                one = make_digest(opened, opened_index, found, subscription, wanted_day, now)
            except (InputError, NotFound) as error:
                if len(subscriptions) == 1:
                    raise
                click.echo(f"{subscription.name}：{error.message}", err=True)
                failed += 1
                continue
            if deliver:
                failed += not _delivered(opened, one, found)
                one = opened.digests.get(one.subscription_id, one.day) or one
            made.append(one)
            if not as_json:
                say(render_digest(opened, one, found, form))
    if as_json:
        as_json_line([asdict(one) for one in made])
    if failed:
        context.exit(1 if failed == tried else PARTLY)


def _delivered(opened: Library, one: Digest, found: Settings) -> bool:
    """Whether the digest is, or already was, handed over; says how it went."""
    with client(found) as http:
        one = deliver_digest(opened, one, found, http)
    click.echo(f"{one.title}：{one.state.value} {one.message}", err=True)
    return one.state is not DeliveryState.FAILED


@click.group()
def keys() -> None:
    """API keys for automation."""


@keys.command("create")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), default=("read",), show_default=True)
@json_option
def create(name: str, scopes: tuple[str, ...], as_json: bool) -> None:
    """Make a key; its secret is shown this once: zhongcao keys create scrm --scope read --scope write"""
    with library(settings()) as opened:
        key, secret = opened.keys.create(name, scopes)
    if as_json:
        as_json_line({**asdict(key), "secret": secret})
        return
    say(f"编号 {key.id}，权限 {'、'.join(key.scopes)}。密钥只显示这一次：")
    say(secret)


@keys.command("list")
@json_option
def list_keys(as_json: bool) -> None:
    """All keys, without their secrets."""
    with library(settings()) as opened:
        found = opened.keys.all()
    if as_json:
        as_json_line([asdict(key) for key in found])
        return
    rows = [
        [key.id, key.name, "、".join(key.scopes), f"{key.created_at:%Y-%m-%d}", "已停用" if key.revoked_at else "有效"] for key in found
    ]
    table(["编号", "名称", "权限", "创建", "状态"], rows)


@keys.command("revoke")
@click.argument("key_id")
def revoke(key_id: str) -> None:
    """End a key at once."""
    with library(settings()) as opened:
        opened.keys.revoke(key_id)
    say(f"已停用密钥 {key_id}。")


COMMANDS: tuple[click.Command, ...] = (digest, keys)

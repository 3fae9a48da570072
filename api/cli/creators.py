"""Commands on who publishes: creators, their accounts on several platforms, and taking content down."""

from __future__ import annotations

from dataclasses import asdict

import click

from api import filling
from api.cli.output import as_json_line, json_option, library, say, settings, table
from api.services import Services
from recommender.errors import InputError, NotFound
from recommender.library import Library
from recommender.library.model import Creator, CreatorProfile, CreatorTier, Platform
from recommender.search import open_index

PLATFORMS = {
    Platform.XHS: "小红书",
    Platform.WEIBO: "微博",
    Platform.WECHAT: "公众号",
    Platform.DOUYIN: "抖音",
    Platform.KUAISHOU: "快手",
    Platform.BILIBILI: "B站",
    Platform.ZHIHU: "知乎",
    Platform.WEB: "网页",
}
TIERS = {CreatorTier.HEAD: "头部", CreatorTier.SHOULDER: "腰部", CreatorTier.KOC: "KOC", CreatorTier.ORDINARY: "素人"}


@click.command()
@click.argument("url", required=False)
@click.option("--creator", "creator_id", help="The id of a creator: all of it goes, and none of it comes back.")
@click.option("--content", "content_id", help="The id of a content.")
@click.option("--reason", required=True, help="Why, kept beside the tombstone.")
@json_option
def takedown(url: str | None, creator_id: str | None, content_id: str | None, reason: str, as_json: bool) -> None:
    """Take a content, or all of a creator, out for good: text, vectors, pictures, digests to come; no crawl or import brings it back.

    \b
    zhongcao takedown https://www.xiaohongshu.com/explore/64a1… --reason 作者要求删除
    zhongcao takedown --creator xhs-3f2a… --reason 达人解约
    """
    if [url, creator_id, content_id].count(None) != 2:
        raise InputError("请给出一个网址、--content 一个内容编号或 --creator 一个达人编号，三选一。", field="url")
    if not reason.strip():
        raise InputError("请用 --reason 写明下架原因。", field="reason")
    found = settings()
    with library(found) as opened:
        doors = Services(found, opened, open_index(found.search_url, opened, found))
        gone = filling.take_down(doors, url=url, creator_id=creator_id, content_id=content_id, reason=reason.strip())
    if as_json:
        as_json_line({"removed": gone, "url": url, "creator_id": creator_id, "content_id": content_id})
    elif gone:
        say(f"已下架 {gone} 条内容，以后不再收录。")
    else:
        say("库里没有这条内容；已记下，以后不收录。")


@click.group()
def creators() -> None:
    """Creators, and which accounts are the same person or brand."""


@creators.command("show")
@click.argument("wanted", metavar="ID_OR_NAME")
@json_option
def show(wanted: str, as_json: bool) -> None:
    """What a creator publishes: zhongcao creators show 店主小满"""
    with library(settings()) as opened:
        found = _creators(opened, wanted)
        profiles = [opened.creators.profile(each.id) for each in found]
    if as_json:
        as_json_line([asdict(profile) for profile in profiles])
        return
    for place, profile in enumerate(profiles):
        if place:
            say()
        _show(profile)


@creators.command("link")
@click.argument("ids", nargs=-1, required=True)
@json_option
def link(ids: tuple[str, ...], as_json: bool) -> None:
    """Say that accounts are one person or brand: zhongcao creators link xhs-3f2a… weibo-77b1…"""
    with library(settings()) as opened:
        person = opened.creators.link(ids)
        linked = opened.creators.profile(ids[0]).linked
    if as_json:
        as_json_line({"person": person, "accounts": sorted({*ids, *(each.id for each in linked)})})
    else:
        say(f"已关联 {len(linked) + 1} 个账号：{'、'.join(sorted({*ids, *(each.id for each in linked)}))}。")


@creators.command("unlink")
@click.argument("creator_id")
def unlink(creator_id: str) -> None:
    """Take one account out of those it was linked with."""
    with library(settings()) as opened:
        opened.creators.unlink(creator_id)
    say(f"{creator_id} 不再和别的账号关联。")


def _creators(opened: Library, wanted: str) -> list[Creator]:
    """The creator of this id, or all of this name. Raises `NotFound`."""
    if named := opened.creators.named(wanted):
        return named
    try:
        return [opened.creators.get(wanted)]
    except NotFound:
        raise NotFound(f"没有编号或名字是 {wanted[:96]} 的达人；名字要写全。") from None


def _show(profile: CreatorProfile) -> None:
    creator = profile.creator
    fans = f"粉丝 {creator.fans}" if creator.fans is not None else "粉丝数未知"
    say(f"{creator.name or '（无名）'}（{creator.id}）：{PLATFORMS[creator.platform]}，{TIERS[creator.tier]}，{fans}")
    if profile.linked:
        say("同一个人：" + "、".join(f"{each.name or each.id}（{PLATFORMS[each.platform]}）" for each in profile.linked))
    span = f"，{profile.first_at:%Y-%m-%d} 到 {profile.last_at:%Y-%m-%d}" if profile.first_at and profile.last_at else ""
    say(f"内容 {profile.posts} 条{span}")
    if profile.median_engagement is not None:
        relative = f"，是同平台同量级的 {profile.relative:.1f} 倍" if profile.relative is not None else ""
        say(f"互动中位数 {profile.median_engagement:.0f}{relative}")
    for title, counted in (("品类", profile.categories), ("品牌", profile.brands), ("标签", profile.tags)):
        if counted:
            say(f"{title}：" + "、".join(f"{name} {amount}" for name, amount in counted[:10]))
    if profile.months:
        table(
            ["月份", "条数", "互动中位数"],
            [[month, str(posts), "—" if middle is None else f"{middle:.0f}"] for month, posts, middle in profile.months],
        )


COMMANDS: tuple[click.Command, ...] = (takedown, creators)

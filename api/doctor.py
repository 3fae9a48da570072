"""What `zhongcao doctor` looks at: one check per thing that can be missing, each with a remedy."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

from recommender.errors import ZhongcaoError
from recommender.library import Library, open_library
from recommender.search import open_index
from recommender.settings import Settings
from recommender.understanding import load_understander

LEAST_FREE_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: state ok, hint or problem, what was found, and what to do about it."""

    name: str
    state: str
    message: str
    remedy: str = ""


def examine(settings: Settings) -> list[Check]:
    """All checks, in the order in which to mend them."""
    checks = [_python(), _home(settings)]
    try:
        library = open_library(settings.library_url)
    except Exception as error:  # whatever the database says, the doctor must be able to say it
        return [*checks, Check("内容库", "problem", f"打不开：{error}", "检查 ZHONGCAO_HOME 和 ZHONGCAO_DATABASE_URL，或从备份恢复。")]
    try:
        for look in (_contents, _understanding, _index, _sources, _segments, _subscriptions, _keys):
            checks.append(_guarded(look, library, settings))
    finally:
        library.close()
    return checks


def _guarded(look: Callable[[Library, Settings], Check], library: Library, settings: Settings) -> Check:
    try:
        return look(library, settings)
    except ZhongcaoError as error:
        return Check(look.__name__.strip("_"), "problem", error.message)


def _python() -> Check:
    return Check("Python", "ok", ".".join(map(str, sys.version_info[:3])))


def _home(settings: Settings) -> Check:
    settings.home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.home).free
    message = f"{settings.home.resolve()}，可用 {free / 1e9:.1f} GB"
    if free < LEAST_FREE_BYTES:
        return Check("数据目录", "problem", message, "清理磁盘，或把 ZHONGCAO_HOME 指到别处。")
    return Check("数据目录", "ok", message)


def _contents(library: Library, settings: Settings) -> Check:
    total, samples = library.contents.count(), library.contents.sample_count()
    if total == 0:
        return Check("内容", "problem", "内容库是空的", "zhongcao import 导出文件，或 zhongcao sample load。")
    if total == samples:
        return Check("内容", "hint", f"{total} 条，全部是示例", "zhongcao import 导入自己的内容；zhongcao sample remove 清除示例。")
    return Check("内容", "ok", f"{total} 条" + (f"，其中示例 {samples} 条" if samples else ""))


def _understanding(library: Library, settings: Settings) -> Check:
    version = load_understander().version
    if library.contents.not_understood(version, 1):
        return Check("理解", "problem", f"还有内容没有按 {version} 理解", "zhongcao index")
    return Check("理解", "ok", f"全部按 {version} 理解")


def _index(library: Library, settings: Settings) -> Check:
    status = open_index(settings.search_url, library, settings).status()
    behind = library.contents.revision() - status.revision
    message = f"{status.documents} 条，版本 {status.version}"
    if not status.healthy:
        return Check("索引", "problem", status.message, "zhongcao index --rebuild")
    if behind > 0:
        return Check("索引", "hint", f"{message}，落后 {behind} 处改动", "zhongcao index（服务运行时会自动跟上）。")
    return Check("索引", "ok", message)


def _sources(library: Library, settings: Settings) -> Check:
    found = library.sources.all()
    failed = [source for source in found if source.last_state == "failed"]
    if not found:
        return Check("来源", "hint", "还没有来源", "zhongcao sources example > sources.toml，改好后 zhongcao sources apply。")
    if failed:
        return Check(
            "来源", "problem", f"{len(failed)} 个来源失败：{failed[0].id}，{failed[0].last_message}", "zhongcao crawl 编号，再看说明。"
        )
    return Check("来源", "ok", f"{len(found)} 个来源，没有失败")


def _segments(library: Library, settings: Settings) -> Check:
    found = library.segments.all()
    if not found:
        return Check("人群", "hint", "还没有人群", "zhongcao segments apply segments.toml，或在页面的「匹配」里添加。")
    return Check("人群", "ok", f"{len(found)} 个")


def _subscriptions(library: Library, settings: Settings) -> Check:
    found = library.subscriptions.all()
    if not found:
        return Check("日报", "hint", "还没有订阅", "在页面的「日报」里添加。")
    robots = sum(1 for one in found if one.robot_url)
    return Check("日报", "ok", f"{len(found)} 个订阅，{robots} 个发到企业微信群机器人")


def _keys(library: Library, settings: Settings) -> Check:
    valid = [key for key in library.keys.all() if key.revoked_at is None]
    if not valid:
        return Check("密钥", "hint", "没有密钥：只有本机能用", "zhongcao keys create 名字 --scope read")
    return Check("密钥", "ok", f"{len(valid)} 个有效")

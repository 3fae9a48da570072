"""How a source fares, in plain Chinese: what happened and what to do. Pure."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)

from recommender.errors import ZhongcaoError
from recommender.library.model import CrawlReport, SourceKind

LEAST_BASELINE = 5.0  # below it, a third is one entry more or less
LOW_SHARE = 1 / 3

_ANSWERS = {
    401: "要求登录（401），这里不绕过；请改用订阅源、导出文件或粘贴的方式。",
    403: "拒绝访问（403），可能不允许抓取；请改用它的订阅源或导出文件，或联系网站授权。",
    404: "网址不存在（404），请检查网址是否写对、页面是否已经搬走。",
    410: "页面已被网站删除（410），可以停用这个来源。",
    429: "请求太频繁（429），请把抓取间隔调大，稍后会再试。",
    451: "因法律原因无法访问（451），可以停用这个来源。",
}
_PACKERS = frozenset({"gzip", "zlib", "brotli", "backports", "compression"})  # where the errors of broken packing come from
_TLS = ("SSL", "TLS", "certificate")


class BudgetSpent(Exception):
    """A request that this run may not make any more: its requests or its time are used up. The next run goes on."""


def answer_problem(status: int, url: str, retry_at: datetime | None = None) -> str:
    """A sentence for an HTTP status that is no success, "" for one that is. `retry_at` is when the site wants to be asked again."""
    if 200 <= status < 300:
        return ""
    if retry_at and status in (429, 503):
        return f"{url[:200]} 正忙或嫌请求太频繁（{status}），要求 {retry_at:%m-%d %H:%M} 以后再来，到时再试；一直如此请把抓取间隔调大。"
    if status in _ANSWERS:
        return f"{url[:200]} {_ANSWERS[status]}"
    if status >= 500:
        return f"{url[:200]} 的服务器出错（{status}），稍后会再试；一直如此请联系网站或停用来源。"
    if 300 <= status < 400:
        return f"{url[:200]} 转向次数太多或没有去处（{status}），请换成最终的网址。"
    return f"{url[:200]} 返回 {status}，没有读到内容，请检查网址。"


def failure_problem(error: BaseException, url: str) -> str:
    """A sentence for a request that got no answer."""
    if isinstance(error, ZhongcaoError):
        return error.message
    if isinstance(error, BudgetSpent):
        return str(error)
    where = url[:200]
    if isinstance(error, (asyncio.TimeoutError, TimeoutError, DownloadTimeoutError)):
        return f"{where} 没有在规定时间内回应，稍后会再试；一直如此请检查网址或把超时调大。"
    if isinstance(error, CannotResolveHostError):
        return f"找不到 {where} 的主机，请检查网址或网络。"
    if isinstance(error, DownloadConnectionRefusedError):
        return f"{where} 的服务器拒绝连接，请检查网址和端口，或稍后再试。"
    if isinstance(error, IgnoreRequest) and "redirect" in str(error):  # Scrapy gives its reasons as text only
        return f"{where} 转向次数太多，请换成最终的网址。"
    if isinstance(error, (IgnoreRequest, DownloadCancelledError)):  # an answer over DOWNLOAD_MAXSIZE, packed or unpacked
        return f"{where} 的内容太大，没有读；需要时请把 ZHONGCAO_MAX_PAGE_BYTES 调大。"
    if isinstance(error, ResponseDataLossError):
        return f"{where} 的回应没有传完就断了，没有读，稍后会再试；一直如此请联系网站。"
    if isinstance(error, EOFError) or type(error).__module__.partition(".")[0] in _PACKERS:
        return f"{where} 的压缩内容损坏，解不开，稍后会再试；一直如此请联系网站。"
    if isinstance(error, DownloadFailedError) and any(word in str(error) for word in _TLS):
        return f"{where} 的加密连接有问题（证书过期、不符，或服务器不会说 HTTPS），请检查网址，或等网站修好。"
    if isinstance(error, (DownloadFailedError, ConnectionError, ValueError)):
        return f"{where} 的回应不合 HTTP 的写法，或中途断开，没有读，稍后会再试；一直如此请检查网址。"
    return f"{where} 没有读到（{type(error).__name__}），稍后会再试。"


def mistaken(kind: SourceKind, body: bytes) -> str:
    """A sentence where the answer is of another kind than the source says, for kinds whose parser does not tell itself."""
    start = body[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if kind is SourceKind.PAGE:
        if b"<urlset" in start or b"<sitemapindex" in start:
            return "这个网址是网站地图，不是网页；请把来源类型改成网站地图。"
        if b"<rss" in start or b"<feed" in start or b"<rdf:rdf" in start or b"jsonfeed.org/version" in start:
            return "这个网址是订阅源，不是网页；请把来源类型改成订阅源。"
    if kind is SourceKind.SITEMAP and (start.startswith((b"<!doctype html", b"<html")) or b"<html" in start[:500]):
        return "这个网址是网页，不是网站地图；请换成网站地图（常在 /sitemap.xml）的地址，或把来源类型改成网页。"
    return ""


def verdict(
    report: CrawlReport, problem: str, unchanged: bool, *, baseline: float | None = None, remarks: Sequence[str] = ()
) -> tuple[str, str]:
    """The state (ok, unchanged, low, empty, failed) and the sentences that stand beside a source after a run.

    `baseline` is what a run of the source usually finds, where that is known; `remarks` are sentences that belong to any state.
    """
    state, said = _state(report, problem, unchanged, baseline)
    return state, "".join([said, *remarks])


def _state(report: CrawlReport, problem: str, unchanged: bool, baseline: float | None) -> tuple[str, str]:
    if problem:
        return "failed", problem
    if unchanged and not report.found:
        return "unchanged", "和上次抓取时一样，没有新内容。"
    usual = f"平时约 {baseline:.0f} 条，" if baseline is not None and baseline >= LEAST_BASELINE else ""
    if not report.found:
        return "empty", f"{usual}这次读到了，但里面没有内容；如果一直为空，请检查网址是否还在更新。"
    reason = report.refusals[0] if report.refusals else ""
    if report.found == report.refused:
        return "failed", reason if report.found == 1 else f"读到 {report.found} 条，都没有收录。{reason}"
    counts = (
        ("新增", report.new),
        ("更新", report.changed),
        ("未变", report.unchanged),
        ("重复", report.duplicates),
        ("不需要", report.left_out),
        ("拒收", report.refused),
    )
    said = "，".join(f"{word} {number} 条" for word, number in counts if number)
    said = f"{said}（{reason}）" if report.refused else f"{said}。"
    if usual and baseline is not None and report.found < LOW_SHARE * baseline:
        return "low", f"{usual}这次只有 {report.found} 条；请打开网址看看它是否改版、分页或停更。{said}"
    return "ok", said

"""How a source fares, in plain Chinese: what happened and what to do. Pure."""

from __future__ import annotations

import asyncio

from recommender.errors import ZhongcaoError
from recommender.library.model import CrawlReport

_ANSWERS = {
    401: "要求登录，这里不绕过；请改用订阅源、导出文件或粘贴的方式。",
    403: "拒绝访问（403），可能不允许抓取；请改用它的订阅源或导出文件，或联系网站授权。",
    404: "网址不存在（404），请检查网址是否写对、页面是否已经搬走。",
    410: "页面已被网站删除（410），可以停用这个来源。",
    429: "请求太频繁（429），请把抓取间隔调大，稍后会再试。",
    451: "因法律原因无法访问（451），可以停用这个来源。",
}


def answer_problem(status: int, url: str) -> str:
    """A sentence for an HTTP status that is no success, "" for one that is."""
    if 200 <= status < 300:
        return ""
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
    name = type(error).__name__
    if isinstance(error, (asyncio.TimeoutError, TimeoutError)) or "Timeout" in name:
        return f"{url[:200]} 没有在规定时间内回应，稍后会再试；一直如此请检查网址或把超时调大。"
    if "Resolve" in name or "DNS" in name:
        return f"找不到 {url[:200]} 的主机，请检查网址或网络。"
    if "Refused" in name:
        return f"{url[:200]} 的服务器拒绝连接，请检查网址和端口，或稍后再试。"
    if "redirect" in str(error):
        return f"{url[:200]} 转向次数太多，请换成最终的网址。"
    if "Cancelled" in name or "IgnoreRequest" in name:  # Scrapy's words for an answer over DOWNLOAD_MAXSIZE, packed or unpacked
        return f"{url[:200]} 的内容太大，没有读；需要时请把 ZHONGCAO_MAX_PAGE_BYTES 调大。"
    return f"{url[:200]} 没有读到（{name}），稍后会再试。"


def verdict(report: CrawlReport, problem: str, unchanged: bool) -> tuple[str, str]:
    """The state (ok, empty, failed) and the sentence that stand beside a source after a run."""
    if problem:
        return "failed", problem
    if unchanged:
        return "ok", "和上次抓取时一样，没有新内容。"
    if not report.found:
        return "empty", "读到了，但里面没有内容；如果一直为空，请检查网址是否还在更新。"
    reason = report.refusals[0] if report.refusals else ""
    if not report.new + report.changed + report.unchanged:
        return "failed", reason if report.found == 1 else f"读到 {report.found} 条，都没有收录。{reason}"
    counts = (("新增", report.new), ("更新", report.changed), ("未变", report.unchanged), ("拒收", report.refused))
    said = "，".join(f"{word} {number} 条" for word, number in counts if number)
    return "ok", f"{said}（{reason}）" if report.refused else f"{said}。"

"""Hostile addresses, documents, markup and strings against everything that takes them in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crawler.evaluation import hostile, ssrf
from crawler.evaluation.report import Evaluation
from recommender.errors import InputError

COMMAND = "eval security"
FILES = ("ssrf_payloads.json.gz", "xml_attacks.json.gz", "xss_payloads.json.gz", "naughty_strings.json.gz")


def evaluate_security(data: Path) -> Evaluation:
    """Measure over the four files of a folder: {kind, url}, {name, origin, xml}, {src, html} and {text}, each a JSON list, packed.

    Nothing is connected to: names resolve in the process, and what would be connected to is counted. Raises `InputError`
    where a file is missing.
    """
    for name in FILES:
        if not (data / name).is_file():
            raise InputError(f"{data} 里没有 {name}。", field="data")
    addresses, attacks, markup, strings = (hostile.read_payloads(data / name) for name in FILES)
    fetches = ssrf.measure([row["url"].replace("PORT", "8080") for row in addresses])
    xml = hostile.measure_xml([row["xml"] for row in attacks])
    shown = hostile.measure_markup([row["html"] for row in markup])
    stored = hostile.measure_strings([row["text"] for row in strings])
    product: dict[str, Any] = {
        "forbidden_connections": sum(figures["forbidden"] for figures in fetches.values()),
        "public_allowed": sum(figures["controls_allowed"] for figures in fetches.values()) / (len(ssrf.WAYS) * len(ssrf.PUBLIC)),
        "xml_slowest_ms": xml.get("slowest_ms"),
        "xml_peak_mb": xml.get("peak_mb"),
        "xml_leaked": xml.get("leaked"),
        "xml_failures": xml.get("errors", 0) + xml["unfinished"] + xml.get("connections", 0),
        "active_markup": shown["active"],
        "markup_errors": shown["errors"],
        "string_errors": stored["errors"],
        "strings_changed": stored["changed"],
    }
    counts = {
        "addresses": len(addresses),
        "xml_attacks": len(attacks),
        "xml_documents": int(xml["documents"]),
        "markup": len(markup),
        "strings": len(strings),
    }
    more = {"fetches": fetches, "xml": xml, "markup": shown, "strings": stored}
    return Evaluation(COMMAND, str(data), counts, {"product": product}, _table(data, fetches, xml, shown, stored), more)


def _table(
    data: Path, fetches: Mapping[str, Mapping[str, int]], xml: Mapping[str, Any], shown: Mapping[str, int], stored: Mapping[str, int]
) -> tuple[str, ...]:
    lines = [f"{data}", f"{'addresses':14}{'payloads':>10}{'forbidden':>11}{'public':>8}{'controls':>10}"]
    for way, figures in fetches.items():
        controls = f"{figures['controls_allowed']}/{len(ssrf.PUBLIC)}" if way in ssrf.WAYS else "-"
        lines.append(f"{way:14}{figures['payloads']:10}{figures['forbidden']:11}{figures['public']:8}{controls:>10}")
    if xml["unfinished"]:
        lines.append("XML：读取进程没有按时结束")
    else:
        lines.append(
            f"XML：{xml['documents']} 份文档（{xml['readers']} 种读法），最慢 {xml['slowest_ms']} ms，内存最多增加 {xml['peak_mb']} MB，"
            f"泄漏 {xml['leaked']}，连接 {xml['connections']}，异常 {xml['errors']}"
        )
    lines += [f"  {failed}" for failed in xml.get("failed", [])]
    lines.append(f"标记：{shown['payloads']} 段，存成 {shown['notes']} 条，显示时仍可执行的 {shown['active']}，异常 {shown['errors']}")
    lines.append(
        f"怪字符串：{stored['strings']} 个，异常 {stored['errors']}，被改动 {stored['changed']}，"
        f"按规定打码 {stored['masked']}，表示「没有」的 {stored['nothing']}"
    )
    return tuple(lines)

"""What may leave the house: the rights of a content and its compliance findings gate every export to customers."""

from __future__ import annotations

from recommender.library.model import ComplianceLevel, ContentItem, Finding, Rights, Understanding

EXPORTABLE_RIGHTS = frozenset({Rights.OWNED, Rights.AUTHORISED})
SHOWN_FINDINGS = 3

_RIGHTS_REASONS = {
    Rights.REFERENCE: "版权状态是「仅供参考」，不能全文发给客户；取得授权后请改为「已授权」",
    Rights.UNKNOWN: "版权状态还不清楚，不能全文发给客户；确认后请改为「自有」或「已授权」",
    Rights.TAKEN_DOWN: "内容已下架，不能再用",
}


def why_not(content: ContentItem) -> str:
    """Every reason why `content` may not be sent to customers, in one Chinese sentence; empty if it may be."""
    return why_not_with(content.rights, content.understanding)


def why_not_with(rights: Rights, understanding: Understanding) -> str:
    """The same from all that it depends on."""
    if rights is Rights.TAKEN_DOWN:
        return _RIGHTS_REASONS[rights] + "。"
    reasons = []
    if rights not in EXPORTABLE_RIGHTS:
        reasons.append(_RIGHTS_REASONS[rights])
    if not understanding.version:
        reasons.append("还没有做合规检查，请等内容理解完成后再发")
    elif understanding.compliance is ComplianceLevel.BLOCK:
        reasons.append(_blocked(understanding.findings))
    return "；".join(reasons) + "。" if reasons else ""


def _blocked(findings: tuple[Finding, ...]) -> str:
    blocks = [finding for finding in findings if finding.level is ComplianceLevel.BLOCK]
    named = list(dict.fromkeys(_named(finding) for finding in blocks))
    if not named:
        return "合规检查判为禁止，不能发给客户"
    more = f"，另有 {len(named) - SHOWN_FINDINGS} 处" if len(named) > SHOWN_FINDINGS else ""
    return "合规禁止：" + "、".join(named[:SHOWN_FINDINGS]) + more


def _named(finding: Finding) -> str:
    details = "：".join(part.strip("。；") for part in (finding.law, finding.reason) if part)
    suggestion = f"，建议{finding.suggestion.strip('。；').removeprefix('建议')}" if finding.suggestion else ""
    return f"「{finding.term}」（{details}{suggestion}）" if details or suggestion else f"「{finding.term}」"

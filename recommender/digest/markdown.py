"""A digest in the small part of Markdown that a WeCom robot shows."""

from __future__ import annotations

import re

from recommender.delivery.characters import byte_length, cut_to_bytes, cut_to_characters
from recommender.delivery.composing import plain
from recommender.digest.viewing import NOTHING_NEW, DigestView, Item

REASON_CHARACTERS = 120
_MARKS = str.maketrans("[]<>*`#_", "［］＜＞＊｀＃＿")  # WeCom knows no escapes, and <@name> would call a member


def words(text: str) -> str:
    """Untrusted text on one line, with the characters that are Markdown or a mention turned into their wide forms."""
    return re.sub(r"\s+", " ", plain(text)).strip().translate(_MARKS)


def head_block(view: DigestView) -> str:
    """The title, how many contents there are and where to read them all."""
    if not view.items:
        return f"### {words(view.digest.title)}\n{NOTHING_NEW}"
    return f"### {words(view.digest.title)}\n今日 {len(view.items)} 篇 · [打开网页版]({_address(view.home_url)})"


def item_block(item: Item, limit_bytes: int) -> str:
    """One content as title with link, excerpt, reason and facts, in at most `limit_bytes`: what matters least is cut first."""
    title = f"**{item.number}. [{words(item.title)}]({_address(item.url)})**"
    reason = f'> 推荐理由：<font color="info">{words(cut_to_characters(item.reason, REASON_CHARACTERS))}</font>'
    facts = f'> <font color="comment">{words(cut_to_characters(item.facts, REASON_CHARACTERS))}</font>'
    source = f"> [原文]({_address(item.source_url)})" if item.source_url else ""
    closed = '> <font color="warning">只供内部参考，不能直接发给客户</font>' if item.why_not else ""
    lines = [title, words(item.excerpt), reason, facts, closed, source]
    for dropped in (5, 3, 1):
        block = "\n".join(line for line in lines if line)
        if byte_length(block) <= limit_bytes:
            return block
        lines[dropped] = ""
    block = "\n".join(line for line in lines if line)
    return block if byte_length(block) <= limit_bytes else cut_to_bytes(f"{item.number}. {words(item.title)}", limit_bytes)


def _address(url: str) -> str:
    """An address that neither ends the link it stands in nor holds a mention."""
    return plain(url).translate({ord(mark): f"%{ord(mark):02X}" for mark in "()<>[] \n\t`*"})

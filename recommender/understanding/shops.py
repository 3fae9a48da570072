"""Names of shops and restaurants that no dictionary holds, by the forms in which posts write them."""

from __future__ import annotations

import re
from functools import cache

from recommender.text.folding import fold
from recommender.understanding.taxonomy import DATA

# A Latin name: words that begin with a capital; "n", "of", "the", "&" and their like may stand inside.
_WORD = r"[A-Z][A-Za-z0-9À-ÿ'’.&!]*"
_LATIN = rf"{_WORD}(?:[ ](?:{_WORD}|[0-9&+]+(?![A-Za-z0-9])|(?:n|of|the|and|de|del|la|at)(?= [A-Z])))*"
_LATIN_NAME = re.compile(_LATIN)
_LOWER_NAME = re.compile(r"[a-z][a-z'’&]+(?: [a-z'’&]+){0,3}")
_LABELLED = re.compile(r"(?:店名|餐厅名|店铺名|店家|商家)\s*[:：]\s*([^\n，,。；;（(#📍]{2,40})")
_PINNED = re.compile(rf"📍\s*({_LATIN}|[\u4e00-\u9fff]{{2,8}})(?=\s*[,，\n:：]|\s*$|\s+[\d(（])")
_STREET = r"(?:st|ave|avenue|rd|dr|blvd|pkwy|ln|hwy|way|street|road|drive|plaza|fwy|expy)\b"
_ADDRESSED = re.compile(rf"({_LATIN})\s*[,，:：]?\s*(?:📍\s*)?(?:地址\s*[:：]?\s*)?\d{{2,5}} (?:[\w.]+ ){{1,4}}?(?i:{_STREET})")
_PLACE_MARK = re.compile(r"#([^#\n\[]{2,30})\[(?:地点|品牌)\]")
_CALLED = re.compile(rf"(?:这家|那家|一家叫做?|叫做?|名叫|去了?|来到了?|打卡|位于\S{{0,12}}的|试了|新开的|在)\s?({_LATIN})")
_BRACKETED = re.compile(r"「([^「」\n]{2,24})」")
_CHINESE_SHOP = re.compile(
    r"(?:^|[\s，,。！!~～·｜|丨：:])([\u4e00-\u9fff]{2,4}(?:餐厅|酒楼|饭店|面馆|茶馆|小馆|饭庄|酒家|烤鱼|书店|茶楼))(?=的|[\s，,。！!~～]|$)"
)
_GENERIC = re.compile(
    r"[这那哪每某一二两三几家间个的了很最新老好吃去来在找开约会网红宝藏平价附近周边推荐人气米其林高级]|^(?:中|西|日式?|韩式?|法式?|泰式?|粤菜|川菜|湘菜|意大利|墨西哥|美式|亚洲|素食|海鲜|主题|情侣|私房|自助|特色|本地|连锁)"
)
_SPLIT = re.compile(r"[｜|丨·•—–\-:：,，!！?？/\n~～✨🌟🔥💫【】\[\]()（）]+|\s{2,}")
_EDGES = " .,!！'’&-"


@cache
def _words() -> dict[str, frozenset[str]]:
    groups: dict[str, frozenset[str]] = {}
    for block in re.split(r"^== ", (DATA / "shop_words.txt").read_text("utf-8"), flags=re.MULTILINE)[1:]:
        head, _, rest = block.partition("\n")
        groups[head.split()[0]] = frozenset(fold(word.replace("_", " ")) for word in rest.split())
    return groups


def _tidy(name: str) -> str:
    """A candidate without cities around it and marks at its ends; empty when nothing of a name is left."""
    words = _words()
    parts = name.strip(_EDGES).split(" ")
    for width in (2, 1):
        while len(parts) > width - 1 and fold(" ".join(parts[:width])) in words["places"]:
            parts = parts[width:]
        while len(parts) > width - 1 and parts and fold(" ".join(parts[-width:])) in words["places"]:
            parts = parts[:-width]
    tidy = " ".join(parts).strip(_EDGES)
    folded = fold(tidy)
    if not folded or folded in words["never"] or folded in words["places"] or re.fullmatch(r"[\d\W]+", folded):
        return ""
    latin = [part for part in folded.split() if part.isascii()]
    if latin and len(latin) == len(folded.split()) and all(part in words["never"] | words["places"] | words["kinds"] for part in latin):
        return ""
    return tidy if 2 <= len(tidy) <= 40 and not (tidy.isascii() and len(tidy) < 3) else ""


def _is_shop(name: str) -> bool:
    """Whether a name says of itself that it is a shop's."""
    return any(word in _words()["kinds"] for word in fold(name).split())


def find_shops(title: str, body: str, tags: tuple[str, ...], category: str | None) -> list[str]:
    """Names of shops as written, each once: labelled (店名：…), pinned (📍…), with an address, or named in the title of a visit."""
    found: list[str] = []
    found += [hit.group(1) for hit in _LABELLED.finditer(body)]
    found += [hit.group(1) for hit in _PLACE_MARK.finditer(f"{title}\n{body}")]
    if category == "食品美食":
        found += [hit.group(1) for hit in _PINNED.finditer(body)]
        found += [hit.group(1) for hit in _ADDRESSED.finditer(body)]
        found += [hit.group(1) for hit in _BRACKETED.finditer(body) if _LATIN_NAME.search(hit.group(1))]
        found += [hit.group(1) for hit in _CHINESE_SHOP.finditer(f"{title}\n{body}") if not _GENERIC.search(hit.group(1)[:-2])]
        found += _in_title(title)
        found += [hit.group(1) for hit in _CALLED.finditer(body) if " " in hit.group(1)]
    names: dict[str, str] = {}
    for candidate in found:
        name = _tidy(re.split(r"[（(]", candidate)[0])
        if name and not any(fold(name) in known or known in fold(name) for known in names):
            names[fold(name)] = name
    return list(names.values())


def _in_title(title: str) -> list[str]:
    """Latin names in a title: a run of two words or more, or one word alone between separators."""
    found: list[str] = []
    for part in _SPLIT.split(title):
        whole = part.strip(_EDGES)
        if _LOWER_NAME.fullmatch(whole):
            found.append(whole)
        for hit in _LATIN_NAME.finditer(part):
            name = _tidy(hit.group())
            if name and (" " in name or _is_shop(name) or name == whole):
                found.append(name)
    return found

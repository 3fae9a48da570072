"""Parts of a page that are not its article: hidden, comments, share bars, menus, related links; and where the article stands. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from crawler.parsers.markup import BLOCKS, SILENT, Element, is_hidden, parent_of

# Words of an element's id and class that say what it holds. `TRS_Editor`, `article-header` and the like hold articles, so only
# words that never name a body stand here, and whatever holds most of the page's sentences is kept all the same.
_FURNITURE = re.compile(
    r"(?:comment|cmt|pinglun|remark|discuss|reply|replies|liuyan|gentie|tiepost|feedback|share|sharing|bdshare|jiathis|social|related?|relevant"
    r"|recommend|recom|recomm|tuijian|xiangguan|guess|rank|toplist|hotlist|hotnews|morenews|nav|navbar|menu|breadcrumb|breadcrumbs|crumb|crumbs"
    r"|mianbao|footer|foot|sidebar|aside|copyright|disclaimer|shengming|advert|adv|ads|ad|advertisement|banner|qrcode|erweima|qrbox|login"
    r"|toolbar|pager|paging|pagination|prevnext|postnav|subscribe|appdownload|download|popup|modal|dialog|toast|tooltip|report|jubao)"
    r"(?:s|s?(?:box|list|bar|wrap|wrapper|area|con|content|section|module|block|panel|count|tips?|news|articles?|posts?|links?))?"
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_TAGS = frozenset(("nav", "footer", "aside", "form", "dialog", "noscript", "template", "iframe", "object", "select", "button", "textarea"))
_KEPT = frozenset(("html", "body", "main", "article"))
_SENTENCE = re.compile(r"[，。！？；：、,;!?]|\.(?=\s|$)")
_LISTS = frozenset(("ul", "ol", "dl", "div", "section", "table"))
_ROOMS = BLOCKS - {"p", "pre", "li", "blockquote", "dd", "dt", "h1", "h2", "h3", "figcaption"} | {"body"}
_TRANSPARENT = re.compile(r"visibility\s*:\s*hidden|opacity\s*:\s*0", re.IGNORECASE)
_GONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
LATER = 200  # characters of prose from which on a transparent element may be the article itself
SHORTEST_SENTENCE = 12  # characters of a block that count as prose when a mark of punctuation stands in them
MOST_OF_PAGE = 0.5  # share of the page's prose above which a part is never furniture, whatever it is called
MOST_OF_BODY = 0.9  # share of the prose that the article's element has to hold
LINKED_PARAGRAPH = 40  # characters; a longer sentence is prose though it leads somewhere
LINKED = 0.5  # share of link text above which a block of several links is a list of other pages


class Prose:
    """How many characters of running text, and of link text, stand under each element of a tree."""

    def __init__(self, root: Element) -> None:
        self.sentences: Counter[Element] = Counter()
        self.linked: Counter[Element] = Counter()
        self.written: Counter[Element] = Counter()
        self.links: Counter[Element] = Counter()
        order = [element for element in root.iter() if isinstance(element.tag, str)]
        block_of: dict[Element, Element] = {}
        link_of: dict[Element, bool] = {}
        texts: dict[Element, list[str]] = {}
        for element in order:
            parent = parent_of(element)
            inside = link_of.get(parent, False)
            link_of[element] = inside or element.tag == "a"
            block_of[element] = element if element is root or element.tag in BLOCKS else block_of[parent]
            silent = element.tag in SILENT
            for text, linked, block in (
                ("" if silent else element.text, link_of[element], block_of[element]),
                (element.tail, inside, block_of.get(parent, element)),
            ):
                if text and (size := len(text.strip())):
                    self.written[block] += size
                    if linked and not (size >= LINKED_PARAGRAPH and "。" in text):
                        self.linked[block] += size
                    else:
                        texts.setdefault(block, []).append(text)
            if element.tag == "a":
                self.links[block_of[element]] += 1
        for block, parts in texts.items():
            said = " ".join("".join(parts).split())
            if len(said) >= SHORTEST_SENTENCE and _SENTENCE.search(said):
                self.sentences[block] += len(said)
        for element in reversed(order):
            if element is not root:
                parent = parent_of(element)
                for sums in (self.sentences, self.linked, self.written, self.links):
                    if sums[element]:
                        sums[parent] += sums[element]


def prune(root: Element) -> None:
    """Take out of the tree, in place, what is not the article. Nothing that holds most of the page's prose is taken."""
    for element in root.xpath("//comment()|//script|//style"):
        _drop(element)
    prose = Prose(root)
    most = MOST_OF_PAGE * prose.sentences[root]
    for element in list(root.iter()):
        if element is root or not isinstance(element.tag, str) or element.tag in _KEPT or parent_of(element) is None:
            continue
        if prose.sentences[element] > most:
            continue
        if (
            element.tag in _TAGS
            or (is_hidden(element) and not _comes_later(element, prose))
            or _is_furniture(element)
            or _is_link_list(element, prose)
        ):
            _drop(element)


def article_element(root: Element) -> Element:
    """The lowest element that holds nearly all of the tree's prose."""
    prose = Prose(root)
    found = root
    while True:
        inner = max((child for child in found if isinstance(child.tag, str)), key=lambda child: prose.sentences[child], default=None)
        if inner is None or inner.tag not in _ROOMS:
            return found
        if prose.sentences[inner] < MOST_OF_BODY * prose.sentences[found] or not prose.sentences[inner]:
            return found
        found = inner


def _is_furniture(element: Element) -> bool:
    named = f"{element.get('id') or ''} {element.get('class') or ''}"
    if named == " ":
        return False
    for name in named.split():
        words = [word.lower() for word in _WORD.findall(name)]
        if any(_FURNITURE.fullmatch(word) for word in (*words, "".join(words))):
            return not element.xpath("descendant-or-self::h1")
    return False


def _comes_later(element: Element, prose: Prose) -> bool:
    """Whether the element waits for a script to show it, as whole articles do: several paragraphs, transparent but in their place."""
    style = element.get("style") or ""
    return bool(_TRANSPARENT.search(style)) and prose.sentences[element] >= LATER and len(element) > 1 and not _GONE.search(style)


def _is_link_list(element: Element, prose: Prose) -> bool:
    """A block of several links in which hardly anything else is said."""
    if element.tag not in _LISTS or prose.links[element] < 3 or prose.written[element] == 0:
        return False
    return prose.linked[element] / prose.written[element] > LINKED and prose.sentences[element] < 2 * SHORTEST_SENTENCE


def _drop(element: Element) -> None:
    """Remove the element and what is in it; the text after it stays."""
    parent = parent_of(element)
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def prose_size(lines: Iterable[str]) -> int:
    """Characters of the lines that read as sentences."""
    return sum(len(line) for line in lines if len(line) >= SHORTEST_SENTENCE and _SENTENCE.search(line))

"""robots.txt by RFC 9309: which addresses a crawler of a given name may fetch. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

MOST_ROBOTS_BYTES = 512_000  # RFC 9309 asks for at least 500 KiB
LONGEST_DELAY_SECONDS = 120.0  # a longer Crawl-delay is read as this one

_LINES = re.compile(r"\r\n?|\n")
_PARTIAL_BOM = re.compile(rb"\xef(?:\xbb\xbf?)?(?=[A-Za-z#\s])")
_TOKEN = re.compile(r"[A-Za-z_-]+")
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_ESCAPED = re.compile(r"%[0-9a-fA-F]{2}|[^\x21-\x7e]")
_FIELDS = {  # what sites write; the misspellings are those that large search engines accept too
    "agent": ("user-agent", "useragent", "user agent"),
    "disallow": ("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"),
    "allow": ("allow",),
    "sitemap": ("sitemap", "site-map"),
    "delay": ("crawl-delay",),
}


@dataclass(frozen=True, slots=True)
class _Group:
    names: frozenset[str]
    rules: tuple[tuple[bool, str], ...]  # allowed, pattern
    delay_seconds: float | None


@dataclass(frozen=True, slots=True)
class Rules:
    """What one robots.txt says. `sitemaps` are the addresses it names, as printed."""

    groups: tuple[_Group, ...] = ()
    sitemaps: tuple[str, ...] = ()

    def allows(self, url: str, agent: str) -> bool:
        """Whether the crawler named `agent` (its product name alone, no version) may fetch `url`: the longest rule wins, allow on a tie.

        An address with characters that should have been escaped must be allowed both as it is and escaped.
        """
        rules = [rule for group in self._of(agent) for rule in group.rules]
        return all(
            max(((len(pattern), allowed) for allowed, pattern in rules if _matches(pattern, path)), default=(0, True))[1]
            for path in _paths(url)
        )

    def delay_seconds(self, agent: str) -> float | None:
        """The pause the site asks of this crawler (`Crawl-delay`), None where it asks for none; at most two minutes."""
        delays = [group.delay_seconds for group in self._of(agent) if group.delay_seconds is not None]
        return max(delays, default=None)

    def _of(self, agent: str) -> Sequence[_Group]:
        own = [group for group in self.groups if agent.strip().lower() in group.names]
        return own or [group for group in self.groups if "*" in group.names]


def parse_robots(body: bytes) -> Rules:
    """Read a robots.txt as far as it can be read; never raises. Groups for the same crawler add up, unknown lines change nothing."""
    groups: list[_Group] = []
    sitemaps: list[str] = []
    names: list[str] = []
    rules: list[tuple[bool, str]] = []
    delay: float | None = None

    def close() -> None:
        nonlocal delay
        if names:
            groups.append(_Group(frozenset(names), tuple(dict.fromkeys(rules)), delay))
        names.clear()
        rules.clear()
        delay = None

    ruled = False  # whether the open group has had a rule: then the next agent line begins another
    for line in _LINES.split(_text(body)):
        field, value = _directive(line.partition("#")[0])
        if field == "agent":
            if ruled:
                close()
                ruled = False
            names += _names(value)
        elif field in ("allow", "disallow"):
            ruled = True
            if value:
                rules.append((field == "allow", _escaped(value)))
                if field == "allow" and (page := re.search(r"/index\.html?$", value)):
                    rules.append((True, _escaped(value[: page.start() + 1]) + "$"))
        elif field == "sitemap" and value:
            sitemaps.append(value)
        elif field == "delay" and re.fullmatch(r"\d{1,9}(\.\d{1,6})?", value):
            delay = min(float(value), LONGEST_DELAY_SECONDS)
    close()
    return Rules(tuple(groups), tuple(dict.fromkeys(sitemaps)))


def _text(body: bytes) -> str:
    """One character per byte, so that escapes of any charset compare; the line that the limit cuts is left out."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        body = body[: MOST_ROBOTS_BYTES * 2].decode("utf-16", "replace").encode("utf-8")
    if len(body) > MOST_ROBOTS_BYTES:
        body = body[:MOST_ROBOTS_BYTES]
        body = body[: max(body.rfind(b"\n"), body.rfind(b"\r"), 0)]
    return _PARTIAL_BOM.sub(b"", body, count=1).decode("latin-1") if body[:1] == b"\xef" else body.decode("latin-1")


def _directive(line: str) -> tuple[str, str]:
    key, colon, value = line.strip().partition(":")
    if not colon:
        words = line.split()
        key, value = words if len(words) == 2 else ("", "")  # `Disallow /x`, without its colon
    key = key.strip().lower()
    return next((field for field, spellings in _FIELDS.items() if key.startswith(spellings)), ""), value.strip()


def _names(value: str) -> list[str]:
    """The crawlers an agent line speaks of: its product name, also with digits that RFC 9309 does not know, or `*`."""
    if re.match(r"\*(\s|$)", value):
        return ["*"]
    return list({found[0].lower() for pattern in (_TOKEN, _NAME) if (found := pattern.match(value))})


def _escaped(text: str) -> str:
    """Escapes in capitals, and whatever is no plain ASCII as escapes: the one form in which paths and patterns are compared."""
    return _ESCAPED.sub(lambda found: found[0].upper() if found[0][0] == "%" else f"%{ord(found[0]):02X}", text)


def _paths(url: str) -> set[str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return {"/"}
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query or url.partition("#")[0].endswith("?") else "")
    path = path if path.startswith("/") else "/" + path
    raw = re.sub("%[0-9a-fA-F]{2}", lambda found: found[0].upper(), path)
    return {raw, _escaped(path.encode("utf-8", "replace").decode("latin-1"))}


def _matches(pattern: str, path: str) -> bool:
    """Whether the pattern, with `*` for anything and `$` for the end, fits the start of the path. Linear in both."""
    end = pattern.endswith("$")
    first, *others = (pattern[:-1] if end else pattern).split("*")
    if not path.startswith(first):
        return False
    if not others:
        return not end or path == first
    place = len(first)
    for part in others[:-1]:
        found = path.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    last = others[-1]
    return path.endswith(last) and len(path) - len(last) >= place if end else path.find(last, place) >= 0

"""Where a page's site may have feeds and sitemaps: what the page says, and the places where they usually are. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.addresses import canonical
from crawler.parsers.markup import parse_html, resolve
from recommender.library.model import SourceKind

MOST_NAMED = 6  # feeds a page may name that are looked at
FEED_PLACES = ("/feed", "/rss.xml", "/atom.xml", "/index.xml")
SITEMAP_PLACE = "/sitemap.xml"

_FEED_TYPE = re.compile(r"application/(?:rss|atom|rdf|feed)\+(?:xml|json)|(?:text|application)/(?:rss|atom)", re.IGNORECASE)
_FEED_PATH = re.compile(r"/(?:rss|feed|atom|index)(?:\.(?:xml|rss|json|php))/?$|/(?:rss|feed|atom)/?$|\.(?:rss|atom)$", re.IGNORECASE)
_COMMENTS = re.compile(r"评论|回复|\bcomments?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A source a site may have. `guessed` where only its place suggests it; `title` is the feed's or link's own, may be empty."""

    url: str
    kind: SourceKind
    title: str = ""
    guessed: bool = False


def find_sources(html: str, url: str) -> tuple[Candidate, ...]:
    """The sources to look at for a page, best first: feeds it names, feeds it links to, the usual places, the sitemap. Each once."""
    root = parse_html(html) if html.strip() else None
    found: list[Candidate] = []
    if root is not None:
        base = resolve(url, str(root.xpath("string(//base/@href)"))) or url
        for link in root.iter("link", "a"):
            address, title = resolve(base, link.get("href") or ""), " ".join((link.get("title") or "").split())[:100]
            if not address or _COMMENTS.search(title) or "/comments/" in address:
                continue
            relations = (link.get("rel") or "").lower().split()
            if link.tag == "link" and "alternate" in relations and _FEED_TYPE.match((link.get("type") or "").strip()):
                found.append(Candidate(address, SourceKind.FEED, title))
            elif link.tag == "link" and "sitemap" in relations:
                found.append(Candidate(address, SourceKind.SITEMAP, title))
            elif link.tag == "a" and _FEED_PATH.search(urlsplit(address).path):
                found.append(Candidate(address, SourceKind.FEED, title, guessed=True))
    found = sorted(found, key=lambda candidate: candidate.guessed)[:MOST_NAMED]
    found += [Candidate(resolve(url, place), SourceKind.FEED, guessed=True) for place in FEED_PLACES]
    found.append(Candidate(resolve(url, SITEMAP_PLACE), SourceKind.SITEMAP, guessed=True))
    once: dict[str, Candidate] = {}
    for candidate in found:
        once.setdefault(canonical(candidate.url).rstrip("/"), candidate)
    return tuple(candidate for key, candidate in once.items() if key)

"""A digest as JSON, HTML, Markdown, Atom or JSON Feed."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from recommender.delivery.composing import plain
from recommender.delivery.feeds import Feed, atom, content_entries, json_feed, stable_id
from recommender.delivery.limits import limit
from recommender.delivery.split import SEPARATOR
from recommender.digest.markdown import head_block, item_block
from recommender.digest.viewing import NOTHING_NEW, DigestView, Item, view_digest
from recommender.library import Library
from recommender.library.model import Digest
from recommender.settings import Settings

Format = Literal["json", "html", "markdown", "atom", "feed"]
FOLDER = Path(__file__).parent


def render_digest(library: Library, digest: Digest, settings: Settings, format: Format) -> str:
    """The digest in one of its formats; contents that may not go to customers show as title, excerpt, link and reason.

    `html` is a whole page with its style inside: serve it with `digest_html_csp()`. `atom` and `feed` (JSON Feed 1.1) hold
    one entry per content under ids that stay the same from day to day.
    """
    view = view_digest(library, digest, settings)
    if format == "json":
        return _json(view)
    if format == "html":
        return _page().get_template("digest.html").render(view=view, nothing_new=NOTHING_NEW, style=Markup(_style()))  # noqa: S704
    if format == "markdown":
        most = limit("wecom_robot", "markdown")
        return SEPARATOR.join([head_block(view), *(item_block(item, most) for item in view.items)]) + "\n"
    return atom(_feed(view, settings, format)) if format == "atom" else json_feed(_feed(view, settings, format))


def html_body(library: Library, digest: Digest, settings: Settings) -> str:
    """The digest as a fragment for a page that has its own head and style; everything from outside is escaped."""
    return _page().get_template("body.html").render(view=view_digest(library, digest, settings), nothing_new=NOTHING_NEW)


def digest_html_csp() -> str:
    """The Content-Security-Policy to serve the `html` format with: nothing but its own style may run or load."""
    fingerprint = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{fingerprint}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@cache
def _page() -> Environment:
    return Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def _style() -> str:
    return (FOLDER / "digest.css").read_text("utf-8")


def _feed(view: DigestView, settings: Settings, format: Format) -> Feed:
    digest = view.digest
    contents = [item.content for item in view.items]
    return Feed(
        id=stable_id("subscription", digest.subscription_id),
        title=digest.title,
        home_url=view.home_url,
        feed_url=f"{view.feed_url}&format={format}",
        updated=digest.created_at,
        entries=content_entries(contents, settings.base_url, [item.reason for item in view.items]),
    )


def _json(view: DigestView) -> str:
    digest = view.digest
    document = {
        "id": digest.id,
        "subscription": digest.subscription_id,
        "day": digest.day,
        "title": digest.title,
        "created_at": digest.created_at.isoformat(),
        "state": digest.state.value,
        "message": digest.message,
        "note": "" if view.items else NOTHING_NEW,
        "items": [_json_item(item) for item in view.items],
    }
    return plain(json.dumps(document, ensure_ascii=False, indent=2)) + "\n"


def _json_item(item: Item) -> dict[str, object]:
    content, understood, rendered = item.content, item.content.understanding, item.rendered
    return {
        "number": item.number,
        "id": content.id,
        "title": item.title,
        "excerpt": item.excerpt,
        "reason": item.reason,
        "url": item.url,
        "source_url": item.source_url,
        "platform": content.platform.value,
        "creator": content.creator_name,
        "published_at": content.published_at.isoformat() if content.published_at else None,
        "content_type": understood.content_type.value if understood.content_type else None,
        "category": understood.category,
        "brands": list(understood.brands),
        "quality": understood.quality,
        "compliance": understood.compliance.value,
        "exportable": not item.why_not,
        "why_not": item.why_not,
        "rendered": {
            "channel": rendered.channel.value,
            "text": rendered.text,
            "bytes": rendered.bytes,
            "images": list(rendered.images),
            "link": rendered.link,
            "notes": list(rendered.notes),
        },
    }

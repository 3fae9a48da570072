"""What a parser hands over: one public note as it was read, not yet repaired, cleaned or stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recommender.library.model import MediaKind, Platform, Rights

Count = str | int | float | None
Moment = str | int | float | datetime | None


@dataclass(frozen=True, slots=True)
class ParsedNote:
    """One note. Counts and times are as printed; `crawler.repair` makes values of them at intake.

    `creator_id` is the platform's own account id, `creator_hash` the first 16 hex digits of its SHA-256, where a file only
    has that. `updated_at` is when this version was read or edited: the newest version wins. `where` names the line or
    address in what a person reads.
    """

    platform: Platform
    identity: str = ""
    url: str = ""
    kind: MediaKind | None = None
    title: str = ""
    text: str = ""
    tags: tuple[str, ...] = ()
    creator_id: str = ""
    creator_hash: str = ""
    creator_name: str = ""
    creator_fans: Count = None
    published_at: Moment = None
    updated_at: Moment = None
    liked: Count = None
    collected: Count = None
    commented: Count = None
    shared: Count = None
    images: tuple[str, ...] = ()
    video_url: str = ""
    rights: Rights | None = None
    is_sample: bool = False
    partial: bool = False  # a teaser: the whole text is elsewhere
    where: str = ""


@dataclass(frozen=True, slots=True)
class ParsedCreator:
    """One account as a creators file lists it."""

    platform: Platform
    creator_id: str
    name: str
    fans: Count = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was read but cannot be stored, and why, in one Chinese sentence that names the line or address."""

    reason: str


@dataclass(frozen=True, slots=True)
class ParsedComment:
    """One reader's comment as a comments file lists it; who wrote it is not read."""

    platform: Platform
    note_identity: str
    comment_id: str
    text: str
    liked: Count = None
    published_at: Moment = None
    where: str = ""

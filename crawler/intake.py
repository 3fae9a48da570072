"""The one way into the library: a parsed note is repaired, masked, cleaned and given its address, then stored in batches."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from crawler.addresses import canonical, identity_of, platform_of
from crawler.items import ParsedCreator, ParsedNote, Refusal
from crawler.repair import count, moment
from recommender.errors import Conflict, InputError
from recommender.library import Library
from recommender.library.model import (
    Counts,
    CrawlReport,
    Creator,
    CreatorTier,
    IncomingContent,
    MediaKind,
    Platform,
    Rights,
    UpsertOutcome,
)
from recommender.library.tables import SHANGHAI
from recommender.text.cleaning import clean_text, hashtags
from recommender.text.masking import KINDS, mask_personal

BATCH = 500
MOST_REFUSALS = 500  # sentences kept in a report; the number refused is always exact
MOST_TAGS = 50
TIERS = ((500_000, CreatorTier.HEAD), (50_000, CreatorTier.SHOULDER), (5_000, CreatorTier.KOC))  # least followers

_NOTHING = frozenset({"-", "--", "null", "None", "none", "NULL", "undefined"})
_SPACE = re.compile(r"\s")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NOTE_ADDRESSES = {Platform.XHS: "https://www.xiaohongshu.com/explore/{}", Platform.WEIBO: "https://m.weibo.cn/detail/{}"}


def account_fingerprint(account_id: str) -> str:
    """Sixteen hex digits that stand for an account: what newer exports give as `creator_hash` for the same account."""
    return hashlib.sha256(account_id.encode("utf-8", "replace")).hexdigest()[:16]


def creator_of(platform: Platform, account_id: str, account_hash: str, name: str, fans: object = None) -> Creator | None:
    """The creator, or None where nothing identifies one. A masked name (`张***三`) is nobody's name."""
    name = _plain(name)[:80]
    name = "" if "*" in name else clean_text(mask_personal(name)[0])
    account_id, account_hash = _plain(account_id), _plain(account_hash)
    key = account_hash or (account_fingerprint(account_id) if account_id else "") or (account_fingerprint(f"name:{name}") if name else "")
    followers = count(fans)
    return Creator(f"{platform.value}-{key}", platform, name, followers, _tier(followers)) if key else None


LONGEST_TITLE = 40  # characters; platforms allow 20 to 30, so a longer one is checked against the text


def prepare(note: ParsedNote, *, now: datetime | None = None, rights: Rights = Rights.UNKNOWN) -> IncomingContent | Refusal:
    """The note as the library takes it, or one sentence why not. `rights` hold where the note says none itself."""
    original_title, in_title = mask_personal(_plain(note.title))
    original_text, in_text = mask_personal(_plain(note.text))
    images = tuple(dict.fromkeys(filter(None, map(_media, note.images))))
    video_url = _media(note.video_url)
    where = note.where or note.url or "一条内容"
    if not (original_title or original_text or images or video_url):
        return Refusal(f"{where}：没有标题、正文、图片或视频，没有可存的内容。")
    platform = note.platform if note.platform is not Platform.WEB else platform_of(note.url)
    url, identity = canonical(note.url), _plain(note.identity) or identity_of(note.url)
    if not url and identity and platform in _NOTE_ADDRESSES and not note.is_sample:  # a sample is published nowhere
        url = _NOTE_ADDRESSES[platform].format(identity)
    title, text = clean_text(original_title), clean_text(original_text)
    if len(title) > LONGEST_TITLE and _runs_into(title, text):
        title = ""  # some exports repeat the beginning of the text where the author gave no title
    if not identity and not url:
        if not (title or text):
            return Refusal(f"{where}：没有编号、链接和文字，认不出是哪一条。")
        identity = "t" + account_fingerprint(f"{title}\n{text}")
    return IncomingContent(
        platform=platform,
        identity=identity,
        url=url,
        kind=note.kind or (MediaKind.VIDEO if video_url else MediaKind.IMAGE if images else MediaKind.TEXT),
        title=title,
        text=text,
        original_title=original_title,
        original_text=original_text,
        tags=_tags(note.tags) or hashtags(text)[:MOST_TAGS],
        creator=creator_of(platform, note.creator_id, note.creator_hash, note.creator_name, note.creator_fans),
        published_at=moment(note.published_at, now),
        source_updated_at=moment(note.updated_at, now),
        counts=Counts(count(note.liked), count(note.collected), count(note.commented), count(note.shared)),
        images=images,
        video_url=video_url,
        is_sample=note.is_sample,
        rights=note.rights or rights,
        diversion=tuple(kind for kind in KINDS if kind in in_title or kind in in_text),
    )


def take_in_one(library: Library, note: ParsedNote) -> UpsertOutcome:
    """Store a pasted note. Raises `InputError` for one that cannot be stored, `Conflict` for one that was taken down."""
    prepared = prepare(note)
    if isinstance(prepared, Refusal):
        raise InputError(prepared.reason)
    outcome = library.contents.upsert([prepared])[0]
    if outcome.state == "refused":
        raise Conflict(outcome.reason)
    return outcome


def take_in(
    library: Library,
    notes: Iterable[ParsedNote | ParsedCreator | Refusal],
    *,
    source_id: str | None = None,
    rights: Rights = Rights.UNKNOWN,
    now: datetime | None = None,
) -> CrawlReport:
    """Store what was parsed, in batches of 500, and say what became of each.

    found = new + changed + unchanged + duplicates + refused, where duplicates repeat an identity read earlier in the same
    call; of such the newest version is stored, whatever their order. Creators are stored and not counted.
    """
    intake = Intake(library, source_id=source_id, rights=rights, now=now)
    for note in notes:
        intake.add(note)
    return intake.finish()


@dataclass(slots=True)
class Intake:
    """A running intake, for callers that get their notes one by one (a crawl's pipeline, an import with progress)."""

    library: Library
    source_id: str | None = None
    rights: Rights = Rights.UNKNOWN
    now: datetime | None = None
    found: int = 0
    duplicates: int = 0
    creators: int = 0
    refusals: list[str] = field(default_factory=list)
    _refused: int = 0
    _batch: dict[tuple[str, str], IncomingContent] = field(default_factory=dict)
    _where: dict[tuple[str, str], str] = field(default_factory=dict)
    _newest: dict[tuple[str, str], datetime | None] = field(default_factory=dict)
    _states: dict[tuple[str, str], str] = field(default_factory=dict)
    _creators: list[Creator] = field(default_factory=list)

    def add(self, note: ParsedNote | ParsedCreator | Refusal) -> None:
        """Take one; it is in the library at the latest after `finish`."""
        if isinstance(note, ParsedCreator):
            self._add_creator(note)
            return
        self.found += 1
        item = prepare(note, now=self.now, rights=self.rights) if isinstance(note, ParsedNote) else note
        if isinstance(item, Refusal):
            self.refuse(item.reason)
            return
        key = (item.platform.value, item.identity or item.url)
        if key in self._newest:
            self.duplicates += 1
            newest = self._newest[key]
            if item.source_updated_at is None or (newest is not None and item.source_updated_at <= newest):
                return
        self._newest[key] = item.source_updated_at
        self._batch[key] = item
        self._where[key] = note.where if isinstance(note, ParsedNote) else ""
        if len(self._batch) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Store what is waiting, in one transaction."""
        if self._creators:
            self.library.creators.upsert(self._creators)
            self._creators = []
        if not self._batch:
            return
        for key, outcome in zip(
            self._batch, self.library.contents.upsert(list(self._batch.values()), source_id=self.source_id), strict=True
        ):
            before = self._states.get(key)
            # a newer version of what this run stored already: the note counts once, as the more telling of the two
            self._states[key] = outcome.state if before is None or (before == "unchanged" and outcome.state == "changed") else before
            if outcome.state == "refused" and before is None:
                self._tell(f"{self._where[key] or key[1]}：{outcome.reason}")
        self._batch, self._where = {}, {}

    def finish(self) -> CrawlReport:
        """Store the rest and give the report."""
        self.flush()
        states = Counter(self._states.values())
        return CrawlReport(
            found=self.found,
            new=states["new"],
            changed=states["changed"],
            unchanged=states["unchanged"],
            duplicates=self.duplicates + states["duplicate"],
            refused=self._refused + states["refused"],
            refusals=tuple(self.refusals),
        )

    def _add_creator(self, parsed: ParsedCreator) -> None:
        creator = creator_of(parsed.platform, parsed.creator_id, "", parsed.name, parsed.fans)
        if creator:
            self.creators += 1
            self._creators.append(creator)

    def refuse(self, reason: str) -> None:
        """Count one as refused, with the sentence why."""
        self._refused += 1
        self._tell(reason)

    def _tell(self, sentence: str) -> None:
        if len(self.refusals) < MOST_REFUSALS:
            self.refusals.append(sentence)


def local_now() -> datetime:
    """This moment in Asia/Shanghai."""
    return datetime.now(SHANGHAI)


def _tier(followers: int | None) -> CreatorTier:
    return next((tier for least, tier in TIERS if followers is not None and followers >= least), CreatorTier.ORDINARY)


def _runs_into(title: str, text: str) -> bool:
    start = "".join(title.rstrip(".…").split())
    return "".join(text[: 2 * len(title)].split()).startswith(start)


def _plain(text: str) -> str:
    text = text.strip()
    if text in _NOTHING:
        return ""
    return _UNSTORABLE.sub("\ufffd", text) if _UNSTORABLE.search(text) else text


def _media(url: str) -> str:
    url = _plain(url)
    if url.startswith("//"):
        url = "https:" + url
    return url if url.startswith(("https://", "http://")) and not _SPACE.search(url) else ""


def _tags(tags: Iterable[str]) -> tuple[str, ...]:
    words = (clean_text(_plain(tag)).strip("# ").removesuffix("[话题]") for tag in tags)
    return tuple(dict.fromkeys(word for word in words if word))[:MOST_TAGS]

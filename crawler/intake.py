"""The one way into the library: what was parsed is prepared, filed under its watch-lists and stored in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from crawler.items import ParsedComment, ParsedCreator, ParsedNote, Refusal
from crawler.preparation import account_fingerprint, creator_of, prepare, prepare_comment
from crawler.watching import Membership, membership
from recommender.errors import Conflict, InputError
from recommender.library import Library
from recommender.library.model import CrawlReport, Creator, IncomingComment, IncomingContent, Rights, UpsertOutcome
from recommender.library.tables import SHANGHAI

__all__ = ["Intake", "account_fingerprint", "creator_of", "local_now", "prepare", "take_in", "take_in_one"]

BATCH = 500
MOST_REFUSALS = 500  # sentences kept in a report; the number refused is always exact
SHOWN_TITLE = 40  # characters of a title, or of a text without one, in a shown outcome
READ_BEFORE = "和前面读到的是同一条。"
UNRELATED = "和关注清单无关，没有收"
OVER_QUOTA = "超出关注清单这一周的名额，没有收"

Parsed = ParsedNote | ParsedCreator | ParsedComment | Refusal
Outcomes = Callable[[str, str, str, str], None]
_Key = tuple[str, str]


def take_in_one(library: Library, note: ParsedNote) -> UpsertOutcome:
    """Store a pasted note. Raises `InputError` for one that cannot be stored, `Conflict` for one that was taken down."""
    prepared = prepare(note)
    if isinstance(prepared, Refusal):
        raise InputError(prepared.reason)
    lists = membership(library, local_now()).lists_of(prepared) or ()
    outcome = library.contents.upsert([replace(prepared, watch_lists=lists)])[0]
    if outcome.state == "refused":
        raise Conflict(outcome.reason)
    return outcome


def take_in(
    library: Library,
    notes: Iterable[Parsed],
    *,
    source_id: str | None = None,
    rights: Rights = Rights.UNKNOWN,
    now: datetime | None = None,
    watch_lists: tuple[str, ...] = (),
    dry_run: bool = False,
) -> CrawlReport:
    """Store what was parsed, in batches of 500, and say what became of each. See `Intake`."""
    intake = Intake(library, source_id=source_id, rights=rights, now=now, watch_lists=watch_lists, dry_run=dry_run)
    for note in notes:
        intake.add(note)
    return intake.finish()


@dataclass(slots=True)
class Intake:
    """A running intake, for callers that get their notes one by one (a crawl's pipeline, an import with progress).

    found = new + changed + unchanged + duplicates + refused + left_out, where duplicates repeat an identity or an address
    read earlier in the same run; of such a whole one goes before one that is but the beginning, then the newest, whatever
    their order. What a source's watch-lists do not want (`unrelated`) or have no room for (`over_quota`) is left out: the
    library stays as it is, and one of the `remarks`, which also end the report's refusals, says how many. Creators and
    comments are stored and counted apart.

    A content joins the lists of the source `source_id`, those of `watch_lists`, and every list whose words it holds.
    With `dry_run` the report is what would come, and nothing is stored. `outcomes` is told of every note in the end:
    where it stood, its state (new, changed, unchanged, duplicate, refused, left_out), its title, and why.
    """

    library: Library
    source_id: str | None = None
    rights: Rights = Rights.UNKNOWN
    now: datetime | None = None
    watch_lists: tuple[str, ...] = ()
    dry_run: bool = False
    outcomes: Outcomes | None = None
    found: int = 0
    duplicates: int = 0
    creators: int = 0
    comments: int = 0
    unrelated: int = 0
    over_quota: int = 0
    refusals: list[str] = field(default_factory=list)
    _refused: int = 0
    _membership: Membership | None = None
    _batch: dict[_Key, IncomingContent] = field(default_factory=dict)
    _where: dict[_Key, str] = field(default_factory=dict)
    _best: dict[_Key, tuple[bool, datetime | None]] = field(default_factory=dict)  # whether it is partial, and its time of change
    _states: dict[_Key, str] = field(default_factory=dict)
    _met: dict[str, tuple[_Key, bool]] = field(default_factory=dict)  # ids and addresses of earlier batches; whether partial
    _creators: list[Creator] = field(default_factory=list)
    _comments: list[IncomingComment] = field(default_factory=list)

    def add(self, note: Parsed) -> None:
        """Take one; it is in the library at the latest after `finish`."""
        if isinstance(note, ParsedCreator):
            self._add_creator(note)
        elif isinstance(note, ParsedComment):
            self._add_comment(note)
        else:
            self.found += 1
            item = prepare(note, now=self.now, rights=self.rights) if isinstance(note, ParsedNote) else note
            if isinstance(item, Refusal):
                self.refuse(item.reason)
            else:
                self._add_content(item, note.where if isinstance(note, ParsedNote) else "")
        if len(self._batch) >= BATCH or len(self._comments) >= BATCH:
            self.flush()

    def _add_content(self, item: IncomingContent, where: str) -> None:
        if self._membership is None:
            self._membership = membership(self.library, self.now or local_now(), self.source_id, self.watch_lists)
        lists = self._membership.lists_of(item)
        if lists is None:
            self.unrelated += 1
            self._show(where, "left_out", item, f"{UNRELATED}。")
            return
        key = (item.platform.value, item.identity or item.url)
        if key in self._best:
            self.duplicates += 1
            if not _is_better(item, *self._best[key]):
                self._show(where, "duplicate", item, READ_BEFORE)
                return
            newest = self._best[key][1]
            if newest and item.source_updated_at and item.source_updated_at < newest:
                item = replace(item, source_updated_at=newest)  # or the beginning, where it is stored already, would be the newer version
            if earlier := self._batch.pop(key, None):
                self._show(self._where[key], "duplicate", earlier, READ_BEFORE)
            else:  # its outcome is told already, and this version is stored over it
                self._show(where, "duplicate", item, READ_BEFORE)
        self._best[key] = (item.partial, item.source_updated_at)
        self._batch[key] = replace(item, watch_lists=lists) if lists else item
        self._where[key] = where

    def flush(self) -> None:
        """Store what is waiting: contents in one transaction, creators and comments beside them."""
        if not self.dry_run:
            if self._creators:
                self.library.creators.upsert(self._creators)
            if self._comments:
                self.library.comments.upsert(self._comments)
        self._creators, self._comments = [], []
        self._drop_met()
        if self._membership and self._membership.room:
            self._leave_out(self._membership)
        if self._batch:
            self._batch = dict(sorted(self._batch.items(), key=lambda each: each[1].partial))  # of one address the first is stored
            outcomes = self.library.contents.upsert(list(self._batch.values()), source_id=self.source_id, dry_run=self.dry_run)
            for (key, item), outcome in zip(self._batch.items(), outcomes, strict=True):
                self._became(key, item, self._once(key, item, outcome))
        self._batch, self._where = {}, {}

    def _leave_out(self, lists: Membership) -> None:
        """Keep of the batch what the quotas have room for; what is stored already is brought up to date all the same."""
        outcomes = self.library.contents.upsert(list(self._batch.values()), source_id=self.source_id, dry_run=True)
        for (key, item), outcome in zip(list(self._batch.items()), outcomes, strict=True):
            if self._states.get(key) == "left_out":  # a newer version of it
                del self._batch[key]
                continue
            joined = lists.admit(item.watch_lists, new=outcome.state == "new" and key not in self._states)
            if joined is not None:
                self._batch[key] = replace(item, watch_lists=joined)
                continue
            del self._batch[key]
            self._states[key] = "left_out"
            self.over_quota += 1
            self._show(self._where[key], "left_out", item, f"{OVER_QUOTA}。")

    def has_met(self, url: str) -> bool:
        """Whether this run has had a content of this canonical address, stored it or, in a dry run, would have."""
        return url in self._met

    def _drop_met(self) -> None:
        """Leave out of the batch what an earlier one held under another identity and the same address, unless this one is fuller."""
        for key, item in list(self._batch.items()):
            first, partial = self._met.get(item.url, (key, True))
            if first != key and (item.partial or not partial):
                del self._batch[key]
                if key not in self._states:  # otherwise it is told already, as a repetition of itself
                    self._states[key] = "duplicate"
                    self._show(self._where[key], "duplicate", item, READ_BEFORE)

    def _once(self, key: _Key, item: IncomingContent, outcome: UpsertOutcome) -> UpsertOutcome:
        """The outcome; a duplicate where an earlier batch, stored or in a dry run not, held the same content under another identity."""
        if outcome.state in ("duplicate", "refused"):
            return outcome
        names = {outcome.id, item.url} - {""}
        if any(self._met.get(name, (key,))[0] != key for name in names):
            return replace(outcome, state="duplicate")
        self._met.update(dict.fromkeys(names, (key, item.partial)))
        return outcome

    def _became(self, key: _Key, item: IncomingContent, outcome: UpsertOutcome) -> None:
        before = self._states.get(key)
        if before is None:
            reason = READ_BEFORE if outcome.state == "duplicate" else outcome.reason
            self._show(self._where[key], outcome.state, item, reason)
            if outcome.state == "refused":
                self._tell(f"{self._where[key] or key[1]}：{outcome.reason}")
        # a newer version of what this run stored already: the note counts once, as the more telling of the two
        self._states[key] = outcome.state if before is None or (before == "unchanged" and outcome.state == "changed") else before

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
            left_out=self.unrelated + self.over_quota,
            refusals=(*self.refusals, *self.remarks),
        )

    @property
    def remarks(self) -> tuple[str, ...]:
        """A sentence for each kind of thing that was left out."""
        left_out = ((self.unrelated, UNRELATED), (self.over_quota, OVER_QUOTA))
        return tuple(f"{number} 条{why}。" for number, why in left_out if number)

    def _add_creator(self, parsed: ParsedCreator) -> None:
        creator = creator_of(parsed.platform, parsed.creator_id, "", parsed.name, parsed.fans)
        if creator:
            self.creators += 1
            self._creators.append(creator)

    def _add_comment(self, parsed: ParsedComment) -> None:
        comment = prepare_comment(parsed, now=self.now)
        if isinstance(comment, Refusal):
            self.found += 1
            self.refuse(comment.reason)
        elif comment:
            self.comments += 1
            self._comments.append(comment)

    def refuse(self, reason: str) -> None:
        """Count one as refused, with the sentence why."""
        self._refused += 1
        self._tell(reason)
        if self.outcomes:
            where, _, why = reason.partition("：")
            self.outcomes(where if why else "", "refused", "", why or where)

    def _show(self, where: str, state: str, item: IncomingContent, reason: str) -> None:
        if self.outcomes:
            self.outcomes(where, state, item.title or item.text[:SHOWN_TITLE], reason)

    def _tell(self, sentence: str) -> None:
        if len(self.refusals) < MOST_REFUSALS:
            self.refusals.append(sentence)


def _is_better(item: IncomingContent, partial: bool, newest: datetime | None) -> bool:
    """Whether a repetition is to be stored in place of what was met before: whole where that was partial, or else newer."""
    if item.partial != partial:
        return partial
    return item.source_updated_at is not None and (newest is None or item.source_updated_at > newest)


def local_now() -> datetime:
    """This moment in Asia/Shanghai."""
    return datetime.now(SHANGHAI)

"""Whether two texts are copies of each other: exact, on characters, the same whichever comes first. Pure.

Jaccard similarity of trigrams alone takes posts of one template (another product, another week over the same address) for
copies: a tenth of the characters edited here and there leaves 0.57 of it, an exchanged phrase often more. What tells them
apart is where the differences lie. So the trigrams that occur once in both texts are laid along each other, and what stands
between them is looked at: single characters are edits, an exchanged phrase is another text, a head or tail is an addition.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Set
from operator import lt

from recommender.text.folding import fold

SHINGLE = 3  # characters
SHORTEST = 8  # characters; shorter texts (早安, a hashtag) only count as the same when they are equal
LEAST_JACCARD, LEAST_OF_SHORT = 0.38, 0.3  # of a pair that is looked at closely; two edits in twelve characters leave 0.33
MOST_EDITED = 0.25  # of the shorter text's characters
MOST_EXCHANGED, MOST_EXCHANGED_OF_SHORT = 0.08, 0.11  # of them, in phrases that have next to nothing in common
MOST_RETITLED = 0.15  # of a long text, in such a phrase at an end: the same post under another title
UNLIKE, UNLIKE_BESIDE = (
    0.8,
    0.5,
)  # edits per character from which a phrase is an exchanged one; two edits two characters apart have 0.5 (the second: where more was added)
PHRASE, SHORT_PHRASE = 3, 2  # characters; in short texts two make another word
LONG, SHORT, VERY_SHORT = 120, 30, 20  # characters
# of the shorter text; a short one may be a series' heading, or the name of the shop that all posts of an author end with
MOST_ADDED, MOST_ADDED_TO_SHORT, MOST_ADDED_TO_VERY_SHORT = 1.0, 0.6, 0.3
MOST_INSERTED = 0.2  # of it, in the middle of the other
TELLING_NUMBERS = 20  # characters; in a text shorter than this another number is another text (第 3 天, 破 1000 赞)
LONGEST_ALIGNED, ENOUGH_JACCARD = 6000, 0.5  # characters; in longer texts the share of trigrams is telling enough
PAD = "\x02"
ENDS = PAD * (SHINGLE - 1)  # so that an edit at an end spoils as many trigrams as one inside
_REPEATED = -1
# A word after a hashtag, before the next one or the end, or before a left-over mark, is most likely one that lost its sign.
_HASHTAG = re.compile(r"#[^\s#，。！？；：,!?;]+(?:[^\S\n]+[^\s#]{1,8}(?=\s*#|\s*$))?|\S{1,8}\[话题\]")
_SIGNS = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d+")


def spoken(text: str) -> str:
    """What is compared of a text: its letters and digits, folded, without hashtags; "" where that is too short to be compared.

    Authors put the same hashtags under different posts, and who reposts changes hashtags, emoji and punctuation first.
    """
    words = _SIGNS.sub("", fold(_HASHTAG.sub(" ", text)))
    return words if len(words) >= SHORTEST else ""


class Spoken:
    """A spoken text (at least `SHORTEST` characters), with the places of its trigrams."""

    __slots__ = ("places", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.places: dict[str, int] = {}
        whole = ENDS + text + ENDS
        for start in range(len(whole) - SHINGLE + 1):
            gram = whole[start : start + SHINGLE]
            self.places[gram] = _REPEATED if gram in self.places else start


def jaccard(first: Spoken, second: Spoken) -> float:
    """Shared trigrams over all of both."""
    return _share(len(first.places.keys() & second.places.keys()), first, second)


def _share(shared: int, first: Spoken, second: Spoken) -> float:
    return shared / (len(first.places) + len(second.places) - shared)


def is_copy(first: Spoken, second: Spoken) -> bool:
    """Whether one text is the other, edited here and there, or with something added."""
    if first.text == second.text:
        return True
    if first.text > second.text:  # of several ways to lay them along each other the same one is taken
        first, second = second, first
    shorter, longer = sorted((len(first.text), len(second.text)))
    least = LEAST_OF_SHORT if shorter < TELLING_NUMBERS else LEAST_JACCARD
    if longer - shorter > MOST_ADDED * shorter:
        return False
    shared = first.places.keys() & second.places.keys()
    if (likeness := _share(len(shared), first, second)) < least:
        return False
    if longer > LONGEST_ALIGNED:
        return likeness >= ENOUGH_JACCARD
    if shorter < TELLING_NUMBERS and _other_numbers(first.text, second.text):
        return False
    most_added = MOST_ADDED_TO_VERY_SHORT if shorter < VERY_SHORT else MOST_ADDED_TO_SHORT if shorter < SHORT else MOST_ADDED
    most_exchanged = (MOST_EXCHANGED_OF_SHORT if shorter < SHORT else MOST_EXCHANGED) * shorter
    phrase = SHORT_PHRASE if shorter < SHORT else PHRASE
    edited = exchanged = retitled = added = inserted = 0
    for left, right, at_an_end in _differences(first, second, shared):
        fewer, more = (left, right) if len(left) < len(right) else (right, left)
        surplus = len(more) - len(fewer)
        if surplus > PHRASE:  # something was put before or behind what the other text has here
            added += surplus
            inserted += 0 if at_an_end else surplus
            distance = min(edit_distance(fewer, more[surplus:]), edit_distance(fewer, more[: len(fewer)])) if fewer else 0
            unlike = len(fewer) >= SHORT_PHRASE and distance > UNLIKE_BESIDE * len(fewer)
        else:
            distance = edit_distance(fewer, more) if fewer else surplus
            unlike = len(more) >= phrase and distance > UNLIKE * len(more) and sorted(fewer) != sorted(more)
        edited += distance
        if unlike and at_an_end and shorter >= LONG:
            retitled += len(more)
        elif unlike:
            exchanged += len(more)
        if added > most_added * shorter or exchanged > most_exchanged or edited > MOST_EDITED * shorter:
            return False
    return inserted <= MOST_INSERTED * shorter and retitled <= MOST_RETITLED * shorter


def _other_numbers(first: str, second: str) -> bool:
    one, other = Counter(_NUMBER.findall(first)), Counter(_NUMBER.findall(second))
    return not (one <= other or other <= one)


def _differences(first: Spoken, second: Spoken, shared: Set[str]) -> Iterator[tuple[str, str, bool]]:
    """What stands between the trigrams that both texts have once and in the same order, and whether that is at an end."""
    pairs = sorted([(place, second.places[gram]) for gram in shared if (place := first.places[gram]) >= 0 and second.places[gram] >= 0])
    one, other = ENDS + first.text + ENDS, ENDS + second.text + ENDS
    before = after = -SHINGLE
    for place, opposite in [*_rising(pairs), (len(one), len(other))]:
        if place != before + 1 or opposite != after + 1:
            left, right = before + SHINGLE, after + SHINGLE
            between = one[left:place].strip(PAD), other[right:opposite].strip(PAD)
            if between != ("", ""):
                yield *between, left <= len(ENDS) or place >= len(one) - len(ENDS)
        before, after = place, opposite


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of the pairs (sorted by their first) whose seconds rise too."""
    seconds = [second for _, second in pairs]
    if all(map(lt, seconds, seconds[1:])):
        return pairs
    ends: list[int] = []  # lowest second that ends a rising part of each length
    last: list[int] = []  # its place in `pairs`
    before: list[int] = []
    for place, second in enumerate(seconds):
        length = bisect_left(ends, second)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1], last[length : length + 1] = [second], [place]
    found: list[tuple[int, int]] = []
    place = last[-1] if last else -1
    while place >= 0:
        found.append(pairs[place])
        place = before[place]
    return found[::-1]


def edit_distance(first: str, second: str) -> int:
    """Levenshtein distance, by the bit-parallel algorithm of Myers (1999) as simplified by Hyyrö (2003)."""
    if len(first) < 2 and len(second) < 2:
        return int(first != second)
    if not first or not second:
        return len(first) or len(second)
    places: dict[str, int] = {}
    for place, character in enumerate(first):
        places[character] = places.get(character, 0) | 1 << place
    everything, last = (1 << len(first)) - 1, 1 << (len(first) - 1)
    up, down, distance = everything, 0, len(first)
    for character in second:
        equal = places.get(character, 0)
        diagonal = (((equal & up) + up) ^ up) | equal | down
        rise = down | (everything & ~(diagonal | up))
        fall = up & diagonal
        distance += bool(rise & last) - bool(fall & last)
        rise = rise << 1 | 1
        up = (fall << 1 | ~(diagonal | rise)) & everything
        down = rise & diagonal & everything
    return distance

"""Labelled pairs made from real notes by seeded edits, for measuring near-duplicates where nobody has labelled any."""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import opencc

from recommender.errors import InputError
from recommender.text.cleaning import clean_text

NOTES = 1500  # that copies are made of, besides all others of the folder
EDITED = 0.1  # of the characters
SHORT = 20  # characters
_EXCHANGED = 0.25  # of the characters, in three phrases: another product in the same words
_REPOSTED = 0.6  # Jaccard similarity from which two notes of an author are the same one posted again, which nobody has labelled
_COMMON = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
_HEAD, _TAIL = "姐妹们快来看，这篇真的很有用！\n", "\n（转自朋友的分享，觉得有用就收藏起来慢慢看吧～）"
_TAGS = "\n#好物分享 #今日份快乐 #我的日常 🎉🎉"
_HASHTAG = re.compile(r"#[^\s#]+(?:\[话题\])?#?")
_LEAST_SPOKEN = 8  # characters besides hashtags; a note of less is no note to copy
Note = tuple[str, str]  # id, text
MadePair = tuple[str, str, bool, str]  # ids, duplicate, kind


def make(folder: Path, seed: int = 1) -> tuple[list[Note], list[MadePair]]:
    """All notes of a folder of MediaCrawler JSON with made copies of some, and pairs of both that are and are not duplicates.

    Not duplicates are other notes of the same author, the same words about something else (a quarter of the characters
    exchanged in three phrases), and another note over the same hashtags. Raises `InputError` where there is nothing to read.
    """
    chooser = random.Random(seed)
    rows = _read(folder)
    notes = {name: text for name, text, _ in rows}
    pairs: list[MadePair] = []
    made: dict[str, str] = {}
    usable = [name for name, text in notes.items() if len(_spoken(text)) >= _LEAST_SPOKEN]
    short = [name for name in usable if len(_spoken(notes[name])) < SHORT]
    chosen = chooser.sample(usable, min(NOTES, len(usable)))
    for kind, change in _copies(chooser).items():
        for name in (short[:NOTES] if kind == "short edited" else chosen)[:: 1 if kind == "edited" else 3]:
            made[f"{name}~{kind}"] = change(notes[name])
            pairs.append((name, f"{name}~{kind}", True, kind))
    long = [name for name in chosen if len(_spoken(notes[name])) >= 2 * SHORT]
    for name in long[::2]:
        other = notes[chooser.choice(long)]
        made[f"{name}~other product"] = _exchange(notes[name], other, chooser)
        pairs.append((name, f"{name}~other product", False, "other product"))
    for name, other in zip(chosen[::3], chosen[1::3], strict=False):
        tags = " ".join(_HASHTAG.findall(notes[name]))
        if tags and _jaccard(notes[name], notes[other]) < _REPOSTED:
            made[f"{other}~same hashtags"] = f"{_HASHTAG.sub('', notes[other]).strip()}\n{tags}"
            pairs.append((name, f"{other}~same hashtags", False, "same hashtags"))
    pairs += _same_author(rows, chooser)
    return [*notes.items(), *made.items()], pairs


def _copies(chooser: random.Random) -> dict[str, Callable[[str], str]]:
    traditional = opencc.OpenCC("s2t")
    return {
        "edited": lambda text: edit(text, EDITED, chooser),
        "short edited": lambda text: edit(text, EDITED, chooser),
        "hashtags changed": lambda text: _HASHTAG.sub("", text).strip() + _TAGS,
        "head added": lambda text: _HEAD + text,
        "tail added": lambda text: text + _TAIL,
        "truncated": lambda text: text[: max(_LEAST_SPOKEN, len(text) * 7 // 10)],
        "traditional": lambda text: str(traditional.convert(text)),
    }


def edit(text: str, share: float, chooser: random.Random) -> str:
    """The text with a share of its characters (at least one) replaced, left out, or joined by another one."""
    characters = list(text)
    places = chooser.sample(range(len(characters)), max(1, round(len(characters) * share))) if characters else []
    for place in sorted(places, reverse=True):
        choice = chooser.random()
        if choice < 0.6:
            characters[place] = chooser.choice(_COMMON)
        elif choice < 0.8:
            del characters[place]
        else:
            characters.insert(place, chooser.choice(_COMMON))
    return "".join(characters)


def _exchange(text: str, other: str, chooser: random.Random) -> str:
    size = max(4, int(len(text) * _EXCHANGED / 3))
    for third in range(3):
        start = len(text) * third // 3 + chooser.randrange(max(1, len(text) // 3 - size))
        source = chooser.randrange(max(1, len(other) - size))
        text = text[:start] + other[source : source + size] + text[start + size :]
    return text


def _same_author(rows: list[tuple[str, str, str]], chooser: random.Random) -> list[MadePair]:
    by_author: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, text, author in rows:
        by_author[author].append((name, text))
    pairs: list[MadePair] = []
    for author, notes in by_author.items():
        for _ in range(min(40, len(notes) // 2) if author else 0):
            (one, first), (two, second) = chooser.sample(notes, 2)
            if _jaccard(first, second) < _REPOSTED:
                pairs.append((one, two, False, "same author"))
    return pairs


def _spoken(text: str) -> str:
    return re.sub(r"[\W_]+", "", _HASHTAG.sub("", text))


def _jaccard(first: str, second: str) -> float:
    one, other = ({text[start : start + 3] for start in range(len(text) - 2)} for text in map(_spoken, (first, second)))
    return len(one & other) / max(1, len(one | other))


def _read(folder: Path) -> list[tuple[str, str, str]]:
    """(id, title and text, author) of the notes, each once."""
    found: dict[str, tuple[str, str, str]] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            rows: Any = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            raise InputError(f"{path.name} 不是 JSON。", field="made_from") from None
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict) and row.get("note_id") and "desc" in row:
                text = f"{clean_text(str(row.get('title') or ''))}\n{clean_text(str(row['desc'] or ''))}"
                found.setdefault(str(row["note_id"]), (str(row["note_id"]), text, str(row.get("user_id") or "")))
    if not found:
        raise InputError(f"{folder} 里没有 MediaCrawler 的笔记 JSON（每条有 note_id、title、desc）。", field="made_from")
    return list(found.values())

"""Splitting a long Markdown message by UTF-8 bytes at the borders of its items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from recommender.delivery.characters import ELLIPSIS, byte_length, clusters

SEPARATOR = "\n\n"
SMALLEST_LIMIT_BYTES = 64  # a head, a mark and any emoji sequence fit


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the whole message.

    `ended` is how many blocks, counted from the first of all, have ended with it. `unfinished` pieces end inside a block,
    which goes on in the next piece.
    """

    text: str
    ended: int
    unfinished: bool = False


def split_markdown(blocks: Sequence[str], limit_bytes: int, *, sent_before: int = 0) -> list[str]:
    """The message made of `blocks` in parts of at most `limit_bytes` UTF-8 bytes each.

    Blocks stay whole where they fit in a part; one that is too long alone is cut between visible characters, marked
    with …, and goes on in the next part. Several parts are numbered: their first line is `(1/3)`; `sent_before` counts
    parts that went out earlier. Without heads and marks the parts are the whole, in order. Raises ValueError below
    SMALLEST_LIMIT_BYTES.
    """
    return [piece.text for piece in numbered(blocks, limit_bytes, sent_before=sent_before)]


def numbered(blocks: Sequence[str], limit_bytes: int, *, sent_before: int = 0) -> list[Piece]:
    """The parts of `split_markdown`, each with how many blocks have ended with it."""
    if limit_bytes < SMALLEST_LIMIT_BYTES:
        raise ValueError(f"limit_bytes is {limit_bytes}, at least {SMALLEST_LIMIT_BYTES} is needed")
    pieces = partition(blocks, limit_bytes)
    digits = 0
    while pieces and (total := sent_before + len(pieces)) > 1 and len(str(total)) > digits:
        digits += 1  # the heads take room, which may make more parts, whose heads are longer
        pieces = partition(blocks, limit_bytes - byte_length(_head(10**digits - 1, 10**digits - 1)))
    total = sent_before + len(pieces)
    heads = [_head(number, total) if total > 1 else "" for number in range(sent_before + 1, total + 1)]
    return [replace(piece, text=head + _body(piece)) for head, piece in zip(heads, pieces, strict=True)]


def partition(blocks: Sequence[str], limit_bytes: int) -> list[Piece]:
    """Pieces that joined are exactly the blocks joined by a blank line; each fits once its end is trimmed and its … added."""
    pieces: list[Piece] = []
    current = ""
    for index, block in enumerate(blocks):
        ended = block + SEPARATOR if index < len(blocks) - 1 else block
        if byte_length(current + block) <= limit_bytes:
            current += ended
            continue
        if current:
            pieces.append(Piece(current, index))
        *cut, current = _cut(block, limit_bytes)
        pieces.extend(Piece(text, index, unfinished=True) for text in cut)
        current += ended[len(block) :]
    return [*pieces, Piece(current, len(blocks))] if current else pieces


def _cut(block: str, limit_bytes: int) -> list[str]:
    """`block` in runs that fit with … behind all but the last."""
    if byte_length(block) <= limit_bytes:
        return [block]
    runs, current, room = [], "", limit_bytes - byte_length(ELLIPSIS)
    for cluster in _short_clusters(block, room):
        if byte_length(current + cluster) > room:
            runs.append(current)
            current = ""
        current += cluster
    return [*runs, current]


def _short_clusters(text: str, room_bytes: int) -> Iterator[str]:
    for cluster in clusters(text):
        if byte_length(cluster) <= room_bytes:
            yield cluster
        else:
            yield from cluster  # hundreds of marks on one letter are nothing a reader wants kept whole


def _head(number: int, total: int) -> str:
    return f"({number}/{total})\n"


def _body(piece: Piece) -> str:
    return piece.text + ELLIPSIS if piece.unfinished else piece.text.removesuffix(SEPARATOR)

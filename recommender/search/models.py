"""What an index is made with, fitted once and kept with it: the user words of the tokenizer, and the embedder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from recommender.library import Library
from recommender.library.model import ContentItem
from recommender.search.schema import embedded_text
from recommender.text.embedder import FITTED_TEXTS, SvdEmbedder, fit_embedder, load_embedder
from recommender.text.folding import fold
from recommender.text.tokenizer import Tokenizer
from recommender.understanding import brands

_SAMPLED_PLACES = 128
_NAME_CHARACTERS = range(2, 21)
_MOST_NAMES = 20_000


@dataclass(frozen=True, slots=True)
class Models:
    """The tokenizer and the embedder of an index; both are the same in every update until they are fitted again."""

    tokenizer: Tokenizer
    embedder: SvdEmbedder

    def save(self, folder: Path) -> None:
        """Write them into `folder`."""
        self.embedder.save(folder)


def load_models(folder: Path) -> Models:
    """Open what `Models.save` wrote. Raises OSError or ValueError when it is damaged."""
    embedder = load_embedder(folder, _tokenizer)
    return Models(embedder.tokenizer, embedder)


@lru_cache(maxsize=4)
def _tokenizer(words: tuple[str, ...]) -> Tokenizer:
    return Tokenizer(words)  # one for all generations with the same words: making it reads a dictionary


def brand_aliases() -> Mapping[str, str]:
    """Folded names of brands to the canonical name."""
    return brands.aliases()


def user_words(names: Iterable[str]) -> list[str]:
    """Brand and creator names as the tokenizer should keep them whole: folded, in a fixed order."""
    folded = {fold(name).strip() for name in names}
    return sorted(name for name in folded if len(name) in _NAME_CHARACTERS)[:_MOST_NAMES]


def fit_models(library: Library, size: int) -> Models:
    """Fit both on the library's contents: on all of them, or on 4,096 from 128 places of a larger library."""
    names = {*brands.brand_names(), *(creator.name for creator, _ in library.creators.top(_MOST_NAMES))}
    tokenizer = _tokenizer(tuple(user_words(names)))
    return Models(tokenizer, fit_embedder([embedded_text(item) for item in _sample(library)], size=size, tokenizer=tokenizer))


def _sample(library: Library) -> Sequence[ContentItem]:
    if library.contents.count() <= FITTED_TEXTS:
        return [item for items in library.contents.iterate() for item in items]
    newest = library.contents.revision()
    found: dict[str, ContentItem] = {}
    for place in range(_SAMPLED_PLACES):
        items = library.contents.changed_since(newest * place // _SAMPLED_PLACES, FITTED_TEXTS // _SAMPLED_PLACES)
        found.update((item.id, item) for item in items)
    return list(found.values())

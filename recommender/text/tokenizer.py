"""Words as jieba cuts them for search, at the speed of the Rust jieba."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from importlib import resources
from typing import Any, Protocol

# Runs that jieba looks words up in (its re_han_default); a word with any other character can never be cut out by it.
_LOOKED_UP = re.compile(r"[\u4E00-\u9FD5a-zA-Z0-9+#&._%\-]+")
# Characters that the Rust one looks words up with and jieba does not; each is a token. Left in, they shift near ties beside them.
_RARE_HAN = re.compile("([\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")
_SURROGATE = re.compile("[\ud800-\udfff]")
_REPLACED = re.compile("[\ud800-\udfff\ufffd]")
_PADDING = "\ue000"  # a private character outside every run, which only carries frequency
_COUNTED_TWICE = 3  # the line "B超 3 n" stands twice in the dictionary, and jieba counts both in its total


class _Engine(Protocol):
    def add(self, word: str, frequency: int) -> None: ...

    def cut(self, text: str) -> list[str]: ...

    def search_tokens(self, text: str) -> list[str]: ...


class _RustEngine:
    def __init__(self, module: Any) -> None:
        self._jieba = module.Jieba()
        self._frequencies: dict[str, int] = {}
        self._padding = _COUNTED_TWICE
        self._jieba.add_word(_PADDING, self._padding, None)
        self._odd: list[str] = []
        self._odd_words: re.Pattern[str] | None = None

    def add(self, word: str, frequency: int) -> None:
        # jieba adds the frequency of a word to its total each time, also where the word was there or can never be found;
        # the Rust one replaces it. The padding word keeps both totals the same, which decides between near ties.
        if _LOOKED_UP.fullmatch(word):
            known = self._frequencies.get(word, 0)
            self._jieba.add_word(word, frequency, None)
            self._frequencies[word] = frequency
            if not word.isalnum():  # of a word with - or . inside, the Rust one gives the parts too
                self._odd.append(re.escape(word))
                self._odd_words = None
        else:
            known = frequency
        if known:
            self._padding += known
            self._jieba.add_word(_PADDING, self._padding, None)

    def seed(self, frequencies: dict[str, int]) -> None:
        """Tell the engine how often words of its own dictionary occur, for `add` of a word that it already has."""
        self._frequencies.update(frequencies)

    def cut(self, text: str) -> list[str]:
        if _RARE_HAN.search(text):
            return [word for part in _RARE_HAN.split(text) if part for word in self._jieba.cut(part, hmm=False)]
        return list(self._jieba.cut(text, hmm=False))

    def search_tokens(self, text: str) -> list[str]:
        if _RARE_HAN.search(text):
            return [token for part in _RARE_HAN.split(text) if part for token in self._search_tokens(part)]
        return self._search_tokens(text)

    def _search_tokens(self, text: str) -> list[str]:
        if self._odd:
            self._odd_words = self._odd_words or re.compile("|".join(self._odd))
            if self._odd_words.search(text):
                return [token for word in self._jieba.cut(text, hmm=False) for token in self._inside(word)]
        found: list[str] = self._jieba.cut_for_search(text, hmm=False)
        return found

    def _inside(self, word: str) -> list[str]:
        pairs = [word[start : start + 2] for start in range(len(word) - 1)] if len(word) > 2 else []
        triples = [word[start : start + 3] for start in range(len(word) - 2)] if len(word) > 3 else []
        return [*(part for part in pairs + triples if self._jieba.has_word(part)), word]


class _PythonEngine:
    def __init__(self) -> None:
        import logging

        import jieba

        jieba.setLogLevel(logging.ERROR)
        self._jieba = jieba.Tokenizer()

    def add(self, word: str, frequency: int) -> None:
        self._jieba.add_word(word, frequency)

    def seed(self, frequencies: dict[str, int]) -> None:
        """Nothing to tell: it is jieba's own dictionary."""

    def cut(self, text: str) -> list[str]:
        return list(self._jieba.cut(text, HMM=False))

    def search_tokens(self, text: str) -> list[str]:
        return list(self._jieba.lcut_for_search(text, HMM=False))


def _known_frequencies(words: Sequence[str]) -> tuple[dict[str, int], int]:
    """What jieba's dictionary says of every part of `words` (0 for a mere beginning of a word), and its total.

    Reads the dictionary file once, so that the 500,000 entries need not stay in memory.
    """
    parts = {word[start:end] for word in words for start in range(len(word)) for end in range(start + 1, len(word) + 1)}
    found: dict[str, int] = {}
    total = 0
    with resources.files("jieba").joinpath("dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, frequency = line.split(" ", 2)[:2]
            total += int(frequency)
            for end in range(1, len(word)):
                if word[:end] in parts:
                    found.setdefault(word[:end], 0)
            if word in parts:
                found[word] = int(frequency)
    return found, total


class Tokenizer:
    """Cuts text exactly as `jieba.lcut_for_search(text, HMM=False)` does after `jieba.add_word` of each user word in turn.

    The Rust jieba does the work; without it jieba itself does. Building one with user words reads jieba's dictionary
    file (0.3 s); it is safe to use from several threads.
    """

    def __init__(self, user_words: Iterable[str] = (), *, rust: bool = True) -> None:
        self.user_words = tuple(word for word in user_words if word and not _SURROGATE.search(word))
        self._engine: _RustEngine | _PythonEngine
        try:
            if not rust:
                raise ImportError
            import rjieba

            self._engine = _RustEngine(rjieba)
        except ImportError:
            self._engine = _PythonEngine()
        if self.user_words:
            self._add_user_words()

    def _add_user_words(self) -> None:
        # The frequency that jieba's suggest_freq gives: just enough for the word to be cut out whole.
        known, total = _known_frequencies(self.user_words)
        self._engine.seed({word: frequency for word, frequency in known.items() if frequency})
        for word in self.user_words:
            share = 1.0
            for part in self._engine.cut(word):
                share *= known.get(part, 1) / float(total)
            frequency = max(int(share * total) + 1, known.get(word, 1))
            self._engine.add(word, frequency)
            known[word] = frequency
            total += frequency
            for end in range(1, len(word)):
                known.setdefault(word[:end], 0)

    def words(self, text: str) -> list[str]:
        """Cut `text` into words that, joined, are the text again (`jieba.lcut(text, HMM=False)`)."""
        return self._restored(text, self._engine.cut)

    def search_tokens(self, text: str) -> list[str]:
        """Cut `text` into words and the shorter words inside them. Any string is allowed."""
        return self._restored(text, self._engine.search_tokens)

    def joined(self, texts: Sequence[str]) -> list[str]:
        """Search tokens of each text, joined by one blank; tokens that are only white space are left out."""
        return [" ".join(token for token in self.search_tokens(text) if not token.isspace()) for text in texts]

    @staticmethod
    def _restored(text: str, cut: Any) -> list[str]:
        try:
            return list(cut(text))
        except UnicodeEncodeError:
            # Rust knows no lone surrogates; each is a token of its own to jieba, as the replacement character is.
            originals = iter(_REPLACED.findall(text))
            pieces = cut(_SURROGATE.sub("\ufffd", text))
            return [next(originals) if piece == "\ufffd" else piece for piece in pieces]

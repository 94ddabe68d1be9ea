"""Phrase index: finds the phrases of a fixed list in a text, leftmost and longest first, without overlap.

Invariant: the time grows linearly with the text, whatever the text; at each place at most as many lookups are made as phrases of
different length begin with its first character.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator


class PhraseIndex:
    """A list of phrases, searched by first character and length."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = frozenset(p for p in phrases if p)
        lengths: dict[str, set[int]] = defaultdict(set)
        for phrase in self._phrases:
            lengths[phrase[0]].add(len(phrase))
        self._lengths = {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Give start, end and phrase of each hit, in order."""
        place = 0
        while place < len(text):
            end = place + 1
            for length in self._lengths.get(text[place], ()):
                if (phrase := text[place : place + length]) in self._phrases:
                    end = place + length
                    yield place, end, phrase
                    break
            place = end

    def find_all(self, text: str) -> Iterator[tuple[int, str]]:
        """Give start and phrase of every occurrence, also of phrases that overlap."""
        for place, character in enumerate(text):
            for length in self._lengths.get(character, ()):
                if (phrase := text[place : place + length]) in self._phrases:
                    yield place, phrase

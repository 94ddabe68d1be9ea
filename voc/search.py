"""Search: what is looked for in words, and how two rankings become one.

Words meet in their normal form: おそい and 遅い are one, so are "exports" and "export". Forms hold letters and digits only, so that no
form means anything to a database's query language.
"""

from collections.abc import Sequence
from typing import Protocol

from voc.feedback import Span
from voc.ports import Model
from voc.values import Value

RANK_CONSTANT = 60
Phrase = tuple[str, ...]
"""Normal forms that must stand one after the other."""


class SearchWords(Value):
    """What is looked for: units, each a choice of phrases that mean the same; a comment is found by any unit."""

    units: tuple[tuple[Phrase, ...], ...] = ()

    def phrases(self) -> tuple[Phrase, ...]:
        """Return every phrase once, in order."""
        return tuple(dict.fromkeys(phrase for unit in self.units for phrase in unit))


class WordReader(Model, Protocol):
    """Reads words in their normal form; any text will do, an odd one has few words or none."""

    def words(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the normal forms of each text, in order, for the index."""
        ...

    def query(self, text: str) -> SearchWords:
        """Return what somebody who types this looks for; without units where nothing is left but words that say nothing."""
        ...

    def places(self, text: str, wanted: SearchWords) -> tuple[Span, ...]:
        """Return where the text has what is looked for, in order and without overlap."""
        ...


class NoWords(WordReader):
    """Reads no words: what is found is found by meaning alone."""

    name = "no-words"
    version = "1"

    def words(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """Return no forms for each text."""
        return [() for _ in texts]

    def query(self, text: str) -> SearchWords:
        """Return nothing to look for."""
        del text
        return SearchWords()

    def places(self, text: str, wanted: SearchWords) -> tuple[Span, ...]:
        """Return no places."""
        del text, wanted
        return ()


def fuse(rankings: Sequence[Sequence[str]], *, constant: int = RANK_CONSTANT) -> list[tuple[str, float]]:
    """Return what any ranking holds with its fused score, best first; equal scores keep the order of the first ranking.

    Reciprocal rank fusion, score = Σ 1 / (constant + rank), ranks from 1 (Cormack, Clarke & Büttcher 2009).

    >>> [name for name, _ in fuse([["a", "b"], ["b", "c"]])]
    ['b', 'a', 'c']
    """
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, name in enumerate(dict.fromkeys(ranking), start=1):
            scores[name] = scores.get(name, 0.0) + 1.0 / (constant + rank)
    return sorted(scores.items(), key=lambda pair: -pair[1])

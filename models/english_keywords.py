"""English keywords: regular-expression fragments of many tags, looked for in a text together.

Invariant: what is found is what every tag's own expression finds by itself; only tags that cannot match are left out. Most fragments have
a word that must stand in the text, so a tag is tried only where the first letters of such a word are there.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

LEAST_LETTERS, MOST_LETTERS = 3, 4
"""Of a word's beginning, by which tags are looked up."""
_WORD_BEGINS = re.compile(rf"(?<!\w)\w{{{LEAST_LETTERS},{MOST_LETTERS}}}")
_ESCAPE = re.compile(r"\\.")
_INNER = re.compile(r"\([^()]*\)|\[[^\]]*\]")
"""Innermost groups and classes."""
_OPTIONAL = re.compile(r".(?:[?*]|\{[^}]*\})")
_NEEDED_WORD = re.compile(rf"(?:^| )([a-z0-9]{{{LEAST_LETTERS},}})")
_BEGIN = rf"[a-z0-9]{{{LEAST_LETTERS}}}(?![?*{{])"
_NEEDED_CHOICE = re.compile(rf"(?:^| )\(\?:((?:{_BEGIN}[^()|]*\|)*{_BEGIN}[^()|]*)\)(?![?*{{])")
_UNKNOWN = "\0"


class EnglishKeywords:
    """The fragments of each tag, by its place; a match begins and ends at a word's edge."""

    def __init__(self, fragments: Sequence[Sequence[str]]) -> None:
        self._patterns = [either(some) for some in fragments]
        self._by_word: dict[str, set[int]] = defaultdict(set)
        others: dict[int, list[str]] = defaultdict(list)
        for place, some in enumerate(fragments):
            for fragment in some:
                words = needed_words(fragment)
                for word in words:
                    self._by_word[word].add(place)
                if not words:
                    others[place].append(fragment)
        self._others = either([fragment for some in others.values() for fragment in some])
        self._with_others = frozenset(others)

    def find(self, text: str) -> dict[int, set[str]]:
        """Return the matches in a text in lower case, by the place of the tag; tags without one are left out."""
        begins = set(_WORD_BEGINS.findall(text))
        begins |= {begin[:LEAST_LETTERS] for begin in begins}
        places = set().union(*(self._by_word[begin] for begin in begins & self._by_word.keys()))
        if self._others is not None and self._others.search(text):
            places |= self._with_others
        found = {}
        for place in places:
            pattern = self._patterns[place]
            if pattern is not None and (matches := {match.group().strip() for match in pattern.finditer(text)}):
                found[place] = matches
        return found


def either(fragments: Sequence[str]) -> re.Pattern[str] | None:
    """Return one expression for all fragments, between word edges; None where there is none."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(fragments)})(?!\w)") if fragments else None


def needed_words(fragment: str) -> frozenset[str]:
    """Return first letters of words of which one stands in every match of the fragment; empty where that is not certain."""
    known = rest = _ESCAPE.sub(_UNKNOWN, fragment).replace("[ -]", " ")
    while (shorter := _INNER.sub(_UNKNOWN, rest)) != rest:
        rest = shorter
    if "|" in rest:
        return frozenset()
    words = _NEEDED_WORD.findall(_OPTIONAL.sub(_UNKNOWN, rest).replace(".", _UNKNOWN))
    if words:
        return frozenset({max(words, key=len)[:MOST_LETTERS]})
    choices = [match[1] for match in _NEEDED_CHOICE.finditer(known) if not _depth(known[: match.start()])]
    return frozenset(word[:LEAST_LETTERS] for choice in choices[-1:] for word in choice.split("|"))


def _depth(part: str) -> int:
    return part.count("(") - part.count(")")

"""Personal facts in a text: e-mail, phone, payment card, postal address, My Number, customer number.

Patterns only, so that every find can be explained; personal names are not found (patterns cannot know them).

* Offsets: the patterns read a copy in which full-width letters, digits and dashes are folded *one character for one*, so an offset
  in the copy is the offset in the text given.
* Word boundaries are those of ASCII, because Japanese glues its words to numbers (``電話は090-0000-1234まで``).
* What looks alike stays: amounts, versions, dates, times, model numbers, addresses of machines, numbers that the text itself calls
  order, tracking or reference numbers, and figures already made unreadable (``XXXX``).
* Every pattern is bounded or possessive, so time grows linearly with the text.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from models.redaction_addresses import addresses
from models.redaction_numbers import cards, customer_numbers, my_numbers, phones
from voc.feedback import Redaction, RedactionKind
from voc.ports import Redactor

Finder = Callable[[str], Iterator[tuple[int, int]]]

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"
_FOLDED = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20} | dict.fromkeys(map(ord, _DASHES), 0x2D)
_HAS_FACT = re.compile(r"[@\d〒]|[\[(]at[\])]|[都道府県市区町村][^。\n]{1,20}[丁番]")

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+'-]{1,64}(?:@|[ ]?[\[(]at[\])][ ]?)(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])"
)


class _Find(NamedTuple):
    """A candidate; of two that overlap the one with the lower rank stays, then the longer, then the earlier."""

    rank: int
    negative_length: int
    start: int
    end: int
    kind: RedactionKind


class PatternRedactor(Redactor):
    """Bounded patterns with check digits and context words."""

    name = "pattern-redactor"
    version = "1"

    def find(self, texts: Sequence[str]) -> list[tuple[Redaction, ...]]:
        """Return the personal facts of each text, in order, without overlap; offsets in the text given."""
        return [_facts(text) for text in texts]


def _facts(text: str) -> tuple[Redaction, ...]:
    copy = text if text.isascii() else text.translate(_FOLDED)
    if not _HAS_FACT.search(copy):
        return ()
    finds = [
        _Find(rank, start - end, start, end, kind) for rank, (kind, finder) in enumerate(_FINDERS) for start, end in finder(copy)
    ]
    return _without_overlap(finds)


def _without_overlap(finds: list[_Find]) -> tuple[Redaction, ...]:
    kept: list[_Find] = []
    for find in sorted(finds):
        place = bisect_left(kept, find.start, key=_start_of)
        free_before = place == 0 or kept[place - 1].end <= find.start
        free_behind = place == len(kept) or find.end <= kept[place].start
        if free_before and free_behind:
            kept.insert(place, find)
    return tuple(Redaction(start=find.start, end=find.end, kind=find.kind) for find in kept)


def _start_of(find: _Find) -> int:
    return find.start


def _emails(copy: str) -> Iterator[tuple[int, int]]:
    if "@" in copy or "at]" in copy or "at)" in copy:
        for match in _EMAIL.finditer(copy):
            yield match.span()


_FINDERS: tuple[tuple[RedactionKind, Finder], ...] = (
    (RedactionKind.EMAIL, _emails),
    (RedactionKind.CARD, cards),
    (RedactionKind.MY_NUMBER, my_numbers),
    (RedactionKind.CUSTOMER_NUMBER, customer_numbers),
    (RedactionKind.ADDRESS, addresses),
    (RedactionKind.PHONE, phones),
)

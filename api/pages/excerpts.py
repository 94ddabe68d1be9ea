"""Excerpt: the part of a verbatim a list shows, with the words that were looked for marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from voc.feedback import Span

LENGTH = 280
BEFORE = 60
"""So many characters stand before the first marked word where it is far from the start."""
CUT = "…"


@dataclass(frozen=True)
class Piece:
    """A stretch of an excerpt; marked where it is what was looked for."""

    text: str
    marked: bool = False


def excerpt(text: str, places: Sequence[Span] = ()) -> tuple[Piece, ...]:
    """Return at most 280 characters of the text in pieces, from the start or so that the first place is among them.

    Parameters
    ----------
    text
        The verbatim.
    places
        Stretches to mark, in order and without overlap.

    >>> [(piece.text, piece.marked) for piece in excerpt("It is slow.", [Span(start=6, end=10)])]
    [('It is ', False), ('slow', True), ('.', False)]
    """
    start = max(0, min(places[0].start - BEFORE, len(text) - LENGTH)) if places and places[0].end > LENGTH else 0
    end = min(len(text), start + LENGTH)
    pieces = [Piece(CUT)] if start else []
    at = start
    for place in places:
        if place.start >= end:
            break
        pieces += [Piece(text[at : place.start]), Piece(text[place.start : min(place.end, end)], marked=True)]
        at = min(place.end, end)
    pieces.append(Piece(text[at:end] + (CUT if end < len(text) else "")))
    return tuple(piece for piece in pieces if piece.text)

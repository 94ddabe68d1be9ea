"""Paging: where in a list a page starts, and the addresses of the page behind it and of the one before."""

from typing import Any

from api.pages.visit import Visit

MOST = 1_000_000


def offset_of(visit: Visit, *, name: str = "offset") -> int:
    """Return how many lines of a list come before the page; ``name``: of the address's part that says so. What is no number is 0."""
    text = visit.query(name, "0")
    return min(int(text[:9]), MOST) if text.isascii() and text.isdigit() else 0


def beside(visit: Visit, *, offset: int, size: int, more: bool, name: str = "offset") -> dict[str, Any]:
    """Return the addresses ``more`` and ``back`` of a page of so many lines; None where there is no such page."""
    before = str(offset - size) if offset > size else None
    return {
        "more": visit.same_page(**{name: str(offset + size)}) if more else None,
        "back": visit.same_page(**{name: before}) if offset else None,
    }

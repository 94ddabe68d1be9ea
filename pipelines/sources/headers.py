"""Headers: the names of columns, as they are shown and as they are compared."""

import unicodedata
from collections.abc import Sequence

from voc.errors import BadMappingError


def named_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Return column names that are all different: blank ones get their place, repeated ones a number.

    >>> named_apart(["a", "", "a"])
    ('a', 'column 2', 'a (2)')
    """
    taken: dict[str, None] = {}
    for place, name in enumerate(names, start=1):
        plain = name.strip() or f"column {place}"
        candidate, count = plain, 1
        while candidate in taken:
            count += 1
            candidate = f"{plain} ({count})"
        taken[candidate] = None
    return tuple(taken)


def matching_name(name: str) -> str:
    """Return a column name as it is compared: full-width and half-width, upper and lower case are the same.

    >>> matching_name(" ＮＰＳ ")
    'nps'
    """
    return unicodedata.normalize("NFKC", name).strip().casefold()


def find_column(name: str, *, columns: Sequence[str], role: str) -> str:
    """Return the column that is meant, as it stands in the file.

    Raises
    ------
    BadMappingError
        If there is none, or several that differ only in width or case; the message names the columns.
    """
    if name in columns:
        return name
    alike = [column for column in columns if matching_name(column) == matching_name(name)]
    if len(alike) == 1:
        return alike[0]
    there = ", ".join(columns[:100])
    if alike:
        raise BadMappingError(f"Several columns could be {name!r} for {role}: {', '.join(alike)}.", field=role, columns=tuple(alike))
    raise BadMappingError(f"There is no column {name!r} for {role}; there are: {there}.", field=role, columns=tuple(columns[:100]))

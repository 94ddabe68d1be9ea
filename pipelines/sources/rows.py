"""Table: the rows of a file as text cells, whatever the format.

Invariants: rows come in file order and can be read again from the start; each row of the file is given as one ``TableRow`` or one
``RowProblem``; cells are text, nothing was interpreted; what could not be decoded is never replaced by something that looks right.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from voc.errors import BadFileError

PREVIEW_ROWS = 5
MAX_RAW_CHARS = 10_000
_UNDECODED = re.compile("[\ud800-\udfff]")


class TableRow(NamedTuple):
    """A row: the physical line it starts at (from 1, the header included) and its cells by column."""

    line: int
    cells: dict[str, str]


class RowProblem(NamedTuple):
    """A row that cannot be read: where, why, and what stood there."""

    line: int
    column: str
    """Empty where the whole row is meant."""
    code: str
    message: str
    raw: str


@dataclass(frozen=True)
class Table:
    """An opened file."""

    kind: str
    """csv, jsonl or xlsx."""
    columns: tuple[str, ...]
    """As they stand in the file; a repeated name carries `` (2)``."""
    encoding: str | None
    delimiter: str | None
    read: Callable[[], Iterator[TableRow | RowProblem]]
    """Opens the file anew and gives its rows."""

    def rows(self) -> Iterator[TableRow | RowProblem]:
        """Return the rows from the first on; every call starts anew and holds only few rows in memory.

        Raises
        ------
        BadFileError
            If the file cannot be read any further.
        """
        return self.read()

    def rows_or_raise(self) -> Iterator[TableRow]:
        """Return the rows, for callers that cannot leave one out.

        Raises
        ------
        BadFileError
            At the first row that cannot be read, naming line and column.
        """
        for row in self.read():
            if isinstance(row, RowProblem):
                where = f"Line {row.line}" + (f", column {row.column!r}" if row.column else "")
                raise BadFileError(f"{where}: {row.message}", field=row.column or None, line=row.line, column=row.column, reason=row.code)
            yield row

    @cached_property
    def preview(self) -> tuple[TableRow, ...]:
        """The first five rows that can be read."""
        return tuple(islice((row for row in self.read() if isinstance(row, TableRow)), PREVIEW_ROWS))


def shown(text: str) -> str:
    """Return the text as it may be written to a file: undecodable bytes as backslash, x and two digits, at most 10,000 characters."""
    cut = text if len(text) <= MAX_RAW_CHARS else text[:MAX_RAW_CHARS] + " …"
    return _UNDECODED.sub(lambda match: _escaped(match.group()), cut)


def unusable_character(text: str) -> bool:
    """Return whether the text holds what cannot be stored: NUL or half of a surrogate pair."""
    return "\x00" in text or _UNDECODED.search(text) is not None


def _escaped(char: str) -> str:
    """Return a lone surrogate as the byte it stands for, or, where it stands for none, by its number."""
    return f"\\x{ord(char) & 0xFF:02x}" if "\udc80" <= char <= "\udcff" else f"\\u{ord(char):04x}"

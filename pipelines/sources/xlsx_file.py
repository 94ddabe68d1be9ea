"""XLSX files: one sheet, its first row that holds anything is the header.

Invariants: cells are text as a person would type it (whole numbers without ``.0``, dates in ISO form); blank rows are no records; a
row with cells beyond the header is a problem.
"""

import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from pipelines.sources.headers import named_apart
from pipelines.sources.rows import RowProblem, Table, TableRow, shown
from voc.errors import BadFileError, DecompressedTooLargeError

MAX_PARTS = 10_000


def open_xlsx(path: Path, *, sheet: str | None, max_bytes: int) -> Table:
    """Open a sheet of a workbook.

    Raises
    ------
    BadFileError
        If it is not a workbook, has no such sheet, or the sheet is empty.
    DecompressedTooLargeError
        If its parts unpack to more than ``max_bytes``.
    """
    _check(path, max_bytes)
    header = next(_values(path, sheet), None)
    if header is None:
        raise BadFileError("The sheet is empty.")
    columns = named_apart(header[1])

    def read() -> Iterator[TableRow | RowProblem]:
        return _rows(path, sheet, columns)

    return Table(kind="xlsx", columns=columns, encoding=None, delimiter=None, read=read)


def _rows(path: Path, sheet: str | None, columns: tuple[str, ...]) -> Iterator[TableRow | RowProblem]:
    values = _values(path, sheet)
    next(values)  # the header, which was read before
    for line, cells in values:
        if len(cells) > len(columns):
            message = f"The row has {len(cells):,} columns, the header {len(columns):,}."
            yield RowProblem(line, "", "bad_row", message, shown("\t".join(cells)))
            continue
        padded = cells + [""] * (len(columns) - len(cells))
        yield TableRow(line, dict(zip(columns, padded, strict=True)))


def _values(path: Path, sheet: str | None) -> Iterator[tuple[int, list[str]]]:
    """Return row number and cells, up to the last one filled, of every row that is not blank."""
    with _workbook(path) as book:
        chosen = _sheet(book, sheet)
        chosen.reset_dimensions()  # some programs write a wrong size
        for line, row in enumerate(chosen.iter_rows(values_only=True), start=1):
            cells = _trimmed([_text(value) for value in row])
            if cells:
                yield line, cells


@contextmanager
def _workbook(path: Path) -> Iterator[Any]:
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns about styles and validations, which do not matter here
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise BadFileError("The file is not a readable Excel workbook.") from error
    try:
        yield book
    finally:
        book.close()


def _sheet(book: Any, name: str | None) -> Any:
    if name is None:
        return book.worksheets[0]
    for sheet in book.worksheets:
        if sheet.title == name:
            return sheet
    titles = ", ".join(sheet.title for sheet in book.worksheets)
    raise BadFileError(f"There is no sheet {name!r}; there are: {titles}.", field="sheet")


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _check(path: Path, max_bytes: int) -> None:
    try:
        with zipfile.ZipFile(path) as parts:
            found: Sequence[zipfile.ZipInfo] = parts.infolist()
    except (OSError, zipfile.BadZipFile) as error:
        raise BadFileError("The file is not a readable Excel workbook.") from error
    if len(found) > MAX_PARTS or sum(part.file_size for part in found) > max_bytes:
        raise DecompressedTooLargeError("The workbook unpacks to more than the limit; nothing of it was used.", limit=max_bytes)

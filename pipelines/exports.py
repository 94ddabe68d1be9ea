"""Exports: rows of plain values to CSV, Excel, JSON lines or Parquet.

Invariants: what is a number stays a number, negative ones too; text that a spreadsheet program could run as a formula is made plain
text in CSV by an apostrophe in front (headers as well), and ``unguarded`` takes exactly that away again; in Excel text is a text cell;
nothing but the named columns is written, in their order; an unknown value (None, NaN) is an empty cell, ``null``. Equal rows give
equal bytes.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from math import isfinite
from typing import Any, BinaryIO

import orjson

from voc.errors import TooManyItemsError

BOM = "\ufeff"
MAX_EXCEL_ROWS = 1_048_575
MAX_CELL_UNITS = 32_767
CUT = " … [cut]"
_RISKY = re.compile("^[ '\"\u00a0\u3000\ufeff]*[=+\\-@＝＋－＠\t\r\n\x00]")

Row = Mapping[str, object]


class ExportFormat(StrEnum):
    """How an export is written."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"
    PARQUET = "parquet"


def export(rows: Iterable[Row], *, to: BinaryIO, form: ExportFormat, columns: Sequence[str]) -> int:
    """Write the rows and return how many there were.

    Parameters
    ----------
    rows
        Values may be text, numbers, truth values, dates, UTC-aware moments, None, or lists and dictionaries of them. CSV and JSON
        lines are written as the rows come; Excel and Parquet need all of them.
    to
        An open binary file; what it is and when it is shown to anyone is the caller's matter.
    form
        The format.
    columns
        Which keys, in which order. A row without one has an unknown value there.

    Raises
    ------
    TooManyItemsError
        If there are more rows than an Excel sheet can hold; the file is not usable then.
    """
    write = {
        ExportFormat.CSV: _write_csv,
        ExportFormat.XLSX: _write_xlsx,
        ExportFormat.JSONL: _write_jsonl,
        ExportFormat.PARQUET: _write_parquet,
    }[form]
    return write(rows, to, columns)


def guarded(text: str) -> str:
    """Return the text with an apostrophe in front where a spreadsheet program could read a formula.

    Risky are ``= + - @`` and their full-width forms, tab, line breaks and NUL in front, also behind spaces, quotes, apostrophes or a
    byte order mark.

    >>> guarded("=1+1"), guarded("＝1+1"), guarded("特になし")
    ("'=1+1", "'＝1+1", '特になし')
    """
    return f"'{text}" if _RISKY.match(text) else text


def unguarded(text: str) -> str:
    """Return what ``guarded`` was given.

    >>> [unguarded(guarded(text)) for text in ("=1", "'=1", "'tis", "-")]
    ['=1', "'=1", "'tis", '-']
    """
    return text[1:] if text.startswith("'") and _RISKY.match(text[1:]) else text


def fitting(text: str, *, ending: str = CUT) -> str:
    """Return the text as far as an Excel cell can hold it (counted as Excel does, in UTF-16 units), with a mark where it was cut."""
    units = text.encode("utf-16-le")
    if len(units) // 2 <= MAX_CELL_UNITS:
        return text
    return units[: 2 * (MAX_CELL_UNITS - len(ending))].decode("utf-16-le", "ignore") + ending


def _plain(value: object) -> str | float | int | bool | datetime | date | None:
    """Return the value as something a cell can hold; structures become JSON text, what is not a finite number becomes None."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, StrEnum):
        return value.value
    if value is None or isinstance(value, str | int | datetime | date):
        return value
    listed = sorted(value) if isinstance(value, frozenset | set) else value
    return orjson.dumps(listed, option=orjson.OPT_UTC_Z | orjson.OPT_SORT_KEYS).decode()


def _cell(value: object) -> str | float | int:
    """Return the value as a CSV cell."""
    plain = _plain(value)
    if isinstance(plain, str):
        return guarded(plain)
    return plain if isinstance(plain, int | float) and not isinstance(plain, bool) else _words(plain)


def _words(value: str | float | datetime | date | None) -> str:
    """Return the value as unguarded text; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return _iso(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _iso(moment: datetime) -> str:
    """Return a moment in UTC, ISO 8601 with Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _write_csv(rows: Iterable[Row], to: BinaryIO, columns: Sequence[str]) -> int:
    """Write UTF-8 with a byte order mark and CRLF, as Japanese Excel expects it."""
    text = io.TextIOWrapper(to, encoding="utf-8", newline="", write_through=True)
    count = 0
    try:
        text.write(BOM)
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow([guarded(column) for column in columns])
        for row in rows:
            writer.writerow([_cell(row.get(column)) for column in columns])
            count += 1
    finally:
        text.detach()
    return count


def _write_jsonl(rows: Iterable[Row], to: BinaryIO, columns: Sequence[str]) -> int:
    """Write one JSON object a line, keys in the order of the columns."""
    count = 0
    for row in rows:
        picked = {column: _json(row.get(column)) for column in columns}
        to.write(orjson.dumps(picked, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE))
        count += 1
    return count


def _json(value: object) -> object:
    """Return the value as JSON can hold it: moments in UTC, sets as sorted lists."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return sorted(value) if isinstance(value, frozenset | set) else value


def _write_xlsx(rows: Iterable[Row], to: BinaryIO, columns: Sequence[str]) -> int:
    """Write one sheet row by row; text is always a text cell."""
    import xlsxwriter

    buffer = io.BytesIO()
    book: Any = xlsxwriter.Workbook(buffer, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 - a fixed stamp without zone, as the format asks: equal bytes
    head = book.add_format({"bold": True, "bottom": 1})
    formats = {"date": book.add_format({"num_format": "yyyy-mm-dd"}), "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})}
    sheet = book.add_worksheet("export")
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, min(max(len(column) + 2, 12), 40))
        sheet.write_string(0, at, fitting(column), head)
    count = 0
    for row in rows:
        count += 1
        if count > MAX_EXCEL_ROWS:
            raise TooManyItemsError(limit=MAX_EXCEL_ROWS)
        for at, column in enumerate(columns):
            _put(sheet, row=count, column=at, value=_plain(row.get(column)), formats=formats)
    book.close()
    to.write(buffer.getvalue())
    return count


def _put(sheet: Any, *, row: int, column: int, value: str | float | datetime | date | None, formats: Mapping[str, Any]) -> None:
    """Write one Excel cell by the type of its value."""
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value.astimezone(UTC).replace(tzinfo=None), formats["moment"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, formats["date"])
    elif value is not None:
        sheet.write_string(row, column, fitting(value))


def _write_parquet(rows: Iterable[Row], to: BinaryIO, columns: Sequence[str]) -> int:
    """Write a table whose column types follow from the values; a column of mixed types is text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kept = [[_parquet(row.get(column)) for column in columns] for row in rows]
    arrays = [_array([row[at] for row in kept]) for at in range(len(columns))]
    pq.write_table(pa.Table.from_arrays(arrays, names=list(columns)), to)
    return len(kept)


def _parquet(value: object) -> object:
    """Return the value as a Parquet cell: lists of texts stay lists, other structures become JSON text."""
    if isinstance(value, frozenset | set | list | tuple) and all(isinstance(entry, str) for entry in value):
        return sorted(value) if isinstance(value, frozenset | set) else list(value)
    plain = _plain(value)
    return plain.astimezone(UTC) if isinstance(plain, datetime) else plain


def _array(values: list[Any]) -> Any:
    """Return the values as one Arrow array; a column without any value is a text column."""
    import pyarrow as pa

    kinds = {type(value) for value in values if value is not None}
    if kinds == {int, float}:
        return pa.array([None if value is None else float(value) for value in values], type=pa.float64())
    if not kinds or len(kinds) > 1:
        return pa.array([None if value is None else _words(_plain(value)) for value in values], type=pa.string())
    return pa.array(values)

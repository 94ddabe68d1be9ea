"""CSV files: records in any delimiter, with errors at the right line.

Invariants: records in = rows + problems; a quote that is opened and not closed costs the row it stands in and none that follow; a row
with other columns than the header is a problem, not a guess. Blank lines are no records.
"""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.sources.encodings import SAMPLE_BYTES, Encoding, choose_encoding
from pipelines.sources.files import check_file, sample
from pipelines.sources.headers import named_apart
from pipelines.sources.lines import MESSAGES, UNDECODABLE, Line, text_lines
from pipelines.sources.rows import RowProblem, Table, TableRow, shown, unusable_character
from voc.errors import BadEncodingError, BadFileError

MAX_RECORD_LINES = 200
MAX_FIELD_CHARS = 131_072
MAX_LINE_BYTES = 4_000_000
DELIMITERS = ("\t", ",", ";", "｜", "|")
RECORDS_LOOKED_AT = 50
MIN_TELLING_COLUMNS = 3
SEPARATOR_LINE = "sep="
BAD_ROW = "bad_row"
_UNCLOSED = "A quote is opened in this row and not closed; the row is left out, the following rows are read."
_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";"}
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class _Record:
    """The values of one record and the physical lines it spans."""

    values: list[str]
    lines: tuple[Line, ...]


class _UnclosedQuoteError(Exception):
    """The current record took more lines than a record may."""


class _Feed:
    """Hands lines to the csv module, remembers those of the current record, and takes all but its first back."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._waiting: deque[Line] = deque()
        self.taken: list[Line] = []

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MAX_RECORD_LINES:
            raise _UnclosedQuoteError
        line = self._waiting.popleft() if self._waiting else next(self._lines)
        self.taken.append(line)
        return line.text

    def take_back(self) -> None:
        """Read the lines after the record's first one again."""
        self._waiting.extendleft(reversed(self.taken[1:]))


def open_csv(path: Path, *, encoding: str | None, delimiter: str | None, max_bytes: int) -> Table:
    """Open a CSV file.

    Raises
    ------
    BadFileError
        If it is empty, too large, not text, or its header cannot be read.
    BadEncodingError
        If the encoding is not certain or the header does not fit it.
    """
    check_file(path, max_bytes=max_bytes)
    start = sample(path, size=SAMPLE_BYTES)
    chosen = choose_encoding(start, whole=len(start) < SAMPLE_BYTES, wanted=encoding)
    cut = _given(delimiter) or _announced(path, chosen) or _found(path, chosen)
    columns = _columns(path, chosen, cut)

    def read() -> Iterator[TableRow | RowProblem]:
        return _rows(path, chosen, cut, columns)

    return Table(kind="csv", columns=columns, encoding=chosen.name, delimiter=cut, read=read)


def _rows(path: Path, encoding: Encoding, delimiter: str, columns: tuple[str, ...]) -> Iterator[TableRow | RowProblem]:
    records = _records(_lines(path, encoding), delimiter, width=len(columns))
    next(records)  # the header, which was read before
    for record in records:
        yield record if isinstance(record, RowProblem) else _row(record, columns)


def _row(record: _Record, columns: tuple[str, ...]) -> TableRow | RowProblem:
    values, first = record.values, record.lines[0]
    fault = next((line.problem for line in record.lines if line.problem), None)
    if fault:
        return _problem(record.lines, fault, MESSAGES[fault], column=_where(values, columns, unusable_character))
    if len(values) != len(columns):
        if len(values) < len(columns) or any(value.strip() for value in values[len(columns) :]):
            return _problem(record.lines, BAD_ROW, f"The row has {len(values):,} columns, the header {len(columns):,}.")
        values = values[: len(columns)]
    if any(len(value) > MAX_FIELD_CHARS for value in values):
        column = _where(values, columns, lambda value: len(value) > MAX_FIELD_CHARS)
        return _problem(record.lines, BAD_ROW, f"A cell is longer than {MAX_FIELD_CHARS:,} characters.", column=column)
    return TableRow(first.number, dict(zip(columns, values, strict=True)))


def _where(values: Sequence[str], columns: Sequence[str], wrong: Callable[[str], bool]) -> str:
    return next((column for column, value in zip(columns, values, strict=False) if wrong(value)), "")


def _problem(lines: Sequence[Line], code: str, message: str, *, column: str = "") -> RowProblem:
    raw = "".join(line.text for line in lines).rstrip("\r\n")
    return RowProblem(line=lines[0].number, column=column, code=code, message=message, raw=shown(raw))


def _records(lines: Iterator[Line], delimiter: str, *, width: int | None) -> Iterator[_Record | RowProblem]:
    """Return the records; ``width`` is the number of columns where it is known."""
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        feed.taken = []
        try:
            values = next(reader)
        except StopIteration:
            return
        except (csv.Error, _UnclosedQuoteError) as error:
            yield _problem(feed.taken[:1], BAD_ROW, _reason(error, feed.taken))
            feed.take_back()
            continue
        taken = tuple(feed.taken)
        if len(taken) > 1 and width is not None and _swallowed(taken, values, delimiter, width):
            yield _problem(taken[:1], BAD_ROW, _UNCLOSED)
            feed.take_back()
        elif values or taken[0].problem:
            yield _Record(values, taken)


def _reason(error: Exception, taken: Sequence[Line]) -> str:
    if "field larger" in str(error):
        return f"A cell is longer than {MAX_FIELD_CHARS:,} characters."
    if len(taken) > 1 or isinstance(error, _UnclosedQuoteError) or "unexpected end" in str(error):
        return _UNCLOSED
    return "A quote stands where none may stand; write it twice inside a quoted cell."


def _swallowed(lines: Sequence[Line], values: Sequence[str], delimiter: str, width: int) -> bool:
    """Return whether a record of several lines is rather an unclosed quote that took the following rows in.

    That is so where the record has the wrong number of columns although its next line is a row by itself, or where every line inside
    it is a whole row that starts like the record does (``17`` and ``18``, ``A-17`` and ``A-18``): then a later stray quote closed it.
    """
    if len(values) != width:
        return len(_alone(lines[1], delimiter)) == width
    inner = [_alone(line, delimiter) for line in lines[1:-1]]
    if not inner or width < MIN_TELLING_COLUMNS or not any(char.isdigit() for char in values[0]):
        return False
    return all(len(row) == width and _shape(row[0]) == _shape(values[0]) for row in inner)


def _alone(line: Line, delimiter: str) -> list[str]:
    """Return what a line is cut into when it is read by itself; nothing where it cannot be."""
    try:
        return next(csv.reader([line.text], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def _shape(cell: str) -> str:
    return _DIGITS.sub("9", cell.strip())


def _lines(path: Path, encoding: Encoding) -> Iterator[Line]:
    """Return the lines without the ``sep=;`` that spreadsheet programs put first."""
    lines = text_lines(path, encoding=encoding, max_bytes=MAX_LINE_BYTES)
    for line in lines:
        if _separator(line) is None:
            yield line
        break
    yield from lines


def _separator(line: Line) -> str | None:
    text = line.text.rstrip("\r\n")
    start, mark = text[: len(SEPARATOR_LINE)], text[len(SEPARATOR_LINE) :]
    return mark if start.casefold() == SEPARATOR_LINE and len(mark) == 1 else None


def _given(delimiter: str | None) -> str | None:
    if delimiter is None:
        return None
    found = _NAMES.get(delimiter.casefold(), delimiter)
    if len(found) != 1 or found in '"\r\n\x00 ':
        raise BadFileError("The delimiter must be one character, or the word tab.", field="delimiter")
    return found


def _announced(path: Path, encoding: Encoding) -> str | None:
    return next((_separator(line) for line in text_lines(path, encoding=encoding, max_bytes=MAX_LINE_BYTES)), None)


def _found(path: Path, encoding: Encoding) -> str:
    """Return the delimiter that cuts the first records into as many columns as the header, at least two; else a comma."""
    scores = {delimiter: _consistency(path, encoding, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: scores[delimiter])
    return best if scores[best] > (0, 0) else ","


def _consistency(path: Path, encoding: Encoding, delimiter: str) -> tuple[float, int]:
    """Return the share of records with as many columns as the header (in steps of a tenth), and that number."""
    widths: list[int] = []
    for record in _records(_lines(path, encoding), delimiter, width=None):
        widths.append(len(record.values) if isinstance(record, _Record) else 0)
        if len(widths) > RECORDS_LOOKED_AT:
            break
    if not widths or widths[0] <= 1:
        return (0, 0)
    rest = widths[1:]
    share = sum(width == widths[0] for width in rest) / len(rest) if rest else 1.0
    return (round(share, 1), widths[0])


def _columns(path: Path, encoding: Encoding, delimiter: str) -> tuple[str, ...]:
    header = next(_records(_lines(path, encoding), delimiter, width=None), None)
    if header is None:
        raise BadFileError("The file holds no header and no rows.")
    if isinstance(header, RowProblem):
        raise BadFileError(f"The header in line {header.line} cannot be read: {header.message}", line=header.line)
    fault = next((line.problem for line in header.lines if line.problem), None)
    if fault == UNDECODABLE:
        raise BadEncodingError(f"The header in line {header.lines[0].number} does not fit the encoding {encoding.name}.")
    if fault:
        raise BadFileError(f"The header in line {header.lines[0].number} cannot be read: {MESSAGES[fault]}", line=header.lines[0].number)
    return named_apart(header.values)

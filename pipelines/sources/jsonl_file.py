"""JSON lines: one object a line, plain or gzip; a file that is one JSON array of objects is read as its rows.

Invariants: a line that is no object is a problem of that line alone; cells are text: strings as they are, numbers and truth values as
JSON writes them, null and missing as empty, lists and objects as JSON text.
"""

import codecs
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NoReturn

from pipelines.sources.encodings import SAMPLE_BYTES, Encoding, choose_encoding
from pipelines.sources.files import check_file, chunks, sample
from pipelines.sources.lines import MESSAGES, UNDECODABLE, UNUSABLE, Line, text_lines
from pipelines.sources.rows import RowProblem, Table, TableRow, shown, unusable_character

MAX_LINE_BYTES = 1_000_000
ROWS_FOR_COLUMNS = 1_000
BAD_ROW = "bad_row"
_SPACE = " \t\r\n"


def open_jsonl(path: Path, *, encoding: str | None, max_bytes: int) -> Table:
    """Open a file of JSON lines, or of one JSON array.

    Columns are the keys of the first 1,000 rows in the order they appear; later keys still come in the cells.

    Raises
    ------
    BadFileError
        If it is empty, too large, damaged, or plainly another format.
    BadEncodingError
        If the encoding is not certain.
    DecompressedTooLargeError
        If it unpacks to more than ``max_bytes``.
    """
    check_file(path, max_bytes=max_bytes)
    start = sample(path, size=SAMPLE_BYTES)
    chosen = choose_encoding(start, whole=len(start) < SAMPLE_BYTES, wanted=encoding)
    array = start[chosen.bom_bytes :].decode(chosen.name, "replace").lstrip(_SPACE).startswith("[")

    def read() -> Iterator[TableRow | RowProblem]:
        return _array_rows(path, chosen) if array else _line_rows(path, chosen)

    columns: dict[str, None] = {}
    for row in islice(read(), ROWS_FOR_COLUMNS):
        if isinstance(row, TableRow):
            columns |= dict.fromkeys(row.cells)
    return Table(kind="jsonl", columns=tuple(columns), encoding=chosen.name, delimiter=None, read=read)


def _line_rows(path: Path, encoding: Encoding) -> Iterator[TableRow | RowProblem]:
    for line in text_lines(path, encoding=encoding, max_bytes=MAX_LINE_BYTES):
        if line.problem or line.text.strip(_SPACE):
            yield _line_row(line)


def _line_row(line: Line) -> TableRow | RowProblem:
    raw = line.text.rstrip("\r\n")
    if line.problem:
        return RowProblem(line.number, "", line.problem, MESSAGES[line.problem], shown(raw))
    try:
        found = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        return RowProblem(line.number, "", BAD_ROW, f"The line is not valid JSON{_place(error)}.", shown(raw))
    return _row(found, line.number, raw)


def _row(found: object, number: int, raw: str) -> TableRow | RowProblem:
    if not isinstance(found, dict):
        return RowProblem(number, "", BAD_ROW, "The line is not a JSON object.", shown(raw))
    cells = {key: value if isinstance(value, str) else _text(value) for key, value in found.items()}
    if "\\u" in raw:  # only an escape can bring NUL or half of a surrogate pair in
        for key, value in cells.items():
            if unusable_character(key) or unusable_character(value):
                return RowProblem(number, shown(key), UNUSABLE, "The cell holds NUL or half of a surrogate pair.", shown(raw))
    return TableRow(number, cells)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _place(error: Exception) -> str:
    return f" (character {error.pos + 1}: {error.msg})" if isinstance(error, json.JSONDecodeError) else ""


class _Window:
    """The part of an array's text that is looked at, and the line it starts at."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self.text = ""
        self.line = 1

    def more(self) -> bool:
        """Add the next piece; return whether there was one."""
        piece = next(self._pieces, None)
        self.text += piece or ""
        return piece is not None

    def drop(self, count: int) -> None:
        """Go ``count`` characters on."""
        self.line += self.text.count("\n", 0, count)
        self.text = self.text[count:]

    def skip(self, characters: str) -> str:
        """Go over leading characters and return the one that follows; empty at the end."""
        while True:
            rest = self.text.lstrip(characters)
            self.drop(len(self.text) - len(rest))
            if rest or not self.more():
                return self.text[:1]


def _array_rows(path: Path, encoding: Encoding) -> Iterator[TableRow | RowProblem]:
    """Return the objects of an array; what cannot be read ends it, because where the next one starts is not known then."""
    window = _Window(_decoded(path, encoding))
    try:
        yield from _items(window)
    except UnicodeDecodeError:
        yield RowProblem(window.line, "", UNDECODABLE, "The rest of the array does not fit the encoding and was not read.", "")
    except (ValueError, RecursionError) as error:
        message = f"The array cannot be read from here on{_place(error)}; the rest was not read."
        yield RowProblem(window.line, "", BAD_ROW, message, shown(window.text[:1_000]))


def _items(window: _Window) -> Iterator[TableRow | RowProblem]:
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    window.skip(_SPACE)
    window.drop(1)
    first = True
    while (head := window.skip(_SPACE)) != "]":
        if not first and head != ",":
            raise json.JSONDecodeError("a comma or the end of the array is missing", "", 0)
        if not first:
            window.drop(1)
            window.skip(_SPACE)
        first = False
        line, (found, end) = window.line, _item(window, decoder)
        yield _row(found, line, window.text[:end])
        window.drop(end)
    window.drop(1)
    if window.skip(_SPACE):
        raise json.JSONDecodeError("text after the end of the array", "", 0)


def _item(window: _Window, decoder: json.JSONDecoder) -> tuple[object, int]:
    while True:
        try:
            found, end = decoder.raw_decode(window.text)
        except json.JSONDecodeError:
            if len(window.text) > MAX_LINE_BYTES or not window.more():
                raise
            continue
        if end < len(window.text) or not window.more():
            return found, end


def _decoded(path: Path, encoding: Encoding) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding.name)("strict")
    skip = encoding.bom_bytes
    for piece in chunks(path):
        yield decoder.decode(piece[skip:])
        skip = 0
    yield decoder.decode(b"", final=True)

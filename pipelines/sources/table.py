"""Opening a file as a ``Table``, by the ending of its name."""

from collections.abc import Callable
from pathlib import Path

from pipelines.sources.rows import RowProblem, Table, TableRow
from voc.errors import BadFileError

__all__ = ["KNOWN_SUFFIXES", "RowProblem", "Table", "TableRow", "open_table"]

CSV_SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz")
JSONL_SUFFIXES = (".jsonl", ".ndjson", ".json", ".jsonl.gz", ".ndjson.gz", ".json.gz")
XLSX_SUFFIXES = (".xlsx",)
KNOWN_SUFFIXES = CSV_SUFFIXES + JSONL_SUFFIXES + XLSX_SUFFIXES
MAX_BYTES = 200_000_000


def open_table(
    path: Path, *, encoding: str | None = None, delimiter: str | None = None, sheet: str | None = None, max_bytes: int = MAX_BYTES
) -> Table:
    """Open a file of rows.

    Parameters
    ----------
    path
        The file; its name's ending says the format.
    encoding
        Overrides what would be found; text formats only.
    delimiter
        One character, or ``tab``; overrides what would be found; CSV only.
    sheet
        Name of the sheet; left out: the first; XLSX only.
    max_bytes
        Largest size after unpacking, in bytes.

    Raises
    ------
    BadFileError
        If the ending is unknown, the file is empty, damaged, too large, or not what its name says.
    BadEncodingError
        If the encoding cannot be told with certainty: the message asks for it.
    DecompressedTooLargeError
        If a compressed file unpacks to more than the limit.
    """
    opened = _opener(path.name.casefold())
    return opened(path, encoding, delimiter, sheet, max_bytes)


def _opener(name: str) -> Callable[[Path, str | None, str | None, str | None, int], Table]:
    if name.endswith(CSV_SUFFIXES):
        return _csv
    if name.endswith(JSONL_SUFFIXES):
        return _jsonl
    if name.endswith(XLSX_SUFFIXES):
        return _xlsx
    raise BadFileError(f"The file's ending is not known; known are {', '.join(KNOWN_SUFFIXES)}.", known=KNOWN_SUFFIXES)


def _csv(path: Path, encoding: str | None, delimiter: str | None, sheet: str | None, max_bytes: int) -> Table:
    from pipelines.sources.csv_file import open_csv

    del sheet
    tabbed = path.name.casefold().endswith((".tsv", ".tsv.gz"))
    return open_csv(path, encoding=encoding, delimiter=delimiter or ("\t" if tabbed else None), max_bytes=max_bytes)


def _jsonl(path: Path, encoding: str | None, delimiter: str | None, sheet: str | None, max_bytes: int) -> Table:
    from pipelines.sources.jsonl_file import open_jsonl

    del delimiter, sheet
    return open_jsonl(path, encoding=encoding, max_bytes=max_bytes)


def _xlsx(path: Path, encoding: str | None, delimiter: str | None, sheet: str | None, max_bytes: int) -> Table:
    from pipelines.sources.xlsx_file import open_xlsx

    del encoding, delimiter
    return open_xlsx(path, sheet=sheet, max_bytes=max_bytes)

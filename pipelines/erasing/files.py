"""Files of the data folder at an erasure.

Reject files lose the person's rows; reports and exports that hold the person are removed; what else holds the person is named, since it is
not the service's to change.
"""

import csv
import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.erasing.recognise import OUR_ID, Recogniser
from pipelines.figures.waiting import FOLDER
from voc.whole_file import written_whole

REJECTS = "rejects"
MADE_AGAIN = ("reports", "exports")
"""Folders of files the service wrote and can write again."""
NOT_LOOKED_AT = ("voc.sqlite3", "voc.sqlite3-wal", "voc.sqlite3-shm", "voc.lock", "erasure.key", "erasures.jsonl")
DATABASE_MARK = b"SQLite format 3\x00"
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp932")
MOST_BYTES = 500_000_000
OUR_ID_BYTES = re.compile(OUR_ID.pattern.encode())


@dataclass(frozen=True)
class FilesErased:
    """What became of the files: rows taken out of reject files, files removed, files that need a person's hand (paths in the folder)."""

    reject_rows: int
    removed: tuple[str, ...]
    left: tuple[str, ...]


def erase_files(folder: Path, who: Recogniser, *, preview: bool = False) -> FilesErased:
    """Take the person out of the data folder's files, or only say what that would do."""
    rows, removed, left = 0, list[str](), list[str]()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in NOT_LOOKED_AT):
        if not path.is_file():
            continue  # half a file that an earlier, cut off erasure left, and this one has written anew
        name = path.relative_to(folder).as_posix()
        place = name.split("/")[0]
        if place == FOLDER:
            continue  # figures that wait are taken in before an erasure begins
        if place == REJECTS and path.suffix == ".csv":
            rows += _erase_rows(path, who, preview=preview)
        elif _holds(path, who):
            (removed if place in MADE_AGAIN else left).append(name)
            if place in MADE_AGAIN and not preview:
                path.unlink()
    return FilesErased(reject_rows=rows, removed=tuple(removed), left=tuple(left))


def _erase_rows(path: Path, who: Recogniser, *, preview: bool) -> int:
    """Take the rows out that hold the person; return how many."""
    with path.open(encoding="utf-8-sig", errors="backslashreplace", newline="") as file:
        rows = list(csv.reader(file))
    kept = rows[:1] + [row for row in rows[1:] if not any(_is_of(cell, who) for cell in row[4:])]
    if len(kept) < len(rows) and not preview:
        with written_whole(path) as half, half.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, lineterminator="\r\n").writerows(kept)
    return len(rows) - len(kept)


def _is_of(cell: str, who: Recogniser) -> bool:
    text = cell.removeprefix("'").strip()
    return text in who.person.identifiers or who.names(text)


def _holds(path: Path, who: Recogniser) -> bool:
    """Whether a file holds the person, in any of the usual encodings; a copy of the database counts by its raw bytes."""
    if path.stat().st_size > MOST_BYTES:
        return True
    return any(_names(data, who) for data in _contents(path))


def _contents(path: Path) -> Iterator[bytes]:
    """Yield what a file holds, unpacked."""
    raw = path.read_bytes()
    if path.suffix == ".parquet":
        yield _parquet_as_text(path)
    elif raw[:2] == b"\x1f\x8b":
        with gzip.open(io.BytesIO(raw)) as packed:
            yield packed.read(MOST_BYTES)
    elif zipfile.is_zipfile(io.BytesIO(raw)):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for member in archive.namelist():
                yield archive.read(member)
    else:
        yield raw


def _parquet_as_text(path: Path) -> bytes:
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    return "\n".join(str(value) for column in table.columns for value in column.to_pylist()).encode()


def _names(data: bytes, who: Recogniser) -> bool:
    if any(found.decode() in who.ids for found in OUR_ID_BYTES.findall(data)):
        return True
    encodings = ENCODINGS[:1] if data.startswith(DATABASE_MARK) else ENCODINGS
    return any(who.names(data.decode(encoding, "ignore")) for encoding in encodings)

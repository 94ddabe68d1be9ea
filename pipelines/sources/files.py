"""Bytes of a file: plain or gzip, guarded against files that unpack to more than they should.

Invariant: a compressed file is unpacked once to its end, in pieces, before anything of it is used, so a bomb or a torn file is refused
while nothing was stored.
"""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from voc.errors import BadFileError, DecompressedTooLargeError

CHUNK_BYTES = 1 << 18
FREE_BYTES = 10_000_000
MAX_RATIO = 100
"""Feedback text packs 5 to 15 times, generated rows up to about 60 times; a bomb packs 1,000 times."""

_FOREIGN = {
    b"PK\x03\x04": "a ZIP or Excel file",
    b"PK\x05\x06": "a ZIP file",
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls)",
    b"%PDF": "a PDF file",
    b"\x1f\x8b": "a gzip file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"7z\xbc\xaf": "a 7z file",
    b"PAR1": "a Parquet file",
}


def chunks(path: Path) -> Iterator[bytes]:
    """Return the (unpacked) bytes in pieces.

    Raises
    ------
    BadFileError
        If the file cannot be opened or its compression is damaged.
    """
    try:
        with _open(path) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadFileError("The compressed file is damaged or torn; nothing of it was used.") from error
    except OSError as error:
        raise BadFileError(f"The file cannot be opened ({error.strerror}).") from error


def sample(path: Path, *, size: int) -> bytes:
    """Return the first bytes, at most ``size``."""
    parts: list[bytes] = []
    have = 0
    for chunk in chunks(path):
        parts.append(chunk)
        have += len(chunk)
        if have >= size:
            break
    return b"".join(parts)[:size]


def check_file(path: Path, *, max_bytes: int) -> None:
    """Refuse a file that is too large, empty, or plainly another format than rows of text.

    Raises
    ------
    BadFileError
        If it is empty, unreadable, larger than ``max_bytes`` as it lies on disk, or a known binary format.
    DecompressedTooLargeError
        If it unpacks to more than ``max_bytes``, or, beyond 10 MB, to more than 100 times its size.
    """
    size = _size(path)
    if size == 0:
        raise BadFileError("The file is empty.")
    if size > max_bytes:
        raise BadFileError("The file is larger than the limit.", limit=max_bytes, actual=size)
    head = sample(path, size=8)
    for magic, name in _FOREIGN.items():
        if head.startswith(magic):
            raise BadFileError(f"The file is {name}, not rows of text.")
    if path.name.casefold().endswith(".gz"):
        _check_unpacked(path, size, max_bytes)


def _check_unpacked(path: Path, size: int, max_bytes: int) -> None:
    unpacked = 0
    limit = min(max_bytes, max(FREE_BYTES, MAX_RATIO * size))
    for chunk in chunks(path):
        unpacked += len(chunk)
        if unpacked > limit:
            raise DecompressedTooLargeError(
                f"The file unpacks to more than {limit:,} bytes (at most {max_bytes:,} bytes, and beyond {FREE_BYTES:,} bytes "
                f"at most {MAX_RATIO} times its size); nothing of it was used.",
                limit=limit,
            )
    if unpacked == 0:
        raise BadFileError("The file is empty.")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise BadFileError(f"The file cannot be opened ({error.strerror}).") from error


def _open(path: Path) -> BinaryIO:
    if path.name.casefold().endswith(".gz"):
        return cast("BinaryIO", gzip.open(path, "rb"))
    return path.open("rb")

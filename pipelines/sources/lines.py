"""Lines of a text file: decoded one by one after the encoding was chosen, each physical line with its number.

Invariants: the lines joined are the file; a line that does not fit the encoding, holds NUL or is too long carries its problem and is
never passed on as if it were right. CR, LF and CRLF end a line, also mixed.
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipelines.sources import files
from pipelines.sources.encodings import Encoding

UNDECODABLE = "bad_encoding"
UNUSABLE = "bad_characters"
TOO_LONG = "text_too_long"

MESSAGES = {
    UNDECODABLE: "The row holds bytes that do not fit the file's encoding.",
    UNUSABLE: "The row holds a NUL character.",
    TOO_LONG: "The line is longer than the limit.",
}


_SURROGATE = re.compile("[\ud800-\udfff]")
_UNASSIGNED = re.compile("[\x80\uf8f0-\uf8f3]")
"""What Python reads the bytes 80, A0, FD, FE and FF as, which are no characters in cp932."""


class Line(NamedTuple):
    """A physical line with its ending; undecodable bytes stand as lone surrogates, and ``problem`` names the fault's code."""

    number: int
    text: str
    problem: str | None


def text_lines(path: Path, *, encoding: Encoding, max_bytes: int) -> Iterator[Line]:
    """Return the lines of a file.

    Parameters
    ----------
    path
        The file, plain or gzip.
    encoding
        The encoding that was chosen.
    max_bytes
        Longest line, in bytes; the text of a longer one is left out.
    """
    pieces, codec = _ascii_compatible(files.chunks(path), encoding)
    for number, raw in enumerate(_byte_lines(pieces, max_bytes), start=1):
        if raw is None:
            yield Line(number, "", TOO_LONG)
            continue
        text = _decoded(raw, codec)
        yield Line(number, text, _problem(text))


def _decoded(raw: bytes, codec: str) -> str:
    """Return the text; bytes that do not fit stand as lone surrogates."""
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        text = _marked(raw, codec)
    return _UNASSIGNED.sub(_escape_byte, text) if codec == "cp932" else text


def _marked(raw: bytes, codec: str) -> str:
    try:
        return raw.decode(codec, "surrogateescape")
    except UnicodeDecodeError:  # stateful encodings also fail on plain bytes, which that handler does not take
        return "\udc1b" + raw.decode("ascii", "surrogateescape")


def _problem(text: str) -> str | None:
    if not text.isascii() and _SURROGATE.search(text):
        return UNDECODABLE
    return UNUSABLE if "\x00" in text else None


def _escape_byte(match: re.Match[str]) -> str:
    return match.group().encode("cp932").decode("ascii", "surrogateescape")


def _ascii_compatible(pieces: Iterator[bytes], encoding: Encoding) -> tuple[Iterator[bytes], str]:
    """Return the bytes without byte order mark in an encoding where line ends are single bytes, and that encoding."""
    trimmed = _without_start(pieces, encoding.bom_bytes)
    if encoding.name.startswith(("utf-16", "utf-32")):
        return _as_utf8(trimmed, encoding.name), "utf-8"
    return trimmed, encoding.name


def _without_start(pieces: Iterator[bytes], count: int) -> Iterator[bytes]:
    for piece in pieces:
        yield piece[count:]
        break
    yield from pieces


def _as_utf8(pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
    """Recode to UTF-8; halves of surrogate pairs and a torn last character become bytes that are no UTF-8."""
    decoder = codecs.getincrementaldecoder(name)("surrogatepass")
    for piece in pieces:
        yield decoder.decode(piece).encode("utf-8", "surrogatepass")
    try:
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        yield b"\xff"


def _byte_lines(pieces: Iterator[bytes], max_bytes: int) -> Iterator[bytes | None]:
    """Split at CR, LF and CRLF; None stands for a line over the limit."""
    tail = b""
    skipping = False
    for piece in pieces:
        lines = (tail + piece).splitlines(keepends=True)
        tail = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""  # a CR at the end may be half of CRLF
        for line in lines:
            yield None if skipping or len(line) > max_bytes else line
            skipping = False
        if len(tail) > max_bytes:
            skipping, tail = True, tail[-1:]
    if tail or skipping:
        yield None if skipping or len(tail) > max_bytes else tail

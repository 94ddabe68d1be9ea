"""Strict JSON: RFC 8259 with limits, read so that nothing a sender writes can surprise what comes after.

Invariants: a value that came through ``usable`` holds only finite numbers within ±2^53, strings without NUL and without halves of
surrogate pairs, and objects that name each member once; errors carry line and column or the path of known names, never what was sent.

Reading is two steps, so that one bad item of a batch does not spoil the others: ``parse`` reads the whole text and leaves a mark
where a value cannot be used, ``usable`` raises at the first mark inside a part.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from api.problems import BadJsonError, DuplicateNameError, UnsupportedTypeError
from voc.errors import BadCharactersError, InputError, NotANumberError, OutOfRangeError

MAX_DEPTH = 32
MAX_NAMES = 1_000
LARGEST_WHOLE = 2**53
LONGEST_WHOLE_DIGITS = 17
BOM = b"\xef\xbb\xbf"
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_DOUBTFUL = re.compile(rb"\\u(?:0000|d[89a-f])", re.IGNORECASE)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class _Unusable(NamedTuple):
    """Stands where a value was that cannot be used."""

    kind: type[InputError]
    name: str | None = None


class Json(NamedTuple):
    """A parsed text; ``doubtful`` says that ``usable`` must look at every part before it is used."""

    value: Any
    doubtful: bool


class _Marks:
    """The hooks of one parse: they count names and mark what cannot be used."""

    def __init__(self, max_names: int) -> None:
        self.found = False
        self._names, self._max_names = 0, max_names

    def whole(self, digits: str) -> Any:
        if len(digits) <= LONGEST_WHOLE_DIGITS and abs(value := int(digits)) <= LARGEST_WHOLE:
            return value
        return self._mark(OutOfRangeError)

    def broken(self, digits: str) -> Any:
        value = float(digits)
        return value if math.isfinite(value) else self._mark(OutOfRangeError)

    def constant(self, word: str) -> Any:
        return self._mark(NotANumberError if word == "NaN" else OutOfRangeError)

    def members(self, pairs: list[tuple[str, Any]]) -> Any:
        self._names += len(pairs)
        if self._names > self._max_names:
            raise BadJsonError(problem="too_many_names", limit=self._max_names)
        members = dict(pairs)
        if len(members) == len(pairs):
            return members
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]  # add gives None
        return self._mark(DuplicateNameError, twice)

    def _mark(self, kind: type[InputError], name: str | None = None) -> _Unusable:
        self.found = True
        return _Unusable(kind, name)


def parse(raw: bytes, *, max_names: int = MAX_NAMES, first_line: int = 1) -> Json:
    """Read a text in UTF-8, in linear time.

    Parameters
    ----------
    raw
        The bytes as they came.
    max_names
        Most member names in the whole text.
    first_line
        Where the text starts in what the sender sees, for errors.

    Raises
    ------
    UnsupportedTypeError
        If the bytes are UTF-16 or UTF-32.
    BadJsonError
        If the bytes are not UTF-8 without a byte order mark, not JSON, nested too deep or with too many names.
    """
    text = _decoded(raw, first_line=first_line)
    _check_depth(raw)
    marks = _Marks(max_names)
    try:
        value = json.loads(
            text,
            parse_int=marks.whole,
            parse_float=marks.broken,
            parse_constant=marks.constant,
            object_pairs_hook=marks.members,
        )
    except json.JSONDecodeError as error:
        raise BadJsonError(line=error.lineno + first_line - 1, column=error.colno, problem="bad_json") from None
    return Json(value, doubtful=marks.found or _DOUBTFUL.search(raw) is not None)


def usable(value: Any, *, doubtful: bool, names: AbstractSet[str] = frozenset(), path: Iterable[str] = ()) -> Any:
    """Return the value if everything in it can be used.

    Parameters
    ----------
    value
        A parsed text or a part of one.
    doubtful
        What ``parse`` said; nothing is looked at where there is no doubt.
    names
        Member names that may be shown in an error; others are shown as ``*``.
    path
        Where the value stands.

    Raises
    ------
    NotANumberError, OutOfRangeError, BadCharactersError, DuplicateNameError
        Naming the field.
    """
    if doubtful:
        for error in _errors(value, tuple(path), names):
            raise error
    return value


def shown_path(path: Iterable[str], names: AbstractSet[str]) -> str:
    """Return a path with only indexes and known names in it."""
    return ".".join(part if part.isdecimal() or part in names else "*" for part in path)


def _errors(value: Any, path: tuple[str, ...], names: AbstractSet[str]) -> Iterator[InputError]:
    if isinstance(value, _Unusable):
        where = path if value.name is None else (*path, value.name)
        yield value.kind(field=shown_path(where, names))
    elif isinstance(value, str):
        bad = _UNSTORABLE.search(value)
        if bad is not None:
            yield BadCharactersError(field=shown_path(path, names), position=bad.start())
    elif isinstance(value, dict):
        for name, part in value.items():
            if _UNSTORABLE.search(name):
                yield BadCharactersError(field=shown_path((*path, "*"), names))
            yield from _errors(part, (*path, name), names)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _errors(part, (*path, str(index)), names)


def _decoded(raw: bytes, *, first_line: int) -> str:
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in raw[:4]:
        raise UnsupportedTypeError
    if raw.startswith(BOM):
        raise BadJsonError(line=first_line, column=1, problem="byte_order_mark")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + first_line
        column = error.start - (before.rfind(b"\n") + 1) + 1
        raise BadJsonError(line=line, column=column, problem="not_utf_8") from None


def _check_depth(raw: bytes) -> None:
    """Count brackets outside strings; the pattern never goes back, so this is linear."""
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _STRINGS.sub(b"", raw).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise BadJsonError(problem="too_deep", limit=MAX_DEPTH)

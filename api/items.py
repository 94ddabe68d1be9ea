"""Items: reading a batch, so that every item has its own outcome and a bad one keeps no good one out."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar

from api.problems import BadJsonError, BadValueError
from api.strict_json import parse, usable
from voc.errors import InputError, TooManyItemsError

NAMES_PER_ITEM = 100
T = TypeVar("T")


def read_items(raw: bytes, *, lines: bool, limit: int, names: AbstractSet[str], read: Callable[[Any], T]) -> list[T | InputError]:
    """Read the items of a batch in order.

    Parameters
    ----------
    raw
        A JSON array, ``{"items": [...]}``, or, with ``lines``, one JSON value a line.
    limit
        Most items.
    names
        Member names that may be shown in an error.
    read
        Reads one usable value; an InputError it raises is the item's outcome.

    Raises
    ------
    BadJsonError
        If an array cannot be read as a whole.
    BadValueError
        If it is no array.
    TooManyItemsError
        If there are more items than the limit.
    """
    if lines:
        numbered = [(number, line.strip()) for number, line in enumerate(raw.split(b"\n"), start=1) if line.strip()]
        _check_count(len(numbered), limit=limit)
        return [_read_line(number, line, names=names, read=read) for number, line in numbered]
    body = parse(raw, max_names=limit * NAMES_PER_ITEM)
    values = body.value.get("items") if isinstance(body.value, dict) and set(body.value) == {"items"} else body.value
    if not isinstance(values, list):
        raise BadValueError(problem="not_a_list")
    _check_count(len(values), limit=limit)
    return [_read_item(value, doubtful=body.doubtful, names=names, read=read) for value in values]


def _check_count(count: int, *, limit: int) -> None:
    if count > limit:
        raise TooManyItemsError(limit=limit, actual=count)


def _read_line(number: int, line: bytes, *, names: AbstractSet[str], read: Callable[[Any], T]) -> T | InputError:
    try:
        item = parse(line, first_line=number)
    except BadJsonError as error:
        return error
    return _read_item(item.value, doubtful=item.doubtful, names=names, read=read)


def _read_item(value: Any, *, doubtful: bool, names: AbstractSet[str], read: Callable[[Any], T]) -> T | InputError:
    try:
        return read(usable(value, doubtful=doubtful, names=names))
    except InputError as error:
        return error

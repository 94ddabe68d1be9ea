"""Paging: opaque cursors, ``{data, next_cursor}``, at most 200 items a page."""

import base64
from typing import Annotated, Any, Generic, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from voc.errors import BadFilterError
from voc.feedback import Feedback
from voc.filters import Cursor

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
LONGEST_CURSOR = 500
T = TypeVar("T")

Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Most items on a page.")]
CursorText = Annotated[str | None, Field(max_length=LONGEST_CURSOR, description="The next_cursor of the page before.")]


class PageQuery(BaseModel):
    """Which page of a list."""

    model_config = ConfigDict(extra="forbid")

    limit: Limit = DEFAULT_LIMIT
    cursor: CursorText = None


class Page(BaseModel, Generic[T]):
    """One page of a list; ``next_cursor`` is null on the last one."""

    data: list[T]
    next_cursor: str | None = None


def cursor_after(feedback: Feedback) -> str:
    """Return the cursor of the page that starts after the comment."""
    return _packed({"t": feedback.submitted_at.isoformat(), "i": feedback.id})


def feedback_cursor(text: str | None) -> Cursor | None:
    """Return where a page of comments starts.

    Raises
    ------
    BadFilterError
        If the text is no cursor of ours.
    """
    if not text:
        return None
    try:
        parts = _unpacked(text)
        return Cursor(submitted_at=parts["t"], id=parts["i"])
    except (KeyError, ValidationError, OverflowError) as error:
        raise BadFilterError(field="cursor") from error


def page_of(items: list[T], *, limit: int, cursor: str | None) -> Page[T]:
    """Return a page of a list that is computed as a whole.

    Raises
    ------
    BadFilterError
        If the text is no cursor of ours.
    """
    start = 0
    if cursor:
        start = _unpacked(cursor).get("o", -1)
        if not isinstance(start, int) or start < 0:
            raise BadFilterError(field="cursor")
    more = len(items) > start + limit
    return Page(data=items[start : start + limit], next_cursor=_packed({"o": start + limit}) if more else None)


def _packed(parts: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def _unpacked(text: str) -> dict[str, Any]:
    try:
        parts = orjson.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except ValueError as error:
        raise BadFilterError(field="cursor") from error
    if not isinstance(parts, dict):
        raise BadFilterError(field="cursor")
    return parts

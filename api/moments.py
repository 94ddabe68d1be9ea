"""Moments: dates as senders write them in JSON, read as those of a file are (``pipelines.sources.cells``), and not from the future."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from pipelines.sources.cells import parse_moment
from voc.errors import BadDateError, FutureDateError

AHEAD = timedelta(hours=24)
LONGEST = 60


def _plain(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or (isinstance(value, str) and len(value) > LONGEST):
        raise BadDateError(field=info.field_name)
    return str(value)


Moment = Annotated[
    str,
    BeforeValidator(_plain),
    WithJsonSchema({"anyOf": [{"type": "string", "examples": ["2026-10-01T09:00:00+09:00"]}, {"type": "number"}]}),
]
"""A date as it came; ``read_moment`` reads it."""


def read_moment(text: str, *, zone: ZoneInfo, now: datetime, field: str = "submitted_at") -> tuple[datetime, bool]:
    """Return the moment in UTC and whether its zone was assumed.

    Raises
    ------
    BadDateError
        If it cannot be read, does not exist or lies too early.
    FutureDateError
        If it lies more than 24 hours after ``now``.
    """
    try:
        moment = parse_moment(text, zone=zone)
    except BadDateError as error:
        raise BadDateError(field=field) from error
    if moment is None:
        raise BadDateError(field=field)
    if moment.at > now + AHEAD:
        raise FutureDateError(field=field)
    return moment.at, moment.timezone_assumed

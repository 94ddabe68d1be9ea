"""Moments: dates as senders write them, read into UTC.

Read are ISO 8601, ``2026/10/1 9:00``, ``2026年10月1日``, ``令和8年10月1日``, and seconds or milliseconds since 1970. A moment without
a zone is read in the zone given, and the answer says so.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from voc.errors import BadDateError, FutureDateError

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
AHEAD = timedelta(hours=24)
LONGEST = 40
MILLISECONDS_FROM = 100_000_000_000
"""As seconds, this would be the year 5138."""
ERAS = {"令和": 2018, "平成": 1988}
_ERA = re.compile(r"(令和|平成)(元|\d{1,2})年")
_PATTERN = re.compile(
    r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"
    r"(?:[T ]\s*(?P<hour>\d{1,2})[:時](?P<minute>\d{1,2})分?(?::?(?P<second>\d{1,2})秒?(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r"\s*(?P<zone>[Zz]|UTC|[+-]\d{2}:?\d{2})?",
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d{1,6})?")


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
        If it cannot be read, does not exist or lies before 1970.
    FutureDateError
        If it lies more than 24 hours after ``now``.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    try:
        moment, assumed = _since_1970(plain) if _EPOCH.fullmatch(plain) else _written(plain, zone)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadDateError(field=field) from None
    if moment < EARLIEST:
        raise BadDateError(field=field, problem="too_early")
    if moment > now + AHEAD:
        raise FutureDateError(field=field)
    return moment, assumed


def _since_1970(digits: str) -> tuple[datetime, bool]:
    number = float(digits)
    return datetime.fromtimestamp(number / 1000 if number >= MILLISECONDS_FROM else number, tz=UTC), False


def _written(plain: str, zone: ZoneInfo) -> tuple[datetime, bool]:
    found = _PATTERN.fullmatch(_ERA.sub(_western, plain, count=1))
    if found is None:
        raise ValueError
    part = found.groupdict()
    year, month, day, hour, minute, second = (int(part[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second"))
    end_of_day = (hour, minute, second) == (24, 0, 0)
    fraction = int((part["fraction"] or "0").ljust(6, "0")[:6])
    moment = datetime(year, month, day, 0 if end_of_day else hour, minute, second, fraction, tzinfo=_zone(part["zone"]) or zone)
    return moment + timedelta(days=int(end_of_day)), part["zone"] is None


def _western(era: re.Match[str]) -> str:
    return f"{ERAS[era[1]] + (1 if era[2] == '元' else int(era[2]))}年"


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))

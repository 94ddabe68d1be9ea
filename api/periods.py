"""Periods in an address: a number of days, a month, a quarter or a year, each with the one before it."""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from pipelines.explain.trends import last_days
from voc.errors import BadFilterError
from voc.issues import Period

DAYS = re.compile(r"([1-9]\d{0,3})d")
CALENDAR = re.compile(r"([12]\d{3})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?")
MONTHS_PER_YEAR, MONTHS_PER_QUARTER = 12, 3


def read_period(text: str, *, zone: ZoneInfo, latest: datetime) -> tuple[Period, Period]:
    """Return the period before and the period: ``30d`` ends with the latest comment; ``2026``, ``2026-Q1``, ``2026-03`` are calendar ones.

    Raises
    ------
    BadFilterError
        If it is none of these.
    """
    if (days := DAYS.fullmatch(text)) is not None:
        period = last_days(latest, days=int(days[1]))
        return period.before(), period
    found = CALENDAR.fullmatch(text)
    if found is None:
        raise BadFilterError(field="period")
    year, quarter, month = int(found[1]), found[2], found[3]
    length = MONTHS_PER_QUARTER if quarter else 1 if month else MONTHS_PER_YEAR
    first = year * MONTHS_PER_YEAR + ((int(quarter) - 1) * MONTHS_PER_QUARTER if quarter else int(month) - 1 if month else 0)
    before, start, end = (_month(first + step, zone) for step in (-length, 0, length))
    return Period(start=before, end=start), Period(start=start, end=end)


def _month(number: int, zone: ZoneInfo) -> datetime:
    """Return the first moment of a month counted from year 0."""
    day = date(number // MONTHS_PER_YEAR, number % MONTHS_PER_YEAR + 1, 1)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)

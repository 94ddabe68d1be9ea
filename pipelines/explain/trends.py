"""Trends: counts of an issue over months and weeks, and whether its share moved between two periods.

Invariants: a series has no gaps; a comment belongs to the month or week it has in the given zone; a share with its interval is
taken of the comments that could have been about an issue (analysed, with a signal), never of all.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from voc.issues import Change, Period, SharePeriod
from voc.voices import VoiceRow

MIN_PERIOD_TOTAL = 10
"""Fewer comments than this in a period: its share is not compared."""
ALPHA = 0.05
MONTHS_PER_YEAR = 12


def readable(rows: Sequence[VoiceRow]) -> tuple[VoiceRow, ...]:
    """Return the rows that could be about an issue: analysed and with a signal."""
    return tuple(row for row in rows if row.sentiment is not None and not row.no_signal)


def month_of(moment: datetime, *, zone: tzinfo = UTC) -> str:
    """Return ``YYYY-MM`` of the moment in the zone."""
    local = moment.astimezone(zone)
    return f"{local.year:04d}-{local.month:02d}"  # strftime takes five times as long, and pages ask this of every comment


def month_period(month: str, *, zone: tzinfo = UTC) -> Period:
    """Return the period of a month ``YYYY-MM`` in the zone.

    >>> month_period("2026-12").end.isoformat()
    '2027-01-01T00:00:00+00:00'
    """
    at = int(month[:4]) * MONTHS_PER_YEAR + int(month[5:]) - 1
    start, end = (datetime(one // MONTHS_PER_YEAR, one % MONTHS_PER_YEAR + 1, 1, tzinfo=zone) for one in (at, at + 1))
    return Period(start=start, end=end)


def week_of(moment: datetime, *, zone: tzinfo = UTC) -> str:
    """Return the Monday, ``YYYY-MM-DD``, of the moment's week in the zone."""
    day = moment.astimezone(zone).date()
    return (day - timedelta(days=day.weekday())).isoformat()


def months_between(first: str, last: str) -> tuple[str, ...]:
    """Return every month from first to last, both included.

    >>> months_between("2025-11", "2026-02")
    ('2025-11', '2025-12', '2026-01', '2026-02')
    """
    start, stop = (int(month[:4]) * MONTHS_PER_YEAR + int(month[5:]) - 1 for month in (first, last))
    return tuple(f"{at // MONTHS_PER_YEAR:04d}-{at % MONTHS_PER_YEAR + 1:02d}" for at in range(start, stop + 1))


def weeks_between(first: str, last: str) -> tuple[str, ...]:
    """Return every Monday from first to last, both included."""
    start, stop = datetime.fromisoformat(first).date(), datetime.fromisoformat(last).date()
    return tuple((start + timedelta(days=days)).isoformat() for days in range(0, (stop - start).days + 1, 7))


def monthly(moments: Iterable[datetime], *, months: Sequence[str], zone: tzinfo = UTC) -> tuple[tuple[str, int], ...]:
    """Count the moments per month; months without one are 0, moments outside the months are left out."""
    counts = Counter(month_of(moment, zone=zone) for moment in moments)
    return tuple((month, counts[month]) for month in months)


def weekly(moments: Iterable[datetime], *, weeks: Sequence[str], zone: tzinfo = UTC) -> tuple[tuple[str, int], ...]:
    """Count the moments per week (named by its Monday); weeks without one are 0, moments outside the weeks are left out."""
    counts = Counter(week_of(moment, zone=zone) for moment in moments)
    return tuple((week, counts[week]) for week in weeks)


def last_days(until: datetime, *, days: int) -> Period:
    """Return the ``days`` days that end with the moment, the moment itself included (to the microsecond)."""
    end = until + timedelta(microseconds=1)
    return Period(start=end - timedelta(days=days), end=end)


def share_in(rows: Sequence[VoiceRow], *, key: str, period: Period) -> SharePeriod:
    """Count the readable rows of a period, and those about the issue."""
    inside = [row for row in rows if period.start <= row.submitted_at < period.end]
    return SharePeriod(count=sum(key in row.issue_keys for row in inside), total=len(inside))


def share_interval(part: SharePeriod) -> tuple[float, float] | None:
    """Return the 95 % interval of a share after Wilson (1927); None of nothing.

    It takes comments as independent of each other; where single accounts write much it is too narrow.
    """
    from statsmodels.stats.proportion import proportion_confint

    if part.total == 0:
        return None
    share = part.count / part.total
    low, high = proportion_confint(part.count, part.total, alpha=ALPHA, method="wilson")
    return min(float(low), share), max(float(high), share)


def change(previous: SharePeriod, *, recent: SharePeriod) -> Change:
    """Compare the issue's share of two periods.

    Returns
    -------
    Change
        Recent minus previous, 0…1, with the 95 % interval after Newcombe (1998, method 10: two Wilson intervals);
        ``significant`` where it excludes 0. Without figures where either period has fewer than ``MIN_PERIOD_TOTAL`` comments.
        Comments are taken as independent, as in ``share_interval``; several issues are not corrected for one another.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    if min(previous.total, recent.total) < MIN_PERIOD_TOTAL:
        return Change(previous=previous, recent=recent)
    low, high = confint_proportions_2indep(
        recent.count, recent.total, previous.count, previous.total, method="newcomb", compare="diff", alpha=ALPHA
    )
    return Change(
        previous=previous,
        recent=recent,
        difference=recent.count / recent.total - previous.count / previous.total,
        low=float(low),
        high=float(high),
        significant=bool(low > 0 or high < 0),
    )


def sparkline(counts: Sequence[int]) -> tuple[tuple[float, float], ...]:
    """Return the points of a small line in the unit square, y upwards from 0 at a count of 0; one count is a point in the middle.

    >>> sparkline([0, 2, 1])
    ((0.0, 0.0), (0.5, 1.0), (1.0, 0.5))
    """
    top = max(counts, default=0) or 1
    if len(counts) == 1:
        return ((0.5, counts[0] / top),)
    return tuple((at / (len(counts) - 1), count / top) for at, count in enumerate(counts))

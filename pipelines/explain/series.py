"""Series: a KPI by month, quarter or fiscal year, each point beside the one before and the same a year ago.

A fiscal year is named by the calendar year it begins in (2026年度 begins in April 2026). Every change has an interval that treats
answers of one account as dependent, in both periods together, with the same minimum of data as every effect of the service.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from pipelines.explain.account_ratios import AccountMove, Ratio, change_interval, interval, ratio_of
from pipelines.explain.drivers import drivers
from pipelines.explain.levels import level
from pipelines.explain.revenue import Paid, paid_of, revenue_of
from voc.customers import Account
from voc.drivers import Driver, Issue, IssueKind, Voice
from voc.kpis import AccountKpi, Kpi, KpiObservation, KpiPoint, KpiSeries, Span, contribution
from voc.report import KpiAnswer

MONTHS = {Span.MONTH: 1, Span.QUARTER: 3, Span.YEAR: 12}
YEAR = 12
LATER = Issue(kind=IssueKind.TAG, id="later", name="later")
Month = int
"""Months since the year 0."""


def kpi_series(
    kpi: Kpi, *, answers: Sequence[KpiAnswer], span: Span, fiscal_start: int, zone: ZoneInfo, data_until: datetime
) -> KpiSeries:
    """Return the course of a KPI that people answer or that is measured, over all its answers."""
    inside: dict[Month, list[KpiAnswer]] = defaultdict(list)
    for answer in answers:
        inside[_first_month(answer.observed_at, span=span, fiscal_start=fiscal_start, zone=zone)].append(answer)
    points = []
    for month in range(min(inside), max(inside) + 1, MONTHS[span]) if inside else ():
        whole = level(kpi, answers=inside.get(month, []), zone=zone)
        before = moved(kpi, inside.get(month - MONTHS[span], []), inside.get(month, []))
        year = moved(kpi, inside.get(month - YEAR, []), inside.get(month, []))
        bounds = _bounds(month, span=span, zone=zone)
        points.append(
            KpiPoint(
                label=label(month, span=span, fiscal_start=fiscal_start),
                start=bounds[0],
                end=bounds[1],
                complete=bounds[1] <= data_until,
                value=whole.value,
                low=whole.low,
                high=whole.high,
                n=whole.n,
                change=before.difference,
                change_low=before.difference_low,
                change_high=before.difference_high,
                year_change=year.difference,
                year_change_low=year.difference_low,
                year_change_high=year.difference_high,
            )
        )
    return KpiSeries(kpi=kpi, span=span, fiscal_start=fiscal_start, points=tuple(points))


def moved(kpi: Kpi, before: Sequence[KpiAnswer], after: Sequence[KpiAnswer]) -> Driver:
    """Compare two sets of answers, as if being later were an issue; without figures where there are too few."""
    voices = [
        Voice(
            feedback_id=str(at),
            value=contribution(kpi, answer.value),
            cluster=answer.cluster,
            segment=None,
            source="",
            issue_keys=frozenset({"tag:later"} if later else ()),
        )
        for later, some in ((False, before), (True, after))
        for at, answer in enumerate(some)
    ]
    return drivers(kpi, voices=voices, issues=[LATER], volumes={}, total=0)[0]


def account_series(
    kpi: AccountKpi,
    *,
    accounts: Sequence[Account],
    revenue: Sequence[KpiObservation],
    span: Span,
    fiscal_start: int,
    zone: ZoneInfo,
    data_until: datetime,
) -> KpiSeries:
    """Return the course of a quantity of the accounts.

    Parameters
    ----------
    accounts
        With start and churn dates; those without a start date are taken to have been there from the first.
    revenue
        Revenue observations of accounts, by time; an account without any has its ``revenue_per_year`` throughout.
    data_until
        The last moment at which leaving would have been recorded.
    """
    dates = [day for account in accounts for day in (account.started_on, account.churned_on) if day is not None]
    if not dates:
        return KpiSeries(kpi=kpi, span=span, fiscal_start=fiscal_start, points=())
    first = datetime(min(dates).year, min(dates).month, 1, tzinfo=zone)
    months = [_first_month(moment, span=span, fiscal_start=fiscal_start, zone=zone) for moment in (first, data_until)]
    paid = paid_of(revenue)
    points: list[KpiPoint] = []
    seen: dict[Month, Ratio] = {}
    for month in range(months[0], months[1] + 1, MONTHS[span]):
        start, end = _bounds(month, span=span, zone=zone)
        moves = account_moves(accounts, paid=paid, start=start, end=end, zone=zone)
        seen[month] = now = ratio_of(kpi, moves, years=_years(start, end, zone=zone))
        low, high = interval(now)
        change, change_low, change_high = _moved(seen.get(month - MONTHS[span]), now)
        year_change, year_low, year_high = _moved(seen.get(month - YEAR), now)
        points.append(
            KpiPoint(
                label=label(month, span=span, fiscal_start=fiscal_start),
                start=start,
                end=end,
                complete=end <= data_until,
                value=now.value,
                low=low,
                high=high,
                n=len(moves),
                change=change,
                change_low=change_low,
                change_high=change_high,
                year_change=year_change,
                year_change_low=year_low,
                year_change_high=year_high,
            )
        )
    return KpiSeries(kpi=kpi, span=span, fiscal_start=fiscal_start, points=tuple(points))


def account_moves(
    accounts: Sequence[Account], *, paid: Paid, start: datetime, end: datetime, zone: ZoneInfo
) -> list[AccountMove]:
    """Return what became of the accounts that were there when the period began; revenue that is known at one end only counts nowhere."""
    after = end.astimezone(zone).date()
    moves = []
    for account in there_at(accounts, start=start, zone=zone):
        left = account.churned_on is not None and account.churned_on < after
        now = 0.0 if left else revenue_of(account, paid, at=end)
        moves.append(AccountMove(id=account.id, left=left, before=revenue_of(account, paid, at=start), after=now))
    return moves


def there_at(accounts: Sequence[Account], *, start: datetime, zone: ZoneInfo) -> list[Account]:
    """Return the accounts that were there when a period began: what every quantity of accounts counts."""
    first = start.astimezone(zone).date()
    return [a for a in accounts if _before(a.started_on, first) and (a.churned_on is None or a.churned_on >= first)]


def label(month: Month, *, span: Span, fiscal_start: int) -> str:
    """Return the name of a period by its first month.

    >>> label(2026 * 12 + 3, span=Span.QUARTER, fiscal_start=4), label(2027 * 12, span=Span.QUARTER, fiscal_start=4)
    ('FY2026 Q1', 'FY2026 Q4')
    """
    if span is Span.MONTH:
        return f"{month // YEAR:04d}-{month % YEAR + 1:02d}"
    begins = month - (month - (fiscal_start - 1)) % YEAR
    year = f"FY{begins // YEAR:04d}"
    return year if span is Span.YEAR else f"{year} Q{(month - begins) // 3 + 1}"


def _first_month(moment: datetime, *, span: Span, fiscal_start: int, zone: ZoneInfo) -> Month:
    """Return the first month of the period a moment lies in."""
    local = moment.astimezone(zone)
    month = local.year * YEAR + local.month - 1
    return month - (month - (fiscal_start - 1)) % MONTHS[span]


def _bounds(month: Month, *, span: Span, zone: ZoneInfo) -> tuple[datetime, datetime]:
    start, end = (datetime(at // YEAR, at % YEAR + 1, 1, tzinfo=zone).astimezone(UTC) for at in (month, month + MONTHS[span]))
    return start, end


def _before(day: date | None, first: date) -> bool:
    return day is None or day < first


def _moved(before: Ratio | None, after: Ratio) -> tuple[float | None, float | None, float | None]:
    """Return the change of a quantity with its interval."""
    if before is None or before.value is None or after.value is None:
        return None, None, None
    return after.value - before.value, *change_interval(before, after)


def _years(start: datetime, end: datetime, *, zone: ZoneInfo) -> float:
    return (end.astimezone(zone).date() - start.astimezone(zone).date()).days / 365.25

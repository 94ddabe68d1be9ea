"""KPI series: the course of one KPI from the store, for the API, the command line and the report. Read-only."""

from datetime import datetime
from zoneinfo import ZoneInfo

from pipelines.counting import kpi_answers
from pipelines.explain.series import account_series, kpi_series
from pipelines.exports import Row
from pipelines.measures import data_until
from voc.errors import BadFilterError
from voc.filters import FeedbackFilter
from voc.kpis import AccountKpi, Kpi, KpiSeries, Span
from voc.report import KpiAnswer
from voc.store.unit import Unit

COLUMNS = (
    "period", "start", "end", "complete", "value", "low", "high", "n", "change", "change_low", "change_high", "year_change",
    "year_change_low", "year_change_high", "kpi", "figure",
)  # fmt: skip


def named_kpi(name: str) -> Kpi | AccountKpi:
    """Return the KPI of that name.

    Raises
    ------
    BadFilterError
        If there is none.
    """
    for kind in (Kpi, AccountKpi):
        if name in set(kind):
            return kind(name)
    raise BadFilterError(f"KPIs are: {', '.join([*Kpi, *AccountKpi])}.", field="kpi")


def series_of(
    unit: Unit, kpi: Kpi | AccountKpi, *, span: Span, zone: ZoneInfo, now: datetime, fiscal_start: int
) -> KpiSeries:
    """Return a KPI by month, quarter or fiscal year, over all answers or all accounts.

    Churn is read from the accounts, as logo churn: an observation of leaving says nothing about those who stayed.
    """
    if isinstance(kpi, AccountKpi) or kpi is Kpi.CHURN:
        return account_series(
            AccountKpi.LOGO_CHURN if isinstance(kpi, Kpi) else kpi,
            accounts=unit.customers.present_accounts(),
            revenue=unit.kpis.find(kpi=Kpi.REVENUE),
            span=span,
            fiscal_start=fiscal_start,
            zone=zone,
            data_until=_data_until(unit, now),
        )
    observations = kpi_answers(unit, kpi, wanted=FeedbackFilter())
    answers = [
        KpiAnswer(value=o.value, observed_at=o.observed_at, cluster=o.account_id or o.customer_id or o.feedback_id or o.id)
        for o in observations
    ]
    return kpi_series(kpi, answers=answers, span=span, fiscal_start=fiscal_start, zone=zone, data_until=_data_until(unit, now))


def rows_of(found: KpiSeries) -> list[Row]:
    """Return a series as rows of a file, with ``COLUMNS``."""
    return [dict(point) | {"period": point.label, "kpi": found.kpi.value} for point in found.points]


def _data_until(unit: Unit, now: datetime) -> datetime:
    """Return the moment of the last comment or measurement, but not later than now."""
    last = data_until(unit)
    return now if last is None else min(last, now)

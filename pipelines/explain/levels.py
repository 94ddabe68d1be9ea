"""Levels: where a KPI stands, with interval, n, and its course by month."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, tzinfo

from pipelines.explain.effects import mean_interval
from pipelines.explain.trends import month_of, months_between
from voc.kpis import Kpi, contribution, figure
from voc.report import KpiAnswer, KpiLevel, KpiMonth


def level(kpi: Kpi, *, answers: Sequence[KpiAnswer], zone: tzinfo = UTC) -> KpiLevel:
    """Return the KPI over all answers and per month.

    Parameters
    ----------
    kpi
        What was asked.
    answers
        Raw values on the KPI's scale.
    zone
        In which months are counted.

    Returns
    -------
    KpiLevel
        In the KPI's unit (NPS −100…100, CSAT and churn 0…100, CES 1…7). The interval treats answers of one cluster as dependent;
        it is cut off where the KPI cannot lie, and None where there is one answer, one cluster, or one value only. Months without
        answers stand in the course with None.
    """
    values = [answer.value for answer in answers]
    whole = figure(kpi, values)
    interval = mean_interval([contribution(kpi, value) for value in values], [answer.cluster for answer in answers])
    low, high = (None, None) if interval is None else _cut(kpi, *interval)
    by_month: dict[str, list[float]] = defaultdict(list)
    for answer in answers:
        by_month[month_of(answer.observed_at, zone=zone)].append(answer.value)
    months = months_between(min(by_month), max(by_month)) if by_month else ()
    return KpiLevel(
        kpi=kpi,
        value=whole.value,
        low=low,
        high=high,
        n=whole.n,
        clusters=len({answer.cluster for answer in answers}),
        months=tuple(_month(kpi, month=month, values=by_month.get(month, [])) for month in months),
    )


def _month(kpi: Kpi, *, month: str, values: Sequence[float]) -> KpiMonth:
    """Return the KPI of one month."""
    there = figure(kpi, values)
    return KpiMonth(month=month, value=there.value, n=there.n)


def _cut(kpi: Kpi, low: float, high: float) -> tuple[float, float]:
    """Keep an interval inside what the KPI can be."""
    if kpi is Kpi.NPS:
        return max(low, -100.0), min(high, 100.0)
    if kpi in (Kpi.CSAT, Kpi.CHURN):
        return max(low, 0.0), min(high, 100.0)
    return (max(low, 1.0), min(high, 7.0)) if kpi is Kpi.CES else (max(low, 0.0), high)

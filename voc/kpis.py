"""KPI: what is measured, in which range, and how a set of observations becomes one figure.

Sources of the formulas: NPS after Reichheld (2003), share of 9-10 minus share of 0-6, times 100; CSAT as the share of the two
best of five answers, times 100; CES as the mean of a seven-point answer where 7 is least effort; churn as the share that left.
"""

from collections.abc import Sequence
from enum import StrEnum

from voc.errors import OutOfRangeError
from voc.values import UtcDatetime, Value


class Kpi(StrEnum):
    """A measured quantity. The value is the name used in the database, in JSON and in logs."""

    NPS = "nps"
    CSAT = "csat"
    CES = "ces"
    CHURN = "churn"
    RESPONSE_HOURS = "response_hours"
    RESOLUTION_HOURS = "resolution_hours"
    REVENUE = "revenue"


class KpiScale(Value):
    """The range an observation of a KPI may take."""

    low: float
    high: float | None
    whole: bool
    higher_is_better: bool


SCALES: dict[Kpi, KpiScale] = {
    Kpi.NPS: KpiScale(low=0, high=10, whole=True, higher_is_better=True),
    Kpi.CSAT: KpiScale(low=1, high=5, whole=True, higher_is_better=True),
    Kpi.CES: KpiScale(low=1, high=7, whole=True, higher_is_better=True),
    Kpi.CHURN: KpiScale(low=0, high=1, whole=True, higher_is_better=False),
    Kpi.RESPONSE_HOURS: KpiScale(low=0, high=None, whole=False, higher_is_better=False),
    Kpi.RESOLUTION_HOURS: KpiScale(low=0, high=None, whole=False, higher_is_better=False),
    Kpi.REVENUE: KpiScale(low=0, high=None, whole=False, higher_is_better=True),
}

SURVEY_KPIS = (Kpi.NPS, Kpi.CSAT, Kpi.CES)
PROMOTER_FROM = 9
DETRACTOR_TO = 6
SATISFIED_FROM = 4
UPPER_SANITY = 1e12


class Score(Value):
    """One answer on a KPI's scale, given together with a comment."""

    kpi: Kpi
    value: float


class KpiObservation(Value):
    """One measured value: for whom, when, and, where it came with a comment, with which."""

    id: str
    kpi: Kpi
    value: float
    observed_at: UtcDatetime
    customer_id: str | None = None
    account_id: str | None = None
    feedback_id: str | None = None


class KpiFigure(Value):
    """A KPI over a set of observations; ``value`` is None where there is none (never NaN)."""

    kpi: Kpi
    value: float | None
    n: int


def check_range(kpi: Kpi, value: float) -> float:
    """Return the value if the KPI allows it.

    Raises
    ------
    OutOfRangeError
        If the value is not a number, infinite, outside the range, or broken where whole numbers are asked for.

    >>> check_range(Kpi.NPS, 9)
    9
    """
    scale = SCALES[kpi]
    high = UPPER_SANITY if scale.high is None else scale.high
    if not scale.low <= value <= high or (scale.whole and value != int(value)):
        raise OutOfRangeError(kpi=kpi.value, low=scale.low, high=scale.high, whole=scale.whole)
    return value


def contribution(kpi: Kpi, value: float) -> float:
    """Return what one answer adds to the KPI's mean, in the KPI's own unit.

    >>> [contribution(Kpi.NPS, v) for v in (10, 8, 3)]
    [100.0, 0.0, -100.0]
    >>> [contribution(Kpi.CSAT, v) for v in (5, 3)]
    [100.0, 0.0]
    >>> contribution(Kpi.CHURN, 1)
    100.0
    >>> contribution(Kpi.CES, 6)
    6.0
    """
    if kpi is Kpi.NPS:
        return 100.0 * ((value >= PROMOTER_FROM) - (value <= DETRACTOR_TO))
    if kpi is Kpi.CSAT:
        return 100.0 * (value >= SATISFIED_FROM)
    if kpi is Kpi.CHURN:
        return 100.0 * value
    return float(value)


def figure(kpi: Kpi, values: Sequence[float]) -> KpiFigure:
    """Return the KPI over the values.

    >>> figure(Kpi.NPS, [10, 9, 8, 0]).value
    25.0
    >>> figure(Kpi.CSAT, []).value is None
    True
    """
    if not values:
        return KpiFigure(kpi=kpi, value=None, n=0)
    return KpiFigure(kpi=kpi, value=sum(contribution(kpi, v) for v in values) / len(values), n=len(values))

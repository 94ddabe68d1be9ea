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


class AccountKpi(StrEnum):
    """A quantity of all paying accounts over a period; computed from start and churn dates and from revenue."""

    LOGO_CHURN = "logo_churn"
    RETENTION = "retention"
    REVENUE_CHURN = "revenue_churn"
    NRR = "nrr"
    EXPANSION = "expansion"
    CLV = "clv"


class AccountFlow(Value):
    """What became, within a period, of the accounts that were there at its start; revenue in the sender's currency, a year.

    ``revenue_left`` was lost with accounts that left, ``revenue_down`` and ``revenue_up`` are what those that stayed pay less and more.
    """

    accounts: int
    left: int
    revenue: float = 0.0
    revenue_left: float = 0.0
    revenue_down: float = 0.0
    revenue_up: float = 0.0
    years: float = 1.0
    """Length of the period."""


def account_figure(kpi: AccountKpi, flow: AccountFlow) -> float | None:
    """Return a quantity of the accounts; shares in percent, CLV in the sender's currency. None where nothing is known.

    Logo churn = left / accounts at the start; retention = 100 − logo churn; revenue churn = (lost + less) / revenue at the start;
    expansion = more / revenue; NRR = 100 − revenue churn + expansion; CLV = revenue of an account a year / share that leaves in a year
    (Gupta and Lehmann 2003, without margin and discount), None where nobody left.

    >>> flow = AccountFlow(accounts=50, left=5, revenue=1000, revenue_left=80, revenue_down=20, revenue_up=150)
    >>> [account_figure(kpi, flow) for kpi in (AccountKpi.LOGO_CHURN, AccountKpi.RETENTION, AccountKpi.REVENUE_CHURN)]
    [10.0, 90.0, 10.0]
    >>> [account_figure(kpi, flow) for kpi in (AccountKpi.EXPANSION, AccountKpi.NRR, AccountKpi.CLV)]
    [15.0, 105.0, 200.0]
    >>> account_figure(AccountKpi.NRR, AccountFlow(accounts=3, left=0)) is None
    True
    """
    if kpi in (AccountKpi.LOGO_CHURN, AccountKpi.RETENTION):
        if flow.accounts == 0:
            return None
        churn = 100.0 * flow.left / flow.accounts
        return churn if kpi is AccountKpi.LOGO_CHURN else 100.0 - churn
    if flow.revenue <= 0:
        return None
    if kpi is AccountKpi.CLV:
        return flow.revenue * flow.years / flow.left if flow.left else None
    parts = {
        AccountKpi.REVENUE_CHURN: flow.revenue_left + flow.revenue_down,
        AccountKpi.EXPANSION: flow.revenue_up,
        AccountKpi.NRR: flow.revenue - flow.revenue_left - flow.revenue_down + flow.revenue_up,
    }
    return 100.0 * parts[kpi] / flow.revenue


MONTHS = range(1, 13)
"""The months of a year; a fiscal year begins with one of them."""


class Span(StrEnum):
    """How long the periods of a series are."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class KpiPoint(Value):
    """A KPI in one period, with n and 95 % interval, beside the period before and the same one a year ago; None: cannot be known."""

    label: str
    start: UtcDatetime
    end: UtcDatetime
    complete: bool
    """Whether the data reach to the period's end."""
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int
    change: float | None = None
    """Against the period before."""
    change_low: float | None = None
    change_high: float | None = None
    year_change: float | None = None
    """Against the same period a year ago."""
    year_change_low: float | None = None
    year_change_high: float | None = None
    figure: str | None = None
    """The address of these numbers, where they are shown (``voc.addresses``)."""


class KpiSeries(Value):
    """A KPI's course without gaps, oldest first; fiscal years and quarters begin in ``fiscal_start``, a month 1…12."""

    kpi: Kpi | AccountKpi
    span: Span
    fiscal_start: int
    points: tuple[KpiPoint, ...]

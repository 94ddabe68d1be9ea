"""Revenue by one rule: the latest observation, else the profile's, the same in series, drivers and queue."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from pipelines.explain.account_ratios import flow_of
from pipelines.explain.reach import reach
from pipelines.explain.revenue import paid_of, revenue_of, revenues
from pipelines.explain.series import account_moves
from tests.unit.pipelines.test_at_risk import END, formed
from tests.unit.pipelines.test_hidden import said
from tests.unit.pipelines.test_reach import LOGIN
from tests.unit.pipelines.test_reach import said as heard
from voc.customers import Account
from voc.feedback import Source
from voc.kpis import Kpi, KpiObservation

OBSERVED = Account(id="a0", external_id="observed")
BOTH = Account(id="a1", external_id="both", revenue_per_year=10.0)
TOLD = Account(id="a2", external_id="told", revenue_per_year=20.0)
UNKNOWN = Account(id="a3", external_id="unknown")
ACCOUNTS = [OBSERVED, BOTH, TOLD, UNKNOWN]


def paid(account: str | None, value: float, month: int, kpi: Kpi = Kpi.REVENUE) -> KpiObservation:
    return KpiObservation(id=f"{account}{month}{kpi}", kpi=kpi, value=value, observed_at=datetime(2026, month, 1, tzinfo=UTC), account_id=account)


OBSERVATIONS = [paid("a0", 500.0, 5), paid("a0", 400.0, 2), paid("a1", 300.0, 3), paid("a2", 9.0, 3, Kpi.NPS), paid(None, 7.0, 3)]


def test_the_latest_observation_counts_and_the_profile_where_there_is_none() -> None:
    assert revenues(ACCOUNTS, OBSERVATIONS) == {"a0": 500.0, "a1": 300.0, "a2": 20.0}
    march = datetime(2026, 3, 31, tzinfo=UTC)
    assert revenue_of(OBSERVED, paid_of(OBSERVATIONS), at=march) == 400.0
    assert revenue_of(BOTH, paid_of(OBSERVATIONS), at=datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_series_drivers_and_queue_hold_the_same_revenue() -> None:
    """Why: an account whose revenue comes from a file of KPI values had none in drivers and queue."""
    names = frozenset(one.id for one in ACCOUNTS)
    rows = heard(Source.TICKET, count=40, about=40, accounts=4)
    touched = reach(rows, issues=[LOGIN], accounts=names, revenues=revenues(ACCOUNTS, OBSERVATIONS))["tag:login"]
    assert (touched.accounts, touched.revenue, touched.revenue_of) == (4, 820.0, 3)
    moment = datetime(2026, 7, 1, tzinfo=UTC)
    moves = account_moves(ACCOUNTS, paid=paid_of(OBSERVATIONS), start=moment, end=moment, zone=ZoneInfo("UTC"))
    assert flow_of(moves, years=1.0).revenue == 820.0
    speaking = [said(name, account_id=name, churn=0.9, submitted_at=END) for name in ("a0", "a1", "a2", "a3")]
    queue = formed(speaking, accounts=ACCOUNTS, observations=OBSERVATIONS)
    assert {entry.account_id: entry.value for entry in queue.entries} == {"a0": 500.0, "a1": 300.0, "a2": 20.0, "a3": None}
    assert [entry.account_id for entry in queue.entries][:2] == ["a0", "a1"]


def test_what_remaining_accounts_pay_less_is_lost_revenue() -> None:
    accounts = [Account(id="a0", external_id="0", started_on=date(2025, 1, 1)), Account(id="a1", external_id="1", started_on=date(2025, 1, 1))]
    less = [paid("a0", 100.0, 1), paid("a1", 100.0, 1), paid("a0", 70.0, 5), paid("a1", 120.0, 5)]
    start, end = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    moves = account_moves(accounts, paid=paid_of(less), start=start, end=end, zone=ZoneInfo("UTC"))
    flow = flow_of(moves, years=1.0)
    assert (flow.revenue, flow.revenue_left, flow.revenue_down, flow.revenue_up) == (200.0, 0.0, 30.0, 20.0)

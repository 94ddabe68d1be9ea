"""Intervals of account figures: they hold the truth as often as they say, need enough accounts, and follow an account over periods."""

import random

import pytest

from pipelines.explain.account_ratios import AccountMove, Interval, change_interval, flow_of, interval, ratio_of
from voc.kpis import AccountKpi, account_figure

MONEY = (AccountKpi.REVENUE_CHURN, AccountKpi.EXPANSION, AccountKpi.NRR, AccountKpi.CLV)
WORLDS = 400
MANY = 60_000


def world(rng: random.Random, *, accounts: int, leave: float = 0.1) -> list[AccountMove]:
    """One in ten leaves, one in ten of the others pays less, one in five more; what they pay is skewed."""
    moves = []
    for at in range(accounts):
        paid, draw = rng.lognormvariate(7.0, 0.7), rng.random()
        after = paid * (1 - rng.uniform(0.2, 0.5) if draw < 0.1 else 1 + rng.uniform(0.1, 0.8) if draw < 0.3 else 1.0)
        left = rng.random() < leave
        moves.append(AccountMove(id=f"a{at}", left=left, before=paid, after=0.0 if left else after))
    return moves


def value(kpi: AccountKpi, moves: list[AccountMove]) -> float:
    found = account_figure(kpi, flow_of(moves, years=1.0))
    assert found is not None
    return found


def told(kpi: AccountKpi, moves: list[AccountMove]) -> Interval:
    return interval(ratio_of(kpi, moves, years=1.0))


def moved(kpi: AccountKpi, before: list[AccountMove], after: list[AccountMove]) -> Interval:
    return change_interval(ratio_of(kpi, before, years=1.0), ratio_of(kpi, after, years=1.0))


@pytest.fixture(scope="module")
def truth() -> dict[AccountKpi, float]:
    everyone = world(random.Random(0), accounts=MANY)
    return {kpi: value(kpi, everyone) for kpi in AccountKpi}


@pytest.mark.parametrize("kpi", MONEY)
def test_an_interval_holds_the_truth_as_often_as_it_says(kpi: AccountKpi, truth: dict[AccountKpi, float]) -> None:
    rng = random.Random(kpi.value)
    bounds = [told(kpi, world(rng, accounts=120)) for _ in range(WORLDS)]
    known = [(low, high) for low, high in bounds if low is not None and high is not None]
    assert len(known) > 0.9 * WORLDS
    held = sum(low <= truth[kpi] <= high for low, high in known) / len(known)
    assert 0.93 <= held <= 0.995
    assert all(0 < low < high for low, high in known)


@pytest.mark.parametrize("kpi", AccountKpi)
def test_the_interval_of_a_change_holds_the_change(kpi: AccountKpi) -> None:
    """Two periods alike: the change is 0. Accounts carry their revenue over, so the periods depend on each other."""
    rng = random.Random(f"change {kpi.value}")
    bounds = []
    for _ in range(WORLDS):
        before = world(rng, accounts=120)
        after = [AccountMove(id=old.id, left=new.left, before=old.before, after=None if new.after is None else new.after / new.paid * old.paid)
                 for old, new in zip(before, world(rng, accounts=120), strict=True)]  # fmt: skip
        bounds.append(moved(kpi, before, after))
    known = [(low, high) for low, high in bounds if low is not None and high is not None]
    assert len(known) > 0.9 * WORLDS
    assert sum(low <= 0 <= high for low, high in known) / len(known) >= 0.93


def test_a_change_that_is_there_is_found() -> None:
    rng = random.Random(3)
    found = [
        moved(AccountKpi.LOGO_CHURN, world(rng, accounts=400, leave=0.05), world(rng, accounts=400, leave=0.2))
        for _ in range(50)
    ]
    assert sum(low is not None and low > 0 for low, _ in found) >= 48


def test_an_account_that_does_the_same_in_both_periods_adds_nothing_to_the_change() -> None:
    moves = world(random.Random(5), accounts=200)
    low, high = moved(AccountKpi.NRR, moves, moves)
    assert (low, high) == (0.0, 0.0)
    apart = [AccountMove(id=f"b{at}", left=one.left, before=one.before, after=one.after) for at, one in enumerate(moves)]
    low, high = moved(AccountKpi.NRR, moves, apart)
    assert low is not None
    assert low < -1.0


@pytest.mark.parametrize("kpi", MONEY)
def test_with_four_accounts_in_which_something_happened_nothing_is_said(kpi: AccountKpi) -> None:
    def few(number: int) -> list[AccountMove]:
        quiet = [AccountMove(id=f"q{at}", left=False, before=100.0, after=100.0) for at in range(40)]
        left = kpi in (AccountKpi.REVENUE_CHURN, AccountKpi.CLV)
        return quiet + [AccountMove(id=f"m{at}", left=left, before=90.0 + at, after=0.0 if left else 150.0 + at) for at in range(number)]

    assert told(kpi, few(4)) == (None, None)
    low, high = told(kpi, few(5))
    assert low is not None
    assert high is not None
    assert low < value(kpi, few(5)) < high
    assert moved(kpi, few(4), few(8)) == (None, None)


def test_revenue_churn_stays_below_a_hundred_and_all_of_it_has_no_interval() -> None:
    gone = [AccountMove(id=f"g{at}", left=True, before=100.0 + at, after=0.0) for at in range(19)]
    almost = [*gone, AccountMove(id="s", left=False, before=10.0, after=10.0)]
    _, high = told(AccountKpi.REVENUE_CHURN, almost)
    assert high is not None
    assert high < 100.0
    assert told(AccountKpi.REVENUE_CHURN, gone) == (None, None)


def test_revenue_that_is_known_at_one_end_only_counts_nowhere() -> None:
    flow = flow_of([AccountMove("a", False, None, 50.0), AccountMove("b", False, 50.0, None), AccountMove("c", True, None, 0.0)], years=1.0)
    assert (flow.accounts, flow.left, flow.revenue, flow.revenue_up, flow.revenue_down, flow.revenue_left) == (3, 1, 0, 0, 0, 0)


@pytest.mark.parametrize("kpi", MONEY)
def test_accounts_that_are_all_alike_say_nothing_about_how_sure_a_value_is(kpi: AccountKpi) -> None:
    """Why: an interval without width would call a value certain that seven like accounts happen to give."""
    alike = {
        AccountKpi.REVENUE_CHURN: [AccountMove(id=f"a{at}", left=False, before=99.1, after=47.3) for at in range(7)],
        AccountKpi.EXPANSION: [AccountMove(id=f"a{at}", left=False, before=99.1, after=133.7) for at in range(7)],
        AccountKpi.NRR: [AccountMove(id=f"a{at}", left=False, before=99.1, after=133.7) for at in range(7)],
        AccountKpi.CLV: [AccountMove(id=f"a{at}", left=True, before=99.1, after=0.0) for at in range(7)],
    }[kpi]
    assert value(kpi, alike) > 0
    assert told(kpi, alike) == (None, None)
    assert moved(kpi, alike, alike) == (None, None)


def test_a_share_of_all_or_none_lies_in_its_interval() -> None:
    gone = [AccountMove(id=f"a{at}", left=True, before=1.0, after=0.0) for at in range(7)]
    low, high = told(AccountKpi.LOGO_CHURN, gone)
    assert (low, high) == (pytest.approx(64.567, abs=0.001), 100.0)
    assert told(AccountKpi.RETENTION, gone)[0] == 0.0

"""Series: fiscal years begin in April unless said otherwise, points compare with their own past, accounts are counted from their dates."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from pipelines.explain.account_ratios import flow_of
from pipelines.explain.series import account_moves, account_series, kpi_series, label
from voc.customers import Account
from voc.kpis import AccountKpi, Kpi, KpiObservation, Span
from voc.report import KpiAnswer

TOKYO = ZoneInfo("Asia/Tokyo")
UNTIL = datetime(2027, 3, 1, tzinfo=UTC)


def answers(month, *values, year=2026):
    return [KpiAnswer(value=v, observed_at=datetime(year, month, 1 + at % 28, tzinfo=UTC), cluster=f"a{at}") for at, v in enumerate(values)]


def series(some, span=Span.QUARTER, fiscal_start=4):
    return kpi_series(Kpi.NPS, answers=some, span=span, fiscal_start=fiscal_start, zone=TOKYO, data_until=UNTIL)


def test_quarters_of_a_fiscal_year_begin_in_april_and_gaps_stay_visible():
    found = series([*answers(4, 10, 10), *answers(12, 0)])
    assert [(point.label, point.value, point.n) for point in found.points] == [
        ("FY2026 Q1", 100.0, 2),
        ("FY2026 Q2", None, 0),
        ("FY2026 Q3", -100.0, 1),
    ]


def test_the_fiscal_year_may_begin_in_another_month():
    assert [point.label for point in series(answers(3, 9), span=Span.YEAR).points] == ["FY2025"]
    assert [point.label for point in series(answers(3, 9), span=Span.YEAR, fiscal_start=1).points] == ["FY2026"]
    assert label(2026 * 12 + 11, span=Span.MONTH, fiscal_start=4) == "2026-12"


def test_a_point_compares_with_the_one_before_and_the_same_a_year_ago():
    mixed = [9, 9, 9, 8, 3] * 6
    found = series([*answers(5, *mixed, year=2025), *answers(2, *mixed), *answers(5, *[3, 3, 9, 8, 3] * 6)])
    last = found.points[-1]
    assert last.change == last.year_change == pytest.approx(-80.0)
    assert last.change_low < -80.0 < last.change_high < 0
    assert found.points[0].change is None


def test_a_period_the_data_do_not_reach_the_end_of_is_marked():
    assert [point.complete for point in series([*answers(10, 9), *answers(2, 9, year=2027)]).points] == [True, False]


ACCOUNTS = [
    Account(id="a", external_id="a", started_on=date(2024, 1, 1), revenue_per_year=100.0),
    Account(id="b", external_id="b", started_on=date(2024, 1, 1), churned_on=date(2026, 6, 15), revenue_per_year=50.0),
    Account(id="c", external_id="c", started_on=date(2026, 5, 1), revenue_per_year=500.0),
    Account(id="d", external_id="d", revenue_per_year=30.0),
]
PAID = [
    KpiObservation(id=f"o{at}", kpi=Kpi.REVENUE, value=value, observed_at=datetime(2026, month, 1, tzinfo=UTC), account_id="a")
    for at, (month, value) in enumerate([(1, 100.0), (6, 130.0)])
]


def of_accounts(kpi, revenue=PAID):
    return {
        point.label: point
        for point in account_series(
            kpi, accounts=ACCOUNTS, revenue=revenue, span=Span.QUARTER, fiscal_start=4, zone=TOKYO, data_until=UNTIL
        ).points
    }


def test_who_came_or_left_within_a_quarter_is_counted_once_and_newcomers_not_at_all():
    """By hand: on 1 April a, b and d are there (180 a year); b leaves (50), a goes from 100 to 130; c came later."""
    quarter = "FY2026 Q1"
    assert of_accounts(AccountKpi.LOGO_CHURN)[quarter].value == pytest.approx(100 / 3)
    assert of_accounts(AccountKpi.LOGO_CHURN)[quarter].n == 3
    assert of_accounts(AccountKpi.REVENUE_CHURN)[quarter].value == pytest.approx(100 * 50 / 180)
    assert of_accounts(AccountKpi.EXPANSION)[quarter].value == pytest.approx(100 * 30 / 180)
    assert of_accounts(AccountKpi.NRR)[quarter].value == pytest.approx(100 * 160 / 180)
    low, high = (getattr(of_accounts(AccountKpi.LOGO_CHURN)[quarter], side) for side in ("low", "high"))
    assert 0 < low < 100 / 3 < high < 100


def test_the_interval_of_retention_is_that_of_churn_turned_round():
    churn, kept = (of_accounts(kpi)["FY2026 Q1"] for kpi in (AccountKpi.LOGO_CHURN, AccountKpi.RETENTION))
    assert (kept.value, kept.low, kept.high) == pytest.approx((100 - churn.value, 100 - churn.high, 100 - churn.low))


def test_the_value_of_a_customer_counts_by_the_year_in_periods_of_any_length():
    """By hand: of 180 a year one of three left in the 91 days of a quarter: 180 · (91 / 365.25) / 1; the year loses the same one."""
    assert of_accounts(AccountKpi.CLV)["FY2026 Q1"].value == pytest.approx(180 * 91 / 365.25)


def test_revenue_is_never_read_from_the_future():
    early = account_moves(
        ACCOUNTS,
        paid={"a": [(datetime(2026, 6, 1, tzinfo=UTC), 130.0)]},
        start=datetime(2026, 4, 1, tzinfo=UTC),
        end=datetime(2026, 5, 1, tzinfo=UTC),
        zone=TOKYO,
    )
    assert flow_of(early, years=1.0).revenue == 80.0


def test_without_dates_or_answers_there_is_no_course():
    assert series([]).points == ()
    nothing = account_series(
        AccountKpi.NRR, accounts=[], revenue=[], span=Span.YEAR, fiscal_start=4, zone=TOKYO, data_until=UNTIL
    )
    assert nothing.points == ()

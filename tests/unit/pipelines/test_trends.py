"""Trends and issue summaries: counts without gaps, shares of what could be read, changes only where they are clear."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from pipelines.explain.summaries import summarise, unassigned_share, volumes
from pipelines.explain.trends import (
    change,
    last_days,
    month_of,
    monthly,
    months_between,
    share_interval,
    sparkline,
    week_of,
    weekly,
    weeks_between,
)
from tests.unit.pipelines.test_link import comment
from voc.drivers import Driver, DriverState, Issue, IssueKind
from voc.issues import Period, SharePeriod
from voc.kpis import Kpi
from voc.sentiment import SentimentLabel

LOGIN = Issue(kind=IssueKind.TAG, id="login", name="ログイン")
QUIET = Issue(kind=IssueKind.TOPIC, id="login", name="quiet")
JANUARY = datetime(2026, 1, 10, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 4, 1, tzinfo=UTC)


def about(name, *, days=0, keys=("tag:login",), **changes):
    return comment(name, at=JANUARY + timedelta(days=days), issue_keys=frozenset(keys), **changes)


def counted(count, total):
    return SharePeriod(count=count, total=total)


def test_a_month_without_a_comment_stands_in_the_series_as_zero():
    moments = [datetime(2025, 12, 3, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)]
    assert monthly(moments, months=months_between("2025-12", "2026-02")) == (("2025-12", 1), ("2026-01", 0), ("2026-02", 1))


def test_a_comment_belongs_to_the_month_it_has_in_the_readers_zone():
    new_year_in_tokyo = datetime(2025, 12, 31, 16, tzinfo=UTC)
    assert (month_of(new_year_in_tokyo), month_of(new_year_in_tokyo, zone=TOKYO)) == ("2025-12", "2026-01")


def test_weeks_are_named_by_their_monday_and_have_no_gaps():
    sunday, monday = datetime(2026, 1, 11, tzinfo=UTC), datetime(2026, 1, 19, tzinfo=UTC)
    weeks = weeks_between(week_of(sunday), week_of(monday))
    assert weekly([sunday, monday], weeks=weeks) == (("2026-01-05", 1), ("2026-01-12", 0), ("2026-01-19", 1))


def test_a_period_is_half_open_and_never_empty():
    period = last_days(NOW, days=28)
    assert period.start <= NOW < period.end
    assert period.before().end == period.start
    with pytest.raises(ValidationError):
        Period(start=NOW, end=NOW)


def test_a_clear_rise_is_significant_and_the_interval_says_how_clear():
    moved = change(counted(10, 200), recent=counted(40, 200))
    assert moved.significant
    assert moved.difference == pytest.approx(0.15)
    assert 0 < moved.low < 0.15 < moved.high


@pytest.mark.parametrize(("previous", "recent"), [((10, 200), (13, 200)), ((0, 50), (0, 50)), ((50, 50), (50, 50)), ((1, 10), (2, 10))])
def test_a_small_move_is_not_significant(previous, recent):
    moved = change(counted(*previous), recent=counted(*recent))
    assert not moved.significant
    assert moved.low <= 0 <= moved.high


def test_periods_with_too_few_comments_are_not_compared():
    moved = change(counted(0, 9), recent=counted(50, 50))
    assert (moved.difference, moved.low, moved.high, moved.significant) == (None, None, None, False)


def test_the_interval_of_a_change_is_newcombes():
    """Why: the published example of Newcombe (1998, table II, row a): 56/70 against 48/80 gives 0.0524 to 0.3339."""
    moved = change(counted(48, 80), recent=counted(56, 70))
    assert (moved.low, moved.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_a_share_of_nothing_has_no_interval():
    assert share_interval(counted(0, 0)) is None
    low, high = share_interval(counted(0, 10))
    assert low == pytest.approx(0.0)
    assert 0.2 < high < 0.35


def test_a_sparkline_fits_the_unit_square():
    assert sparkline([]) == ()
    assert sparkline([0, 0]) == ((0.0, 0.0), (1.0, 0.0))
    assert sparkline([3]) == ((0.5, 1.0),)


def test_what_cannot_be_read_is_in_no_share():
    rows = [about("a"), about("b", no_signal=True), about("c", sentiment=None), about("d", keys=())]
    assert volumes(rows) == ({"tag:login": 1}, 2)
    assert unassigned_share(rows) == 0.5
    assert unassigned_share([]) is None


def test_a_summary_counts_voices_accounts_and_moods():
    rows = [
        about("a", account="x"),
        about("b", account="x", sentiment=SentimentLabel.MIXED),
        about("c", account="y", days=40),
        about("d", keys=("topic:t",)),
    ]
    summary, quiet = summarise(rows, issues=[QUIET, LOGIN], recent=last_days(NOW, days=30), quote_ids={"tag:login": ["c", "a"]})
    assert (summary.issue, summary.volume, summary.total, summary.accounts) == (LOGIN, 3, 4, 2)
    assert summary.share_low < summary.share == 0.75 < summary.share_high
    assert (summary.sentiment.negative, summary.sentiment.mixed) == (2, 1)
    assert summary.months == (("2026-01", 2), ("2026-02", 1))
    assert summary.quote_ids == ("c", "a")
    assert (quiet.issue, quiet.volume, quiet.share) == (QUIET, 0, 0.0)


def test_a_summary_compares_the_recent_period_with_the_one_before():
    rows = [about(f"o{at}", days=-at, keys=()) for at in range(20)] + [about(f"n{at}", days=1 + at) for at in range(20)]
    recent = Period(start=JANUARY + timedelta(days=1), end=JANUARY + timedelta(days=21))
    (summary,) = summarise(rows, issues=[LOGIN], recent=recent)
    assert summary.change.recent == counted(20, 20)
    assert summary.change.previous == counted(0, 20)
    assert summary.change.significant


def test_a_summary_carries_its_drivers_by_kpi():
    driver = Driver(kpi=Kpi.CES, issue=LOGIN, volume=1, share=1.0, n=1, n_with=1, clusters_with=1, state=DriverState.NOT_ENOUGH)
    quiet, summary = summarise([], issues=[LOGIN, QUIET], recent=last_days(NOW, days=7), drivers=[driver])[::-1]
    assert summary.drivers == {Kpi.CES: driver}
    assert quiet.drivers == {}
    assert summary.share is None

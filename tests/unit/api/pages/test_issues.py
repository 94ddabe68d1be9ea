"""Sorting and counting of issues on the pages."""

from api.pages.issue import shares
from api.pages.issues import ordered
from voc.drivers import Driver, DriverState, Issue, IssueKind
from voc.issues import Change, IssueSummary, SentimentSplit, SharePeriod
from voc.kpis import Kpi


def summary(name: str, *, volume: int, difference: float | None, mean: float | None = None, kpi: Kpi = Kpi.NPS) -> IssueSummary:
    issue = Issue(kind=IssueKind.TAG, id=name, name=name)
    state = DriverState.OK if difference is not None else DriverState.NOT_ENOUGH
    driver = Driver(
        kpi=kpi,
        issue=issue,
        volume=volume,
        share=volume / 100,
        n=90,
        n_with=volume,
        clusters_with=9,
        adjusted=difference,
        mean_with=mean,
        state=state,
    )
    period = SharePeriod(count=0, total=0)
    return IssueSummary(
        issue=issue,
        volume=volume,
        total=100,
        share=volume / 100,
        share_low=0,
        share_high=1,
        accounts=volume,
        sentiment=SentimentSplit(negative=volume),
        months=(),
        change=Change(previous=period, recent=period),
        drivers={kpi: driver},
    )


BIG = summary("big", volume=50, difference=-1.0, mean=20.0)
HARD = summary("hard", volume=10, difference=-60.0, mean=-40.0)
UNKNOWN = summary("unknown", volume=90, difference=None)


def test_impact_is_share_times_difference_and_issues_without_a_figure_come_last():
    assert ordered([UNKNOWN, BIG, HARD], sort="impact", kpi=Kpi.NPS) == [HARD, BIG, UNKNOWN]


def test_score_puts_the_worst_level_first():
    assert ordered([BIG, UNKNOWN, HARD], sort="score", kpi=Kpi.NPS) == [HARD, BIG, UNKNOWN]


def test_where_lower_is_better_the_highest_is_the_worst():
    low, high = (summary(n, volume=10, difference=1.0, mean=m, kpi=Kpi.CHURN) for n, m in (("low", 2.0), ("high", 30.0)))
    assert ordered([low, high], sort="score", kpi=Kpi.CHURN) == [high, low]


def test_shares_of_groups_are_taken_of_the_groups_own_comments():
    found = shares(["a"] * 4 + ["b"] * 5 + [None], ["a", "a", None])
    assert [(group.name, group.count, group.total) for group in found] == [("a", 2, 4), (None, 1, 1)]
    assert all(0 <= group.low <= group.count / group.total <= group.high <= 1 for group in found)

"""Summaries: everything the service says about each issue, computed from the voices alone.

Invariants: one summary per issue; every count of a summary can be recounted from the voices that carry the issue's key; the order is
by volume, then by kind and id, so that equal input gives an equal answer.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo

from pipelines.explain.trends import change, month_of, monthly, months_between, readable, share_in, share_interval
from voc.drivers import Driver, Issue
from voc.issues import IssueSummary, Period, SentimentSplit, SharePeriod
from voc.kpis import Kpi
from voc.voices import VoiceRow, issue_key


def volumes(rows: Sequence[VoiceRow]) -> tuple[dict[str, int], int]:
    """Return the comments per issue key, and the comments that could have been about an issue."""
    heard = readable(rows)
    return dict(Counter(key for row in heard for key in row.issue_keys)), len(heard)


def unassigned_share(rows: Sequence[VoiceRow]) -> float | None:
    """Return the share, 0…1, of readable comments that carry no issue at all; None where there is no such comment."""
    heard = readable(rows)
    return sum(not row.issue_keys for row in heard) / len(heard) if heard else None


def summarise(
    rows: Sequence[VoiceRow],
    *,
    issues: Sequence[Issue],
    recent: Period,
    previous: Period | None = None,
    drivers: Sequence[Driver] = (),
    quote_ids: Mapping[str, Sequence[str]] | None = None,
    zone: tzinfo = UTC,
) -> tuple[IssueSummary, ...]:
    """Summarise each issue.

    Parameters
    ----------
    rows
        All voices; those without signal or not yet analysed are left out here.
    issues
        What to summarise; an issue nobody mentions has a volume of 0.
    recent
        The period whose share is compared,
    previous
        with this one; left out: the period of equal length before it.
    drivers
        Measured drivers of any KPI.
    quote_ids
        Feedback ids of quotes per ``issue_key``, best first.
    zone
        In which months are counted.
    """
    heard = readable(rows)
    months = _months(heard, zone=zone)
    by_key: dict[str, list[VoiceRow]] = defaultdict(list)
    for row in heard:
        for key in row.issue_keys:
            by_key[key].append(row)
    measured: dict[str, dict[Kpi, Driver | None]] = defaultdict(dict)
    for driver in drivers:
        measured[issue_key(driver.issue)][driver.kpi] = driver
    periods = (previous or recent.before(), recent)
    totals = tuple(share_in(heard, key="", period=period).total for period in periods)
    summaries: list[IssueSummary] = []
    for issue in issues:
        key = issue_key(issue)
        counted = _summary(issue, mentions=by_key[key], total=len(heard), periods=periods, period_totals=totals, months=months, zone=zone)
        summaries.append(counted.model_copy(update={"drivers": measured[key], "quote_ids": tuple((quote_ids or {}).get(key, ()))}))
    return tuple(sorted(summaries, key=lambda summary: (-summary.volume, summary.issue.kind.value, summary.issue.id)))


def _months(rows: Sequence[VoiceRow], *, zone: tzinfo) -> tuple[str, ...]:
    """Return the months from the first to the last row."""
    if not rows:
        return ()
    moments = [row.submitted_at for row in rows]
    return months_between(month_of(min(moments), zone=zone), month_of(max(moments), zone=zone))


def _summary(
    issue: Issue,
    *,
    mentions: Sequence[VoiceRow],
    total: int,
    periods: Sequence[Period],
    period_totals: Sequence[int],
    months: Sequence[str],
    zone: tzinfo,
) -> IssueSummary:
    """Return the counts, the share and its change for one issue."""
    whole = SharePeriod(count=len(mentions), total=total)
    low, high = share_interval(whole) or (None, None)
    key = issue_key(issue)
    previous, recent = (
        SharePeriod(count=share_in(mentions, key=key, period=period).count, total=period_total)
        for period, period_total in zip(periods, period_totals, strict=True)
    )
    moods = Counter(row.sentiment for row in mentions)
    return IssueSummary(
        issue=issue,
        volume=len(mentions),
        total=total,
        share=len(mentions) / total if total else None,
        share_low=low,
        share_high=high,
        accounts=len({row.cluster for row in mentions}),
        sentiment=SentimentSplit(**{mood.value: count for mood, count in moods.items() if mood is not None}),
        months=monthly((row.submitted_at for row in mentions), months=months, zone=zone),
        change=change(previous, recent=recent),
    )

"""Overview: where the voice of the customer stands, what moved, and what the figures rest on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.dependencies import addresses_of
from api.pages.emerging import emerging
from api.pages.filter_bar import filter_bar
from api.pages.looks import render
from api.pages.measured import chosen_kpi, measured
from api.pages.route import PageRoute
from api.pages.selection import READ_ONCE, stamp
from api.pages.visit import Visit, Visiting
from api.pages.voice_conditions import narrow
from pipelines.explain.drivers import drivers
from pipelines.explain.levels import level
from pipelines.explain.trends import last_days, month_of, readable
from pipelines.issue_list import RECENT_DAYS, IssueList
from voc.alerts import AlertState
from voc.customers import Account, Customer
from voc.drivers import Driver, Issue, IssueKind, Voice
from voc.filters import FeedbackFilter
from voc.issues import IssueSummary, Period
from voc.kpis import SURVEY_KPIS, Kpi, KpiObservation, contribution
from voc.report import KpiAnswer, KpiLevel
from voc.sentiment import SentimentLabel
from voc.store.unit import Unit

TOP_ISSUES = 8
MOST_MOVES = 5
RECENT = Issue(kind=IssueKind.TAG, id="recent", name="recent")
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True)
class KpiTile:
    """A KPI, how it moved, and how many comments were given together with its answers."""

    level: KpiLevel
    move: Driver | None
    with_comment: int


@dataclass(frozen=True)
class Leaving:
    """How many of the accounts (the customers, where there are none) left."""

    left: int
    n: int
    of_accounts: bool


@dataclass(frozen=True)
class Coverage:
    """What the figures rest on; every count is one of stored comments."""

    comments: int
    not_analysed: int
    no_signal: int
    repeats: int
    readable: int
    unassigned: int
    languages: tuple[tuple[str, int], ...]


@router.get("/overview")
def overview(visit: Visiting) -> HTMLResponse:
    """Show the overview."""
    with visit.service.store.read() as unit:
        found = measured(unit, visit)
        recent = last_days(found.rows[-1].submitted_at, days=RECENT_DAYS) if found.rows else None
        wanted = narrow(unit, visit.selection)
        context: dict[str, Any] = {
            "bar": filter_bar(unit, visit),
            "coverage": coverage(unit, wanted, found),
            "tiles": tiles(unit, visit, found, recent),
            "leaving": leaving(unit, visit, found),
            "alerts": addresses_of(unit, visit.service).alerts(unit.alerts.find(state=AlertState.OPEN)),
            "period": unit.feedback.period(),
            "emerges": list(emerging(unit, language=visit.language).values()),
        }
    heard = readable(found.rows)
    return render(
        visit,
        "overview.html",
        page="overview",
        **context,
        negative=sum(row.sentiment is SentimentLabel.NEGATIVE for row in heard),
        heard=len(heard),
        recent=recent,
        recent_days=RECENT_DAYS,
        moves=moves(found.issues),
        top=found.issues[:TOP_ISSUES],
        chart=month_chart(visit, found, context["tiles"]),
        kpi=chosen_kpi(visit),
        churn=Kpi.CHURN,
        once=READ_ONCE,
        recent_days_of=_days_of(visit, recent) if recent is not None else {},
    )


def coverage(unit: Unit, wanted: FeedbackFilter, found: IssueList) -> Coverage:
    """Count what the selection holds and what of it could be read."""

    def count(**changes: object) -> int:
        return unit.feedback.count(wanted.model_copy(update=changes))

    heard = readable(found.rows)
    everything, once = count(), count(duplicates=False)
    languages = {row.language.value for row in found.rows} if wanted.language is None else set()
    return Coverage(
        comments=everything,
        not_analysed=count(analysed=False) if wanted.analysed is not True else 0,
        no_signal=count(no_signal=True) if wanted.no_signal is not False else 0,
        repeats=everything - once,
        readable=len(heard),
        unassigned=sum(not row.issue_keys for row in heard),
        languages=tuple((name, count(language=name)) for name in sorted(languages)),
    )


def tiles(unit: Unit, visit: Visit, found: IssueList, recent: Period | None) -> list[KpiTile]:
    """Measure the survey KPIs over the answers of the selection."""

    def compute() -> list[KpiTile]:
        return [kpi_tile(unit, visit, kpi, found, recent) for kpi in SURVEY_KPIS]

    return visit.service.remembered.of(unit, "tiles", (frozenset(visit.selection.values.items()), visit.zone.key), compute)


def kpi_tile(unit: Unit, visit: Visit, kpi: Kpi, found: IssueList, recent: Period | None) -> KpiTile:
    """Measure a survey KPI over the answers of the selection.

    With dates alone every answer of the period counts, those without a comment too; with any other condition only the answers given
    together with the comments it leaves.
    """
    rows = {row.feedback_id for row in found.rows}
    seen = unit.kpis.find(kpi=kpi, since=visit.selection.wanted.since, until=visit.selection.wanted.until, repeats=False)
    answers = [o for o in seen if o.feedback_id in rows] if set(visit.selection.values) - {"since", "until"} else seen
    whole = level(
        kpi,
        answers=[KpiAnswer(value=o.value, observed_at=o.observed_at, cluster=_whose(o)) for o in answers],
        zone=visit.zone,
    )
    return KpiTile(level=whole, move=_moved(kpi, answers, recent), with_comment=sum(kpi in row.scores for row in found.rows))


def leaving(unit: Unit, visit: Visit, found: IssueList) -> Leaving:
    """Count who left, within the dates of the selection; with other conditions only of those whose comments it leaves."""
    accounts = unit.customers.present_accounts()
    known: Sequence[Account | Customer] = accounts or unit.customers.present_customers()
    if set(visit.selection.values) - {"since", "until"}:
        heard = {row.account_id for row in found.rows} | {row.customer_id for row in found.rows}
        known = [who for who in known if who.id in heard]
    since, until = visit.selection.wanted.since, visit.selection.wanted.until
    left = [who.churned_on for who in known if who.churned_on is not None]
    inside = [day for day in left if (since is None or day >= since.date()) and (until is None or day < until.date() + timedelta(days=1))]
    return Leaving(left=len(inside), n=len(known), of_accounts=bool(accounts))


def moves(issues: Sequence[IssueSummary]) -> list[IssueSummary]:
    """Return the issues whose share clearly changed, largest change first."""
    changed = [summary for summary in issues if summary.change.significant and summary.change.difference is not None]
    return sorted(changed, key=lambda summary: -abs(summary.change.difference or 0.0))[:MOST_MOVES]


def month_chart(visit: Visit, found: IssueList, tiles: Sequence[KpiTile]) -> dict[str, object] | None:
    """Return the monthly course for the chart and the table under it; None where there is nothing to draw."""
    if not found.rows:
        return None
    nps = {month.month: month for month in tiles[0].level.months}
    counts = Counter(month_of(row.submitted_at, zone=visit.zone) for row in found.rows)
    months = sorted(counts.keys() | nps.keys())
    points = [
        {
            "month": month,
            "label": visit.figures.short_month(month),
            "count": counts[month],
            "nps": nps[month].value if month in nps else None,
            "n": nps[month].n if month in nps else 0,
        }
        for month in months
    ]
    return {"points": points}


def _days_of(visit: Visit, recent: Period) -> dict[str, str]:
    """Return the conditions for the recent period, inside the dates that are asked for."""
    since = visit.selection.wanted.since
    return {"since": stamp(max(since, recent.start) if since is not None else recent.start), "until": stamp(recent.end)}


def _whose(observation: KpiObservation) -> str:
    return observation.account_id or observation.customer_id or observation.feedback_id or observation.id


def _moved(kpi: Kpi, answers: Sequence[KpiObservation], recent: Period | None) -> Driver | None:
    """Compare the answers of the recent period with those of the one before, as if being recent were an issue.

    So the difference has the same interval (clustered by account) and the same minimum of data as every effect of the service.
    """
    if recent is None:
        return None
    before = recent.before()
    voices = [
        Voice(
            feedback_id=answer.id,
            value=contribution(kpi, answer.value),
            cluster=_whose(answer),
            segment=None,
            source="",
            issue_keys=frozenset({"tag:recent"}) if answer.observed_at >= recent.start else frozenset(),
        )
        for answer in answers
        if before.start <= answer.observed_at < recent.end
    ]
    return drivers(kpi, voices=voices, issues=[RECENT], volumes={}, total=0)[0]

"""Overview: where the voice of the customer stands, what moved, and what the figures rest on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.pages.emerging import emerging
from api.pages.filter_bar import filter_bar
from api.pages.looks import render
from api.pages.measured import addresses_here, chosen_kpi, measured
from api.pages.route import PageRoute
from api.pages.selection import READ_ONCE
from api.pages.visit import Visit, Visiting
from pipelines.counting import kpi_answers, kpi_level, kpi_move, leaving
from pipelines.explain.trends import last_days, month_of, readable
from pipelines.issue_list import RECENT_DAYS, IssueList
from voc.alerts import AlertState
from voc.drivers import Driver
from voc.filters import FeedbackFilter
from voc.issues import IssueSummary, Period
from voc.kpis import SURVEY_KPIS, Kpi
from voc.report import KpiLevel
from voc.sentiment import SentimentLabel
from voc.store.unit import Unit

TOP_ISSUES = 8
MOST_MOVES = 5
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True)
class KpiTile:
    """A KPI, how it moved, and how many comments were given together with its answers."""

    level: KpiLevel
    move: Driver | None
    with_comment: int
    figure: str | None = None


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
        wanted = visit.selection.narrow(unit)
        heard = readable(found.rows)
        negative = sum(row.sentiment is SentimentLabel.NEGATIVE for row in heard)
        addresses, gone = addresses_here(unit, visit), leaving(unit, wanted, rows=found.rows)
        context: dict[str, Any] = {
            "bar": filter_bar(unit, visit),
            "coverage": coverage(unit, wanted, found),
            "tiles": tiles(unit, visit, found, wanted, recent),
            "leaving": gone,
            "leaving_figure": addresses.leaving(gone),
            "negative_figure": addresses.negative(negative, len(heard)),
            "alerts": addresses.alerts(unit.alerts.find(state=AlertState.OPEN)),
            "period": unit.feedback.period(),
            "emerges": list(emerging(unit, language=visit.language, addresses=addresses).values()),
        }
    return render(
        visit,
        "overview.html",
        page="overview",
        **context,
        negative=negative,
        heard=len(heard),
        recent=recent,
        recent_days=RECENT_DAYS,
        moves=moves(found.issues),
        top=found.issues[:TOP_ISSUES],
        chart=month_chart(visit, found, context["tiles"]),
        kpi=chosen_kpi(visit),
        churn=Kpi.CHURN,
        once=READ_ONCE,
        recent_days_of=visit.selection.within(recent) if recent is not None else {},
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


def tiles(unit: Unit, visit: Visit, found: IssueList, wanted: FeedbackFilter, recent: Period | None) -> list[KpiTile]:
    """Measure the survey KPIs over the answers of the selection."""
    periods = None if recent is None else (recent.before(), recent)

    def compute() -> list[KpiTile]:
        addresses = addresses_here(unit, visit)
        known = [kpi_tile(unit, visit, kpi, found, wanted, periods) for kpi in SURVEY_KPIS]
        return [replace(one, figure=addresses.level(one.level, one.move, periods=periods)) for one in known]

    return visit.service.remembered.of(unit, "tiles", (frozenset(visit.selection.values.items()), visit.zone.key), compute)


def kpi_tile(  # conditions of one question
    unit: Unit, visit: Visit, kpi: Kpi, found: IssueList, wanted: FeedbackFilter, periods: tuple[Period, Period] | None
) -> KpiTile:
    """Measure a survey KPI over the answers of the selection (``pipelines.counting.kpi_answers``)."""
    answers = kpi_answers(unit, kpi, wanted=wanted, rows=found.rows)
    move = None if periods is None else kpi_move(kpi, answers, periods=periods)
    with_comment = sum(kpi in row.scores for row in found.rows)
    return KpiTile(level=kpi_level(kpi, answers, zone=visit.zone), move=move, with_comment=with_comment)


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

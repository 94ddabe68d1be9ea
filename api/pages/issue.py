"""Issue: one tag or topic: what it means, how it moves, whom it concerns, what goes with it, and in whose words."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.pages.emerging import emerging
from api.pages.filter_bar import filter_bar
from api.pages.looks import render
from api.pages.measured import addresses_here, measured
from api.pages.route import PageRoute
from api.pages.selection import READ_ONCE
from api.pages.visit import Visit, Visiting
from pipelines.auditing import audited_tags
from pipelines.explain.fitting_wording import check_lines
from pipelines.explain.trends import month_of, readable, share_interval
from pipelines.explaining import EXPLAINED
from pipelines.issue_list import RECENT_DAYS, IssueList, find_issue, summary_of
from pipelines.model_check import model_check
from pipelines.report.charts import forest
from pipelines.topic_lineage import lineage_steps
from voc.customers import Account, Customer
from voc.drivers import Issue, IssueKind
from voc.errors import NotFoundError
from voc.issues import IssueSummary, Quote, SharePeriod
from voc.kpis import Kpi
from voc.linking import Links
from voc.sentiment import SentimentLabel
from voc.store.unit import Unit
from voc.topics import TopicState
from voc.voices import VoiceRow, issue_key

QUOTES_EACH = 4
MOST_TOUCHED = 12
MOST_GROUPS = 8
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True)
class GroupShare:
    """How often one group of voices speaks of the issue."""

    name: str | None
    count: int
    total: int
    low: float
    high: float


@dataclass(frozen=True)
class Touched:
    """An account or customer that spoke of the issue, and how often."""

    who: Account | Customer
    count: int
    negative: int


@router.get("/issues/{kind}/{issue_id}")
def issue(visit: Visiting, kind: IssueKind, issue_id: str) -> HTMLResponse:
    """Show one issue."""
    with visit.service.store.read() as unit:
        asked = find_issue(unit, kind=kind, issue_id=issue_id, taxonomy=visit.service.taxonomy, language=visit.language)
        if asked is None:
            raise NotFoundError(issue_id=issue_id)
        found = measured(unit, visit)
        heard = readable(found.rows)
        mine = [row for row in heard if issue_key(asked) in row.issue_keys]
        summary = _summary(visit, unit, found, asked)
        own_drivers = [] if summary is None else [driver for driver in summary.drivers.values() if driver is not None]
        of_tag = [issue_id] if kind is IssueKind.TAG else []
        audited = audited_tags(unit, rows=found.rows, drivers=own_drivers, tags=of_tag)
        topic = unit.topics.get(issue_id) if kind is IssueKind.TOPIC else None
        everyone = unit.topics.find(states=TopicState) if topic is not None else []
        edits = unit.topic_edits.find(issue_id) if topic is not None else []
        context: dict[str, Any] = {
            "checked": _checked(visit, unit, asked),
            "bar": filter_bar(unit, visit),
            "said": unit.topics.sentences_of_names(visit.language).get(issue_id),
            "topic_groups": sorted(unit.topic_groups.find().values(), key=lambda group: group.name_in(visit.language)),
            "others": [other for other in everyone if other.id != issue_id and other.state is TopicState.ACTIVE],
            "own_tags": [(own.name, tag) for own in unit.taxonomies.find() for tag in own.tags] if topic is not None else [],
            "emerges": emerging(unit, language=visit.language, addresses=addresses_here(unit, visit)).get(issue_id),
            "edits": edits,
            "lineage": lineage_steps(topic, everyone, edits) if topic is not None else [],
            "topic_names": {one.id: one.name_in(visit.language) for one in everyone},
            "examples": list(unit.enrichments.sentence_texts(topic.example_ids).values()) if topic is not None else [],
            "quotes": quotes(unit, asked, mine),
            "accounts": touched(mine, owner="account_id", profiles=unit.customers.accounts),
            "customers": touched(mine, owner="customer_id", profiles=unit.customers.customers),
        }
    measured_drivers = [] if summary is None else [driver for kpi in EXPLAINED if (driver := summary.drivers.get(kpi)) is not None]
    return render(
        visit,
        "issue.html",
        page="issues",
        **context,
        issue=asked,
        tag=visit.service.tag(issue_id) if kind is IssueKind.TAG else None,
        topic=topic,
        summary=summary,
        audited=audited.get(issue_id),
        recent_days=RECENT_DAYS,
        effects=list(zip(measured_drivers, [forest([driver])[0] for driver in measured_drivers], strict=True)),
        with_values={driver.kpi: _count_with(mine, driver.kpi, found.links) for driver in measured_drivers},
        groups=_groups(heard, mine),
        chart=month_chart(visit, summary, heard),
        condition=visit.selection.about(asked),
        key=issue_key(asked),
        once=READ_ONCE,
    )


def _checked(visit: Visit, unit: Unit, asked: Issue) -> tuple[Kpi, list[tuple[str, str | None]]] | None:
    """Return what the fitting models say of the KPI the address asks a check of, with their addresses; None where it asks for none."""
    kpi = next((one for one in EXPLAINED if one.value == visit.query("model")), None)
    if kpi is None:
        return None
    wanted = visit.selection.narrow(unit)
    taxonomy, language = visit.service.taxonomy, visit.language
    check = model_check(unit, taxonomy=taxonomy, kpi=kpi, kind=asked.kind, issue_id=asked.id, wanted=wanted, language=language)
    models = addresses_here(unit, visit).fitted(check).models
    return kpi, [*zip_longest(check_lines(check, language=language), (model.figure for model in models))]


def _summary(visit: Visit, unit: Unit, found: IssueList, asked: Issue) -> IssueSummary | None:
    """Return what is said of the issue, with the address of its numbers; None where nobody speaks of it."""
    summary = summary_of(found, asked, zone=visit.zone)
    if summary is None or summary.figure is not None:
        return summary
    return addresses_here(unit, visit).summaries([summary])[0]


def _groups(heard: Sequence[VoiceRow], mine: Sequence[VoiceRow]) -> dict[str, list[GroupShare]]:
    """Return where the issue shows, by kind of group."""
    return {
        "group": shares([row.segment for row in heard], [row.segment for row in mine]),
        "source": shares([row.source.value for row in heard], [row.source.value for row in mine]),
        "language": shares([row.language.value for row in heard], [row.language.value for row in mine]),
        "role": shares([row.role.value for row in heard], [row.role.value for row in mine]),
        "journey_stage": shares([row.journey_stage.value for row in heard], [row.journey_stage.value for row in mine]),
    }


def shares(all_names: Sequence[str | None], my_names: Sequence[str | None]) -> list[GroupShare]:
    """Return the issue's share inside each group, most comments of the issue first; voices without a group last.

    Parameters
    ----------
    all_names
        The group of every readable voice.
    my_names
        The group of every voice about the issue.
    """
    totals, counts = Counter(all_names), Counter(my_names)
    found = []
    for name, count in counts.items():
        low, high = share_interval(SharePeriod(count=count, total=totals[name])) or (0.0, 0.0)
        found.append(GroupShare(name=name, count=count, total=totals[name], low=low, high=high))
    return sorted(found, key=lambda group: (group.name is None, -group.count, group.name or ""))[:MOST_GROUPS]


def touched(
    mine: Sequence[VoiceRow], *, owner: str, profiles: Callable[[list[str]], Mapping[str, Account | Customer]]
) -> list[Touched]:
    """Return who spoke of the issue most often, of those with a profile; ``profiles`` returns those of the ids that have one."""
    counts = Counter(name for row in mine if (name := getattr(row, owner)) is not None)
    negative = Counter(getattr(row, owner) for row in mine if row.sentiment is SentimentLabel.NEGATIVE)
    most, found = counts.most_common(), []
    for start in range(0, len(most), 10 * MOST_TOUCHED):
        some = most[start : start + 10 * MOST_TOUCHED]
        known = profiles([name for name, _ in some])
        found += [Touched(who=known[name], count=count, negative=negative[name]) for name, count in some if name in known]
        if len(found) >= MOST_TOUCHED:
            break
    return found[:MOST_TOUCHED]


def quotes(unit: Unit, asked: Issue, mine: Sequence[VoiceRow]) -> dict[str, list[Quote]]:
    """Return the most typical, the newest and the most negative sentences, each from another comment."""
    if not mine:
        return {"typical": [], "newest": [], "negative": []}
    ids = frozenset(row.feedback_id for row in mine)
    said = {quote.feedback_id: quote for quote in unit.quotes.of_issue(asked, limit=len(mine), ids=ids)}
    newest = (row.feedback_id for row in sorted(mine, key=lambda row: row.submitted_at, reverse=True))
    worst = sorted((row for row in mine if (row.sentiment_score or 0.0) < 0), key=lambda row: row.sentiment_score or 0.0)

    def first(ids: Iterable[str]) -> list[Quote]:
        return list(islice((said[name] for name in ids if name in said), QUOTES_EACH))

    return {"typical": first(said), "newest": first(newest), "negative": first(row.feedback_id for row in worst)}


def month_chart(visit: Visit, summary: IssueSummary | None, heard: Sequence[VoiceRow]) -> dict[str, object] | None:
    """Return the issue's monthly course, its share of the month's readable comments beside the count."""
    if summary is None or not summary.months:
        return None
    totals = Counter(month_of(row.submitted_at, zone=visit.zone) for row in heard)
    points = [
        {
            "month": month,
            "label": visit.figures.short_month(month),
            "count": count,
            "total": totals[month],
            "share": round(100 * count / totals[month], 2) if totals[month] else None,
        }
        for month, count in summary.months
    ]
    return {"points": points}


def _count_with(mine: Sequence[VoiceRow], kpi: Kpi, links: Links) -> int:
    return sum((row.feedback_id, kpi) in links for row in mine)

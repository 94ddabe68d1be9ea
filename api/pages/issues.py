"""Issues: the tags and topics people speak of, by volume, by what goes with a KPI, or by the KPI's level."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.pages.emerging import emerging
from api.pages.filter_bar import filter_bar
from api.pages.looks import render
from api.pages.measured import addresses_here, chosen_kpi, measured
from api.pages.route import PageRoute
from api.pages.selection import READ_ONCE
from api.pages.visit import Visiting
from pipelines.auditing import audited_tags
from pipelines.explain.drivers import impact
from pipelines.explain.trends import readable
from pipelines.explaining import EXPLAINED
from pipelines.report.charts import Whisker, forest, share_bars
from voc.drivers import Driver, IssueKind
from voc.issues import IssueSummary
from voc.kpis import SCALES, Kpi
from voc.taxonomy import Tag, Taxonomy
from voc.topics import ProposalState

SHOWN_AT_FIRST = 15
SORTS = ("volume", "impact", "score")
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True)
class Line:
    """One issue of the list with its drawings."""

    summary: IssueSummary
    tag: Tag | None
    driver: Driver | None
    share_bar: Whisker
    effect: Whisker | None
    said: str | None
    """Of a topic: the real sentence that shows its name best."""


@dataclass(frozen=True)
class Section:
    """Lines under one heading: a group of topics, or without one."""

    group: str | None
    group_id: str | None
    lines: list[Line]


@router.get("/issues")
def issues(visit: Visiting) -> HTMLResponse:
    """Show the list of issues."""
    kind = next((one for one in IssueKind if one.value == visit.query("kind")), IssueKind.TAG)
    kpi = chosen_kpi(visit)
    sort = visit.query("sort") if visit.query("sort") in SORTS else "volume"
    with visit.service.store.read() as unit:
        found = measured(unit, visit)
        bar = filter_bar(unit, visit)
        said = unit.topics.sentences_of_names(visit.language)
        unassigned_sentences = unit.topics.unassigned().share
        proposals = len(unit.proposals.find(state=ProposalState.OPEN))
        known = unit.taxonomies.with_own(visit.service.taxonomy)
        of_tag: list[str] | None = None if kind is IssueKind.TAG else []
        audited = audited_tags(unit, rows=found.rows, tags=of_tag)
        emerges = emerging(unit, language=visit.language, addresses=addresses_here(unit, visit))
    everything = (*found.issues, *found.aspects)
    mine = ordered([summary for summary in everything if summary.issue.kind is kind], sort=sort, kpi=kpi)
    only_emerging = kind is IssueKind.TOPIC and bool(visit.query("emerging"))
    if only_emerging:
        mine = [summary for summary in mine if summary.issue.id in emerges]
    shown = mine if visit.query("all") else mine[:SHOWN_AT_FIRST]
    heard = readable(found.rows)
    return render(
        visit,
        "issues.html",
        page="issues",
        bar=bar,
        kind=kind.value,
        kpi=kpi,
        kpis=EXPLAINED,
        sort=sort,
        sections=_sections(_lines(shown, known=known, kpi=kpi, said=said)),
        audited=audited,
        hidden=len(mine) - len(shown),
        counts={name: sum(summary.issue.kind is name for summary in everything) for name in IssueKind},
        heard=len(heard),
        once=READ_ONCE,
        without=sum(not row.issue_keys for row in heard),
        unassigned_sentences=unassigned_sentences,
        proposals=proposals,
        emerges=emerges,
        only_emerging=only_emerging,
        found=found,
    )


def ordered(summaries: Sequence[IssueSummary], *, sort: str, kpi: Kpi) -> list[IssueSummary]:
    """Sort issues: most comments, largest share times difference, or worst KPI level first; those without a figure last."""
    worst_first = 1.0 if SCALES[kpi].higher_is_better else -1.0

    def weight(driver: Driver) -> float | None:
        by_impact = impact(driver)
        return None if by_impact is None else -abs(by_impact)

    def level(driver: Driver) -> float | None:
        return None if driver.mean_with is None else driver.mean_with * worst_first

    orders: dict[str, Callable[[Driver], float | None]] = {"impact": weight, "score": level}
    if sort not in orders:
        return list(summaries)

    def key(summary: IssueSummary) -> tuple[bool, float, int]:
        driver = summary.drivers.get(kpi)
        place = None if driver is None else orders[sort](driver)
        return (place is None, place or 0.0, -summary.volume)

    return sorted(summaries, key=key)


def _sections(lines: Sequence[Line]) -> list[Section]:
    """Return the lines by group, in the order of each group's first."""
    found: dict[str | None, Section] = {}
    for line in lines:
        issue = line.summary.issue
        found.setdefault(issue.group_id, Section(issue.group, issue.group_id, [])).lines.append(line)
    return list(found.values())


def _lines(shown: Sequence[IssueSummary], *, known: Taxonomy, kpi: Kpi, said: Mapping[str, str]) -> list[Line]:
    measured_drivers = [summary.drivers.get(kpi) for summary in shown]
    effects = iter(forest([driver for driver in measured_drivers if driver is not None]))
    return [
        Line(
            summary=summary,
            tag=known.tag(summary.issue.id) if summary.issue.kind is IssueKind.TAG else None,
            driver=driver,
            share_bar=bar,
            said=said.get(summary.issue.id),
            effect=next(effects) if driver is not None else None,
        )
        for summary, driver, bar in zip(shown, measured_drivers, share_bars(shown), strict=True)
    ]

"""Desk: everything figures are computed from, over one state of the store; what several figures need is computed once."""

from datetime import datetime
from zoneinfo import ZoneInfo

from pipelines.explaining import EXPLAINED
from pipelines.figures.rows import period_of
from pipelines.issue_list import IssueList, find_issue, issue_list, summary_of
from voc.drivers import IssueKind
from voc.filters import FeedbackFilter
from voc.issues import IssueSummary, Period
from voc.kpis import Kpi
from voc.provenance import FigureQuery
from voc.store.unit import Unit
from voc.taxonomy import Taxonomy

Periods = tuple[Period, Period]


class Desk:
    """Computes over one unit of work; ``known`` are issue lists that are computed already."""

    def __init__(self, unit: Unit, *, taxonomy: Taxonomy, as_of: datetime) -> None:
        self.unit, self.taxonomy, self.as_of = unit, taxonomy, as_of
        self._lists: dict[tuple[FeedbackFilter, str, Periods | None, tuple[Kpi, ...]], IssueList] = {}
        self._versions: dict[str, str] | None = None

    def knows(self, wanted: FeedbackFilter, zone: str, found: IssueList) -> None:
        """Take over an issue list somebody has computed from the same state."""
        self._lists[wanted, zone, None, EXPLAINED] = found

    def issues(self, query: FigureQuery) -> IssueList:
        """Return the issue list of the comments the question is about."""
        periods = periods_of(query)
        kpis = EXPLAINED if query.kpi is None or query.kpi in EXPLAINED else (*EXPLAINED, query.kpi)
        key = (query.filter, query.zone, periods, kpis)
        if key not in self._lists:
            zone = ZoneInfo(query.zone)
            self._lists[key] = issue_list(
                self.unit, taxonomy=self.taxonomy, wanted=query.filter, language="en", zone=zone, kpis=kpis, periods=periods
            )
        return self._lists[key]

    def summary(self, query: FigureQuery) -> IssueSummary | None:
        """Return what is said of the question's issue; None where nobody speaks of it."""
        kind, _, name = (query.issue or "").partition(":")
        if kind not in {one.value for one in IssueKind}:
            return None
        asked = find_issue(self.unit, kind=IssueKind(kind), issue_id=name, taxonomy=self.taxonomy, language="en")
        return None if asked is None else summary_of(self.issues(query), asked, zone=ZoneInfo(query.zone))

    def versions(self) -> dict[str, str]:
        """Return the versions of everything that has a part in a figure."""
        if self._versions is None:
            self._versions = versions_of(self.unit, self.taxonomy)
        return dict(self._versions)


def periods_of(query: FigureQuery) -> Periods | None:
    """Return the periods a question compares an issue's share in, the later one last; None: the last 90 days and those before."""
    if "recent" not in query.more:
        return None
    try:
        return period_of(query.more.get("previous", "")), period_of(query.more["recent"])
    except ValueError:
        return None


def versions_of(unit: Unit, taxonomy: Taxonomy) -> dict[str, str]:
    """Return the versions of all that has a part in a figure; what people corrected or edited shows in its comments and numbers instead."""
    run = unit.topics.current_run()
    learnt = unit.taxonomies.active_stamps()
    return {
        "models": "+".join(unit.enrichments.versions()) or "none",
        "taxonomy": "+".join((f"{taxonomy.name}/{taxonomy.version}", *learnt)),
        "topics": run["id"] if run is not None else "none",
    }

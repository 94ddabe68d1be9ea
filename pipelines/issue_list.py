"""Issue list: the tags and topics of the comments a filter leaves, with volume, share, trend, mood and what goes with the KPIs.

Read-only; the same for the API, the pages, the report and the demonstration, so that they can never disagree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial

from pipelines.explain.summaries import summarise, unassigned_share
from pipelines.explain.trends import last_days, readable
from pipelines.explaining import EXPLAINED, NAMED, aspect_issue, issues_of, measure, topic_issue
from pipelines.ground import Ground, ground_of
from voc.drivers import Issue, IssueKind
from voc.errors import BadFilterError
from voc.filters import FeedbackFilter
from voc.issues import IssueSummary, Period
from voc.kpis import Kpi, KpiFigure, figure
from voc.linking import Links
from voc.store.unit import Unit
from voc.taxonomy import Taxonomy
from voc.voices import VoiceRow, issue_key

RECENT_DAYS = 90
NEVER = datetime(1970, 1, 2, tzinfo=UTC)
"""In the place of the latest comment where there is none."""


@dataclass(frozen=True)
class IssueList:
    """The issues of the comments a filter leaves, largest first, and what they were computed from."""

    issues: tuple[IssueSummary, ...]
    """Tags and topics."""
    aspects: tuple[IssueSummary, ...]
    rows: tuple[VoiceRow, ...]
    links: Links
    kpis: dict[Kpi, KpiFigure]
    """The KPI over the comments, each with the value that belongs to it."""
    unassigned: float | None
    """Share of comments that carry no issue, 0…1."""


def issue_list(  # noqa: PLR0913  # conditions of one question, all by name
    unit: Unit,
    *,
    taxonomy: Taxonomy,
    wanted: FeedbackFilter,
    language: str,
    zone: tzinfo,
    kpis: Sequence[Kpi] = EXPLAINED,
    kind: IssueKind | None = None,
    also: Issue | None = None,
    periods: tuple[Period, Period] | None = None,
    ground: Ground | None = None,
) -> IssueList:
    """Compute the issue list.

    Parameters
    ----------
    wanted
        Which comments count; repeats of the same voice never do.
    language
        ``ja`` or ``en``: the reader's, for tag names.
    zone
        In which months are counted.
    kpis
        The KPIs to look at; an empty sequence leaves the drivers out.
    kind
        Only tags, or only topics; the drivers' q is over all kinds all the same.
    also
        An issue to summarise although it is none: a topic that is hidden, retired or merged, or that no comment names.
    periods
        A period and the one to compare with it, the later one last; left out: the last 90 days and the 90 before.
    ground
        What ``wanted`` leaves, where it was read already.
    """
    found = ground or ground_of(unit, wanted)
    rows, links = found.rows, found.links
    everything = issues_of(rows, unit=unit, taxonomy=taxonomy, language=language, kinds=frozenset(IssueKind))
    measured = [driver for kpi in kpis for driver in measure(kpi, rows, issues=everything, links=links)]
    aspects = [issue for issue in everything if issue.kind is IssueKind.ASPECT]
    issues = [issue for issue in everything if issue.kind in NAMED and kind in (None, issue.kind)]
    if also is not None and also not in issues:
        issues.append(also)
    last = last_days(max((row.submitted_at for row in rows), default=NEVER), days=RECENT_DAYS)
    previous, recent = periods or (last.before(), last)
    summed = partial(summarise, rows, recent=recent, previous=previous, drivers=measured, zone=zone)
    values = {kpi: [value for (_, name), value in links.items() if name is kpi] for kpi in kpis}
    return IssueList(
        issues=summed(issues=issues),
        aspects=summed(issues=aspects),
        rows=rows,
        links=links,
        kpis={kpi: figure(kpi, some) for kpi, some in values.items()},
        unassigned=unassigned_share(rows),
    )


def summary_of(found: IssueList, asked: Issue, *, zone: tzinfo) -> IssueSummary | None:
    """Return an issue's summary, also of one that is none (a hidden or retired topic); None where nobody speaks of it."""
    key = issue_key(asked)
    listed = next((one for one in (*found.issues, *found.aspects) if issue_key(one.issue) == key), None)
    heard = readable(found.rows)
    if listed is not None or not any(key in row.issue_keys for row in heard):
        return listed
    return summarise(heard, issues=[asked], recent=last_days(heard[-1].submitted_at, days=RECENT_DAYS), zone=zone)[0]


def parse_issue(text: str, *, field: str = "issue") -> tuple[IssueKind, str]:
    """Read ``kind:id``.

    Raises
    ------
    BadFilterError
        If it is not of that form.
    """
    kind, _, name = text.partition(":")
    if not name or kind not in {one.value for one in IssueKind}:
        raise BadFilterError("An issue is named kind:id, for example tag:account.login.", field=field)
    return IssueKind(kind), name


def find_issue(unit: Unit, *, kind: IssueKind, issue_id: str, taxonomy: Taxonomy, language: str) -> Issue | None:
    """Return the tag or aspect of the taxonomy or of one's own, or the current topic with the id, or None."""
    if kind is IssueKind.TAG:
        tag = unit.taxonomies.with_own(taxonomy).tag(issue_id)
        return None if tag is None else Issue(kind=kind, id=tag.id, name=tag.small.in_language(language))
    if kind is IssueKind.ASPECT:
        aspects = unit.taxonomies.with_own(taxonomy).aspects()
        return next((aspect_issue(aspect, language) for aspect in aspects if aspect.id == issue_id), None)
    topic = unit.topics.get(issue_id)
    return None if topic is None else topic_issue(topic, unit.topic_groups.find(), language)

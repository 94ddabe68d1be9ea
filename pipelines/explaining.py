"""Explaining: reads what the stages link, explain and act need, calls them, and writes their results back."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pipelines.act import alerts, mentions
from pipelines.explain.drivers import drivers, rank
from pipelines.explain.summaries import volumes
from pipelines.link import link_kpis, voices
from pipelines.topic_watch import watched
from voc.alerts import AlertRule
from voc.drivers import Driver, DriverState, Issue, IssueKind
from voc.filters import FeedbackFilter
from voc.kpis import Kpi
from voc.linking import Links
from voc.store import Store
from voc.store.unit import Unit
from voc.taxonomy import Aspect, Taxonomy
from voc.topics import Topic, TopicGroup
from voc.voices import VoiceRow, issue_key

NAMED = frozenset({IssueKind.TAG, IssueKind.TOPIC})
"""What comments themselves carry; an aspect only sums its tags up."""
EXPLAINED = (Kpi.NPS, Kpi.CSAT, Kpi.CES, Kpi.CHURN)
LANGUAGE_OF_NAMES = "en"


def issues_of(
    rows: Sequence[VoiceRow], *, unit: Unit, taxonomy: Taxonomy, language: str, kinds: frozenset[IssueKind] = NAMED
) -> list[Issue]:
    """Return the issues of the kinds that occur in the voices, named for a reader of the language; kinds apart, by id."""
    issues = known_issues(unit, taxonomy=taxonomy, language=language)
    known = {issue_key(issue): issue for issue in issues if issue.kind in kinds}
    return [known[key] for key in sorted({key for row in rows for key in row.issue_keys}) if key in known]


def known_issues(unit: Unit, *, taxonomy: Taxonomy, language: str) -> list[Issue]:
    """Return every current topic, every tag, one's own too, and every aspect, whether a comment names it or not."""
    groups, known = unit.topic_groups.find(), unit.taxonomies.with_own(taxonomy)
    topics = [topic_issue(topic, groups, language) for topic in unit.topics.find()]
    tags = [Issue(kind=IssueKind.TAG, id=tag.id, name=tag.small.in_language(language)) for tag in known.tags]
    return [*topics, *tags, *(aspect_issue(aspect, language) for aspect in known.aspects())]


def aspect_issue(aspect: Aspect, language: str) -> Issue:
    """Return an aspect as an issue for a reader of the language."""
    return Issue(kind=IssueKind.ASPECT, id=aspect.id, name=aspect.name.in_language(language), tags=aspect.tags)


def topic_issue(topic: Topic, groups: Mapping[str, TopicGroup], language: str) -> Issue:
    """Return a topic as an issue for a reader of the language; ``groups`` by id."""
    group = groups.get(topic.group_id or "")
    naming = {} if group is None else {"group": group.name_in(language), "group_id": group.id}
    return Issue(kind=IssueKind.TOPIC, id=topic.id, name=topic.name_in(language), **naming)


def linked(rows: Sequence[VoiceRow], *, unit: Unit) -> Links:
    """Return the KPI values that belong to the voices."""
    observations = unit.kpis.find()
    moments = [row.submitted_at for row in rows] + [observation.observed_at for observation in observations]
    if not moments:
        return {}
    return link_kpis(
        rows,
        observations=observations,
        customers={customer.id: customer for customer in unit.customers.all_customers()},
        accounts={account.id: account for account in unit.customers.present_accounts()},
        data_until=max(moments).date(),
    )


def measure(kpi: Kpi, rows: Sequence[VoiceRow], *, issues: Sequence[Issue], links: Links) -> list[Driver]:
    """Return every issue's association with a KPI: those with figures first, strongest first, then those without enough data.

    The false-discovery rate is over all of them together, tags, topics and aspects: they are listed as one, so hand in every issue that
    is shown anywhere, and leave out afterwards what a reader does not ask for.
    """
    counts, total = volumes(rows)
    scored = voices(rows, kpi=kpi, links=links)
    measured = drivers(kpi, voices=scored, issues=issues, volumes=counts, total=total)
    rest = sorted((driver for driver in measured if driver.state is not DriverState.OK), key=lambda d: (-d.volume, d.issue.id))
    return [*rank(measured), *rest]


def explain_and_act(
    store: Store, *, taxonomy: Taxonomy, rule: AlertRule, run_id: str, now: datetime, false_alarms_per_week: float
) -> tuple[int, int]:
    """Measure the drivers of every explained KPI, look for topics that emerge and raise alerts over all voices; keep all three.

    Alerts watch tags only: topics that grow are told by the look for emerging ones, within a budget of false alarms. Reading and computing
    happen outside the writing transaction, so that intake does not wait for them; where somebody was erased meanwhile nothing is kept.

    Returns
    -------
    tuple
        How many drivers carry figures, and how many alerts are new.
    """
    with store.read() as unit:
        rows = unit.voices.find(FeedbackFilter())
        issues = issues_of(rows, unit=unit, taxonomy=taxonomy, language=LANGUAGE_OF_NAMES, kinds=frozenset(IssueKind))
        links = linked(rows, unit=unit)
        existing, erasures = unit.alerts.find(), unit.erasures.revision()
        seen = watched(unit, rows, now=now, per_week=false_alarms_per_week)
    measured = {kpi: measure(kpi, rows, issues=issues, links=links) for kpi in EXPLAINED}
    tags = [issue for issue in issues if issue.kind is IssueKind.TAG]
    raised = alerts(mentions(rows, issues=tags), rule=rule, existing=existing)
    with store.write() as unit:
        if unit.erasures.revision() != erasures:
            return 0, 0
        for kpi, found in measured.items():
            unit.drivers.replace(kpi, found, run_id=run_id)
        new = unit.alerts.put(raised)
        if seen is not None:
            unit.looks.put(seen)
    return sum(driver.state is DriverState.OK for found in measured.values() for driver in found), new

"""Topic facts: what a topic says beside its figures: whether it emerges, its state and lineage, and how it went in a period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import Self

from pydantic import BaseModel

from api.issue_shapes import IssueShape
from api.topic_shapes import GroupLine
from pipelines.explain.trends import month_of, monthly, months_between, readable, week_of, weekly, weeks_between
from voc.drivers import IssueKind
from voc.emerging import Emerging, EmergingLook
from voc.issues import IssueSummary, Period, Quote
from voc.store import Unit
from voc.topics import Lineage, Topic, TopicGroup, TopicName, TopicState, lineage_of, name_for
from voc.values import UtcDatetime
from voc.voices import VoiceRow

LONGEST_BY_WEEK_DAYS = 100


class PointShape(BaseModel):
    """Comments from ``start`` on: a week (its Monday) or a month (YYYY-MM)."""

    start: str
    count: int


class PeriodShape(BaseModel):
    """A topic in a period: comments in it, in the one before, and by week (month, where it is long) over both."""

    start: UtcDatetime
    end: UtcDatetime
    count: int
    before_start: UtcDatetime
    before: int
    series: list[PointShape]


class NameSource(BaseModel):
    """Which namer a name is by, and the real sentence that shows it best (null: it is gone)."""

    namer: str
    sentence: str | None

    @classmethod
    def of(cls, name: TopicName | None, texts: Mapping[str, str]) -> Self | None:
        """Return where a name comes from; ``texts`` by sentence id."""
        return None if name is None else cls(namer=name.by, sentence=texts.get(name.example_id or ""))


class TopicShape(IssueShape):
    """A topic: found in the comments, not given. ``edits``: those that stand.

    ``named_by``: the person who named it, null: the service, and ``name_from`` says how.

    ``emerging``: that more people speak of it than its past and the volume explain, over all comments, whatever the filter; else null.
    ``period``: only where one was asked for; ``change`` then compares its shares. ``taxonomy`` and ``tag``: what stands in its place.
    """

    keywords: list[str]
    emerging: Emerging | None
    state: TopicState
    pinned: bool
    named_by: str | None
    name_from: NameSource | None
    parents: list[str]
    group: GroupLine | None
    lineage: Lineage
    edits: int
    taxonomy: str | None
    tag: str | None
    period: PeriodShape | None


class TopicDetail(TopicShape):
    """A topic with real sentences that stand for it; ``leads_to``: the topic a merged one went into in the end, else itself."""

    quotes: list[Quote]
    leads_to: str


@dataclass(frozen=True)
class Facts:
    """What is known of all topics."""

    topics: dict[str, Topic]
    look: EmergingLook | None
    edits: dict[str, int]
    groups: dict[str, TopicGroup]
    texts: dict[str, str]
    """The sentences that show names best, by id."""
    language: str

    @classmethod
    def read(cls, unit: Unit, language: str) -> Self:
        """Read them once for a whole list."""
        topics = {topic.id: topic for topic in unit.topics.find(states=TopicState)}
        names = [name_for(topic.names, language) for topic in topics.values()]
        texts = unit.enrichments.sentence_texts([name.example_id for name in names if name is not None and name.example_id is not None])
        return cls(topics, unit.looks.latest(), dict(unit.topic_edits.counts()), unit.topic_groups.find(), texts, language)

    def of(self, topic: Topic, *, period: PeriodShape | None = None) -> dict[str, object]:
        """Return what a topic's shape says beside its summary."""
        plain: dict[str, object] = topic.model_dump(include={"state", "pinned", "named_by", "taxonomy", "tag"})
        group = self.groups.get(topic.group_id or "")
        return plain | {
            "name_from": NameSource.of(name_for(topic.names, self.language), self.texts),
            "group": GroupLine.of(group, self.language) if group is not None else None,
            "keywords": list(topic.keywords),
            "parents": list(topic.parents),
            "lineage": lineage_of(topic, self.topics.values()),
            "edits": self.edits.get(topic.id, 0),
            "emerging": self.look.of(topic.id) if self.look is not None else None,
            "period": period,
        }


def in_period(
    summary: IssueSummary, rows: Sequence[VoiceRow], periods: tuple[Period, Period] | None, *, zone: tzinfo
) -> PeriodShape | None:
    """Return how a topic went in a period and the one before."""
    if periods is None:
        return None
    before, period = periods
    key = f"{IssueKind.TOPIC.value}:{summary.issue.id}"
    moments = [row.submitted_at for row in readable(rows) if key in row.issue_keys and before.start <= row.submitted_at < period.end]
    last = period.end - timedelta(microseconds=1)
    if (period.end - period.start).days > LONGEST_BY_WEEK_DAYS:
        points = monthly(moments, months=months_between(month_of(before.start, zone=zone), month_of(last, zone=zone)), zone=zone)
    else:
        points = weekly(moments, weeks=weeks_between(week_of(before.start, zone=zone), week_of(last, zone=zone)), zone=zone)
    return PeriodShape(
        start=period.start,
        end=period.end,
        count=summary.change.recent.count,
        before_start=before.start,
        before=summary.change.previous.count,
        series=[PointShape(start=start, count=count) for start, count in points],
    )

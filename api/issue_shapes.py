"""Issue shapes: a topic or a tag with its volume, share, trend, mood and what goes with the KPIs."""

from collections.abc import Mapping, Sequence
from typing import Self

from pydantic import BaseModel

from api.dependencies import zone_of
from api.topic_shapes import GroupLine
from pipelines.explaining import EXPLAINED
from pipelines.issue_list import issue_list
from pipelines.service import Service
from voc.drivers import Driver, IssueKind
from voc.filters import FeedbackFilter
from voc.issues import Change, IssueSummary, Quote, SentimentSplit
from voc.kpis import Kpi
from voc.store import Unit
from voc.taxonomy import Bilingual
from voc.topics import Topic, TopicName, name_for


class MonthCount(BaseModel):
    """Comments in a month, YYYY-MM in the service's zone."""

    month: str
    count: int


class IssueShape(BaseModel):
    """Everything about one issue. Shares are 0…1 with their 95 % interval."""

    id: str
    kind: IssueKind
    name: str
    volume: int
    total: int
    share: float | None
    share_low: float | None
    share_high: float | None
    accounts: int
    sentiment: SentimentSplit
    trend: list[MonthCount]
    change: Change
    drivers: dict[Kpi, Driver | None]

    @classmethod
    def of(cls, summary: IssueSummary, **more: object) -> Self:
        """Return the shape of a summary."""
        plain = summary.model_dump(include={"volume", "total", "share", "share_low", "share_high", "accounts"})
        return cls(
            id=summary.issue.id,
            kind=summary.issue.kind,
            name=summary.issue.name,
            sentiment=summary.sentiment,
            trend=[MonthCount(month=month, count=count) for month, count in summary.months],
            change=summary.change,
            drivers=summary.drivers,
            **plain,
            **more,
        )


class NameSource(BaseModel):
    """Which namer a name is by, and the real sentence that shows it best (null: it is gone)."""

    namer: str
    sentence: str | None

    @classmethod
    def of(cls, name: TopicName | None, texts: Mapping[str, str]) -> Self | None:
        """Return where a name comes from; ``texts`` by sentence id."""
        return None if name is None else cls(namer=name.by, sentence=texts.get(name.example_id or ""))


class TopicShape(IssueShape):
    """A topic: found in the comments, not given.

    ``parents``: the topics it was split from; ``named_by``: the person who named it, null: the service, and ``name_from`` says how.
    """

    keywords: list[str]
    pinned: bool
    named_by: str | None
    name_from: NameSource | None
    parents: list[str]
    group: GroupLine | None


def topic_facts(unit: Unit, topics: Sequence[Topic], language: str) -> dict[str, dict[str, object]]:
    """Return what each topic's shape says beside its summary, by id."""
    groups = unit.topic_groups.find()
    names = {topic.id: name_for(topic.names, language) for topic in topics}
    sentences = [name.example_id for name in names.values() if name is not None and name.example_id is not None]
    texts = unit.enrichments.sentence_texts(sentences)
    return {
        topic.id: {
            "keywords": list(topic.keywords),
            "pinned": topic.pinned,
            "named_by": topic.named_by,
            "name_from": NameSource.of(names[topic.id], texts),
            "parents": list(topic.parents),
            "group": GroupLine.of(groups[topic.group_id], language) if topic.group_id in groups else None,
        }
        for topic in topics
    }


class TopicDetail(TopicShape):
    """A topic with real sentences that stand for it."""

    quotes: list[Quote]


class TagIssueShape(IssueShape):
    """A tag with its three levels in both languages."""

    large: Bilingual
    middle: Bilingual
    small: Bilingual
    definition: Bilingual


def summaries(
    unit: Unit, service: Service, *, kind: IssueKind, wanted: FeedbackFilter, language: str
) -> tuple[IssueSummary, ...]:
    """Return the issues of a kind, largest first.

    Over all comments the drivers are those last computed; over a part of them they are computed now.
    """
    everything = wanted == FeedbackFilter()
    found = issue_list(
        unit,
        taxonomy=service.taxonomy,
        wanted=wanted,
        language=language,
        zone=zone_of(service),
        kind=kind,
        kpis=() if everything else EXPLAINED,
    ).issues
    if not everything:
        return found
    return tuple(
        summary.model_copy(update={"drivers": dict(unit.drivers.of_issue(summary.issue.kind, summary.issue.id))}) for summary in found
    )

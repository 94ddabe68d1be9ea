"""Issue shapes: a topic or a tag with its volume, share, trend, mood and what goes with the KPIs."""

from typing import Self

from pydantic import BaseModel

from api.dependencies import zone_of
from pipelines.explaining import EXPLAINED
from pipelines.issue_list import issue_list
from pipelines.service import Service
from voc.drivers import Driver, IssueKind
from voc.filters import FeedbackFilter
from voc.issues import Change, IssueSummary, Quote, SentimentSplit
from voc.kpis import Kpi
from voc.store import Unit
from voc.taxonomy import Bilingual
from voc.topics import Topic


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


class TopicShape(IssueShape):
    """A topic: found in the comments, not given. ``parents``: the topics it was split from; ``named_by`` null: named by the service."""

    keywords: list[str]
    pinned: bool
    named_by: str | None
    parents: list[str]


def topic_facts(topic: Topic) -> dict[str, object]:
    """Return what a topic's shape says beside its summary."""
    return {"keywords": list(topic.keywords), "pinned": topic.pinned, "named_by": topic.named_by, "parents": list(topic.parents)}


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

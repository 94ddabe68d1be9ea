"""Issue shapes: a topic or a tag with its volume, share, trend, mood and what goes with the KPIs."""

from dataclasses import replace
from typing import Self

from pydantic import BaseModel

from api import remembering
from api.dependencies import addresses_of, zone_of
from pipelines.explaining import EXPLAINED
from pipelines.issue_list import IssueList
from pipelines.service import Service
from voc.drivers import Driver, Issue, IssueKind
from voc.filters import FeedbackFilter
from voc.issues import Change, IssueSummary, Period, SentimentSplit
from voc.kpis import Kpi
from voc.store import Unit
from voc.taxonomy import Bilingual


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
    figure: str | None

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
            figure=summary.figure,
            **plain,
            **more,
        )


class TagIssueShape(IssueShape):
    """A tag with its three levels in both languages."""

    large: Bilingual
    middle: Bilingual
    small: Bilingual
    definition: Bilingual


def summaries(
    unit: Unit,
    service: Service,
    *,
    kind: IssueKind,
    wanted: FeedbackFilter,
    language: str,
    also: Issue | None = None,
    periods: tuple[Period, Period] | None = None,
) -> IssueList:
    """Return the issues of a kind, largest first; ``also`` is among them whether it counts as an issue or not.

    Over all comments the drivers are those last computed; over a part of them they are computed now.
    """
    everything = wanted == FeedbackFilter()
    found = remembering.issues(
        unit,
        service,
        wanted=wanted,
        language=language,
        zone=zone_of(service),
        kind=kind,
        also=also,
        periods=periods,
        kpis=() if everything else EXPLAINED,
    )
    known = found.issues
    if everything:
        known = tuple(
            summary.model_copy(update={"drivers": dict(unit.drivers.of_issue(summary.issue.kind, summary.issue.id))})
            for summary in found.issues
        )
    return replace(found, issues=addresses_of(unit, service, wanted=wanted).summaries(known, periods=periods))

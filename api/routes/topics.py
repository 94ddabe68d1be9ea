"""Topics and tags: what many comments are about."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from api.auth import require
from api.dependencies import ReaderLanguage, ServiceOf, addresses_of, zone_of
from api.issue_shapes import TagIssueShape, summaries
from api.narrowing import Narrowing, PagedNarrowed, PagedNarrowing
from api.paging import Page, cursor_after, feedback_cursor, page_of
from api.periods import read_period
from api.routes.feedback import shapes
from api.shapes import FeedbackShape
from api.topic_facts import Facts, TopicDetail, TopicShape, in_period
from pipelines.explaining import topic_issue
from pipelines.service import Service
from pipelines.topic_editing import existing, survivor
from pipelines.topic_suggestions import ORDERS, Order, Suggestion, suggest
from voc.drivers import IssueKind
from voc.feedback import Language
from voc.issues import Period
from voc.keys import Scope
from voc.store import Unit
from voc.topics import TopicState
from voc.values import UtcDatetime

router = APIRouter(tags=["topics"], dependencies=[Depends(require(Scope.READ))])
QUOTES = 5
PeriodText = Annotated[
    str | None,
    Field(max_length=10, description="30d (up to the latest comment), 2026, 2026-Q1 or 2026-03: counts in it and in the one before."),
]


class RunShape(BaseModel):
    """The discovery the topics come from."""

    id: str
    model_version: str
    finished_at: UtcDatetime


class TopicQuery(Narrowing):
    """Conditions, and a period to look at."""

    period: PeriodText = None


class TopicPage(Page[TopicShape]):
    """Topics, largest first; ``unassigned_share`` is the share of sentences near to none of them, of all comments, with its address."""

    run: RunShape | None
    unassigned_share: float | None
    unassigned_figure: str | None


class TopicNarrowing(PagedNarrowing):
    """Conditions, a page, of which group of topics, and a period to look at."""

    group: str | None = Field(default=None, max_length=100, description="Only topics of this group (its id).")
    period: PeriodText = None


TopicsNarrowed = Annotated[TopicNarrowing, Query()]


class UnassignedNarrowing(PagedNarrowing):
    """Conditions, a page, and its order."""

    order: Order = Field(default=Order.NEWEST, description="newest; suggestion: by the nearest topic, the most frequent first.")


class NearestShape(BaseModel):
    """The topic nearest to a sentence, and the cosine of the two."""

    id: str
    name: str
    cosine: float


class UnassignedShape(BaseModel):
    """A sentence that lies near no topic; ``nearest`` is null where there is no topic at all."""

    id: str
    feedback_id: str
    text: str
    language: Language
    submitted_at: UtcDatetime | None
    nearest: NearestShape | None

    @classmethod
    def of(cls, found: Suggestion, names: Mapping[str, str]) -> "UnassignedShape":
        """Return the shape; ``names`` are the topics' by id."""
        nearest = None if found.topic_id is None else NearestShape(id=found.topic_id, name=names[found.topic_id], cosine=found.cosine)
        return cls(**found.sentence.model_dump(include=set(cls.model_fields)), nearest=nearest)


@router.get("/v1/topics")
def topics(service: ServiceOf, query: TopicsNarrowed, language: ReaderLanguage) -> TopicPage:
    """List the topics of the comments that match."""
    zone = zone_of(service)
    with service.store.read() as unit:
        facts = Facts.read(unit, language)
        wanted = query.wanted(zone=zone, clock=service.clock)
        periods = _periods(service, unit, query.period)
        found = summaries(unit, service, kind=IssueKind.TOPIC, wanted=wanted, language=language, periods=periods)
        run = unit.topics.current_run()
        unassigned = addresses_of(unit, service).unassigned(unit.topics.unassigned())
    listed = [one for one in found.issues if query.group in (None, one.issue.group_id)]
    page = page_of(listed, limit=query.limit, cursor=query.cursor)
    data = [
        TopicShape.of(one, **facts.of(facts.topics[one.issue.id], period=in_period(one, found.rows, periods, zone=zone)))
        for one in page.data
    ]
    shown = None if run is None else RunShape(**{name: run[name] for name in RunShape.model_fields})
    return TopicPage(
        data=data, next_cursor=page.next_cursor, run=shown, unassigned_share=unassigned.share, unassigned_figure=unassigned.figure
    )


@router.get("/v1/topics/unassigned")
def unassigned(service: ServiceOf, query: Annotated[UnassignedNarrowing, Query()], language: ReaderLanguage) -> Page[UnassignedShape]:
    """List the sentences that lie near no topic, of the comments that match, each with the topic nearest to it.

    A sentence that a person left without a topic is not among them.
    """
    with service.store.read() as unit:
        run, topics = unit.topics.current_run(), unit.topics.find()
        wanted = query.wanted(zone=zone_of(service), clock=service.clock)
        waiting = unit.enrichments.sentences_for_topics(encoder=run["encoder"], without_topic=wanted) if run else []
    names = {topic.id: topic.name_in(language) for topic in topics}
    found = page_of(ORDERS[query.order](suggest(waiting, topics)), limit=query.limit, cursor=query.cursor)
    return Page(data=[UnassignedShape.of(one, names) for one in found.data], next_cursor=found.next_cursor)


@router.get("/v1/topics/{topic_id}")
def topic(service: ServiceOf, topic_id: str, query: Annotated[TopicQuery, Query()], language: ReaderLanguage) -> TopicDetail:
    """Return one topic with quotes, in whatever state it is; a merged one has no comments of its own and says where it leads."""
    zone = zone_of(service)
    with service.store.read() as unit:
        asked, facts = existing(unit, topic_id), Facts.read(unit, language)
        wanted = query.wanted(zone=zone, clock=service.clock)
        periods = _periods(service, unit, query.period)
        issue = topic_issue(asked, unit.topic_groups.find(), language)
        found = summaries(unit, service, kind=IssueKind.TOPIC, wanted=wanted, language=language, also=issue, periods=periods)
        summary = next(summary for summary in found.issues if summary.issue.id == asked.id)
        if asked.state is not TopicState.ACTIVE:
            summary = summary.model_copy(update={"figure": None})  # no list has it
        quotes = unit.quotes.of_issue(issue, limit=QUOTES)
        leads_to = survivor(unit, asked).id
    period = in_period(summary, found.rows, periods, zone=zone)
    return TopicDetail.of(summary, **facts.of(asked, period=period), quotes=quotes, leads_to=leads_to)


@router.get("/v1/topics/{topic_id}/feedback")
def topic_feedback(service: ServiceOf, topic_id: str, query: PagedNarrowed) -> Page[FeedbackShape]:
    """List the comments of a topic, newest first; of a merged one those of the topic it leads to."""
    with service.store.read() as unit:
        topic = survivor(unit, existing(unit, topic_id))
        wanted = query.wanted(zone=zone_of(service), clock=service.clock).model_copy(update={"topic": topic.id})
        found = unit.feedback.find(wanted, limit=query.limit + 1, cursor=feedback_cursor(query.cursor))
        shown = shapes(unit, found[: query.limit])
    return Page(data=shown, next_cursor=cursor_after(found[query.limit - 1]) if len(found) > query.limit else None)


@router.get("/v1/tags")
def tags(service: ServiceOf, query: PagedNarrowed, language: ReaderLanguage) -> Page[TagIssueShape]:
    """List the tags of the comments that match, largest first, with their names in both languages."""
    with service.store.read() as unit:
        wanted = query.wanted(zone=zone_of(service), clock=service.clock)
        found = summaries(unit, service, kind=IssueKind.TAG, wanted=wanted, language=language)
        known = {tag.id: tag for tag in unit.taxonomies.with_own(service.taxonomy).tags}
    names = ("large", "middle", "small", "definition")
    items = [
        TagIssueShape.of(summary, **{name: getattr(known[summary.issue.id], name) for name in names})
        for summary in found.issues
        if summary.issue.id in known
    ]
    return page_of(items, limit=query.limit, cursor=query.cursor)


def _periods(service: Service, unit: Unit, text: str | None) -> tuple[Period, Period] | None:
    if text is None:
        return None
    latest = unit.feedback.period()[1]
    return read_period(text, zone=zone_of(service), latest=latest or service.clock())

"""Topics and tags: what many comments are about."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from api.auth import require
from api.dependencies import ReaderLanguage, ServiceOf, zone_of
from api.issue_shapes import TagIssueShape, TopicDetail, TopicShape, summaries, topic_facts
from api.narrowing import Narrowed, PagedNarrowed, PagedNarrowing
from api.paging import Page, cursor_after, feedback_cursor, page_of
from api.routes.feedback import shapes
from api.shapes import FeedbackShape
from voc.drivers import IssueKind
from voc.errors import NotFoundError
from voc.issues import IssueSummary
from voc.keys import Scope
from voc.store import Unit
from voc.topics import Topic
from voc.values import UtcDatetime

router = APIRouter(tags=["topics"], dependencies=[Depends(require(Scope.READ))])
QUOTES = 5


class RunShape(BaseModel):
    """The discovery the topics come from."""

    id: str
    model_version: str
    finished_at: UtcDatetime


class TopicPage(Page[TopicShape]):
    """Topics, largest first; ``unassigned_share`` is the share of sentences near to none of them."""

    run: RunShape | None
    unassigned_share: float | None


class TopicNarrowing(PagedNarrowing):
    """Conditions, a page, and of which group of topics."""

    group: str | None = Field(default=None, max_length=100, description="Only topics of this group (its id).")


TopicsNarrowed = Annotated[TopicNarrowing, Query()]


@router.get("/v1/topics")
def topics(service: ServiceOf, query: TopicsNarrowed, language: ReaderLanguage) -> TopicPage:
    """List the topics of the comments that match."""
    with service.store.read() as unit:
        known = topic_facts(unit, unit.topics.find(), language)
        wanted = query.wanted(zone=zone_of(service), clock=service.clock)
        found = summaries(unit, service, kind=IssueKind.TOPIC, wanted=wanted, language=language)
        run = unit.topics.current_run()
        unassigned = unit.topics.unassigned_share()
    page = page_of(
        [TopicShape.of(one, **known[one.issue.id]) for one in found if query.group in (None, one.issue.group_id)],
        limit=query.limit,
        cursor=query.cursor,
    )
    shown = None if run is None else RunShape(**{name: run[name] for name in RunShape.model_fields})
    return TopicPage(data=page.data, next_cursor=page.next_cursor, run=shown, unassigned_share=unassigned)


@router.get("/v1/topics/{topic_id}")
def topic(service: ServiceOf, topic_id: str, query: Narrowed, language: ReaderLanguage) -> TopicDetail:
    """Return one topic with quotes."""
    with service.store.read() as unit:
        found = _existing(unit, topic_id)
        wanted = query.wanted(zone=zone_of(service), clock=service.clock)
        all_of_kind = summaries(unit, service, kind=IssueKind.TOPIC, wanted=wanted, language=language)
        summary = _of(all_of_kind, found.id)
        quotes = unit.quotes.of_issue(summary.issue, limit=QUOTES)
        facts = topic_facts(unit, [found], language)[found.id]
    return TopicDetail.of(summary, **facts, quotes=quotes)


@router.get("/v1/topics/{topic_id}/feedback")
def topic_feedback(service: ServiceOf, topic_id: str, query: PagedNarrowed) -> Page[FeedbackShape]:
    """List the comments of a topic, newest first."""
    with service.store.read() as unit:
        topic = _existing(unit, topic_id)
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
        for summary in found
        if summary.issue.id in known
    ]
    return page_of(items, limit=query.limit, cursor=query.cursor)


def _existing(unit: Unit, topic_id: str) -> Topic:
    """Return the topic, or the one it was merged into."""
    found = unit.topics.get(topic_id)
    while found is not None and found.merged_into is not None:
        found = unit.topics.get(found.merged_into)
    if found is None:
        raise NotFoundError
    return found


def _of(found: tuple[IssueSummary, ...], topic_id: str) -> IssueSummary:
    """Return the topic's summary; one whose comments are all filtered out is not part of this answer."""
    summary = next((summary for summary in found if summary.issue.id == topic_id), None)
    if summary is None:
        raise NotFoundError
    return summary

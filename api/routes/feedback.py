"""Stored comments: lists, counts, one with its analysis, its neighbours in meaning, and what each stage made of it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from api.auth import require
from api.dependencies import ReaderLanguage, ServiceOf, addresses_of, zone_of
from api.narrowing import Narrowed, PagedNarrowed
from api.paging import MAX_LIMIT, Page, cursor_after, feedback_cursor
from api.shapes import FeedbackShape
from api.tracing import Trace, trace_of
from pipelines.search import Hit
from pipelines.service import Service
from voc.enrichment import Enrichment
from voc.errors import NotFoundError
from voc.feedback import Feedback
from voc.keys import Scope
from voc.store import Unit
from voc.store.enrichments import split_sentence_id

router = APIRouter(tags=["feedback"], dependencies=[Depends(require(Scope.READ))])
SimilarLimit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


class Count(BaseModel):
    """How many comments match; the figure's evidence lists them. No figure where words narrow them."""

    count: int
    figure: str | None


class Place(BaseModel):
    """A stretch of the text; offsets are code points, end exclusive."""

    start: int
    end: int


class Near(BaseModel):
    """A comment that was found: the cosine of the two nearest sentences (null: it has none), and where it has the words, if it has."""

    similarity: float | None
    matched: list[Place] = []
    feedback: FeedbackShape


class NearList(BaseModel):
    """Comments, best first: words and meaning mixed by reciprocal rank fusion."""

    data: list[Near]
    next_cursor: str | None = None


@router.get("/v1/feedback")
def find(service: ServiceOf, query: PagedNarrowed) -> Page[FeedbackShape]:
    """List comments that match, newest first."""
    wanted = query.wanted(zone=zone_of(service), clock=service.clock)
    with service.store.read() as unit:
        found = unit.feedback.find(wanted, limit=query.limit + 1, cursor=feedback_cursor(query.cursor))
        shown = shapes(unit, found[: query.limit])
    more = len(found) > query.limit
    return Page(data=shown, next_cursor=cursor_after(found[query.limit - 1]) if more else None)


@router.get("/v1/feedback/count")
def count(service: ServiceOf, query: Narrowed) -> Count:
    """Count comments that match."""
    wanted = query.wanted(zone=zone_of(service), clock=service.clock)
    with service.store.read() as unit:
        found = unit.feedback.count(wanted)
        return Count(count=found, figure=addresses_of(unit, service, wanted=wanted).count(found))


@router.get("/v1/feedback/{feedback_id}")
def get(service: ServiceOf, feedback_id: str) -> FeedbackShape:
    """Return one comment with what it says."""
    with service.store.read() as unit:
        return shapes(unit, [existing(unit, feedback_id)])[0]


@router.get("/v1/feedback/{feedback_id}/similar")
def similar(service: ServiceOf, feedback_id: str, limit: SimilarLimit = 10) -> NearList:
    """List the comments most like this one; empty while it waits for analysis."""
    hits = service.similar(feedback_id, limit=limit)
    return NearList(data=near(service, hits))


@router.get("/v1/feedback/{feedback_id}/trace")
def trace(service: ServiceOf, feedback_id: str, language: ReaderLanguage) -> Trace:
    """Show what each stage made of one comment, with model, version and time."""
    return trace_of(service, feedback_id, language=language)


def existing(unit: Unit, feedback_id: str) -> Feedback:
    """Return the comment.

    Raises
    ------
    NotFoundError
        If there is none with this id.
    """
    feedback = unit.feedback.get(feedback_id)
    if feedback is None:
        raise NotFoundError
    return feedback


def shapes(unit: Unit, found: list[Feedback]) -> list[FeedbackShape]:
    """Return comments with what they say and the current topic of each sentence."""
    ids = [feedback.id for feedback in found]
    said: dict[str, Enrichment] = unit.enrichments.get_many(ids)
    topics: dict[str, dict[int, str | None]] = {}
    for sentence, topic in unit.topics.of_feedback(ids).items():
        feedback_id, position = split_sentence_id(sentence)
        topics.setdefault(feedback_id, {})[position] = topic
    return [FeedbackShape.of(feedback, said.get(feedback.id), topics=topics.get(feedback.id)) for feedback in found]


def near(service: Service, hits: list[Hit]) -> list[Near]:
    """Return the comments of hits with why they were found, in order."""
    why = {hit.feedback_id: hit for hit in hits}
    with service.store.read() as unit:
        found = shapes(unit, unit.feedback.get_many(list(why)))
    return [
        Near(similarity=hit.similarity, matched=[Place(start=place.start, end=place.end) for place in hit.places], feedback=feedback)
        for feedback in found
        if (hit := why[feedback.id])
    ]

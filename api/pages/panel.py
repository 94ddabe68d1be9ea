"""Panel: everything known about one comment: its sentences, why they carry their tags, who said it, what it resembles, its way here."""

from dataclasses import dataclass
from datetime import datetime

from api.pages.visit import Visit
from voc.customers import Account, Customer
from voc.enrichment import Enrichment, SentenceAnalysis, TagScore
from voc.feedback import Feedback
from voc.journey import Staged, stage_of
from voc.store.enrichments import sentence_id
from voc.store.unit import Unit
from voc.taxonomy import Tag
from voc.topics import Topic

SIMILAR = 5


@dataclass(frozen=True)
class Piece:
    """A stretch of the verbatim: a sentence, or words that are not the customer's own and were not read."""

    text: str
    sentence: SentenceAnalysis | None
    topic: Topic | None


@dataclass(frozen=True)
class NamedTag:
    """A tag of the comment with its place in the taxonomy; ``tag`` is None where the taxonomy no longer has it."""

    score: TagScore
    tag: Tag | None


@dataclass(frozen=True)
class Near:
    """A comment that resembles this one."""

    feedback: Feedback
    similarity: float | None


@dataclass(frozen=True)
class Panel:
    """What the side panel shows."""

    feedback: Feedback
    enrichment: Enrichment | None
    pieces: tuple[Piece, ...]
    tags: tuple[NamedTag, ...]
    taken: tuple[NamedTag, ...]
    """Tags that a person took away."""
    people: frozenset[str]
    """Tags that a person gave."""
    choices: tuple[Tag, ...]
    topics: tuple[Topic, ...]
    customer: Customer | None
    account: Account | None
    journey: Staged
    """Where the speaker stood, and the rule that says so."""
    original: Feedback | None
    similar: tuple[Near, ...]
    history: tuple[tuple[str, datetime], ...]


def panel(visit: Visit, feedback_id: str) -> Panel | None:
    """Return the panel of a comment; None where there is no such comment."""
    if not feedback_id:
        return None
    with visit.service.store.read() as unit:
        feedback = unit.feedback.get(feedback_id)
    if feedback is None:
        return None
    hits = {hit.feedback_id: hit.similarity for hit in visit.service.similar(feedback_id, limit=SIMILAR)}
    with visit.service.store.read() as unit:
        enrichment = unit.enrichments.get(feedback_id)
        topics = _topics(unit, feedback_id)
        said = unit.corrections.standing([feedback_id]).get(feedback_id, {})
        customer = unit.customers.customer(feedback.customer_id) if feedback.customer_id else None
        account = unit.customers.account(feedback.account_id) if feedback.account_id else None
        known = {tag.id: tag for tag in unit.taxonomies.with_own(visit.service.taxonomy).tags}
        return Panel(
            feedback=feedback,
            enrichment=enrichment,
            pieces=pieces(feedback, enrichment, topics),
            tags=tuple(NamedTag(score=tag, tag=known.get(tag.tag)) for tag in (enrichment.tags if enrichment else ())),
            taken=tuple(NamedTag(score=TagScore(tag=tag, score=0.0), tag=known.get(tag)) for tag, given in said.items() if not given),
            people=frozenset(tag for tag, given in said.items() if given),
            choices=tuple(known.values()),
            topics=tuple({topic.id: topic for topic in topics.values()}.values()),
            customer=customer,
            account=account,
            journey=stage_of(feedback, customer=customer, account=account),
            original=unit.feedback.get(feedback.duplicate_of) if feedback.duplicate_of else None,
            similar=tuple(Near(feedback=near, similarity=hits[near.id]) for near in unit.feedback.get_many(list(hits))),
            history=tuple(unit.enrichments.history(feedback_id)),
        )


def pieces(feedback: Feedback, enrichment: Enrichment | None, topics: dict[str, Topic]) -> tuple[Piece, ...]:
    """Cut the verbatim at its sentences; joined again the pieces are the verbatim."""
    found: list[Piece] = []
    at = 0
    for sentence in enrichment.sentences if enrichment is not None else ():
        if sentence.start < at:
            continue
        if sentence.start > at:
            found.append(Piece(text=feedback.verbatim[at : sentence.start], sentence=None, topic=None))
        text = feedback.verbatim[sentence.start : sentence.end]
        found.append(Piece(text=text, sentence=sentence, topic=topics.get(sentence_id(feedback.id, sentence.position))))
        at = sentence.end
    if at < len(feedback.verbatim):
        found.append(Piece(text=feedback.verbatim[at:], sentence=None, topic=None))
    return tuple(found)


def _topics(unit: Unit, feedback_id: str) -> dict[str, Topic]:
    """Return the current topic of each sentence that has one, by sentence id."""
    named = {topic.id: topic for topic in unit.topics.find()}
    return {key: named[topic_id] for key, topic_id in unit.topics.of_feedback([feedback_id]).items() if topic_id in named}

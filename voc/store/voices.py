"""Voices read for counting and comparing: one row a comment, repeats of the same voice left out."""

from typing import Any

from sqlalchemy import Connection, and_, select

from voc.customers import Role
from voc.drivers import IssueKind
from voc.feedback import JourneyStage, Language, Source
from voc.filters import FeedbackFilter
from voc.kpis import Kpi
from voc.sentiment import SentimentLabel
from voc.store import filters, journey
from voc.store.rows import table
from voc.store.tables import (
    AccountRow,
    CustomerRow,
    EnrichmentRow,
    FeedbackRow,
    FeedbackTagRow,
    SentenceRow,
    TopicAssignmentRow,
)
from voc.store.taxonomies import TaxonomyStore
from voc.taxonomy import shipped_taxonomy
from voc.voices import VoiceRow

FEEDBACK = table(FeedbackRow)
ENRICHMENTS = table(EnrichmentRow)
SENTENCES = table(SentenceRow)
TAGS = table(FeedbackTagRow)
ASSIGNMENTS = table(TopicAssignmentRow)
CUSTOMERS = table(CustomerRow)
ACCOUNTS = table(AccountRow)
COMPLAINS_BELOW = -0.2


class VoiceStore:
    """Rows for counts inside one unit of work.

    A voice carries the keys of its tags and topics, and of the aspects its tags belong to; what it complains about is tags and topics.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, wanted: FeedbackFilter) -> list[VoiceRow]:
        """Return the voices of the comments that match, oldest first."""
        where = filters.conditions(wanted.model_copy(update={"duplicates": False}))
        named, complained = self._issues(where)
        query = (
            select(
                FEEDBACK.c.id,
                FEEDBACK.c.submitted_at,
                FEEDBACK.c.language,
                FEEDBACK.c.source,
                FEEDBACK.c.customer_id,
                FEEDBACK.c.account_id,
                FEEDBACK.c.no_signal,
                FEEDBACK.c.scores,
                ENRICHMENTS.c.sentiment_label,
                ENRICHMENTS.c.sentiment_score,
                ENRICHMENTS.c.intent,
                CUSTOMERS.c.role,
                filters.speaker_segment().label("segment"),
                ACCOUNTS.c.plan,
                journey.stage_of(FEEDBACK, CUSTOMERS, ACCOUNTS).label("journey_stage"),
            )
            .join(ENRICHMENTS, filters.current_enrichment(), isouter=True)
            .join(CUSTOMERS, CUSTOMERS.c.id == FEEDBACK.c.customer_id, isouter=True)
            .join(ACCOUNTS, ACCOUNTS.c.id == FEEDBACK.c.account_id, isouter=True)
            .where(*where)
            .order_by(FEEDBACK.c.submitted_at, FEEDBACK.c.id)
        )
        return [_voice(row, named, complained) for row in self._connection.execute(query)]

    def _issues(self, where: list[Any]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
        named: dict[str, set[str]] = {}
        complained: dict[str, set[str]] = {}
        query = (
            select(
                SENTENCES.c.feedback_id,
                SENTENCES.c.tags,
                SENTENCES.c.sentiment_score,
                SENTENCES.c.sentiment_abstained,
                SENTENCES.c.intent,
                ASSIGNMENTS.c.topic_id,
            )
            .join(FEEDBACK, and_(SENTENCES.c.feedback_id == FEEDBACK.c.id, SENTENCES.c.model_version == FEEDBACK.c.handled_version))
            .join(ASSIGNMENTS, _assigned(), isouter=True)
            .where(*where)
        )
        said: dict[str, set[str]] = {}
        for row in self._connection.execute(query):
            keys = {_tag_key(tag["tag"]) for tag in row.tags}
            said.setdefault(row.feedback_id, set()).update(keys)
            if row.topic_id is not None:
                keys.add(f"{IssueKind.TOPIC.value}:{row.topic_id}")
                named.setdefault(row.feedback_id, set()).add(f"{IssueKind.TOPIC.value}:{row.topic_id}")
            if row.intent == "complaint" or (row.sentiment_score <= COMPLAINS_BELOW and not row.sentiment_abstained):
                complained.setdefault(row.feedback_id, set()).update(keys)
        for feedback_id, tag in self._tags(where):
            named.setdefault(feedback_id, set()).add(tag)
            if feedback_id in complained and tag not in said.get(feedback_id, set()):  # a person's tag is of no one sentence
                complained[feedback_id].add(tag)
        aspects = self._aspects()
        for keys in named.values():
            keys.update({aspects[key] for key in keys if key in aspects})
        return named, {feedback_id: keys & named.get(feedback_id, set()) for feedback_id, keys in complained.items()}

    def _aspects(self) -> dict[str, str]:
        """Return the key of each tag's aspect, by the tag's key."""
        known = TaxonomyStore(self._connection).with_own(shipped_taxonomy())
        return {_tag_key(tag): f"{IssueKind.ASPECT.value}:{aspect.id}" for aspect in known.aspects() for tag in aspect.tags}

    def _tags(self, where: list[Any]) -> list[tuple[str, str]]:
        """Return each comment's tags as people corrected them."""
        current = and_(TAGS.c.feedback_id == FEEDBACK.c.id, TAGS.c.model_version == FEEDBACK.c.handled_version)
        rows = self._connection.execute(select(TAGS.c.feedback_id, TAGS.c.tag).join(FEEDBACK, current).where(*where))
        return [(row.feedback_id, _tag_key(row.tag)) for row in rows]


def _tag_key(tag: str) -> str:
    return f"{IssueKind.TAG.value}:{tag}"


def _assigned() -> Any:
    return and_(ASSIGNMENTS.c.feedback_id == SENTENCES.c.feedback_id, ASSIGNMENTS.c.position == SENTENCES.c.position)


def _voice(row: Any, named: dict[str, set[str]], complained: dict[str, set[str]]) -> VoiceRow:
    return VoiceRow(
        feedback_id=row.id,
        submitted_at=row.submitted_at,
        language=Language(row.language),
        source=Source(row.source),
        customer_id=row.customer_id,
        account_id=row.account_id,
        segment=row.segment,
        role=Role(row.role) if row.role else Role.UNKNOWN,
        sentiment=SentimentLabel(row.sentiment_label) if row.sentiment_label else None,
        sentiment_score=row.sentiment_score,
        intent=row.intent,
        no_signal=row.no_signal,
        scores={Kpi(score["kpi"]): score["value"] for score in row.scores},
        issue_keys=frozenset(named.get(row.id, ())),
        complained_keys=frozenset(complained.get(row.id, ())),
        plan=row.plan,
        journey_stage=JourneyStage(row.journey_stage),
    )

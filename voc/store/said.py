"""Comments as the queue reads them: words, tone, what they want, score and sentences; repeats and what waits for analysis left out."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from voc.concerns import Said, SaidSentence
from voc.customers import Role
from voc.enrichment import Intent, Urgency
from voc.feedback import Language, Source, Span, own_words
from voc.kpis import Kpi
from voc.store import filters
from voc.store.rows import table
from voc.store.tables import AccountRow, CustomerRow, EnrichmentRow, FeedbackRow, SentenceRow

FEEDBACK = table(FeedbackRow)
ENRICHMENTS = table(EnrichmentRow)
SENTENCES = table(SentenceRow)
CUSTOMERS = table(CustomerRow)
ACCOUNTS = table(AccountRow)
READ = (FEEDBACK.c.duplicate_of.is_(None), FEEDBACK.c.no_signal.is_(False))


class SaidStore:
    """What was said, inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self) -> list[Said]:
        """Return every comment that was read, oldest first."""
        sentences = self._sentences()
        query = (
            select(
                FEEDBACK,
                ENRICHMENTS.c.sentiment_score,
                ENRICHMENTS.c.sentiment_abstained,
                ENRICHMENTS.c.intents,
                ENRICHMENTS.c.urgency,
                ENRICHMENTS.c.churn,
                CUSTOMERS.c.role,
                filters.speaker_segment().label("speaker_segment"),
                CUSTOMERS.c.account_id.label("customer_account"),
            )
            .join(ENRICHMENTS, filters.current_enrichment())
            .join(CUSTOMERS, CUSTOMERS.c.id == FEEDBACK.c.customer_id, isouter=True)
            .join(ACCOUNTS, ACCOUNTS.c.id == FEEDBACK.c.account_id, isouter=True)
            .where(*READ)
            .order_by(FEEDBACK.c.submitted_at, FEEDBACK.c.id)
        )
        return [_said(row, sentences.get(row.id, [])) for row in self._connection.execute(query)]

    def has_owner(self, owner_id: str) -> bool:
        """Whether somebody of the id said anything: a customer or account without a profile has an id all the same."""
        query = select(FEEDBACK.c.id).where(or_(FEEDBACK.c.customer_id == owner_id, FEEDBACK.c.account_id == owner_id))
        return self._connection.execute(query.limit(1)).one_or_none() is not None

    def people(self) -> tuple[object, ...]:
        """Return figures that change when a profile's role, revenue or day of leaving does."""
        customers = select(func.count(), func.count(CUSTOMERS.c.churned_on), func.max(CUSTOMERS.c.churned_on)).select_from(CUSTOMERS)
        roles = select(CUSTOMERS.c.role, func.count()).group_by(CUSTOMERS.c.role).order_by(CUSTOMERS.c.role)
        accounts = select(
            func.count(), func.count(ACCOUNTS.c.churned_on), func.max(ACCOUNTS.c.churned_on), func.sum(ACCOUNTS.c.revenue_per_year)
        ).select_from(ACCOUNTS)
        return tuple(tuple(row) for query in (customers, roles, accounts) for row in self._connection.execute(query))

    def _sentences(self) -> dict[str, list[tuple[int, int, float]]]:
        """Return start, end and tone of each comment's sentences."""
        query = (
            select(SENTENCES.c.feedback_id, SENTENCES.c.start, SENTENCES.c.end, SENTENCES.c.sentiment_score, SENTENCES.c.intent)
            .join(FEEDBACK, and_(SENTENCES.c.feedback_id == FEEDBACK.c.id, SENTENCES.c.model_version == FEEDBACK.c.handled_version))
            .where(*READ, SENTENCES.c.intent != Intent.NO_SIGNAL.value)
            .order_by(SENTENCES.c.feedback_id, SENTENCES.c.position)
        )
        found: dict[str, list[tuple[int, int, float]]] = defaultdict(list)
        for row in self._connection.execute(query):
            found[row.feedback_id].append((row.start, row.end, row.sentiment_score))
        return found


def _said(row: Any, sentences: list[tuple[int, int, float]]) -> Said:
    return Said(
        feedback_id=row.id,
        submitted_at=row.submitted_at,
        language=Language(row.language),
        source=Source(row.source),
        customer_id=row.customer_id,
        account_id=row.account_id or row.customer_account,
        segment=row.speaker_segment,
        role=Role(row.role) if row.role else Role.UNKNOWN,
        text=own_words(row.verbatim, tuple(Span(**span) for span in row.spans)),
        tone=row.sentiment_score,
        abstained=row.sentiment_abstained,
        intents=tuple(Intent(intent) for intent in row.intents),
        urgency=Urgency(row.urgency),
        churn=row.churn,
        scores={Kpi(score["kpi"]): score["value"] for score in row.scores},
        sentences=tuple(SaidSentence(text=row.verbatim[start:end], tone=tone) for start, end, tone in sentences),
    )

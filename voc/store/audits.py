"""Audit answers in the store, beside what the model in use says of the same comments."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from voc.audits import AuditAnswer
from voc.feedback import Language
from voc.store import filters
from voc.store.rows import table
from voc.store.tables import AuditAnswerRow, EnrichmentRow, FeedbackRow

ANSWERS = table(AuditAnswerRow)
FEEDBACK = table(FeedbackRow)
ENRICHMENTS = table(EnrichmentRow)


class AuditStore:
    """Audit answers inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, feedback_id: str, *, drawn_for: str | None, tags: Sequence[str] | None, by: str, now: datetime) -> None:
        """Keep what a person said of a comment, in the place of what was said before."""
        self.remove(feedback_id)
        said = None if tags is None else sorted(tags)
        row = {"feedback_id": feedback_id, "drawn_for": drawn_for, "tags": said, "by": by, "at": now}
        self._connection.execute(insert(ANSWERS), [row])

    def remove(self, feedback_id: str) -> bool:
        """Take an answer back; return whether there was one."""
        return self._connection.execute(delete(ANSWERS).where(ANSWERS.c.feedback_id == feedback_id)).rowcount > 0

    def find(self) -> list[AuditAnswer]:
        """Return the answers on comments that the model in use has read, in the order of the draw."""
        query = (
            select(ANSWERS, FEEDBACK.c.language, ENRICHMENTS.c.tags.label("predicted"))
            .join(FEEDBACK, FEEDBACK.c.id == ANSWERS.c.feedback_id)
            .join(ENRICHMENTS, filters.current_enrichment())
        )
        return sorted((_answer(row) for row in self._connection.execute(query)), key=lambda answer: answer.rank)

    def revision(self) -> tuple[int, datetime | None]:
        """Return how many answers there are and when the latest was given: what changes with every answer."""
        row = self._connection.execute(select(func.count(), func.max(ANSWERS.c.at)).select_from(ANSWERS)).one()
        return int(row[0]), row[1]

    def readable(self) -> list[str]:
        """Return the ids of the comments that can be drawn: those ``predicted`` names."""
        query = select(FEEDBACK.c.id).join(ENRICHMENTS, filters.current_enrichment())
        return list(self._connection.execute(query.where(FEEDBACK.c.duplicate_of.is_(None), ~FEEDBACK.c.no_signal)).scalars())

    def predicted(self) -> dict[str, frozenset[str]]:
        """Return the model's own tags of every readable comment, repeats left out, by feedback id."""
        query = select(FEEDBACK.c.id, ENRICHMENTS.c.tags).join(ENRICHMENTS, filters.current_enrichment())
        rows = self._connection.execute(query.where(FEEDBACK.c.duplicate_of.is_(None), ~FEEDBACK.c.no_signal))
        return {row.id: frozenset(tag["tag"] for tag in row.tags) for row in rows}


def _answer(row: Any) -> AuditAnswer:
    return AuditAnswer(
        feedback_id=row.feedback_id,
        drawn_for=row.drawn_for,
        language=Language(row.language),
        predicted=frozenset(tag["tag"] for tag in row.predicted),
        tags=None if row.tags is None else frozenset(row.tags),
        by=row.by,
        at=row.at,
    )

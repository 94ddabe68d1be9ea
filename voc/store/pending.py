"""The work list. Work to do is a query: comments whose standing result is not of the current model version.

The attempt counter is raised and committed before a model sees a comment. A comment that was tried before and has no result is handed
out alone, so a poison comment never takes its neighbours along.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, or_, select, update

from voc.enrichment import CommentText
from voc.feedback import Language, Span
from voc.store.feedback import chunks
from voc.store.rows import table
from voc.store.tables import AttemptRow, FeedbackRow
from voc.values import UtcDatetime, Value

FEEDBACK = table(FeedbackRow)
ATTEMPTS = table(AttemptRow)


class DeadLetter(Value):
    """A comment the models could not handle, put aside."""

    feedback_id: str
    model_version: str
    attempts: int
    crashes: int
    reason: str
    changed_at: UtcDatetime


class PendingStore:
    """Waiting, claimed and dead comments inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self, model_version: str) -> int:
        """Return how many comments wait for this model version."""
        query = select(func.count()).select_from(FEEDBACK).where(_waits(model_version))
        return int(self._connection.execute(query).scalar_one())

    def oldest(self, model_version: str) -> datetime | None:
        """Return since when the longest waiting comment waits."""
        query = select(func.min(FEEDBACK.c.received_at)).where(_waits(model_version))
        oldest: datetime | None = self._connection.execute(query).scalar_one()
        return oldest

    def waiting(self, model_version: str, *, limit: int) -> list[CommentText]:
        """Return comments to enrich, latest first; one that was shown to the models before without a result comes alone.

        On PostgreSQL the rows stay locked until this unit of work ends, and rows another worker has locked are passed over.
        """
        tried = select(ATTEMPTS.c.feedback_id).where(ATTEMPTS.c.model_version == model_version)
        query = select(FEEDBACK).where(_waits(model_version)).order_by(FEEDBACK.c.received_at.desc(), FEEDBACK.c.id)
        rows = self._locked(query.where(FEEDBACK.c.id.not_in(tried)).limit(limit)) or self._locked(
            query.where(FEEDBACK.c.id.in_(tried)).limit(1)
        )
        return [
            CommentText(
                id=row.id,
                verbatim=row.verbatim,
                spans=tuple(Span(**span) for span in row.spans),
                language=Language(row.language),
                no_signal=row.no_signal,
            )
            for row in rows
        ]

    def tried(self, feedback_ids: Sequence[str], model_version: str, *, now: datetime) -> None:
        """Count one attempt for each comment; to be committed before the models see them."""
        known: set[str] = set()
        for some in chunks(feedback_ids):
            mine = (ATTEMPTS.c.feedback_id.in_(some), ATTEMPTS.c.model_version == model_version)
            known |= {row.feedback_id for row in self._connection.execute(select(ATTEMPTS.c.feedback_id).where(*mine))}
            self._connection.execute(update(ATTEMPTS).where(*mine).values(attempts=ATTEMPTS.c.attempts + 1, changed_at=now))
        fresh = [
            {
                "feedback_id": feedback_id,
                "model_version": model_version,
                "attempts": 1,
                "crashes": 0,
                "dead": False,
                "reason": "",
                "changed_at": now,
            }
            for feedback_id in feedback_ids
            if feedback_id not in known
        ]
        if fresh:
            self._connection.execute(insert(ATTEMPTS), fresh)

    def release(self, feedback_ids: Sequence[str], model_version: str) -> None:
        """Take back the attempts of comments that were not to blame or have a result now."""
        for some in chunks(feedback_ids):
            self._connection.execute(
                delete(ATTEMPTS).where(
                    ATTEMPTS.c.feedback_id.in_(some), ATTEMPTS.c.model_version == model_version, ATTEMPTS.c.dead.is_(False)
                )
            )

    def failed(self, feedback_id: str, model_version: str, *, reason: str, crashed: bool, now: datetime) -> tuple[int, int]:
        """Note why the models failed on one comment; return its attempts and crashes so far (0 and 0: it was erased meanwhile)."""
        mine = (ATTEMPTS.c.feedback_id == feedback_id, ATTEMPTS.c.model_version == model_version)
        self._connection.execute(
            update(ATTEMPTS).where(*mine).values(crashes=ATTEMPTS.c.crashes + int(crashed), reason=reason, changed_at=now)
        )
        row = self._connection.execute(select(ATTEMPTS).where(*mine)).one_or_none()
        return (0, 0) if row is None else (row.attempts, row.crashes)

    def bury(self, feedback_id: str, model_version: str) -> None:
        """Put a comment aside: it waits no longer, its text stays."""
        mine = (ATTEMPTS.c.feedback_id == feedback_id, ATTEMPTS.c.model_version == model_version)
        self._connection.execute(update(ATTEMPTS).where(*mine).values(dead=True))
        self._connection.execute(update(FEEDBACK).where(FEEDBACK.c.id == feedback_id).values(handled_version=model_version))

    def dead(self, *, limit: int = 200) -> list[DeadLetter]:
        """Return the comments put aside, latest first."""
        query = select(ATTEMPTS).where(ATTEMPTS.c.dead).order_by(ATTEMPTS.c.changed_at.desc()).limit(limit)
        return [
            DeadLetter(**{name: getattr(row, name) for name in DeadLetter.model_fields}) for row in self._connection.execute(query)
        ]

    def dead_count(self) -> int:
        """Return how many comments are put aside."""
        return int(self._connection.execute(select(func.count()).select_from(ATTEMPTS).where(ATTEMPTS.c.dead)).scalar_one())

    def requeue(self, feedback_ids: Sequence[str] | None = None) -> int:
        """Let put-aside comments wait again (all, or those named); return how many."""
        ids = [row.feedback_id for row in self._connection.execute(select(ATTEMPTS.c.feedback_id).where(ATTEMPTS.c.dead))]
        if feedback_ids is not None:
            wanted = set(feedback_ids)
            ids = [feedback_id for feedback_id in ids if feedback_id in wanted]
        for some in chunks(ids):
            self._connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.feedback_id.in_(some), ATTEMPTS.c.dead))
            self._connection.execute(update(FEEDBACK).where(FEEDBACK.c.id.in_(some)).values(handled_version=None))
        return len(ids)

    def _locked(self, query: Select[Any]) -> Sequence[Any]:
        if self._connection.dialect.name == "postgresql":
            query = query.with_for_update(skip_locked=True)
        return self._connection.execute(query).all()


def _waits(model_version: str) -> ColumnElement[bool]:
    """Ranges instead of an inequality, so that the index serves."""
    handled = FEEDBACK.c.handled_version
    return or_(handled.is_(None), handled < model_version, handled > model_version)

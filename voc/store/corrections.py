"""People's corrections of tags in the store. Nothing is overwritten: the latest word on a comment and tag holds, a later reverses it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from voc.enrichment import TagScore
from voc.store.feedback import chunks
from voc.store.rows import table
from voc.store.tables import EnrichmentRow, FeedbackRow, FeedbackTagRow, TagCorrectionRow
from voc.tag_learning import CorrectedComment, TagCorrection, corrected

FEEDBACK = table(FeedbackRow)
ENRICHMENTS = table(EnrichmentRow)
TAGS = table(FeedbackTagRow)
CORRECTIONS = table(TagCorrectionRow)


class CorrectionStore:
    """Corrections inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, feedback_id: str, *, add: Sequence[str], remove: Sequence[str], by: str, now: datetime) -> None:
        """Note what a person said, and let filters and counts follow at once."""
        said = [(tag, True) for tag in add] + [(tag, False) for tag in remove]
        rows = [{"feedback_id": feedback_id, "tag": tag, "given": given, "by": by, "at": now} for tag, given in said]
        if rows:
            self._connection.execute(insert(CORRECTIONS), rows)
            self._count_anew(feedback_id)

    def history(self, feedback_id: str) -> list[TagCorrection]:
        """Return all corrections of a comment, oldest first."""
        query = select(CORRECTIONS).where(CORRECTIONS.c.feedback_id == feedback_id).order_by(CORRECTIONS.c.number)
        return [_correction(row) for row in self._connection.execute(query)]

    def standing(self, feedback_ids: Sequence[str]) -> dict[str, dict[str, bool]]:
        """Return the latest word on each tag of the comments that were corrected: given (True) or taken away."""
        found: dict[str, dict[str, bool]] = {}
        for some in chunks(feedback_ids):
            query = select(CORRECTIONS).where(CORRECTIONS.c.feedback_id.in_(some)).order_by(CORRECTIONS.c.number)
            for row in self._connection.execute(query):
                found.setdefault(row.feedback_id, {})[row.tag] = row.given
        return found

    def examples(self) -> list[CorrectedComment]:
        """Return every corrected comment as people left it, in a fixed order."""
        query = select(CORRECTIONS, FEEDBACK.c.verbatim).join(FEEDBACK, FEEDBACK.c.id == CORRECTIONS.c.feedback_id)
        words: dict[str, str] = {}
        said: dict[str, dict[str, bool]] = {}
        for row in self._connection.execute(query.order_by(CORRECTIONS.c.number)):
            words[row.feedback_id] = row.verbatim
            said.setdefault(row.feedback_id, {})[row.tag] = row.given
        shown = self._shown(sorted(said))
        return [
            CorrectedComment(
                verbatim=words[name],
                said=said[name],
                tags=shown.get(name, frozenset()) | frozenset(tag for tag, given in said[name].items() if given),
            )
            for name in sorted(said)
        ]

    def _shown(self, feedback_ids: Sequence[str]) -> dict[str, frozenset[str]]:
        """Return the tags that the comments show, as corrected."""
        found: dict[str, frozenset[str]] = {}
        stands = (FEEDBACK.c.id == TAGS.c.feedback_id) & (FEEDBACK.c.handled_version == TAGS.c.model_version)
        for some in chunks(feedback_ids):
            query = select(TAGS.c.feedback_id, TAGS.c.tag).join(FEEDBACK, stands).where(TAGS.c.feedback_id.in_(some))
            for row in self._connection.execute(query):
                found[row.feedback_id] = found.get(row.feedback_id, frozenset()) | {row.tag}
        return found

    def count(self) -> int:
        """Return how many corrections there are."""
        return int(self._connection.execute(select(func.count()).select_from(CORRECTIONS)).scalar_one())

    def count_comments(self, tags: Collection[str]) -> int:
        """Return how many comments were corrected in one of the tags."""
        query = select(CORRECTIONS.c.feedback_id, CORRECTIONS.c.tag).distinct()
        return len({row.feedback_id for row in self._connection.execute(query) if row.tag in tags})

    def _count_anew(self, feedback_id: str) -> None:
        query = select(ENRICHMENTS.c.tags, ENRICHMENTS.c.model_version).join(
            FEEDBACK, (FEEDBACK.c.id == ENRICHMENTS.c.feedback_id) & (FEEDBACK.c.handled_version == ENRICHMENTS.c.model_version)
        )
        row = self._connection.execute(query.where(FEEDBACK.c.id == feedback_id)).one_or_none()
        if row is None:
            return
        self._connection.execute(delete(TAGS).where(TAGS.c.feedback_id == feedback_id, TAGS.c.model_version == row.model_version))
        tags = corrected([TagScore(**tag) for tag in row.tags], self.standing([feedback_id]).get(feedback_id, {}))
        rows = [{"tag": tag.tag, "model_version": row.model_version, "feedback_id": feedback_id, "score": tag.score} for tag in tags]
        if rows:
            self._connection.execute(insert(TAGS), rows)


def _correction(row: Any) -> TagCorrection:
    return TagCorrection(feedback_id=row.feedback_id, tag=row.tag, given=row.given, by=row.by, at=row.at)

"""Quotes: the real sentences that stand for an issue."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, select

from voc.drivers import Issue, IssueKind
from voc.issues import Quote
from voc.sentiment import SentimentLabel
from voc.store.feedback import chunks
from voc.store.rows import table
from voc.store.tables import FeedbackRow, FeedbackTagRow, SentenceRow, TopicAssignmentRow

FEEDBACK = table(FeedbackRow)
SENTENCES = table(SentenceRow)
TAGS = table(FeedbackTagRow)
ASSIGNMENTS = table(TopicAssignmentRow)
READ_AT_MOST = 400
SHORTEST_CHARS = 8


class QuoteStore:
    """Quotes inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_issue(self, issue: Issue, *, limit: int, ids: frozenset[str] | None = None) -> list[Quote]:
        """Return real sentences about the issue, each from another comment, most typical first.

        Parameters
        ----------
        issue
            The tag, topic or aspect.
        limit
            Most quotes to return.
        ids
            Only sentences of these comments; None for all.
        """
        rows = self._of_topic(issue.id) if issue.kind is IssueKind.TOPIC else self._of_tags(_tags(issue))
        quotes: dict[str, Quote] = {}
        for row in rows:
            if row.feedback_id in quotes or (ids is not None and row.feedback_id not in ids) or row.end - row.start < SHORTEST_CHARS:
                continue
            quotes[row.feedback_id] = _quote(row)
            if len(quotes) == limit:
                break
        return list(quotes.values())

    def said(self, issue: Issue, *, ids: Sequence[str]) -> list[Quote]:
        """Return what each of these comments says about the issue: its most negative sentence about it, in the order of the ids."""
        found: dict[str, Quote] = {}
        tags = _tags(issue)
        for some in chunks(ids):
            query = _sentences().where(SENTENCES.c.feedback_id.in_(some))
            if issue.kind is IssueKind.TOPIC:
                query = query.join(ASSIGNMENTS, _assigned()).where(ASSIGNMENTS.c.topic_id == issue.id)
            for row in self._connection.execute(query.order_by(SENTENCES.c.sentiment_score.desc(), SENTENCES.c.position.desc())):
                if issue.kind is IssueKind.TOPIC or any(tag["tag"] in tags for tag in row.tags):
                    found[row.feedback_id] = _quote(row)
        return [found[name] for name in ids if name in found]

    def _of_topic(self, topic_id: str) -> list[Any]:
        query = _sentences().join(ASSIGNMENTS, _assigned()).where(ASSIGNMENTS.c.topic_id == topic_id)
        ordered = query.order_by(ASSIGNMENTS.c.similarity.desc(), SENTENCES.c.feedback_id, SENTENCES.c.position)
        return list(self._connection.execute(ordered.limit(READ_AT_MOST)).all())

    def _of_tags(self, tags: frozenset[str]) -> list[Any]:
        """Sentences with one of the tags: surest first, then the ones that feel strongest."""
        query = _sentences().join(
            TAGS,
            and_(TAGS.c.feedback_id == FEEDBACK.c.id, TAGS.c.model_version == FEEDBACK.c.handled_version, TAGS.c.tag.in_(sorted(tags))),
        )
        rows = self._connection.execute(query.order_by(TAGS.c.score.desc(), FEEDBACK.c.id).limit(READ_AT_MOST)).all()
        scored = [(max((t["score"] for t in row.tags if t["tag"] in tags), default=0.0), row) for row in rows]
        carried = {row.feedback_id for score, row in scored if score > 0}  # a tag a person gave is of no one sentence
        named = [(score, row) for score, row in scored if score > 0 or row.feedback_id not in carried]
        return [row for _, row in sorted(named, key=lambda pair: (-pair[0], -abs(pair[1].sentiment_score), pair[1].feedback_id))]


def _tags(issue: Issue) -> frozenset[str]:
    return frozenset(issue.tags if issue.kind is IssueKind.ASPECT else (issue.id,))


def _assigned() -> Any:
    return and_(ASSIGNMENTS.c.feedback_id == SENTENCES.c.feedback_id, ASSIGNMENTS.c.position == SENTENCES.c.position)


def _quote(row: Any) -> Quote:
    words = row.verbatim[row.start : row.end]
    return Quote(feedback_id=row.feedback_id, text=words, sentiment=SentimentLabel(row.sentiment_label), submitted_at=row.submitted_at)


def _sentences() -> Any:
    return (
        select(SENTENCES, FEEDBACK.c.verbatim, FEEDBACK.c.submitted_at)
        .join(FEEDBACK, and_(SENTENCES.c.feedback_id == FEEDBACK.c.id, SENTENCES.c.model_version == FEEDBACK.c.handled_version))
        .where(FEEDBACK.c.duplicate_of.is_(None))
    )

"""A FeedbackFilter as SQL conditions on the feedback table."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select

from voc.filters import Cursor, FeedbackFilter
from voc.store.rows import table
from voc.store.tables import EnrichmentRow, FeedbackRow, FeedbackTagRow, TopicAssignmentRow

feedback = table(FeedbackRow).c
enrichment = table(EnrichmentRow).c
feedback_tag = table(FeedbackTagRow).c
assignment = table(TopicAssignmentRow).c

EQUAL = ("source", "source_name", "language", "customer_id", "account_id", "segment", "product", "no_signal")
ENRICHED_EQUAL = {"sentiment": enrichment.sentiment_label, "intent": enrichment.intent, "urgency": enrichment.urgency}
NO_TOPIC = "none"


def conditions(wanted: FeedbackFilter) -> list[ColumnElement[bool]]:
    """Return the conditions that the rows of ``feedback`` must meet."""
    found: list[ColumnElement[bool]] = [
        feedback[name] == getattr(wanted, name) for name in EQUAL if getattr(wanted, name) is not None
    ]
    if wanted.since is not None:
        found.append(feedback.submitted_at >= wanted.since)
    if wanted.until is not None:
        found.append(feedback.submitted_at < wanted.until)
    if wanted.text:
        found.append(feedback.verbatim.contains(wanted.text, autoescape=True))
    if not wanted.duplicates:
        found.append(feedback.duplicate_of.is_(None))
    if wanted.ids is not None:
        found.append(feedback.id.in_(sorted(wanted.ids)))
    return found + _of_results(wanted)


def after(cursor: Cursor) -> ColumnElement[bool]:
    """Return the condition that a row comes after the cursor, newest first."""
    return or_(
        feedback.submitted_at < cursor.submitted_at,
        and_(feedback.submitted_at == cursor.submitted_at, feedback.id < cursor.id),
    )


def current_enrichment() -> ColumnElement[bool]:
    """Return the join condition: the enrichment that stands for the feedback."""
    return and_(enrichment.feedback_id == feedback.id, enrichment.model_version == feedback.handled_version)


def _of_results(wanted: FeedbackFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    values: dict[Any, Any] = {
        column: getattr(wanted, name) for name, column in ENRICHED_EQUAL.items() if getattr(wanted, name) is not None
    }
    if values:
        found.append(_has_result(*(column == value for column, value in values.items())))
    if wanted.analysed is not None:
        found.append(_has_result() if wanted.analysed else ~_has_result())
    if wanted.tag is not None:
        found.append(
            feedback.id.in_(
                select(feedback_tag.feedback_id)
                .where(feedback_tag.tag == wanted.tag, feedback_tag.model_version == feedback.handled_version)
                .correlate(table(FeedbackRow))
            )
        )
    if wanted.topic is not None:
        found.append(feedback.id.in_(_of_topic(wanted.topic)))
    return found


def _has_result(*also: ColumnElement[bool]) -> ColumnElement[bool]:
    """Tell whether the comment has a standing result that meets the conditions; the inner query names its own results."""
    return exists(select(1).select_from(table(EnrichmentRow)).where(current_enrichment(), *also).correlate(table(FeedbackRow)))


def _of_topic(topic_id: str) -> Any:
    wanted = assignment.topic_id.is_(None) if topic_id == NO_TOPIC else assignment.topic_id == topic_id
    return select(assignment.feedback_id).where(wanted)

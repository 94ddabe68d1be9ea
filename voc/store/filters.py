"""A FeedbackFilter as SQL conditions on the feedback table."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from voc.customers import Role
from voc.filters import Cursor, FeedbackFilter
from voc.identity import MergeState
from voc.store import journey
from voc.store.rows import table
from voc.store.tables import AccountRow, CustomerRow, EnrichmentRow, FeedbackRow, FeedbackTagRow, ProfileMergeRow, TopicAssignmentRow

feedback = table(FeedbackRow).c
customers, accounts, merges = table(CustomerRow), table(AccountRow), table(ProfileMergeRow)
enrichment = table(EnrichmentRow).c
feedback_tag = table(FeedbackTagRow).c
assignment = table(TopicAssignmentRow).c

EQUAL = ("source", "source_name", "language", "segment", "product", "no_signal")
ENRICHED_EQUAL = {"sentiment": enrichment.sentiment_label, "intent": enrichment.intent, "urgency": enrichment.urgency}
NO_TOPIC = "none"


def conditions(wanted: FeedbackFilter) -> list[ColumnElement[bool]]:
    """Return the conditions that the rows of ``feedback`` must meet."""
    found: list[ColumnElement[bool]] = [
        feedback[name] == getattr(wanted, name) for name in EQUAL if getattr(wanted, name) is not None
    ]
    found += _of_people(wanted)
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


def standing() -> ColumnElement[bool]:
    """Return the condition that a merge of profiles holds."""
    return and_(merges.c.state == MergeState.ACCEPTED.value, merges.c.undone_at.is_(None))


def owned(column: ColumnElement[Any], profile_id: str) -> ColumnElement[bool]:
    """Return the condition that rows are a profile's; one that was merged leads to the one that was kept."""
    kept = select(merges.c.kept_id).where(merges.c.gone_id == profile_id, standing()).cte(recursive=True)
    kept = kept.union(select(merges.c.kept_id).where(merges.c.gone_id == kept.c.kept_id, standing()))
    return or_(column == profile_id, column.in_(select(kept.c.kept_id)))


def _of_people(wanted: FeedbackFilter) -> list[ColumnElement[bool]]:
    """Conditions on who spoke."""
    owners = ((feedback.customer_id, wanted.customer_id), (feedback.account_id, wanted.account_id))
    found = [owned(column, profile_id) for column, profile_id in owners if profile_id is not None]
    if wanted.role is Role.UNKNOWN:
        stated = select(customers.c.id).where(customers.c.role != Role.UNKNOWN.value)
        found.append(or_(feedback.customer_id.is_(None), feedback.customer_id.not_in(stated)))
    elif wanted.role is not None:
        found.append(feedback.customer_id.in_(select(customers.c.id).where(customers.c.role == wanted.role.value)))
    if wanted.plan is not None:
        found.append(feedback.account_id.in_(select(accounts.c.id).where(accounts.c.plan == wanted.plan)))
    if wanted.journey_stage is not None:
        found.append(feedback.id.in_(journey.comments_in(wanted.journey_stage)))
    return found


def speaker_segment() -> ColumnElement[str | None]:
    """Return the group a comment's speaker is in: the comment's segment, else the person's, the account's, its plan."""
    names = (feedback.segment, customers.c.segment, accounts.c.segment, accounts.c.plan)
    return func.coalesce(*(func.nullif(name, "") for name in names))


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

"""Time line: what somebody said and how they stood, newest first, at most 200 events."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel

from pipelines.life_events import LifeEvent
from voc.filters import FeedbackFilter
from voc.kpis import Kpi
from voc.sentiment import SentimentLabel
from voc.store import Unit
from voc.values import UtcDatetime

MAX_ENTRIES = 200


class Entry(BaseModel):
    """One event: a comment, a KPI value, or something that happened (``event`` says what)."""

    at: UtcDatetime
    kind: Literal["feedback", "kpi", "event"]
    feedback_id: str | None = None
    text: str | None = None
    sentiment: SentimentLabel | None = None
    kpi: Kpi | None = None
    value: float | None = None
    customer_id: str | None = None
    event: LifeEvent | None = None


def time_line(unit: Unit, whose: FeedbackFilter, *, events: Sequence[LifeEvent] = ()) -> tuple[list[Entry], dict[Kpi, float]]:
    """Return the latest events of a customer or an account, newest first, and the latest value of each KPI."""
    found = unit.feedback.find(whose, limit=MAX_ENTRIES)
    said = unit.enrichments.get_many([feedback.id for feedback in found])
    comments = [
        Entry(
            at=feedback.submitted_at,
            kind="feedback",
            feedback_id=feedback.id,
            text=feedback.verbatim,
            sentiment=said[feedback.id].sentiment.label if feedback.id in said else None,
            customer_id=feedback.customer_id,
        )
        for feedback in found
    ]
    observations = unit.kpis.find(customer_id=whose.customer_id, account_id=whose.account_id)
    values = [
        Entry(
            at=observation.observed_at,
            kind="kpi",
            feedback_id=observation.feedback_id,
            kpi=observation.kpi,
            value=observation.value,
            customer_id=observation.customer_id,
        )
        for observation in observations
    ]
    happened = [Entry(at=event.at, kind="event", event=event) for event in events]
    latest = {observation.kpi: observation.value for observation in observations}
    return sorted([*comments, *values, *happened], key=lambda entry: entry.at, reverse=True)[:MAX_ENTRIES], latest

"""Emerging: that a topic is spoken of by more people than its own past and the volume of all comments explain.

A look is taken once a day's comments are complete; it is kept with its day, so that what was said then can be read later.
"""

from datetime import UTC, date, datetime, time, timedelta

from pydantic import Field

from voc.issues import Period
from voc.values import Value


class Emerging(Value):
    """A topic that grows, or that is new and growing, as one look saw it. Counts are distinct voices, not comments."""

    topic_id: str
    """The topic, or the one a proposal would make."""
    proposal_id: str | None = None
    """The open proposal, where the topic is only proposed yet."""
    since: date
    """The first day of the unbroken row of looks that saw it."""
    days: int
    """Length of the stretch that stands out: that many days up to the look's."""
    count: int = Field(ge=0)
    """Voices that spoke of it in those days."""
    expected: float = Field(ge=0)
    """Voices its past and the volume of all comments let expect."""
    chance: float = Field(ge=0, le=1)
    """Probability of at least so many voices, had nothing changed."""
    first_seen: date
    new: bool
    """Whether nobody spoke of it before the last four weeks."""


class EmergingLook(Value):
    """What one look found, surest first; ``day`` is the last day it took into account (UTC)."""

    day: date
    tested: int
    """Topics that were looked at."""
    found: tuple[Emerging, ...] = ()

    def stretch(self, one: Emerging) -> Period:
        """Return the days of a topic that stand out."""
        end = datetime.combine(self.day, time(), tzinfo=UTC) + timedelta(days=1)
        return Period(start=end - timedelta(days=one.days), end=end)

    def of(self, topic_id: str) -> Emerging | None:
        """Return what was found of a topic, or None."""
        return next((one for one in self.found if one.topic_id == topic_id), None)

    def of_proposal(self, proposal_id: str) -> Emerging | None:
        """Return the surest that was found of what a proposal would make, or None."""
        return next((one for one in self.found if one.proposal_id == proposal_id), None)

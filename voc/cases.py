"""Case: one person or account somebody looks after: open, handled or snoozed, by whom, when and why; every step is kept."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from voc.values import UtcDatetime, Value

LONGEST_NOTE = 2_000
LONGEST_OWNER = 200


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    HANDLED = "handled"
    SNOOZED = "snoozed"


class CaseStep(Value):
    """One decision on a case; ``undone_at`` is set where it was taken back."""

    number: int
    state: CaseState
    note: str
    owner: str | None
    due: date | None
    by: str
    at: UtcDatetime
    undone_by: str | None = None
    undone_at: UtcDatetime | None = None


class Case(Value):
    """A case as its latest step that stands says it; ``subject_id`` is the queue entry's."""

    subject_id: str
    state: CaseState
    note: str = ""
    owner: str | None = Field(default=None, max_length=LONGEST_OWNER)
    due: date | None = None
    by: str
    at: UtcDatetime
    number: int

    def hides(self, *, newest_at: UtcDatetime, today: date) -> bool:
        """Whether it takes its subject off the list: handled until something newer is said, snoozed until its due day."""
        if self.state is CaseState.HANDLED:
            return newest_at <= self.at
        return self.state is CaseState.SNOOZED and (self.due is None or today < self.due)

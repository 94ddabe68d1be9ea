"""Alert: an issue that was raised by more distinct accounts in a window than its threshold allows."""

from enum import StrEnum

from pydantic import Field

from voc.drivers import IssueKind
from voc.values import UtcDatetime, Value


class AlertState(StrEnum):
    """Where an alert stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class AlertRule(Value):
    """When to raise an alert: at least ``min_accounts`` distinct accounts with a complaint about one issue within ``window_days``."""

    id: str = "accounts_in_window"
    min_accounts: int = Field(default=5, ge=1)
    window_days: int = Field(default=14, ge=1)


class Mention(Value):
    """A comment that complains about an issue: what alert rules look at."""

    issue_kind: IssueKind
    issue_id: str
    issue_name: str
    feedback_id: str
    voice: str
    """The account, else the customer, else the feedback: counted once in a window."""
    submitted_at: UtcDatetime


class Alert(Value):
    """A raised alarm with its evidence."""

    id: str
    rule_id: str
    issue_kind: IssueKind
    issue_id: str
    issue_name: str
    accounts: int
    threshold: int
    window_from: UtcDatetime
    window_to: UtcDatetime
    evidence: tuple[str, ...]
    """Feedback ids, newest first."""
    state: AlertState = AlertState.OPEN
    note: str = ""
    changed_by: str | None = None
    changed_at: UtcDatetime | None = None
    figure: str | None = None
    """The address of these numbers, where they are shown (``voc.addresses``)."""

"""VoiceRow: one comment as counts and comparisons see it: when, who, how it feels and which issues it names."""

from voc.customers import Role
from voc.drivers import Issue
from voc.feedback import JourneyStage, Language, Source
from voc.kpis import Kpi
from voc.sentiment import SentimentLabel
from voc.values import UtcDatetime, Value


def issue_key(issue: Issue) -> str:
    """Return the key of an issue, ``kind:id``."""
    return f"{issue.kind.value}:{issue.id}"


class VoiceRow(Value):
    """One voice: a comment that is no repeat of another; those without signal are counted, not read."""

    feedback_id: str
    submitted_at: UtcDatetime
    language: Language
    source: Source
    customer_id: str | None
    account_id: str | None
    segment: str | None
    role: Role
    sentiment: SentimentLabel | None
    """None while the comment waits for analysis."""
    sentiment_score: float | None
    intent: str | None
    no_signal: bool
    scores: dict[Kpi, float]
    issue_keys: frozenset[str]
    complained_keys: frozenset[str]
    """Issues named in a sentence that complains (negative, or a complaint by intent)."""
    plan: str | None = None
    """The plan of the account."""
    journey_stage: JourneyStage = JourneyStage.UNKNOWN

    @property
    def cluster(self) -> str:
        """Whose voice it is: the account, else the customer, else the comment itself."""
        return self.account_id or self.customer_id or self.feedback_id

    @property
    def quarter(self) -> str:
        """The calendar quarter it was submitted in (UTC), ``2026-Q3``."""
        return f"{self.submitted_at.year}-Q{(self.submitted_at.month + 2) // 3}"

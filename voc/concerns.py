"""Concern: a reason to look after a customer who may be less satisfied than the score says, with quote and figures.

``Said`` is what the queue reads of a comment. A concern says why, never more than was seen: ``weight`` is how strongly the reason speaks,
0…1, not a probability of leaving. Only ``RiskCheck`` says how weights went together with later leaving, where leaving is known.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from pydantic import Field

from voc.cases import Case
from voc.customers import Role
from voc.enrichment import Intent, Urgency
from voc.feedback import Language, Source
from voc.kpis import SURVEY_KPIS, Kpi, Score
from voc.values import UtcDatetime, Value


class Reason(StrEnum):
    """Why somebody stands in the queue."""

    TEXT_BELOW_SCORE = "text_below_score"
    UNDERSTATED = "understated"
    LEAVING = "leaving"
    COMPLAINT = "complaint"
    URGENT = "urgent"
    FALLING_TONE = "falling_tone"
    SILENT_AFTER_COMPLAINT = "silent_after_complaint"
    DECIDER_COOLING = "decider_cooling"


@dataclass(frozen=True)
class SaidSentence:
    """One sentence of a comment and how it sounds, −1…1."""

    text: str
    tone: float


@dataclass(frozen=True)
class Said:
    """A comment as the queue reads it: repeats left out, analysed, with a signal. A plain object, because all of them are read at once."""

    feedback_id: str
    submitted_at: datetime
    language: Language
    source: Source
    customer_id: str | None
    account_id: str | None
    segment: str | None
    role: Role
    text: str
    tone: float
    abstained: bool
    intents: tuple[Intent, ...]
    urgency: Urgency
    churn: float
    scores: dict[Kpi, float]
    sentences: tuple[SaidSentence, ...] = ()

    @property
    def owner(self) -> str:
        """Whose comment it is: the customer, else the account, else the comment itself."""
        return self.customer_id or self.account_id or self.feedback_id

    @cached_property
    def lowest_tone(self) -> float:
        """How the sentence sounds that sounds worst: courtesies around a grievance do not lift it."""
        return min((sentence.tone for sentence in self.sentences), default=self.tone)

    @cached_property
    def score(self) -> Score | None:
        """The survey score given with the comment; NPS before CSAT before CES."""
        return next((Score(kpi=kpi, value=self.scores[kpi]) for kpi in SURVEY_KPIS if kpi in self.scores), None)


class Concern(Value):
    """One reason to look after somebody, with what carried it."""

    reason: Reason
    weight: float = Field(ge=0, le=1)
    feedback_id: str | None
    """The comment that shows it; None where it is the absence of one."""
    quote: str
    at: UtcDatetime
    score: Score | None = None
    facts: dict[str, float | int | str] = Field(default_factory=dict)
    """Figures the wording needs, by name."""


class RiskKind(StrEnum):
    """What the risk of an entry is."""

    CALIBRATED = "calibrated"
    EVIDENCE = "evidence"


class QueueEntry(Value):
    """Somebody to look after: reasons, quote, score, value and risk. ``id`` is the customer, else the account, else the comment."""

    id: str
    customer_id: str | None
    account_id: str | None
    concerns: tuple[Concern, ...]
    """Strongest first; at least one."""
    evidence: float
    """The weights combined as independent evidence, 0…1."""
    risk: float
    """Probability of leaving within the window where ``risk_kind`` is calibrated, else the evidence."""
    risk_kind: RiskKind
    value: float | None
    """Revenue a year in the sender's currency; None where unknown."""
    language: Language
    last_at: UtcDatetime
    case: Case | None = None
    figure: str | None = None
    """The address of these numbers, where they are shown (``voc.addresses``)."""


class Association(Value):
    """An odds ratio with its 95 % interval."""

    ratio: float
    low: float
    high: float


class RiskCheckState(StrEnum):
    """Whether the queue could be compared with who left."""

    MEASURED = "measured"
    NO_CHURN_DATA = "no_churn_data"
    TOO_FEW = "too_few"


class RiskCheck(Value):
    """How evidence at past moments went together with leaving afterwards.

    ``odds`` is per 0.1 of evidence, ``odds_beside_score`` the same with the latest score held equal, ``score_odds`` per tenth of the
    score's range downwards. ``lift`` is the share that left among the fifth with most evidence minus the same by lowest score,
    in percentage points, with a 95 % interval over owners (accounts, else customers).
    """

    state: RiskCheckState
    window_days: int
    moments: int = 0
    people: int = 0
    owners: int = 0
    owners_left: int = 0
    odds: Association | None = None
    odds_beside_score: Association | None = None
    score_odds: Association | None = None
    left_top_evidence: float | None = None
    left_top_score: float | None = None
    left_all: float | None = None
    lift: float | None = None
    lift_low: float | None = None
    lift_high: float | None = None
    figure: str | None = None
    """The address of these numbers, where they are shown (``voc.addresses``)."""


class AtRisk(Value):
    """The queue as of a moment: entries by value times risk, and what is known about how good it is."""

    as_of: UtcDatetime | None
    """The latest comment's moment; None where nothing was said."""
    entries: tuple[QueueEntry, ...]
    check: RiskCheck

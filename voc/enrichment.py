"""Enrichment: what one comment says, per sentence and as a whole, stamped with the models that said it."""

from enum import StrEnum

from pydantic import Field

from voc.feedback import Language, Span
from voc.sentiment import Sentiment
from voc.values import UtcDatetime, Value

VECTOR_DIMENSIONS = 384
"""Of the shipped encoder; a hub encoder's vectors have their own."""


class Intent(StrEnum):
    """What the customer wants with it (申出区分)."""

    COMPLAINT = "complaint"
    REQUEST = "request"
    QUESTION = "question"
    PRAISE = "praise"
    COMMENT = "comment"
    NO_SIGNAL = "no_signal"


class Urgency(StrEnum):
    """How soon somebody must look."""

    NONE = "none"
    SOON = "soon"
    NOW = "now"


class TagScore(Value):
    """A tag of the taxonomy with the tagger's score, 0…1, and the words that carried it (empty where a model decided)."""

    tag: str
    score: float = Field(ge=0, le=1)
    because: tuple[str, ...] = ()


class SentenceAnalysis(Value):
    """What one sentence says. Offsets are code points in the verbatim; ``vector`` is little-endian float16, unit length."""

    position: int
    start: int
    end: int
    sentiment: Sentiment
    intent: Intent
    tags: tuple[TagScore, ...]
    vector: bytes


class ModelStamp(Value):
    """Which model gave which output: ``name/version`` per output, and one version over all of them."""

    version: str
    outputs: dict[str, str]


class CommentText(Value):
    """What enrichment needs of a feedback: the words and which parts of them count."""

    id: str
    verbatim: str
    spans: tuple[Span, ...]
    language: Language
    no_signal: bool = False
    """Whether the comment as a whole says nothing (特になし, n/a): it is counted, not read."""


class Enrichment(Value):
    """What one comment says."""

    feedback_id: str
    sentiment: Sentiment
    intent: Intent
    intents: tuple[Intent, ...]
    urgency: Urgency
    churn: float = Field(ge=0, le=1)
    abusive: float = Field(ge=0, le=1)
    tags: tuple[TagScore, ...]
    sentences: tuple[SentenceAnalysis, ...]
    truncated: bool
    model: ModelStamp
    intent_confidence: float | None = Field(default=None, ge=0, le=1)
    """How likely the main intent is the right one; None where the models state none, and in a result that is read back."""
    urgency_confidence: float | None = Field(default=None, ge=0, le=1)
    """The same for the urgency."""
    words: tuple[str, ...] = ()
    """Normal forms for the full-text index; empty in a result that is read back."""
    computed_at: UtcDatetime | None = None
    """When the store took it; None for a result that was never stored."""

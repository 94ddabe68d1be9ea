"""Feedback: one thing one customer said once. It is the unit of everything.

Invariants: the text was redacted before it was stored; the verbatim is kept whole, and ``spans`` say which parts of it are the
customer's own words (signatures, quoted replies and boilerplate lie outside); ids follow from the identity at the source.
"""

from enum import StrEnum

from pydantic import Field

from voc.kpis import Score
from voc.values import UtcDatetime, Value

MAX_TEXT_CHARS = 100_000


class Source(StrEnum):
    """The medium a feedback came through (媒体)."""

    SURVEY = "survey"
    TICKET = "ticket"
    POST = "post"
    REVIEW = "review"
    NOTE = "note"
    CALL = "call"


class Language(StrEnum):
    """The language of a verbatim; ``mixed`` where ja and en sentences stand side by side."""

    JA = "ja"
    EN = "en"
    OTHER = "other"
    MIXED = "mixed"


class JourneyStage(StrEnum):
    """Where somebody stands between hearing of the product and renewing it; unknown stays unknown."""

    AWARENESS = "awareness"
    EVALUATION = "evaluation"
    PURCHASE = "purchase"
    ONBOARDING = "onboarding"
    USE = "use"
    SUPPORT = "support"
    RENEWAL = "renewal"
    UNKNOWN = "unknown"


class RedactionKind(StrEnum):
    """What kind of personal fact was masked."""

    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"
    ADDRESS = "address"
    MY_NUMBER = "my_number"
    CUSTOMER_NUMBER = "customer_number"


class Redaction(Value):
    """A masked personal fact; offsets are Unicode code points in the text it was found in, end exclusive."""

    start: int
    end: int
    kind: RedactionKind


class Span(Value):
    """A part of a verbatim; offsets are Unicode code points, end exclusive."""

    start: int
    end: int


class NewFeedback(Value):
    """A feedback as a sender hands it over: read and typed, not yet cleaned, redacted or stored."""

    text: str
    source: Source = Source.SURVEY
    source_name: str = "default"
    external_id: str | None = None
    submitted_at: UtcDatetime | None = None
    timezone_assumed: bool = False
    customer: str | None = None
    """The sender's id of the customer."""
    email: str | None = None
    """The customer's e-mail address; it leaves intake as a keyed hash alone."""
    account: str | None = None
    """The sender's id of the account."""
    segment: str | None = None
    product: str | None = None
    touchpoint: str | None = None
    journey_stage: JourneyStage | None = None
    """The stage the sender itself names."""
    scores: tuple[Score, ...] = ()
    metadata: dict[str, str] = Field(default_factory=dict)
    ordinal: int = 0
    """Which of several equal rows of one file this is; keeps two anonymous equal answers apart."""


class Feedback(Value):
    """A stored feedback."""

    id: str
    source: Source
    source_name: str
    external_id: str | None
    verbatim: str
    spans: tuple[Span, ...]
    language: Language
    submitted_at: UtcDatetime
    received_at: UtcDatetime
    timezone_assumed: bool
    customer_id: str | None
    account_id: str | None
    segment: str | None
    product: str | None
    touchpoint: str | None
    scores: tuple[Score, ...]
    metadata: dict[str, str]
    redactions: tuple[Redaction, ...]
    no_signal: bool
    content_hash: str
    """Hash of what the sender sent; tells a repeat from a reused key."""
    text_hash: str
    """Hash of the normalised own words; equal for exact duplicates."""
    duplicate_of: str | None = None
    journey_stage: JourneyStage | None = None
    """The stage the sender itself named; see ``voc.journey`` for what follows where it named none."""


def own_words(verbatim: str, spans: tuple[Span, ...]) -> str:
    """Return the customer's own words: the parts of the verbatim that are analysed, joined by line breaks."""
    return "\n".join(verbatim[s.start : s.end] for s in spans)

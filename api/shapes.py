"""Shapes: how a comment and what it says look in every answer."""

from typing import Self

from pydantic import BaseModel, Field

from voc.enrichment import Enrichment, Intent, SentenceAnalysis, TagScore, Urgency
from voc.feedback import Feedback, JourneyStage, Language, Redaction, RedactionKind, Source
from voc.kpis import Kpi
from voc.sentiment import Sentiment, SentimentLabel
from voc.values import UtcDatetime


class SentimentShape(BaseModel):
    """Polarity −1…1, its label and the confidence in it."""

    label: SentimentLabel
    score: float
    confidence: float
    abstained: bool

    @classmethod
    def of(cls, sentiment: Sentiment) -> Self:
        """Return the shape of a sentiment."""
        return cls(**sentiment.model_dump())


class TagShape(BaseModel):
    """A tag with its score and the words that carried it."""

    tag: str
    score: float
    because: list[str] = []

    @classmethod
    def of(cls, tag: TagScore) -> Self:
        """Return the shape of a tag."""
        return cls(tag=tag.tag, score=tag.score, because=list(tag.because))


class SentenceShape(BaseModel):
    """What one sentence says; offsets are code points in the text of the answer, end exclusive."""

    start: int
    end: int
    sentiment: SentimentShape
    intent: Intent
    tags: list[TagShape]
    topic: str | None = None

    @classmethod
    def of(cls, sentence: SentenceAnalysis, *, topic: str | None = None) -> Self:
        """Return the shape of a sentence."""
        return cls(
            start=sentence.start,
            end=sentence.end,
            sentiment=SentimentShape.of(sentence.sentiment),
            intent=sentence.intent,
            tags=[TagShape.of(tag) for tag in sentence.tags],
            topic=topic,
        )


class RedactionShape(BaseModel):
    """A masked personal fact; offsets are code points, end exclusive."""

    start: int
    end: int
    kind: RedactionKind

    @classmethod
    def of(cls, redaction: Redaction) -> Self:
        """Return the shape of a redaction."""
        return cls(**redaction.model_dump())


class Said(BaseModel):
    """What a comment says, and which models said so: one name per output, and ``version`` over all of them."""

    sentiment: SentimentShape
    intent: Intent
    intents: list[Intent]
    urgency: Urgency
    churn: float
    abusive: float
    tags: list[TagShape]
    sentences: list[SentenceShape]
    truncated: bool
    model: dict[str, str]
    computed_at: UtcDatetime | None = None

    @classmethod
    def of(cls, enrichment: Enrichment, *, topics: dict[int, str | None] | None = None) -> Self:
        """Return the shape of an enrichment; ``topics`` by position of the sentence."""
        return cls(
            sentiment=SentimentShape.of(enrichment.sentiment),
            intent=enrichment.intent,
            intents=list(enrichment.intents),
            urgency=enrichment.urgency,
            churn=enrichment.churn,
            abusive=enrichment.abusive,
            tags=[TagShape.of(tag) for tag in enrichment.tags],
            sentences=[SentenceShape.of(sentence, topic=(topics or {}).get(sentence.position)) for sentence in enrichment.sentences],
            truncated=enrichment.truncated,
            model={"version": enrichment.model.version, **enrichment.model.outputs},
            computed_at=enrichment.computed_at,
        )


class FeedbackShape(BaseModel):
    """A stored comment; ``analysis`` is null while it waits for analysis."""

    id: str = Field(examples=["fb_0123456789abcdef01234567"])
    text: str
    language: Language
    source: Source
    source_name: str
    external_id: str | None
    submitted_at: UtcDatetime
    received_at: UtcDatetime
    timezone_assumed: bool
    customer_id: str | None
    account_id: str | None
    segment: str | None
    product: str | None
    touchpoint: str | None
    journey_stage: JourneyStage | None
    """The stage the sender named; the filter journey_stage follows the stated rules where none was."""
    scores: dict[Kpi, float]
    metadata: dict[str, str]
    no_signal: bool
    duplicate_of: str | None
    redactions: list[RedactionShape]
    analysis: Said | None

    @classmethod
    def of(cls, feedback: Feedback, enrichment: Enrichment | None, *, topics: dict[int, str | None] | None = None) -> Self:
        """Return the shape of a comment with what it says."""
        given = feedback.model_dump(exclude={"verbatim", "spans", "scores", "redactions", "content_hash", "text_hash"})
        return cls(
            **given,
            text=feedback.verbatim,
            scores={score.kpi: score.value for score in feedback.scores},
            redactions=[RedactionShape.of(redaction) for redaction in feedback.redactions],
            analysis=None if enrichment is None else Said.of(enrichment, topics=topics),
        )

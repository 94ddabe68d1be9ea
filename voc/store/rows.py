"""Rows to values and back, one pair of functions a noun; columns are named after the fields of the values."""

from typing import Any, cast

from sqlalchemy import Table
from sqlmodel import SQLModel

from voc.customers import Account, Customer
from voc.enrichment import Enrichment, Intent, ModelStamp, SentenceAnalysis, TagScore, Urgency
from voc.feedback import Feedback
from voc.journey import touchpoint_stage
from voc.sentiment import Sentiment, SentimentLabel


def table(row: type[SQLModel]) -> Table:
    """Return the table behind a row class."""
    return cast("Table", row.__table__)  # type: ignore[attr-defined]  # set by SQLModel's metaclass


def feedback_to_row(feedback: Feedback) -> dict[str, Any]:
    """Return the columns of a feedback."""
    row = feedback.model_dump(mode="json", exclude={"submitted_at", "received_at", "metadata"})
    return row | {
        "submitted_at": feedback.submitted_at,
        "received_at": feedback.received_at,
        "attributes": feedback.metadata,
        "touchpoint_stage": None if (stage := touchpoint_stage(feedback.touchpoint)) is None else stage.value,
        "compared": False,
        "handled_version": None,
    }


def row_to_feedback(row: Any) -> Feedback:
    """Return the feedback of a row."""
    names = set(Feedback.model_fields) - {"metadata"}
    columns = {name: value for name, value in row._mapping.items() if name in names}  # noqa: SLF001  # SQLAlchemy's public name
    return Feedback(**columns, metadata=row.attributes)


def row_to_customer(row: Any) -> Customer:
    """Return the customer of a row."""
    return Customer(**{name: row._mapping[name] for name in Customer.model_fields})  # noqa: SLF001  # SQLAlchemy's public name


def row_to_account(row: Any) -> Account:
    """Return the account of a row."""
    return Account(**{name: row._mapping[name] for name in Account.model_fields})  # noqa: SLF001  # SQLAlchemy's public name


def sentiment_columns(sentiment: Sentiment) -> dict[str, Any]:
    """Return the four columns of a sentiment."""
    return {
        "sentiment_label": sentiment.label.value,
        "sentiment_score": sentiment.score,
        "sentiment_confidence": sentiment.confidence,
        "sentiment_abstained": sentiment.abstained,
    }


def row_to_sentiment(row: Any) -> Sentiment:
    """Return the sentiment in a row's four columns."""
    return Sentiment(
        label=SentimentLabel(row.sentiment_label),
        score=row.sentiment_score,
        confidence=row.sentiment_confidence,
        abstained=row.sentiment_abstained,
    )


def tags_to_json(tags: tuple[TagScore, ...]) -> list[dict[str, Any]]:
    """Return tags as JSON."""
    return [tag.model_dump(mode="json") for tag in tags]


def enrichment_to_row(enrichment: Enrichment) -> dict[str, Any]:
    """Return the columns of an enrichment without its sentences; ``computed_at`` is the store's to set."""
    return sentiment_columns(enrichment.sentiment) | {
        "feedback_id": enrichment.feedback_id,
        "model_version": enrichment.model.version,
        "intent": enrichment.intent.value,
        "intents": [intent.value for intent in enrichment.intents],
        "urgency": enrichment.urgency.value,
        "churn": enrichment.churn,
        "abusive": enrichment.abusive,
        "tags": tags_to_json(enrichment.tags),
        "truncated": enrichment.truncated,
        "models": enrichment.model.outputs,
    }


def sentence_to_row(enrichment: Enrichment, sentence: SentenceAnalysis) -> dict[str, Any]:
    """Return the columns of a sentence."""
    return sentiment_columns(sentence.sentiment) | {
        "feedback_id": enrichment.feedback_id,
        "model_version": enrichment.model.version,
        "position": sentence.position,
        "start": sentence.start,
        "end": sentence.end,
        "intent": sentence.intent.value,
        "tags": tags_to_json(sentence.tags),
        "vector": sentence.vector,
    }


def row_to_sentence(row: Any) -> SentenceAnalysis:
    """Return the sentence of a row."""
    return SentenceAnalysis(
        position=row.position,
        start=row.start,
        end=row.end,
        sentiment=row_to_sentiment(row),
        intent=Intent(row.intent),
        tags=tuple(TagScore(**tag) for tag in row.tags),
        vector=row.vector,
    )


def row_to_enrichment(row: Any, sentences: tuple[SentenceAnalysis, ...]) -> Enrichment:
    """Return the enrichment of a row with the sentences given."""
    return Enrichment(
        feedback_id=row.feedback_id,
        sentiment=row_to_sentiment(row),
        intent=Intent(row.intent),
        intents=tuple(Intent(intent) for intent in row.intents),
        urgency=Urgency(row.urgency),
        churn=row.churn,
        abusive=row.abusive,
        tags=tuple(TagScore(**tag) for tag in row.tags),
        sentences=sentences,
        truncated=row.truncated,
        model=ModelStamp(version=row.model_version, outputs=row.models),
        computed_at=row.computed_at,
    )

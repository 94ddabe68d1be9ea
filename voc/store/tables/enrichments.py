"""Tables of what comments say, by model version, and the full-text index."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel

from voc.store.types import json_column, moment


class EnrichmentRow(SQLModel, table=True):
    """What one comment says, by one model version."""

    __tablename__ = "enrichment"
    __table_args__ = (Index("ix_enrichment_computed", "computed_at"),)

    feedback_id: str = Field(primary_key=True)
    model_version: str = Field(primary_key=True)
    sentiment_label: str = Field(index=True)
    sentiment_score: float
    sentiment_confidence: float
    sentiment_abstained: bool
    intent: str = Field(index=True)
    intents: list[Any] = json_column()
    urgency: str
    churn: float
    abusive: float
    tags: list[Any] = json_column()
    truncated: bool
    models: dict[str, Any] = json_column()
    computed_at: datetime = moment()


class SentenceRow(SQLModel, table=True):
    """One sentence of a comment, by one model version. ``start`` and ``end`` are code points in the verbatim."""

    __tablename__ = "sentence"

    feedback_id: str = Field(primary_key=True)
    model_version: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    start: int
    end: int
    sentiment_label: str
    sentiment_score: float
    sentiment_confidence: float
    sentiment_abstained: bool
    intent: str
    tags: list[Any] = json_column()
    vector: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class FeedbackTagRow(SQLModel, table=True):
    """A tag of a comment, by one model version; what filters and counts read."""

    __tablename__ = "feedback_tag"
    __table_args__ = (Index("ix_feedback_tag_feedback", "feedback_id"),)

    tag: str = Field(primary_key=True)
    model_version: str = Field(primary_key=True)
    feedback_id: str = Field(primary_key=True)
    score: float


class SearchEntryRow(SQLModel, table=True):
    """The words of a comment in normal form; PostgreSQL indexes the column, on SQLite triggers keep ``search_text`` (FTS5)."""

    __tablename__ = "search_entry"

    number: int | None = Field(default=None, primary_key=True)
    feedback_id: str = Field(unique=True)
    words: str = Field(sa_column=Column(Text().with_variant(TSVECTOR(), "postgresql"), nullable=False))

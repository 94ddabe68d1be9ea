"""Tables of feedback as it came in, its fingerprints, and the attempts to read it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Text
from sqlmodel import Field, SQLModel

from voc.store.types import json_column, moment


class FeedbackRow(SQLModel, table=True):
    """A feedback. ``handled_version`` is the model version whose result (or failure) stands; None = waiting."""

    __tablename__ = "feedback"
    __table_args__ = (
        Index("ix_feedback_submitted", "submitted_at", "id"),
        Index("ix_feedback_handled", "handled_version", "received_at"),
    )

    id: str = Field(primary_key=True)
    source: str = Field(index=True)
    source_name: str = Field(index=True)
    external_id: str | None = None
    verbatim: str = Field(sa_column=Column(Text, nullable=False))
    spans: list[Any] = json_column()
    language: str
    submitted_at: datetime = moment()
    received_at: datetime = moment()
    timezone_assumed: bool
    customer_id: str | None = Field(default=None, index=True)
    account_id: str | None = Field(default=None, index=True)
    segment: str | None = None
    product: str | None = None
    touchpoint: str | None = None
    journey_stage: str | None = None
    touchpoint_stage: str | None = None
    scores: list[Any] = json_column()
    attributes: dict[str, Any] = json_column()
    redactions: list[Any] = json_column()
    no_signal: bool
    content_hash: str
    text_hash: str = Field(index=True)
    duplicate_of: str | None = Field(default=None, index=True)
    compared: bool = Field(default=False, index=True)
    handled_version: str | None = None


class BandRow(SQLModel, table=True):
    """Fingerprint bands of a feedback's words; near duplicates share one."""

    __tablename__ = "feedback_band"

    band: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    feedback_id: str = Field(primary_key=True, index=True)


class AttemptRow(SQLModel, table=True):
    """How often the models were shown a feedback without a result; committed before they see it."""

    __tablename__ = "attempt"

    feedback_id: str = Field(primary_key=True)
    model_version: str = Field(primary_key=True)
    attempts: int = 0
    crashes: int = 0
    dead: bool = Field(default=False, index=True)
    reason: str = ""
    changed_at: datetime = moment()


class IdempotencyRow(SQLModel, table=True):
    """Which feedback an ``Idempotency-Key`` of a caller stands for."""

    __tablename__ = "idempotency_key"

    scope: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    feedback_id: str
    content_hash: str

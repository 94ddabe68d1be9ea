"""All tables. Row classes never leave the store; the values of ``voc`` do.

Feedback ids are derived from the identity at the source, so the primary key is also what makes intake idempotent. Outputs of models
are keyed by (feedback, model version): a new model version adds rows, it overwrites none.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON as JSON_TYPE
from sqlalchemy import BigInteger, Column, Date, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel

from voc.store.types import UtcMoment


def _moment(*, nullable: bool = False) -> Any:
    return Field(sa_column=Column(UtcMoment, nullable=nullable))


def _json() -> Any:
    return Field(sa_column=Column(JSON_TYPE, nullable=False))


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
    spans: list[Any] = _json()
    language: str
    submitted_at: datetime = _moment()
    received_at: datetime = _moment()
    timezone_assumed: bool
    customer_id: str | None = Field(default=None, index=True)
    account_id: str | None = Field(default=None, index=True)
    segment: str | None = None
    product: str | None = None
    touchpoint: str | None = None
    scores: list[Any] = _json()
    attributes: dict[str, Any] = _json()
    redactions: list[Any] = _json()
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
    changed_at: datetime = _moment()


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
    intents: list[Any] = _json()
    urgency: str
    churn: float
    abusive: float
    tags: list[Any] = _json()
    truncated: bool
    models: dict[str, Any] = _json()
    computed_at: datetime = _moment()


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
    tags: list[Any] = _json()
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


class TopicRunRow(SQLModel, table=True):
    """One fit of the topic model."""

    __tablename__ = "topic_run"

    id: str = Field(primary_key=True)
    model_version: str
    encoder: str
    parameters: dict[str, Any] = _json()
    sentences: int
    finished_at: datetime = _moment()


class TopicRow(SQLModel, table=True):
    """A topic; its size is counted from its assignments."""

    __tablename__ = "topic"

    id: str = Field(primary_key=True)
    name: str
    keywords: list[Any] = _json()
    example_ids: list[Any] = _json()
    centroid: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    state: str
    named_by: str | None = None
    pinned: bool = False
    parents: list[Any] = _json()
    merged_into: str | None = None


class TopicAssignmentRow(SQLModel, table=True):
    """Which topic a sentence belongs to; ``topic_id`` is None where none is near enough."""

    __tablename__ = "topic_assignment"

    feedback_id: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    topic_id: str | None = Field(default=None, index=True)
    similarity: float
    settled: bool
    by_person: bool = False


class TopicProposalRow(SQLModel, table=True):
    """What a fit proposes, and how it was decided."""

    __tablename__ = "topic_proposal"

    id: str = Field(primary_key=True)
    run_id: str = Field(index=True)
    kind: str
    topic_ids: list[Any] = _json()
    parts: list[Any] = _json()
    size: int
    state: str = Field(index=True)
    decided_by: str | None = None
    decided_at: datetime | None = _moment(nullable=True)


class TopicEditRow(SQLModel, table=True):
    """A change of topics that was done; ``change`` holds what it takes to undo it."""

    __tablename__ = "topic_edit"

    number: int | None = Field(default=None, primary_key=True)
    change: dict[str, Any] = _json()
    topic_ids: list[Any] = _json()
    by: str
    at: datetime = _moment()
    proposal_id: str | None = None
    undone_by: str | None = None
    undone_at: datetime | None = _moment(nullable=True)


class AccountRow(SQLModel, table=True):
    """A paying organisation."""

    __tablename__ = "account"

    id: str = Field(primary_key=True)
    external_id: str = Field(unique=True)
    name: str | None = None
    plan: str | None = None
    region: str | None = None
    segment: str | None = None
    revenue_per_year: float | None = None
    started_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    renewal_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    churned_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    attributes: dict[str, Any] = _json()


class CustomerRow(SQLModel, table=True):
    """A person."""

    __tablename__ = "customer"

    id: str = Field(primary_key=True)
    external_id: str = Field(unique=True)
    account_id: str | None = Field(default=None, index=True)
    name: str | None = None
    role: str
    segment: str | None = None
    started_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    churned_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    attributes: dict[str, Any] = _json()


class KpiObservationRow(SQLModel, table=True):
    """One measured KPI value."""

    __tablename__ = "kpi_observation"
    __table_args__ = (Index("ix_kpi_observation_kpi", "kpi", "observed_at"),)

    id: str = Field(primary_key=True)
    kpi: str
    value: float
    observed_at: datetime = _moment()
    customer_id: str | None = Field(default=None, index=True)
    account_id: str | None = Field(default=None, index=True)
    feedback_id: str | None = Field(default=None, index=True)


class DriverRow(SQLModel, table=True):
    """A driver as computed last, whole, in JSON."""

    __tablename__ = "driver"

    kpi: str = Field(primary_key=True)
    issue_kind: str = Field(primary_key=True)
    issue_id: str = Field(primary_key=True)
    position: int
    payload: dict[str, Any] = _json()
    run_id: str


class AlertRow(SQLModel, table=True):
    """A raised alarm."""

    __tablename__ = "alert"

    id: str = Field(primary_key=True)
    rule_id: str
    issue_kind: str
    issue_id: str
    issue_name: str
    accounts: int
    threshold: int
    window_from: datetime = _moment()
    window_to: datetime = _moment()
    evidence: list[Any] = _json()
    state: str = Field(index=True)
    note: str
    changed_by: str | None = None
    changed_at: datetime | None = _moment(nullable=True)


class KeyRow(SQLModel, table=True):
    """An API key; only the hash of its secret."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True)
    name: str
    prefix: str
    secret_hash: str = Field(unique=True)
    scopes: list[Any] = _json()
    created_at: datetime = _moment()
    last_used_at: datetime | None = _moment(nullable=True)
    revoked_at: datetime | None = _moment(nullable=True)


class IdempotencyRow(SQLModel, table=True):
    """Which feedback an ``Idempotency-Key`` of a caller stands for."""

    __tablename__ = "idempotency_key"

    scope: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    feedback_id: str
    content_hash: str


class ImportRow(SQLModel, table=True):
    """One import of a file and its row accounting."""

    __tablename__ = "file_import"

    id: str = Field(primary_key=True)
    file_name: str
    source_name: str
    started_at: datetime = _moment()
    finished_at: datetime | None = _moment(nullable=True)
    rows: int
    new: int
    duplicate: int
    rejected: int
    rejects_file: str | None = None


class RunRow(SQLModel, table=True):
    """One execution of the stages and what each counted."""

    __tablename__ = "run"

    id: str = Field(primary_key=True)
    started_at: datetime = _moment()
    finished_at: datetime | None = _moment(nullable=True)
    model_version: str
    counts: dict[str, Any] = _json()


class TaxonomyRow(SQLModel, table=True):
    """A taxonomy of a user's own, whole, in JSON."""

    __tablename__ = "taxonomy"

    name: str = Field(primary_key=True)
    content: dict[str, Any] = _json()
    imported_at: datetime = _moment()


class LearntTagsRow(SQLModel, table=True):
    """What was learnt for a taxonomy, with the taxonomy as it was then; at most one row is active."""

    __tablename__ = "learnt_tags"

    taxonomy: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    encoder: str
    content: dict[str, Any] = _json()
    weights: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    config: dict[str, Any] = _json()
    quality: list[Any] = _json()
    learnt_at: datetime = _moment()
    active: bool


class TagCorrectionRow(SQLModel, table=True):
    """A person gave a comment a tag or took one from it; the latest row of a comment and tag holds."""

    __tablename__ = "tag_correction"

    number: int | None = Field(default=None, primary_key=True)
    feedback_id: str = Field(index=True)
    tag: str
    given: bool
    by: str
    at: datetime = _moment()

"""Tables of topics, what fits propose and what people did."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from voc.store.types import json_column, moment


class TopicRunRow(SQLModel, table=True):
    """One fit of the topic model."""

    __tablename__ = "topic_run"

    id: str = Field(primary_key=True)
    model_version: str
    encoder: str
    parameters: dict[str, Any] = json_column()
    sentences: int
    finished_at: datetime = moment()


class TopicRow(SQLModel, table=True):
    """A topic; its size is counted from its assignments."""

    __tablename__ = "topic"

    id: str = Field(primary_key=True)
    name: str
    keywords: list[Any] = json_column()
    example_ids: list[Any] = json_column()
    centroid: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    state: str
    named_by: str | None = None
    names: dict[str, Any] = json_column()
    group_id: str | None = None
    group_by_person: bool = False
    pinned: bool = False
    parents: list[Any] = json_column()
    merged_into: str | None = None
    taxonomy: str | None = None
    tag: str | None = None


class TopicGroupRow(SQLModel, table=True):
    """A group of topics; which topics are in it stands with them."""

    __tablename__ = "topic_group"

    id: str = Field(primary_key=True)
    name: str
    names: dict[str, Any] = json_column()
    named_by: str | None = None


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
    topic_ids: list[Any] = json_column()
    parts: list[Any] = json_column()
    size: int
    state: str = Field(index=True)
    decided_by: str | None = None
    decided_at: datetime | None = moment(nullable=True)


class TopicEditRow(SQLModel, table=True):
    """A change of topics that was done; ``change`` holds what it takes to undo it."""

    __tablename__ = "topic_edit"

    number: int | None = Field(default=None, primary_key=True)
    change: dict[str, Any] = json_column()
    topic_ids: list[Any] = json_column()
    by: str
    at: datetime = moment()
    proposal_id: str | None = None
    undone_by: str | None = None
    undone_at: datetime | None = moment(nullable=True)


class TopicLookRow(SQLModel, table=True):
    """What one look for emerging topics found, by its day."""

    __tablename__ = "topic_look"

    day: date = Field(primary_key=True)
    tested: int
    found: list[Any] = json_column()

"""Tables of users' own taxonomies, what was learnt for them, and people's corrections."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from voc.store.types import json_column, moment


class TaxonomyRow(SQLModel, table=True):
    """A taxonomy of a user's own, whole, in JSON."""

    __tablename__ = "taxonomy"

    name: str = Field(primary_key=True)
    content: dict[str, Any] = json_column()
    imported_at: datetime = moment()


class LearntTagsRow(SQLModel, table=True):
    """What was learnt for a taxonomy, with the taxonomy as it was then; at most one row is active."""

    __tablename__ = "learnt_tags"

    taxonomy: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    encoder: str
    content: dict[str, Any] = json_column()
    weights: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    config: dict[str, Any] = json_column()
    quality: list[Any] = json_column()
    learnt_at: datetime = moment()
    active: bool


class TagCorrectionRow(SQLModel, table=True):
    """A person gave a comment a tag or took one from it; the latest row of a comment and tag holds."""

    __tablename__ = "tag_correction"

    number: int | None = Field(default=None, primary_key=True)
    feedback_id: str = Field(index=True)
    tag: str
    given: bool
    by: str
    at: datetime = moment()

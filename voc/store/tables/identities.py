"""Tables of what people and accounts are known by, merged profiles, the history of profiles and the weights of roles."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from voc.store.types import json_column, moment


class IdentityRow(SQLModel, table=True):
    """One thing a profile is known by; ``value`` is a keyed hash."""

    __tablename__ = "identity"
    __table_args__ = (Index("ix_identity_value", "kind", "value"),)

    profile_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    source: str = Field(primary_key=True)


class ProfileMergeRow(SQLModel, table=True):
    """A decided pair of profiles; ``filled`` holds the fields the kept one got from the other."""

    __tablename__ = "profile_merge"

    number: int | None = Field(default=None, primary_key=True)
    noun: str
    kept_id: str = Field(index=True)
    gone_id: str = Field(index=True)
    reasons: list[Any] = json_column()
    state: str
    filled: dict[str, Any] = json_column()
    by: str
    at: datetime = moment()
    undone_by: str | None = None
    undone_at: datetime | None = moment(nullable=True)


class MergeMoveRow(SQLModel, table=True):
    """A row that belongs to the kept profile because of a merge: what an undo gives back."""

    __tablename__ = "profile_merge_move"

    number: int = Field(primary_key=True)
    noun: str = Field(primary_key=True)
    row_id: str = Field(primary_key=True)


class ProfileChangeRow(SQLModel, table=True):
    """A change of a profile."""

    __tablename__ = "profile_change"

    number: int | None = Field(default=None, primary_key=True)
    noun: str
    subject_id: str = Field(index=True)
    at: datetime = moment()
    by: str
    new: bool
    changes: dict[str, Any] = json_column()


class RoleWeightsRow(SQLModel, table=True):
    """How much each role counts in a mood; the empty account id stands for all accounts without their own."""

    __tablename__ = "role_weights"

    account_id: str = Field(primary_key=True)
    decider: float
    buyer: float
    admin: float
    user: float
    by: str
    at: datetime = moment()

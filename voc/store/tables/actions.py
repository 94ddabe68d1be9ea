"""Tables of actions, the changes made to them, and who was put on which side of an experiment."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date
from sqlmodel import Field, SQLModel

from voc.store.types import json_column, moment


class ActionRow(SQLModel, table=True):
    """An action; ``plan`` is what it says before its result."""

    __tablename__ = "action"

    id: str = Field(primary_key=True)
    plan: dict[str, Any] = json_column()
    retrospective: bool
    owner: str | None = None
    due: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    note: str
    created_by: str
    created_at: datetime = moment()


class ActionEditRow(SQLModel, table=True):
    """One change of an action."""

    __tablename__ = "action_edit"

    number: int | None = Field(default=None, primary_key=True)
    action_id: str = Field(index=True)
    by: str
    at: datetime = moment()
    changes: dict[str, Any] = json_column()


class AssignmentRow(SQLModel, table=True):
    """Who was put on which side of an experiment, and from when on."""

    __tablename__ = "experiment_assignment"

    experiment: str = Field(primary_key=True)
    subject_id: str = Field(primary_key=True)
    arm: str
    exposed_on: date = Field(sa_column=Column(Date, nullable=False))

"""Tables of what the last run concluded."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from voc.store.types import json_column, moment


class DriverRow(SQLModel, table=True):
    """A driver as computed last, whole, in JSON."""

    __tablename__ = "driver"

    kpi: str = Field(primary_key=True)
    issue_kind: str = Field(primary_key=True)
    issue_id: str = Field(primary_key=True)
    position: int
    payload: dict[str, Any] = json_column()
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
    window_from: datetime = moment()
    window_to: datetime = moment()
    evidence: list[Any] = json_column()
    state: str = Field(index=True)
    note: str
    changed_by: str | None = None
    changed_at: datetime | None = moment(nullable=True)

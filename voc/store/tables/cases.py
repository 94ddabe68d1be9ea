"""Table of what people decided about somebody in the queue."""

from datetime import date, datetime

from sqlalchemy import Column, Date
from sqlmodel import Field, SQLModel

from voc.store.types import moment


class CaseStepRow(SQLModel, table=True):
    """One decision on a case; the latest that stands is the case."""

    __tablename__ = "case_step"

    number: int | None = Field(default=None, primary_key=True)
    subject_id: str = Field(index=True)
    state: str
    note: str
    owner: str | None = None
    due: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    by: str
    at: datetime = moment()
    undone_by: str | None = None
    undone_at: datetime | None = moment(nullable=True)

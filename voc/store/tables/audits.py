"""Table of what people said in audits."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from voc.store.types import moment


class AuditAnswerRow(SQLModel, table=True):
    """What a person said of a comment's tags without seeing the model's; ``tags`` is None where they could not tell."""

    __tablename__ = "audit_answer"

    feedback_id: str = Field(primary_key=True)
    drawn_for: str | None = None
    tags: list[Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    by: str
    at: datetime = moment()

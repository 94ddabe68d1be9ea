"""Tables of published figures and the comments they rest on; figures that rest on the same comments share one row of evidence."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from voc.store.types import json_column, moment


class FigureRow(SQLModel, table=True):
    """A figure as it was published."""

    __tablename__ = "figure"

    id: str = Field(primary_key=True)
    kind: str = Field(index=True)
    query: dict[str, Any] = json_column()
    numbers: dict[str, Any] = json_column()
    versions: dict[str, Any] = json_column()
    evidence_digest: str = Field(index=True)
    evidence_count: int
    as_of: datetime = moment()
    erased: bool = False


class FigureEvidenceRow(SQLModel, table=True):
    """Ids of comments or KPI values, packed; ``digest`` names the set as it was published."""

    __tablename__ = "figure_evidence"

    digest: str = Field(primary_key=True)
    ids: bytes = Field(sa_column=Column(LargeBinary, nullable=False))

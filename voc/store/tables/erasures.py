"""Tables of erasures and of whom nothing is taken in any more; customers and comments by keyed hash only."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from voc.store.types import json_column, moment


class ErasureRow(SQLModel, table=True):
    """One erasure and what it did."""

    __tablename__ = "erasure"

    id: str = Field(primary_key=True)
    subject: str = Field(index=True)
    state: str = Field(index=True)
    by: str
    started_at: datetime = moment()
    finished_at: datetime | None = moment(nullable=True)
    places: dict[str, Any] = json_column()
    files_removed: list[Any] = json_column()
    files_left: list[Any] = json_column()
    notes: list[Any] = json_column()


class TombstoneRow(SQLModel, table=True):
    """A customer or comment that is refused because it was erased."""

    __tablename__ = "tombstone"

    mark: str = Field(primary_key=True)
    erasure_id: str = Field(index=True)

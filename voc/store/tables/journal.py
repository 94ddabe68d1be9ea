"""Tables of keys, imports and runs."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from voc.store.types import json_column, moment


class KeyRow(SQLModel, table=True):
    """An API key; only the hash of its secret."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True)
    name: str
    prefix: str
    secret_hash: str = Field(unique=True)
    scopes: list[Any] = json_column()
    created_at: datetime = moment()
    last_used_at: datetime | None = moment(nullable=True)
    revoked_at: datetime | None = moment(nullable=True)


class ImportRow(SQLModel, table=True):
    """One import of a file and its row accounting."""

    __tablename__ = "file_import"

    id: str = Field(primary_key=True)
    file_name: str
    source_name: str
    started_at: datetime = moment()
    finished_at: datetime | None = moment(nullable=True)
    rows: int
    new: int
    duplicate: int
    rejected: int
    rejects_file: str | None = None


class RunRow(SQLModel, table=True):
    """One execution of the stages and what each counted."""

    __tablename__ = "run"

    id: str = Field(primary_key=True)
    started_at: datetime = moment()
    finished_at: datetime | None = moment(nullable=True)
    model_version: str
    counts: dict[str, Any] = json_column()

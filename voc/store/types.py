"""Column types of the tables: moments that stay UTC on every database, and values kept as JSON."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

from voc.values import as_utc


class UtcMoment(TypeDecorator[datetime]):
    """A UTC moment. SQLite keeps it without a zone, so the zone is taken off on the way in and put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into what the database keeps; a naive one raises."""
        if value is None:
            return None
        moment = as_utc(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def moment(*, nullable: bool = False) -> Any:
    """Return a column for a UTC moment."""
    return Field(sa_column=Column(UtcMoment, nullable=nullable))


def json_column() -> Any:
    """Return a column for a value kept as JSON."""
    return Field(sa_column=Column(JSON, nullable=False))

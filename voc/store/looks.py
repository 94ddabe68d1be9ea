"""Looks for emerging topics in the store: one a day, the latest of a day holds."""

from typing import Any

from sqlalchemy import Connection, select

from voc.emerging import EmergingLook
from voc.store.feedback import insert_or_replace
from voc.store.rows import table
from voc.store.tables import TopicLookRow

LOOKS = table(TopicLookRow)


class LookStore:
    """Looks inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, look: EmergingLook) -> None:
        """Keep a look in the place of an earlier one of its day."""
        found = [one.model_dump(mode="json") for one in look.found]
        self._connection.execute(insert_or_replace(self._connection, LOOKS), [{"day": look.day, "tested": look.tested, "found": found}])

    def latest(self) -> EmergingLook | None:
        """Return the latest look, or None."""
        row: Any = self._connection.execute(select(LOOKS).order_by(LOOKS.c.day.desc()).limit(1)).one_or_none()
        return None if row is None else EmergingLook.model_validate(dict(row._mapping))  # noqa: SLF001  # SQLAlchemy's public name

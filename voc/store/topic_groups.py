"""Groups of topics in the store."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from voc.store.feedback import chunks, insert_or_replace
from voc.store.rows import table
from voc.store.tables import TopicGroupRow
from voc.topics import TopicGroup

GROUPS = table(TopicGroupRow)


class TopicGroupStore:
    """Groups inside one unit of work; which topics are in one stands with the topics."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, groups: Sequence[TopicGroup]) -> None:
        """Keep groups in the place of earlier ones of their ids."""
        rows = [group.model_dump() for group in groups]
        if rows:
            self._connection.execute(insert_or_replace(self._connection, GROUPS), rows)

    def remove(self, group_ids: Sequence[str]) -> None:
        """Forget groups; their topics are the caller's to move."""
        for some in chunks(group_ids):
            self._connection.execute(delete(GROUPS).where(GROUPS.c.id.in_(some)))

    def find(self) -> dict[str, TopicGroup]:
        """Return all groups by id, also those no topic is in."""
        rows = self._connection.execute(select(GROUPS).order_by(GROUPS.c.id))
        return {row.id: TopicGroup(**dict(row._mapping)) for row in rows}  # noqa: SLF001  # SQLAlchemy's public name

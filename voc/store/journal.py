"""Imports and runs in the store."""

from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from voc.journal import FileImport, Run
from voc.store.rows import table
from voc.store.tables import ImportRow, RunRow

IMPORTS = table(ImportRow)
RUNS = table(RunRow)


class JournalStore:
    """What was done, inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put_import(self, entry: FileImport) -> None:
        """Keep the accounting of an import as it stands."""
        self._put(IMPORTS, entry.model_dump())

    def put_run(self, entry: Run) -> None:
        """Keep what a run counted."""
        self._put(RUNS, entry.model_dump())

    def imports(self, *, limit: int = 50) -> list[FileImport]:
        """Return imports, latest first."""
        rows = self._connection.execute(select(IMPORTS).order_by(IMPORTS.c.started_at.desc()).limit(limit))
        return [FileImport(**row._mapping) for row in rows]  # noqa: SLF001  # SQLAlchemy's public name

    def last_run(self) -> Run | None:
        """Return the latest run, or None."""
        row = self._connection.execute(select(RUNS).order_by(RUNS.c.started_at.desc()).limit(1)).one_or_none()
        return None if row is None else Run(**row._mapping)  # noqa: SLF001  # SQLAlchemy's public name

    def _put(self, target: Table, row: dict[str, Any]) -> None:
        self._connection.execute(delete(target).where(target.c.id == row["id"]))
        self._connection.execute(insert(target), [row])

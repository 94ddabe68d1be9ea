"""Store: the only place that knows SQL. ``open_store`` gives a Store; ``read()`` and ``write()`` give units of work."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Engine, text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from voc.errors import StorageBusyError, StorageInUseError, StorageReadOnlyError, StorageUnavailableError
from voc.settings import DatabaseSettings
from voc.store import schema
from voc.store.engine import postgres, rewrite, sqlite_reader, sqlite_writer
from voc.store.erasure_ledger import ErasureLedger
from voc.store.faults import database_faults
from voc.store.unit import Unit

DATABASE_FILE = "voc.sqlite3"
LOCK_FILE = "voc.lock"

__all__ = ["DATABASE_FILE", "Claim", "Store", "Unit", "open_store"]


@dataclass(frozen=True)
class Claim:
    """Where claimed comments are read and their results are written."""

    reading: Callable[[], AbstractContextManager[Unit]]
    writing: Callable[[], AbstractContextManager[Unit]]


class Store:
    """An open database."""

    def __init__(self, *, writer: Engine | None, reader: Engine, lock: FileLock | None, path: Path | None, folder: Path) -> None:
        self.ledger = ErasureLedger(folder)
        self._writer = writer
        self._reader = reader
        self._lock = lock
        self.path = path
        """The SQLite file; None on PostgreSQL."""
        self._file = path.stat().st_ino if path is not None else 0

    @property
    def kind(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._reader.dialect.name

    @property
    def can_write(self) -> bool:
        """Whether this process owns the database for writing."""
        return self._writer is not None

    @contextmanager
    def read(self) -> Iterator[Unit]:
        """Give a unit of work that sees one state of the database and changes nothing.

        Raises
        ------
        StorageError
            If the database does not answer.
        """
        with database_faults(), self._reader.connect() as connection:
            yield Unit(connection, mark=self.ledger.mark)
            connection.rollback()

    @contextmanager
    def write(self) -> Iterator[Unit]:
        """Give a unit of work that is on disk when the block ends, or leaves no trace if the block raises.

        Raises
        ------
        StorageBusyError
            If another write does not end in time.
        StorageError
            If the database does not answer, is full, or can only be read.
        """
        if self._writer is None:
            raise StorageReadOnlyError
        self._check_file()
        try:
            with database_faults(), self._writer.begin() as connection:
                yield Unit(connection, mark=self.ledger.mark)
        except PoolTimeoutError as error:
            raise StorageBusyError from error

    @contextmanager
    def claiming(self) -> Iterator[Claim]:
        """Give a claim on waiting comments that no other worker gets until the block ends.

        On PostgreSQL the claim is a transaction that holds row locks and takes the results, so that a worker that dies gives its
        comments free at once. On SQLite there is one worker, and nothing is held while the models think.
        """
        if self.kind == "postgresql":
            with self.write() as held:
                yield Claim(reading=lambda: nullcontext(held), writing=lambda: nullcontext(held))
        else:
            yield Claim(reading=self.read, writing=self.write)

    def check(self) -> None:
        """Ask the database a trivial question; raises StorageError where it does not answer."""
        self._check_file()
        with database_faults(), self._reader.connect() as connection:
            connection.execute(text("SELECT 1"))

    def revision(self) -> str | None:
        """Return the revision of the database's tables."""
        with database_faults(), self._reader.connect() as connection:
            return schema.present(connection)

    def _check_file(self) -> None:
        """Refuse to write to a file that was removed or replaced: what is written to it would be gone at the end."""
        if self.path is None:
            return
        try:
            present = self.path.stat().st_ino
        except OSError as error:
            raise StorageUnavailableError("The database file was removed while in use; restore it and start again.") from error
        if present != self._file:
            raise StorageUnavailableError("The database file was replaced while in use; start again.")

    def copy_to(self, target: Path) -> None:
        """Write a consistent copy of a SQLite database while it is in use.

        Raises
        ------
        StorageUnavailableError
            On PostgreSQL, whose own tools do this.
        """
        if self.path is None:
            raise StorageUnavailableError("Use pg_dump to back up PostgreSQL.")
        with database_faults(), self._reader.connect() as connection, closing(sqlite3.connect(target)) as copy:
            source: Any = connection.connection.driver_connection
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")

    def rewrite(self) -> bool:
        """Rewrite the database file so that nothing of deleted rows is left in it; return whether all of it was rewritten.

        SQLite: full-text segments merged, ``VACUUM``, the WAL emptied (False while a reader keeps it open). PostgreSQL: ``VACUUM``.

        Raises
        ------
        StorageError
            If the database does not answer or the disk has no room for it.
        """
        if self._writer is None:
            raise StorageReadOnlyError
        self._check_file()
        with database_faults():
            return rewrite(self._writer)

    def close(self) -> None:
        """Close all connections and give the file free."""
        self._reader.dispose()
        if self._writer is not None:
            self._writer.dispose()
        if self._lock is not None:
            self._lock.release()


def open_store(data_dir: Path, settings: DatabaseSettings, *, read_only: bool = False) -> Store:
    """Open the database and, unless it is only to be read, bring it to this program's version.

    Raises
    ------
    StorageInUseError
        If another process owns the SQLite file for writing.
    StorageNewerError
        If a newer program wrote the database.
    StorageUnavailableError
        If the database cannot be opened.
    """
    if settings.url is not None:
        with database_faults():
            engine = postgres(settings.url.get_secret_value())
            schema.upgrade(engine)
        return Store(writer=None if read_only else engine, reader=engine, lock=None, path=None, folder=data_dir)
    return _open_sqlite(data_dir, settings, read_only=read_only)


def _open_sqlite(data_dir: Path, settings: DatabaseSettings, *, read_only: bool) -> Store:
    path = data_dir / DATABASE_FILE
    if read_only:
        if not path.exists():
            raise StorageUnavailableError(f"There is no database in {data_dir} yet; import something first.")
        reader = sqlite_reader(path, busy_timeout_ms=settings.busy_timeout_ms)
        with database_faults():
            schema.check(reader)
        return Store(writer=None, reader=reader, lock=None, path=path, folder=data_dir)
    lock = _own(data_dir)
    writer = sqlite_writer(path, busy_timeout_ms=settings.busy_timeout_ms)
    try:
        with database_faults():
            schema.upgrade(writer)
    except BaseException:
        writer.dispose()
        lock.release()
        raise
    reader = sqlite_reader(path, busy_timeout_ms=settings.busy_timeout_ms)
    return Store(writer=writer, reader=reader, lock=lock, path=path, folder=data_dir)


def _own(data_dir: Path) -> FileLock:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(data_dir / LOCK_FILE, thread_local=False)
        lock.acquire(timeout=0)
    except Timeout as error:
        message = f"Another process writes the database in {data_dir}; stop it first, or send the data to its HTTP API."
        raise StorageInUseError(message) from error
    except OSError as error:
        raise StorageReadOnlyError(f"The folder {data_dir} cannot be written.") from error
    return lock

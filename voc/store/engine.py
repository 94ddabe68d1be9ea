"""Engines: how the database is opened, so that a commit is on disk and two writers never meet on one SQLite file.

SQLite: one process owns the file (lock file beside it); one write connection does all writes (``BEGIN IMMEDIATE``, ``synchronous=FULL``)
and all checkpoints, readers never checkpoint. The reason is the WAL-reset race of SQLite 3.7.0 to 3.51.2.
"""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

READER_CONNECTIONS = 8
EMPTYING_WAL_S = 10.0
"""How long is waited for readers that keep the WAL from being emptied."""
SQLITE_FIXED = (3, 51, 3)


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


def sqlite_version() -> str:
    """Return the version of the SQLite this program runs with."""
    return sqlite3.sqlite_version


def sqlite_is_affected() -> bool:
    """Tell whether this SQLite has the WAL-reset race (fixed in 3.51.3)."""
    return sqlite3.sqlite_version_info < SQLITE_FIXED


def sqlite_writer(path: Path, *, busy_timeout_ms: int) -> Engine:
    """Return the engine with the one connection that may write."""
    pragmas = (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={busy_timeout_ms}",
        "wal_autocheckpoint=1000",
        "journal_size_limit=67108864",
    )
    return _sqlite_engine(f"sqlite:///{path}", pragmas=pragmas, begin="BEGIN IMMEDIATE", pool_size=1)


def sqlite_reader(path: Path, *, busy_timeout_ms: int) -> Engine:
    """Return an engine that can only read and never checkpoints."""
    pragmas = ("query_only=ON", f"busy_timeout={busy_timeout_ms}", "wal_autocheckpoint=0", "cache_size=-16000")
    url = f"sqlite:///file:{path}?mode=ro&uri=true"
    return _sqlite_engine(url, pragmas=pragmas, begin="BEGIN", pool_size=READER_CONNECTIONS)


def postgres(url: str) -> Engine:
    """Return the engine for a PostgreSQL address; reads stop after five seconds."""
    return create_engine(
        url,
        pool_size=READER_CONNECTIONS,
        max_overflow=READER_CONNECTIONS,
        pool_pre_ping=True,
        pool_timeout=5,
        connect_args={"connect_timeout": 3},
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
    )


def rewrite(engine: Engine) -> bool:
    """Rewrite all pages so that nothing deleted is left on them; return whether the WAL could be emptied too."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
        return True
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("INSERT INTO search_text(search_text) VALUES ('optimize')")
        driver.execute("VACUUM")
        until = time.monotonic() + EMPTYING_WAL_S
        while True:
            (busy, *_) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy or time.monotonic() >= until:
                return not busy
            time.sleep(0.05)


def _sqlite_engine(url: str, *, pragmas: tuple[str, ...], begin: str, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        connect_args={"check_same_thread": False, "isolation_level": None},
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
    )
    event.listen(engine, "connect", _set(pragmas))
    event.listen(engine, "begin", _begin(begin))
    return engine


def _set(pragmas: tuple[str, ...]) -> Callable[[sqlite3.Connection, object], None]:
    def set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    return set_pragmas


def _begin(statement: str) -> Callable[[Connection], None]:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    return begin

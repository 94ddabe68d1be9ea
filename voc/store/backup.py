"""Backup and restore of a SQLite database. A plain copy of the file in use is not a backup: it misses what stands in the WAL."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from voc.errors import StorageCorruptError, StorageInUseError, StorageUnavailableError
from voc.store import DATABASE_FILE, LOCK_FILE, Store
from voc.whole_file import written_whole


def write_backup(store: Store, out: Path) -> dict[str, object]:
    """Write a checked copy and return what it holds.

    Raises
    ------
    StorageUnavailableError
        If the target exists, or the database is PostgreSQL.
    StorageCorruptError
        If the copy does not pass the check.
    """
    if out.exists():
        raise StorageUnavailableError(f"{out} exists; name another file.")
    out.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(out) as half:
        store.copy_to(half)
        found = check_backup(half)
    return found | {"file": str(out)}


def check_backup(file: Path) -> dict[str, object]:
    """Return what a backup holds: comments, the latest moment, schema revision.

    Raises
    ------
    StorageCorruptError
        If it is not a whole database of this service.
    """
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as connection:
            (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
            count, latest = connection.execute("SELECT count(*), max(received_at) FROM feedback").fetchone()
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise StorageCorruptError(f"{file} is not a whole database of this service.") from error
    if verdict != "ok":
        raise StorageCorruptError(f"{file} is damaged.")
    return {"file": str(file), "comments": count, "received_up_to": latest, "schema": revision, "bytes": file.stat().st_size}


def restore_backup(file: Path, *, data_dir: Path, force: bool) -> dict[str, object]:
    """Put a backup in the place of the database; the one before is kept beside it and named in the answer.

    Raises
    ------
    StorageInUseError
        If a process uses the database.
    StorageUnavailableError
        If there is a database and ``force`` was not given.
    StorageCorruptError
        If the backup is not whole.
    """
    found = check_backup(file)
    data_dir.mkdir(parents=True, exist_ok=True)
    target = data_dir / DATABASE_FILE
    try:
        with FileLock(data_dir / LOCK_FILE).acquire(timeout=0):
            if target.exists() and not force:
                raise StorageUnavailableError(f"{target} exists; --force puts the backup in its place and keeps it beside.")
            with written_whole(target) as half:
                shutil.copyfile(file, half)
                kept = _set_aside(target)
    except Timeout as error:
        raise StorageInUseError(f"A process uses the database in {data_dir}; stop it first.") from error
    return found | {"restored_to": str(target), "kept_before": kept}


def _set_aside(target: Path) -> str | None:
    if not target.exists():
        return None
    before = target.with_name(f"{target.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    for suffix in ("", "-wal", "-shm"):
        part = target.with_name(target.name + suffix)
        if part.exists():
            part.replace(before.with_name(before.name + suffix))
    return str(before)

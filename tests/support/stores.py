"""New stores at once: the migrations run once in a process; every other empty database is a copy of the one they made."""

import tempfile
from functools import cache
from pathlib import Path

from voc.settings import DatabaseSettings
from voc.store import DATABASE_FILE, Store, open_store


def new_store(data_dir: Path, settings: DatabaseSettings | None = None) -> Store:
    """Open a store whose SQLite database, where there is none yet, is new and up to date."""
    settings = settings or DatabaseSettings()
    path = data_dir / DATABASE_FILE
    if settings.url is None and not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_empty_database())
    return open_store(data_dir, settings)


@cache
def _empty_database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        open_store(Path(folder), DatabaseSettings()).close()
        return (Path(folder) / DATABASE_FILE).read_bytes()

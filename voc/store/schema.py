"""Schema: bringing a database to the version of this program by Alembic, and refusing one that is newer."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from voc.errors import StorageNewerError, StorageUnavailableError

MIGRATIONS = Path(__file__).parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def newest() -> str | None:
    """Return the revision this program works with."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def present(connection: Connection) -> str | None:
    """Return the revision of the database; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def check(engine: Engine) -> None:
    """Refuse a database this program cannot read.

    Raises
    ------
    StorageNewerError
        If the database's revision is not known to this program.
    StorageUnavailableError
        If the database is empty or of an older revision and may only be read.
    """
    with engine.connect() as connection:
        revision = present(connection)
    if revision == newest():
        return
    _refuse_newer(revision)
    raise StorageUnavailableError("The database is not set up yet; run any writing command, for example `voc import`, first.")


def upgrade(engine: Engine) -> None:
    """Bring the database to this program's revision.

    Raises
    ------
    StorageNewerError
        If the database was written by a newer program.
    """
    with engine.connect() as connection:
        revision = present(connection)
        if revision == newest():
            return
        _refuse_newer(revision)
        connection.rollback()
        with connection.begin():
            command.upgrade(_config(connection), "head")


def _refuse_newer(revision: str | None) -> None:
    if revision is None:
        return
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision not in known:
        raise StorageNewerError(revision=revision)

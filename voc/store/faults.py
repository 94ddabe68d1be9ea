"""Database faults become errors of ``voc.errors``; nothing above the store sees an exception of SQLAlchemy."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from voc.errors import (
    StorageBusyError,
    StorageCorruptError,
    StorageError,
    StorageFullError,
    StorageReadOnlyError,
    StorageUnavailableError,
)

_BY_MESSAGE: tuple[tuple[str, type[StorageError]], ...] = (
    ("locked", StorageBusyError),
    ("busy", StorageBusyError),
    ("full", StorageFullError),
    ("no space left", StorageFullError),
    ("readonly", StorageReadOnlyError),
    ("read-only", StorageReadOnlyError),
    ("malformed", StorageCorruptError),
    ("not a database", StorageCorruptError),
)


@contextmanager
def database_faults() -> Iterator[None]:
    """Turn driver errors raised inside into storage errors, keeping the cause."""
    try:
        yield
    except DBAPIError as error:
        text = str(error.orig).lower()
        kind = next((kind for words, kind in _BY_MESSAGE if words in text), StorageUnavailableError)
        raise kind(driver=type(error.orig).__name__) from error
    except SQLAlchemyError as error:
        raise StorageUnavailableError(driver=type(error).__name__) from error

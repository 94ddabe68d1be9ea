"""API keys in the store. Only the SHA-256 of a secret is kept; a secret has 256 random bits, so a plain hash is enough."""

import hashlib
import secrets
from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from voc.errors import NotFoundError
from voc.ids import random_id
from voc.keys import Key, Scope
from voc.store.rows import table
from voc.store.tables import KeyRow

KEYS = table(KeyRow)
PREFIX = "voc_"
SHOWN_CHARS = 12


def secret_hash(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


class KeyStore:
    """API keys inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(self, name: str, *, scopes: AbstractSet[Scope], now: datetime) -> tuple[Key, str]:
        """Store a new key; return it with its secret, which cannot be read again."""
        secret = PREFIX + secrets.token_urlsafe(32)
        key = Key(id=random_id("key"), name=name, prefix=secret[:SHOWN_CHARS], scopes=frozenset(scopes), created_at=now)
        row = {
            "id": key.id,
            "name": name,
            "prefix": key.prefix,
            "secret_hash": secret_hash(secret),
            "scopes": sorted(scope.value for scope in scopes),
            "created_at": now,
        }
        self._connection.execute(insert(KEYS), [row])
        return key, secret

    def find(self) -> list[Key]:
        """Return all keys, oldest first."""
        return [_key(row) for row in self._connection.execute(select(KEYS).order_by(KEYS.c.created_at, KEYS.c.id))]

    def of_secret(self, secret: str) -> Key | None:
        """Return the key with this secret if it was not revoked."""
        query = select(KEYS).where(KEYS.c.secret_hash == secret_hash(secret), KEYS.c.revoked_at.is_(None))
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _key(row)

    def revoke(self, key_id: str, *, now: datetime) -> Key:
        """End a key; the next request with it is refused.

        Raises
        ------
        NotFoundError
            If no key has this id or shown prefix.
        """
        row = self._connection.execute(select(KEYS).where((KEYS.c.id == key_id) | (KEYS.c.prefix == key_id))).one_or_none()
        if row is None:
            raise NotFoundError("No key has this id or prefix.", key_id=key_id)
        if row.revoked_at is None:
            self._connection.execute(update(KEYS).where(KEYS.c.id == row.id).values(revoked_at=now))
        return _key(self._connection.execute(select(KEYS).where(KEYS.c.id == row.id)).one())

    def used(self, key_id: str, *, now: datetime) -> None:
        """Note when a key was used last."""
        self._connection.execute(update(KEYS).where(KEYS.c.id == key_id).values(last_used_at=now))


def _key(row) -> Key:  # type: ignore[no-untyped-def]  # noqa: ANN001  # a row of api_key
    return Key(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scopes=frozenset(Scope(scope) for scope in row.scopes),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )

"""Key: the secret a machine caller shows, of which only the hash is kept."""

from enum import StrEnum

from voc.values import UtcDatetime, Value


class Scope(StrEnum):
    """What a key may do. ``admin`` may do everything."""

    INGEST = "ingest"
    READ = "read"
    ADMIN = "admin"


class Key(Value):
    """A stored key; the secret itself is shown once, at creation."""

    id: str
    name: str
    prefix: str
    """The first characters of the secret, to recognise it by."""
    scopes: frozenset[Scope]
    created_at: UtcDatetime
    last_used_at: UtcDatetime | None = None
    revoked_at: UtcDatetime | None = None

"""Identity key: the secret of the data folder under which e-mail addresses and ids are hashed."""

import secrets
from pathlib import Path

from voc.identity import IdentityHasher
from voc.store.secret_file import secret_of

KEY_FILE = "identity.key"
KEY_BYTES = 32


def hasher_of(folder: Path) -> IdentityHasher:
    """Return what hashes e-mail addresses and ids, with the key of the data folder; makes the key at the first call."""
    secret = secret_of(folder / KEY_FILE, lambda: secrets.token_hex(KEY_BYTES).encode())
    return IdentityHasher(bytes.fromhex(secret.decode().strip()))

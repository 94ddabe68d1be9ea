"""Identity key: the secret of the data folder under which e-mail addresses and ids are hashed."""

import os
import secrets
from pathlib import Path

from voc.identity import IdentityHasher

KEY_FILE = "identity.key"
KEY_BYTES = 32


def hasher_of(folder: Path) -> IdentityHasher:
    """Return what hashes e-mail addresses and ids, with the key of the data folder; makes the key at the first call."""
    path = folder / KEY_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES))
    return IdentityHasher(bytes.fromhex(path.read_text(encoding="ascii").strip()))

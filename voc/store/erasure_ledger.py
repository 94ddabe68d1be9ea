"""Erasure ledger: a file beside the database that says who was erased, so that an older backup does not bring them back.

Invariants: a line is on disk before the erasure it names begins; customers are named by a keyed hash, whose key lies in a file of its own;
every line holds the hash of the line before it, so a changed or missing line shows. A last line that was cut off counts as not written.
"""

import hmac
import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from voc.errors import StorageCorruptError, StorageUnavailableError
from voc.store.secret_file import secret_of

KEY_FILE = "erasure.key"
LEDGER_FILE = "erasures.jsonl"
KEY_BYTES = 32
MARK_HEX_DIGITS = 40


class ErasureLedger:
    """The ledger and the key of one data folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key: bytes | None = None

    def mark(self, identifier: str) -> str:
        """Return the keyed hash of an id of ours; makes the key at the first call.

        Raises
        ------
        StorageUnavailableError
            If the key is gone although the ledger needs it.
        """
        if self._key is None:
            self._key = self._read_key()
        return hmac.new(self._key, identifier.encode(), sha256).hexdigest()[:MARK_HEX_DIGITS]

    def key_exists(self) -> bool:
        """Tell whether anybody was ever erased here."""
        return (self._folder / KEY_FILE).exists()

    def note(self, event: str, *, erasure_id: str, subject: str, by: str, at: datetime) -> None:
        """Write a line and wait until it is on disk."""
        path = self._folder / LEDGER_FILE
        whole = b"".join(line + b"\n" for line in _lines(path))
        previous = sha256(whole.splitlines()[-1]).hexdigest() if whole else ""
        entry = {"event": event, "erasure": erasure_id, "subject": subject, "by": by, "at": at.isoformat(), "previous": previous}
        with path.open("r+b" if path.exists() else "wb") as file:
            file.truncate(len(whole))
            file.seek(len(whole))
            file.write(orjson.dumps(entry) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def entries(self) -> Iterator[dict[str, Any]]:
        """Yield the lines, oldest first."""
        for number, line in enumerate(_lines(self._folder / LEDGER_FILE), start=1):
            try:
                yield orjson.loads(line)
            except orjson.JSONDecodeError:
                raise StorageCorruptError(f"{LEDGER_FILE} was changed: line {number} cannot be read.", line=number) from None

    def check(self) -> int:
        """Return how many lines there are.

        Raises
        ------
        StorageCorruptError
            If a line was changed, taken out or put in.
        """
        before, number = "", 0
        for number, line in enumerate(_lines(self._folder / LEDGER_FILE), start=1):
            if orjson.loads(line).get("previous") != before:
                raise StorageCorruptError(f"{LEDGER_FILE} was changed: line {number} does not follow the one before it.", line=number)
            before = sha256(line).hexdigest()
        return number

    def standing(self) -> dict[str, dict[str, Any]]:
        """Return, by subject, the request of everybody who was erased and not allowed back since."""
        found: dict[str, dict[str, Any]] = {}
        for entry in self.entries():
            if entry["event"] == "lifted":
                found.pop(entry["subject"], None)
            else:
                found.setdefault(entry["subject"], entry)
        return found

    def _read_key(self) -> bytes:
        path = self._folder / KEY_FILE
        if path.exists():
            return path.read_bytes()
        if next(self.entries(), None) is not None:
            raise StorageUnavailableError(f"{KEY_FILE} is missing beside {LEDGER_FILE}; put it into the data folder again.")
        return secret_of(path, lambda: secrets.token_bytes(KEY_BYTES))


def _lines(path: Path) -> list[bytes]:
    """Return the whole lines; what follows the last line break was cut off."""
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []

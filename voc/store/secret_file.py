"""Secret file: random bytes that a data folder keeps for itself, readable by its owner alone."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def secret_of(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return what the file holds; it is made at the first call.

    The file is there whole or not at all, and the first of several makers at once wins: all of them get what it made.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_name(f"{path.name}.{os.getpid()}.part")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(half, path)
        half.unlink()
    return path.read_bytes()

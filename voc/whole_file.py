"""Whole files: a file is in its place complete or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give the path to write to; at the end it takes the file's place. After an error nothing of it is left, and the file is as it was."""
    half = path.with_name(path.name + ".part")
    half.unlink(missing_ok=True)
    try:
        yield half
        with half.open("rb+") as file:
            os.fsync(file.fileno())
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)

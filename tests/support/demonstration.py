"""The demonstration, built once by `voc demo` for all tests of a run, whichever process they run in."""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests.support.commands import said_apart


@dataclass
class Built:
    """``seconds`` is what building took; ``printed`` what the command said."""

    folder: Path
    printed: dict[str, Any]
    seconds: float


def voc_demo(folder: Path) -> dict[str, Any]:
    return said_apart(folder, "demo", "--no-serve", "--data", str(folder))  # type: ignore[no-any-return]


def built(temporary: pytest.TempPathFactory) -> Built:
    """Return the demonstration of this run; the first to ask builds it, the others wait for it. Read it, or change a copy."""
    of_run = temporary.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        of_run = of_run.parent
    folder, facts = of_run / "demonstration", of_run / "demonstration.json"
    with FileLock(of_run / "demonstration.lock"):
        if not facts.is_file():
            start = time.monotonic()
            printed = voc_demo(folder)
            facts.write_text(json.dumps({"printed": printed, "seconds": time.monotonic() - start}), "utf-8")
    return Built(folder=folder, **json.loads(facts.read_text("utf-8")))

"""A process that erases a customer and is killed on the way."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipelines.erasing import work
from tests.support.app import fake_service
from voc.store import Store
from voc.store.erasures import ErasureStore


def killed(after: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """Return what does the work, where there is any, and then kills this process."""

    def kill(*arguments: Any, **named: Any) -> None:
        if after is not None:
            after(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return kill


STEPS: dict[str, Callable[[], None]] = {
    "requested": lambda: setattr(work.Erasing, "_files", killed()),
    "files gone": lambda: setattr(work.Erasing, "_files", killed(work.Erasing._files)),
    "in the transaction": lambda: setattr(ErasureStore, "delete", killed(ErasureStore.delete)),
    "rows gone": lambda: setattr(work.Erasing, "_rows", killed(work.Erasing._rows)),
    "file rewritten": lambda: setattr(Store, "rewrite", killed(Store.rewrite)),
}


def erase(folder: Path, customer: str, step: str | None, began: Any) -> None:
    """Erase a customer; killed at the step, without one whenever somebody else does it, once ``began`` is set."""
    service, _ = fake_service(folder)
    service.commits.start()
    if step is not None:
        STEPS[step]()
    began.set()
    service.erasing.erase(customer, by="test")
    service.close()

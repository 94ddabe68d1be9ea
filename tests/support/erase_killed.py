"""A program: erases a customer and is killed on the way. ``-m tests.support.erase_killed FOLDER CUSTOMER STEP``; no step: somebody else kills it."""

import os
import signal
import sys
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


def main(folder: Path, customer: str, step: str = "") -> None:
    service, _ = fake_service(folder)
    service.commits.start()
    STEPS.get(step, lambda: None)()
    print("begin", flush=True)
    service.erasing.erase(customer, by="test")
    service.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])

"""Programs that begin as copies of a process which has imported everything: they start at once, and are killed like any other."""

import multiprocessing
import os
import subprocess
from collections.abc import Callable
from multiprocessing.synchronize import Event
from typing import Any

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["api.__main__", "api.server", "tests.support.erase_killed"])


def event() -> Event:
    """Return an event that a copy and its maker share."""
    return _CONTEXT.Event()


class Copy:
    """A function in a process of its own, with what tests use of ``subprocess.Popen``."""

    def __init__(self, run: Callable[..., None], *arguments: Any) -> None:
        self._process = _CONTEXT.Process(target=run, args=arguments)
        self._process.start()

    def poll(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self._process.pid or 0, number)

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("copy", timeout or 0)
        return self._process.exitcode

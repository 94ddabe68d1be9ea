"""How long work takes, whatever other tests left in this process."""

import time
from collections.abc import Callable

TRIES = 3


def takes_under(seconds: float, work: Callable[[], object]) -> bool:
    """Whether the work takes fewer processor seconds of this thread in one of three tries.

    Threads other tests left are not counted; looking through the objects they left, as Python does at any moment, hits a try or two at most.
    """
    return any(_spent(work) < seconds for _ in range(TRIES))


def _spent(work: Callable[[], object]) -> float:
    started = time.thread_time()
    work()
    return time.thread_time() - started

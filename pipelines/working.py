"""Working: the rounds of a worker beside a service: whenever comments wait, and when topics fall due though nothing comes in."""

import time
from collections.abc import Callable, Iterator

from pipelines.progress import Progress
from pipelines.run import RunCounts, Runner

IDLE_S = 1.0


def rounds(runner: Runner, progress: Progress, *, once: bool, sleep: Callable[[float], None] = time.sleep) -> Iterator[RunCounts]:
    """Do round after round and return what each did; with ``once`` end when nothing waits."""
    while True:
        if runner.pending() or runner.topics_due():
            yield runner.run(progress)
        elif once:
            return
        sleep(IDLE_S)

"""The rounds of a worker, with a runner and a clock of the test's own."""

from typing import Any

import pytest

from pipelines.progress import SilentProgress
from pipelines.working import rounds


class Asked:
    """A runner that has work when the test says so."""

    def __init__(self, *, waiting: list[int], due: list[bool]) -> None:
        self.waiting, self.due, self.ran = waiting, due, 0

    def pending(self) -> int:
        return self.waiting.pop(0)

    def topics_due(self) -> bool:
        return self.due.pop(0)

    def run(self, _progress: Any) -> int:
        self.ran += 1
        return self.ran


def test_a_round_is_done_when_comments_wait_and_when_topics_fall_due() -> None:
    runner = Asked(waiting=[3, 0, 0], due=[True, False])
    done = list(rounds(runner, SilentProgress(), once=True, sleep=lambda _: None))  # type: ignore[arg-type]
    assert done == [1, 2]


def test_a_worker_goes_on_when_nothing_waits() -> None:
    class Enough(Exception):
        """Ends the test's worker."""

    naps: list[float] = []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            raise Enough

    runner = Asked(waiting=[0, 0, 1], due=[False, False])
    with pytest.raises(Enough):
        for _ in rounds(runner, SilentProgress(), once=False, sleep=sleep):  # type: ignore[arg-type]
            pass
    assert runner.ran == 1

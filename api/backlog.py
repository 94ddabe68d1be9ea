"""Backlog: how many comments wait for analysis, known well enough to refuse new ones without asking the database each time."""

import threading
import time
from collections.abc import Callable

from pipelines.service import Service
from voc.errors import BacklogFullError, ShuttingDownError

COUNTED_EVERY_S = 1.0


class Backlog:
    """The number of waiting comments: counted once a second, plus what came in since."""

    def __init__(self, service: Service, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._service, self._monotonic = service, monotonic
        self._lock = threading.Lock()
        self._counted, self._since, self._until = 0, 0, float("-inf")

    def check(self, coming: int) -> None:
        """Refuse comments that cannot be taken in now.

        Raises
        ------
        ShuttingDownError
            If the service is stopping.
        BacklogFullError
            If too many comments wait already.
        """
        if self._service.stopping:
            raise ShuttingDownError
        limit = self._service.settings.intake.max_waiting
        if self._estimate() + coming > limit:
            raise BacklogFullError(limit=limit)

    def took(self, count: int) -> None:
        """Count comments that were stored."""
        with self._lock:
            self._since += count

    def _estimate(self) -> int:
        with self._lock:
            if self._monotonic() >= self._until:
                self._until = self._monotonic() + COUNTED_EVERY_S
                self._counted, self._since = self._service.runner.pending(), 0
            return self._counted + self._since

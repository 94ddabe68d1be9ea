"""Group commit: concurrent intake requests share one transaction and one flush to disk, and each gets its own answer.

Invariant: a caller gets its answer only after the commit that holds its work; if that commit fails, each piece of work is tried in a
transaction of its own, so that one caller's fault is never another's.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from voc.errors import ShuttingDownError, StorageError
from voc.store import Store
from voc.store.unit import Unit

MAX_GROUP = 200
T = TypeVar("T")


@dataclass(frozen=True)
class _Job:
    work: Callable[[Unit], Any]
    future: Future[Any]


class GroupCommit:
    """The one writer of a serving process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._jobs: queue.Queue[_Job | None] = queue.Queue()
        self._closed = threading.Event()
        self._door = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="voc-writer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def do(self, work: Callable[[Unit], T]) -> T:
        """Run the work in the next transaction and return its result once it is on disk.

        Raises
        ------
        ShuttingDownError
            If the service is stopping; the work was not done.
        StorageError
            If the store could not commit; nothing of the work is kept.
        """
        return self.later(work).result()

    def later(self, work: Callable[[Unit], T]) -> "Future[T]":
        """Hand the work in and return at once; the future has the result or the error when the work is on disk or has failed.

        Raises
        ------
        ShuttingDownError
            If the service is stopping; the work was not done.
        """
        job = _Job(work, Future())
        with self._door:
            if self._closed.is_set():
                raise ShuttingDownError
            self._jobs.put(job)
        return job.future

    def close(self) -> None:
        """Finish what was handed in, then stop."""
        with self._door:
            self._closed.set()
        self._jobs.put(None)
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        """Write until closed; nothing is handed in after that, so an empty queue is the end."""
        while True:
            group = self._next_group()
            if group:
                self._commit(group)
            if self._closed.is_set() and self._jobs.empty():
                return

    def _next_group(self) -> list[_Job]:
        first = self._jobs.get()
        group = [] if first is None else [first]
        while len(group) < MAX_GROUP:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is not None:
                group.append(job)
        return group

    def _commit(self, group: list[_Job]) -> None:
        try:
            with self._store.write() as unit:
                results = [job.work(unit) for job in group]
        except StorageError as error:
            for job in group:
                job.future.set_exception(error)
            return
        except Exception as error:  # noqa: BLE001  # handed to the caller whose work it was; nothing is swallowed
            if len(group) == 1:
                group[0].future.set_exception(error)
                return
            for job in group:
                self._commit([job])
            return
        for job, result in zip(group, results, strict=True):
            job.future.set_result(result)

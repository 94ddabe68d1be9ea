"""Service: everything an entry point (HTTP, command line) can ask for, on top of the store, the models and the intake.

It owns the background work of a serving process: a loop that compares, enriches and concludes whenever comments wait.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from pipelines.enrich import comment_text
from pipelines.ingest import ingest
from pipelines.intake import Intake
from pipelines.model_process import ModelProcess
from pipelines.progress import SilentProgress
from pipelines.run import RunCounts, Runner
from pipelines.search import Hit, SearchIndex
from voc.clock import Clock
from voc.enrichment import Enrichment
from voc.errors import InputError, ModelError, NotFoundError, StorageError
from voc.feedback import Feedback, NewFeedback
from voc.filters import FeedbackFilter
from voc.ids import random_id
from voc.ports import LanguageDetector, Redactor
from voc.settings import Settings
from voc.store import Store
from voc.store.group_commit import GroupCommit
from voc.taxonomy import Taxonomy

IDLE_S = 0.5
RETRY_S = 5.0
CONCLUDE_EVERY_S = 30.0
CONCLUDE_SHARE = 4.0
"""Concluding takes at most one part in five of the time: after it, four times as long passes before it is done again."""
log = structlog.get_logger(__name__)


@dataclass
class LoopState:
    """How the background work stands; read by health pages."""

    alive: bool = False
    last_enriched_at: datetime | None = None
    last_concluded_at: datetime | None = None
    error: str | None = None
    spent_s: dict[str, float] = field(default_factory=lambda: {"compare": 0.0, "enrich": 0.0, "conclude": 0.0})
    """Seconds spent so far, by kind of work."""

    @contextmanager
    def timed(self, work: str) -> Iterator[None]:
        """Add the time the block takes to the kind of work."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.spent_s[work] += time.perf_counter() - started


@dataclass(frozen=True)
class Analysis:
    """What one comment says, without anything being stored."""

    feedback: Feedback
    enrichment: Enrichment


@dataclass(frozen=True)
class Parts:
    """What a service is made of."""

    settings: Settings
    store: Store
    commits: GroupCommit
    intake: Intake
    models: ModelProcess
    runner: Runner
    taxonomy: Taxonomy
    detector: LanguageDetector
    redactor: Redactor
    clock: Clock


class Service:
    """The running whole."""

    def __init__(self, parts: Parts) -> None:
        self.settings, self.store, self.commits, self.intake = parts.settings, parts.store, parts.commits, parts.intake
        self.models, self.runner, self.taxonomy, self.clock = parts.models, parts.runner, parts.taxonomy, parts.clock
        self._detector, self._redactor = parts.detector, parts.redactor
        self.index = SearchIndex(parts.store)
        self.loop = LoopState()
        self._wake, self._stop = threading.Event(), threading.Event()
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._work, name="voc-loop", daemon=True)

    def start(self) -> None:
        """Begin to write and to work in the background."""
        self.commits.start()
        if self.settings.models.in_server:
            self._thread.start()

    @property
    def stopping(self) -> bool:
        """Whether new comments are refused because the service is about to end."""
        return self._leaving.is_set()

    def refuse_new(self) -> None:
        """Take in no more comments; what was accepted is still finished."""
        self._leaving.set()

    def close(self) -> None:
        """Finish what is being written, stop the models, give the database free."""
        self._leaving.set()
        self._stop.set()
        self._wake.set()
        self.commits.close()
        self.models.close()
        if self._thread.is_alive():
            self._thread.join(timeout=15)
        self.store.close()

    def wake(self) -> None:
        """Say that comments came in."""
        self._wake.set()

    def analyze(self, items: Sequence[NewFeedback]) -> list[Analysis | InputError]:
        """Return what comments say without storing anything, in order.

        Raises
        ------
        ModelError
            If the models cannot be used.
        """
        prepared = ingest(items, detector=self._detector, redactor=self._redactor, received_at=self.clock())
        good = [item for item in prepared if isinstance(item, Feedback)]
        texts = [comment_text(item) for item in good]
        said = iter(self.models.enrich(texts) if texts else [])
        return [Analysis(feedback=item, enrichment=next(said)) if isinstance(item, Feedback) else item for item in prepared]

    def search(self, words: str, *, wanted: FeedbackFilter, limit: int) -> list[Hit]:
        """Return the comments nearest in meaning to the words, best first.

        Raises
        ------
        ModelError
            If the models cannot be used.
        """
        vectors = self.models.encode([words], self._detector.detect([words]))
        return self.index.nearest(vectors, limit=limit, allowed=self._allowed(wanted))

    def similar(self, feedback_id: str, *, limit: int) -> list[Hit]:
        """Return the comments most like this one, best first; empty while it waits for analysis.

        Raises
        ------
        NotFoundError
            If there is no such comment.
        """
        with self.store.read() as unit:
            if unit.feedback.get(feedback_id) is None:
                raise NotFoundError(feedback_id=feedback_id)
        return self.index.nearest(self.index.vectors_of(feedback_id), limit=limit, without=feedback_id)

    def wait_for(self, feedback_id: str, *, seconds: float) -> Enrichment | None:
        """Return the comment's result as soon as it stands, or None when the time is over."""
        until = time.monotonic() + seconds
        while True:
            with self.store.read() as unit:
                found = unit.enrichments.get(feedback_id)
            if found is not None or time.monotonic() >= until:
                return found
            time.sleep(0.05)

    def _allowed(self, wanted: FeedbackFilter) -> frozenset[str] | None:
        if wanted == FeedbackFilter():
            return None
        with self.store.read() as unit:
            return unit.feedback.ids(wanted)

    def _work(self) -> None:
        self.loop.alive = True
        try:
            self._work_until_stopped()
        finally:
            self.loop.alive = False

    def _work_until_stopped(self) -> None:
        counts = RunCounts()
        changed, conclude_from = self._never_concluded(), 0.0
        while not self._stop.is_set():
            try:
                if self._work_some(counts):
                    changed = True
                    continue
                if changed and time.monotonic() >= conclude_from:
                    conclude_from, changed = self._conclude(counts), False
                self.loop.error = None
                self._rest(IDLE_S)
            except (ModelError, StorageError) as error:
                if self._stop.is_set():
                    break
                self.loop.error = error.code
                log.warning("background work waits", reason=error.code)
                self._rest(RETRY_S)

    def _conclude(self, counts: RunCounts) -> float:
        """Find topics, explain, act; return from when on (monotonic seconds) this may be done again."""
        started = time.monotonic()
        with self.loop.timed("conclude"):
            self.runner.conclude(counts, SilentProgress(), run_id=random_id("run"))
        self.loop.last_concluded_at = self.clock()
        ended = time.monotonic()
        return ended + max(CONCLUDE_EVERY_S, CONCLUDE_SHARE * (ended - started))

    def _work_some(self, counts: RunCounts) -> bool:
        """Do one batch; return whether there was any."""
        silent = SilentProgress()
        with silent.step("", None) as step:
            with self.loop.timed("compare"):
                compared = self.runner.compare_some(counts, step)
            with self.loop.timed("enrich"):
                enriched = self.runner.pending() > 0 and self.runner.enrich_some(counts, step)
        if enriched:
            self.loop.last_enriched_at = self.clock()
        return compared or enriched

    def _never_concluded(self) -> bool:
        with self.store.read() as unit:
            return unit.topics.current_run() is None and unit.enrichments.freshness()[0] > 0

    def _rest(self, seconds: float) -> None:
        self._wake.wait(seconds)
        self._wake.clear()

"""Service: everything an entry point (HTTP, command line) can ask for, on top of the store, the models and the intake.

It owns the background work of a serving process: a loop that compares, enriches and concludes whenever comments wait.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from pipelines.acting import Acting
from pipelines.auditing import Auditing
from pipelines.enrich import comment_text
from pipelines.erasing.work import Erasing
from pipelines.figures.work import FigureWork
from pipelines.ingest import ingest
from pipelines.intake import Intake
from pipelines.lessons import Lessons
from pipelines.model_process import ModelProcess
from pipelines.people import PeopleWork
from pipelines.progress import SilentProgress
from pipelines.queueing import Queue
from pipelines.remembered import Remembered
from pipelines.run import RunCounts, Runner
from pipelines.search import DEPTH, Hit, Nearness, SearchIndex, mixed
from pipelines.topic_editing import TopicEditing
from voc.clock import Clock
from voc.enrichment import Enrichment
from voc.errors import InputError, ModelError, ModelRejectedError, NotFoundError, StorageError
from voc.feedback import Feedback, NewFeedback
from voc.filters import FeedbackFilter
from voc.ids import random_id
from voc.ports import LanguageDetector, Redactor
from voc.quality import Quality
from voc.search import NoWords, SearchWords, WordReader
from voc.settings import Settings
from voc.store import Store, Unit
from voc.store.group_commit import GroupCommit
from voc.tag_learning import TagTeacher
from voc.taxonomy import Tag, Taxonomy

ASK_FACTOR = 4
"""So many times the comments wanted are looked at before a filter is asked about all comments."""
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
    teacher: TagTeacher
    quality: Quality = field(default_factory=Quality)
    words: WordReader = field(default_factory=NoWords)


class Service:
    """The running whole."""

    def __init__(self, parts: Parts) -> None:
        self.settings, self.store, self.commits, self.intake = parts.settings, parts.store, parts.commits, parts.intake
        self.models, self.runner, self.taxonomy, self.clock = parts.models, parts.runner, parts.taxonomy, parts.clock
        self.quality = parts.quality
        self._detector, self._redactor, self._words = parts.detector, parts.redactor, parts.words
        self.lessons = Lessons(
            store=parts.store,
            models=parts.models,
            teacher=parts.teacher,
            stamp=parts.runner.shipped,
            settings=parts.settings.models,
            shipped=parts.taxonomy,
            write=parts.commits.do,
            clock=parts.clock,
            changed=self._tags_changed,
        )
        self.topics = TopicEditing(parts.store, parts.commits, clock=parts.clock)
        self.audits = Auditing(parts.store, parts.commits, clock=parts.clock)
        self.remembered = Remembered()
        self.queue = Queue(parts.store, parts.commits, clock=parts.clock, remembered=self.remembered)
        self.actions = Acting(parts.store, parts.commits, clock=parts.clock, taxonomy=parts.taxonomy, remembered=self.remembered)
        self.people = PeopleWork(parts.store, parts.commits, folder=parts.settings.data_dir, clock=parts.clock)
        self.index = SearchIndex(parts.store, encoder=parts.runner.stamp.outputs.get("encoder"))
        self.figures = FigureWork(
            parts.store, parts.commits, taxonomy=parts.taxonomy, folder=parts.settings.data_dir, clock=parts.clock
        )
        self.erasing = Erasing(parts.store, parts.commits, folder=parts.settings.data_dir, clock=parts.clock, forget=self._forget)
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
        """Return the comments that have the words or are near in meaning, best first (reciprocal rank fusion).

        Raises
        ------
        ModelError
            If the models cannot be used.
        """
        asked = self._words.query(words)
        nearness = self.index.compare(self.models.encode([words]))
        depth = max(limit, DEPTH)
        near = self._near(nearness, wanted, depth)
        with self.store.read() as unit:
            by_words = unit.search.find(asked, among=wanted, limit=depth)
        return self._shown(mixed(nearness, by_words, near=near, limit=limit), asked, by_words)

    def search_words(self, words: str, *, wanted: FeedbackFilter, limit: int) -> list[Hit]:
        """Return the comments that have the words, best first, without asking the models."""
        asked = self._words.query(words)
        with self.store.read() as unit:
            by_words = unit.search.find(asked, among=wanted, limit=limit)
        return self._shown([Hit(feedback_id=name, sentence_id=None, similarity=None) for name in by_words], asked, by_words)

    def similar(self, feedback_id: str, *, limit: int) -> list[Hit]:
        """Return the comments most like this one in meaning and words, best first; empty while it waits for analysis.

        Raises
        ------
        NotFoundError
            If there is no such comment.
        """
        with self.store.read() as unit:
            comment = unit.feedback.get(feedback_id)
        if comment is None:
            raise NotFoundError(feedback_id=feedback_id)
        nearness = self.index.compare(self.index.vectors_of(feedback_id))
        near = nearness.nearest(limit=DEPTH, without=feedback_id)
        if not near:
            return []
        asked = self._words.query(comment.verbatim)
        with self.store.read() as unit:
            by_words = unit.search.find(asked, among=FeedbackFilter(), limit=DEPTH)
        by_words = [name for name in by_words if name != feedback_id]
        return self._shown(mixed(nearness, by_words, near=near, limit=limit), asked, by_words)

    def _shown(self, hits: Sequence[Hit], asked: SearchWords, by_words: Sequence[str]) -> list[Hit]:
        """Return the hits that still exist, those found by words with the places of the words."""
        named = set(by_words)
        with self.store.read() as unit:
            texts = {comment.id: comment.verbatim for comment in unit.feedback.get_many([hit.feedback_id for hit in hits])}
        return [
            replace(hit, places=self._words.places(texts[hit.feedback_id], asked)) if hit.feedback_id in named else hit
            for hit in hits
            if hit.feedback_id in texts
        ]

    def tag(self, tag_id: str) -> Tag | None:
        """Return a tag of the shipped taxonomy or of a user's own, or None."""
        shipped = self.taxonomy.tag(tag_id)
        if shipped is not None:
            return shipped
        with self.store.read() as unit:
            return next((tag for own in unit.taxonomies.find() if (tag := own.tag(tag_id)) is not None), None)

    def correct_tags(self, feedback_id: str, *, add: Sequence[str], remove: Sequence[str], by: str) -> None:
        """Keep what a person said of a comment's tags; a later call reverses it.

        Raises
        ------
        NotFoundError
            If there is no such comment.
        InputError
            If a tag is not known, or is both given and taken away.
        """
        unknown = [tag for tag in add if self.tag(tag) is None]
        if unknown or set(add) & set(remove):
            raise InputError("A tag is not known, or is both added and removed.", field="add", unknown=len(unknown))
        now = self.clock()

        def keep(unit: Unit) -> None:
            if unit.feedback.get(feedback_id) is None:
                raise NotFoundError(feedback_id=feedback_id)
            unit.corrections.add(feedback_id, add=add, remove=remove, by=by, now=now)

        self.commits.do(keep)

    def wait_for(self, feedback_id: str, *, seconds: float) -> Enrichment | None:
        """Return the comment's result as soon as it stands, or None when the time is over."""
        until = time.monotonic() + seconds
        while True:
            with self.store.read() as unit:
                found = unit.enrichments.get(feedback_id)
            if found is not None or time.monotonic() >= until:
                return found
            time.sleep(0.05)

    def _near(self, nearness: Nearness, wanted: FeedbackFilter, depth: int) -> list[str]:
        """Return the nearest comments that match; a filter that leaves many is asked about the nearest alone."""
        if wanted == FeedbackFilter():
            return nearness.nearest(limit=depth)
        first = nearness.nearest(limit=ASK_FACTOR * depth)
        asked = frozenset(first) if wanted.ids is None else wanted.ids.intersection(first)
        with self.store.read() as unit:
            allowed = unit.feedback.ids(wanted.model_copy(update={"ids": asked}))
            if len(allowed) < depth and len(first) == ASK_FACTOR * depth:
                return nearness.nearest(limit=depth, allowed=unit.feedback.ids(wanted))
        return [name for name in first if name in allowed][:depth]

    def _forget(self) -> None:
        self.index.forget()
        self.remembered.forget()

    def _tags_changed(self) -> None:
        self.runner.refresh_tags()
        self.wake()

    def _work(self) -> None:
        self.loop.alive = True
        try:
            self._work_until_stopped()
        finally:
            self.loop.alive = False

    def _work_until_stopped(self) -> None:
        counts = RunCounts()
        changed, fresh, conclude_from = self._never_concluded(), False, 0.0
        edits = self._edits()
        while not self._stop.is_set():
            try:
                if self._work_some(counts):
                    changed = fresh = True
                    continue
                changed, edits = changed or self._edits() != edits or self.runner.topics_due(), self._edits()
                if changed and time.monotonic() >= conclude_from:
                    conclude_from, changed = self._conclude(counts), False
                elif fresh:
                    self.runner.assign_topics()
                fresh = False
                if self.models.refusal is not None:
                    self.models.ensure_loaded()
                self.loop.error = None
                self._rest(IDLE_S)
            except (ModelError, StorageError) as error:
                if self._stop.is_set():
                    break
                if self.loop.error != error.code:
                    _tell(error)
                self.loop.error = error.code
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

    def _edits(self) -> tuple[int, ...]:
        """Return what changes when people change what the conclusions rest on."""
        with self.store.read() as unit:
            return (*unit.topic_edits.revision(), unit.erasures.revision())

    def _rest(self, seconds: float) -> None:
        self._wake.wait(seconds)
        self._wake.clear()


def _tell(error: ModelError | StorageError) -> None:
    """Write why the background work waits, once until it goes on; of a refused model also which file, what is kept and what to do."""
    if isinstance(error, ModelRejectedError):
        log.error("background work waits", reason=error.code, why=error.message, kept=error.kept, advice=error.advice)
    else:
        log.warning("background work waits", reason=error.code)

"""Run: the only place that reads work, calls a stage and writes the results back.

Work to do is a query, so a run can be stopped at any moment and taken up again; running it twice changes nothing.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import structlog

from pipelines.duplicates import compare
from pipelines.enrich import fitting, stamp_in_use
from pipelines.explaining import explain_and_act
from pipelines.model_process import ModelProcess
from pipelines.progress import Progress, Step
from pipelines.topic_work import TopicWork
from voc.alerts import AlertRule
from voc.clock import Clock
from voc.enrichment import CommentText, ModelStamp
from voc.errors import ModelCrashedError, ModelError, ModelFailedError, ModelTimeoutError
from voc.ids import random_id
from voc.journal import Run
from voc.ports import NearDuplicates
from voc.settings import ModelSettings, TopicSettings
from voc.store import Claim, Store
from voc.taxonomy import Taxonomy
from voc.topics import ProposalState

COMPARE_BATCH = 200
"""Keeps a writing transaction in the tens of milliseconds: intake waits that long at most."""
log = structlog.get_logger(__name__)


@dataclass
class RunCounts:
    """What one run did."""

    compared: int = 0
    duplicates: int = 0
    enriched: int = 0
    dead: int = 0
    topics: int = 0
    unassigned: int = 0
    proposals: int = 0
    drivers: int = 0
    alerts: int = 0


class Runner:
    """Carries pending work through the stages."""

    def __init__(  # noqa: PLR0913  # built in one place, from parts of one kind
        self,
        store: Store,
        models: ModelProcess,
        *,
        stamp: ModelStamp,
        near: NearDuplicates,
        settings: ModelSettings,
        topics: TopicSettings,
        rule: AlertRule,
        taxonomy: Taxonomy,
        clock: Clock,
    ) -> None:
        self._store, self._models, self._near = store, models, near
        self.stamp, self.shipped = stamp, stamp
        self._settings, self._rule, self._taxonomy, self._clock = settings, rule, taxonomy, clock
        self._tags_in_use: tuple[str, ...] = ()
        self.topics = TopicWork(store, models, settings=topics, clock=clock)

    def run(self, progress: Progress) -> RunCounts:
        """Do all pending work of all stages.

        Raises
        ------
        ModelRejectedError, ModelUnavailableError
            If the models cannot be loaded at all.
        StorageError
            If the store does not answer; what was finished before is kept.
        """
        counts = RunCounts()
        self.refresh_tags()
        run = Run(id=random_id("run"), started_at=self._clock(), model_version=self.stamp.version, counts={})
        with progress.step("compare for duplicates", self._count_uncompared()) as step:
            while self.compare_some(counts, step):
                pass
        with progress.step("enrich", self.pending()) as step:
            while self.enrich_some(counts, step):
                pass
        self.conclude(counts, progress, run_id=run.id)
        with self._store.write() as unit:
            unit.journal.put_run(run.model_copy(update={"finished_at": self._clock(), "counts": _plain(counts)}))
        return counts

    def pending(self) -> int:
        """Return how many comments wait for the current models, a user's own tags among them."""
        self.refresh_tags()
        with self._store.read() as unit:
            return unit.pending.count(self.stamp.version)

    def refresh_tags(self) -> None:
        """Take over the tags learnt and in use, also where another process learnt them; results of others are then pending by their stamp.

        Tags learnt on top of other models are left out until they are learnt again.
        """
        with self._store.read() as unit:
            stamps = unit.taxonomies.active_stamps()
            if stamps == self._tags_in_use:
                return
            learnt = unit.taxonomies.active()
        self.stamp = stamp_in_use(self.shipped, learnt)
        used = fitting(self.shipped, learnt)
        if len(used) < len(learnt):
            log.warning("learnt tags left out: learnt on top of other models; learn them again", n=len(learnt) - len(used))
        self._models.use_own_tags(used)
        self._tags_in_use = stamps

    def topics_due(self) -> bool:
        """Tell, once an hour, whether topics fell due to be looked at though no comment came in."""
        return self.topics.falls_due(self.stamp.outputs.get("encoder", ""))

    def assign_topics(self) -> None:
        """Bring the sentences read since to the nearest topics, without waiting until all is concluded anew."""
        self.topics.assign_new(self.stamp.outputs.get("encoder", ""))

    def compare_some(self, counts: RunCounts, step: Step) -> bool:
        """Compare a batch of new comments with the earlier ones; return whether there was any."""
        with self._store.read() as unit:
            batch = unit.feedback.uncompared(limit=COMPARE_BATCH)
            if not batch:
                return False
            bands, duplicate_of = compare(batch, near=self._near, known=unit.feedback)
        with self._store.write() as unit:
            unit.feedback.compared(bands=bands, duplicate_of=duplicate_of)
        counts.compared += len(batch)
        counts.duplicates += len(duplicate_of)
        step.advance(len(batch))
        return True

    def enrich_some(self, counts: RunCounts, step: Step) -> bool:
        """Enrich a batch of waiting comments; return whether there was any.

        Raises
        ------
        ModelRejectedError, ModelUnavailableError
            If the models cannot be loaded; no comment is blamed for that.
        """
        if not self.pending():
            return False
        self._models.ensure_loaded()
        with self._store.claiming() as claim:
            with claim.reading() as unit:
                batch = unit.pending.waiting(self.stamp.version, limit=self._settings.batch_size)
            if not batch:
                return False
            self._enrich(batch, counts, claim)
        step.advance(len(batch))
        return True

    def conclude(self, counts: RunCounts, progress: Progress, *, run_id: str, fit_topics: bool = False) -> None:
        """Find topics, explain the KPIs and raise alerts over all that is enriched."""
        self.topics.keep_up(self.stamp.outputs.get("encoder", ""), progress, fit=fit_topics)
        with self._store.read() as unit:
            counts.topics, counts.unassigned = len(unit.topics.find()), unit.topics.unassigned().without
            counts.proposals = len(unit.proposals.find(state=ProposalState.OPEN))
        with progress.step("link, explain, act", None) as step:
            counts.drivers, counts.alerts = explain_and_act(
                self._store,
                taxonomy=self._taxonomy,
                rule=self._rule,
                run_id=run_id,
                now=self._clock(),
                false_alarms_per_week=self.topics.settings.false_alarms_per_week,
            )
            step.advance(counts.drivers)

    def _count_uncompared(self) -> int:
        with self._store.read() as unit:
            return unit.feedback.count_uncompared()

    def _enrich(self, batch: Sequence[CommentText], counts: RunCounts, claim: Claim) -> None:
        """Enrich a batch; where the models fail, halve it until the comment to blame stands alone."""
        with self._store.write() as unit:
            unit.pending.tried([comment.id for comment in batch], self.stamp.version, now=self._clock())
        try:
            results = self._models.enrich(batch)
        except (ModelCrashedError, ModelTimeoutError, ModelFailedError) as error:
            if len(batch) == 1:
                self._blame(batch[0], error, counts, claim)
                return
            self._free(batch)
            for half in (batch[: len(batch) // 2], batch[len(batch) // 2 :]):
                self._enrich(half, counts, claim)
            return
        with claim.writing() as unit:
            unit.enrichments.add(results, now=self._clock())
        counts.enriched += len(results)

    def _free(self, batch: Sequence[CommentText]) -> None:
        with self._store.write() as unit:
            unit.pending.release([comment.id for comment in batch], self.stamp.version)

    def _blame(self, comment: CommentText, error: ModelError, counts: RunCounts, claim: Claim) -> None:
        """Note the failure of one comment alone; put it aside after too many."""
        crashed = isinstance(error, ModelCrashedError | ModelTimeoutError)
        with self._store.write() as unit:
            attempts, crashes = unit.pending.failed(
                comment.id, self.stamp.version, reason=error.code, crashed=crashed, now=self._clock()
            )
        dead = attempts >= self._settings.max_attempts or crashes >= self._settings.max_crashes
        if dead:
            with claim.writing() as unit:
                unit.pending.bury(comment.id, self.stamp.version)
        counts.dead += int(dead)
        log.warning("comment failed", feedback_id=comment.id, reason=error.code, attempts=attempts, crashes=crashes, put_aside=dead)


def _plain(counts: RunCounts) -> dict[str, int | float | str]:
    return dict(asdict(counts))

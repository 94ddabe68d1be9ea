"""Runner: pending work, poison comments, repeated runs. The models are replaced by ones that fail on purpose."""

from collections.abc import Sequence

import pytest

from pipelines.discover import Discovery
from pipelines.progress import SilentProgress
from pipelines.run import RunCounts, Runner
from pipelines.topic_proposals import Standing
from tests.support.builders import NOON, STAMP, enrichment, feedback
from voc.alerts import AlertRule
from voc.enrichment import CommentText, Enrichment
from voc.errors import ModelCrashedError, ModelFailedError, ModelTimeoutError, ModelUnavailableError
from voc.filters import FeedbackFilter
from voc.settings import ModelSettings, TopicSettings
from voc.store import Store
from voc.taxonomy import shipped_taxonomy
from voc.topics import TopicAssignment, TopicRun, TopicSentence


class NoNearDuplicates:
    name, version = "none", "1"

    def bands(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        return [() for _ in texts]

    def alike(self, first: str, second: str) -> bool:
        return first == second


class FailingModels:
    """Answers rightly, but fails in a chosen way whenever a batch holds a comment with a word in it."""

    def __init__(self, error: Exception | None = None, word: str = "poison") -> None:
        self.error, self.word, self.calls, self.loads = error, word, 0, True
        self.seen_with_attempt: list[bool] = []

    def ensure_loaded(self) -> None:
        if not self.loads:
            raise ModelUnavailableError

    def enrich(self, comments: Sequence[CommentText]) -> list[Enrichment]:
        self.calls += 1
        if self.error is not None and any(self.word in comment.verbatim for comment in comments):
            raise self.error
        return [enrichment(feedback(c.verbatim, external_id="x")).model_copy(update={"feedback_id": c.id}) for c in comments]

    def discover(self, sentences: Sequence[TopicSentence], standing: Standing) -> Discovery:
        assignments = tuple(TopicAssignment(sentence_id=s.id, topic_id=None, similarity=0) for s in sentences)
        found = TopicRun(
            id="tr_none", model_version=STAMP.version, topics=(), assignments=assignments, parameters={"least_similarity": "0.4"}
        )
        return Discovery(run=found, topics=(), assignments=assignments, proposals=())


def runner(store: Store, models: FailingModels, *, batch_size: int = 8) -> Runner:
    return Runner(
        store, models, stamp=STAMP, near=NoNearDuplicates(), settings=ModelSettings(batch_size=batch_size), topics=TopicSettings(),  # type: ignore[arg-type]
        rule=AlertRule(), taxonomy=shipped_taxonomy(), clock=lambda: NOON,
    )  # fmt: skip


def fill(store: Store, texts: Sequence[str]) -> None:
    with store.write() as unit:
        unit.feedback.add([feedback(text, external_id=str(number)) for number, text in enumerate(texts)])


@pytest.mark.parametrize(
    ("error", "attempts"), [(ModelFailedError(), 5), (ModelCrashedError(), 3), (ModelTimeoutError(), 3)], ids=["raises", "crashes", "hangs"]
)
def test_a_poison_comment_is_put_aside_and_takes_no_neighbour_along(store: Store, error: Exception, attempts: int) -> None:
    fill(store, ["good"] * 13 + ["poison"] + ["good"] * 16)
    counts = runner(store, FailingModels(error)).run(SilentProgress())
    assert (counts.enriched, counts.dead) == (29, 1)
    with store.read() as unit:
        (letter,) = unit.pending.dead()
        assert letter.attempts == attempts
        assert unit.feedback.count(FeedbackFilter(analysed=True)) == 29
        assert unit.pending.count(STAMP.version) == 0
        assert unit.feedback.get(letter.feedback_id) is not None, "the text stays"


def test_a_requeued_comment_is_read_once_the_fault_is_mended(store: Store) -> None:
    fill(store, ["good", "poison"])
    runner(store, FailingModels(ModelFailedError())).run(SilentProgress())
    with store.write() as unit:
        assert unit.pending.requeue() == 1
    assert runner(store, FailingModels()).run(SilentProgress()).enriched == 1


def test_models_that_cannot_be_loaded_are_no_comments_fault(store: Store) -> None:
    """Why: otherwise one bad model file would put every comment aside."""
    fill(store, ["good"])
    models = FailingModels()
    models.loads = False
    with pytest.raises(ModelUnavailableError):
        runner(store, models).run(SilentProgress())
    with store.read() as unit:
        assert unit.pending.dead_count() == 0
        assert unit.pending.count(STAMP.version) == 1


def test_the_attempt_is_on_record_before_the_models_see_the_comment(store: Store) -> None:
    fill(store, ["good"])
    work = runner(store, FailingModels(KeyboardInterrupt(), word="good"))
    with SilentProgress().step("", None) as step, pytest.raises(KeyboardInterrupt):
        work.enrich_some(RunCounts(), step)
    with store.write() as unit:
        (comment,) = unit.pending.waiting(STAMP.version, limit=5)
        assert unit.pending.failed(comment.id, STAMP.version, reason="", crashed=False, now=NOON) == (1, 0)


def test_a_second_run_finds_nothing_to_do(store: Store) -> None:
    fill(store, ["good"] * 20)
    first = FailingModels()
    runner(store, first).run(SilentProgress())
    again = FailingModels()
    counts = runner(store, again).run(SilentProgress())
    assert (first.calls, again.calls) == (3, 0)
    assert (counts.compared, counts.enriched, counts.alerts) == (0, 0, 0)


def test_poison_at_the_head_of_the_queue_does_not_hold_back_what_comes_later(store: Store) -> None:
    fill(store, ["poison"] * 6)
    work = runner(store, FailingModels(ModelCrashedError()), batch_size=4)
    counts = RunCounts()
    with SilentProgress().step("", None) as step:
        work.enrich_some(counts, step)
        with store.write() as unit:
            unit.feedback.add([feedback("good", external_id="late")])
        work.enrich_some(counts, step)
    assert counts.enriched >= 1

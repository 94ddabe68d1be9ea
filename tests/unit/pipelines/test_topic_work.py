"""Topic work on a real store: what people do while a fit is computed stands."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.discover import Discovery
from pipelines.intake import DirectWriter
from pipelines.progress import SilentProgress
from pipelines.topic_editing import TopicEditing, merged, moved_here
from pipelines.topic_proposals import Standing
from pipelines.topic_work import TopicWork
from tests.support.builders import NOON, enrichment, feedback, vector
from voc.settings import TopicSettings
from voc.store import Store
from voc.topics import Topic, TopicAssignment, TopicRun, TopicSentence, TopicState

N = 8


class Meanwhile:
    """Models whose fit takes so long that a person does something before it ends."""

    def __init__(self, found: Discovery, deed: Any) -> None:
        self.found, self.deed = found, deed

    def discover(self, sentences: Sequence[TopicSentence], standing: Standing) -> Discovery:
        self.deed()
        return self.found


def topic(number: int) -> Topic:
    return Topic(id=f"tp_{number}", name=f"topic {number}", keywords=(), example_ids=(), size=0, centroid=vector(number))


@pytest.fixture
def ids(store: Store) -> list[str]:
    comments = [feedback(f"comment {n}", external_id=str(n)) for n in range(N)]
    with store.write() as unit:
        unit.feedback.add(comments)
        unit.enrichments.add([enrichment(c, seed=n) for n, c in enumerate(comments)], now=NOON)
        unit.topics.put([topic(1), topic(2)])
        goals = ["tp_1", "tp_2", None, None, None, None, None, None]
        unit.topics.assign([TopicAssignment(sentence_id=f"{c.id}.0", topic_id=g, similarity=0.5) for c, g in zip(comments, goals, strict=True)])
    return [f"{c.id}.0" for c in comments]


def test_what_people_do_during_a_fit_stands(store: Store, ids: list[str]) -> None:
    editing = TopicEditing(store, DirectWriter(store), clock=lambda: NOON)

    def deed() -> None:
        editing.edit("tp_1", moved_here([ids[2]]), by="Sato")
        editing.edit("tp_1", merged(["tp_2"]), by="Sato")

    late = tuple(TopicAssignment(sentence_id=name, topic_id="tp_2", similarity=0.5) for name in ids[2:4])
    run = TopicRun(id="run", model_version="m/1", topics=(), assignments=late, parameters={"least_similarity": "0.4"})
    found = Discovery(run=run, topics=(topic(1), topic(2)), assignments=late, proposals=())
    work = TopicWork(store, Meanwhile(found, deed), settings=TopicSettings(), clock=lambda: NOON)  # type: ignore[arg-type]
    assert work.keep_up("test/1", SilentProgress(), fit=True)
    with store.read() as unit:
        now = unit.topics.assignments()
        gone = unit.topics.get("tp_2")
    assert (now[ids[2]].topic_id, now[ids[2]].by_person) == ("tp_1", True)
    assert now[ids[3]].topic_id is None, "nothing is brought to a topic that was merged meanwhile"
    assert gone is not None
    assert gone.state is TopicState.MERGED


def test_sentences_that_are_gone_are_forgotten(store: Store, ids: list[str], tmp_path: Path) -> None:
    with store.write() as unit:
        unit.feedback.compared(bands={}, duplicate_of={ids[0][:-2]: ids[1][:-2]})
    run = TopicRun(id="run", model_version="m/1", topics=(), assignments=(), parameters={"least_similarity": "0.4"})
    models = Meanwhile(Discovery(run=run, topics=(), assignments=(), proposals=()), lambda: None)
    TopicWork(store, models, settings=TopicSettings(), clock=lambda: NOON).keep_up("test/1", SilentProgress())  # type: ignore[arg-type]
    with store.read() as unit:
        assert ids[0] not in unit.topics.assignments()


def test_what_came_in_during_a_fit_is_not_settled_by_it(store: Store, ids: list[str]) -> None:
    """Why: a second worker assigns sentences meanwhile; the next fit may still say that they are something new."""
    late = feedback("late", external_id="late")

    def deed() -> None:
        with store.write() as unit:
            unit.feedback.add([late])
            unit.enrichments.add([enrichment(late, seed=99)], now=NOON)
            unit.topics.assign([TopicAssignment(sentence_id=f"{late.id}.0", topic_id="tp_1", similarity=0.5, settled=False)])

    with store.write() as unit:
        unit.topics.assign([TopicAssignment(sentence_id=ids[2], topic_id="tp_2", similarity=0.5, settled=False)])
    seen = tuple(TopicAssignment(sentence_id=name, topic_id=None, similarity=0.5) for name in ids)
    run = TopicRun(id="run", model_version="m/1", topics=(), assignments=seen, parameters={"least_similarity": "0.4"})
    models = Meanwhile(Discovery(run=run, topics=(), assignments=(), proposals=()), deed)
    TopicWork(store, models, settings=TopicSettings(), clock=lambda: NOON).keep_up("test/1", SilentProgress(), fit=True)  # type: ignore[arg-type]
    with store.read() as unit:
        now = unit.topics.assignments()
    assert now[ids[2]].settled
    assert not now[f"{late.id}.0"].settled


def test_a_fit_that_falls_due_while_nothing_comes_in_is_found_within_the_hour(store: Store, ids: list[str]) -> None:
    now = [NOON]

    def clock() -> datetime:
        return now[0]

    with store.write() as unit:  # a fit that saw one sentence fewer than there are
        seen = tuple(TopicAssignment(sentence_id=name, topic_id=None, similarity=0.5) for name in ids[1:])
        run = TopicRun(id="run", model_version="m/1", topics=(), assignments=seen, parameters={"least_similarity": "0.4"})
        unit.topics.add_run(run, encoder="test/1", now=NOON)
    work = TopicWork(store, Meanwhile(None, None), settings=TopicSettings(refit_growth=9.0), clock=clock)  # type: ignore[arg-type]
    answers = []
    for _ in range(26 * 4):
        answers.append(work.falls_due("test/1"))
        now[0] += timedelta(minutes=15)
    assert not any(answers[: 24 * 4])
    assert answers[24 * 4] is True
    assert sum(answers) == 2, "asked every quarter of an hour, it looks once an hour"


def test_nothing_is_fitted_on_what_another_encoder_read(store: Store, ids: list[str]) -> None:
    """Why: vectors of two encoders cannot be compared; a fit on none of them would call every topic empty."""
    found = Discovery(run=TopicRun(id="run", model_version="m/1", topics=(), assignments=(), parameters={}), topics=(), assignments=(), proposals=())
    models: Any = Meanwhile(found, lambda: pytest.fail("there is nothing to fit"))
    work = TopicWork(store, models, settings=TopicSettings(), clock=lambda: NOON)
    assert not work.keep_up("another/2", SilentProgress(), fit=True)
    with store.read() as unit:
        assert unit.topics.current_run() is None
        assert len(unit.topics.find()) == 2

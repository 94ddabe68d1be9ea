"""The vectors in memory: exact, one hit a comment, and after any change what a fresh reading would give."""

from datetime import timedelta

import numpy as np
import pytest

from pipelines.search import SearchIndex, mixed
from tests.support.builders import NOON, STAMP, enrichment, feedback, vector
from voc.enrichment import Enrichment, ModelStamp
from voc.store import Store


def floats(seed: int) -> np.ndarray:
    return np.frombuffer(vector(seed), dtype="<f2").astype(np.float32)


def with_sentences(name: str, seeds: list[int], *, stamp: ModelStamp = STAMP) -> Enrichment:
    result = enrichment(feedback(external_id=name), stamp=stamp)
    one = result.sentences[0]
    return result.model_copy(update={"sentences": tuple(one.model_copy(update={"position": p, "vector": vector(s)}) for p, s in enumerate(seeds))})


def add(store: Store, names: dict[str, list[int]], *, minute: int, stamp: ModelStamp = STAMP) -> None:
    with store.write() as unit:
        unit.feedback.add([feedback(external_id=name) for name in names])
        unit.enrichments.add([with_sentences(name, seeds, stamp=stamp) for name, seeds in names.items()], now=NOON + timedelta(minutes=minute))


def name_of(external_id: str) -> str:
    return feedback(external_id=external_id).id


def test_the_nearest_sentence_decides_exactly(store: Store) -> None:
    rng = np.random.default_rng(0)
    add(store, {str(n): [int(s) for s in rng.integers(0, 9_999, size=1 + n % 3)] for n in range(700)}, minute=0)
    asked = np.stack([floats(20_001), floats(20_002)])
    with store.read() as unit:
        ids, matrix = unit.enrichments.vectors()
    best: dict[str, float] = {}
    for identifier, score in zip(ids, (matrix.astype(np.float32) @ asked.T).max(axis=1), strict=True):
        name = identifier.rpartition(".")[0]
        best[name] = max(best.get(name, -1.0), float(score))
    expected = sorted(best, key=lambda name: (-best[name], name))[:50]
    hits = SearchIndex(store).nearest(asked, limit=50)
    assert [hit.feedback_id for hit in hits] == expected
    assert [hit.similarity for hit in hits] == [pytest.approx(best[name], abs=1e-4) for name in expected]


def test_the_hit_names_the_nearest_sentence(store: Store) -> None:
    add(store, {"a": [1, 2, 3]}, minute=0)
    (hit,) = SearchIndex(store).nearest(floats(2)[None], limit=5)
    assert (hit.sentence_id, hit.similarity) == (f"{name_of('a')}.1", pytest.approx(1.0, abs=1e-3))


def test_tiny_and_negative_numbers_of_a_vector_count(store: Store) -> None:
    """Why: float16 is widened by its bits; the smallest numbers and the sign are where that goes wrong."""
    values = np.zeros(384, dtype="<f2")
    values[:6] = [-0.75, 6e-8, 3e-5, -6.2e-5, 0.5, -0.0]
    result = with_sentences("a", [0])
    with store.write() as unit:
        unit.feedback.add([feedback(external_id="a")])
        unit.enrichments.add([result.model_copy(update={"sentences": (result.sentences[0].model_copy(update={"vector": values.tobytes()}),)})], now=NOON)
    index = SearchIndex(store)
    for place in range(6):
        asked = np.zeros((1, 384), dtype=np.float32)
        asked[0, place] = 1
        assert index.compare(asked)._scores[0] == np.float32(values[place])


def test_what_is_not_allowed_or_left_out_is_never_found(store: Store) -> None:
    add(store, {str(n): [n] for n in range(20)}, minute=0)
    index = SearchIndex(store)
    allowed = frozenset({name_of("3"), name_of("4"), "no such comment"})
    assert {hit.feedback_id for hit in index.nearest(floats(3)[None], limit=9, allowed=allowed)} == {name_of("3"), name_of("4")}
    assert name_of("3") not in [hit.feedback_id for hit in index.nearest(floats(3)[None], limit=20, without=name_of("3"))]
    assert index.nearest(floats(3)[None], limit=9, allowed=frozenset()) == []


def test_only_new_results_are_read_and_the_answer_is_a_fresh_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Why: at 100,000 comments reading all vectors again takes seconds, and while comments come in every search would pay it."""
    add(store, {str(n): [n, n + 1_000] for n in range(60)}, minute=0)
    index = SearchIndex(store)
    index.nearest(floats(0)[None], limit=1)
    whole = []
    monkeypatch.setattr(index, "_read_all", lambda unit: whole.append(SearchIndex._read_all(index, unit)))
    add(store, {"new": [77_777]}, minute=1)
    assert index.nearest(floats(77_777)[None], limit=1)[0].feedback_id == name_of("new")
    add(store, {"3": [88_888]}, minute=2, stamp=ModelStamp(version="mv_next", outputs=STAMP.outputs))
    assert index.nearest(floats(88_888)[None], limit=1)[0].feedback_id == name_of("3")
    for seed in (3, 1_003, 5, 77_777, 88_888):
        assert index.nearest(floats(seed)[None], limit=70) == SearchIndex(store).nearest(floats(seed)[None], limit=70)
    assert index.vectors_of(name_of("3")).shape == (1, 384)
    assert whole == []


def test_a_result_that_came_late_or_many_at_once_are_not_missed(store: Store) -> None:
    """Why: on PostgreSQL a worker's commit can become visible after a younger one's."""
    add(store, {str(n): [n] for n in range(10)}, minute=10)
    index = SearchIndex(store)
    index.nearest(floats(0)[None], limit=1)
    add(store, {"late": [555]}, minute=1)
    assert index.nearest(floats(555)[None], limit=1)[0].feedback_id == name_of("late")
    add(store, {f"x{n}": [n + 600] for n in range(40)}, minute=11)
    assert index.nearest(floats(639)[None], limit=1)[0].feedback_id == name_of("x39")


def test_an_empty_store_finds_nothing(store: Store) -> None:
    index = SearchIndex(store)
    assert index.nearest(floats(0)[None], limit=5) == []
    assert len(index.vectors_of("nobody")) == 0
    hit = mixed(index.compare(floats(0)[None]), ["a comment without sentences"], near=[], limit=5)[0]
    assert (hit.similarity, hit.sentence_id) == (None, None)

"""How a fit of topics grows with the sentences, beside BERTopic's default in one run. Every fit runs in a process of its own, warm.

Real sentences of both languages, then 1,000,000 and more only on request (``VOC_TOPIC_SIZES=10000,100000``); above the real ones, rows
are real vectors with noise, which is said. Memory is the peak above what stood before the fit, the vectors and texts included in that.
"""

import json
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.clusters import NONE, LeidenClusters
from models.neighbours import Labels, Matrix
from models.topics import LEAST_SHARE, LEAST_SIMILARITY, LEAST_SIZE, RESOLUTION, BertopicTopics
from pipelines.discover import assign
from tests.benchmarks.topic_vectors import many_sentences
from voc.feedback import Language
from voc.topics import Topic, TopicSentence

pytestmark = [
    pytest.mark.slow, pytest.mark.benchmark, pytest.mark.models, pytest.mark.timeout(3600), pytest.mark.filterwarnings("ignore"),
]  # fmt: skip
SIZES = [int(size) for size in os.environ.get("VOC_TOPIC_SIZES", "10000,25000,50000,100000").split(",")]
PEERS = [int(size) for size in os.environ.get("VOC_TOPIC_PEER_SIZES", "10000").split(",") if size]
NOISE = 0.02
"""Standard deviation a dimension of the noise of rows that are not real: a cosine of about 0.93 with the real one."""


@pytest.fixture(scope="module")
def real(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with texts and vectors."""
    folder = tmp_path_factory.mktemp("sentences")
    texts, vectors = many_sentences(shared_data, min(max(SIZES + PEERS), 100_000))
    (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    np.save(folder / "vectors.npy", vectors)
    return folder


def loaded(folder: Path, size: int) -> tuple[list[str], Matrix]:
    texts, vectors = json.loads((folder / "texts.json").read_text("utf-8")), np.load(folder / "vectors.npy")
    if size <= len(texts):
        return texts[:size], vectors[:size]
    chance = np.random.default_rng(11)
    more: Matrix = np.empty((size, vectors.shape[1]), np.float32)
    for start in range(0, size, len(vectors)):
        part = more[start : start + len(vectors)]
        part[:] = vectors[: len(part)] if start == 0 else vectors[: len(part)] + chance.normal(0, NOISE, part.shape).astype(np.float32)
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return [texts[place % len(texts)] for place in range(size)], more


def clusters(size: int, start: Labels | None = None) -> LeidenClusters:
    least_size = max(LEAST_SIZE, round(LEAST_SHARE * size))
    return LeidenClusters(resolution=RESOLUTION, least_size=least_size, least_similarity=LEAST_SIMILARITY, start=start)


def ours(texts: Sequence[str], vectors: Matrix) -> Labels:
    """BERTopic with our clusters, everything else as it makes it by default."""
    from bertopic import BERTopic
    from bertopic.dimensionality import BaseDimensionalityReduction

    model = BERTopic(umap_model=BaseDimensionalityReduction(), hdbscan_model=clusters(len(texts)), embedding_model=None)
    return np.asarray(model.fit_transform(list(texts), embeddings=vectors)[0], np.int64)


def bertopic_default(texts: Sequence[str], vectors: Matrix) -> Labels:
    from bertopic import BERTopic

    return np.asarray(BERTopic(embedding_model=None).fit_transform(list(texts), embeddings=vectors)[0], np.int64)


def groups_alone(texts: Sequence[str], vectors: Matrix) -> Labels:
    return clusters(len(texts)).fit(vectors).labels_


def warm_start(texts: Sequence[str], vectors: Matrix) -> Labels:
    """Begin with groups: every tenth sentence is new, every other keeps the nearest of 100 random ones."""
    start = (vectors @ vectors[:100].T).argmax(axis=1)
    start[::10] = NONE
    return clusters(len(texts), start).fit(vectors).labels_


def whole_fit(texts: Sequence[str], vectors: Matrix) -> Labels:
    """The service's own fit: words, groups, keywords, examples, names."""
    run = BertopicTopics().fit(sentences_of(texts, vectors))
    return np.array([NONE if a.topic_id is None else 0 for a in run.assignments])


METHODS = {"ours": ours, "default": bertopic_default, "groups": groups_alone, "warm start": warm_start, "whole fit": whole_fit}


def sentences_of(texts: Sequence[str], vectors: Matrix) -> list[TopicSentence]:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        TopicSentence(
            id=f"s{n:07}.0", feedback_id=f"s{n:07}", text=text, language=Language.JA if any(c > "\u3040" for c in text) else Language.EN,
            voice=str(n), vector=vector.tobytes(), submitted_at=begin + timedelta(minutes=n),
        )
        for n, (text, vector) in enumerate(zip(texts, vectors.astype("<f2"), strict=True))
    ]  # fmt: skip


def measured(method: str, folder: Path, size: int) -> dict[str, Any]:
    """Return seconds, processor seconds, MB above what stood before, groups and the share without one."""
    texts, vectors = loaded(folder, size)
    METHODS[method](texts[:2000], vectors[:2000])
    status = Path("/proc/self/status")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _kilobytes(status, "VmRSS")
    clock, processor = time.perf_counter(), time.process_time()
    labels = METHODS[method](texts, vectors)
    return {
        "s": time.perf_counter() - clock, "processor_s": time.process_time() - processor,
        "mb": (_kilobytes(status, "VmHWM") - before) / 1024, "groups": int(labels.max()) + 1, "none": float(np.mean(labels == NONE)),
    }  # fmt: skip


def _kilobytes(status: Path, name: str) -> int:
    return next(int(line.split()[1]) for line in status.read_text("ascii").splitlines() if line.startswith(name))


def in_a_process(method: str, folder: Path, size: int) -> dict[str, Any]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        found = pool.submit(measured, method, folder, size).result()
    print(
        f"\n{method}, {size} sentences: {found['s']:.1f} s, processor {found['processor_s']:.1f} s, +{found['mb']:.0f} MB, {found['groups']} groups, "
        f"without {found['none']:.1%}", end="", flush=True,
    )  # fmt: skip
    return found


@pytest.mark.parametrize("size", PEERS)
def test_a_fit_is_many_times_faster_than_bertopics_default(real: Path, size: int) -> None:
    own, default = in_a_process("ours", real, size), in_a_process("default", real, size)
    ratio, processor = default["s"] / own["s"], default["processor_s"] / own["processor_s"]
    print(f"\n{size} sentences: {ratio:.1f} times faster, by processor time {processor:.1f}")
    assert ratio >= 5


@pytest.mark.parametrize("method", ["groups", "warm start", "whole fit"])
def test_time_and_memory_grow_with_the_sentences(real: Path, method: str) -> None:
    found = [in_a_process(method, real, size) for size in SIZES]
    growth = found[-1]["processor_s"] / found[0]["processor_s"]
    print(f"\n{method}: {SIZES[-1] / SIZES[0]:.0f} times the sentences take {growth:.1f} times the processor time")
    assert growth <= 3 * SIZES[-1] / SIZES[0]
    assert method == "whole fit" or found[-1]["mb"] <= 1024


@pytest.mark.parametrize("topics", [100, 1000])
def test_a_new_sentence_is_assigned_at_once(real: Path, topics: int) -> None:
    texts, vectors = loaded(real, 10_000)
    standing = [
        Topic(id=f"tp_{n}", name=str(n), keywords=(), example_ids=(), size=1, centroid=vector.astype("<f2").tobytes())
        for n, vector in enumerate(vectors[:topics])
    ]
    new = sentences_of(texts, vectors)
    clock = time.perf_counter()
    found = assign(new, standing, least_similarity=LEAST_SIMILARITY)
    seconds = time.perf_counter() - clock
    print(f"\n{len(found)} sentences, {topics} topics: {len(found) / seconds:,.0f} sentences/s, {np.mean([a.topic_id is None for a in found]):.1%} to none")
    assert len(found) / seconds >= 5_000

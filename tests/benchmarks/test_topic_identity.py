"""Do topics keep their identity? Measured on 10,003 real questions (banking77), beside plain BERTopic on the same vectors.

Refit: another seed and 10 % more sentences. Planted: of the first fit's topics some are joined, some cut in two, some forgotten, some long
quiet; a proposal is right when it names just those topics, and where it has parts, most of a part is what was planted.
"""

import gzip
import json
import random
import time
import warnings
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from models import clusters
from models.encoder import BilingualEncoder
from models.topics import BertopicTopics
from pipelines.discover import discover
from pipelines.topic_proposals import Standing
from voc.feedback import Language
from voc.topics import Proposal, ProposalKind, TopicAssignment, TopicSentence

pytestmark = [pytest.mark.slow, pytest.mark.benchmark, pytest.mark.models]
START = datetime(2026, 1, 1, tzinfo=UTC)
NOBODY = Standing(topics=(), assignments={})
PLANTED = 8


@pytest.fixture(scope="module")
def sentences(shared_data: Path) -> list[TopicSentence]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import bertopic  # noqa: F401  # whole, before the service loads it without UMAP
    with gzip.open(shared_data / "banking77_en.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["split"] == "train"]
    random.Random(7).shuffle(rows)
    vectors = BilingualEncoder().encode([row["text"] for row in rows]).vectors.astype("<f2")
    return [
        TopicSentence(
            id=f"{row['id']}.0", feedback_id=row["id"], text=row["text"], language=Language.EN, voice=row["id"],
            vector=vector.tobytes(), submitted_at=START + timedelta(minutes=30 * n),
        )
        for n, (row, vector) in enumerate(zip(rows, vectors, strict=True))
    ]  # fmt: skip


def standing_of(found: Any) -> Standing:
    return Standing(topics=found.topics, assignments={a.sentence_id: a for a in found.assignments})


def same_share(before: Mapping[str, Any], after: Mapping[str, Any]) -> float:
    """Share of the sentences that had a topic and have the same one, topics matched one to one as well as can be (Hungarian)."""
    had = [name for name, topic in before.items() if topic is not None]
    rows, columns = sorted({before[n] for n in had}), sorted({after[n] for n in had if after[n] is not None})
    counts = np.zeros((len(rows), len(columns)))
    for name in had:
        if after[name] is not None:
            counts[rows.index(before[name]), columns.index(after[name])] += 1
    return float(counts[linear_sum_assignment(-counts)].sum() / len(had))


def test_a_refit_keeps_topics(sentences: Sequence[TopicSentence], monkeypatch: pytest.MonkeyPatch) -> None:
    first = sentences[: round(len(sentences) / 1.1)]
    model = BertopicTopics()
    begin = discover(first, model, standing=NOBODY)
    again = discover(first, model, standing=NOBODY)
    assert [(a.sentence_id, a.topic_id) for a in begin.assignments] == [(a.sentence_id, a.topic_id) for a in again.assignments]
    monkeypatch.setattr(clusters, "SEED", clusters.SEED + 1)
    started = time.perf_counter()
    second = discover(sentences, model, standing=standing_of(begin))
    took = time.perf_counter() - started
    had = {a.sentence_id: a.topic_id for a in begin.assignments}
    groups = {a.sentence_id: a.topic_id for a in second.run.assignments}
    touched = {s for p in second.proposals for part in p.parts for s in part.sentence_ids if had.get(s)}
    kept = 1 - len(touched) / sum(goal is not None for goal in had.values())
    plain = _plain_bertopic(first, sentences)
    print(
        f"\nrefit of {len(first)} -> {len(sentences)} sentences, {len(begin.topics)} topics, {took:.1f} s: same id without a decision 100 %, "
        f"if every proposal is accepted {kept:.1%} ({len(second.proposals)} proposals: {[p.kind.value for p in second.proposals]}); "
        f"groups of the fit alone, matched {same_share(had, groups):.1%}; without topic {np.mean([g is None for g in had.values()]):.1%}; "
        f"plain BERTopic, matched {plain[0]:.1%}, by its own numbers {plain[1]:.1%}, without topic {plain[2]:.1%}"
    )
    assert kept >= 0.95
    assert {t.id for t in second.topics} == {t.id for t in begin.topics}


def _plain_bertopic(first: Sequence[TopicSentence], every: Sequence[TopicSentence]) -> tuple[float, float, float]:
    from bertopic import BERTopic
    from umap import UMAP

    found = []
    for rows, seed in ((first, 1), (every, 2)):
        vectors = np.stack([np.frombuffer(s.vector, "<f2").astype(np.float32) for s in rows])
        umap = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", low_memory=False, n_jobs=1, random_state=seed)
        labels, _ = BERTopic(umap_model=umap, embedding_model=None).fit_transform([s.text for s in rows], embeddings=vectors)
        found.append({s.id: None if label < 0 else label for s, label in zip(rows, labels, strict=True)})
    before, after = found
    had = [name for name, label in before.items() if label is not None]
    by_number = float(np.mean([after[name] == before[name] for name in had]))
    return same_share(before, after), by_number, float(np.mean([label is None for label in before.values()]))


def test_planted_changes_are_proposed(sentences: Sequence[TopicSentence]) -> None:
    model = BertopicTopics()
    begin = discover(sentences, model, standing=NOBODY)
    chosen = [topic.id for topic in begin.topics if topic.size >= 60]
    random.Random(3).shuffle(chosen)
    n = min(PLANTED, len(chosen) // 5)
    joined = list(zip(chosen[:n], chosen[n : 2 * n], strict=True))
    cut, forgotten, quiet = chosen[2 * n : 3 * n], chosen[3 * n : 4 * n], chosen[4 * n : 5 * n]
    into = {b: a for a, b in joined}
    halves = {topic: f"{topic}-half" for topic in cut}
    assignments: dict[str, TopicAssignment] = {}
    for place, a in enumerate(begin.assignments):
        goal = into.get(a.topic_id or "", a.topic_id)
        if goal in halves and place % 2:
            goal = halves[goal]
        if goal not in forgotten:
            assignments[a.sentence_id] = a.model_copy(update={"topic_id": goal})
    known = [t for t in begin.topics if t.id not in into and t.id not in forgotten]
    known += [t.model_copy(update={"id": halves[t.id]}) for t in begin.topics if t.id in halves]
    of = {a.sentence_id: a.topic_id for a in begin.assignments}
    dated = [s.model_copy(update={"submitted_at": START + (s.submitted_at - START) / 2}) if of[s.id] in quiet and s.submitted_at else s for s in sentences]
    found = discover(dated, model, standing=Standing(topics=tuple(known), assignments=assignments)).proposals
    right = {
        "split": sum(_has_split(found, a, b, of) for a, b in joined),
        "merge": sum(any(p.kind is ProposalKind.MERGE and set(p.topic_ids) == {t, halves[t]} for p in found) for t in cut),
        "new": sum(any(p.kind is ProposalKind.NEW and _mostly(p.parts[0].sentence_ids, t, of) for p in found) for t in forgotten),
        "retire": sum(any(p.kind is ProposalKind.RETIRE and p.topic_ids == (t,) for p in found) for t in quiet),
    }
    print(f"\nplanted {n} of each in {len(begin.topics)} topics, proposed rightly: {right}; other proposals: {len(found) - sum(right.values())}")
    assert sum(right.values()) >= 0.9 * 4 * n


def _has_split(found: Sequence[Proposal], kept: str, gone: str, of: Mapping[str, str | None]) -> bool:
    mine = [p for p in found if p.kind is ProposalKind.SPLIT and p.topic_ids == (kept,)]
    return any(_mostly(part.sentence_ids, t, of) for p in mine for part in p.parts for t in (kept, gone))


def _mostly(ids: Sequence[str], topic: str, of: Mapping[str, str | None]) -> bool:
    return sum(of[name] == topic for name in ids) > len(ids) / 2

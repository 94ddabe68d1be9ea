"""Learning: tags that users bring themselves, learned from examples: banking, everyday intents, themes, requests.

Invariants: examples come from ``train`` rows and judged rows from ``dev``; the word-count yardstick learns from the very same examples.
A row the judged model gives no label to is wrong where the truth has one, and right where the truth is out of scope.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from models.evaluation.bench import Bench, stamped
from models.evaluation.measures import SEED
from models.evaluation.scoring import Said, Speech, Subject, classified, detected, drawn, missing, tagged
from models.evaluation.word_counts import NAME, word_count_labels, word_count_tags
from models.labelled import Row
from models.own_tags import Taught, teach
from voc.feedback import Language
from voc.ports import Vectors
from voc.quality import Metric, QualityScore, QualityTask
from voc.tag_learning import tag_lesson
from voc.taxonomy import flat_taxonomy

EXAMPLES = 10
DRAWS = 5
OUT_OF_SCOPE = "oos"
NONE_FITS = ""
"""The label of a row for which the model names none."""


def few_shot_scores(bench: Bench) -> list[QualityScore]:
    """Score banking77: accuracy from ten examples a class (mean over seeded draws) and from all."""
    name = "banking77_en"
    few = _subject(bench, QualityTask.FEW_SHOT, name, Metric.ACCURACY, variant="10_per_class")
    every = _subject(bench, QualityTask.FEW_SHOT, name, Metric.ACCURACY, variant="all")
    loaded = _loaded(bench, name)
    if loaded is None:
        return [missing(few), missing(every)]
    train, dev, vectors, unseen = loaded
    texts, labels = _texts(train), [str(row["label"]) for row in train]
    truth = [str(row["label"]) for row in dev]
    draws, simple = [], []
    with bench.progress.step(f"learn {name}", DRAWS) as step:
        for draw in range(DRAWS):
            chosen = examples(labels, per_class=EXAMPLES, seed=SEED + draw)
            some, theirs = [texts[i] for i in chosen], [labels[i] for i in chosen]
            draws.append(_learned(bench, some, vectors[chosen], theirs, (_texts(dev), unseen)))
            simple.append(word_count_labels(some, theirs, _texts(dev)))
            step.advance(1)
    said = _learned(bench, texts, vectors, labels, (_texts(dev), unseen))
    return [drawn(few, truth, draws, simple), classified(every, truth, said, word_count_labels(texts, labels, _texts(dev)))]


def scope_scores(bench: Bench) -> list[QualityScore]:
    """Score clinc150: accuracy of what is in scope, F1 of what is not; out-of-scope rows are examples of *none fits*."""
    name = "clinc150_en"
    inside = _subject(bench, QualityTask.SCOPE, name, Metric.ACCURACY, variant="in_scope")
    outside = _subject(bench, QualityTask.SCOPE, name, Metric.F1, variant="out_of_scope")
    loaded = _loaded(bench, name)
    if loaded is None:
        return [missing(inside), missing(outside)]
    train, dev, vectors, unseen = loaded
    labels = [_in_scope(row) for row in train]
    truth = [_in_scope(row) for row in dev]
    said = _learned(bench, _texts(train), vectors, labels, (_texts(dev), unseen))
    simple = word_count_labels(_texts(train), labels, _texts(dev))
    known = [place for place, label in enumerate(truth) if label]
    none_fits = np.array([not label for label in truth])
    return [
        classified(inside, [truth[i] for i in known], _some(said, known), [simple[i] for i in known]),
        detected(outside, none_fits, np.array([not label for label in said.labels]), np.array([not label for label in simple])),
    ]


def theme_scores(bench: Bench) -> list[QualityScore]:
    """Score the themes of patient feedback, learned from all training rows."""
    name = "nhs_feedback_categories_en"
    subject = _subject(bench, QualityTask.THEMES, name, Metric.MACRO_F1)
    loaded = _loaded(bench, name)
    if loaded is None:
        return [missing(subject)]
    train, dev, vectors, unseen = loaded
    labels, truth = ([str(row["label"]) for row in rows] for rows in (train, dev))
    said = _learned(bench, _texts(train), vectors, labels, (_texts(dev), unseen))
    return [classified(subject, truth, said, word_count_labels(_texts(train), labels, _texts(dev)))]


def request_scores(bench: Bench) -> list[QualityScore]:
    """Score the topics of Japanese requests to hotels, several a row."""
    name = "hotel_requests_ja"
    subject = _subject(bench, QualityTask.REQUESTS, name, Metric.MICRO_F1, language="ja")
    loaded = _loaded(bench, name)
    if loaded is None:
        return [missing(subject)]
    train, dev, vectors, unseen = loaded
    labels, truth = ([tuple(row["label"]) for row in rows] for rows in (train, dev))
    given = _taught(bench, _texts(train), vectors, [frozenset(row) for row in labels], multi=True).predict(_texts(dev), unseen)
    return [tagged(subject, truth, given, word_count_tags(_texts(train), labels, _texts(dev), language=Language.JA))]


def examples(labels: Sequence[str], *, per_class: int, seed: int) -> list[int]:
    """Return the places of up to ``per_class`` examples of each label, drawn without repeats, in order."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, label in enumerate(labels):
        places[label].append(place)
    chance = np.random.default_rng(seed)
    drawn_places = [chance.permutation(places[label])[:per_class].tolist() for label in sorted(places)]
    return sorted(place for some in drawn_places for place in some)


def _learned(
    bench: Bench, texts: Sequence[str], vectors: Vectors, labels: Sequence[str], unseen: tuple[Sequence[str], Vectors]
) -> Said:
    """Return one label a row of ``unseen``, empty where none fits."""
    heads = _taught(bench, texts, vectors, [frozenset({label}) if label else frozenset() for label in labels], multi=False)
    given = heads.predict(*unseen)
    return Said(
        [tags[0].tag if tags else NONE_FITS for tags in given],
        confidence=heads.probabilities(*unseen).max(axis=1),
        abstained=np.array([not tags for tags in given], dtype=bool),
    )


def _taught(bench: Bench, texts: Sequence[str], vectors: Vectors, labels: Sequence[frozenset[str]], *, multi: bool) -> Taught:
    """Return what the examples and the names of their labels teach, the way ``voc tags train`` does."""
    lesson = tag_lesson(
        flat_taxonomy("labels", frozenset().union(*labels)),
        texts,
        labels,
        multi=multi,
        encoder="",
        vectors_of=lambda every: np.concatenate([vectors, bench.encoders.judged.encode(every[len(texts) :]).vectors]),
    )
    return teach(lesson)


def _some(said: Said, places: Sequence[int]) -> Said:
    chosen = list(places)
    return Said(
        [said.labels[i] for i in chosen],
        confidence=said.confidence[chosen] if said.confidence is not None else None,
        abstained=said.abstained[chosen] if said.abstained is not None else None,
    )


def _in_scope(row: Row) -> str:
    return NONE_FITS if row["label"] == OUT_OF_SCOPE else str(row["label"])


def _texts(rows: Sequence[Row]) -> list[str]:
    return [row["text"] for row in rows]


def _loaded(bench: Bench, name: str) -> tuple[list[Row], list[Row], Vectors, Vectors] | None:
    """Return training rows, dev rows and the vectors of both; None where the file is missing."""
    train, dev = bench.rows(name, split="train"), bench.rows(name, split="dev")
    if train is None or dev is None:
        return None
    vectors = bench.vectors(name, _texts([*train, *dev]))
    return train, dev, vectors[: len(train)], vectors[len(train) :]


def _subject(
    bench: Bench, task: QualityTask, name: str, metric: Metric, *, variant: str = "", language: Speech = "en"
) -> Subject:
    return Subject(
        task=task,
        data_set=name,
        language=language,
        metric=metric,
        variant=variant,
        model=f"few-shot/{stamped(bench.encoders.judged)}",
        baseline=NAME,
        data_sha256=bench.sha256(name),
    )

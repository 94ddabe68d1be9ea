"""Tasks: the labelled rows the distilled encoder is tuned on, as texts with targets.

Sentiment, intent, urgency, churn, abuse are read from the *features* and tags, intents and themes from the *vectors*, so that few-shot
tags profit. A target is a row of probabilities; a missing one is not trained on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.labelled import POLARITIES, Row, five_points
from models.training import clauses
from models.training.own_corpus import CorpusRow, Split, read_corpus
from models.training.sources import train_rows
from voc.enrichment import Intent, Urgency
from voc.feedback import Language
from voc.taxonomy import shipped_taxonomy

INTENTS = tuple(Intent)
URGENCIES = tuple(Urgency)
TAGS = tuple(tag.id for tag in shipped_taxonomy().tags)
MIXED = (0.5, 0.0, 0.5)
OWN_EPOCHS, FEELING_EPOCHS = 4, 3
"""How often tuning reads the own corpus, and other texts of which it is told how they feel."""


@dataclass(frozen=True)
class Targets:
    """What one head is to say of each text, shape [n, classes]; ``multi``: each class is a question of its own, else exactly one holds."""

    values: NDArray[np.float32]
    multi: bool
    on_vectors: bool


@dataclass(frozen=True)
class Task:
    """Texts of one source and the targets of every head that learns from them, by head; one pass serves all.

    ``epochs``: how often tuning goes through the texts.
    """

    name: str
    texts: tuple[str, ...]
    heads: dict[str, Targets]
    epochs: int = 1


def all_tasks(data: Path) -> list[Task]:
    """Return every task with its training rows."""
    return [
        own_task([row for row in read_corpus() if row.split is Split.TRAIN]),
        patients_task(data),
        opinions_task(data),
        _labelled(
            "clinc",
            [(row["text"], [row["label"]]) for row in train_rows(data, "clinc150_en") if row["label"] != "oos"],
            multi=False,
        ),
        _labelled("nlupp", [(row["text"], row["label"]) for row in train_rows(data, "nlupp_en")], multi=True),
        _labelled(
            "themes",
            [(row["text"], [f"{row['label']}/{row['sublabel']}"]) for row in train_rows(data, "nhs_feedback_categories_en")],
            multi=False,
        ),
        _labelled("requests", [(row["text"], row["label"]) for row in train_rows(data, "hotel_requests_ja")], multi=True),
    ]


def own_task(rows: Sequence[CorpusRow]) -> Task:
    """Return the own corpus, each text in each language: sentiment and everything that only it teaches."""
    texts = [(text, row) for row in rows for text in _texts(row)]
    every = [row for _, row in texts]
    return Task(
        "own",
        tuple(text for text, _ in texts),
        {
            "sentiment": _targets([polarity_target(row.sentiment) for row in every]),
            "intent": _targets([_one_hot(INTENTS.index(row.intent), len(INTENTS)) for row in every]),
            "urgency": _targets([_one_hot(URGENCIES.index(row.urgency), len(URGENCIES)) for row in every]),
            "churn": _targets([[float(row.churn)] for row in every], multi=True),
            "abuse": _targets([[float(row.abuse)] for row in every], multi=True),
            "tags": _targets([[float(tag in row.tags) for tag in TAGS] for row in every], multi=True, on_vectors=True),
        },
        epochs=OWN_EPOCHS,
    )


def patients_task(data: Path) -> Task:
    """Return patients' comments: how they feel and what they are about."""
    rows = [(row, label) for row in train_rows(data, "nhs_patient_feedback_en") if (label := five_points(row))]
    matters = sorted({matter for row, _ in rows for matter in row["label"]})
    return Task(
        "patients",
        tuple(row["text"] for row, _ in rows),
        {
            "sentiment": _targets([polarity_target(label) for _, label in rows]),
            "matters": _targets([[float(matter in row["label"]) for matter in matters] for row, _ in rows], multi=True, on_vectors=True),
        },
        epochs=FEELING_EPOCHS,
    )


def opinions_task(data: Path) -> Task:
    """Return opinions on products, restaurants and companies."""
    found = [(row.text, polarity_target(row.label)) for row in clauses.clauses(data, split="train")]
    for name in ("tsa_reviews_en", "app_review_features_en", "chabsa_ja"):
        found += [(row["text"], target) for row in train_rows(data, name) if (target := _aspects(row)) is not None]
    targets = _targets([target for _, target in found])
    return Task("opinions", tuple(text for text, _ in found), {"sentiment": targets}, epochs=FEELING_EPOCHS)


def polarity_target(label: str) -> Sequence[float]:
    """Return the probabilities of negative, neutral, positive; a mixed row is half of either side."""
    return MIXED if label == "mixed" else _one_hot([str(p) for p in POLARITIES].index(str(label)), len(POLARITIES))


def _aspects(row: Row) -> Sequence[float] | None:
    """All aspects of one polarity, or both sides."""
    polarities = {str(aspect["polarity"]) for aspect in row["label"]}
    if len(polarities) == 1:
        return polarity_target(polarities.pop()) if polarities <= {str(p) for p in POLARITIES} else None
    return MIXED if {"negative", "positive"} <= polarities else None


def _texts(row: CorpusRow) -> Iterator[str]:
    yield from (text for language in (Language.JA, Language.EN) if (text := row.text(language)))


def _labelled(name: str, rows: Sequence[tuple[str, Sequence[str]]], *, multi: bool) -> Task:
    labels = sorted({label for _, some in rows for label in some})
    values = [[float(label in some) for label in labels] for _, some in rows]
    return Task(name, tuple(text for text, _ in rows), {name: _targets(values, multi=multi, on_vectors=True)})


def _targets(values: Sequence[Sequence[float]], *, multi: bool = False, on_vectors: bool = False) -> Targets:
    return Targets(np.array(values, np.float32), multi, on_vectors)


def _one_hot(place: int, size: int) -> list[float]:
    return [float(i == place) for i in range(size)]

"""Labelled rows: texts with a known polarity, read from the data folder beside a checkout.

Each file keeps its source's own labels; a reader per file turns them into negative, neutral, positive, and leaves out rows whose label
says no such thing (aspects that disagree, ratings that are missing). Invariant: ``may_train`` is true only where the manifest of the
data says commercial use of derived models *yes*.
"""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from voc.feedback import Language
from voc.sentiment import SentimentLabel
from voc.values import Value

Row = dict[str, Any]
POLARITIES = (SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL, SentimentLabel.POSITIVE)


class LabelledText(Value):
    """A text and its polarity."""

    id: str
    text: str
    language: Language
    label: SentimentLabel


class SentimentFile(Value):
    """A file with polarity labels, who is owed for it, and whether weights may be trained on it."""

    name: str
    may_train: bool
    attribution: str
    read: Callable[[Row], SentimentLabel | None]

    def path(self, data_dir: Path) -> Path:
        """Return where the file lies in the data folder."""
        return data_dir / f"{self.name}.jsonl.gz"

    def rows(self, data_dir: Path, *, split: str) -> list[LabelledText]:
        """Return the rows of a split (``train`` or ``dev``) that have a polarity, in the file's order."""
        rows = ((row, self.read(row)) for row in read_lines(self.path(data_dir)) if row["split"] == split)
        return [
            LabelledText(id=row["id"], text=row["text"], language=Language(row["lang"]), label=label) for row, label in rows if label
        ]


def read_lines(path: Path) -> Iterator[Row]:
    """Give the objects of a gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def five_points(row: Row) -> SentimentLabel | None:
    """1 very positive … 3 neutral … 5 very negative; may be missing."""
    return _side(3 - row["sentiment"]) if row.get("sentiment") else None


def _agreeing_aspects(row: Row) -> SentimentLabel | None:
    """All aspects of the text have one polarity."""
    polarities = {aspect["polarity"] for aspect in row["label"]}
    return SentimentLabel(polarities.pop()) if len(polarities) == 1 and polarities <= set(POLARITIES) else None


def _named(row: Row) -> SentimentLabel | None:
    return SentimentLabel(row["label"])


def _signed(row: Row) -> SentimentLabel | None:
    return _side(row["label"])


def _side(value: float) -> SentimentLabel:
    if value == 0:
        return SentimentLabel.NEUTRAL
    return SentimentLabel.POSITIVE if value > 0 else SentimentLabel.NEGATIVE


TRAINING_FILES = (
    SentimentFile(
        name="nhs_patient_feedback_en",
        may_train=True,
        read=five_points,
        attribution="NHS England, CDU-data-science-team/pxtextmining, MIT",
    ),
    SentimentFile(name="tsa_reviews_en", may_train=True, read=_agreeing_aspects, attribution="IBM/yaso-tsa, Apache-2.0"),
    SentimentFile(name="app_review_features_en", may_train=True, read=_agreeing_aspects, attribution="jsdabrowski/IS-22, MIT"),
)

EVALUATION_FILES = (
    TRAINING_FILES[0],
    SentimentFile(name="airline_tweets_en", may_train=False, read=_named, attribution="evaluation only"),
    SentimentFile(name="tweet_sentiment_en", may_train=False, read=_named, attribution="evaluation only"),
    SentimentFile(name="jrte_hotel_sentiment_ja", may_train=False, read=_signed, attribution="evaluation only"),
)
"""What the scorecard is computed on: the files the project's targets name."""

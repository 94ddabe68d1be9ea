"""Evaluation: the scorecard. Each model on labelled rows it was not trained on, with intervals, beside the weightless baseline."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.labelled import EVALUATION_FILES, POLARITIES, SentimentFile
from models.lexicon_sentiment import LexiconSentiment
from voc.ports import Encoder, SentimentModel
from voc.quality import Interval, QualityScore
from voc.sentiment import Sentiment

RESAMPLES = 1_000
SEED = 20_261_122
BINS = 10
LEVELS = (2.5, 97.5)

Codes = NDArray[np.int64]


def evaluate(data_dir: Path, *, encoder: Encoder, sentiment: SentimentModel) -> list[QualityScore]:
    """Return the whole scorecard on the dev rows of a data folder; files that are not there are left out.

    Parameters
    ----------
    data_dir
        Folder with the labelled files.
    encoder, sentiment
        The models as they are used.
    """
    return sentiment_scores(data_dir, encoder=encoder, model=sentiment)


def sentiment_scores(data_dir: Path, *, encoder: Encoder, model: SentimentModel) -> list[QualityScore]:
    """Return the score of a sentiment model on each file of ``EVALUATION_FILES`` that is there."""
    return [_sentiment_score(file, data_dir, encoder, model) for file in EVALUATION_FILES if file.path(data_dir).is_file()]


def _sentiment_score(file: SentimentFile, data_dir: Path, encoder: Encoder, model: SentimentModel) -> QualityScore:
    rows = file.rows(data_dir, split="dev")
    texts, languages = [row.text for row in rows], [row.language for row in rows]
    vectors = encoder.encode(texts, languages)
    truth = np.array([POLARITIES.index(row.label) for row in rows], dtype=np.int64)
    baseline = LexiconSentiment()
    said, simple = model.sentiments(texts, languages, vectors), baseline.sentiments(texts, languages, vectors)
    guessed = _codes(said)
    confidence = np.array([sentiment.confidence for sentiment in said])
    return QualityScore(
        task="sentiment",
        data_set=file.name,
        language=languages[0],
        model=f"{model.name}/{model.version}",
        n=len(rows),
        macro_f1=macro_f1_interval(truth, guessed),
        calibration_error=expected_calibration_error(confidence, guessed == truth),
        abstained=round(float(np.mean([sentiment.abstained for sentiment in said])), 4),
        baseline=f"{baseline.name}/{baseline.version}",
        baseline_macro_f1=macro_f1_interval(truth, _codes(simple)),
    )


def macro_f1(truth: Codes, guessed: Codes, *, classes: int = len(POLARITIES)) -> float:
    """Return the mean over the classes that occur in ``truth`` of 2tp / (2tp + fp + fn)."""
    table = np.zeros((classes, classes), np.int64)
    np.add.at(table, (truth, guessed), 1)
    right, true, said = np.diag(table), table.sum(axis=1), table.sum(axis=0)
    occurs = true > 0
    return float(np.mean(2 * right[occurs] / (true + said)[occurs])) if occurs.any() else 0.0


def macro_f1_interval(truth: Codes, guessed: Codes) -> Interval:
    """Return macro-F1 with its 95 % percentile bootstrap interval over rows, seeded."""
    if not len(truth):
        return Interval(value=0.0, low=0.0, high=0.0)
    chance = np.random.default_rng(SEED)
    samples = (chance.integers(0, len(truth), len(truth)) for _ in range(RESAMPLES))
    low, high = np.percentile([macro_f1(truth[sample], guessed[sample]) for sample in samples], LEVELS)
    return Interval(value=round(macro_f1(truth, guessed), 4), low=round(float(low), 4), high=round(float(high), 4))


def expected_calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Return Σ over ten equal bins of (share of rows in the bin) · |accuracy − mean confidence| (Naeini et al. 2015)."""
    bins = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    parts = [(bins == b) for b in range(BINS)]
    return round(float(sum(part.mean() * abs(right[part].mean() - confidence[part].mean()) for part in parts if part.any())), 4)


def _codes(said: Sequence[Sentiment]) -> Codes:
    return np.array([POLARITIES.index(sentiment.label) for sentiment in said], dtype=np.int64)

"""The scorecard's figures, checked against values worked out by hand."""

import gzip
import json

import numpy as np
import pytest

from models.evaluation import evaluate, expected_calibration_error, macro_f1, macro_f1_interval
from models.labelled import TRAINING_FILES
from models.lexicon_sentiment import LexiconSentiment
from voc.sentiment import SentimentLabel

POSITIVE, NEGATIVE, NEUTRAL = SentimentLabel.POSITIVE, SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL


def test_macro_f1_by_hand():
    truth, guessed = np.array([0, 0, 1, 2]), np.array([0, 1, 1, 2])
    assert macro_f1(truth, guessed) == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)


def test_a_class_that_does_not_occur_is_not_counted():
    assert macro_f1(np.array([0, 0, 2]), np.array([0, 0, 2])) == 1.0


def test_the_interval_holds_the_value_and_is_the_same_each_time():
    truth = np.array([0, 1, 2] * 50)
    guessed = np.where(np.arange(150) % 4 == 0, 0, truth)
    interval = macro_f1_interval(truth, guessed)
    assert interval.low < interval.value < interval.high
    assert interval == macro_f1_interval(truth, guessed)
    assert macro_f1_interval(truth[:0], guessed[:0]).value == 0.0


def test_calibration_error_by_hand():
    confidence, right = np.array([0.95, 0.95, 0.55, 0.55]), np.array([True, True, True, False])
    assert expected_calibration_error(confidence, right) == pytest.approx(0.5 * 0.05 + 0.5 * 0.05)
    assert expected_calibration_error(np.ones(3), np.ones(3, bool)) == 0.0


class NoEncoder:
    name, version = "none", "1"

    def encode(self, sentences, languages):
        return np.zeros((len(sentences), 384), np.float32)

    def too_long(self, sentences):
        return [False] * len(sentences)


def test_the_scorecard_has_a_row_per_file_that_is_there(tmp_path):
    labelled = [("便利", 1), ("不便", -1)] * 20
    rows = [{"id": str(n), "text": text, "lang": "ja", "split": "dev", "label": label} for n, (text, label) in enumerate(labelled)]
    rows += [{"id": "x", "text": "便利", "lang": "ja", "split": "train", "label": -1}]
    with gzip.open(tmp_path / "jrte_hotel_sentiment_ja.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    (score,) = evaluate(tmp_path, encoder=NoEncoder(), sentiment=LexiconSentiment())
    assert (score.data_set, score.language, score.n) == ("jrte_hotel_sentiment_ja", "ja", 40)
    assert score.macro_f1.value == score.baseline_macro_f1.value == 1.0
    assert score.abstained == 0.0


def test_ratings_of_the_sources_become_polarities():
    nhs, reviews, _ = TRAINING_FILES
    assert [nhs.read({"sentiment": value}) for value in (1, 3, 5, None)] == [POSITIVE, NEUTRAL, NEGATIVE, None]
    agree, disagree = [{"polarity": "positive"}] * 2, [{"polarity": "positive"}, {"polarity": "negative"}]
    assert [reviews.read({"label": label}) for label in (agree, disagree, [])] == [POSITIVE, None, None]

"""The sentiment head: probabilities from plain NumPy, abstention, and who reads which sentence."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from models.artifacts import verify_manifest, write_manifest
from models.heads import LABELS, HeadSentiment, RoutedSentiment, SentimentHead, load_head, sentiment_features
from voc.feedback import Language
from voc.sentiment import Sentiment, SentimentLabel

DIMENSIONS = 384 + 6


def toy_head(*, strength=10.0, temperature=1.0, abstain_below=0.0):
    """The first entry of the vector says positive, the second negative."""
    weight = np.zeros((3, DIMENSIONS), np.float32)
    weight[2, 0] = weight[0, 1] = strength
    return SentimentHead(weight, np.zeros(3, np.float32), temperature, abstain_below)


def vectors(*rows):
    found = np.zeros((len(rows), 384), np.float32)
    for place, (positive, negative) in enumerate(rows):
        found[place, :2] = positive, negative
    return found


def read(head, texts, found):
    return HeadSentiment(head).sentiments(texts, [Language.EN] * len(texts), found)


def test_probabilities_add_up_to_one_and_follow_the_weights():
    p = toy_head().probabilities(sentiment_features(["a", "b"], vectors((1, 0), (0, 1))))
    assert p.sum(axis=1) == pytest.approx([1, 1])
    assert [LABELS[place] for place in p.argmax(axis=1)] == [SentimentLabel.POSITIVE, SentimentLabel.NEGATIVE]


def test_a_higher_temperature_makes_less_sure():
    features = sentiment_features(["a"], vectors((0.3, 0)))
    assert toy_head(temperature=2.0).probabilities(features).max() < toy_head().probabilities(features).max()


def test_huge_weights_do_not_overflow():
    assert np.isfinite(toy_head(strength=1e6).probabilities(sentiment_features(["a"], vectors((1, 0))))).all()


def test_the_score_is_positive_minus_negative_and_the_confidence_that_of_the_label():
    said = read(toy_head(), ["a report"], vectors((0.2, 0)))[0]
    p = toy_head().probabilities(sentiment_features(["a report"], vectors((0.2, 0))))[0]
    assert said.score == pytest.approx(p[2] - p[0])
    assert said.confidence == pytest.approx(p.max())


def test_below_the_threshold_the_head_abstains_and_still_gives_its_guess():
    unsure, sure = read(toy_head(abstain_below=0.6), ["a report", "a report"], vectors((0.05, 0), (1, 0)))
    assert unsure.abstained
    assert not sure.abstained
    assert unsure.label is SentimentLabel.POSITIVE


def test_a_formula_is_neutral_whatever_its_vector_and_weighs_little():
    said = read(toy_head(), ["Kind regards"], vectors((1, 0)))[0]
    assert said.label is SentimentLabel.NEUTRAL
    assert said.confidence < 0.1


def test_no_sentences_no_sentiments():
    assert read(toy_head(), [], np.zeros((0, 384), np.float32)) == []


class Fixed:
    name, version = "fixed", "1"

    def __init__(self, label):
        self.label = label
        self.asked = []

    def sentiments(self, sentences, languages, found):
        self.asked += zip(sentences, found[:, 0].tolist(), strict=True)
        return [Sentiment(label=self.label, score=0.0, confidence=1.0) for _ in sentences]


def test_english_goes_to_the_head_and_everything_else_to_the_lexicon_in_order():
    """Why: the head may only see vectors of the encoder it was trained on, so the rule is the encoder's own."""
    head, lexicon = Fixed(SentimentLabel.POSITIVE), Fixed(SentimentLabel.NEGATIVE)
    texts = ["good", "良い", "mixed but Latin", "mixed と日本語", "bueno"]
    languages = [Language.EN, Language.JA, Language.MIXED, Language.MIXED, Language.OTHER]
    said = RoutedSentiment(english=head, other=lexicon).sentiments(texts, languages, vectors(*((n, 0) for n in range(5))))
    assert [s.label is SentimentLabel.POSITIVE for s in said] == [True, False, True, False, False]
    assert head.asked == [("good", 0.0), ("mixed but Latin", 2.0)]


def test_a_head_is_read_back_from_its_folder(tmp_path):
    head = toy_head(temperature=0.5, abstain_below=0.4)
    save_file({"sentiment.weight": head.weight, "sentiment.bias": head.bias}, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text('{"temperature": 0.5, "abstain_below": 0.4}', encoding="utf-8")
    write_manifest(tmp_path, name="toy", version="1")
    read_back = load_head(verify_manifest(tmp_path))
    assert (read_back.temperature, read_back.abstain_below) == (0.5, 0.4)
    np.testing.assert_array_equal(read_back.weight, head.weight)


def test_the_shipped_head_tells_praise_from_blame_by_its_words_alone():
    """The vectors are empty here: what is left are the lexicon features."""
    texts = ["Excellent, lovely staff.", "Terrible and rude."]
    good, bad = HeadSentiment().sentiments(texts, [Language.EN] * 2, np.zeros((2, 384), np.float32))
    assert good.score > 0 > bad.score

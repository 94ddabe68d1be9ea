"""The heads: probabilities from plain NumPy, abstention, and what is told by rule before any head."""

import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import save_file

from models.heads import INPUT_PARTS, INTENTS, LABELS, Head, HeadCues, HeadSentiment, head_inputs, in_tune, read_heads, stated
from voc.enrichment import Intent, Urgency
from voc.ports import Encoded
from voc.sentiment import NEUTRAL, Sentiment, SentimentLabel

DIMENSIONS = sum(INPUT_PARTS)
AT = 384
"""Where the vector's entries begin among the inputs; the features are empty here."""


def toy_head(*, strength=10.0, temperature=1.0, abstain_below=0.0):
    """The first entry of the vector says positive, the second negative."""
    weight = np.zeros((3, DIMENSIONS), np.float32)
    weight[2, AT] = weight[0, AT + 1] = strength
    return Head(weight, np.zeros(3, np.float32), temperature=temperature, abstain_below=abstain_below)


def encoded(*rows):
    found = np.zeros((len(rows), 384), np.float32)
    for place, row in enumerate(rows):
        found[place, : len(row)] = row
    return Encoded(found, np.zeros_like(found), (False,) * len(rows))


def read(head, texts, found):
    """The third entry of the vector says mixed."""
    mixed = np.zeros((1, DIMENSIONS), np.float32)
    mixed[0, AT + 2] = 10
    heads = {"sentiment": head, "mixed": Head(mixed, np.array([-5.0], np.float32), multi=True)}
    return HeadSentiment(heads).sentiments(texts, found)


def test_probabilities_add_up_to_one_and_follow_the_weights():
    p = toy_head().probabilities(head_inputs(["a", "b"], encoded((1, 0), (0, 1))))
    assert p.sum(axis=1) == pytest.approx([1, 1])
    assert [LABELS[place] for place in p.argmax(axis=1)] == [SentimentLabel.POSITIVE, SentimentLabel.NEGATIVE]


def test_a_higher_temperature_makes_less_sure():
    features = head_inputs(["a"], encoded((0.3, 0)))
    assert toy_head(temperature=2.0).probabilities(features).max() < toy_head().probabilities(features).max()


def test_huge_weights_do_not_overflow():
    assert np.isfinite(toy_head(strength=1e6).probabilities(head_inputs(["a"], encoded((1, 0))))).all()


def test_the_score_is_positive_minus_negative_and_the_confidence_that_of_the_label():
    said = read(toy_head(), ["a report"], encoded((0.2, 0)))[0]
    p = toy_head().probabilities(head_inputs(["a report"], encoded((0.2, 0))))[0]
    assert said.score == pytest.approx(p[2] - p[0])
    assert said.confidence == pytest.approx(p.max())


def test_below_the_threshold_the_head_abstains_and_still_gives_its_guess():
    unsure, sure = read(toy_head(abstain_below=0.6), ["a report", "a report"], encoded((0.05, 0), (1, 0)))
    assert unsure.abstained
    assert not sure.abstained
    assert unsure.label is SentimentLabel.POSITIVE


def test_a_sentence_of_two_feelings_is_mixed_and_counts():
    mixed, clear = read(toy_head(abstain_below=0.6), ["a report"] * 2, encoded((0.05, 0.05, 1), (0.5, 0.3, 0)))
    assert (mixed.label, mixed.score, mixed.abstained) == (SentimentLabel.MIXED, 0.0, False)
    assert clear.label is SentimentLabel.POSITIVE


def test_a_formula_is_neutral_whatever_its_vector_and_weighs_little():
    said = read(toy_head(), ["Kind regards"], encoded((1, 0)))[0]
    assert said.label is SentimentLabel.NEUTRAL
    assert said.confidence < 0.1


def test_no_sentences_no_sentiments():
    assert read(toy_head(), [], encoded()) == []


CUES = {
    "intent": {"complaint": 0, "request": 1, "question": 2, "praise": 3, "comment": 4, "no_signal": 5},
}


def cue_heads():
    """Entry 1 of the vector says question and now, entry 0 says praise; churn follows entry 1, abuse nothing."""
    intent, urgency = np.zeros((6, DIMENSIONS), np.float32), np.zeros((3, DIMENSIONS), np.float32)
    intent[CUES["intent"]["praise"], AT] = intent[CUES["intent"]["question"], AT + 1] = 5
    urgency[2, AT + 1], urgency[0, AT] = 5, 5
    churn, abuse = np.zeros((1, DIMENSIONS), np.float32), np.zeros((1, DIMENSIONS), np.float32)
    churn[0, AT + 1] = 5
    return {
        "intent": Head(intent, np.zeros(6, np.float32)),
        "urgency": Head(urgency, np.zeros(3, np.float32)),
        "churn": Head(churn, np.array([-2.0], np.float32), multi=True),
        "abuse": Head(abuse, np.array([-9.0], np.float32), multi=True),
    }


def test_every_cue_is_read_by_its_own_head():
    texts = ["a report", "a report", "Kind regards"]
    praise, question, formula = HeadCues(cue_heads()).cues(texts, [NEUTRAL] * 3, encoded((1, 0), (0, 1), (0, 1)))
    assert (praise.intent, praise.urgency, praise.churn < 0.5) == (Intent.PRAISE, Urgency.NONE, True)
    assert (question.intent, question.urgency, question.churn > 0.5) == (Intent.QUESTION, Urgency.NOW, True)
    assert formula.intent is Intent.NO_SIGNAL
    assert formula.churn == formula.abusive == 0


def test_a_mixed_mood_makes_neither_praise_nor_a_complaint_likelier():
    """Why: "Great product, terrible support." was mixed and praise, because its score leaned that way."""
    chances = np.full((3, 6), 1 / 6)
    moods = [Sentiment(label=label, score=0.6, confidence=0.7) for label in (SentimentLabel.MIXED, SentimentLabel.POSITIVE)]
    mixed, pleased, calm = in_tune(chances, [*moods, NEUTRAL])
    assert mixed == pytest.approx(calm)
    assert pleased[INTENTS.index(Intent.PRAISE)] > mixed[INTENTS.index(Intent.PRAISE)]
    assert pleased[INTENTS.index(Intent.COMPLAINT)] < mixed[INTENTS.index(Intent.COMPLAINT)]


def test_a_mood_called_mixed_that_leans_clearly_is_heard_by_its_side():
    """Why: 「担当の方がとても親切で助かりました。」 is called mixed with a score of 0.95, and is praise."""
    moods = [Sentiment(label=label, score=0.95, confidence=0.95) for label in (SentimentLabel.MIXED, SentimentLabel.POSITIVE)]
    mixed, pleased = in_tune(np.full((2, 6), 1 / 6), moods)
    assert mixed == pytest.approx(pleased)


def test_the_intent_given_is_the_likeliest_one_and_the_chances_add_up_to_one():
    heads = cue_heads()
    one, formula = HeadCues(heads).cues(["a report", "Kind regards"], [NEUTRAL] * 2, encoded((0, 0.3), (0, 1)))
    assert INTENTS[int(np.argmax(one.intent_chances))] is one.intent
    assert sum(one.intent_chances) == pytest.approx(1, abs=1e-3)
    assert one.urgency_chances == pytest.approx(heads["urgency"].probabilities(head_inputs(["a report"], encoded((0, 0.3))))[0], abs=1e-4)
    assert (formula.intent_chances[INTENTS.index(Intent.NO_SIGNAL)], formula.urgency_chances) == (1, (1, 0, 0))


def test_the_temperature_of_what_is_stated_changes_how_sure_the_intent_is_and_not_which():
    heads = cue_heads()
    softer = heads | {"intent": replace(heads["intent"], stated_temperature=2.0)}
    before, after = (HeadCues(some).cues(["a report"], [NEUTRAL], encoded((0.1, 0.3)))[0] for some in (heads, softer))
    assert after.intent is before.intent
    assert max(after.intent_chances) < max(before.intent_chances)


def test_softened_chances_by_hand():
    assert stated(np.array([[0.8, 0.2]]), 2.0)[0] == pytest.approx([2 / 3, 1 / 3])


def test_a_question_of_its_own_need_not_exclude_the_others():
    head = Head(np.zeros((2, DIMENSIONS), np.float32), np.array([4.0, 4.0], np.float32), multi=True)
    assert (head.probabilities(head_inputs(["a"], encoded((0, 0)))) > 0.9).all()


def test_heads_are_read_back_from_their_folder(tmp_path):
    head = toy_head(temperature=0.5, abstain_below=0.4)
    save_file({"sentiment.weight": head.weight.astype(np.float16), "sentiment.bias": head.bias}, tmp_path / "heads.safetensors")
    said = {"heads": {"sentiment": {"multi": False, "temperature": 0.5, "abstain_below": 0.4, "stated_temperature": 1.2}}}
    (tmp_path / "heads.json").write_text(json.dumps(said), encoding="utf-8")
    read_back = read_heads(tmp_path)["sentiment"]
    assert (read_back.temperature, read_back.abstain_below, read_back.stated_temperature, read_back.multi) == (0.5, 0.4, 1.2, False)
    np.testing.assert_array_equal(read_back.weight, head.weight)

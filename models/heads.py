"""Heads: small trained layers on what one pass of the encoder gives: sentiment, mixed, intent, urgency, churn cue, abusive conduct.

Each head is multinomial or binary logistic over the same inputs (the pass's features and vectors, and what the word lists know), its
probabilities made honest by one temperature (Guo et al. 2017), those of intents by another once the mood was heard; below
``abstain_below`` it abstains. Invariants: only NumPy at inference;
the weights are read from the checked artefact; an answer without a signal (特になし, n/a, a formula) is told by rule before any head.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from models.artifacts import ENCODER_VERSION, find_encoder
from models.cues import LexiconCues, is_no_signal
from models.few_shot import FewShotHeads, Learned
from models.lexicon_sentiment import lexicon_features
from voc.enrichment import Intent, Urgency
from voc.ports import CueModel, Cues, Encoded, SentimentModel
from voc.sentiment import Sentiment, SentimentLabel

LABELS = (SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL, SentimentLabel.POSITIVE)
"""Order of the sentiment head's outputs."""
INTENTS = tuple(Intent)
URGENCIES = tuple(Urgency)
MIXED_FROM = 0.5
"""From this chance on a sentence, or a passage, holds two feelings; 0.4 gains 0.01 to 0.03 on dev and calls more of what is only conceded
mixed (LOG.md)."""
CLEARLY = 0.8
"""From this score on a mood called mixed is heard by its side all the same; 0.7 to 0.9 differ by nothing on dev."""
NOTHING_SAID = Sentiment(label=SentimentLabel.NEUTRAL, score=0.0, confidence=0.05)
"""A formula or an empty answer: neutral, and so light that it does not weigh on the sentences beside it."""
NOTHING_WANTED = Cues(
    Intent.NO_SIGNAL,
    Urgency.NONE,
    churn=0.0,
    abusive=0.0,
    intent_chances=tuple(float(intent is Intent.NO_SIGNAL) for intent in INTENTS),
    urgency_chances=tuple(float(urgency is Urgency.NONE) for urgency in URGENCIES),
)
CUE_RULES = 2
"""Counts the ways intents and urgencies were read from the same weights; a new one makes what was read before wait to be read again."""
SURELY_NOT_URGENT = 0.99
"""Above it urgent words are not heard. On dev, hearing them below it gave 0.785 macro-F1 instead of 0.782; at 0.95 it was 0.799, but
「急ぎ対応をお願いします」 was missed."""
INPUT_PARTS = (384, 384, 6, 4)
"""Of the heads' inputs: features, vector, what the polarity lists find, what the cue patterns find."""
AS_IT_IS = (1.0, 0.0)
"""Slope and offset that state a score as it is."""
WEIGHTS_FILE, CONFIG_FILE = "heads.safetensors", "heads.json"

Inputs = NDArray[np.float32]

_INPUTS: WeakKeyDictionary[Encoded, tuple[Sequence[str], Inputs]] = WeakKeyDictionary()
"""What the heads look at, as long as the pass it belongs to: several heads read the same pass."""


@dataclass(frozen=True)
class Head:
    """Weights [classes, d], bias [classes], temperature, and the probability below which it abstains.

    ``multi``: each class is a question of its own, answered yes or no; else exactly one class holds. ``stated_temperature``: of the
    intents' chances once the mood was heard (``stated``).
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    multi: bool = False
    temperature: float = 1.0
    abstain_below: float = 0.0
    stated_temperature: float = 1.0

    def probabilities(self, inputs: Inputs) -> NDArray[np.float64]:
        """Return the probability of each class, shape [n, classes]."""
        logits = (inputs.astype(np.float64) @ self.weight.T.astype(np.float64) + self.bias) / self.temperature
        if self.multi:
            return np.asarray(1 / (1 + np.exp(-logits)))
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))


@cache
def shipped_heads() -> Mapping[str, Head]:
    """Return the heads of the artefact, read at the first use.

    Raises
    ------
    ModelRejectedError
        If the artefact is missing or not the expected one.
    """
    return read_heads(find_encoder().folder)


@dataclass(frozen=True)
class ShippedTags:
    """What tells the shipped tags, and the least score, keywords counted in, of a tag that is given.

    ``known``: what the heads learnt from, so that more can be learnt on top; None where nothing is. ``stated``: slope and offset that
    turn the log-odds of a score into those of the tag being right on matters that are new to the heads.
    """

    heads: FewShotHeads
    least_score: float
    known: Learned | None = None
    stated: tuple[float, float] = AS_IT_IS


@cache
def shipped_tags() -> ShippedTags:
    """Return what the artefact holds for the shipped taxonomy; raises as ``shipped_heads``."""
    return read_tags(find_encoder().folder)


class HeadSentiment(SentimentModel):
    """The heads for the side and for mixed feelings, for every language of the encoder."""

    name = "voc-sentiment-head"

    version = ENCODER_VERSION

    def __init__(self, heads: Mapping[str, Head] | None = None) -> None:
        self._given = heads

    def sentiments(self, sentences: Sequence[str], encoded: Encoded) -> list[Sentiment]:
        """Return one sentiment per sentence; the score is p(positive) − p(negative)."""
        if not sentences:
            return []
        heads, inputs = self._given or shipped_heads(), head_inputs(sentences, encoded)
        rows = heads["sentiment"].probabilities(inputs).tolist()
        mixed = heads["mixed"].probabilities(inputs)[:, 0] >= MIXED_FROM
        return [
            NOTHING_SAID if is_no_signal(sentence) else _sentiment(row, heads["sentiment"].abstain_below, mixed=both)
            for sentence, row, both in zip(sentences, rows, mixed.tolist(), strict=True)
        ]


class HeadCues(CueModel):
    """The heads for intent, urgency, churn cue and abusive conduct."""

    name = "voc-cue-heads"

    version = f"{ENCODER_VERSION}.{CUE_RULES}"

    def __init__(self, heads: Mapping[str, Head] | None = None) -> None:
        self._given = heads

    def cues(self, sentences: Sequence[str], sentiments: Sequence[Sentiment], encoded: Encoded) -> list[Cues]:
        """Return the cues of each sentence."""
        if not sentences:
            return []
        heads, inputs = self._given or shipped_heads(), head_inputs(sentences, encoded)
        wants = in_tune(heads["intent"].probabilities(inputs), sentiments)
        haste = heads["urgency"].probabilities(inputs)
        intents, urgencies = wants.argmax(axis=1).tolist(), _urgencies(haste, inputs)
        churn = heads["churn"].probabilities(inputs)[:, 0].round(4).tolist()
        abusive = heads["abuse"].probabilities(inputs)[:, 0].round(4).tolist()
        chances = zip(stated(wants, heads["intent"].stated_temperature).round(4).tolist(), haste.round(4).tolist(), strict=True)
        return [
            NOTHING_WANTED
            if is_no_signal(sentence)
            else Cues(INTENTS[intent], URGENCIES[urgency], leaving, abuse, tuple(wanted), tuple(hasty))
            for sentence, intent, urgency, leaving, abuse, (wanted, hasty) in zip(
                sentences, intents, urgencies, churn, abusive, chances, strict=True
            )
        ]

    def says_nothing(self, sentence: str) -> bool:
        """Return whether a rule tells that a sentence says nothing."""
        return is_no_signal(sentence)


def in_tune(chances: NDArray[np.float64], sentiments: Sequence[Sentiment]) -> NDArray[np.float64]:
    """Return the chances of each intent, a complaint's times (1 − score)², praise's times (1 + score)²: who is pleased hardly complains.

    On dev 0.726 macro-F1 instead of 0.710. A mixed mood favours neither unless its score leans clearly to one side: "Great product,
    terrible support." is a complaint, though 0.58 pleased (LOG.md has what was measured).
    """
    scores = np.array([sentiment.score if _leans(sentiment) else 0.0 for sentiment in sentiments])
    found = chances.copy()
    found[:, INTENTS.index(Intent.COMPLAINT)] *= (1 - scores) ** 2
    found[:, INTENTS.index(Intent.PRAISE)] *= (1 + scores) ** 2
    return found


def _leans(sentiment: Sentiment) -> bool:
    return sentiment.label is not SentimentLabel.MIXED or abs(sentiment.score) >= CLEARLY


def stated(chances: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Return chances as they are stated: softened by a temperature, each row adding up to 1; what is likeliest stays so."""
    softened = chances ** (1 / temperature)
    return np.asarray(softened / softened.sum(axis=1, keepdims=True))


def _urgencies(chances: NDArray[np.float64], inputs: Inputs) -> list[int]:
    """Return the place of each sentence's urgency: the head's, or that of the urgent words in it where the head is not sure of none."""
    now, soon = inputs[:, -2] > 0, inputs[:, -1] > 0
    words = np.where(now, URGENCIES.index(Urgency.NOW), np.where(soon, URGENCIES.index(Urgency.SOON), 0))
    heard = chances[:, 0] < SURELY_NOT_URGENT
    best = chances.argmax(axis=1)
    return [int(place) for place in np.where(heard, np.maximum(words, best), best)]


def head_inputs(sentences: Sequence[str], encoded: Encoded) -> Inputs:
    """Return what the heads look at, shape [n, sum(INPUT_PARTS)]; found once for a pass and its sentences."""
    if encoded not in _INPUTS or list(_INPUTS[encoded][0]) != list(sentences):
        parts = [encoded.features, encoded.vectors, lexicon_features(sentences), cue_features(sentences)]
        _INPUTS[encoded] = (sentences, np.hstack(parts).astype(np.float32))
    return _INPUTS[encoded][1]


def cue_features(sentences: Sequence[str]) -> NDArray[np.float32]:
    """Return what the cue patterns find in each sentence, shape [n, 4]: leaving, abuse, urgent now, urgent soon, each 0…1."""
    found = [_patterns().evidence(sentence) for sentence in sentences]
    rows = [(churn, abusive, urgency is Urgency.NOW, urgency is Urgency.SOON) for churn, abusive, urgency in found]
    return np.array(rows, dtype=np.float32).reshape(len(sentences), INPUT_PARTS[3])


@cache
def _patterns() -> LexiconCues:
    return LexiconCues()


def read_heads(folder: Path) -> dict[str, Head]:
    """Read all heads of a checked folder."""
    from safetensors.numpy import load_file

    config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    weights = load_file(folder / WEIGHTS_FILE)
    return {
        name: Head(
            weight=weights[f"{name}.weight"].astype(np.float32),
            bias=weights[f"{name}.bias"].astype(np.float32),
            multi=bool(said["multi"]),
            temperature=float(said["temperature"]),
            abstain_below=float(said["abstain_below"]),
            stated_temperature=float(said["stated_temperature"]),
        )
        for name, said in config["heads"].items()
    }


def read_tags(folder: Path) -> ShippedTags:
    """Read what tells the shipped tags from a checked folder."""
    from safetensors.numpy import load_file

    config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))["tags"]
    weights = {name.removeprefix("tags."): values for name, values in load_file(folder / WEIGHTS_FILE).items() if name.startswith("tags.")}
    heads = FewShotHeads.from_weights(weights, config)
    known = Learned(heads, quality=(), targets=weights["targets"].astype(np.float64), ridge=float(config["ridge"]))
    return ShippedTags(heads, float(config["least_score"]), known, (float(config["stated_slope"]), float(config["stated_offset"])))


def _sentiment(probabilities: Sequence[float], abstain_below: float, *, mixed: bool) -> Sentiment:
    negative, _, positive = probabilities
    confidence = max(probabilities)
    return Sentiment(
        label=SentimentLabel.MIXED if mixed else LABELS[probabilities.index(confidence)],
        score=min(1.0, max(-1.0, positive - negative)),
        confidence=min(1.0, confidence),
        abstained=confidence < abstain_below and not mixed,
    )

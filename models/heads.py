"""Heads: small trained layers on top of the encoder's vectors; for now the sentiment of English sentences.

A multinomial logistic layer over the vector and a few lexicon features gives three probabilities, made honest by one temperature (Guo et
al. 2017); below ``abstain_below`` the model abstains. Invariants: only NumPy at inference; the weights are read from a checked folder,
and are the very ones whose hash stands in this program; the head sees only vectors of the encoder it was trained on.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.artifacts import HEADS_VERSION, Artifact, find_heads
from models.cues import is_no_signal
from models.encoder import is_english
from models.lexicon_sentiment import LexiconSentiment, lexicon_features
from voc.feedback import Language
from voc.ports import SentimentModel, Vectors
from voc.sentiment import Sentiment, SentimentLabel

LABELS = (SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL, SentimentLabel.POSITIVE)
"""Order of the head's outputs."""
LEXICON_SCALE = 4.0
"""How much larger the lexicon features are than the vector's entries; with one penalty for all weights it says which to trust first."""
NOTHING_SAID = Sentiment(label=SentimentLabel.NEUTRAL, score=0.0, confidence=0.05)
"""A formula or an empty answer: neutral, and so light that it does not weigh on the sentences beside it."""


@dataclass(frozen=True)
class SentimentHead:
    """Weights [3, d + f], bias [3], temperature, and the probability below which it abstains."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: float
    abstain_below: float

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the probability of each label, shape [n, 3], in the order of ``LABELS``."""
        logits = (features.astype(np.float64) @ self.weight.T.astype(np.float64) + self.bias) / self.temperature
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))


class HeadSentiment(SentimentModel):
    """The trained head for English sentences; the weights load at the first use.

    Raises ModelRejectedError at that moment if the weights are missing or not the expected ones.
    """

    name = "voc-sentiment-head"

    def __init__(self, head: SentimentHead | None = None, *, version: str = HEADS_VERSION) -> None:
        self.version = version
        self._given = head

    @cached_property
    def _head(self) -> SentimentHead:
        return self._given or load_head(find_heads())

    def sentiments(self, sentences: Sequence[str], languages: Sequence[Language], vectors: Vectors) -> list[Sentiment]:  # noqa: ARG002  # one language
        """Return one sentiment per sentence; the score is p(positive) − p(negative)."""
        if not sentences:
            return []
        probabilities = self._head.probabilities(sentiment_features(sentences, vectors))
        return [
            NOTHING_SAID if is_no_signal(sentence) else _sentiment(row, self._head.abstain_below)
            for sentence, row in zip(sentences, probabilities.tolist(), strict=True)
        ]


class RoutedSentiment(SentimentModel):
    """The trained head where the encoder for English was used, the lexicon everywhere else."""

    def __init__(self, *, english: SentimentModel | None = None, other: SentimentModel | None = None) -> None:
        self._english, self._other = english or HeadSentiment(), other or LexiconSentiment()
        self.name = f"{self._english.name}+{self._other.name}"
        self.version = f"{self._english.version}+{self._other.version}"

    def sentiments(self, sentences: Sequence[str], languages: Sequence[Language], vectors: Vectors) -> list[Sentiment]:
        """Return one sentiment per sentence."""
        english = np.array([is_english(s, language) for s, language in zip(sentences, languages, strict=True)], dtype=bool)
        found: dict[int, Sentiment] = {}
        for model, chosen in ((self._english, english), (self._other, ~english)):
            places = np.flatnonzero(chosen).tolist()
            said = model.sentiments([sentences[i] for i in places], [languages[i] for i in places], vectors[places])
            found.update(zip(places, said, strict=True))
        return [found[place] for place in range(len(sentences))]


def sentiment_features(sentences: Sequence[str], vectors: Vectors) -> NDArray[np.float32]:
    """Return what the head looks at, shape [n, 384 + 6]: the vector and the lexicon's features, scaled."""
    return np.hstack([np.asarray(vectors, np.float32), LEXICON_SCALE * lexicon_features(sentences)]).astype(np.float32)


def load_head(artifact: Artifact) -> SentimentHead:
    """Read the head from its checked folder."""
    from safetensors.numpy import load_file

    config = json.loads((artifact.folder / "config.json").read_text(encoding="utf-8"))
    weights = load_file(artifact.folder / "model.safetensors")
    return SentimentHead(
        weight=weights["sentiment.weight"],
        bias=weights["sentiment.bias"],
        temperature=float(config["temperature"]),
        abstain_below=float(config["abstain_below"]),
    )


def _sentiment(probabilities: Sequence[float], abstain_below: float) -> Sentiment:
    negative, _, positive = probabilities
    confidence = max(probabilities)
    return Sentiment(
        label=LABELS[probabilities.index(confidence)],
        score=min(1.0, max(-1.0, positive - negative)),
        confidence=min(1.0, confidence),
        abstained=confidence < abstain_below,
    )

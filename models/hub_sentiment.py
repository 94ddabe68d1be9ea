"""Hub sentiment: polarity of a sentence by a sequence classifier the user chose, its labels understood by their names.

Labels may be negative/neutral/positive, negative/positive only, or stars 1…5; what cannot be told from its name refuses the model.
Score = Σ p(label) · polarity(label). Where a model knows no neutral, |score| < 0.2 is called neutral. The probabilities are the model's
own: they are not calibrated on customer comments, so below ``ABSTAIN_BELOW`` it abstains.
"""

import re
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from models.cues import is_no_signal
from models.foreign_code import rejected
from models.hub import SequenceClassifier, pin_of
from voc.model_source import ModelSource
from voc.ports import Encoded, SentimentModel
from voc.sentiment import Sentiment, SentimentLabel, label_of

ABSTAIN_BELOW = {True: 0.5, False: 0.6}
"""Least probability of the side that wins; key: whether the model knows neutral."""
NOTHING_SAID = Sentiment(label=SentimentLabel.NEUTRAL, score=0.0, confidence=0.05)
STARS = re.compile(r"([1-5])\s*(?:stars?|★|つ星)?")
NAMES: tuple[tuple[float, re.Pattern[str]], ...] = (
    (-1.0, re.compile(r"neg|ネガティブ|否定|不満")),
    (1.0, re.compile(r"pos|ポジティブ|肯定|満足")),
    (0.0, re.compile(r"neu|ニュートラル|中立")),
)
"""Polarity by what a label's name contains; tried in this order."""
LAST_STAR, MIDDLE_STAR, HALF_RANGE = 5, 3, 2


class HubSentiment(SentimentModel):
    """A transformers sequence classifier (XLM-R and the like); the weights load at the first use."""

    def __init__(self, source: ModelSource, *, allow_download: bool = False) -> None:
        self.name, self.version = source.name, pin_of(source)
        self._classifier = SequenceClassifier(source, allow_download=allow_download)

    def sentiments(self, sentences: Sequence[str], encoded: Encoded) -> list[Sentiment]:  # noqa: ARG002  # reads the words itself
        """Return one sentiment per sentence; equal sentences are read once."""
        polarities = self._polarities  # a model that cannot be understood is refused also where there is nothing to read
        unique = sorted({sentence for sentence in sentences if not is_no_signal(sentence)})
        found = self._classifier.probabilities(unique).tolist() if unique else []
        known = {sentence: _sentiment(row, polarities) for sentence, row in zip(unique, found, strict=True)}
        return [known.get(sentence, NOTHING_SAID) for sentence in sentences]

    @cached_property
    def _polarities(self) -> tuple[float, ...]:
        found = polarities_of(self._classifier.labels())
        if found is None:
            raise rejected(self.name, "config.json", "id2label does not name a negative and a positive label")
        return found


def polarities_of(labels: Sequence[str]) -> tuple[float, ...] | None:
    """Return the polarity −1…1 of each label by its name; None where one is not understood or a side is missing."""
    names = [label.strip().lower() for label in labels]
    stars = [STARS.fullmatch(name) for name in names]
    if len(names) == LAST_STAR and all(stars):
        return tuple((int(star.group(1)) - MIDDLE_STAR) / HALF_RANGE for star in stars if star is not None)
    found = [next((polarity for polarity, pattern in NAMES if pattern.search(name)), None) for name in names]
    known = tuple(polarity for polarity in found if polarity is not None)
    return known if len(known) == len(names) and {-1.0, 1.0} <= set(known) else None


def _sentiment(row: Sequence[float], polarities: Sequence[float]) -> Sentiment:
    score = float(np.clip(sum(p * polarity for p, polarity in zip(row, polarities, strict=True)), -1, 1))
    sides = {
        SentimentLabel.NEGATIVE: sum(p for p, polarity in zip(row, polarities, strict=True) if polarity < 0),
        SentimentLabel.NEUTRAL: sum(p for p, polarity in zip(row, polarities, strict=True) if polarity == 0),
        SentimentLabel.POSITIVE: sum(p for p, polarity in zip(row, polarities, strict=True) if polarity > 0),
    }
    knows_neutral = 0.0 in polarities
    best = max(sides, key=lambda side: sides[side])
    return Sentiment(
        label=best if knows_neutral else label_of(score),
        score=score,
        confidence=min(1.0, sides[best]),
        abstained=sides[best] < ABSTAIN_BELOW[knows_neutral],
    )

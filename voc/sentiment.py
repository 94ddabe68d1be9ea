"""Sentiment: polarity of a sentence or a comment, and how sentences combine into a comment's.

Rule of combination, tested in ``tests/unit/voc/test_sentiment.py``: sentences count by their length and confidence; where both
a clearly negative and a clearly positive sentence stand in one comment, or one sentence that is mixed, the label is ``mixed``; a comment
without sentences is neutral.
"""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import Field

from voc.values import Value

CLEAR = 0.7
"""From which polarity on a sentence has a side that another sentence can speak against; with 0.25 two of three such comments were not
mixed (models/training/LOG.md)."""
LABEL_FROM = 0.2
COMBINED_FROM = 0.1
"""From which weighted mean on a comment of several sentences has a side: neutral sentences pull the mean towards 0."""


class SentimentLabel(StrEnum):
    """The named polarity; ``mixed`` where two feelings stand in one sentence, or sentences disagree."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"
    MIXED = "mixed"


class Sentiment(Value):
    """Polarity −1…1, its label, and the confidence in the label, 0…1.

    ``abstained`` says the model was too unsure to be counted; the label is then its best guess only.
    """

    label: SentimentLabel
    score: float = Field(ge=-1, le=1)
    confidence: float = Field(ge=0, le=1)
    abstained: bool = False


NEUTRAL = Sentiment(label=SentimentLabel.NEUTRAL, score=0.0, confidence=1.0)


def combine(sentences: Sequence[Sentiment], weights: Sequence[float]) -> Sentiment:
    """Return the comment's sentiment from its sentences'.

    Parameters
    ----------
    sentences
        Sentiment of each sentence, in order.
    weights
        Positive weight of each sentence, usually its length in characters.
    """
    if not sentences:
        return NEUTRAL
    masses = [w * max(s.confidence, 0.05) for s, w in zip(sentences, weights, strict=True)]
    total = sum(masses) or 1.0
    score = sum(m * s.score for m, s in zip(masses, sentences, strict=True)) / total
    confidence = sum(m * s.confidence for m, s in zip(masses, sentences, strict=True)) / total
    if disagree(sentences) or any(s.label is SentimentLabel.MIXED and not s.abstained for s in sentences):
        label = SentimentLabel.MIXED
    elif len(sentences) == 1:
        label = sentences[0].label
    else:
        label = label_of(score, side_from=COMBINED_FROM)
    return Sentiment(label=label, score=score, confidence=confidence, abstained=all(s.abstained for s in sentences))


def disagree(sentences: Sequence[Sentiment]) -> bool:
    """Return whether one sentence is clearly negative and one clearly positive; unsure ones do not count."""
    clear = [s for s in sentences if not s.abstained]
    return any(s.score <= -CLEAR for s in clear) and any(s.score >= CLEAR for s in clear)


def label_of(score: float, *, side_from: float = LABEL_FROM) -> SentimentLabel:
    """Return the label of a polarity: from ±``side_from`` on it has a side, within it is neutral."""
    if score <= -side_from:
        return SentimentLabel.NEGATIVE
    return SentimentLabel.POSITIVE if score >= side_from else SentimentLabel.NEUTRAL

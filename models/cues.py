"""Lexicon cues: intent, urgency, leaving and abusive conduct from word patterns, without training; Japanese and English.

Leaving and abuse are probabilities: each level of evidence that is met counts once, and levels combine as independent evidence
(1 − ∏(1 − wᵢ)). Anger at a product is not abuse: only threats, insults to people and excessive demands count.
"""

import re
from collections.abc import Mapping, Sequence

from models import cue_patterns as patterns
from models.japanese import has_japanese, plain
from voc import no_signal
from voc.enrichment import Intent, Urgency
from voc.ports import CueModel, Cues, Encoded
from voc.sentiment import Sentiment

CLEARLY_NEGATIVE = -0.6
COMPLAINT_FROM = -0.2
PRAISE_FROM = 0.25
CERTAINLY_NOT = 0.15
"""What is left of a leaving cue that the sentence itself takes back."""
FORMULA_CHARS = 60
NOT_WORDS = re.compile(r"[^\w?]+")

Weighted = tuple[tuple[float, re.Pattern[str]], ...]


class LexiconCues(CueModel):
    """Patterns for what a customer wants, how soon, whether they may leave, and whether they abuse staff."""

    name = "lexicon-cues"
    version = "1"

    def __init__(self) -> None:
        self._churn = {True: _compiled(patterns.CHURN_JA), False: _compiled(patterns.CHURN_EN)}
        self._abuse = {True: _compiled(patterns.ABUSE_JA), False: _compiled(patterns.ABUSE_EN)}

    def cues(self, sentences: Sequence[str], sentiments: Sequence[Sentiment], encoded: Encoded) -> list[Cues]:  # noqa: ARG002  # words only
        """Return the cues of each sentence; a clearly negative question or wish is a complaint."""
        return [self.of(sentence, sentiment) for sentence, sentiment in zip(sentences, sentiments, strict=True)]

    def says_nothing(self, sentence: str) -> bool:
        """Return whether a rule tells that a sentence says nothing."""
        return is_no_signal(sentence)

    def of(self, sentence: str, sentiment: Sentiment) -> Cues:
        """Return the cues of one sentence."""
        churn, abusive, urgency = self.evidence(sentence)
        return Cues(intent=_intent(plain(sentence), sentiment), urgency=urgency, churn=churn, abusive=abusive)

    def evidence(self, sentence: str) -> tuple[float, float, Urgency]:
        """Return what the words of one sentence say of leaving and abuse, each 0…1, and of urgency."""
        text = plain(sentence)
        return self._leaving(text), _evidence(text, self._abuse[has_japanese(text)]), _urgency(text)

    def _leaving(self, text: str) -> float:
        found = _evidence(text, self._churn[has_japanese(text)])
        return found * CERTAINLY_NOT if found and patterns.CHURN_DENIED.search(text) else found


def is_no_signal(text: str) -> bool:
    """Tell whether an answer says nothing: 特になし, n/a, punctuation, emoji only, or a formula such as よろしくお願いいたします."""
    if no_signal.is_no_signal(text):
        return True
    words = NOT_WORDS.sub(" ", plain(text)).strip()
    if len(words) > FORMULA_CHARS:
        return False
    if has_japanese(words):
        return patterns.FORMULA_JA.fullmatch(words.replace(" ", "")) is not None
    return patterns.FORMULA_EN.fullmatch(words) is not None


def _intent(text: str, sentiment: Sentiment) -> Intent:
    if is_no_signal(text):
        return Intent.NO_SIGNAL
    japanese = has_japanese(text)
    asks, requests, questions = patterns.WANTS[japanese]
    clearly_negative = sentiment.score <= CLEARLY_NEGATIVE
    if asks.search(text):
        return Intent.QUESTION
    if requests.search(text):
        return Intent.COMPLAINT if clearly_negative else Intent.REQUEST
    if questions.search(text):
        return Intent.COMPLAINT if clearly_negative else Intent.QUESTION
    if sentiment.score <= COMPLAINT_FROM and not sentiment.abstained:
        return Intent.COMPLAINT
    return Intent.PRAISE if sentiment.score >= PRAISE_FROM and not sentiment.abstained else Intent.COMMENT


def _urgency(text: str) -> Urgency:
    now, soon = patterns.URGENT[has_japanese(text)]
    if now.search(text):
        return Urgency.NOW
    return Urgency.SOON if soon.search(text) else Urgency.NONE


def _evidence(text: str, levels: Weighted) -> float:
    unlikely = 1.0
    for weight, pattern in levels:
        if pattern.search(text):
            unlikely *= 1 - weight
    return round(1 - unlikely, 4)


def _compiled(levels: Mapping[float, str]) -> Weighted:
    return tuple((weight, re.compile(pattern)) for weight, pattern in sorted(levels.items(), reverse=True))

"""Enrich: what does this one comment say? Sentences, sentiment, intent, urgency, churn cue, abusive conduct, tags and vectors.

Invariants: one result per comment, in order; a comment's result does not depend on its neighbours in the batch; identical sentences are
read once; nothing is cut silently (``truncated``). How sentences become a comment: sentiment by ``voc.sentiment.combine``; the main
intent is the first in the order complaint, request, question, praise, comment; urgency,
churn cue and abuse are the strongest of any sentence. How sure the main intent and the urgency are follows from the sentences' chances,
each sentence taken by itself (``confidence``).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from voc.enrichment import CommentText, Enrichment, Intent, ModelStamp, SentenceAnalysis, TagScore, Urgency
from voc.feedback import Feedback, Language
from voc.ids import derived_id
from voc.ports import CueModel, Cues, Encoded, Encoder, SentenceSplitter, SentimentModel, Tagger, Vectors
from voc.search import NoWords, WordReader
from voc.sentiment import NEUTRAL, Sentiment, combine
from voc.tag_learning import LearntTags
from voc.taxonomy import SHIPPED_NAME

INTENT_ORDER = (Intent.COMPLAINT, Intent.REQUEST, Intent.QUESTION, Intent.PRAISE, Intent.COMMENT)
URGENCY_ORDER = (Urgency.NONE, Urgency.SOON, Urgency.NOW)
ROUND_DIGITS = 4
MAX_SENTENCES = 1_000


@dataclass(frozen=True)
class Understanding:
    """The models that read a sentence."""

    splitter: SentenceSplitter
    encoder: Encoder
    sentiment: SentimentModel
    cues: CueModel
    tagger: Tagger
    heads_encoder: Encoder | None = None
    """The encoder the heads were trained on, where the vectors come from another one; None: one pass gives both."""
    words: WordReader = field(default_factory=NoWords)
    """Reads the words for the full-text index."""

    def read_for_heads(self, sentences: Sequence[str], encoded: Encoded) -> Encoded:
        """Return what the heads read of the sentences; ``encoded`` is the encoder's pass over them."""
        return encoded if self.heads_encoder is None else self.heads_encoder.encode(sentences)

    def stamp(self) -> ModelStamp:
        """Return which model gives which output, and one version over all."""
        outputs = {
            "sentences": f"{self.splitter.name}/{self.splitter.version}",
            "encoder": f"{self.encoder.name}/{self.encoder.version}",
            "sentiment": f"{self.sentiment.name}/{self.sentiment.version}",
            "intent": f"{self.cues.name}/{self.cues.version}",
            "tags": f"{self.tagger.name}/{self.tagger.version}",
            "words": f"{self.words.name}/{self.words.version}",
        }
        if self.heads_encoder is not None:
            outputs["heads_encoder"] = f"{self.heads_encoder.name}/{self.heads_encoder.version}"
        return stamp_of(outputs)


def stamp_of(outputs: Mapping[str, str]) -> ModelStamp:
    """Return the stamp of models by output, with one version over all."""
    return ModelStamp(version=derived_id("mv", *(f"{name}={model}" for name, model in sorted(outputs.items()))), outputs=dict(outputs))


def stamp_with_learnt_tags(stamp: ModelStamp, learnt: Sequence[LearntTags]) -> ModelStamp:
    """Return the stamp of the same models with what was learnt for the shipped tags and with a user's own beside them."""
    return stamp_of(stamp.outputs | {"tags": "+".join([stamp.outputs["tags"], *(one.stamp for one in learnt)])}) if learnt else stamp


def fitting(stamp: ModelStamp, learnt: Sequence[LearntTags]) -> tuple[LearntTags, ...]:
    """Return what was learnt on top of the models of the stamp; the rest waits until it is learnt again."""
    return tuple(one for one in learnt if one.encoder == learnt_on(stamp, one.taxonomy.name))


def stamp_in_use(stamp: ModelStamp, learnt: Sequence[LearntTags]) -> ModelStamp:
    """Return the stamp of the models with the tags learnt that fit them."""
    return stamp_with_learnt_tags(stamp, fitting(stamp, learnt))


def learnt_on(stamp: ModelStamp, taxonomy: str) -> str:
    """Return ``name/version`` of what learning the taxonomy builds on: the shipped tagger for its own, else the encoder taggers read."""
    return stamp.outputs["tags"] if taxonomy == SHIPPED_NAME else encoder_for_tags(stamp)


def encoder_for_tags(stamp: ModelStamp) -> str:
    """Return ``name/version`` of the encoder whose vectors the tagger reads."""
    return stamp.outputs.get("heads_encoder", stamp.outputs["encoder"])


@dataclass(frozen=True)
class _Read:
    """What the models said of one distinct (sentence, language)."""

    sentiment: Sentiment
    cues: Cues
    tags: tuple[TagScore, ...]
    vector: bytes
    too_long: bool


def comment_text(feedback: Feedback) -> CommentText:
    """Return what enrichment needs of a feedback."""
    return CommentText(
        id=feedback.id,
        verbatim=feedback.verbatim,
        spans=feedback.spans,
        language=feedback.language,
        no_signal=feedback.no_signal,
    )


def enrich(comments: Sequence[CommentText], understanding: Understanding) -> list[Enrichment]:
    """Return what each comment says, in order.

    Parameters
    ----------
    comments
        Redacted verbatims with the spans that are the customer's own words.
    understanding
        The models to ask.
    """
    split = [_sentences(comment, understanding.splitter) for comment in comments]
    words = [(text, comment.language) for comment, parts in zip(comments, split, strict=True) for _, _, text in parts]
    read = _read_all(words, understanding)
    stamp = understanding.stamp()
    found = understanding.words.words([_own_words(comment) for comment in comments])
    return [
        _combine(comment, parts, read, stamp).model_copy(update={"words": forms})
        for comment, parts, forms in zip(comments, split, found, strict=True)
    ]


def _own_words(comment: CommentText) -> str:
    return "\n".join(comment.verbatim[span.start : span.end] for span in comment.spans)


def _sentences(comment: CommentText, splitter: SentenceSplitter) -> list[tuple[int, int, str]]:
    """Return start, end (in the verbatim) and words of each sentence of the customer's own words."""
    found = []
    for span in comment.spans:
        part = comment.verbatim[span.start : span.end]
        found += [
            (span.start + sentence.start, span.start + sentence.end, part[sentence.start : sentence.end])
            for sentence in splitter.split(part, comment.language)
        ]
    return found


def _read_all(sentences: Iterable[tuple[str, Language]], understanding: Understanding) -> dict[tuple[str, Language], _Read]:
    distinct = sorted(set(sentences))
    texts = [text for text, _ in distinct]
    encoded = understanding.encoder.encode(texts)
    heads = understanding.read_for_heads(texts, encoded)
    sentiments = [_rounded(sentiment) for sentiment in understanding.sentiment.sentiments(texts, heads)]
    columns = zip(
        sentiments,
        understanding.cues.cues(texts, sentiments, heads),
        understanding.tagger.tags(texts, heads),
        _packed(encoded.vectors),
        encoded.truncated,
        strict=True,
    )
    return {key: _Read(*column) for key, column in zip(distinct, columns, strict=True)}


def _packed(vectors: Vectors) -> list[bytes]:
    return [row.tobytes() for row in vectors.astype(np.dtype("<f2"))]


def _rounded(sentiment: Sentiment) -> Sentiment:
    """Take off digits that depend on which sentences stood beside it in the batch."""
    return sentiment.model_copy(
        update={"score": round(sentiment.score, ROUND_DIGITS), "confidence": round(sentiment.confidence, ROUND_DIGITS)}
    )


def _combine(
    comment: CommentText, parts: list[tuple[int, int, str]], read: dict[tuple[str, Language], _Read], stamp: ModelStamp
) -> Enrichment:
    reads = [read[(text, comment.language)] for _, _, text in parts]
    sentences = tuple(
        SentenceAnalysis(
            position=position, start=start, end=end, sentiment=said.sentiment, intent=said.cues.intent, tags=said.tags, vector=said.vector
        )
        for position, ((start, end, _), said) in enumerate(zip(parts[:MAX_SENTENCES], reads, strict=False))
    )
    intents = (Intent.NO_SIGNAL,) if comment.no_signal else _intents(reads)
    urgency = max((said.cues.urgency for said in reads), key=URGENCY_ORDER.index, default=Urgency.NONE)
    heard = [] if comment.no_signal else [said.cues for said in reads]
    mood = NEUTRAL if comment.no_signal else combine([said.sentiment for said in reads], [float(end - start) for start, end, _ in parts])
    return Enrichment(
        feedback_id=comment.id,
        sentiment=_rounded(mood),
        intent=intents[0],
        intents=intents,
        urgency=urgency,
        churn=round(max((said.cues.churn for said in reads), default=0.0), ROUND_DIGITS),
        abusive=round(max((said.cues.abusive for said in reads), default=0.0), ROUND_DIGITS),
        tags=() if comment.no_signal else _tags(reads),
        sentences=sentences,
        truncated=len(parts) > MAX_SENTENCES or any(said.too_long for said in reads),
        model=stamp,
        intent_confidence=confidence(intents[0], [cues.intent_chances for cues in heard], (*INTENT_ORDER, Intent.NO_SIGNAL)),
        urgency_confidence=confidence(urgency, [cues.urgency_chances for cues in heard], URGENCY_ORDER[::-1]),
    )


def confidence(said: StrEnum, chances: Sequence[Sequence[float]], order: Sequence[StrEnum]) -> float | None:
    """Return how likely ``said`` is the first kind of the order that any sentence carries.

    ∏ P(nothing before it) − ∏ P(neither that nor itself), sentences independent; 1 where nothing was read, None where chances are missing.

    Parameters
    ----------
    said
        What was said of the comment.
    chances
        How likely each kind is, a row per sentence, in the order of the kind's members.
    order
        All kinds, the one that counts most first.
    """
    if not chances:
        return 1.0
    if not all(chances):
        return None
    members = list(type(said))
    rows = [[row[members.index(kind)] for kind in order] for row in chances]
    at = order.index(said)
    from_it, behind_it = (math.prod(sum(row[place:]) for row in rows) for place in (at, at + 1))
    return round(min(1.0, max(0.0, from_it - behind_it)), ROUND_DIGITS)


def _intents(reads: list[_Read]) -> tuple[Intent, ...]:
    """Return the main intent and then the others; no_signal only where no sentence carries any."""
    present = {said.cues.intent for said in reads}
    return tuple(intent for intent in INTENT_ORDER if intent in present) or (Intent.NO_SIGNAL,)


def _tags(reads: list[_Read]) -> tuple[TagScore, ...]:
    """Return every tag of any sentence with its best score, best first."""
    best: dict[str, TagScore] = {}
    for said in reads:
        for tag in said.tags:
            if tag.tag not in best or tag.score > best[tag.tag].score:
                best[tag.tag] = tag
    return tuple(sorted(best.values(), key=lambda tag: (-tag.score, tag.tag)))

"""Enrich: what does this one comment say? Sentences, sentiment, intent, urgency, churn cue, abusive conduct, tags and vectors.

Invariants: one result per comment, in order; a comment's result does not depend on its neighbours in the batch; identical sentences are
read once; nothing is cut silently (``truncated``). Tags, vectors and what each sentence feels and wants come from the sentences. What the
comment feels and wants comes from its passages: its sentences read together, without greetings and closings at its ends, as many as
``PASSAGE_CHARS`` hold; most comments are one. Sentiment: ``voc.sentiment.combine`` of the passages or of the sentences, whichever is
surer, and mixed where a passage is or sentences disagree. The main intent is the first in the order complaint, request, question, praise,
comment, and a request that a complaint stands beside is a complaint where the passage is negative or mixed. Urgency and
abuse are the strongest of any passage; the churn cue is the mean of the strongest passage and the strongest sentence. How sure the main
intent and the urgency are follows from the passages' chances, each taken by itself (``confidence``).
docs/decisions/0017-comments-are-read-whole-too.md has what was measured.
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
from voc.sentiment import NEUTRAL, Sentiment, SentimentLabel, combine, disagree
from voc.tag_learning import LearntTags
from voc.taxonomy import SHIPPED_NAME

DISPLEASED = frozenset({SentimentLabel.NEGATIVE, SentimentLabel.MIXED})
INTENT_ORDER = (Intent.COMPLAINT, Intent.REQUEST, Intent.QUESTION, Intent.PRAISE, Intent.COMMENT)
URGENCY_ORDER = (Urgency.NONE, Urgency.SOON, Urgency.NOW)
ROUND_DIGITS = 4
MAX_SENTENCES = 1_000
PASSAGE_CHARS, JAPANESE_PASSAGE_CHARS = 150, 100
"""Sentences read together are at most so long, about what the texts the heads were fitted on are: in more, one urgent sentence is lost."""
READING = "passages/2"
"""Name and version of how a comment is read from its sentences; part of the stamp."""


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
            "comment": READING,
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


_Text = tuple[str, Language]
_Part = tuple[int, int, str]
"""Start and end in the verbatim, and the words between."""


@dataclass(frozen=True)
class _Heard:
    """What the models said of one distinct sentence or passage."""

    sentiment: Sentiment
    cues: Cues
    too_long: bool


@dataclass(frozen=True)
class _Read:
    """What the models said of the sentences of a batch, and of its passages (``heard`` only)."""

    heard: dict[_Text, _Heard]
    tags: dict[_Text, tuple[TagScore, ...]]
    vectors: dict[_Text, bytes]


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
    together = [_passages(comment, parts, understanding.cues) for comment, parts in zip(comments, split, strict=True)]
    read = _read(_texts(comments, split), _texts(comments, together), understanding)
    stamp = understanding.stamp()
    found = understanding.words.words([_own_words(comment) for comment in comments])
    return [
        _combine(comment, parts, whole, read, stamp).model_copy(update={"words": forms})
        for comment, parts, whole, forms in zip(comments, split, together, found, strict=True)
    ]


def _texts(comments: Sequence[CommentText], parts: Sequence[Sequence[_Part]]) -> set[_Text]:
    return {(text, comment.language) for comment, some in zip(comments, parts, strict=True) for _, _, text in some}


def _own_words(comment: CommentText) -> str:
    return "\n".join(comment.verbatim[span.start : span.end] for span in comment.spans)


def _sentences(comment: CommentText, splitter: SentenceSplitter) -> list[_Part]:
    """Return the sentences of the customer's own words."""
    found: list[_Part] = []
    for span in comment.spans:
        part = comment.verbatim[span.start : span.end]
        found += [
            (span.start + sentence.start, span.start + sentence.end, part[sentence.start : sentence.end])
            for sentence in splitter.split(part, comment.language)
        ]
    return found


def _passages(comment: CommentText, sentences: Sequence[_Part], cues: CueModel) -> list[_Part]:
    """Return the sentences from the first to the last that says anything, joined so far as they may be; where none does, each alone.

    They may be where nothing was left out between them and ``PASSAGE_CHARS`` hold them.
    """
    most = JAPANESE_PASSAGE_CHARS if comment.language is Language.JA else PASSAGE_CHARS
    telling = [row for row, (_, _, text) in enumerate(sentences) if not cues.says_nothing(text)]
    if comment.no_signal or not telling:
        return list(sentences)
    ends: list[tuple[int, int]] = []
    for start, end, _ in sentences[telling[0] : telling[-1] + 1]:
        if ends and end - ends[-1][0] <= most and not comment.verbatim[ends[-1][1] : start].strip():
            ends[-1] = (ends[-1][0], end)
        else:
            ends.append((start, end))
    return [(start, end, comment.verbatim[start:end]) for start, end in ends]


def _read(sentences: set[_Text], passages: set[_Text], understanding: Understanding) -> _Read:
    """Return what one pass over all distinct texts says of each, and of the sentences also their tags and vectors."""
    keys = [*sorted(sentences), *sorted(passages - sentences)]
    texts = [text for text, _ in keys]
    encoded = understanding.encoder.encode(texts)
    heads = understanding.read_for_heads(texts, encoded)
    sentiments = [_rounded(sentiment) for sentiment in understanding.sentiment.sentiments(texts, heads)]
    columns = zip(sentiments, understanding.cues.cues(texts, sentiments, heads), encoded.truncated, strict=True)
    own = range(len(sentences))
    tags = understanding.tagger.tags(texts[: len(own)], heads.rows(own))
    return _Read(
        {key: _Heard(*column) for key, column in zip(keys, columns, strict=True)},
        dict(zip(keys[: len(own)], tags, strict=True)),
        dict(zip(keys[: len(own)], _packed(encoded.vectors[: len(own)]), strict=True)),
    )


def _packed(vectors: Vectors) -> list[bytes]:
    return [row.tobytes() for row in vectors.astype(np.dtype("<f2"))]


def _rounded(sentiment: Sentiment) -> Sentiment:
    """Take off digits that depend on which sentences stood beside it in the batch."""
    return sentiment.model_copy(
        update={"score": round(sentiment.score, ROUND_DIGITS), "confidence": round(sentiment.confidence, ROUND_DIGITS)}
    )


def _combine(comment: CommentText, parts: Sequence[_Part], passages: Sequence[_Part], read: _Read, stamp: ModelStamp) -> Enrichment:
    keys = [(text, comment.language) for _, _, text in parts]
    reads = [read.heard[key] for key in keys]
    sentences = tuple(
        SentenceAnalysis(
            position=position,
            start=start,
            end=end,
            sentiment=read.heard[key].sentiment,
            intent=read.heard[key].cues.intent,
            tags=read.tags[key],
            vector=read.vectors[key],
        )
        for position, ((start, end, _), key) in enumerate(zip(parts[:MAX_SENTENCES], keys, strict=False))
    )
    whole = [read.heard[(text, comment.language)] for _, _, text in passages]
    intents = (Intent.NO_SIGNAL,) if comment.no_signal else _intents(whole, reads)
    urgency = max((said.cues.urgency for said in whole), key=URGENCY_ORDER.index, default=Urgency.NONE)
    heard = [] if comment.no_signal else whole
    mood = NEUTRAL if comment.no_signal else _mood(parts, reads, passages, whole)
    return Enrichment(
        feedback_id=comment.id,
        sentiment=_rounded(mood),
        intent=intents[0],
        intents=intents,
        urgency=urgency,
        churn=round((_strongest_churn(reads) + _strongest_churn(whole)) / 2, ROUND_DIGITS),
        abusive=round(max((said.cues.abusive for said in whole), default=0.0), ROUND_DIGITS),
        tags=() if comment.no_signal else _tags(read.tags[key] for key in keys),
        sentences=sentences,
        truncated=len(parts) > MAX_SENTENCES or any(said.too_long for said in (*reads, *whole)),
        model=stamp,
        intent_confidence=confidence(intents[0], [said.cues.intent_chances for said in heard], (*INTENT_ORDER, Intent.NO_SIGNAL)),
        urgency_confidence=confidence(urgency, [said.cues.urgency_chances for said in heard], URGENCY_ORDER[::-1]),
    )


def confidence(said: StrEnum, chances: Sequence[Sequence[float]], order: Sequence[StrEnum]) -> float | None:
    """Return how likely ``said`` is the first kind of the order that any passage carries.

    ∏ P(nothing before it) − ∏ P(neither that nor itself), passages independent; 1 where nothing was read, None where chances are missing.

    Parameters
    ----------
    said
        What was said of the comment.
    chances
        How likely each kind is, a row per passage, in the order of the kind's members.
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


def _intents(whole: Sequence[_Heard], sentences: Sequence[_Heard]) -> tuple[Intent, ...]:
    """Return the main intent, that of the whole comment, and then the others of its sentences; no_signal only where none carries any."""
    main, others = ({said.cues.intent for said in some} for some in (whole, sentences))
    claims = any(said.cues.intent is Intent.REQUEST and said.sentiment.label in DISPLEASED for said in whole)
    if claims and Intent.COMPLAINT in others:
        main.add(Intent.COMPLAINT)
    first, rest = ([intent for intent in INTENT_ORDER if intent in some] for some in (main, others))
    return tuple(dict.fromkeys([*first[:1], *rest])) or (Intent.NO_SIGNAL,)


def _mood(parts: Sequence[_Part], sentences: Sequence[_Heard], passages: Sequence[_Part], whole: Sequence[_Heard]) -> Sentiment:
    """Return the sentiment of the surer reading; mixed where a passage is, or sentences disagree."""
    apart, together = _combined(parts, sentences), _combined(passages, whole)
    surest = max(apart, together, key=lambda mood: mood.confidence)
    mixed = together.label is SentimentLabel.MIXED or disagree([said.sentiment for said in sentences])
    return surest.model_copy(update={"label": SentimentLabel.MIXED, "abstained": False}) if mixed else surest


def _combined(parts: Sequence[_Part], heard: Sequence[_Heard]) -> Sentiment:
    return combine([said.sentiment for said in heard], [float(end - start) for start, end, _ in parts])


def _strongest_churn(heard: Sequence[_Heard]) -> float:
    return max((said.cues.churn for said in heard), default=0.0)


def _tags(sentences: Iterable[tuple[TagScore, ...]]) -> tuple[TagScore, ...]:
    """Return every tag of any sentence with its best score, best first."""
    best: dict[str, TagScore] = {}
    for tags in sentences:
        for tag in tags:
            if tag.tag not in best or tag.score > best[tag.tag].score:
                best[tag.tag] = tag
    return tuple(sorted(best.values(), key=lambda tag: (-tag.score, tag.tag)))

"""Models that answer at once and always the same, so that tests of everything around them never load a weight."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any

import numpy as np

from models.few_shot import learn
from models.heads import ShippedTags
from models.own_tags import FewShotTeacher
from models.search_words import SearchWordReader
from pipelines.discover import discover
from pipelines.enrich import Understanding, enrich
from pipelines.model_process import Inside, ModelProcess
from voc.enrichment import Intent, TagScore, Urgency
from voc.errors import ModelCrashedError, ModelRejectedError
from voc.feedback import Language, Redaction, RedactionKind, Span
from voc.ids import derived_id
from voc.ports import Cues, Encoded
from voc.sentiment import Sentiment, SentimentLabel, label_of
from voc.taxonomy import Tag
from voc.topics import Topic, TopicAssignment, TopicRun, TopicSentence

BAD = ("fail", "slow", "broken", "遅い", "困")
GOOD = ("great", "love", "良い", "便利")
TAG_WORDS = {"account.login": ("log in", "login", "ログイン"), "billing.invoice": ("invoice", "請求")}


class Named:
    name = "fake"
    version = "1"


class FakeLanguage(Named):
    def detect(self, texts: Sequence[str]) -> list[Language]:
        return [Language.JA if re.search("[ぁ-んァ-ン一-龥]", text) else Language.EN for text in texts]


class FakeRedactor(Named):
    """Finds e-mail addresses only."""

    def find(self, texts: Sequence[str]) -> list[tuple[Redaction, ...]]:
        pattern = re.compile(r"[\w.]{1,64}@[\w.]{1,64}")
        return [tuple(Redaction(start=m.start(), end=m.end(), kind=RedactionKind.EMAIL) for m in pattern.finditer(text)) for text in texts]


class FakeSentences(Named):
    def split(self, text: str, language: Language) -> tuple[Span, ...]:
        return tuple(Span(start=m.start(), end=m.end()) for m in re.finditer(r"[^.。\s][^.。]*[.。]?", text))


class FakeEncoder(Named):
    """Words are directions, so that equal words are near."""

    def encode(self, sentences: Sequence[str]) -> Encoded:
        rows = np.zeros((len(sentences), 384), dtype=np.float32)
        for row, sentence in enumerate(sentences):
            for word in re.findall(r"\w+", sentence.lower()) or [""]:
                rows[row, int(derived_id("w", word)[-6:], 16) % 384] += 1.0
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        rows /= np.where(norms == 0, 1, norms)
        return Encoded(rows, rows, tuple(len(sentence) > 2_000 for sentence in sentences))


class FakeSentiment(Named):
    def sentiments(self, sentences: Sequence[str], encoded: Encoded) -> list[Sentiment]:
        return [self._one(sentence.lower()) for sentence in sentences]

    def _one(self, sentence: str) -> Sentiment:
        score = 0.8 * (any(word in sentence for word in GOOD) - any(word in sentence for word in BAD))
        return Sentiment(label=label_of(score), score=score, confidence=0.9)


class FakeCues(Named):
    def cues(self, sentences: Sequence[str], sentiments: Sequence[Sentiment], encoded: Encoded) -> list[Cues]:
        kinds = {SentimentLabel.NEGATIVE: Intent.COMPLAINT, SentimentLabel.POSITIVE: Intent.PRAISE}
        return [
            Cues(
                intent=kinds.get(sentiment.label, Intent.COMMENT),
                urgency=Urgency.NOW if "urgent" in sentence else Urgency.NONE,
                churn=0.9 if "cancel" in sentence else 0.0,
                abusive=0.0,
                intent_chances=_sure(kinds.get(sentiment.label, Intent.COMMENT), 0.9),
                urgency_chances=_sure(Urgency.NOW if "urgent" in sentence else Urgency.NONE, 0.8),
            )
            for sentence, sentiment in zip(sentences, sentiments, strict=True)
        ]

    def says_nothing(self, sentence: str) -> bool:
        return not sentence.strip()


def _sure(said: StrEnum, chance: float) -> tuple[float, ...]:
    """Return that chance for what is said and the rest for the last kind but it."""
    kinds = list(type(said))
    rest = next(kind for kind in reversed(kinds) if kind is not said)
    return tuple(chance if kind is said else (1 - chance) * (kind is rest) for kind in kinds)


class FakeTagger(Named):
    def tags(self, sentences: Sequence[str], encoded: Encoded) -> list[tuple[TagScore, ...]]:
        return [
            tuple(
                TagScore(tag=tag, score=0.9, because=(word,))
                for tag, words in TAG_WORDS.items()
                for word in words
                if word in sentence.lower()
            )[:1]
            for sentence in sentences
        ]

    def taxonomy_tags(self) -> tuple[Tag, ...]:
        return ()


class FakeNear(Named):
    def bands(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        return [() for _ in texts]

    def alike(self, first: str, second: str) -> bool:
        return first == second


class FakeTopics(Named):
    """One topic per tag word; everything else belongs to none."""

    def describe(self, sentences: Sequence[TopicSentence], groups: Mapping[str, str]) -> dict[str, Topic]:
        return {}

    def fit(self, sentences: Sequence[TopicSentence], *, start: Mapping[str, str] | None = None) -> TopicRun:
        assigned = {sentence.id: self._topic(sentence.text.lower()) for sentence in sentences}
        topics = []
        for name in sorted({name for name in assigned.values() if name}):
            members = [sentence for sentence in sentences if assigned[sentence.id] == name]
            topics.append(
                Topic(
                    id=derived_id("tp", name),
                    name=name,
                    keywords=(name,),
                    example_ids=tuple(sentence.id for sentence in members[:3]),
                    size=len(members),
                    centroid=members[0].vector,
                )
            )
        return TopicRun(
            id=derived_id("tr", *sorted(assigned), *sorted(str(name) for name in assigned.values())),
            model_version="fake/1",
            topics=tuple(topics),
            assignments=tuple(
                TopicAssignment(sentence_id=identifier, topic_id=derived_id("tp", name) if name else None, similarity=0.9)
                for identifier, name in sorted(assigned.items())
            ),
            parameters=self.parameters(),
        )

    def parameters(self) -> dict[str, str]:
        return {"least_similarity": "0.9"}

    def _topic(self, text: str) -> str | None:
        return next((words[0] for words in TAG_WORDS.values() if any(word in text for word in words)), None)


def fake_teacher() -> FewShotTeacher:
    """A teacher whose shipped tags know a handful of sentences instead of thousands."""
    return FewShotTeacher(few_tags())


@cache
def few_tags() -> ShippedTags:
    """Shipped tags that know a handful of sentences."""
    texts = ["cannot log in", "login fails again", "the login page", "wrong invoice", "the invoice is late", "invoice total", "thank you", "it rains"]
    tags = ["account.login"] * 3 + ["billing.invoice"] * 3 + [None] * 2
    learnt = learn(FakeEncoder().encode(texts).vectors, [frozenset({tag} if tag else ()) for tag in tags], multi=True)
    return ShippedTags(learnt.heads, least_score=0.3, known=learnt)


def understanding() -> Understanding:
    return Understanding(splitter=FakeSentences(), encoder=FakeEncoder(), sentiment=FakeSentiment(), cues=FakeCues(), tagger=FakeTagger(), words=SearchWordReader())


class FakeChild:
    """What the child process offers, in this process. ``poison`` in a text ends it; ``down`` makes every call fail; ``refusal`` every start."""

    def __init__(self) -> None:
        self.down = False
        self.refusal: ModelRejectedError | None = None
        self.calls: list[str] = []
        self.inside = Inside(understanding=understanding(), topics=FakeTopics(), teacher=fake_teacher())

    def start(self) -> None:
        self.calls.append("start")
        if self.refusal is not None:
            raise self.refusal
        if self.down:
            raise ModelCrashedError

    def call(self, method: str, payload: Any, *, timeout_s: float) -> Any:
        self.calls.append(method)
        if self.down:
            raise ModelCrashedError
        if method == "enrich":
            if any("poison" in comment.verbatim for comment in payload):
                raise ModelCrashedError
            return enrich(payload, understanding())
        if method in {"encode", "encode_for_tags"}:
            return FakeEncoder().encode(payload).vectors
        if method in {"use_own_tags", "enrich_with_own_tags"}:
            return getattr(self.inside, method)(payload)
        if method == "discover":
            sentences, standing = payload
            return discover(sentences, FakeTopics(), standing=standing)
        return True

    def state(self) -> str:
        return "crashed" if self.down or self.refusal is not None else "ready"

    def close(self) -> None:
        self.down = True


def fake_models() -> tuple[ModelProcess, FakeChild]:
    child = FakeChild()
    return ModelProcess(child, batch_timeout_s=5), child

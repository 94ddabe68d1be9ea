"""Topics after an erasure: each is told anew from the sentences that are left, at once and without a fit.

Invariants: a topic's id, lineage and what people did to it stay; its centroid is the mean of its sentences; a keyword stays only while
enough voices use it; a name that was the erased person's words gives way to a sentence that is left; a topic without a sentence left is
retired and says so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.erasing.recognise import Recogniser
from voc.topics import LEAST_VOICES, TAKES_IN, Topic, TopicName, TopicSentence, TopicState, sentence_name

EXAMPLES = 5
NO_EVIDENCE = "根拠は削除されました (evidence erased)"
"""The name of a topic of which nothing is left."""


@dataclass(frozen=True)
class Left:
    """A topic, whether the person had a part in it, and its sentences that are left."""

    topic: Topic
    touched: bool
    sentences: Sequence[TopicSentence] = ()


def without(left: Left, who: Recogniser, *, dropped_words: frozenset[str]) -> Topic:
    """Return the topic without the person."""
    topic = left.topic
    keywords = tuple(word for word in topic.keywords if word not in dropped_words and not who.names(word))
    kept = topic.model_copy(update={"keywords": keywords, "example_ids": tuple(e for e in topic.example_ids if not who.is_id(e))})
    if left.touched and left.sentences:
        kept = _told_by(kept, left.sentences)
    elif left.touched and topic.state in TAKES_IN:
        kept = kept.model_copy(update={"keywords": (), "example_ids": (), "state": TopicState.RETIRED})
    kept = kept.model_copy(update={"names": _names(topic, who, dropped_words)})
    if not _name_goes(topic, who, dropped_words):
        return kept
    return kept.model_copy(update={"name": _name(left.sentences, kept), "named_by": None})


def words_to_drop(topics: Sequence[Topic], who: Recogniser, *, said_by: Callable[[str, int], int]) -> frozenset[str]:
    """Return the keywords the person used that fewer than ``LEAST_VOICES`` use now; ``said_by(word, at_most)`` counts them."""
    used = {word for topic in topics for word in topic.keywords if who.said(word) or who.said(word.replace(" ", ""))}
    return frozenset(word for word in used if said_by(word, LEAST_VOICES) < LEAST_VOICES)


def _told_by(topic: Topic, sentences: Sequence[TopicSentence]) -> Topic:
    """Return the topic with centroid and most typical examples of the sentences."""
    vectors = np.frombuffer(b"".join(s.vector for s in sentences), "<f2").reshape(len(sentences), -1).astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-6))
    centre = vectors.mean(axis=0)
    centre /= max(float(np.linalg.norm(centre)), 1e-6)
    order = np.lexsort((np.arange(len(sentences)), -np.round(vectors @ centre, 5)))
    typical: dict[str, str] = {}
    for place in order.tolist():
        typical.setdefault(sentences[place].text.strip().casefold(), sentences[place].id)
        if len(typical) == EXAMPLES:
            break
    return topic.model_copy(update={"centroid": centre.astype("<f2").tobytes(), "example_ids": tuple(typical.values())})


def _names(topic: Topic, who: Recogniser, dropped: frozenset[str]) -> dict[str, TopicName]:
    """Return the names that stay; the next fit gives others for those that go."""
    return {
        language: name.model_copy(update={"example_id": None}) if who.is_id(name.example_id or "") else name
        for language, name in topic.names.items()
        if not name_goes(name.text, who, dropped)
    }


def name_goes(text: str, who: Recogniser, dropped: frozenset[str]) -> bool:
    """Tell whether a name the service gave is the person's words, or has one that too few voices use now."""
    return who.is_theirs(text) or any(word in text for word in dropped)


def _name_goes(topic: Topic, who: Recogniser, dropped: frozenset[str]) -> bool:
    return who.is_theirs(topic.name) or any(part in dropped for part in topic.name.split(" · "))


def _name(sentences: Sequence[TopicSentence], topic: Topic) -> str:
    """Return the most typical sentence of a name's length, else the first keywords."""
    texts = {sentence.id: sentence.text for sentence in sentences}
    return sentence_name(texts[name] for name in topic.example_ids if name in texts) or " · ".join(topic.keywords[:3]) or NO_EVIDENCE

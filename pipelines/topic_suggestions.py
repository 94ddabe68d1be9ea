"""Topic suggestions: for sentences without a topic, which topics lie nearest. Nothing is moved by it; people decide."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipelines.discover import cosines
from voc.store.enrichments import split_sentence_id
from voc.topics import Topic, TopicSentence


class Order(StrEnum):
    """How sentences without a topic are listed."""

    NEWEST = "newest"
    SUGGESTION = "suggestion"


@dataclass(frozen=True)
class Suggestion:
    """A sentence without a topic, and the topic nearest to it with the cosine; None where there is no topic."""

    sentence: TopicSentence
    topic_id: str | None
    cosine: float


def suggest(sentences: Sequence[TopicSentence], topics: Sequence[Topic]) -> list[Suggestion]:
    """Return the nearest topic of each sentence, in order; sentences and topics are of one encoder."""
    if not sentences or not topics:
        return [Suggestion(sentence, None, 0.0) for sentence in sentences]
    near = cosines([sentence.vector for sentence in sentences], [topic.centroid for topic in topics])
    return [
        Suggestion(sentence, topics[place].id, round(cosine, 4))
        for sentence, place, cosine in zip(sentences, near.argmax(axis=1).tolist(), near.max(axis=1).tolist(), strict=True)
    ]


def newest_first(found: Sequence[Suggestion]) -> list[Suggestion]:
    """Order by the comment's date, a comment's sentences together as they follow each other."""
    in_place = sorted(found, key=lambda one: split_sentence_id(one.sentence.id)[1])
    together = sorted(in_place, key=lambda one: one.sentence.feedback_id, reverse=True)
    return sorted(together, key=lambda one: one.sentence.submitted_at.timestamp() if one.sentence.submitted_at else 0.0, reverse=True)


def by_suggestion(found: Sequence[Suggestion]) -> list[Suggestion]:
    """Order by suggested topic, the one suggested most often first, and within it the nearest first."""
    counts = Counter(one.topic_id for one in found)
    return sorted(found, key=lambda one: (-counts[one.topic_id], one.topic_id or "", -one.cosine, one.sentence.id))


ORDERS = {Order.NEWEST: newest_first, Order.SUGGESTION: by_suggestion}

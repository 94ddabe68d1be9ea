"""Topic: what many sentences have in common; found, not given. A topic belongs to the run that found it."""

from pydantic import Field

from voc.feedback import Language
from voc.values import UtcDatetime, Value


class TopicSentence(Value):
    """What discovery needs of a sentence: id, words, language and its vector (float16, unit length)."""

    id: str
    feedback_id: str
    text: str
    language: Language
    voice: str
    """Whose voice it is (customer, else feedback): words of a few people only never become keywords."""
    vector: bytes


class Topic(Value):
    """A found topic: name, keywords, and its most typical real sentences."""

    id: str
    name: str
    keywords: tuple[str, ...]
    example_ids: tuple[str, ...]
    """Ids of the most typical sentences, most typical first."""
    size: int
    """Sentences assigned."""
    centroid: bytes
    """Little-endian float16, unit length."""


class TopicAssignment(Value):
    """Which topic a sentence belongs to, and how near it lies (cosine); ``topic_id`` is None where none is near enough."""

    sentence_id: str
    topic_id: str | None
    similarity: float = Field(ge=-1.001, le=1.001)


class TopicRun(Value):
    """The outcome of one discovery: every sentence handed in has exactly one assignment."""

    id: str
    model_version: str
    topics: tuple[Topic, ...]
    assignments: tuple[TopicAssignment, ...]
    parameters: dict[str, str]
    finished_at: UtcDatetime | None = None

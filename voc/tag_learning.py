"""Tag learning: what a tagger is taught with, and what it has learnt; see ``docs/tags.md``.

Invariants: what was learnt belongs to one encoder, for the shipped taxonomy to one shipped tagger (name and version), and is refused by
any other; its version follows from its content.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from voc.enrichment import TagScore
from voc.ports import Tagger, Vectors
from voc.taxonomy import SHIPPED_NAME, Taxonomy, shipped_taxonomy
from voc.values import UtcDatetime, Value

FEW_EXAMPLES = 10
WEAK_F1 = 0.6
"""A tag with fewer examples, or told less well, needs more."""


class TagQuality(Value):
    """How well one tag is told from the others, each example judged by heads that did not see it.

    ``precision`` is None where the tag was never given, ``recall`` where it has no example; ``n`` counts its distinct examples.
    """

    tag: str
    n: int
    precision: float | None
    recall: float | None
    needs_more: bool

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall; 0 where one is missing."""
        both = (self.precision or 0.0) + (self.recall or 0.0)
        return 2 * (self.precision or 0.0) * (self.recall or 0.0) / both if both else 0.0


@dataclass(frozen=True, eq=False)
class TagExamples:
    """Texts, each with its unit vector and a set of tag ids; an empty set stands for none of these."""

    texts: tuple[str, ...]
    vectors: Vectors
    labels: tuple[frozenset[str], ...]

    def at(self, places: NDArray[np.int64]) -> "TagExamples":
        """Return those at the places."""
        chosen = places.tolist()
        return TagExamples(tuple(self.texts[i] for i in chosen), self.vectors[places], tuple(self.labels[i] for i in chosen))

    def __add__(self, others: "TagExamples") -> "TagExamples":
        """Return these examples and behind them the others."""
        vectors = np.concatenate([self.vectors, others.vectors])
        return TagExamples(self.texts + others.texts, vectors, self.labels + others.labels)


@dataclass(frozen=True, eq=False)
class TagLesson:
    """What a taxonomy is learnt from: examples, what it says itself of the tags they have (``names``), and what others write of.

    For the shipped taxonomy the examples are what people corrected; those it ships with, names among them, need not be given.
    """

    taxonomy: Taxonomy
    examples: TagExamples
    names: TagExamples
    elsewhere: TagExamples
    """Sentences on all matters of the shipped taxonomy, without a tag; which of them lie far from the examples is the teacher's to see."""
    multi: bool
    encoder: str


def tag_lesson(
    taxonomy: Taxonomy,
    texts: Sequence[str],
    labels: Sequence[frozenset[str]],
    *,
    multi: bool,
    encoder: str,
    vectors_of: Callable[[Sequence[str]], Vectors],
) -> TagLesson:
    """Return the lesson in which the texts are the examples; ``vectors_of`` is called once, with them and all else behind them."""
    own, had = taxonomy.name != SHIPPED_NAME, frozenset().union(*labels)
    names = [(text, frozenset({tag.id})) for tag in taxonomy.tags if own and tag.id in had for text in tag.said]
    elsewhere = [text for tag in shipped_taxonomy().tags if own for text in tag.examples.en + tag.examples.ja]
    every = [*zip(texts, labels, strict=True), *names, *((text, frozenset[str]()) for text in elsewhere)]
    vectors = vectors_of([text for text, _ in every])

    def some(start: int, end: int) -> TagExamples:
        return TagExamples(tuple(text for text, _ in every[start:end]), vectors[start:end], tuple(tags for _, tags in every[start:end]))

    told = len(texts) + len(names)
    return TagLesson(taxonomy, some(0, len(texts)), some(len(texts), told), some(told, len(every)), multi, encoder)


class LearntTags(Value):
    """A taxonomy with what was learnt for it: weights as safetensors, the rest as JSON."""

    taxonomy: Taxonomy
    version: str
    encoder: str
    """``name/version`` of the encoder whose vectors it reads; for the shipped taxonomy of the tagger it was learnt on top of."""
    weights: bytes
    config: dict[str, Any]
    quality: tuple[TagQuality, ...]

    @property
    def stamp(self) -> str:
        """Return ``taxonomy-version``: what goes into the stamp of every result these tags had a part in."""
        return f"{self.taxonomy.name}-{self.version}"


class TagCorrection(Value):
    """What a person said of one tag of a comment: ``given`` or taken away, who and when."""

    feedback_id: str
    tag: str
    given: bool
    by: str
    at: UtcDatetime


class CorrectedComment(Value):
    """A corrected comment as an example: its redacted verbatim, the latest word on each tag, and all tags it shows now."""

    verbatim: str
    said: dict[str, bool]
    tags: frozenset[str]


def corrected(tags: Sequence[TagScore], corrections: Mapping[str, bool]) -> tuple[TagScore, ...]:
    """Return a comment's tags as people corrected them: theirs first, with score 1, then those of the model that nobody took away."""
    given = tuple(TagScore(tag=tag, score=1.0, because=()) for tag in sorted(corrections) if corrections[tag])
    return given + tuple(tag for tag in tags if tag.tag not in corrections)


class TagTeacher(Protocol):
    """Learns tags and gives a tagger for what was learnt."""

    def learn(self, lesson: TagLesson) -> LearntTags:
        """Return what the examples teach.

        Raises
        ------
        InputError
            If no example has a tag, or one has several although the lesson says they have one.
        """
        ...

    def tagger(self, learnt: LearntTags) -> Tagger:
        """Return the tagger.

        Raises
        ------
        ModelRejectedError
            If weights and configuration do not fit together.
        """
        ...

    def beside(self, shipped: Tagger, learnt: Sequence[LearntTags]) -> Tagger:
        """Return a tagger that gives the shipped tags, as learnt anew where they were, and those of a user's own."""
        ...


class TagKeeper(Protocol):
    """A folder that keeps what was learnt."""

    def check_free(self) -> None:
        """Refuse to write where something else lies.

        Raises
        ------
        BadFileError
            If the folder holds a file that is not of its kind, or is a file.
        """
        ...

    def write(self, learnt: LearntTags) -> None:
        """Write the folder, in the place of an earlier one of its kind."""
        ...

    def read(self, *, encoder: str) -> LearntTags:
        """Check the folder, then read it.

        Raises
        ------
        ModelRejectedError
            If a file is missing, added, changed or malformed, or another encoder's vectors were learnt from.
        """
        ...

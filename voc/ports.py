"""Ports: what the stages ask of models. Batch in, batch out, same length, same order; the same input gives the same answer.

Implementations name their port as base class. Every model carries ``name`` and ``version``; both travel with each result.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voc.enrichment import Intent, TagScore, Urgency
from voc.feedback import Language, Redaction, Span
from voc.sentiment import Sentiment
from voc.taxonomy import Tag
from voc.topics import Topic, TopicName, TopicRun, TopicSentence

Vectors = NDArray[np.float32]
"""Shape [n, 384], rows of unit length."""
Features = NDArray[np.float32]
"""Shape [n, d]: what the heads look at."""


@dataclass(frozen=True, eq=False)
class Encoded:
    """Everything one forward pass gives for n sentences; equal only to itself.

    ``vectors`` say what a sentence is about and are compared by cosine; ``features`` are what the task heads read;
    ``truncated`` tells for each sentence whether its end lay outside the model's window and was not read.
    """

    vectors: Vectors
    features: Features
    truncated: tuple[bool, ...]

    def __len__(self) -> int:
        """Return n."""
        return len(self.vectors)

    def rows(self, places: Sequence[int]) -> "Encoded":
        """Return some of the sentences, in the order given."""
        chosen = list(places)
        return Encoded(self.vectors[chosen], self.features[chosen], tuple(self.truncated[i] for i in chosen))


@dataclass(frozen=True)
class Cues:
    """What one sentence wants, how soon, and the probabilities, 0…1, that it speaks of leaving and that it is abusive conduct."""

    intent: Intent
    urgency: Urgency
    churn: float
    abusive: float
    intent_chances: tuple[float, ...] = ()
    """How likely each intent is, in the order of ``Intent``; empty where the model states none."""
    urgency_chances: tuple[float, ...] = ()
    """The same for ``Urgency``."""


class Model(Protocol):
    """Anything that is stamped on a result."""

    name: str
    version: str


class LanguageDetector(Model, Protocol):
    """Tells the language of a text."""

    def detect(self, texts: Sequence[str]) -> list[Language]:
        """Return one language per text."""
        ...


class Redactor(Model, Protocol):
    """Finds personal facts in a text."""

    def find(self, texts: Sequence[str]) -> list[tuple[Redaction, ...]]:
        """Return the personal facts of each text, in order, without overlap; offsets in the text given."""
        ...


class SentenceSplitter(Model, Protocol):
    """Splits a text into sentences."""

    def split(self, text: str, language: Language) -> tuple[Span, ...]:
        """Return the sentences in order, without overlap and without the blanks around them."""
        ...


class Encoder(Model, Protocol):
    """Reads sentences of any language once; vectors and all heads come from that one pass."""

    def encode(self, sentences: Sequence[str]) -> Encoded:
        """Return what the pass gives for each sentence, in order."""
        ...


class SentimentModel(Model, Protocol):
    """Says how a sentence feels."""

    def sentiments(self, sentences: Sequence[str], encoded: Encoded) -> list[Sentiment]:
        """Return one sentiment per sentence; ``encoded`` is the encoder's pass over the same sentences."""
        ...


class CueModel(Model, Protocol):
    """Reads intent, urgency, churn cue and abusive conduct from a sentence."""

    def cues(self, sentences: Sequence[str], sentiments: Sequence[Sentiment], encoded: Encoded) -> list[Cues]:
        """Return the cues of each sentence; ``sentiments`` and ``encoded`` are those of the same sentences."""
        ...

    def says_nothing(self, sentence: str) -> bool:
        """Return whether a sentence surely says nothing, as a greeting or 特になし; told before any pass."""
        ...


class Tagger(Model, Protocol):
    """Assigns tags of a taxonomy to sentences."""

    def tags(self, sentences: Sequence[str], encoded: Encoded) -> list[tuple[TagScore, ...]]:
        """Return the tags of each sentence, best first; empty where none fits."""
        ...

    def taxonomy_tags(self) -> tuple[Tag, ...]:
        """Return all tags that can be assigned."""
        ...


class NearDuplicates(Model, Protocol):
    """Tells texts that are nearly the same."""

    def bands(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """Return a few whole numbers per text; texts that are nearly the same share at least one. Empty for short texts."""
        ...

    def alike(self, first: str, second: str) -> bool:
        """Tell whether two texts are nearly the same."""
        ...


class TopicModel(Model, Protocol):
    """Finds topics in sentences."""

    def fit(self, sentences: Sequence[TopicSentence], *, start: Mapping[str, str] | None = None) -> TopicRun:
        """Return topics and exactly one assignment per sentence; sorted input, equal input gives an equal run.

        ``start``: the topic id of sentences that have one; what has not changed then stays together.
        """
        ...

    def describe(self, sentences: Sequence[TopicSentence], groups: Mapping[str, str]) -> dict[str, Topic]:
        """Return what groups that are given say, by their ids: name, keywords, examples, centroid; ``groups`` by sentence id.

        A group of which nothing can be said is left out.
        """
        ...

    def parameters(self) -> Mapping[str, str]:
        """Return the settings that decide the outcome, for the record."""
        ...


class TopicNamer(Model, Protocol):
    """Says what topics are called; every name carries the namer's name and version."""

    def names(
        self, groups: Mapping[str, Sequence[TopicSentence]], *, wanted: Collection[str], taken: Collection[str] = ()
    ) -> dict[str, dict[str, TopicName]]:
        """Return the names of the wanted groups by language (``ja``, ``en``), distinct from each other and from those taken.

        ``groups``: the sentences of every group there is, so that names can tell them apart. A group of which nothing can be said in a
        language has no name in it.
        """
        ...

    def words(
        self, groups: Mapping[str, Sequence[TopicSentence]], *, wanted: Collection[str], taken: Collection[str] = ()
    ) -> dict[str, dict[str, TopicName]]:
        """Return, as ``names`` does, the few words that tell each wanted group from the others: what a group of topics is called."""
        ...

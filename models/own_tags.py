"""Own tags: a user's taxonomy, learnt by few-shot heads on meaning and spelling; as bytes, as a tagger, and beside the shipped tagger.

The shipped taxonomy is learnt by the same heads, from people's corrections on top of the examples it ships with.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.few_shot import FewShotHeads, learn, learn_more, loss_left_out
from models.heads import ShippedTags, shipped_tags
from models.spelling import spelling_marks
from models.tagging import HeadTagger
from voc.enrichment import TagScore
from voc.errors import InputError, LearntTagsRejectedError
from voc.ports import Encoded, Tagger, Vectors
from voc.tag_learning import LearntTags, TagExamples, TagLesson, TagQuality, TagTeacher
from voc.taxonomy import SHIPPED_NAME, Tag

VERSION_CHARS = 8
MARK_WEIGHTS = (0.0, 0.3, 0.6)
"""How much spelling may count beside meaning; the examples left out decide."""
NEAR, FEWEST = 0.35, 50
"""From this cosine with an example on a sentence may be about its matter; so many are taken, where there are fewer examples (LOG.md)."""


@dataclass(frozen=True, eq=False)
class Taught:
    """Heads on meaning and, so far as it counts, spelling; with how well each tag is told."""

    heads: FewShotHeads
    marks: float
    quality: tuple[TagQuality, ...] = ()

    def predict(self, texts: Sequence[str], vectors: Vectors) -> list[tuple[TagScore, ...]]:
        """Return the tags of each text, best first; empty where none fits."""
        return self.heads.predict(_inputs(texts, vectors, self.marks))

    def probabilities(self, texts: Sequence[str], vectors: Vectors) -> NDArray[np.float64]:
        """Return how likely each tag is for each text, shape [n, tags]."""
        return self.heads.probabilities(_inputs(texts, vectors, self.marks))


def teach(lesson: TagLesson) -> Taught:
    """Learn tags from examples and, where that tells the examples left out better, from what the taxonomy says of the tags.

    The examples left out decide how much spelling counts, too. Sentences from elsewhere, far from all examples, are examples of "none of
    these": a few examples of a few tags alone say nothing of what customers write of besides. Errors: as ``models.few_shot.learn``.
    """
    examples, names = lesson.examples, lesson.names
    if not any(examples.labels):
        raise InputError("There is no example with a tag to learn from.", field="label")
    materials = ((examples, 0), (examples + names, len(names.texts)))
    choices = [(*material, weight) for material in materials for weight in MARK_WEIGHTS]

    def loss(choice: tuple[TagExamples, int, float]) -> float:
        some, unjudged, weight = choice
        return loss_left_out(_inputs(some.texts, some.vectors, weight), some.labels, unjudged=unjudged)

    some, unjudged, marks = min(choices, key=loss)
    every = _far(lesson.elsewhere, examples) + some
    learnt = learn(_inputs(every.texts, every.vectors, marks), every.labels, multi=lesson.multi, unjudged=unjudged)
    return Taught(learnt.heads, marks, learnt.quality)


def _far(elsewhere: TagExamples, examples: TagExamples) -> TagExamples:
    """Return sentences from elsewhere that are about none of the examples' matters: as many as there are examples, or ``FEWEST``."""
    nearest = np.max(elsewhere.vectors @ examples.vectors.T, axis=1)
    far = np.random.default_rng(0).permutation(np.flatnonzero(nearest < NEAR))
    return elsewhere.at(far[: max(FEWEST, len(examples.texts))])


class FewShotTeacher(TagTeacher):
    """Learns by kernel ridge regression on the vectors as they are and the spelling; see ``models.few_shot``, ``models.spelling``."""

    def __init__(self, shipped: ShippedTags | None = None) -> None:
        self._given = shipped

    def learn(self, lesson: TagLesson) -> LearntTags:
        """Return what the examples teach."""
        if lesson.taxonomy.name == SHIPPED_NAME:
            return self._learn_on_top(lesson)
        learnt = teach(lesson)
        return _kept(lesson, learnt.heads, {"marks": learnt.marks}, learnt.quality)

    def tagger(self, learnt: LearntTags) -> Tagger:
        """Return the tagger."""
        return OwnTagger(learnt)

    def beside(self, shipped: Tagger, learnt: Sequence[LearntTags]) -> Tagger:
        """Return a tagger that gives the shipped tags, as learnt anew where they were, and those of a user's own."""
        tagger = shipped
        for one in learnt:
            tagger = RelearntTagger(tagger, one) if one.taxonomy.name == SHIPPED_NAME else TaggerBesideShipped(tagger, OwnTagger(one))
        return tagger

    def _learn_on_top(self, lesson: TagLesson) -> LearntTags:
        shipped = self._given or shipped_tags()
        if shipped.known is None:
            raise InputError("The shipped tags learn nothing here.", field="name")
        learnt = learn_more(shipped.known, lesson.examples.vectors, lesson.examples.labels)
        slope, offset = shipped.stated
        facts = {"least_score": shipped.least_score, "stated_slope": slope, "stated_offset": offset}
        return _kept(lesson, learnt.heads, facts, learnt.quality)


def _kept(lesson: TagLesson, heads: FewShotHeads, more: dict[str, float], quality: tuple[TagQuality, ...]) -> LearntTags:
    """Return what was learnt as bytes, its version a hash of them."""
    from safetensors.numpy import save

    arrays = heads.weights()
    weights = save({"examples": arrays["examples"].astype(np.float16), "alpha": arrays["alpha"]})
    config = heads.config() | more
    content = hashlib.sha256(weights + json.dumps([config, lesson.encoder], sort_keys=True).encode())
    return LearntTags(
        taxonomy=lesson.taxonomy,
        version=content.hexdigest()[:VERSION_CHARS],
        encoder=lesson.encoder,
        weights=weights,
        config=config,
        quality=quality,
    )


class RelearntTagger(Tagger):
    """The shipped tags as learnt anew from people's corrections, with the taxonomy's keywords; errors as ``OwnTagger``."""

    def __init__(self, shipped: Tagger, learnt: LearntTags) -> None:
        self.name, self.version = shipped.name, f"{shipped.version}+{learnt.stamp}"
        stated = (_number(learnt, "stated_slope"), _number(learnt, "stated_offset"))
        self._tagger = HeadTagger(learnt.taxonomy, ShippedTags(_heads(learnt), _number(learnt, "least_score"), stated=stated))

    def taxonomy_tags(self) -> tuple[Tag, ...]:
        """Return all tags of the taxonomy."""
        return self._tagger.taxonomy_tags()

    def tags(self, sentences: Sequence[str], encoded: Encoded) -> list[tuple[TagScore, ...]]:
        """Return the tags of each sentence, best first; empty where none fits."""
        return self._tagger.tags(sentences, encoded)


class OwnTagger(Tagger):
    """Tags of a user's taxonomy.

    Raises LearntTagsRejectedError, saying what is wrong, where weights and configuration do not fit together.
    """

    name = "few-shot-tagger"

    def __init__(self, learnt: LearntTags) -> None:
        self.version = learnt.stamp
        self._tags = learnt.taxonomy.tags
        self._taught = Taught(_heads(learnt), _number(learnt, "marks"))

    def taxonomy_tags(self) -> tuple[Tag, ...]:
        """Return all tags of the taxonomy."""
        return self._tags

    def tags(self, sentences: Sequence[str], encoded: Encoded) -> list[tuple[TagScore, ...]]:
        """Return the tags of each sentence, best first; empty where none fits."""
        return self._taught.predict(sentences, encoded.vectors) if len(sentences) else []


class TaggerBesideShipped(Tagger):
    """The shipped tagger's tags and a user's own, best first."""

    def __init__(self, shipped: Tagger, own: Tagger) -> None:
        self.name = shipped.name
        self.version = f"{shipped.version}+{own.version}"
        self._both = (shipped, own)

    def taxonomy_tags(self) -> tuple[Tag, ...]:
        """Return all tags of both."""
        return tuple(tag for tagger in self._both for tag in tagger.taxonomy_tags())

    def tags(self, sentences: Sequence[str], encoded: Encoded) -> list[tuple[TagScore, ...]]:
        """Return the tags of each sentence, best first."""
        first, second = (tagger.tags(sentences, encoded) for tagger in self._both)
        return [_merged(*both) for both in zip(first, second, strict=True)]


def _inputs(texts: Sequence[str], vectors: Vectors, weight: float) -> NDArray[np.float32]:
    """Return what the heads read: the vector, and behind it the spelling marks where they count."""
    return np.hstack([vectors, np.float32(weight) * spelling_marks(texts)]) if weight else vectors


def _merged(shipped: tuple[TagScore, ...], own: tuple[TagScore, ...]) -> tuple[TagScore, ...]:
    taken = {tag.tag for tag in own}
    return tuple(sorted([*own, *(tag for tag in shipped if tag.tag not in taken)], key=lambda tag: (-tag.score, tag.tag)))


def _heads(learnt: LearntTags) -> FewShotHeads:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    name = learnt.taxonomy.name
    try:
        heads = FewShotHeads.from_weights(load(learnt.weights), learnt.config)
    except SafetensorError as error:
        raise LearntTagsRejectedError.of(name, why="the weights are no safetensors file, or only a part of one") from error
    except KeyError as error:
        raise LearntTagsRejectedError.of(name, why=f"{error.args[0]} is missing") from error
    except (ValueError, TypeError) as error:
        raise LearntTagsRejectedError.of(name, why="the configuration holds something else than numbers where numbers belong") from error
    if heads.examples.ndim != 2 or heads.alpha.shape not in _shapes(heads):  # noqa: PLR2004  # a matrix
        shapes = f"{list(heads.examples.shape)} and {list(heads.alpha.shape)} for {len(heads.labels)} tags"
        raise LearntTagsRejectedError.of(name, why=f"weights and tags do not fit together ({shapes})")
    if not (np.isfinite(heads.examples).all() and np.isfinite(heads.alpha).all()):
        raise LearntTagsRejectedError.of(name, why="the weights hold values that are not numbers")
    return heads


def _shapes(heads: FewShotHeads) -> set[tuple[int, int]]:
    """Return the shapes the weights may have; a sentence with one tag at most may have a class "none of these"."""
    columns = len(heads.labels)
    return {(len(heads.examples), columns + more) for more in ((0,) if heads.multi else (0, 1))}


def _number(learnt: LearntTags, name: str) -> float:
    try:
        return float(learnt.config[name])
    except KeyError as error:
        raise LearntTagsRejectedError.of(learnt.taxonomy.name, why=f"{name} is missing") from error
    except (ValueError, TypeError) as error:
        raise LearntTagsRejectedError.of(learnt.taxonomy.name, why=f"{name} is no number") from error

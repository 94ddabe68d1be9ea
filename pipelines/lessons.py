"""Lessons: a stored taxonomy, or the shipped one, learnt from its examples and people's corrections, put in use and forgotten again.

Every example of a tag counts as a sentence that has it, and so do the typical sentences of a topic in whose place it stands; a corrected
comment counts, whole, as one that has the tags it shows since. A sentence can have several tags. The shipped taxonomy is learnt on top of
the examples it ships with, from corrections of its tags alone.
Invariant: going back is possible at any time, for the shipped weights never change, and the same corrections teach the same again.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.enrich import learnt_on
from pipelines.model_process import ModelProcess
from pipelines.topic_changes import MOST_TAG_EXAMPLES
from voc.clock import Clock
from voc.enrichment import ModelStamp
from voc.errors import BadExamplesError, InputError
from voc.model_source import parse_model_source
from voc.settings import ModelSettings
from voc.store import Store, Unit
from voc.tag_learning import LearntTags, TagTeacher, tag_lesson
from voc.taxonomy import Taxonomy

MOST_EXAMPLES = 10_000

Work = Callable[[Unit], object]


@dataclass(frozen=True)
class Material:
    """What a taxonomy is learnt from: texts and the tags of each."""

    taxonomy: Taxonomy
    texts: tuple[str, ...]
    labels: tuple[frozenset[str], ...]


@dataclass(frozen=True)
class Lessons:
    """Learns taxonomies of a store; ``write`` does its work in one transaction, ``changed`` is called when other tags are in use."""

    store: Store
    models: ModelProcess
    teacher: TagTeacher
    stamp: ModelStamp
    """Of the models as set up, without anything learnt."""
    settings: ModelSettings
    shipped: Taxonomy
    write: Callable[[Work], object]
    clock: Clock
    changed: Callable[[], None] = lambda: None

    def learn(self, name: str) -> LearntTags:
        """Learn a taxonomy from its examples and people's corrections, and use it from now on; comments wait for it again.

        Raises
        ------
        NotFoundError
            If there is no such taxonomy.
        InputError
            If it has no examples, too many, or its tags come from a model that learns nothing.
        ModelError
            If the models cannot be used.
        """
        if name == self.shipped.name and parse_model_source(self.settings.tagger) is not None:
            raise InputError("The shipped tags come from a hub model here, which learns nothing.", field="name")
        with self.store.read() as unit:
            material = lesson_material(unit, name, shipped=self.shipped)
        learnt = self.teacher.learn(
            tag_lesson(
                material.taxonomy,
                material.texts,
                material.labels,
                multi=True,
                encoder=learnt_on(self.stamp, name),
                vectors_of=self.models.encode_for_tags,
            )
        )
        now = self.clock()
        self.write(lambda unit: unit.taxonomies.activate(learnt, now=now))
        self.changed()
        return learnt

    def forget(self, name: str) -> bool:
        """Forget what was learnt for a taxonomy; return whether anything was. Comments wait for the tags of before.

        Raises
        ------
        NotFoundError
            If there is no such taxonomy.
        """
        with self.store.read() as unit:
            stored_taxonomy(unit, name, shipped=self.shipped)
        found: list[bool] = []
        self.write(lambda unit: found.append(unit.taxonomies.forget(name)))
        self.changed()
        return found[-1]


def stored_taxonomy(unit: Unit, name: str, *, shipped: Taxonomy) -> Taxonomy:
    """Return the shipped taxonomy or a user's.

    Raises
    ------
    NotFoundError
        If there is none of the name.
    """
    return shipped if name == shipped.name else unit.taxonomies.get(name)


def lesson_material(unit: Unit, name: str, *, shipped: Taxonomy) -> Material:
    """Return what a taxonomy is learnt from; of the shipped one corrections only.

    Raises
    ------
    NotFoundError
        If there is no such taxonomy.
    BadExamplesError
        If there are no examples, or too many.
    """
    taxonomy = stored_taxonomy(unit, name, shipped=shipped)
    examples = {} if taxonomy is shipped else _written(taxonomy)
    ids = {tag.id for tag in taxonomy.tags}
    for tag_id, text in unit.topics.tag_examples(name, each=MOST_TAG_EXAMPLES):
        if tag_id in ids:
            examples[text] = examples.get(text, frozenset()) | {tag_id}
    for comment in unit.corrections.examples():
        if ids.intersection(comment.said):
            taken = {tag for tag, given in comment.said.items() if not given}
            examples[comment.verbatim] = (examples.get(comment.verbatim, frozenset()) | (comment.tags & ids)) - taken
    if taxonomy is shipped and not examples:
        raise BadExamplesError("Nobody has corrected a shipped tag yet, so there is nothing to learn on top.", field="examples")
    if len(examples) > MOST_EXAMPLES or (taxonomy is not shipped and not any(examples.values())):
        message = f"To learn, a taxonomy needs 1 to {MOST_EXAMPLES} examples; five or more for each tag."
        raise BadExamplesError(message, field="examples", limit=MOST_EXAMPLES, actual=len(examples))
    return Material(taxonomy, tuple(examples), tuple(examples.values()))


def _written(taxonomy: Taxonomy) -> dict[str, frozenset[str]]:
    """Return the examples a taxonomy holds, each with all tags it stands at."""
    examples: dict[str, frozenset[str]] = {}
    for tag in taxonomy.tags:
        for text in filter(str.strip, dict.fromkeys(tag.examples.en + tag.examples.ja)):
            examples[text] = examples.get(text, frozenset()) | {tag.id}
    return examples

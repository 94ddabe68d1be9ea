"""Topic shapes: what a change of topics is or would be, proposals, and the history of a topic."""

from typing import Self

from pydantic import BaseModel

from pipelines.topic_editing import Outcome
from pipelines.topic_effects import Effect
from voc.emerging import Emerging
from voc.store import Unit
from voc.taxonomy import Bilingual
from voc.topics import ChangeKind, Proposal, ProposalKind, ProposalState, TagPlace, Topic, TopicEdit, TopicGroup, TopicState
from voc.values import UtcDatetime

EXAMPLES = 5


class TopicLine(BaseModel):
    """A topic in short; ``size`` counts sentences."""

    id: str
    name: str
    size: int
    state: TopicState
    pinned: bool
    named_by: str | None
    parents: list[str]
    merged_into: str | None
    group_id: str | None
    taxonomy: str | None
    tag: str | None

    @classmethod
    def of(cls, topic: Topic, language: str) -> Self:
        """Return a topic's line for a reader of the language."""
        return cls(**topic.model_dump(include=set(cls.model_fields)) | {"name": topic.name_in(language)})


class GroupLine(BaseModel):
    """A group of topics; ``named_by`` null: named by the service."""

    id: str
    name: str
    named_by: str | None

    @classmethod
    def of(cls, group: TopicGroup, language: str) -> Self:
        """Return a group's line for a reader of the language."""
        return cls(id=group.id, name=group.name_in(language), named_by=group.named_by)


class TagPlaceShape(BaseModel):
    """The tag that stands in a topic's place, and of how many of its sentences it is learnt; ``made``: by this change."""

    taxonomy: str
    tag: str
    name: Bilingual
    made: bool
    examples: int


class CountShape(BaseModel):
    """Sentences, and the comments they are of (null: not counted)."""

    sentences: int
    comments: int | None


class EffectShape(BaseModel):
    """What a change would do to the counts of one topic; ``topic_id`` null: to the sentences without a topic."""

    topic_id: str | None
    name: str | None
    before: CountShape
    after: CountShape

    @classmethod
    def of(cls, effect: Effect, language: str) -> Self:
        """Return the shape of an effect."""
        topic = effect.becomes
        before, after = (CountShape(sentences=count.sentences, comments=count.comments) for count in (effect.before, effect.after))
        name = topic.name_in(language) if topic is not None else None
        return cls(topic_id=topic.id if topic is not None else None, name=name, before=before, after=after)


class ChangeShape(BaseModel):
    """A change: the topics and groups it touches before and after, how many sentences move; ``edit`` is its number.

    Of a preview ``edit`` is null, and ``effects`` say what it would do to each count.
    """

    kind: ChangeKind
    edit: int | None
    moved: int
    before: list[TopicLine]
    after: list[TopicLine]
    groups_before: list[GroupLine]
    groups_after: list[GroupLine]
    tag: TagPlaceShape | None
    effects: list[EffectShape] = []

    @classmethod
    def of(cls, outcome: Outcome, language: str) -> Self:
        """Return the shape of what was done or previewed."""
        change = outcome.change
        return cls(
            kind=change.kind,
            edit=outcome.edit.number if outcome.edit is not None else None,
            moved=len(change.moves),
            before=[TopicLine.of(topic, language) for topic in change.before],
            after=[TopicLine.of(topic, language) for topic in change.after],
            groups_before=[GroupLine.of(group, language) for group in change.groups_before],
            groups_after=[GroupLine.of(group, language) for group in change.groups_after],
            tag=_place(change.tag),
            effects=[EffectShape.of(effect, language) for effect in outcome.effects],
        )


def _place(place: TagPlace | None) -> TagPlaceShape | None:
    if place is None:
        return None
    facts = place.model_dump(include={"taxonomy", "made", "examples"})
    return TagPlaceShape(**facts, tag=place.tag.id, name=place.tag.small)


class PartShape(BaseModel):
    """A group of sentences that would be a topic, with real sentences of it."""

    name: str
    keywords: list[str]
    size: int
    examples: list[str]


class ProposalShape(BaseModel):
    """What a fit proposes: ``topics`` it is about, ``parts`` that would become topics; nothing happens until it is accepted.

    ``emerging``: that a topic it would make is spoken of by more people than before; else null.
    """

    id: str
    run_id: str
    kind: ProposalKind
    state: ProposalState
    size: int
    topics: list[TopicLine]
    examples: list[str]
    parts: list[PartShape]
    decided_by: str | None
    decided_at: UtcDatetime | None
    emerging: Emerging | None


class EditShape(BaseModel):
    """An edit in a topic's history; ``undone_by`` and ``undone_at`` say who took it back and when."""

    edit: int
    kind: ChangeKind
    by: str
    at: UtcDatetime
    moved: int
    before: list[TopicLine]
    after: list[TopicLine]
    tag: TagPlaceShape | None
    undone_by: str | None
    undone_at: UtcDatetime | None

    @classmethod
    def of(cls, edit: TopicEdit, language: str) -> Self:
        """Return the shape of an edit."""
        shown = ChangeShape.of(Outcome(edit.change, edit), language)
        plain = edit.model_dump(include={"by", "at", "undone_by", "undone_at"})
        return cls(edit=edit.number, kind=shown.kind, moved=shown.moved, before=shown.before, after=shown.after, tag=shown.tag, **plain)


def proposal_shapes(unit: Unit, proposals: list[Proposal], language: str) -> list[ProposalShape]:
    """Return proposals with their topics as they stand now and sentences to judge by."""
    topics = {topic.id: topic for topic in unit.topics.find(states=TopicState)}
    wanted = [name for one in proposals for topic in _all(one, topics) for name in topic.example_ids[:EXAMPLES]]
    texts, look = unit.enrichments.sentence_texts(wanted), unit.looks.latest()

    def said(topic: Topic) -> list[str]:
        return [texts[name] for name in topic.example_ids[:EXAMPLES] if name in texts]

    return [
        ProposalShape(
            **one.model_dump(include={"id", "run_id", "kind", "state", "size", "decided_by", "decided_at"}),
            topics=[TopicLine.of(topics[name], language) for name in one.topic_ids if name in topics],
            examples=[text for name in one.topic_ids if name in topics for text in said(topics[name])],
            parts=[
                PartShape(
                    name=part.topic.name_in(language),
                    keywords=list(part.topic.keywords),
                    size=len(part.sentence_ids),
                    examples=said(part.topic),
                )
                for part in one.parts
            ],
            emerging=look.of_proposal(one.id) if look is not None else None,
        )
        for one in proposals
    ]


def _all(proposal: Proposal, topics: dict[str, Topic]) -> list[Topic]:
    return [*(topics[name] for name in proposal.topic_ids if name in topics), *(part.topic for part in proposal.parts)]

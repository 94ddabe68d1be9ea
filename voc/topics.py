"""Topic: what many sentences have in common; found, then kept. A topic is durable: its id and name outlive every later fit.

A fit only *proposes* (``Proposal``); people accept, change or reject. Whatever happens to topics is a ``TopicChange``: the topics before
and after, and the sentences that move. Kept with who and when it is a ``TopicEdit``, and can be undone.

Topics stand in groups (``TopicGroup``): the upper of two levels. A group is durable as a topic is.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from pydantic import Field

from voc.feedback import Language
from voc.taxonomy import Tag
from voc.values import UtcDatetime, Value

LEAST_VOICES = 5
"""So many voices must use a word before it may be a keyword or part of a name: what only a few say stays out."""
SENTENCE_NAME_CHARS = (6, 60)


class TopicSentence(Value):
    """What discovery needs of a sentence: id, words, language and its vector (float16, unit length)."""

    id: str
    feedback_id: str
    text: str
    language: Language
    voice: str
    """Whose voice it is (customer, else feedback): words of a few people only never become keywords."""
    vector: bytes
    submitted_at: UtcDatetime | None = None


class TopicState(StrEnum):
    """How a topic stands; only active ones are shown as issues. Excluded and tagged ones take in their sentences unseen."""

    ACTIVE = "active"
    EXCLUDED = "excluded"
    RETIRED = "retired"
    MERGED = "merged"
    TAGGED = "tagged"
    """A tag of a user's own stands in its place; its sentences are examples of the tag."""


TAKES_IN = (TopicState.ACTIVE, TopicState.EXCLUDED, TopicState.TAGGED)
"""States in which a topic takes in sentences."""


class TopicName(Value):
    """What a topic is called in one language, by which namer, and the real sentence that shows it best."""

    text: str
    by: str
    """Name and version of the namer."""
    example_id: str | None = None


def name_for(names: Mapping[str, TopicName], language: str) -> TopicName | None:
    """Return the name in the reader's language, else the one there is."""
    return names.get(language) or next((names[key] for key in sorted(names)), None)


def sentence_name(texts: Iterable[str]) -> str | None:
    """Return the first sentence that is as long as a name may be, for a topic without words enough voices share; None: none is."""
    least, most = SENTENCE_NAME_CHARS
    plain = (" ".join(text.split()) for text in texts)
    return next((text.rstrip("。.") for text in plain if least <= len(text) <= most), None)


class TopicGroup(Value):
    """The upper level: some topics that are near each other; identity is ``id``, never the name."""

    id: str
    name: str
    """What a person called it; else the name in no particular language."""
    names: dict[str, TopicName] = Field(default_factory=dict)
    """By language, ``ja`` and ``en``; empty where a person named it."""
    named_by: str | None = None
    """The person who gave the name; None: the service."""

    def name_in(self, language: str) -> str:
        """Return the name for a reader of the language."""
        found = name_for(self.names, language)
        return self.name if found is None else found.text


class Topic(Value, ser_json_bytes="base64", val_json_bytes="base64"):
    """A topic: name, keywords, and its most typical real sentences; identity is ``id``, never the name."""

    id: str
    name: str
    """What a person called it; else a name in no particular language, for where ``names`` has none."""
    keywords: tuple[str, ...]
    example_ids: tuple[str, ...]
    """Ids of the most typical sentences, most typical first."""
    size: int
    """Sentences assigned."""
    centroid: bytes
    """Little-endian float16, unit length."""
    state: TopicState = TopicState.ACTIVE
    named_by: str | None = None
    """The person who gave the name; None: the service."""
    names: dict[str, TopicName] = Field(default_factory=dict)
    """By language, ``ja`` and ``en``; empty where a person named it."""
    group_id: str | None = None
    group_by_person: bool = False
    """Whether a person put it into its group; then no fit moves it."""
    pinned: bool = False
    """A pinned topic is never part of a proposal."""
    parents: tuple[str, ...] = ()
    """The topics it was split from."""
    merged_into: str | None = None
    taxonomy: str | None = None
    tag: str | None = None
    """The own taxonomy and its tag that stand in the topic's place."""

    def name_in(self, language: str) -> str:
        """Return the name for a reader of the language; a person's name is the same for all."""
        found = name_for(self.names, language)
        return self.name if found is None else found.text


class Lineage(Value):
    """Where a topic came from and where it went, by topic ids."""

    parents: tuple[str, ...] = ()
    split_into: tuple[str, ...] = ()
    merged_from: tuple[str, ...] = ()
    merged_into: str | None = None


def lineage_of(topic: Topic, topics: Iterable[Topic]) -> Lineage:
    """Return a topic's lineage among all topics, in whatever state."""
    everyone = sorted(topics, key=lambda one: one.id)
    return Lineage(
        parents=topic.parents,
        split_into=tuple(one.id for one in everyone if topic.id in one.parents),
        merged_from=tuple(one.id for one in everyone if one.merged_into == topic.id),
        merged_into=topic.merged_into,
    )


class TopicAssignment(Value):
    """Which topic a sentence belongs to, and how near it lies (cosine); ``topic_id`` is None where none is near enough.

    ``settled``: a fit or a person has seen it; else it was only brought to the nearest topic when it came in.
    """

    sentence_id: str
    topic_id: str | None
    similarity: float = Field(ge=-1.001, le=1.001)
    settled: bool = True
    by_person: bool = False


class Unassigned(Value):
    """How many of the sentences that were looked at, of all comments, belong to no topic."""

    sentences: int
    without: int
    figure: str | None = None
    """The address of these numbers, where they are shown (``voc.addresses``)."""

    @property
    def share(self) -> float | None:
        """Share without a topic, 0…1; None where no sentence was looked at."""
        return self.without / self.sentences if self.sentences else None


class TopicRun(Value):
    """The outcome of one fit: groups, each as a topic, and exactly one assignment for every sentence handed in."""

    id: str
    model_version: str
    topics: tuple[Topic, ...]
    assignments: tuple[TopicAssignment, ...]
    parameters: dict[str, str]
    finished_at: UtcDatetime | None = None


class ProposalKind(StrEnum):
    """What a fit may propose. That a topic simply goes on needs no proposal."""

    NEW = "new"
    SPLIT = "split"
    MERGE = "merge"
    RETIRE = "retire"


class ProposalState(StrEnum):
    """How a proposal stands; a later fit supersedes what nobody decided."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


class ProposedPart(Value):
    """A group of sentences that would be a topic of its own; ``topic`` holds what it would be, under the id it would get."""

    topic: Topic
    sentence_ids: tuple[str, ...]


class Proposal(Value):
    """A proposal of one run: the topics it is about (none for ``new``, largest first for ``merge``) and what would come of them.

    ``parts``: of ``new`` the one group, of ``split`` those that would leave the topic, else none.
    """

    id: str
    run_id: str
    kind: ProposalKind
    topic_ids: tuple[str, ...]
    parts: tuple[ProposedPart, ...] = ()
    size: int
    """Sentences it is about."""
    state: ProposalState = ProposalState.OPEN
    decided_by: str | None = None
    decided_at: UtcDatetime | None = None


class ChangeKind(StrEnum):
    """What was done to topics."""

    RENAME = "rename"
    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move"
    PIN = "pin"
    EXCLUDE = "exclude"
    RETIRE = "retire"
    NEW = "new"
    REGROUP = "regroup"
    RENAME_GROUP = "rename_group"
    PROMOTE = "promote"
    """A new tag stands in the topic's place."""
    ABSORB = "absorb"
    """A tag that was there stands in the topic's place."""


class TagPlace(Value):
    """The tag that stands in a topic's place; ``made``: by this change, which also makes the taxonomy where there is none."""

    taxonomy: str
    tag: Tag
    made: bool
    examples: int
    """Sentences of the topic that the tag is learnt from."""


class Move(Value):
    """A sentence that goes from one topic to another; None stands for none."""

    sentence_id: str
    from_topic: str | None
    to_topic: str | None


class TopicChange(Value):
    """A change of topics, done or only previewed: topics as they were and as they become, and the sentences that move.

    A topic in ``after`` alone is made by it, one in ``before`` alone is taken away; the same holds of groups.
    """

    kind: ChangeKind
    before: tuple[Topic, ...] = ()
    after: tuple[Topic, ...] = ()
    groups_before: tuple[TopicGroup, ...] = ()
    groups_after: tuple[TopicGroup, ...] = ()
    moves: tuple[Move, ...] = ()
    tag: TagPlace | None = None

    @property
    def touches(self) -> frozenset[str]:
        """Everything that must not have been changed since, for the change to be taken back: topics, and a tag by its place."""
        place = set() if self.tag is None else {f"{self.tag.taxonomy}/{self.tag.tag.id}"}
        return self.topic_ids | place

    @property
    def topic_ids(self) -> frozenset[str]:
        """Every topic and group it touches."""
        groups = {group.id for group in (*self.groups_before, *self.groups_after)}
        moved = {end for move in self.moves for end in (move.from_topic, move.to_topic) if end is not None}
        return frozenset({topic.id for topic in (*self.before, *self.after)} | groups | moved)

    def reversed(self) -> "TopicChange":
        """Return what takes it back."""
        moves = tuple(Move(sentence_id=m.sentence_id, from_topic=m.to_topic, to_topic=m.from_topic) for m in self.moves)
        return self.model_copy(
            update={
                "before": self.after,
                "after": self.before,
                "groups_before": self.groups_after,
                "groups_after": self.groups_before,
                "moves": moves,
            }
        )


class TopicEdit(Value):
    """A change that was done: its number in the order of all, who, when, and who took it back."""

    number: int
    change: TopicChange
    by: str
    at: UtcDatetime
    proposal_id: str | None = None
    undone_by: str | None = None
    undone_at: UtcDatetime | None = None

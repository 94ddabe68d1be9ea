"""Topic effects: what a change of topics does to the counts of each topic it touches, told before it is done."""

from collections.abc import Collection
from dataclasses import dataclass

from voc.store import Unit
from voc.store.enrichments import split_sentence_id
from voc.topics import Topic, TopicChange, TopicState


@dataclass(frozen=True)
class Count:
    """What a topic holds: sentences, and the comments they are of (None: not counted)."""

    sentences: int
    comments: int | None


@dataclass(frozen=True)
class Effect:
    """A topic before and after a change; ``was`` None: made by it; both None: the sentences without a topic."""

    was: Topic | None
    becomes: Topic | None
    before: Count
    after: Count


def effects(unit: Unit, change: TopicChange) -> list[Effect]:
    """Return what the change does to each topic it touches and to the sentences without one, in the order it names them.

    Counts are those of the store as it is, with the change's moves on top.
    """
    standing = {topic.id: topic for topic in unit.topics.find(states=TopicState)}
    becomes = standing | {topic.id: topic for topic in change.after}
    ends = [end for move in change.moves for end in (move.to_topic, move.from_topic) if end is not None]
    named = list(dict.fromkeys([*(topic.id for topic in (*change.before, *change.after)), *ends]))
    before = {name: set(ids) for name, ids in unit.topics.members(named).items()}
    after = {name: set(ids) for name, ids in before.items()}
    for move in change.moves:
        if move.from_topic is not None:
            after[move.from_topic].discard(move.sentence_id)
        if move.to_topic is not None:
            after[move.to_topic].add(move.sentence_id)
    found = [Effect(standing.get(name), becomes.get(name), _count(before[name]), _count(after[name])) for name in named]
    return found + _without(unit, change)


def examples(unit: Unit, change: TopicChange, *, most: int) -> list[str]:
    """Return the words of the first sentences that move."""
    texts = unit.enrichments.sentence_texts([move.sentence_id for move in change.moves[:most]])
    return [texts[move.sentence_id] for move in change.moves[:most] if move.sentence_id in texts]


def _without(unit: Unit, change: TopicChange) -> list[Effect]:
    more = sum((move.to_topic is None) - (move.from_topic is None) for move in change.moves)
    if not more:
        return []
    now = unit.topics.unassigned().without
    return [Effect(None, None, Count(now, None), Count(now + more, None))]


def _count(sentence_ids: Collection[str]) -> Count:
    return Count(len(sentence_ids), len({split_sentence_id(name)[0] for name in sentence_ids}))

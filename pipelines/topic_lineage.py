"""Topic lineage: where a topic came from and where it went, step by step, with who decided it and when."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from voc.topics import ChangeKind, Topic, TopicEdit, lineage_of
from voc.values import UtcDatetime, Value


class StepKind(StrEnum):
    """What happened to the topic."""

    SPLIT_FROM = "split_from"
    SPLIT_INTO = "split_into"
    TOOK_IN = "took_in"
    MERGED_INTO = "merged_into"
    TAG = "tag"
    """A tag stands in its place."""


class LineageStep(Value):
    """One step: what, with which other topic (None: a tag), when and by whom (None: no edit that stands tells)."""

    kind: StepKind
    topic_id: str | None
    at: UtcDatetime | None
    by: str | None


def lineage_steps(topic: Topic, topics: Iterable[Topic], edits: Sequence[TopicEdit]) -> list[LineageStep]:
    """Return the steps, oldest first; those whose time is not known come before all others.

    Parameters
    ----------
    topic
        The topic.
    topics
        All topics, in whatever state.
    edits
        The edits that touch the topic, latest first.
    """
    lineage = lineage_of(topic, topics)
    standing = [edit for edit in edits if edit.undone_at is None]
    steps = [_step(StepKind.SPLIT_FROM, other, _split_by(topic.id, standing)) for other in lineage.parents]
    steps += [_step(StepKind.SPLIT_INTO, other, _split_by(other, standing)) for other in lineage.split_into]
    steps += [_step(StepKind.TOOK_IN, other, _merged_by(other, topic.id, standing)) for other in lineage.merged_from]
    if lineage.merged_into is not None:
        steps.append(_step(StepKind.MERGED_INTO, lineage.merged_into, _merged_by(topic.id, lineage.merged_into, standing)))
    if topic.tag is not None:
        steps.append(_step(StepKind.TAG, None, next((edit for edit in standing if edit.change.tag is not None), None)))
    return sorted(steps, key=lambda step: (step.at is not None, step.at.timestamp() if step.at else 0.0, step.kind, step.topic_id or ""))


def _step(kind: StepKind, other: str | None, edit: TopicEdit | None) -> LineageStep:
    return LineageStep(kind=kind, topic_id=other, at=edit.at if edit else None, by=edit.by if edit else None)


def _split_by(made: str, edits: Sequence[TopicEdit]) -> TopicEdit | None:
    """Return the split that made the topic."""
    return next((edit for edit in edits if edit.change.kind is ChangeKind.SPLIT and made in _only_after(edit)), None)


def _only_after(edit: TopicEdit) -> set[str]:
    return {topic.id for topic in edit.change.after} - {topic.id for topic in edit.change.before}


def _merged_by(gone: str, into: str, edits: Sequence[TopicEdit]) -> TopicEdit | None:
    """Return the edit that merged one topic into the other."""
    return next((e for e in edits if any(topic.id == gone and topic.merged_into == into for topic in e.change.after)), None)

"""Lineage: where a topic came from and went, with the dates of the edits that stand."""

from datetime import UTC, datetime, timedelta

from pipelines.topic_changes import merge, split, tag_instead
from pipelines.topic_lineage import StepKind, lineage_steps
from tests.support.builders import vector
from voc.taxonomy import Bilingual, Tag
from voc.topics import ProposedPart, Topic, TopicChange, TopicEdit

START = datetime(2026, 1, 1, tzinfo=UTC)
TAG = Tag(id="t", large=Bilingual(en="t", ja="t"), middle=Bilingual(en="t", ja="t"), small=Bilingual(en="t", ja="t"))


def topic(name: str, size: int = 4) -> Topic:
    return Topic(id=name, name=name, keywords=(), example_ids=(), size=size, centroid=vector(1))


def edit(number: int, change: TopicChange, *, undone: bool = False) -> TopicEdit:
    at = START + timedelta(days=number)
    return TopicEdit(number=number, change=change, by="Sato", at=at, undone_at=at if undone else None)


def test_every_step_is_told_in_its_order_with_who_and_when() -> None:
    parted = split(topic("a"), [ProposedPart(topic=topic("b"), sentence_ids=("s1", "s2"))])
    a, b = parted.after
    joined = merge(b, [topic("c")], members={"c": ["s9"]}, topics={"a": a, "b": b, "c": topic("c")})
    b, c = joined.after
    tagged = tag_instead(b, taxonomy="mine", tag=TAG, made=True)
    (b,) = tagged.after
    edits = [edit(3, tagged), edit(2, joined), edit(1, parted)]
    steps = lineage_steps(b, [a, b, c], edits)
    assert [(s.kind, s.topic_id, s.at and (s.at - START).days, s.by) for s in steps] == [
        (StepKind.SPLIT_FROM, "a", 1, "Sato"), (StepKind.TOOK_IN, "c", 2, "Sato"), (StepKind.TAG, None, 3, "Sato"),
    ]  # fmt: skip
    assert [(s.kind, s.topic_id) for s in lineage_steps(a, [a, b, c], edits)] == [(StepKind.SPLIT_INTO, "b")]
    assert [(s.kind, s.topic_id) for s in lineage_steps(c, [a, b, c], edits)] == [(StepKind.MERGED_INTO, "b")]


def test_an_edit_that_was_taken_back_dates_nothing() -> None:
    child = topic("b").model_copy(update={"parents": ("a",)})
    parted = split(topic("a"), [ProposedPart(topic=topic("b"), sentence_ids=("s1",))])
    (step,) = lineage_steps(child, [topic("a"), child], [edit(1, parted, undone=True)])
    assert (step.kind, step.at, step.by) == (StepKind.SPLIT_FROM, None, None)


def test_a_topic_to_which_nothing_happened_has_no_steps() -> None:
    assert lineage_steps(topic("a"), [topic("a"), topic("b")], []) == []

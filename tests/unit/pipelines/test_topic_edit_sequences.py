"""Any sequence of edits and undos on a real store: no sentence is lost, sizes add up, lineage has no circle, all of it can be taken back, and no fit changes any of it."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.discover import Discovery, discover
from pipelines.progress import SilentProgress
from pipelines.topic_editing import excluded, in_group, merged, moved_here, moved_out, pinned, renamed, split_off
from pipelines.topic_proposals import Standing
from pipelines.topic_tags import absorbed, promoted
from pipelines.topic_work import TopicWork
from tests.support.builders import NOON
from tests.support.fake_models import FakeTopics
from tests.support.standing_topics import SENTENCES, SHIPPED, editing, filled, members, state
from voc.errors import InputError, NotFoundError
from voc.settings import TopicSettings
from voc.store import Store
from voc.topics import Topic, TopicSentence, TopicState

OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["rename", "merge", "split", "move", "out", "pin", "exclude", "group", "promote", "absorb", "undo"]), st.integers(0, 7), st.integers(0, 7)),
    max_size=12,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=OPERATIONS)
def test_no_sentence_is_lost_over_any_sequence_and_all_can_be_taken_back(tmp_path_factory: pytest.TempPathFactory, operations: list[tuple[str, int, int]]) -> None:
    store = filled(tmp_path_factory.mktemp("topics") / "data")
    try:
        begin = state(store)
        for kind, one, other in operations:
            try:
                apply(store, kind, one, other)
            except (InputError, NotFoundError):
                continue
            check(store)
        for edit in standing_edits(store):
            editing(store).undo(edit, by="Sato")
        assert state(store) == begin
        with store.read() as unit:
            assert unit.taxonomies.find() == [], "tags and taxonomies that edits made go with them"
    finally:
        store.close()


class Shuffled(FakeTopics):
    """Groups that have nothing to do with what stands: a fit cannot be worse."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = Random(seed)

    def discover(self, sentences: Sequence[TopicSentence], standing: Standing) -> Discovery:
        return discover(sentences, self, standing=standing)

    def parameters(self) -> dict[str, str]:
        return {"least_similarity": "-1"}  # whatever has no topic joins one, unless a person said otherwise

    def _topic(self, text: str) -> str | None:
        return self.random.choice(["one", "two", "three", None])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=OPERATIONS, seed=st.integers(0, 9))
def test_no_fit_changes_what_people_did(tmp_path_factory: pytest.TempPathFactory, operations: list[tuple[str, int, int]], seed: int) -> None:
    """Names, states, lineage, pins and tags stay, and so does every sentence that has a topic or that a person put out of one."""
    store = filled(tmp_path_factory.mktemp("topics") / "data")
    fit(store, seed)
    try:
        for kind, one, other in operations:
            try:
                apply(store, kind, one, other)
            except (InputError, NotFoundError):
                continue
        done = state(store)
        with store.read() as unit:
            decided = {name for name, a in unit.topics.assignments().items() if a.by_person or a.topic_id is not None}
        fit(store, seed + 1)
        topics, assigned = state(store)
        assert [decisions(one) for one in topics] == [decisions(one) for one in done[0]]
        assert {name: assigned[name] for name in decided} == {name: done[1][name] for name in decided}
    finally:
        store.close()


def fit(store: Store, seed: int) -> None:
    model = Shuffled(seed)
    work = TopicWork(store, model, settings=TopicSettings(), clock=lambda: NOON)  # type: ignore[arg-type]
    assert work.keep_up("test/1", SilentProgress(), fit=True)


def decisions(topic: Topic) -> tuple[object, ...]:
    group = topic.group_id if topic.group_by_person else None
    return topic.id, topic.name, topic.named_by, topic.names, topic.state, topic.pinned, topic.parents, topic.merged_into, topic.taxonomy, topic.tag, group


def standing_edits(store: Store) -> list[int]:
    with store.read() as unit:
        return [edit.number for edit in unit.topic_edits.find() if edit.undone_at is None]


def apply(store: Store, kind: str, one: int, other: int) -> None:
    topics = state(store)[0]
    first, second = topics[one % len(topics)].id, topics[other % len(topics)].id
    names = sorted(state(store)[1])
    builds = {
        "rename": renamed(f"name {other}", by="Sato"),
        "merge": merged([second]),
        "split": split_off(members(store, first)[: 1 + other % 3], name=f"part {other}", by="Sato"),
        "move": moved_here(names[other : other + 3]),
        "out": moved_out(names[other * 2 : other * 2 + 6]),
        "pin": pinned(on=bool(other % 2)),
        "exclude": excluded(on=bool(other % 2)),
        "group": in_group(None, name=f"group {other % 2}", by="Sato"),
        "promote": promoted(f"mine {one % 2}", f"tag {other % 3}", name=None, shipped=SHIPPED),
        "absorb": absorbed(f"mine {one % 2}", f"tag {other % 3}"),
    }
    if kind == "undo":
        numbers = standing_edits(store)
        editing(store).undo(numbers[one % len(numbers)] if numbers else 99, by="Sato")
    else:
        editing(store).edit(first, builds[kind], by="Sato")


def check(store: Store) -> None:
    """Every sentence has one place, in a topic that is there and takes sentences; sizes add up; lineage has no circle."""
    topics, assigned = state(store)
    known = {one.id: one for one in topics}
    assert len(assigned) == SENTENCES
    assert sum(one.size for one in topics) + sum(goal is None for goal in assigned.values()) == SENTENCES
    assert all(goal is None or known[goal].state is not TopicState.MERGED for goal in assigned.values())
    with store.read() as unit:
        assert {one.group_id for one in topics if one.group_id is not None} <= unit.topic_groups.find().keys(), "a group is there"
        tags = {(own.name, tag.id) for own in unit.taxonomies.find() for tag in own.tags}
    assert {(one.taxonomy, one.tag) for one in topics if one.state is TopicState.TAGGED} <= tags, "a tagged topic has its tag"
    for one in topics:
        seen, ahead = set(), [one.id]
        while ahead:
            name = ahead.pop()
            found = known.get(name)
            ups = [*found.parents, *([found.merged_into] if found.merged_into else [])] if found else []
            assert one.id not in ups, "a topic is not its own ancestor"
            ahead += [up for up in ups if up not in seen]
            seen.update(ups)

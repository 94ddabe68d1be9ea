"""Any sequence of edits and undos on a real store: no sentence is lost, sizes add up, lineage has no circle, all of it can be taken back."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.topic_editing import excluded, merged, moved_here, moved_out, pinned, renamed, split_off
from pipelines.topic_tags import absorbed, promoted
from tests.support.standing_topics import SENTENCES, SHIPPED, editing, filled, members, state
from voc.errors import InputError, NotFoundError
from voc.store import Store
from voc.topics import TopicState

OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["rename", "merge", "split", "move", "out", "pin", "exclude", "promote", "absorb", "undo"]), st.integers(0, 7), st.integers(0, 7)),
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

"""What a change is said to do to each topic's counts is what it does."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.topic_editing import Build, excluded, existing, in_group, merged, moved_out, moved_to, pinned, renamed, split_off
from pipelines.topic_effects import Count, effects, examples
from pipelines.topic_tags import promoted
from tests.support.standing_topics import SHIPPED, editing, filled, members
from voc.store import Store, Unit

Edit = Callable[[list[str]], Build]
EDITS: dict[str, Edit] = {
    "rename": lambda _: renamed("codes", by="Sato"),
    "merge": lambda _: merged(["tp_1", "tp_2"]),
    "split": lambda mine: split_off(mine[:2], name="part", by="Sato"),
    "move": lambda mine: moved_to("tp_1", mine[:3]),
    "take out": lambda mine: moved_out(mine[:4]),
    "pin": lambda _: pinned(on=True),
    "hide": lambda _: excluded(on=True),
    "group": lambda _: in_group(None, name="sign-in", by="Sato"),
    "promote": lambda _: promoted("mine", "codes", name=None, shipped=SHIPPED),
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = filled(tmp_path / "data")
    yield opened
    opened.close()


def counted(unit: Unit, topic_id: str) -> Count:
    held = unit.topics.members([topic_id])[topic_id]
    return Count(len(held), len({name.rpartition(".")[0] for name in held}))


@pytest.mark.parametrize("what", EDITS)
def test_the_counts_told_before_are_those_found_after(store: Store, what: str) -> None:
    build = EDITS[what](members(store, "tp_0"))
    with store.read() as unit:
        told = effects(unit, build(unit, existing(unit, "tp_0")))
        free = unit.topics.unassigned().without
        assert [one.before for one in told if one.becomes] == [counted(unit, one.becomes.id) for one in told if one.becomes]
    editing(store).edit("tp_0", build, by="Sato")
    with store.read() as unit:
        for one in told:
            if one.becomes is not None:
                now = existing(unit, one.becomes.id)
                assert one.after == counted(unit, now.id)
                assert (one.becomes.name, one.becomes.state, one.becomes.pinned, one.becomes.group_id) == (now.name, now.state, now.pinned, now.group_id)
        without = [(one.before.sentences, one.after.sentences) for one in told if one.becomes is None]
        assert without == ([(free, unit.topics.unassigned().without)] if what == "take out" else [])
    assert "tp_0" in {one.becomes.id for one in told if one.becomes}


def test_each_topic_stands_there_once_with_what_made_it(store: Store) -> None:
    mine = members(store, "tp_0")
    with store.read() as unit:
        merge = effects(unit, merged(["tp_1"])(unit, existing(unit, "tp_0")))
        split = effects(unit, split_off(mine[:2], name="part", by="Sato")(unit, existing(unit, "tp_0")))
    assert [(one.becomes.id, one.before.sentences, one.after.sentences) for one in merge if one.becomes] == [("tp_0", 6, 12), ("tp_1", 6, 0)]
    assert [(one.was is None, one.before.sentences, one.after.sentences) for one in split] == [(False, 6, 4), (True, 0, 2)]


def test_sentences_that_move_are_quoted(store: Store) -> None:
    with store.read() as unit:
        change = merged(["tp_1"])(unit, existing(unit, "tp_0"))
        assert len(examples(unit, change, most=2)) == 2
        assert set(examples(unit, change, most=99)) == {f"comment {n}" for n in range(1, 24, 4)}


def test_two_sentences_of_one_comment_are_one_comment() -> None:
    from pipelines.topic_effects import _count

    assert _count({"fb_a.0", "fb_a.1", "fb_b.0"}) == Count(3, 2)

"""Edits of topics on a real store: nothing is lost whatever is done in whatever order, and everything can be taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.lessons import lesson_material
from pipelines.topic_editing import merged, moved_here, moved_out, renamed, split_off
from pipelines.topic_tags import absorbed, promoted
from tests.support.builders import NOON, vector
from tests.support.standing_topics import SHIPPED, editing, filled, members, state, topic
from voc.errors import InputError, NotFoundError
from voc.store import Store
from voc.taxonomy import Bilingual, Tag, Taxonomy
from voc.topics import Proposal, ProposalKind, ProposalState, ProposedPart, TopicAssignment, TopicState


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = filled(tmp_path / "data")
    yield opened
    opened.close()


def test_a_rename_is_kept_with_who_did_it(store: Store) -> None:
    done = editing(store).edit("tp_0", renamed("  Cannot sign\nin ", by="Sato"), by="Sato")
    assert done.edit is not None
    found = {one.id: one for one in state(store)[0]}["tp_0"]
    assert (found.name, found.named_by, found.size) == ("Cannot sign in", "Sato", 6)


def test_a_name_keeps_what_can_be_seen(store: Store) -> None:
    done = editing(store).edit("tp_0", renamed("\u202eCannot\u200b sign in\u2066", by="Sato"), by="Sato")
    assert done.change.after[0].name == "Cannot sign in"
    with pytest.raises(InputError):
        editing(store).edit("tp_0", renamed("\u200b\u202e", by="Sato"), by="Sato")


def test_a_merge_carries_all_sentences_over_and_back(store: Store) -> None:
    before = state(store)
    seen = editing(store).edit("tp_0", merged(["tp_1"]), by="Sato", preview=True)
    assert state(store) == before, "a preview changes nothing"
    assert (len(seen.change.moves), seen.change.after[0].size) == (6, 12)
    done = editing(store).edit("tp_0", merged(["tp_1"]), by="Sato").edit
    found = {one.id: one for one in state(store)[0]}
    assert (found["tp_0"].size, found["tp_1"].size, found["tp_1"].state, found["tp_1"].merged_into) == (12, 0, TopicState.MERGED, "tp_0")
    assert done is not None
    editing(store).undo(done.number, by="Sato")
    assert state(store) == before


def test_a_split_keeps_the_id_of_the_rest_and_names_its_parent(store: Store) -> None:
    some = members(store, "tp_0")[:2]
    done = editing(store).edit("tp_0", split_off(some, name="codes that never arrive", by="Sato"), by="Sato")
    made = next(one for one in state(store)[0] if one.parents)
    assert (made.name, made.parents, made.size) == ("codes that never arrive", ("tp_0",), 2)
    with store.write() as unit:  # a sentence that came to the new topic later
        late = next(name for name, goal in unit.topics.assignments().items() if goal.topic_id is None)
        unit.topics.assign([TopicAssignment(sentence_id=late, topic_id=made.id, similarity=0.5, settled=False)])
    assert done.edit is not None
    editing(store).undo(done.edit.number, by="Sato")
    topics, assigned = state(store)
    assert made.id not in {one.id for one in topics}
    assert assigned[late] == "tp_0", "what came to the taken-back topic goes where it was split from"
    assert {assigned[name] for name in some} == {"tp_0"}


@pytest.mark.parametrize("name", ["", "  ", "x" * 121])
def test_a_name_has_some_characters_but_not_too_many(store: Store, name: str) -> None:
    with pytest.raises(InputError):
        editing(store).edit("tp_0", renamed(name, by="Sato"), by="Sato")


def test_what_cannot_be_done_changes_nothing(store: Store) -> None:
    before = state(store)
    everything = members(store, "tp_0")
    for build in (merged([]), merged(["tp_0"]), merged(["tp_1", "tp_1"]), split_off(everything, name="all", by="S"), split_off([], name="n", by="S")):
        with pytest.raises(InputError):
            editing(store).edit("tp_0", build, by="Sato")
    with pytest.raises(InputError):
        editing(store).edit("tp_0", split_off(members(store, "tp_1")[:1], name="foreign", by="S"), by="S")
    with pytest.raises(NotFoundError):
        editing(store).edit("tp_0", merged(["tp_none"]), by="Sato")
    with pytest.raises(NotFoundError):
        editing(store).undo(99, by="Sato")
    assert state(store) == before


def test_a_merged_topic_can_be_neither_merged_nor_split_any_more(store: Store) -> None:
    editing(store).edit("tp_0", merged(["tp_1"]), by="Sato")
    for target, build in (("tp_2", merged(["tp_1"])), ("tp_1", merged(["tp_2"])), ("tp_1", moved_here(members(store, "tp_2")[:1]))):
        with pytest.raises(InputError):
            editing(store).edit(target, build, by="Sato")


def test_a_topic_never_takes_in_the_one_it_came_from(store: Store) -> None:
    editing(store).edit("tp_0", split_off(members(store, "tp_0")[:2], name="part", by="Sato"), by="Sato")
    part = next(one.id for one in state(store)[0] if one.parents)
    editing(store).edit("tp_1", merged(["tp_0"]), by="Sato")
    with pytest.raises(InputError, match="came from") as refused:
        editing(store).edit(part, merged(["tp_1"]), by="Sato")
    assert refused.value.facts["instead"] == "tp_1", "in two steps as in one"
    proposal = Proposal(id="pr", run_id="tr", kind=ProposalKind.MERGE, topic_ids=(part, "tp_1"), size=12)
    with store.write() as unit:
        unit.proposals.replace_open([proposal])
    editing(store).decide("pr", accept=True, by="Sato")
    assert {one.id: one.merged_into for one in state(store)[0]}[part] == "tp_1", "a proposal is turned the right way round"


def test_an_edit_under_a_later_one_is_taken_back_after_it(store: Store) -> None:
    first = editing(store).edit("tp_0", merged(["tp_1"]), by="Sato").edit
    second = editing(store).edit("tp_0", renamed("both", by="Sato"), by="Sato").edit
    assert first is not None
    assert second is not None
    with pytest.raises(InputError, match="first"):
        editing(store).undo(first.number, by="Sato")
    editing(store).undo(second.number, by="Sato")
    editing(store).undo(first.number, by="Sato")
    with pytest.raises(InputError, match="already"):
        editing(store).undo(first.number, by="Sato")


def test_a_move_out_is_taken_back_after_what_moved_the_sentence_on(store: Store) -> None:
    one, before = members(store, "tp_1")[0], state(store)
    out = editing(store).edit("tp_1", moved_out([one]), by="Sato").edit
    on = editing(store).edit("tp_2", moved_here([one]), by="Sato").edit
    assert out is not None
    assert on is not None
    with pytest.raises(InputError, match="first"):
        editing(store).undo(out.number, by="Sato")
    editing(store).undo(on.number, by="Sato")
    editing(store).undo(out.number, by="Sato")
    assert state(store) == before


def test_what_a_person_moved_is_marked_so(store: Store) -> None:
    one = members(store, "tp_1")[0]
    editing(store).edit("tp_0", moved_here([one]), by="Sato")
    with store.read() as unit:
        assert unit.topics.assignments([one])[one].by_person
    assert one in members(store, "tp_0")


def proposals(store: Store) -> list[Proposal]:
    free = [name for name, goal in state(store)[1].items() if goal is None]
    part = ProposedPart(topic=topic(9), sentence_ids=tuple(free))
    half = ProposedPart(topic=topic(8), sentence_ids=tuple(members(store, "tp_2")[:3]))
    made = [
        Proposal(id="pr_new", run_id="tr", kind=ProposalKind.NEW, topic_ids=(), parts=(part,), size=6),
        Proposal(id="pr_merge", run_id="tr", kind=ProposalKind.MERGE, topic_ids=("tp_0", "tp_1"), size=12),
        Proposal(id="pr_split", run_id="tr", kind=ProposalKind.SPLIT, topic_ids=("tp_2",), parts=(half,), size=6),
        Proposal(id="pr_retire", run_id="tr", kind=ProposalKind.RETIRE, topic_ids=("tp_2",), size=6),
    ]
    with store.write() as unit:
        unit.proposals.replace_open(made)
    return made


@pytest.mark.parametrize("number", range(4), ids=["new", "merge", "split", "retire"])
def test_an_accepted_proposal_is_an_edit_that_can_be_taken_back(store: Store, number: int) -> None:
    proposal = proposals(store)[number]
    before = state(store)
    assert editing(store).decide(proposal.id, accept=True, by="Sato", preview=True) is not None
    assert state(store) == before
    done = editing(store).decide(proposal.id, accept=True, by="Sato")
    assert done is not None
    assert done.edit is not None
    assert state(store) != before
    with pytest.raises(InputError, match="accepted"):
        editing(store).decide(proposal.id, accept=True, by="Sato")
    editing(store).undo(done.edit.number, by="Sato")
    assert state(store) == before
    with store.read() as unit:
        assert [p.id for p in unit.proposals.find(state=ProposalState.REJECTED)] == [proposal.id]


def test_a_proposal_is_accepted_under_a_name_of_ones_own(store: Store) -> None:
    proposals(store)
    editing(store).decide("pr_new", accept=True, by="Sato", name="dark mode wanted")
    editing(store).decide("pr_merge", accept=True, by="Sato", name="signing in")
    names = {one.id: (one.name, one.named_by) for one in state(store)[0]}
    assert names["tp_9"] == ("dark mode wanted", "Sato")
    assert names["tp_0"] == ("signing in", "Sato")


def test_sentences_that_moved_since_the_fit_stay_where_they_are(store: Store) -> None:
    proposals(store)
    gone = members(store, "tp_2")[0]
    editing(store).edit("tp_0", moved_here([gone]), by="Sato")
    editing(store).decide("pr_split", accept=True, by="Sato")
    assert gone in members(store, "tp_0")
    assert len(members(store, "tp_8")) == 2


def test_the_mark_of_a_person_outlives_merges_and_undo(store: Store) -> None:
    one = members(store, "tp_1")[0]
    editing(store).edit("tp_0", moved_here([one]), by="Sato")
    done = editing(store).edit("tp_2", merged(["tp_0"]), by="Sato").edit
    assert done is not None
    editing(store).undo(done.number, by="Sato")
    with store.read() as unit:
        found = unit.topics.assignments([one])[one]
    assert (found.topic_id, found.by_person) == ("tp_0", True)


def test_what_a_person_moved_is_not_taken_by_a_new_topic(store: Store) -> None:
    proposal = proposals(store)[0]
    moved = proposal.parts[0].sentence_ids[0]
    editing(store).edit("tp_0", moved_here([moved]), by="Sato")
    editing(store).decide("pr_new", accept=True, by="Sato")
    assert moved in members(store, "tp_0")
    assert len(members(store, "tp_9")) == 5


def test_an_undone_rename_keeps_what_fits_have_said_since(store: Store) -> None:
    done = editing(store).edit("tp_0", renamed("new", by="Sato"), by="Sato").edit
    assert done is not None
    with store.write() as unit:
        found = unit.topics.get("tp_0")
        assert found is not None
        unit.topics.put([found.model_copy(update={"keywords": ("later",), "centroid": vector(99)})])
    editing(store).undo(done.number, by="Sato")
    after = {one.id: one for one in state(store)[0]}["tp_0"]
    assert (after.name, after.keywords, after.centroid) == ("topic 0", ("later",), vector(99))


def test_a_previewed_rejection_rejects_nothing(store: Store) -> None:
    proposals(store)
    editing(store).decide("pr_new", accept=False, by="Sato", preview=True)
    with store.read() as unit:
        assert not unit.proposals.find(state=ProposalState.REJECTED)


def test_moving_sentences_where_they_are_is_refused(store: Store) -> None:
    with pytest.raises(InputError, match="there already"):
        editing(store).edit("tp_0", moved_here(members(store, "tp_0")), by="Sato")


def test_a_topic_becomes_a_tag_whose_examples_are_its_sentences_as_they_stand(store: Store) -> None:
    before = state(store)
    build = promoted("mine", "codes", name="コードが届かない", shipped=SHIPPED)
    seen = editing(store).edit("tp_0", build, by="Sato", preview=True).change
    assert (seen.tag.taxonomy, seen.tag.made, seen.tag.examples) == ("mine", True, 6)  # type: ignore[union-attr]
    assert state(store) == before, "a preview changes nothing"
    editing(store).edit("tp_0", build, by="Sato")
    found = {one.id: one for one in state(store)[0]}["tp_0"]
    assert (found.state, found.taxonomy, found.tag, found.size) == (TopicState.TAGGED, "mine", "codes", 6)
    editing(store).edit("tp_1", moved_here(members(store, "tp_0")[:1]), by="Sato")
    with store.read() as unit:
        material = lesson_material(unit, "mine", shipped=SHIPPED)
        assert unit.topics.find() == [topic for topic in unit.topics.find() if topic.id != "tp_0"], "it is no issue any more"
    assert material.taxonomy.tags[0].small.ja == "コードが届かない"
    assert (len(material.texts), set(material.labels)) == (5, {frozenset({"codes"})}), "what was moved out is no example"


def test_a_tag_takes_a_second_topic_in_and_the_first_is_taken_back_after_it(store: Store) -> None:
    first = editing(store).edit("tp_0", promoted("mine", "codes", name=None, shipped=SHIPPED), by="Sato").edit
    second = editing(store).edit("tp_1", absorbed("mine", "codes"), by="Sato").edit
    assert first is not None
    assert second is not None
    with store.read() as unit:
        assert len(lesson_material(unit, "mine", shipped=SHIPPED).texts) == 12
    with pytest.raises(InputError, match="Later edits"):
        editing(store).undo(first.number, by="Sato")
    editing(store).undo(second.number, by="Sato")
    editing(store).undo(first.number, by="Sato")
    with store.read() as unit:
        assert unit.taxonomies.find() == []


def test_a_taxonomy_brought_in_again_keeps_the_tags_that_stand_for_topics(store: Store) -> None:
    editing(store).edit("tp_0", promoted("mine", "codes", name=None, shipped=SHIPPED), by="Sato")
    level = Bilingual(en="Queue", ja="待ち時間")
    with store.write() as unit:
        unit.taxonomies.put(Taxonomy(name="mine", version="2", tags=(Tag(id="queue", large=level, middle=level, small=level),)), now=NOON)
        assert [tag.id for tag in unit.taxonomies.get("mine").tags] == ["queue", "codes"]


def test_a_tag_that_is_there_is_not_made_again_and_one_that_is_not_takes_nothing_in(store: Store) -> None:
    before = state(store)
    for build in (
        promoted("mine", SHIPPED.tags[0].id, name=None, shipped=SHIPPED),
        absorbed("mine", "codes"),
    ):
        with pytest.raises((InputError, NotFoundError)):
            editing(store).edit("tp_0", build, by="Sato")
    with pytest.raises(InputError):
        promoted("mine", " ", name=None, shipped=SHIPPED)
    assert state(store) == before


def test_only_the_edit_that_is_asked_for_is_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Why: an edit holds every sentence it moved; ten years of edits must not be read to take one back."""
    from voc.store import topic_edits

    for number in range(4):
        editing(store).edit(f"tp_{number % 2}", renamed(f"name {number}", by="Sato"), by="Sato")
    read: list[int] = []
    plain = topic_edits._edit
    monkeypatch.setattr(topic_edits, "_edit", lambda row: read.append(row.number) or plain(row))
    editing(store).undo(4, by="Sato")
    assert read == [4]
    with store.read() as unit:
        assert [edit.number for edit in unit.topic_edits.find("tp_0")] == [3, 1]
    assert read == [4, 3, 1]

"""What a fit proposes about topics that stand, on groups made by hand: each test plants one thing and nothing else is said."""

from datetime import timedelta

import pytest

from pipelines.discover import assign, discover
from pipelines.topic_proposals import Standing, propose
from tests.support.builders import NOON, vector
from voc.feedback import Language
from voc.topics import (
    ChangeKind,
    Move,
    Proposal,
    ProposalKind,
    Topic,
    TopicAssignment,
    TopicChange,
    TopicEdit,
    TopicRun,
    TopicSentence,
    TopicState,
)


def topic(name: str, *, seed: int = 0, **changes: object) -> Topic:
    plain = Topic(id=name, name=name, keywords=(), example_ids=(), size=0, centroid=vector(seed or sum(map(ord, name))))
    return plain.model_copy(update=changes)


def names(group: str, n: int) -> list[str]:
    return [f"{group}{i}.0" for i in range(n)]


def run(groups: dict[str, list[str]]) -> TopicRun:
    assignments = tuple(TopicAssignment(sentence_id=s, topic_id=group, similarity=0.8) for group, ids in groups.items() for s in ids)
    return TopicRun(
        id="run_2", model_version="m/1", topics=tuple(topic(group) for group in groups if group), assignments=assignments, parameters={}
    )


def standing(places: dict[str | None, list[str]], *, settled: bool = True, **more: object) -> Standing:
    assignments = {s: TopicAssignment(sentence_id=s, topic_id=goal, similarity=0.8, settled=settled) for goal, ids in places.items() for s in ids}
    return Standing(topics=tuple(topic(goal) for goal in places if goal), assignments=assignments, **more)  # type: ignore[arg-type]


def said(found: list[Proposal]) -> list[tuple[ProposalKind, tuple[str, ...]]]:
    return [(proposal.kind, proposal.topic_ids) for proposal in found]


def test_what_goes_on_needs_no_word() -> None:
    stands = standing({"a": names("a", 20), "b": names("b", 20)})
    fit = run({"g1": names("a", 20)[:-1] + names("new", 8), "g2": names("b", 20) + names("a", 20)[-1:]})
    assert propose(fit, [], stands) == []


def test_a_burst_on_an_old_topic_is_no_new_topic() -> None:
    stands = standing({"a": names("a", 20)})
    assert propose(run({"g": names("a", 20) + names("burst", 80)}), [], stands) == []


def test_a_group_of_sentences_nobody_placed_is_new() -> None:
    stands = standing({"a": names("a", 20), None: names("free", 6)})
    found = propose(run({"g": names("a", 20), "h": names("free", 6) + names("fresh", 4)}), [], stands)
    assert said(found) == [(ProposalKind.NEW, ())]
    assert set(found[0].parts[0].sentence_ids) == set(names("free", 6) + names("fresh", 4))


def test_a_new_matter_that_was_brought_to_the_nearest_topic_is_still_new() -> None:
    stands = standing({"a": names("a", 40)})
    late = {s: TopicAssignment(sentence_id=s, topic_id="a", similarity=0.45, settled=False) for s in names("late", 12)}
    stands = Standing(topics=stands.topics, assignments={**stands.assignments, **late})
    found = propose(run({"g": names("a", 40), "h": names("late", 12)}), [], stands)
    assert said(found) == [(ProposalKind.NEW, ())]


def test_a_topic_that_falls_apart_is_split_and_the_largest_part_stays() -> None:
    ids = names("a", 30)
    found = propose(run({"g": ids[:18], "h": ids[18:]}), [], standing({"a": ids}))
    assert said(found) == [(ProposalKind.SPLIT, ("a",))]
    assert set(found[0].parts[0].sentence_ids) == set(ids[18:])
    assert found[0].parts[0].topic.id not in {"a", "h"}, "a part gets an id of its own"


def test_parts_that_say_the_same_are_no_split() -> None:
    ids = names("a", 30)
    fit = run({"g": ids[:18], "h": ids[18:]})
    same = tuple(group.model_copy(update={"centroid": vector(1)}) for group in fit.topics)
    assert propose(fit.model_copy(update={"topics": same}), [], standing({"a": ids})) == []


def test_a_crumb_is_no_split() -> None:
    ids = names("a", 60)
    assert propose(run({"g": ids[:54], "h": ids[54:]}), [], standing({"a": ids})) == []


def test_topics_that_fall_into_one_group_are_merged_into_the_largest() -> None:
    found = propose(run({"g": names("a", 10) + names("b", 20)}), [], standing({"a": names("a", 10), "b": names("b", 20)}))
    assert said(found) == [(ProposalKind.MERGE, ("b", "a"))]


def sentences(group: str, days: list[int]) -> list[TopicSentence]:
    return [
        TopicSentence(
            id=name, feedback_id=name[:-2], text="x", language=Language.EN, voice=name, vector=vector(1), submitted_at=NOON - timedelta(days=day)
        )
        for name, day in zip(names(group, len(days)), days, strict=True)
    ]


def test_a_topic_nobody_speaks_of_any_more_may_be_retired() -> None:
    old, lively = sentences("a", list(range(70, 300, 5))), sentences("b", list(range(0, 300, 6)))
    rare = sentences("c", [100, 180, 260])
    places: dict[str | None, list[str]] = {"a": [s.id for s in old], "b": [s.id for s in lively], "c": [s.id for s in rare]}
    found = propose(run({name: ids for name, ids in places.items() if name}), [*old, *lively, *rare], standing(places))
    assert said(found) == [(ProposalKind.RETIRE, ("a",))], "of a rare topic two quiet months say nothing"


@pytest.mark.parametrize("change", [{"pinned": True}, {"state": TopicState.EXCLUDED}])
def test_pinned_and_hidden_topics_are_left_alone(change: dict[str, object]) -> None:
    ids = names("a", 30)
    stands = standing({"a": ids})
    left = Standing(topics=(topic("a", **change),), assignments=stands.assignments)
    assert propose(run({"g": ids[:18], "h": ids[18:]}), [], left) == []


def test_a_rejected_proposal_comes_back_only_when_it_has_grown() -> None:
    ids = names("a", 30)
    first = propose(run({"g": ids[:18], "h": ids[18:]}), [], standing({"a": ids}))
    assert propose(run({"g": ids[:18], "h": ids[18:]}), [], standing({"a": ids}, rejected=tuple(first))) == []
    more = names("a", 60)
    again = propose(run({"g": more[:30], "h": more[30:]}), [], standing({"a": more}, rejected=tuple(first)))
    assert said(again) == [(ProposalKind.SPLIT, ("a",))]


def edit(kind: ChangeKind, *, after: tuple[Topic, ...], moved: list[str]) -> TopicEdit:
    moves = tuple(Move(sentence_id=s, from_topic="x", to_topic=after[0].id) for s in moved)
    return TopicEdit(number=1, change=TopicChange(kind=kind, after=after, moves=moves), by="Sato", at=NOON)


def test_what_a_person_merged_is_not_proposed_to_be_split_and_the_other_way_round() -> None:
    ids = names("a", 30)
    joined = edit(ChangeKind.MERGE, after=(topic("a"), topic("gone")), moved=ids[18:])
    assert propose(run({"g": ids[:18], "h": ids[18:]}), [], standing({"a": ids}, edits=(joined,))) == []
    parted = edit(ChangeKind.SPLIT, after=(topic("a"), topic("b")), moved=names("b", 20))
    places: dict[str | None, list[str]] = {"a": names("a", 10), "b": names("b", 20)}
    assert propose(run({"g": names("a", 10) + names("b", 20)}), [], standing(places, edits=(parted,))) == []
    undone = parted.model_copy(update={"undone_at": NOON})
    assert len(propose(run({"g": names("a", 10) + names("b", 20)}), [], standing(places, edits=(undone,)))) == 1


def test_new_sentences_go_to_the_nearest_topic_that_takes_them_and_are_not_settled() -> None:
    one = TopicSentence(id="x.0", feedback_id="x", text="x", language=Language.EN, voice="x", vector=vector(5))
    near, far = topic("near", seed=5), topic("far", seed=6)
    found = assign([one], [far, near], least_similarity=0.4)[0]
    assert (found.topic_id, found.settled, round(found.similarity, 2)) == ("near", False, 1.0)
    closed = near.model_copy(update={"state": TopicState.RETIRED})
    assert assign([one], [far, closed], least_similarity=0.4)[0].topic_id is None
    assert assign([one], [], least_similarity=0.4)[0].topic_id is None


class OneGroup:
    """A topic model that finds what it is told to."""

    name, version = "one", "1"

    def __init__(self, found: TopicRun) -> None:
        self.found = found

    def parameters(self) -> dict[str, str]:
        return self.found.parameters

    def describe(self, given: object, groups: object) -> dict[str, Topic]:
        return {}

    def fit(self, given: object, *, start: object = None) -> TopicRun:
        return self.found.model_copy(update={"parameters": {"least_similarity": "0.4"}})


def test_a_fit_moves_no_sentence_that_has_a_topic_and_takes_in_what_has_none() -> None:
    given = sentences("a", [1, 2, 3])
    stands = standing({"a": [given[0].id], "b": [given[1].id], None: [given[2].id]})
    stands = Standing(topics=(topic("a", seed=9), topic("b", seed=1)), assignments=stands.assignments)
    fit = run({"g": [one.id for one in given]})
    found = discover(given, OneGroup(fit), standing=stands)  # type: ignore[arg-type]
    assert [(a.sentence_id, a.topic_id) for a in found.assignments] == [(given[2].id, "b")]
    assert [one.id for one in found.topics] == ["a", "b"]


def test_what_is_said_again_of_a_retired_topic_is_new() -> None:
    stands = standing({"a": names("a", 20), "b": names("b", 20)})
    closed = Standing(topics=(topic("a", state=TopicState.RETIRED), topic("b")), assignments=stands.assignments)
    found = propose(run({"g": names("a", 20) + names("again", 30), "h": names("b", 20)}), [], closed)
    assert said(found) == [(ProposalKind.NEW, ())]
    assert set(found[0].parts[0].sentence_ids) == set(names("again", 30))


def test_what_a_person_brought_into_a_smaller_topic_is_not_split_off_either_way() -> None:
    own, brought = names("a", 12), names("b", 18)
    joined = edit(ChangeKind.MERGE, after=(topic("a"), topic("b", state=TopicState.MERGED)), moved=brought)
    assert propose(run({"g": brought, "h": own}), [], standing({"a": own + brought}, edits=(joined,))) == []

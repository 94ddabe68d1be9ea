"""Groups of topics: near ones stand together, a group keeps its id, and what a person moved stays."""

import numpy as np
import pytest

from pipelines.topic_groups import count_of, grouped
from voc.topics import Topic, TopicGroup

CORNERS = np.eye(3, 8, dtype=np.float32)


def topics(each: int = 3, seed: int = 0) -> list[Topic]:
    """Return three families of topics, each near a corner."""
    random = np.random.default_rng(seed)
    return [
        Topic(
            id=f"tp_{family}{n}", name=f"{family}{n}", keywords=(), example_ids=(), size=9,
            centroid=(CORNERS[family] + 0.1 * random.standard_normal(8)).astype("<f2").tobytes(),
        )
        for family in range(3)
        for n in range(each)
    ]  # fmt: skip


def by_topic(found: list[Topic]) -> dict[str, str | None]:
    return {topic.id: topic.group_id for topic in found}


def test_near_topics_stand_in_one_group_whatever_the_order() -> None:
    found, groups = grouped(topics(), {}, anew=True)
    of = by_topic(found)
    assert all(of[f"tp_{family}0"] == of[f"tp_{family}1"] == of[f"tp_{family}2"] for family in range(2))
    assert {group.id for group in groups} == set(of.values())
    assert len(groups) == count_of(9)
    assert by_topic(grouped(topics()[::-1], {}, anew=True)[0]) == of


def test_few_topics_need_no_groups() -> None:
    found, groups = grouped(topics(each=1), {}, anew=True)
    assert (groups, {topic.group_id for topic in found}) == ([], {None})


def test_a_new_topic_joins_the_nearest_group_and_no_other_moves() -> None:
    found, groups = grouped(topics(), {}, anew=True)
    standing = {group.id: group for group in groups}
    new = topics(seed=5)[0].model_copy(update={"id": "tp_new"})
    later, same = grouped([*found, new], standing, anew=False)
    assert same == groups
    assert by_topic(later) == {**by_topic(found), "tp_new": by_topic(found)["tp_00"]}


def test_groups_made_anew_keep_the_id_and_name_of_those_they_share_most_topics_with() -> None:
    found, groups = grouped(topics(), {}, anew=True)
    standing = {group.id: group.model_copy(update={"name": f"name of {group.id}", "named_by": "Sato"}) for group in groups}
    more = [topic.model_copy(update={"id": f"{topic.id}x"}) for topic in topics(seed=7)]
    later, groups_now = grouped([*found, *more], standing, anew=True)
    assert set(standing) <= {group.id for group in groups_now}
    assert [group for group in groups_now if group.id in standing] == list(standing.values())
    assert by_topic(later)["tp_00"] == by_topic(found)["tp_00"]


@pytest.mark.parametrize("anew", [True, False])
def test_a_topic_a_person_moved_stays_where_it_was_put(*, anew: bool) -> None:
    found, groups = grouped(topics(), {}, anew=True)
    own = TopicGroup(id="tg_own", name="Sato's", named_by="Sato")
    moved = found[0].model_copy(update={"group_id": "tg_own", "group_by_person": True})
    later, _ = grouped([moved, *found[1:]], {group.id: group for group in (*groups, own)}, anew=anew)
    assert by_topic(later)[moved.id] == "tg_own"

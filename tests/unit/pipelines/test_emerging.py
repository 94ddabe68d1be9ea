"""Which topics emerge: small replays whose truth is known. The large ones stand in tests/benchmarks/test_emerging_alarms.py."""

import numpy as np

from pipelines.explain.emerging import NEEDED_DAYS, Said, look
from voc.settings import TopicSettings

START = 739_000
END = START + 70


def said(rates: dict[str, float], *, days: int = 71, seed: int = 1, more: dict[str, float] | None = None) -> tuple[dict[str, list[Said]], list[Said]]:
    """Return who spoke of what; ``more``: the rates of the last two days where they differ."""
    rng = np.random.default_rng(seed)
    spoken: dict[str, list[Said]] = {}
    for name, rate in rates.items():
        for day in range(days):
            today = (more or {}).get(name, rate) if day >= days - 2 else rate
            spoken.setdefault(name, []).extend(Said(START + day, f"{name}.{day}.{n}") for n in range(rng.poisson(today)))
    return {name: some for name, some in spoken.items() if some}, [one for some in spoken.values() for one in some]


STRICT = 0.2
"""False alarms a week that are put up with: so few that one draw of ten topics has hardly any."""
TEN = {f"t{n}": 2.0 for n in range(10)}


def test_a_topic_that_more_people_speak_of_is_found_and_no_other() -> None:
    spoken, everyone = said(TEN, more={"t3": 9.0})
    (found,) = look(spoken, everyone, day=END, per_week=STRICT).found
    assert (found.topic_id, found.new) == ("t3", False)
    assert found.days in {1, 2}
    assert found.count == sum(one.day > END - found.days for one in spoken["t3"])
    assert 2 <= found.expected / found.days <= 4
    assert found.since.toordinal() >= END - 1


def test_when_everything_grows_no_topic_does() -> None:
    spoken, everyone = said(TEN, more=dict.fromkeys(TEN, 6.0))
    assert look(spoken, everyone, day=END, per_week=1.0).found == ()


def test_a_thousand_comments_of_one_author_are_one_voice() -> None:
    spoken, everyone = said(TEN)
    flood = [Said(END, "one author")] * 1_000
    calm = look(spoken, everyone, day=END, per_week=STRICT)
    spoken["t3"], everyone = spoken["t3"] + flood, everyone + flood
    assert [one.topic_id for one in look(spoken, everyone, day=END, per_week=STRICT).found] == [one.topic_id for one in calm.found] == []


def test_a_topic_without_a_past_is_new_and_growing_once_enough_people_speak_of_it() -> None:
    spoken, everyone = said({**TEN, "fresh": 0.0}, more={"fresh": 4.0}, seed=3)
    found = look(spoken, everyone, day=END, per_week=1.0).of("fresh")
    assert found is not None
    assert found.new
    assert found.first_seen.toordinal() >= END - 1
    assert look(spoken, everyone, day=END - 2, per_week=1.0).of("fresh") is None, "what was said later is left out"


def test_where_everything_is_new_nothing_emerges() -> None:
    spoken, everyone = said(TEN, days=5)
    assert look(spoken, everyone, day=START + 4, per_week=100.0).found == ()


def test_an_unsteady_topic_needs_more_to_stand_out_than_a_steady_one() -> None:
    rng = np.random.default_rng(5)
    spoken, everyone = said(TEN)
    spoken["wild"] = [Said(START + day, f"w{day}.{n}") for day in range(69) for n in range(24 if rng.random() < 0.08 else 0)]
    spoken["calm"] = [Said(START + day, f"c{day}.{n}") for day in range(69) for n in range(2)]
    for name in ("wild", "calm"):
        spoken[name] += [Said(END, f"{name}.{n}") for n in range(16)]
    found = look(spoken, [*everyone, *spoken["wild"], *spoken["calm"]], day=END, per_week=1.0)
    assert [one.topic_id for one in found.found] == ["calm"]


def test_where_nothing_changes_false_alarms_stay_within_the_budget() -> None:
    per_week = TopicSettings().false_alarms_per_week
    spoken, everyone = said({f"t{n}": 6.0 / (n + 1) for n in range(40)}, days=NEEDED_DAYS + 28, seed=11)
    alarms, before = 0, set[str]()
    for day in range(START + NEEDED_DAYS, START + NEEDED_DAYS + 28):
        now = {one.topic_id for one in look(spoken, everyone, day=day, per_week=per_week).found}
        alarms, before = alarms + len(now - before), now
    assert alarms <= 4 * per_week


def test_the_same_input_gives_the_same_look_whatever_its_order() -> None:
    spoken, everyone = said(TEN, more={"t3": 9.0})
    turned = {name: some[::-1] for name, some in reversed(spoken.items())}
    assert look(turned, everyone[::-1], day=END, per_week=1.0) == look(spoken, everyone, day=END, per_week=1.0)

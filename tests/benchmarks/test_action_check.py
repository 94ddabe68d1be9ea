"""The check of actions over many invented worlds: how often a placebo works, how often the interval holds what was planted."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from pipelines.explain import action_effects
from pipelines.explain.action_check import evaluate
from tests.support.action_worlds import START, STARTS, UNTIL, action, far_apart, levels_come_back, world
from voc.actions import Arm, Assignment, Evaluation, Measured, Verdict

pytestmark = [pytest.mark.slow, pytest.mark.benchmark, pytest.mark.timeout(7_200)]
RUNS = 300
MOST_PLACEBOS = 0.06
LEAST_COVERAGE = 0.90


@pytest.fixture(autouse=True)
def no_false_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """They decide nothing and take most of the time."""
    monkeypatch.setattr(action_effects, "FALSE_GROUPS", 0)


def difference(rng: np.random.Generator, effect: float) -> Evaluation:
    return evaluate(action(), world(rng, effect=effect), data_until=UNTIL)


def as_nps(rng: np.random.Generator, effect: float) -> Evaluation:
    """The same on a scale of −100, 0, 100; the effect planted on the scale beneath is not the one on this."""
    rows = [one.model_copy(update={"value": 100.0 * ((one.value > 50) - (one.value < -20))}) for one in world(rng, effect=effect)]
    return evaluate(action(), rows, data_until=UNTIL)


def apart_and_alike(rng: np.random.Generator, effect: float) -> Evaluation:
    """The groups lie far apart, the accounts of one hardly: where levels are of the compared values, owners of a like level are so by chance."""
    return evaluate(action(), far_apart(rng, spread=8, effect=effect), data_until=UNTIL)


def apart_and_spread(rng: np.random.Generator, effect: float) -> Evaluation:
    return evaluate(action(), far_apart(rng, spread=25, effect=effect), data_until=UNTIL)


def series(rng: np.random.Generator, effect: float) -> Evaluation:
    return evaluate(action(segment=None), world(rng, effect=effect, everyone=True), data_until=UNTIL)


def experiment(rng: np.random.Generator, effect: float) -> Evaluation:
    rows = [one.model_copy(update={"segment": None}) for one in world(rng, effect=0)]
    treated = {name: rng.random() < 0.5 for name in sorted({one.account_id or "" for one in rows})}
    rows = [one.model_copy(update={"value": one.value + effect * (treated[one.account_id or ""] and one.at >= START)}) for one in rows]
    arms = [Assignment(experiment="e", subject_id=name, arm=Arm.TREATMENT if on else Arm.CONTROL, exposed_on=STARTS) for name, on in treated.items()]
    return evaluate(action(segment=None, experiment="e"), rows, assignments=arms, data_until=UNTIL)


WORLDS: dict[str, Callable[[np.random.Generator, float], Evaluation]] = {
    "difference in differences": difference,
    "difference in differences, NPS": as_nps,
    "difference in differences, groups 40 apart, spread 8": apart_and_alike,
    "difference in differences, groups 40 apart, spread 25": apart_and_spread,
    "interrupted series": series,
    "experiment": experiment,
}


def run(name: str, effect: float) -> list[Evaluation]:
    return [WORLDS[name](np.random.default_rng(seed), effect) for seed in range(RUNS)]


@pytest.mark.parametrize("name", WORLDS)
def test_placebo_actions_work_in_at_most_6_of_100(name: str) -> None:
    found = run(name, 0.0)
    worked = sum(one.verdict is Verdict.WORKED for one in found) / RUNS
    held = [one.estimate.low <= 0 <= one.estimate.high for one in found if one.estimate is not None]
    print(f"\n{name}: placebo worked {worked:.3f}, interval holds 0 in {np.mean(held):.3f}, {dict(Counter(one.verdict.value for one in found))}")
    assert worked <= MOST_PLACEBOS


@pytest.mark.parametrize("name", [name for name in WORLDS if "NPS" not in name])
def test_planted_effects_lie_in_the_interval_in_90_of_100(name: str) -> None:
    found = run(name, 30.0)
    held = [one.estimate.low <= 30 <= one.estimate.high for one in found if one.estimate is not None]
    seen = sum(one.verdict is Verdict.WORKED for one in found) / RUNS
    wide = np.mean([(one.estimate.high - one.estimate.low) / 2 for one in found if one.estimate is not None])
    print(f"\n{name}: effect of 30 inside {np.mean(held):.3f} of {len(held)}, worked {seen:.3f}, half an interval {wide:.1f}")
    assert np.mean(held) >= LEAST_COVERAGE


@pytest.mark.parametrize(("two", "each"), [(True, 14), (True, 30), (False, 14), (False, 30)])
def test_levels_that_come_back_by_themselves_are_no_effect(*, two: bool, each: int) -> None:
    """Why: an action is often aimed at those who lie low; whoever lies low comes back."""
    worlds = (levels_come_back(np.random.default_rng(seed), two=two, each=each) for seed in range(RUNS))
    found = [evaluate(action(), world, data_until=UNTIL) for world in worlds]
    worked = sum(one.verdict is Verdict.WORKED for one in found) / RUNS
    print(f"\nlevels come back, two {two}, {each} each: placebo worked {worked:.3f}, {dict(Counter(one.verdict.value for one in found))}")
    assert worked <= MOST_PLACEBOS


def test_small_samples_cannot_tell() -> None:
    found = [evaluate(action(), small(np.random.default_rng(seed)), data_until=UNTIL) for seed in range(RUNS)]
    told = Counter(one.verdict.value for one in found)
    print(f"\n12 accounts, 4 answers each, effect of 30: {dict(told)}")
    assert told["cannot_tell"] >= 0.95 * RUNS


def small(rng: np.random.Generator) -> list[Measured]:
    return world(rng, effect=30, accounts=12, each=4)

"""The check of an action: placebo actions do not work, planted effects lie in the interval, small samples cannot tell."""

from datetime import timedelta

import numpy as np
import pytest

from pipelines.explain import action_effects
from pipelines.explain.action_check import evaluate
from pipelines.explain.action_wording import evaluation_wording
from tests.support.action_worlds import START, STARTS, UNTIL, action, world
from voc.actions import Action, Arm, Assignment, Direction, Doubt, Evaluation, Measure, Measured, Method, Population, Verdict

RUNS = 12


@pytest.fixture(autouse=True)
def few_false_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are shown and decide nothing; two keep the tests quick."""
    monkeypatch.setattr(action_effects, "FALSE_GROUPS", 2)


def checked(asked: Action, rows: list[Measured], **more) -> Evaluation:
    return evaluate(asked, rows, data_until=UNTIL, **more)


def test_a_placebo_action_rarely_works() -> None:
    """The benchmark counts 300 runs; at a rate of 6 in 100 three of twelve would be rarer than 3 in 100."""
    found = [checked(action(), world(np.random.default_rng(seed))) for seed in range(RUNS)]
    assert sum(one.verdict is Verdict.WORKED for one in found) <= 2
    assert all(one.method is Method.DIFFERENCE and one.matched_on == "level" for one in found)


@pytest.mark.parametrize("segment", ["enterprise", None])
def test_a_planted_effect_is_found_and_lies_in_the_interval(segment: str | None) -> None:
    found = [checked(action(segment=segment), world(np.random.default_rng(seed), effect=40, everyone=segment is None)) for seed in range(RUNS)]
    inside = [one.estimate is not None and one.estimate.low <= 40 <= one.estimate.high for one in found]
    assert sum(inside) >= RUNS - 2
    assert sum(one.verdict is Verdict.WORKED for one in found) >= RUNS - 3


def test_a_small_sample_cannot_tell() -> None:
    found = [checked(action(), world(np.random.default_rng(seed), effect=30, accounts=12, each=4)) for seed in range(RUNS)]
    assert all(one.verdict is Verdict.CANNOT_TELL for one in found)
    assert Doubt.TOO_FEW in found[0].doubts


def test_groups_that_drifted_apart_before_the_start_cannot_be_compared() -> None:
    found = checked(action(), world(np.random.default_rng(1), drift=10.0))
    assert found.verdict is Verdict.CANNOT_TELL
    assert Doubt.PRE_TREND in found.doubts
    assert found.pre_trend is not None
    assert found.pre_trend.value == pytest.approx(10, abs=5)


def test_no_sign_needs_enough_precision() -> None:
    rows = world(np.random.default_rng(2), accounts=160, each=30)
    assert checked(action(expected_size=60.0), rows).verdict is Verdict.NO_SIGN
    imprecise = checked(action(expected_size=0.5), rows)
    assert (imprecise.verdict, imprecise.doubts) == (Verdict.CANNOT_TELL, (Doubt.TOO_IMPRECISE,))


def test_a_move_against_the_expectation_is_no_sign() -> None:
    found = checked(action(direction=Direction.DOWN), world(np.random.default_rng(3), effect=60))
    assert (found.verdict, found.doubts) == (Verdict.NO_SIGN, (Doubt.OTHER_DIRECTION,))


def test_an_experiment_compares_the_two_sides_after_each_ones_exposure() -> None:
    rng = np.random.default_rng(4)
    arms = {f"a{n}": Arm.TREATMENT if n % 2 else Arm.CONTROL for n in range(60)}
    given = [Assignment(experiment="e", subject_id=name, arm=arm, exposed_on=STARTS + timedelta(days=n % 20)) for n, (name, arm) in enumerate(arms.items())]
    rows = []
    for one in given:
        for day in rng.uniform(-100, 100, 10):
            after = START + timedelta(days=float(day)) >= START + timedelta(days=(one.exposed_on - STARTS).days)
            gain = 30 * after * (one.arm is Arm.TREATMENT)
            rows.append(Measured(at=START + timedelta(days=float(day)), value=gain + rng.normal(0, 30), account_id=one.subject_id))
    rows.append(Measured(at=START, value=1e6, account_id="never assigned"))
    found = checked(action(segment=None, experiment="e"), rows, assignments=given)
    assert (found.method, found.verdict) == (Method.EXPERIMENT, Verdict.WORKED)
    assert found.estimate is not None
    assert found.estimate.low < 30 < found.estimate.high
    assert found.pre_trend is not None
    assert found.pre_trend.low < 0 < found.pre_trend.high


def test_named_accounts_are_matched_within_their_segment() -> None:
    rows = [row.model_copy(update={"segment": "business"}) for row in world(np.random.default_rng(5), effect=50)]
    named = tuple(sorted({row.account_id for row in world(np.random.default_rng(5)) if row.segment == "enterprise" and row.account_id}))
    found = checked(action(population=Population(account_ids=named)), rows)
    assert (found.matched_on, found.verdict) == ("segment_and_level", Verdict.WORKED)


def test_an_action_that_has_not_started_has_no_figure() -> None:
    found = evaluate(action(), world(np.random.default_rng(6)), data_until=START - timedelta(days=1))
    assert (found.verdict, found.doubts, found.estimate) == (Verdict.CANNOT_TELL, (Doubt.NOT_STARTED,), None)
    assert evaluate(action(), [], data_until=None).doubts == (Doubt.NOT_STARTED,)


@pytest.mark.parametrize("value", [0.0, 100.0])
@pytest.mark.parametrize("segment", ["enterprise", None])
def test_values_that_never_vary_give_a_stated_answer(value: float, segment: str | None) -> None:
    rows = [row.model_copy(update={"value": value}) for row in world(np.random.default_rng(7))]
    found = checked(action(segment=segment), rows)
    assert (found.verdict, found.estimate) == (Verdict.CANNOT_TELL, None)
    assert found.doubts == (Doubt.NO_VARIATION,)
    assert "do not vary" in evaluation_wording(found, Measure.NPS, language="en")


def test_the_wording_says_associated_and_never_caused() -> None:
    found = checked(action(), world(np.random.default_rng(8), effect=40))
    assert "associated with" in evaluation_wording(found, Measure.NPS, language="en")
    assert "関連しています" in evaluation_wording(found, Measure.NPS, language="ja")
    assert "smallest detectable effect" in evaluation_wording(found, Measure.NPS, language="en")


def test_months_before_and_after_stand_in_the_series_for_both_groups() -> None:
    found = checked(action(), world(np.random.default_rng(9)))
    months = {(one.month, one.treated) for one in found.series}
    assert {("2026-06", True), ("2026-06", False), ("2026-08", True)} <= months
    assert sum(one.n for one in found.series) == found.n_before + found.n_after

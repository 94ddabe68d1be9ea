"""The check of an action: placebo actions do not work, planted effects lie in the interval, small samples cannot tell."""

from datetime import timedelta

import numpy as np
import pytest

from pipelines.explain import action_effects, action_sides
from pipelines.explain.action_check import _judged, evaluate
from pipelines.explain.action_sides import LEVEL_DAYS
from pipelines.explain.action_wording import evaluation_wording
from tests.support.action_worlds import START, STARTS, UNTIL, action, exposed_one_by_one, far_apart, levels_come_back, shaken_before, world
from voc.actions import (
    Action,
    Arm,
    Assignment,
    Direction,
    Doubt,
    Estimate,
    Evaluation,
    Measure,
    Measured,
    Method,
    Placebo,
    Population,
    Verdict,
)

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
    rows = [row.model_copy(update={"segment": "business"}) for row in world(np.random.default_rng(6), effect=50)]
    named = tuple(sorted({row.account_id for row in world(np.random.default_rng(6)) if row.segment == "enterprise" and row.account_id}))
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
    rows = world(np.random.default_rng(9))
    found = checked(action(), rows)
    months = {(one.month, one.treated) for one in found.series}
    assert {("2026-06", True), ("2026-06", False), ("2026-08", True)} <= months
    older = sum(START - row.at > timedelta(days=LEVEL_DAYS) for row in rows)
    assert older > 200
    assert sum(one.n for one in found.series) == older + found.n_before + found.n_after, "what gives the levels is shown and not compared"


def test_where_false_starts_show_effects_the_method_is_not_believed() -> None:
    found = [checked(action(), shaken_before(np.random.default_rng(seed), by=90)) for seed in range(6)]
    doubted = [one for one in found if Doubt.PLACEBO in one.doubts]
    assert len(doubted) >= 4
    for one in doubted:
        assert one.verdict is Verdict.CANNOT_TELL
        assert sum(false.seen for false in one.false_starts) >= 2
    calm = [checked(action(), shaken_before(np.random.default_rng(seed), by=0)) for seed in range(6)]
    assert sum(Doubt.PLACEBO in one.doubts for one in calm) <= 1
    for one in (*found, *calm):
        labels = [false.label for false in one.false_starts]
        assert len(labels) == 6
        assert labels == sorted(set(labels))
        assert labels[-1] <= (STARTS - timedelta(days=45)).isoformat()


@pytest.mark.parametrize(("seen", "of", "believed"), [(0, 6, True), (1, 6, True), (2, 6, False), (6, 6, False), (1, 3, False), (0, 0, True)])
def test_from_a_third_of_the_false_starts_on_the_method_is_not_believed(seen: int, of: int, *, believed: bool) -> None:
    effect, none = (Estimate(value=low + 5, low=low, high=low + 10, p=0.01, smallest=1) for low in (10.0, -5.0))
    false = tuple(Placebo(label="2026-01-01", estimate=effect if at < seen else none) for at in range(of))
    blank = Evaluation(action_id="a", method=Method.DIFFERENCE, verdict=Verdict.CANNOT_TELL, meaningful=1, estimate=effect, false_starts=false)
    found = _judged(blank, Direction.UP)
    assert (found.verdict, found.doubts) == ((Verdict.WORKED, ()) if believed else (Verdict.CANNOT_TELL, (Doubt.PLACEBO,)))


def test_false_groups_among_the_others_are_drawn_and_rarely_show_an_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(action_effects, "FALSE_GROUPS", 20)
    found = [checked(action(), world(np.random.default_rng(seed), effect=40)) for seed in range(6)]
    assert [one.false_groups for one in found] == [20] * 6
    assert 1 <= sum(one.false_groups_seen for one in found) <= 15, "about one in twenty by chance"


def test_others_are_matched_on_their_level_so_that_what_comes_back_is_no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    def worked() -> int:
        found = [checked(action(), levels_come_back(np.random.default_rng(seed))) for seed in range(8)]
        return sum(one.verdict is Verdict.WORKED for one in found)

    assert worked() <= 1
    monkeypatch.setattr(action_sides, "_levels", lambda values, *_: np.zeros(len(values), dtype=np.intp))
    assert worked() >= 5, "the world would fool a comparison with everybody"


def test_others_far_beyond_those_reached_are_compared_with_nobody() -> None:
    """Twenty others lie 200 higher than anybody reached and fall by 100 after the start: in an outer class that is open they would be an effect."""
    rows = levels_come_back(np.random.default_rng(4), two=False, each=30)
    high = levels_come_back(np.random.default_rng(5), two=False, each=30, accounts=20)
    far = [
        row.model_copy(update={"account_id": f"far {row.account_id}", "segment": "business", "value": row.value + 200 - 100 * (row.at >= START)})
        for row in high
    ]
    alone, beside = (checked(action(), some).estimate for some in (rows, rows + far))
    assert alone is not None
    assert beside is not None
    assert beside.value == pytest.approx(alone.value, abs=3)


@pytest.mark.parametrize("spread", [8.0, 25.0])
def test_groups_far_apart_do_not_make_an_action_work_by_falling_back(spread: float) -> None:
    """Levels of the very values compared tell +19 (spread 8) and +12 (25) where nothing happened, and *worked* in most of these worlds."""
    found = [checked(action(), far_apart(np.random.default_rng(seed), spread=spread)) for seed in range(6)]
    assert sum(one.verdict is Verdict.WORKED for one in found) <= 1
    assert abs(np.mean([one.estimate.value for one in found if one.estimate is not None])) < 6
    planted = [checked(action(), far_apart(np.random.default_rng(seed), spread=spread, effect=40)) for seed in range(6)]
    assert sum(one.verdict is Verdict.WORKED for one in planted) >= 4


@pytest.mark.parametrize(("group", "named", "matched"), [("enterprise", False, ""), ("business", False, ""), ("enterprise", True, "segment")])
def test_where_a_group_has_no_older_values_nobody_is_matched_on_level(group: str, matched: str, *, named: bool) -> None:
    rows = [row for row in far_apart(np.random.default_rng(1), spread=8) if row.segment != group or START - row.at <= timedelta(days=LEVEL_DAYS)]
    reached = tuple(sorted({row.account_id for row in rows if row.segment == "enterprise" and row.account_id}))
    if named:
        rows = [row.model_copy(update={"segment": "all"}) for row in rows]
    found = checked(action(population=Population(account_ids=reached)) if named else action(), rows)
    assert found.matched_on == matched
    assert found.estimate is not None
    assert found.verdict is not Verdict.WORKED


def test_who_has_no_older_values_compares_with_such_owners_only() -> None:
    """Ten owners reached came late and gained 1,000; no other came late: nobody to compare them with, and they move nothing."""
    rows = far_apart(np.random.default_rng(2), spread=8)
    late = {f"a{name}" for name in range(0, 20, 2)}
    known = {row.account_id for row in rows if START - row.at > timedelta(days=LEVEL_DAYS)}
    kept = [row for row in rows if row.account_id in known - late]
    joined = [row.model_copy(update={"value": row.value + 1_000 * (row.at >= START)}) for row in rows if row.account_id in late]
    with_late = checked(action(), kept + [row for row in joined if START - row.at <= timedelta(days=LEVEL_DAYS)]).estimate
    without = checked(action(), kept).estimate
    assert with_late is not None
    assert without is not None
    assert with_late.value == pytest.approx(without.value, abs=3)


def test_each_one_counts_from_their_own_exposure_and_months_are_held_equal() -> None:
    for seed in range(4):
        rows, given = exposed_one_by_one(np.random.default_rng(seed), effect=30, trend=12)
        found = checked(action(segment=None, experiment="e"), rows, assignments=given)
        assert found.estimate is not None
        assert found.estimate.value == pytest.approx(30, abs=4)
        assert found.estimate.low < 30 < found.estimate.high
        days = {one.subject_id: START + timedelta(days=(one.exposed_on - STARTS).days) for one in given}
        assert found.n_after == sum(days[row.account_id or ""] <= row.at < days[row.account_id or ""] + timedelta(days=180) for row in rows)
        nothing, given = exposed_one_by_one(np.random.default_rng(seed), effect=0, trend=12)
        assert checked(action(segment=None, experiment="e"), nothing, assignments=given).verdict is not Verdict.WORKED


def test_the_smallest_detectable_effect_is_seen_four_times_in_five() -> None:
    """By the usual sum: an error times 1.96 is half the interval, an error times 1.96 + 0.84 is seen in 80 of 100; t is a little wider."""
    found = checked(action(), world(np.random.default_rng(11))).estimate
    assert found is not None
    assert found.smallest / ((found.high - found.low) / 2) == pytest.approx((1.96 + 0.84) / 1.96, abs=0.02)

"""Check of an action: whether its measure moved as expected for those it reached, beyond what moved for others.

* **Experiment**: values after each one's exposure, treatment against control, months held equal; before it the two should not differ.
* **Difference in differences**: the change of those reached minus the change of the others in the same months. The others are matched:
  each compares only with owners of a like level (and of the same segment, where the action does not reach a whole segment); levels are
  cut so that five of those reached share one, into 3 to 20, and others beyond them are compared with nobody where half are not.
  Levels come from values older than ``LEVEL_DAYS`` before the start, which are not compared: a chance high among the compared ones would
  fall back by itself. They are drawn towards their own group's mean by how few values they rest on. Owners without older values compare
  with such owners only; where a group has none with older values, nobody is matched on level.
* **Interrupted series**: where everybody is reached: the level after the start against the straight line before it.

A verdict of ``worked`` needs a 95 % interval on the expected side of 0, groups that did not drift apart before the start, and false starts
that show nothing. ``no_sign`` needs enough precision: the smallest detectable effect is not larger than the effect that matters.
Everything else is ``cannot_tell``. Windows: ``BEFORE_DAYS`` before (for the difference ``LEVEL_DAYS``) and
``AFTER_DAYS`` after the start.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

from pipelines.explain.action_effects import checks, effect, too_few
from pipelines.explain.action_sides import AFTER_DAYS, BEFORE_DAYS, Sides, laid_out, laid_out_by_exposure, matched_on_level, reached
from pipelines.explain.trends import month_of
from voc.actions import (
    MEANINGFUL,
    Action,
    Arm,
    Assignment,
    Direction,
    Doubt,
    Evaluation,
    GroupPeriod,
    Measured,
    Method,
    Plan,
    Population,
    Verdict,
)

PRE_TREND_P = 0.05
FALSE_STARTS_SEEN = 1 / 3
"""From this share of false starts that show an effect on, the method is not believed here."""


def evaluate(
    action: Action, measured: Sequence[Measured], *, assignments: Sequence[Assignment] = (), data_until: datetime | None
) -> Evaluation:
    """Check an action against the values of its measure.

    Parameters
    ----------
    action
        What was expected.
    measured
        Every value of the measure, of those reached and of others, in any order.
    assignments
        Those of the action's experiment; empty where there is none.
    data_until
        The latest moment the data know of; None where there are none.

    Returns
    -------
    Evaluation
        Never a figure that is not a number: what cannot be told has no estimate and says why.
    """
    plan = action.plan
    starts = datetime.combine(plan.starts_on, time(), tzinfo=UTC)
    meaningful = plan.expected_size or MEANINGFUL[plan.measure]
    first, end = _window(starts)
    inside = [one for one in measured if first <= one.at < end]
    method = _method(plan)
    blank = Evaluation(action_id=action.id, method=method, verdict=Verdict.CANNOT_TELL, meaningful=meaningful, data_until=data_until)
    if data_until is None or data_until < starts:
        return blank.model_copy(update={"doubts": (Doubt.NOT_STARTED,), "series": _series(inside, plan.population, assignments)})
    if method is Method.EXPERIMENT:
        sides = laid_out_by_exposure(measured, assignments, until=data_until)
    else:
        sides = laid_out(inside, plan.population, starts=starts)
    if method is Method.DIFFERENCE:
        sides, levels = matched_on_level(sides)
        matched = ("segment",) * bool(plan.population.account_ids) + ("level",) * levels
        blank = blank.model_copy(update={"matched_on": "_and_".join(matched)})
    counted = blank.model_copy(update=_counts(sides) | {"series": _series(inside, plan.population, assignments)})
    if too_few(sides, method):
        return counted.model_copy(update={"doubts": (Doubt.TOO_FEW,)})
    found = effect(sides, method)
    if found is None:
        return counted.model_copy(update={"doubts": (Doubt.NO_VARIATION,)})
    checked = counted.model_copy(update={"estimate": found} | checks(sides, method, starts=starts))
    return _judged(checked, plan.direction)


def _window(starts: datetime) -> tuple[datetime, datetime]:
    """Return the first moment looked at and the end; at either end of the calendar what there is of it."""
    before, after = starts - datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC) - starts
    return starts - min(timedelta(days=BEFORE_DAYS), before), starts + min(timedelta(days=AFTER_DAYS), after)


def _method(plan: Plan) -> Method:
    if plan.experiment is not None:
        return Method.EXPERIMENT
    return Method.SERIES if plan.population.everyone else Method.DIFFERENCE


def _counts(sides: Sides) -> dict[str, object]:
    return {
        "n_before": int((~sides.after).sum()),
        "n_after": int(sides.after.sum()),
        "treated_clusters": sides.clusters(sides.treated),
        "control_clusters": sides.clusters(~sides.treated),
    }


def _judged(found: Evaluation, direction: Direction) -> Evaluation:
    """Add verdict and doubts."""
    estimate = found.estimate
    if estimate is None:
        return found
    sign = 1.0 if direction is Direction.UP else -1.0
    low, high = sorted((sign * estimate.low, sign * estimate.high))
    doubts: list[Doubt] = []
    if found.pre_trend is not None and found.pre_trend.p < PRE_TREND_P:
        doubts.append(Doubt.PRE_TREND)
    if found.false_starts and sum(one.seen for one in found.false_starts) >= FALSE_STARTS_SEEN * len(found.false_starts):
        doubts.append(Doubt.PLACEBO)
    if doubts:
        return found.model_copy(update={"doubts": tuple(doubts)})
    if low > 0:
        return found.model_copy(update={"verdict": Verdict.WORKED})
    if high < 0:
        return found.model_copy(update={"verdict": Verdict.NO_SIGN, "doubts": (Doubt.OTHER_DIRECTION,)})
    if estimate.smallest <= found.meaningful:
        return found.model_copy(update={"verdict": Verdict.NO_SIGN})
    return found.model_copy(update={"doubts": (Doubt.TOO_IMPRECISE,)})


def _series(inside: Sequence[Measured], population: Population, assignments: Sequence[Assignment]) -> tuple[GroupPeriod, ...]:
    """Return both groups by month, oldest first."""
    arms = {one.subject_id: one.arm is Arm.TREATMENT for one in assignments}
    groups: dict[tuple[str, bool], list[Measured]] = defaultdict(list)
    for one in inside:
        side = _side(one, population, arms)
        if side is not None:
            groups[month_of(one.at), side].append(one)
    return tuple(
        GroupPeriod(
            month=month,
            treated=treated,
            mean=sum(one.value for one in some) / len(some),
            n=len(some),
            clusters=len({one.cluster for one in some}),
        )
        for (month, treated), some in sorted(groups.items())
    )


def _side(one: Measured, population: Population, arms: Mapping[str, bool]) -> bool | None:
    if not arms:
        return reached(one, population)
    return arms.get(one.customer_id or "", arms.get(one.account_id or ""))

"""Effects of an action by each method, and the same where no effect can be: before the start, at false starts, in false groups."""

from datetime import datetime, timedelta

import numpy as np

from pipelines.explain.action_sides import Flags, Sides
from pipelines.explain.clustered import Clustering, coefficient, dummies
from voc.actions import Estimate, Method, Placebo

FEWEST_VALUES = 10
"""Values each side of the start and each group needs."""
FEWEST_CLUSTERS = 5
FALSE_STARTS = 6
FALSE_START_ROOM = timedelta(days=45)
"""A false start has at least this much of the time before the true one on both sides."""
FALSE_GROUPS = 20
MOST_OWNERS = 2_000
"""False groups are drawn among at most so many owners."""
DAYS_PER_MONTH = 30.44


def too_few(sides: Sides, method: Method) -> bool:
    """Whether a group has too few values or owners on a side of the start that counts."""
    groups = [sides.treated] if method is Method.SERIES else [sides.treated, ~sides.treated]
    times = [sides.after] if method is Method.EXPERIMENT else [sides.after, ~sides.after]
    parts = [group & when for group in groups for when in times]
    return any(int(part.sum()) < FEWEST_VALUES or sides.clusters(part) < FEWEST_CLUSTERS for part in parts)


def effect(sides: Sides, method: Method) -> Estimate | None:
    """Return the effect after the start by the method."""
    if method is Method.EXPERIMENT:
        return _between(sides.part(sides.after))
    if method is Method.SERIES:
        return _jump(sides)
    return _difference(sides)


def _difference(sides: Sides) -> Estimate | None:
    """Return the change of the treated minus the change of the matched others."""
    both = sides.treated & sides.after
    strata = dummies(sides.stratum)
    after = sides.after.astype(float)[:, None]
    treated = sides.treated.astype(float)[:, None]
    controls = np.column_stack([np.ones(len(after)), treated, dummies(sides.month), strata, strata * after, strata * treated])
    return coefficient(sides.values, both.astype(float), controls, _clusterings(sides, sides.treated, sides.after))


def _between(sides: Sides) -> Estimate | None:
    """Return the difference of treated and others, months held equal."""
    controls = np.column_stack([np.ones(len(sides.values)), dummies(sides.month)])
    owners = Clustering(sides.cluster, min(sides.clusters(sides.treated), sides.clusters(~sides.treated)))
    return coefficient(sides.values, sides.treated.astype(float), controls, (owners,))


def _jump(sides: Sides) -> Estimate | None:
    """Return the step at the start beside a straight line through both sides."""
    controls = np.column_stack([np.ones(len(sides.values)), sides.days])
    return coefficient(sides.values, sides.after.astype(float), controls, _clusterings(sides, sides.treated, sides.after))


def _drift(sides: Sides) -> Estimate | None:
    """Return how much a month the treated moved away from the others before the start."""
    strata = dummies(sides.stratum)
    controls = np.column_stack([np.ones(len(sides.values)), sides.treated, dummies(sides.month), strata])
    slope = sides.treated * sides.days / DAYS_PER_MONTH
    owners = Clustering(sides.cluster, min(sides.clusters(sides.treated), sides.clusters(~sides.treated)))
    return coefficient(sides.values, slope, controls, (owners,))


def _clusterings(sides: Sides, groups: Flags, after: Flags) -> tuple[Clustering, ...]:
    """Return the clusterings by owner and by week with the smaller side of each."""
    owners = sides.clusters(groups) if groups.all() else min(sides.clusters(groups), sides.clusters(~groups))
    weeks = min(sides.weeks(after), sides.weeks(~after))
    return Clustering(sides.cluster, owners), Clustering(sides.week, weeks)


def checks(sides: Sides, method: Method, *, starts: datetime) -> dict[str, object]:
    """Return pre-trend, false starts and false groups."""
    before = sides.part(~sides.after) if (~sides.after).any() else None
    if before is None or _sparse(before, method):
        return {}
    if method is Method.EXPERIMENT:
        return {"pre_trend": _between(before)}
    found: dict[str, object] = {"false_starts": _false_starts(before, method, starts=starts)}
    if method is Method.DIFFERENCE:
        found["pre_trend"] = _drift(before)
        found["false_groups"], found["false_groups_seen"] = _false_groups(sides)
    return found


def _sparse(sides: Sides, method: Method) -> bool:
    groups = [sides.treated] if method is Method.SERIES else [sides.treated, ~sides.treated]
    return any(sides.clusters(group) < FEWEST_CLUSTERS for group in groups)


def _false_starts(before: Sides, method: Method, *, starts: datetime) -> tuple[Placebo, ...]:
    """Return what the method says of starts that lie before the true one."""
    room = FALSE_START_ROOM.days
    first, last = float(before.days.min()) + room, -float(room)
    found = []
    for day in np.linspace(first, last, FALSE_STARTS) if last > first else ():
        false = Sides(**(vars(before) | {"after": before.days >= day}))
        if too_few(false, method):
            continue
        estimate = effect(false, method)
        if estimate is not None:
            found.append(Placebo(label=(starts + timedelta(days=float(day))).date().isoformat(), estimate=estimate))
    return tuple(found)


def _false_groups(sides: Sides) -> tuple[int, int]:
    """Return how many false groups were drawn by lot among the others, and how many of them show an effect."""
    others = sides.part(~sides.treated)
    rng = np.random.default_rng(len(others.values))
    if int(others.cluster.max(initial=-1)) >= MOST_OWNERS:
        kept = rng.permutation(int(others.cluster.max()) + 1) < MOST_OWNERS
        others = others.part(kept[others.cluster])
    owners = int(others.cluster.max(initial=-1)) + 1
    drawn = seen = 0
    for _ in range(FALSE_GROUPS if owners >= 2 * FEWEST_CLUSTERS else 0):
        lot = rng.permutation(owners) < owners // 2
        false = Sides(**(vars(others) | {"treated": lot[others.cluster]}))
        estimate = None if too_few(false, Method.DIFFERENCE) else _difference(false)
        if estimate is not None:
            drawn += 1
            seen += estimate.low > 0 or estimate.high < 0
    return drawn, seen

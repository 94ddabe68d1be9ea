"""The two sides of a check: every value laid out with its owner, month, week, side, and what its owner is matched on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

import numpy as np
from numpy.typing import NDArray

from pipelines.explain.clustered import Codes, Floats
from pipelines.explain.effects import codes_of
from pipelines.explain.trends import month_of
from voc.actions import Arm, Assignment, Measured, Population

BEFORE_DAYS = 365
LEVEL_DAYS = 150
"""Values older than this before the start give levels and are not compared: what is high by chance falls back by itself."""
AFTER_DAYS = 180
OWNERS_A_LEVEL = 5
"""Owners of an action's side that make a level of their own: the finer the levels, the less the two groups differ inside one."""
LEAST_LEVELS, MOST_LEVELS = 3, 20
LEAST_SHARED = 0.5
"""Share of the others that must lie between the lowest and the highest of those reached, for those beyond to be compared with nobody: an
outer class that is open to one side would hold others far away. Where fewer do, the groups lie apart, and the outer classes stay open."""
DAY_S = 86_400

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Sides:
    """The rows of a check; ``days`` are counted from the start, ``stratum`` is what owners are matched on."""

    values: Floats
    treated: Flags
    after: Flags
    days: Floats
    cluster: Codes
    month: Codes
    week: Codes
    stratum: Codes

    def part(self, kept: Flags) -> "Sides":
        """Return some of the rows; codes are numbered anew."""

        def anew(codes: Codes) -> Codes:
            return np.asarray(np.unique(codes[kept], return_inverse=True)[1], dtype=np.intp)

        return Sides(
            values=self.values[kept],
            treated=self.treated[kept],
            after=self.after[kept],
            days=self.days[kept],
            cluster=anew(self.cluster),
            month=anew(self.month),
            week=anew(self.week),
            stratum=anew(self.stratum),
        )

    def clusters(self, mask: Flags) -> int:
        """Return how many owners have a row under the mask."""
        return len(np.unique(self.cluster[mask]))

    def weeks(self, mask: Flags) -> int:
        """Return how many weeks have a row under the mask."""
        return len(np.unique(self.week[mask]))


def reached(one: Measured, population: Population) -> bool:
    """Whether the owner of a value belongs to the population."""
    if population.account_ids and one.account_id not in population.account_ids:
        return False
    return population.segment is None or one.segment == population.segment


def laid_out(inside: Sequence[Measured], population: Population, *, starts: datetime) -> Sides:
    """Lay the values out; where accounts were named, owners are matched on their segment."""
    return Sides(
        values=np.array([one.value for one in inside], dtype=float),
        treated=np.array([reached(one, population) for one in inside], dtype=bool),
        after=np.array([one.at >= starts for one in inside], dtype=bool),
        days=np.array([(one.at - starts).total_seconds() / DAY_S for one in inside], dtype=float),
        cluster=codes_of(one.cluster for one in inside),
        month=codes_of(month_of(one.at) for one in inside),
        week=codes_of(_week(one.at, starts=starts) for one in inside),
        stratum=codes_of(one.segment if population.account_ids else None for one in inside),
    )


def matched_on_level(sides: Sides) -> tuple[Sides, bool]:
    """Match owners on their level of old, besides what they are matched on already.

    Returns
    -------
    tuple[Sides, bool]
        The rows of the last ``LEVEL_DAYS`` before the start and of those after it: what gave the levels is not compared. And whether there
        are levels: not where either group has no owner with older values.
    """
    older = sides.days < -LEVEL_DAYS
    known = all(bool((older & group).any()) for group in (sides.treated, ~sides.treated))
    if known:
        level = _levels(sides.values, sides.cluster, sides.treated, older)
        sides = Sides(**(vars(sides) | {"stratum": codes_of(zip(sides.stratum.tolist(), level.tolist(), strict=True))}))
    return sides.part(~older), known


def laid_out_by_exposure(measured: Sequence[Measured], assignments: Sequence[Assignment], *, until: datetime) -> Sides:
    """Lay the values of assigned owners out by their own exposure."""
    by_subject = {one.subject_id: one for one in assignments}
    rows: list[tuple[Measured, Assignment]] = []
    for one in measured:
        mine = by_subject.get(one.customer_id or "") or by_subject.get(one.account_id or "")
        if mine is not None and one.at <= until:
            rows.append((one, mine))
    exposed = [datetime.combine(mine.exposed_on, time(), tzinfo=UTC) for _, mine in rows]
    days = np.array([(one.at - day).total_seconds() / DAY_S for (one, _), day in zip(rows, exposed, strict=True)], dtype=float)
    kept = [(one, mine, day) for (one, mine), day in zip(rows, days.tolist(), strict=True) if -BEFORE_DAYS <= day < AFTER_DAYS]
    first = min((one.at for one, _, _ in kept), default=until)
    return Sides(
        values=np.array([one.value for one, _, _ in kept], dtype=float),
        treated=np.array([mine.arm is Arm.TREATMENT for _, mine, _ in kept], dtype=bool),
        after=np.array([day >= 0 for _, _, day in kept], dtype=bool),
        days=np.array([day for _, _, day in kept], dtype=float),
        cluster=codes_of(one.cluster for one, _, _ in kept),
        month=codes_of(month_of(one.at) for one, _, _ in kept),
        week=codes_of(_week(one.at, starts=first) for one, _, _ in kept),
        stratum=np.zeros(len(kept), dtype=np.intp),
    )


def _levels(values: Floats, clusters: Codes, treated: Flags, older: Flags) -> Codes:
    """Return which part of the treated's older levels each row's owner lies in; others beyond these, and owners without, have their own."""
    owners = int(clusters.max()) + 1
    n = np.bincount(clusters[older], minlength=owners).astype(float)
    sums = np.bincount(clusters[older], weights=values[older], minlength=owners)
    side = np.zeros(owners, dtype=bool)
    side[clusters[treated]] = True
    known = n > 0
    level = np.full(owners, np.nan)
    for mine in (side & known, ~side & known):
        level[mine] = _drawn_in(sums[mine] / n[mine], n[mine])
    count = int(np.clip((side & known).sum() // OWNERS_A_LEVEL, LEAST_LEVELS, MOST_LEVELS))
    edges = np.nanquantile(level[side & known], np.linspace(0, 1, count + 1))
    edges[0] = np.nextafter(edges[0], -np.inf)  # the lowest of them lies above it
    others = level[~side & known]
    if ((others > edges[0]) & (others <= edges[-1])).mean() < LEAST_SHARED:
        edges = edges[1:-1]
    found = np.where(known, np.searchsorted(edges, np.nan_to_num(level)), count + 2)
    return np.asarray(found[clusters], dtype=np.intp)


def _drawn_in(means: Floats, n: Floats) -> Floats:
    """Return means drawn towards their common mean by the share of their spread that is chance (method of moments)."""
    centre = float(np.average(means, weights=n))
    total = float(np.average((means - centre) ** 2, weights=n))
    chance = total * len(means) / max(float(n.sum()), 1.0)
    true = max(total - chance, 1e-12)
    return np.asarray(centre + (means - centre) * true / (true + total / n))


def _week(at: datetime, *, starts: datetime) -> int:
    """Return the week counted from the start, so that none lies on both sides of it."""
    return (at - starts).days // 7

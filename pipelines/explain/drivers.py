"""Drivers: which issues go with a high or low KPI, with interval, false-discovery rate and what was held equal.

Invariants: the answer has one driver per issue, in the order of the issues; no field is ever NaN or infinite; an issue with too
little data says so and carries no figure; ``q`` is controlled over all issues of one call that carry figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from pipelines.explain.effects import (
    HELD_EQUAL,
    Effects,
    Floats,
    Rows,
    cluster_starts,
    clusters_with,
    codes_of,
    constant_only,
    controls_of,
    effects,
    false_discovery_rates,
)
from pipelines.explain.wording import MIN_ACCOUNTS, MIN_WITH, MIN_WITHOUT, NOT_SEPARABLE, ONE_ANSWER, shortfall
from voc.drivers import Driver, DriverState, Issue, Voice
from voc.kpis import Kpi
from voc.voices import issue_key


@dataclass(frozen=True)
class Groups:
    """Counts and means per issue, each [issues]; a mean is NaN where its group is empty."""

    n_with: NDArray[np.intp]
    clusters_with: NDArray[np.intp]
    mean_with: Floats
    mean_without: Floats
    one_answer: NDArray[np.bool_]
    """Whether all rows with the issue carry the same value."""


def drivers(
    kpi: Kpi, *, voices: Sequence[Voice], issues: Sequence[Issue], volumes: Mapping[str, int], total: int
) -> tuple[Driver, ...]:
    """Measure how each issue goes with a KPI.

    Parameters
    ----------
    kpi
        What the values of the voices are contributions to (``voc.kpis.contribution``).
    voices
        One row per comment that has a value of this KPI, repeats of a voice left out; a value that is not finite is left out.
    issues
        What to measure; an issue nobody mentions is answered too.
    volumes
        Comments per ``issue_key``, with or without a value.
    total
        Comments the volumes are a share of.

    Returns
    -------
    tuple of Driver
        ``difference`` is the mean with the issue minus the mean without it, in the KPI's unit; ``adjusted`` the same with segment,
        source, role and quarter held equal by dummies; both from ordinary least squares with 95 % intervals robust to clusters
        (``pipelines.explain.effects``). ``p`` belongs to ``adjusted`` (to ``difference`` where that cannot be told apart from
        what is held equal); ``q`` after Benjamini and Hochberg (1995).
    """
    usable = [voice for voice in voices if isfinite(voice.value)]
    base = [_counted(kpi, issue, volumes=volumes, total=total, n=len(usable)) for issue in issues]
    if not usable or not issues:
        return tuple(driver.model_copy(update={"note": shortfall(driver, language="en")}) for driver in base)
    rows = _rows(usable, issues=issues)
    groups = _groups(rows)
    plain = effects(rows, constant_only(rows))
    adjusted = effects(rows, controls_of(rows))
    measured = [_measured(driver, at=at, groups=groups, plain=plain, adjusted=adjusted) for at, driver in enumerate(base)]
    return _with_q(measured)


def impact(driver: Driver) -> float | None:
    """Return share times adjusted difference: how far the KPI lies from where the comments without the issue are; None where unknown."""
    return None if driver.adjusted is None else driver.share * driver.adjusted


def rank(measured: Sequence[Driver]) -> tuple[Driver, ...]:
    """Return the drivers that carry figures, largest ``|impact|`` first; those without an adjusted difference stand last, by name."""

    def order(driver: Driver) -> tuple[float, str, str]:
        weight = impact(driver)
        return (1.0 if weight is None else -abs(weight), driver.issue.kind.value, driver.issue.id)

    readable = [driver for driver in measured if driver.state is DriverState.OK]
    known = sorted((driver for driver in readable if impact(driver) is not None), key=order)
    unknown = sorted((driver for driver in readable if impact(driver) is None), key=order)
    return (*known, *unknown)


def _counted(kpi: Kpi, issue: Issue, *, volumes: Mapping[str, int], total: int, n: int) -> Driver:
    """Return the driver before anything was measured."""
    volume = volumes.get(issue_key(issue), 0)
    share = volume / total if total else 0.0
    return Driver(
        kpi=kpi, issue=issue, volume=volume, share=share, n=n, n_with=0, clusters_with=0, state=DriverState.NOT_ENOUGH
    )


def _rows(voices: Sequence[Voice], *, issues: Sequence[Issue]) -> Rows:
    """Build the regression's rows, sorted by cluster."""
    column = {issue_key(issue): at for at, issue in enumerate(issues)}
    clusters = codes_of(voice.cluster for voice in voices)
    order = np.argsort(clusters, kind="stable")
    indicators = np.zeros((len(voices), len(issues)), dtype=bool)
    for at, voice in enumerate(voices):
        for key in voice.issue_keys:
            if key in column:
                indicators[at, column[key]] = True
    return Rows(
        values=np.fromiter((voice.value for voice in voices), dtype=float)[order],
        indicators=indicators[order],
        starts=cluster_starts(clusters[order]),
        held_equal=tuple(codes_of(map(attrgetter(name), voices))[order] for name in HELD_EQUAL),
    )


def _groups(rows: Rows) -> Groups:
    """Count and average the rows with and without each issue."""
    n_with = rows.indicators.sum(axis=0)
    n_without = len(rows.values) - n_with
    sums = rows.values @ rows.indicators
    highest = np.where(rows.indicators, rows.values[:, None], -np.inf).max(axis=0)
    lowest = np.where(rows.indicators, rows.values[:, None], np.inf).min(axis=0)
    return Groups(
        n_with=n_with,
        clusters_with=clusters_with(rows),
        mean_with=np.divide(sums, n_with, out=np.full(len(sums), np.nan), where=n_with > 0),
        mean_without=np.divide(rows.values.sum() - sums, n_without, out=np.full(len(sums), np.nan), where=n_without > 0),
        one_answer=highest == lowest,
    )


def _measured(driver: Driver, *, at: int, groups: Groups, plain: Effects, adjusted: Effects) -> Driver:
    """Return the driver with its figures, or with the reason why it has none; ``q`` is still missing."""
    n_with = int(groups.n_with[at])
    counted = driver.model_copy(update={"n_with": n_with, "clusters_with": int(groups.clusters_with[at])})
    few = n_with < MIN_WITH or counted.clusters_with < MIN_ACCOUNTS or driver.n - n_with < MIN_WITHOUT
    if few or not plain.known[at]:
        return counted.model_copy(update={"note": shortfall(counted, language="en")})
    figures: dict[str, object] = {
        "mean_with": float(groups.mean_with[at]),
        "mean_without": float(groups.mean_without[at]),
        "difference": float(plain.estimate[at]),
        "difference_low": float(plain.low[at]),
        "difference_high": float(plain.high[at]),
        "p": float(plain.p[at]),
        "state": DriverState.OK,
        "note": NOT_SEPARABLE,
    }
    if adjusted.known[at]:
        figures |= {
            "adjusted": float(adjusted.estimate[at]),
            "adjusted_low": float(adjusted.low[at]),
            "adjusted_high": float(adjusted.high[at]),
            "p": float(adjusted.p[at]),
            "note": ONE_ANSWER if groups.one_answer[at] else "",
        }
    return counted.model_copy(update=figures)


def _with_q(measured: Sequence[Driver]) -> tuple[Driver, ...]:
    """Add the false-discovery rate over the drivers that carry a p."""
    rates = false_discovery_rates([driver.p for driver in measured])
    return tuple(driver if q is None else driver.model_copy(update={"q": q}) for driver, q in zip(measured, rates, strict=True))

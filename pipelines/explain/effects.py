"""Effects: many two-group comparisons at once, robust to voices of one account resembling each other.

For each issue the regression ``value ~ controls + issue`` is solved by partialling the controls out (Frisch, Waugh 1933; Lovell
1963): the coefficient and its cluster-robust variance are then sums over rows, done for all issues in a few matrix operations.
The standard error is CR1 (Liang and Zeger 1986, times G/(G−1)·(n−1)/(n−k)); ``tests/unit/pipelines/test_drivers.py`` holds it equal
to statsmodels' ``cov_type="cluster"``.

With t and G−1 degrees of freedom an issue that only five of eighty accounts raise would be called significant 15 times in 100
without any effect (measured; the known trouble of few treated clusters, MacKinnon and Webb 2018). So interval and p use m, the
number of clusters on the smaller side: the error times √(m/(m−1)) and t with m−1 degrees of freedom, measured at 5 to 6 in 100.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.explain.clustered import orthonormal

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

CONFIDENCE = 0.95
MIN_LEVEL_ROWS = 10
"""A level of a control that fewer rows share joins the pooled level."""
MAX_LEVELS = 40
"""Most levels of one control that are held apart; the rarest join the pooled level."""
BLOCK = 16
"""Issues solved together: bounds the memory at a few times ``8·n·BLOCK`` bytes."""
HELD_EQUAL = ("segment", "source", "role", "quarter")
"""What a voice is, beside its issues, that effects hold equal."""
NOTHING_LEFT = 1e-9
"""Share of an issue's variation that must remain beside the controls for its coefficient to exist."""


@dataclass(frozen=True)
class Rows:
    """The rows of the regression, sorted so that each cluster is one run.

    ``values`` [n] in the KPI's unit; ``indicators`` [n, issues] true where the row is about the issue; ``starts`` [clusters]
    the first row of each cluster; ``held_equal`` [n] level codes of what the adjusted comparison holds equal.
    """

    values: Floats
    indicators: NDArray[np.bool_]
    starts: Codes
    held_equal: tuple[Codes, ...] = ()

    @property
    def clusters(self) -> int:
        """How many clusters there are."""
        return len(self.starts)


@dataclass(frozen=True)
class Effects:
    """One estimate per issue with its CR1 standard error, 95 % interval and two-sided p.

    Where ``known`` is false the other figures mean nothing.
    """

    known: NDArray[np.bool_]
    estimate: Floats
    error: Floats
    low: Floats
    high: Floats
    p: Floats


def codes_of(labels: Iterable[Hashable]) -> Codes:
    """Return a number per label, in order of first appearance: equal labels, equal numbers."""
    found = list(labels)
    known = {label: at for at, label in enumerate(dict.fromkeys(found))}
    return np.fromiter(map(known.__getitem__, found), dtype=np.intp, count=len(found))


def cluster_starts(sorted_codes: Codes) -> Codes:
    """Return where each run of equal codes begins; the codes are sorted and not empty."""
    return np.flatnonzero(np.r_[True, sorted_codes[1:] != sorted_codes[:-1]])


def clusters_with(rows: Rows, *, indicator: bool = True) -> Codes:
    """Count, per issue, the clusters with at least one row about it (or, asked for false, not about it)."""
    wanted = rows.indicators if indicator else ~rows.indicators
    return np.asarray(np.logical_or.reduceat(wanted, rows.starts, axis=0).sum(axis=0))


def dummies(codes: Codes) -> Floats:
    """Return an indicator column per level but the most frequent one; rare levels are one column together."""
    sizes = np.bincount(codes)
    kept = [int(level) for level in np.argsort(-sizes, kind="stable")[:MAX_LEVELS] if sizes[level] >= MIN_LEVEL_ROWS]
    columns = [codes == level for level in kept[1:]]
    pooled = ~np.isin(codes, kept)
    if kept and pooled.any():
        columns.append(pooled)
    return np.column_stack(columns).astype(float) if columns else np.empty((len(codes), 0))


def constant_only(rows: Rows) -> Floats:
    """Return the controls of a plain comparison: the constant, as an orthonormal column [n, 1]."""
    return np.full((len(rows.values), 1), 1.0 / np.sqrt(len(rows.values)))


def controls_of(rows: Rows) -> Floats:
    """Return an orthonormal basis [n, rank] of the constant and the dummies of what is held equal."""
    return orthonormal(np.column_stack([np.ones(len(rows.values)), *(dummies(codes) for codes in rows.held_equal)]))


def effects(rows: Rows, controls: Floats) -> Effects:
    """Solve ``values ~ controls + issue`` for each issue on its own.

    Parameters
    ----------
    rows
        At least one row.
    controls
        Orthonormal basis [n, k−1] of what is held equal; its span holds the constant.

    Returns
    -------
    Effects
        Estimates in the unit of the values. ``known`` is false where the controls leave nothing of the issue, where no degree of
        freedom is left, or where the residuals vanish, so that no interval exists.
    """
    from scipy.stats import t as student_t

    n, used = controls.shape
    values = rows.values - controls @ (controls.T @ rows.values)
    blocks = [
        _block(values, rows.indicators[:, at : at + BLOCK].astype(float), controls, rows.starts)
        for at in range(0, rows.indicators.shape[1], BLOCK)
    ]
    estimate = np.concatenate([np.empty(0), *(block[0] for block in blocks)])
    error = np.concatenate([np.empty(0), *(block[1] for block in blocks)])
    left = n - used - 1
    smaller = np.minimum(clusters_with(rows), clusters_with(rows, indicator=False)).astype(float)
    known = np.isfinite(estimate) & np.isfinite(error) & (error > 0) & (left > 0) & (smaller > 1)
    correction = np.sqrt(rows.clusters / max(rows.clusters - 1, 1) * (n - 1) / max(left, 1))
    error = np.where(known, error * correction, 1.0)
    freedom = np.where(known, smaller - 1, 1.0)
    widened = error * np.sqrt((freedom + 1) / freedom)
    reach = student_t.ppf(0.5 + CONFIDENCE / 2, freedom) * widened
    p = np.asarray(2 * student_t.sf(np.abs(estimate / widened), freedom))
    return Effects(known=known, estimate=estimate, error=error, low=estimate - reach, high=estimate + reach, p=p)


def _block(values: Floats, indicators: Floats, controls: Floats, starts: Codes) -> tuple[Floats, Floats]:
    """Return estimate and uncorrected cluster-robust standard error per column; NaN where nothing of the column is left."""
    before = np.einsum("ij,ij->j", indicators, indicators)
    rest = indicators - controls @ (controls.T @ indicators)
    square = np.einsum("ij,ij->j", rest, rest)
    square = np.where(square > NOTHING_LEFT * np.maximum(before, 1.0), square, np.nan)
    estimate = (rest.T @ values) / square
    residuals = values[:, None] - rest * estimate
    scale = float(np.abs(values).max(initial=0.0))
    residuals[np.abs(residuals) <= 1e-9 * scale] = 0.0
    scores = np.add.reduceat(rest * residuals, starts, axis=0)
    return estimate, np.sqrt(np.einsum("ij,ij->j", scores, scores)) / square


def mean_interval(values: Sequence[float], clusters: Sequence[Hashable]) -> tuple[float, float] | None:
    """Return the 95 % interval of a mean whose rows of one cluster are not independent; None where it has none.

    The same CR1 formula with the constant alone. A set of equal values, or of one cluster, has no interval.
    """
    from scipy.stats import t as student_t

    codes = codes_of(clusters)
    count, n = int(codes.max(initial=-1)) + 1, len(values)
    numbers = np.asarray(values, dtype=float)
    if count < 2 or float(np.ptp(numbers)) == 0.0:  # noqa: PLR2004 - one cluster cannot differ from another
        return None
    mean = float(numbers.mean())
    sums = np.bincount(codes, weights=numbers - mean)
    error = float(np.sqrt(np.sum(sums**2) * count / (count - 1)) / n)
    if error == 0.0:
        return None
    reach = float(student_t.ppf(0.5 + CONFIDENCE / 2, count - 1)) * error
    return mean - reach, mean + reach


def false_discovery_rates(chances: Sequence[float | None]) -> list[float | None]:
    """Return the Benjamini-Hochberg rate of each p, over all that are known; None where there is none."""
    from statsmodels.stats.multitest import multipletests

    tested = [p for p in chances if p is not None]
    rates = iter(multipletests(tested, method="fdr_bh")[1] if tested else ())
    return [None if p is None else min(1.0, float(next(rates))) for p in chances]

"""One coefficient beside controls, with an interval that is honest about voices of one account, and of one week, resembling each other.

The regressor's controls are partialled out (Frisch, Waugh 1933); the variance is CR1 (Liang and Zeger 1986), once by account and once
by week, and the wider interval stands. As in ``pipelines.explain.effects`` the few-cluster trouble is met by the number of clusters on
the smaller side, m: the error times √(m/(m−1)) and t with m − 1 degrees of freedom.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.actions import Estimate

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
CONFIDENCE = 0.95
POWER = 0.8
NOTHING_LEFT = 1e-9


@dataclass(frozen=True)
class Clustering:
    """Cluster of each row, and how many clusters carry the smaller side of the comparison."""

    codes: Codes
    smaller: int


def coefficient(values: Floats, regressor: Floats, controls: Floats, clusterings: tuple[Clustering, ...]) -> Estimate | None:
    """Return the coefficient of the regressor; None where the controls leave nothing of it or no interval exists.

    Parameters
    ----------
    values, regressor
        [n]
    controls
        [n, k], the constant among them; need not be independent of each other.
    clusterings
        At least one; the widest interval counts.
    """
    basis = orthonormal(controls)
    rest = regressor - basis @ (basis.T @ regressor)
    square = float(rest @ rest)
    left = len(values) - basis.shape[1] - 1
    if square <= NOTHING_LEFT * max(1.0, float(regressor @ regressor)) or left <= 0:
        return None
    answer = values - basis @ (basis.T @ values)
    estimate = float(rest @ answer) / square
    residuals = answer - rest * estimate
    if float(np.abs(residuals).max()) <= NOTHING_LEFT * max(1.0, float(np.abs(values).max())):
        return None
    found = [_interval(estimate, rest * residuals, square, one, left) for one in clusterings if one.smaller > 1]
    if len(found) < len(clusterings):
        return None
    return max(found, key=lambda one: one.high - one.low)


def orthonormal(design: Floats) -> Floats:
    """Return an orthonormal basis [n, rank] of the columns."""
    squared, directions = np.linalg.eigh(design.T @ design)
    kept = squared > max(squared[-1], 1e-300) * 1e-10
    return np.asarray(design @ (directions[:, kept] / np.sqrt(squared[kept])))


def dummies(codes: Codes) -> Floats:
    """Return an indicator column per level but the first; the levels are 0 … k."""
    return np.asarray(np.eye(int(codes.max(initial=0)) + 1)[codes][:, 1:])


def _interval(estimate: float, scores: Floats, square: float, clusters: Clustering, left: int) -> Estimate:
    from scipy.stats import t as student_t

    count = int(clusters.codes.max()) + 1
    sums = np.bincount(clusters.codes, weights=scores)
    n = len(scores)
    error = float(np.sqrt(sums @ sums * count / max(count - 1, 1) * (n - 1) / left)) / square
    freedom = clusters.smaller - 1
    widened = error * np.sqrt((freedom + 1) / freedom)
    reach = float(student_t.ppf(0.5 + CONFIDENCE / 2, freedom))
    return Estimate(
        value=estimate,
        low=estimate - reach * widened,
        high=estimate + reach * widened,
        p=float(2 * student_t.sf(abs(estimate) / widened, freedom)) if widened > 0 else 1.0,
        smallest=float((reach + student_t.ppf(POWER, freedom)) * widened),
    )

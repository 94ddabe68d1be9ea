"""Measures: how right and wrong become one number, with a 95 % percentile bootstrap interval over rows (Efron 1979), seeded.

Invariants: the same rows give the same figure and the same interval; a class that does not occur in the truth is not averaged over; a
resample in which a figure is not defined does not count towards its interval.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from voc.quality import Interval, ReliabilityBin

RESAMPLES = 1_000
SEED = 20_261_122
BINS = 10
LEVELS = (2.5, 97.5)
DIGITS = 4

Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]


def interval(n: int, figure: Callable[[Codes], float]) -> Interval:
    """Return a figure over all n rows and its interval.

    Parameters
    ----------
    n
        Number of rows.
    figure
        The figure over chosen rows (their places); NaN where it is not defined on them.
    """
    if not n:
        return Interval(value=0.0, low=0.0, high=0.0)
    chance = np.random.default_rng(SEED)
    sampled = np.array([figure(chance.integers(0, n, n)) for _ in range(RESAMPLES)])
    defined = sampled[~np.isnan(sampled)]
    value = figure(np.arange(n))
    low, high = np.percentile(defined, LEVELS) if len(defined) else (value, value)
    return Interval(value=round(float(value), DIGITS), low=round(float(low), DIGITS), high=round(float(high), DIGITS))


def mean_interval(values: Numbers) -> Interval:
    """Return the mean of one number per row."""
    return interval(len(values), lambda rows: float(values[rows].mean()))


def macro_f1(truth: Codes, guessed: Codes, *, classes: int) -> float:
    """Return the mean over the classes that occur in ``truth`` of 2tp / (2tp + fp + fn)."""
    table = np.bincount(truth * classes + guessed, minlength=classes * classes).reshape(classes, classes)
    right, true, said = np.diag(table), table.sum(axis=1), table.sum(axis=0)
    occurs = true > 0
    return float(np.mean(2 * right[occurs] / (true + said)[occurs])) if occurs.any() else 0.0


def macro_f1_interval(truth: Codes, guessed: Codes, *, classes: int) -> Interval:
    """Return macro-F1 with its interval."""
    return interval(len(truth), lambda rows: macro_f1(truth[rows], guessed[rows], classes=classes))


def f1_interval(truth: Flags, said: Flags) -> Interval:
    """Return F1 of one class: 2tp / (2tp + fp + fn)."""
    return interval(len(truth), lambda rows: _f1(float((truth & said)[rows].sum()), float(truth[rows].sum() + said[rows].sum())))


def micro_f1_interval(truth: NDArray[np.bool_], said: NDArray[np.bool_]) -> Interval:
    """Return micro-F1 of several labels a row; shapes [n, labels]."""
    hits, both = (truth & said).sum(axis=1), truth.sum(axis=1) + said.sum(axis=1)
    return interval(len(truth), lambda rows: _f1(float(hits[rows].sum()), float(both[rows].sum())))


def auroc_interval(truth: Flags, scores: Numbers) -> Interval:
    """Return the area under the ROC curve: the chance that a true row is scored above a false one (Mann-Whitney U / n₁n₀; ties half)."""
    return interval(len(truth), lambda rows: _auroc(truth[rows], scores[rows]))


def spearman_interval(first: Numbers, second: Numbers) -> Interval:
    """Return Spearman's rank correlation: Pearson's of the ranks, ties at their mean rank."""
    return interval(len(first), lambda rows: _spearman(first[rows], second[rows]))


def expected_calibration_error(confidence: Numbers, right: Flags) -> float:
    """Return Σ over ten equal bins of (share of rows in the bin) · |accuracy − mean confidence| (Naeini et al. 2015)."""
    bins = reliability(confidence, right)
    return round(sum(part.n / len(right) * abs(part.right - part.confidence) for part in bins), DIGITS)


def reliability(confidence: Numbers, right: Flags) -> tuple[ReliabilityBin, ...]:
    """Return the bins of confidence that hold rows, least confident first."""
    place = np.clip((confidence * BINS).astype(np.int64), 0, BINS - 1)
    return tuple(
        ReliabilityBin(n=int(inside.sum()), confidence=float(confidence[inside].mean()), right=float(right[inside].mean()))
        for inside in (place == b for b in range(BINS))
        if inside.any()
    )


def _f1(hits: float, both: float) -> float:
    return 2 * hits / both if both else float("nan")


def _auroc(truth: Flags, scores: Numbers) -> float:
    from scipy.stats import rankdata

    positives = int(truth.sum())
    negatives = len(truth) - positives
    if not positives or not negatives:
        return float("nan")
    return float((rankdata(scores)[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def _spearman(first: Numbers, second: Numbers) -> float:
    from scipy.stats import rankdata

    a, b = rankdata(first), rankdata(second)
    if not a.std() or not b.std():
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])

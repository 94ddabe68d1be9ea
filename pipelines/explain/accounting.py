"""Accounting: how a mean splits into mix, prevalence, score and level, for many resamplings at once.

A side's mean is written ``Σ_s w_s (a_s + Σ_i x_si b_i)``: ``w_s`` the share of group s among the comments, ``x_si`` the share of the
group's comments that name issue i, ``b_i`` how many points a comment about i lies beside a comment of the same group that does not
name it, other issues held equal, ``a_s`` the level of the group's comments without any issue. ``b`` comes from least squares on the
side's own comments with the groups held equal; each side's ``b`` is pulled towards that of both sides together as strongly as
``PULL`` comments would, so that issues that nearly always come together share their effect instead of cancelling each other out.
Because the groups' levels are free, the sum above is the side's mean exactly, whatever ``b`` is.

The change is the game whose players are the mix ``w``, each issue's ``x_i``, each issue's ``b_i`` and the level ``a``: a player takes
its value before or after. The terms are the players' Shapley values (Shapley 1953). As the sum falls into products of at most three
players, they have a closed form and add up exactly: of a product ``u·v·t`` the player u gets
``Δu·[(v₀t₀ + v₁t₁)/3 + (v₀t₁ + v₁t₀)/6]``, of ``u·v`` it gets ``Δu·(v₀ + v₁)/2``.

Where a group has no comment on one side, its shares and level are those of the other side: then only the mix differs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PULL = 5.0
"""Comments' worth with which an effect is pulled: each side's towards the common one, the common one towards none."""


@dataclass(frozen=True)
class Sums:
    """Sums over one side's comments; every array has the resamplings R first.

    ``n`` [R, groups] comments, ``values`` [R, groups] sum of values, ``named`` [R, groups, issues] comments that name the issue,
    ``both`` [R, issues, issues] comments that name both issues, ``product`` [R, issues] sum of values of comments that name it.
    """

    n: Floats
    values: Floats
    named: Floats
    both: Floats
    product: Floats


@dataclass(frozen=True)
class Terms:
    """The Shapley values; ``mix`` [R, groups], ``prevalence`` and ``score`` [R, issues], ``level`` [R], ``change`` [R].

    ``effects`` are ``b`` before and after, ``shares`` the issues' shares with the groups weighted alike on both sides; each [R, issues].
    """

    mix: Floats
    prevalence: Floats
    score: Floats
    level: Floats
    change: Floats
    effects: tuple[Floats, Floats]
    shares: tuple[Floats, Floats]


@dataclass(frozen=True)
class _Side:
    """Shares of groups [R, S], shares of issues inside them [R, S, I], group means [R, S]; 0 where a group is empty."""

    weight: Floats
    shares: Floats
    mean: Floats
    there: NDArray[np.bool_]


def terms(before: Sums, after: Sums) -> Terms:
    """Split the difference of the two sides' means; each side has at least one comment in every resampling."""
    sides = _filled(_side(before), _side(after))
    b0, b1 = _effects(before, after)
    w0, w1 = (side.weight for side in sides)
    x0, x1 = (side.shares for side in sides)
    a0 = sides[0].mean - _dot(x0, b0)
    a1 = sides[1].mean - _dot(x1, b1)
    straight = (_dot(x0, b0) + _dot(x1, b1)) / 3 + (_dot(x0, b1) + _dot(x1, b0)) / 6
    worth = (a0 + a1) / 2 + straight
    centre = ((w0 + w1) / 2 * worth).sum(axis=1, keepdims=True)
    same = (b0 * 2 + b1)[:, None, :] / 6
    other = (b1 * 2 + b0)[:, None, :] / 6
    prevalence = ((x1 - x0) * (w0[:, :, None] * same + w1[:, :, None] * other)).sum(axis=1)
    named = (w0[:, :, None] * (2 * x0 + x1) + w1[:, :, None] * (2 * x1 + x0)).sum(axis=1) / 6
    return Terms(
        mix=(w1 - w0) * (worth - centre),
        prevalence=prevalence,
        score=(b1 - b0) * named,
        level=((a1 - a0) * (w0 + w1) / 2).sum(axis=1),
        change=_mean(after) - _mean(before),
        effects=(b0, b1),
        shares=(_weighted(x0, (w0 + w1) / 2), _weighted(x1, (w0 + w1) / 2)),
    )


def _mean(sums: Sums) -> Floats:
    return np.asarray(sums.values.sum(axis=1) / sums.n.sum(axis=1))


def _side(sums: Sums) -> _Side:
    there = sums.n > 0
    size = np.where(there, sums.n, 1.0)
    return _Side(
        weight=sums.n / sums.n.sum(axis=1, keepdims=True),
        shares=sums.named / size[:, :, None],
        mean=sums.values / size,
        there=there,
    )


def _filled(before: _Side, after: _Side) -> tuple[_Side, _Side]:
    """Let a group that is empty on one side look there as it does on the other; then only its weight differs."""

    def filled(side: _Side, other: _Side) -> _Side:
        return _Side(
            weight=side.weight,
            shares=np.where(side.there[:, :, None], side.shares, other.shares),
            mean=np.where(side.there, side.mean, other.mean),
            there=side.there,
        )

    return filled(before, after), filled(after, before)


def _dot(shares: Floats, effects: Floats) -> Floats:
    """Return Σ_i x_si b_i, [R, groups]."""
    return np.asarray(np.einsum("rsi,ri->rs", shares, effects))


def _weighted(shares: Floats, weight: Floats) -> Floats:
    """Return Σ_s w_s x_si, [R, issues]."""
    return np.asarray(np.einsum("rs,rsi->ri", weight, shares))


def _effects(before: Sums, after: Sums) -> tuple[Floats, Floats]:
    """Return b before and after, groups held equal; an issue one side does not name has there the common effect."""
    issues = before.product.shape[1]
    if issues == 0:
        return before.product, after.product
    grams, moments = zip(*(_within(sums) for sums in (before, after)), strict=True)
    pull = PULL * np.eye(issues)
    common = _solve(grams[0] + grams[1] + pull, moments[0] + moments[1])
    first, second = (_solve(gram + pull, moment + PULL * common) for gram, moment in zip(grams, moments, strict=True))
    return first, second


def _within(sums: Sums) -> tuple[Floats, Floats]:
    """Return the issues' products with each other and with the values, after the groups' means are taken out."""
    size = np.where(sums.n > 0, sums.n, 1.0)
    scaled = sums.named / size[:, :, None]
    gram = sums.both - np.einsum("rsi,rsj->rij", scaled, sums.named, optimize=True)
    return gram, sums.product - np.einsum("rsi,rs->ri", scaled, sums.values)


def _solve(matrix: Floats, right: Floats) -> Floats:
    return np.asarray(np.linalg.solve(matrix, right[:, :, None])[:, :, 0])

"""Risk: whether evidence at past moments went together with leaving afterwards, and the probability that follows from it.

At month-spaced moments of the past the queue is formed from what was known then, and compared with who left within ``WINDOW_DAYS``
after it. A logistic regression with a weak ridge (a prior of one standard normal on each scaled coefficient, so that few leavers give
no infinite odds) is fitted; intervals of odds are robust to rows of one owner (account, else customer), those of the lift come from
resampling owners as whole clusters. A risk is read off the regression only where the odds are clearly above 1; otherwise, and with
fewer than ``FEWEST_LEFT`` owners who left, the risk of an entry is its evidence, and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.concerns import Association, RiskCheck, RiskCheckState

WINDOW_DAYS = 180
FEWEST_LEFT = 8
DRAWS = 400
TOP_SHARE = 0.2
STEPS = 50
UNIT = 0.1
"""Odds are per tenth of the evidence, and per tenth of the score's range downwards."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Past:
    """Somebody at a past moment: evidence then, how low their latest score was (0 best … 1 worst), and whether their owner left after."""

    owner: str
    moment: int
    evidence: float
    low_score: float
    left: bool


@dataclass(frozen=True)
class Calibration:
    """Log odds of leaving: ``at_0`` without evidence, plus ``slope`` times the evidence."""

    at_0: float
    slope: float

    def risk(self, evidence: float) -> float:
        """Return the probability of leaving within the window."""
        return float(1.0 / (1.0 + np.exp(-(self.at_0 + self.slope * evidence))))


def check(past: Sequence[Past], *, leaving_known: bool) -> tuple[RiskCheck, Calibration | None]:
    """Compare evidence with later leaving.

    Parameters
    ----------
    past
        One row per person and moment whose outcome is known.
    leaving_known
        Whether anybody's leaving was ever recorded.

    Returns
    -------
    tuple
        What was measured, and the calibration; None where there are too few leavers or evidence does not clearly go with leaving.
    """
    owners = {row.owner for row in past}
    left = {row.owner for row in past if row.left}
    counts = {
        "window_days": WINDOW_DAYS,
        "moments": len({row.moment for row in past}),
        "people": len(past),
        "owners": len(owners),
        "owners_left": len(left),
    }
    if not leaving_known:
        return RiskCheck(state=RiskCheckState.NO_CHURN_DATA, **counts), None
    if len(left) < FEWEST_LEFT or len(owners) - len(left) < FEWEST_LEFT:
        return RiskCheck(state=RiskCheckState.TOO_FEW, **counts), None
    rows = _Rows.of(past)
    alone = logit(np.column_stack([rows.evidence]), rows.left, rows.owner)
    beside = logit(np.column_stack([rows.evidence, rows.low_score]), rows.left, rows.owner)
    score = logit(np.column_stack([rows.low_score]), rows.left, rows.owner)
    top_evidence, top_score = _top(rows.evidence, rows), _top(rows.low_score, rows)
    lift = top_evidence - top_score
    freedom = min(len(left), len(owners) - len(left)) - 1
    measured = RiskCheck(
        state=RiskCheckState.MEASURED,
        **counts,
        odds=_association(alone, freedom=freedom),
        odds_beside_score=_association(beside, freedom=freedom),
        score_odds=_association(score, freedom=freedom),
        left_top_evidence=float(top_evidence[0]),
        left_top_score=float(top_score[0]),
        left_all=100 * float(rows.left.mean()),
        lift=float(lift[0]),
        lift_low=float(np.quantile(lift[1:], 0.025)),
        lift_high=float(np.quantile(lift[1:], 0.975)),
    )
    clear = measured.odds is not None and measured.odds.low > 1
    return measured, Calibration(at_0=float(alone.beta[0]), slope=float(alone.beta[1])) if clear else None


@dataclass(frozen=True)
class Fit:
    """A logistic regression: coefficients, constant first, and their standard errors by owner (sandwich)."""

    beta: Floats
    error: Floats


def logit(columns: Floats, outcome: Floats, owner: NDArray[np.intp]) -> Fit:
    """Fit a logistic regression by Newton's method, with a weak ridge and errors robust to rows of one owner.

    Parameters
    ----------
    columns
        [n, k] without the constant.
    outcome
        [n] of 0 and 1.
    owner
        [n] whose row it is.
    """
    means, spread = columns.mean(axis=0), columns.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    design = np.column_stack([np.ones(len(outcome)), (columns - means) / spread])
    ridge = np.diag([1e-6, *np.ones(columns.shape[1])])
    beta = np.zeros(design.shape[1])
    for _ in range(STEPS):
        chance, bend = _bend(design, beta, ridge)
        step = np.linalg.solve(bend, design.T @ (outcome - chance) - ridge @ beta)
        beta = beta + np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-8:  # noqa: PLR2004 - as near as floats come
            break
    chance, bend = _bend(design, beta, ridge)
    count = int(owner.max()) + 1
    scores = np.column_stack([np.bincount(owner, weights=column, minlength=count) for column in (design * (outcome - chance)[:, None]).T])
    inverse = np.linalg.inv(bend)
    spread_of = inverse @ (scores.T @ scores) @ inverse * count / max(count - 1, 1)
    back = np.diag(1.0 / np.concatenate([[1.0], spread]))
    back[0, 1:] = -means / spread
    return Fit(beta=back @ beta, error=np.sqrt(np.diag(back @ spread_of @ back.T)))


def _bend(design: Floats, beta: Floats, ridge: Floats) -> tuple[Floats, Floats]:
    """Return the chances and the curvature at the coefficients."""
    chance = 1.0 / (1.0 + np.exp(-np.clip(design @ beta, -30, 30)))
    return chance, (design * (chance * (1 - chance))[:, None]).T @ design + ridge


@dataclass(frozen=True)
class _Rows:
    evidence: Floats
    low_score: Floats
    left: Floats
    owner: NDArray[np.intp]

    @classmethod
    def of(cls, past: Sequence[Past]) -> "_Rows":
        names = {name: at for at, name in enumerate(sorted({row.owner for row in past}))}
        return cls(
            evidence=np.array([row.evidence for row in past]),
            low_score=np.array([row.low_score for row in past]),
            left=np.array([float(row.left) for row in past]),
            owner=np.array([names[row.owner] for row in past], dtype=np.intp),
        )


def _top(ranked: Floats, rows: _Rows) -> Floats:
    """Return the percentage that left in the fifth that ranks highest: of the whole first, then of ``DRAWS`` resamples of owners.

    Of equal ranks at the edge each counts in part.
    """
    order = np.argsort(-ranked, kind="stable")
    owners = int(rows.owner.max()) + 1
    rng = np.random.default_rng(owners)
    edges = np.flatnonzero(np.diff(ranked[order], append=-np.inf))
    found = []
    for draw in range(DRAWS + 1):
        times = np.ones(owners) if draw == 0 else np.bincount(rng.integers(0, owners, owners), minlength=owners)
        weights = times[rows.owner][order]
        total, gone = np.cumsum(weights)[edges], np.cumsum(weights * rows.left[order])[edges]
        room = TOP_SHARE * total[-1]
        found.append(100 * float(np.interp(room, np.r_[0.0, total], np.r_[0.0, gone])) / room)
    return np.array(found)


def _association(fit: Fit, *, freedom: int) -> Association:
    """Return the odds ratio of a step of ``UNIT`` in the first column, by t with the owners of the smaller side less one."""
    from scipy.stats import t as student_t

    slope, reach = float(fit.beta[1]), float(student_t.ppf(0.975, freedom) * np.sqrt((freedom + 1) / freedom)) * float(fit.error[1])
    return Association(ratio=_odds(slope), low=_odds(slope - reach), high=_odds(slope + reach))


def _odds(slope: float) -> float:
    return float(np.exp(np.clip(UNIT * slope, -20, 20)))

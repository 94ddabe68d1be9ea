"""Account ratios: how sure a quantity of the accounts is, and its change: each is a ratio of two sums over the accounts.

What an account adds to the ratio's deviation is numerator − ratio × denominator, over the sum of the denominators (linearisation of a
ratio estimator; Cochran 1977, chapter 6). As everywhere in the service few clusters are met by m, the accounts in which something
happened: the error times √(m/(m−1)) and t with m − 1 degrees of freedom. An account there in both periods counts with what it adds to
the change, so that its two values may depend on each other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from pipelines.explain.effects import CONFIDENCE
from pipelines.explain.trends import share_interval
from pipelines.explain.wording import MIN_ACCOUNTS
from voc.issues import SharePeriod
from voc.kpis import AccountFlow, AccountKpi, account_figure

Interval = tuple[float | None, float | None]
NONE: Interval = (None, None)
NO_SPREAD = 1e-9
"""Of a value: where the accounts are alike down to this, they say nothing about how sure the value is."""


@dataclass(frozen=True)
class AccountMove:
    """What became of an account within a period: whether it left, its revenue a year before and after (None: not known; 0: it left)."""

    id: str
    left: bool
    before: float | None
    after: float | None

    @property
    def paid(self) -> float:
        """What it paid at the start, of those whose revenue counts."""
        return 0.0 if self.before is None or self.after is None else self.before

    @property
    def less(self) -> float:
        """What is paid less."""
        return max(self.paid - self.kept, 0.0)

    @property
    def more(self) -> float:
        """What is paid more."""
        return max(self.kept - self.paid, 0.0)

    @property
    def kept(self) -> float:
        """What it pays at the end, of those whose revenue counts."""
        return 0.0 if self.before is None or self.after is None else self.after


def flow_of(moves: Sequence[AccountMove], *, years: float) -> AccountFlow:
    """Return what became of all accounts together."""
    return AccountFlow(
        accounts=len(moves),
        left=sum(move.left for move in moves),
        revenue=sum(move.paid for move in moves),
        revenue_left=sum(move.paid for move in moves if move.left),
        revenue_down=sum(move.less for move in moves if not move.left),
        revenue_up=sum(move.more for move in moves),
        years=years,
    )


@dataclass(frozen=True)
class Ratio:
    """A quantity of the accounts: its value, what each account adds to its deviation, and in how many accounts something happened."""

    kpi: AccountKpi
    value: float | None
    ids: tuple[str, ...]
    added: NDArray[np.float64]
    events: int

    @property
    def alike(self) -> bool:
        """Whether no account differs from the others in the quantity."""
        return float(np.abs(self.added).sum()) <= NO_SPREAD * abs(self.value or 0.0)


_Part = Callable[[AccountMove], float]
_PARTS: dict[AccountKpi, tuple[_Part, _Part, _Part]] = {
    AccountKpi.LOGO_CHURN: (lambda move: move.left, lambda _: 1.0, lambda move: move.left),
    AccountKpi.RETENTION: (lambda move: not move.left, lambda _: 1.0, lambda move: move.left),
    AccountKpi.REVENUE_CHURN: (lambda move: move.less, lambda move: move.paid, lambda move: move.less > 0),
    AccountKpi.EXPANSION: (lambda move: move.more, lambda move: move.paid, lambda move: move.more > 0),
    AccountKpi.NRR: (lambda move: move.kept, lambda move: move.paid, lambda move: move.kept != move.paid),
    AccountKpi.CLV: (lambda move: move.paid, lambda move: move.left, lambda move: move.left),
}
"""Numerator, denominator, and whether something happened."""


def ratio_of(kpi: AccountKpi, moves: Sequence[AccountMove], *, years: float) -> Ratio:
    """Return a quantity of the accounts over a period of so many years."""
    over, under, happened = (np.fromiter(map(part, moves), dtype=float, count=len(moves)) for part in _PARTS[kpi])
    value = account_figure(kpi, flow_of(moves, years=years))
    total = float(under.sum())
    scale = years if kpi is AccountKpi.CLV else 100.0
    added = np.zeros(len(moves)) if value is None else (scale * over - value * under) / total
    return Ratio(kpi=kpi, value=value, ids=tuple(move.id for move in moves), added=added, events=int(happened.sum()))


def interval(ratio: Ratio) -> Interval:
    """Return the 95 % interval of a quantity.

    None where fewer than five accounts left, or pay more or less, as the quantity asks, or where all are alike in it. Shares of
    accounts have Wilson's, whatever their number. Revenue churn stays between 0 and 100 (logit scale), the others above 0 (log scale).
    """
    if ratio.kpi in (AccountKpi.LOGO_CHURN, AccountKpi.RETENTION):
        total = len(ratio.ids)
        found = share_interval(SharePeriod(count=ratio.events if ratio.kpi is AccountKpi.LOGO_CHURN else total - ratio.events, total=total))
        return NONE if found is None else (100.0 * found[0], 100.0 * found[1])
    if not ratio.value or ratio.events < MIN_ACCOUNTS:
        return NONE
    if ratio.alike:
        return NONE
    reach = _reach(ratio.added, ratio.events)
    if ratio.kpi is not AccountKpi.REVENUE_CHURN:
        return ratio.value * exp(-reach / ratio.value), ratio.value * exp(reach / ratio.value)
    share = ratio.value / 100.0
    if share >= 1.0:
        return NONE
    place, width = log(share / (1.0 - share)), reach / 100.0 / (share * (1.0 - share))
    return 100.0 / (1.0 + exp(width - place)), 100.0 / (1.0 + exp(-width - place))


def change_interval(before: Ratio, after: Ratio) -> Interval:
    """Return the 95 % interval of a quantity's change; none where either period has fewer than five such accounts, or only like ones."""
    events = min(before.events, after.events)
    if before.value is None or after.value is None or events < MIN_ACCOUNTS or before.alike or after.alike:
        return NONE
    added = dict(zip(after.ids, after.added.tolist(), strict=True))
    for name, part in zip(before.ids, before.added.tolist(), strict=True):
        added[name] = added.get(name, 0.0) - part
    reach = _reach(np.fromiter(added.values(), dtype=float), events)
    difference = after.value - before.value
    return difference - reach, difference + reach


def _reach(added: NDArray[np.float64], events: int) -> float:
    """Return half the width of the interval on the plain scale."""
    from scipy.stats import t as student_t

    count = len(added)
    error = sqrt(float(added @ added) * count / (count - 1) * events / (events - 1))
    return float(student_t.ppf(0.5 + CONFIDENCE / 2, events - 1)) * error

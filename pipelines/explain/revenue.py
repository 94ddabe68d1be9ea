"""Revenue: what an account pays a year, by one rule for series, drivers, queue and rooms.

The latest revenue observation up to a moment counts, never a later one. An account without any observation has its profile's
``revenue_per_year`` throughout; one whose first observation lies after the moment has no known revenue then.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from voc.customers import Account
from voc.kpis import Kpi, KpiObservation

Paid = Mapping[str, Sequence[tuple[datetime, float]]]
"""Observed revenue by account id, oldest first."""


def paid_of(observations: Iterable[KpiObservation]) -> Paid:
    """Return the revenue observations of accounts, by account; others are left out."""
    paid: dict[str, list[tuple[datetime, float]]] = defaultdict(list)
    for seen in observations:
        if seen.kpi is Kpi.REVENUE and seen.account_id is not None:
            paid[seen.account_id].append((seen.observed_at, seen.value))
    return {name: sorted(some) for name, some in paid.items()}


def revenue_of(account: Account, paid: Paid, *, at: datetime | None = None) -> float | None:
    """Return the account's revenue a year at a moment (None: as last known), or None where it is not known."""
    if account.id not in paid:
        return account.revenue_per_year
    return next((value for seen_at, value in reversed(paid[account.id]) if at is None or seen_at <= at), None)


def revenues(accounts: Iterable[Account], observations: Iterable[KpiObservation]) -> dict[str, float]:
    """Return each account's revenue as last known, by account id; those without any are left out."""
    paid = paid_of(observations)
    found = {account.id: revenue_of(account, paid) for account in accounts}
    return {name: value for name, value in found.items() if value is not None}

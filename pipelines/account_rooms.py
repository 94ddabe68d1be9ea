"""Account rooms from the store: one account, or all of them for a list."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from pipelines.explain.account_room import QUIET_DAYS, WINDOW_DAYS, Heard, account_room
from voc.account_room import AccountRoom, RoleWeights
from voc.customers import Account, Customer
from voc.filters import FeedbackFilter
from voc.kpis import KpiObservation
from voc.store.profiles import ALL_ACCOUNTS
from voc.store.unit import Unit
from voc.voices import VoiceRow

STALE_DAYS = 31
"""Data that end longer ago are looked at from their end: an old file is not a room full of silent people."""


def room_of(
    unit: Unit, account: Account, *, at: datetime, window_days: int = WINDOW_DAYS, quiet_days: int = QUIET_DAYS
) -> AccountRoom:
    """Return the room of one account."""
    heard = Heard(
        account=account,
        people=unit.customers.of_account(account.id),
        rows=unit.voices.find(FeedbackFilter(account_id=account.id)),
        answers=unit.kpis.find(account_id=account.id, repeats=False),
        alerts=unit.alerts.find(),
    )
    weights, _ = unit.role_weights.get(account.id)
    return account_room(heard, at=at, weights=weights, window_days=window_days, quiet_days=quiet_days)


def all_rooms(unit: Unit, rows: Sequence[VoiceRow], *, at: datetime) -> dict[str, AccountRoom]:
    """Return the rooms of every account with a profile, by account id.

    Parameters
    ----------
    rows
        All voices; read once by the caller.
    """
    people: dict[str, list[Customer]] = defaultdict(list)
    said: dict[str, list[VoiceRow]] = defaultdict(list)
    answered: dict[str, list[KpiObservation]] = defaultdict(list)
    for person in unit.customers.present_customers():
        people[person.account_id or ""].append(person)
    for row in rows:
        said[row.account_id or ""].append(row)
    for answer in unit.kpis.find(repeats=False):
        answered[answer.account_id or ""].append(answer)
    weights = unit.role_weights.find()
    general = weights.get(ALL_ACCOUNTS) or RoleWeights()
    return {
        account.id: account_room(
            Heard(account=account, people=people[account.id], rows=said[account.id], answers=answered[account.id]),
            at=at,
            weights=weights.get(account.id, general),
        )
        for account in unit.customers.present_accounts()
    }


def looked_at(unit: Unit, *, now: datetime) -> datetime:
    """Return the moment rooms are looked at: now, or the end of the data where they end longer ago than a month."""
    _, last = unit.feedback.period()
    return last if last is not None and now - last > timedelta(days=STALE_DAYS) else now

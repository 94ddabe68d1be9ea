"""Life events: what happened to a customer or an account besides what they said: start, renewal, leaving, changes, merges, alerts."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from voc.customers import Account, Customer
from voc.profile_history import ProfileChange
from voc.store.unit import Unit
from voc.values import UtcDatetime, Value

SHOWN_CHANGES = {"role": "role_changed", "plan": "plan_changed"}


class LifeEvent(Value):
    """One event. ``kind``: started, renewal, left, role_changed, plan_changed, merged, alert; ``about`` says whose or what."""

    at: UtcDatetime
    kind: str
    about: str = ""
    before: str | None = None
    after: str | None = None


def of_customer(unit: Unit, customer: Customer) -> list[LifeEvent]:
    """Return a customer's events, in no order."""
    found = [*_days(("started", customer.started_on), ("left", customer.churned_on))]
    found += _changes(unit.profile_history.find(customer.id), names={})
    return found + _merges(unit, customer.id) + _alerts(unit, customer_id=customer.id)


def of_account(unit: Unit, account: Account) -> list[LifeEvent]:
    """Return an account's events and the changes of role of its people, in no order."""
    people = {person.id: person.name or person.external_id for person in unit.customers.of_account(account.id)}
    found = [*_days(("started", account.started_on), ("renewal", account.renewal_on), ("left", account.churned_on))]
    found += _changes(unit.profile_history.of_account(account.id, sorted(people)), names=people)
    return found + _merges(unit, account.id) + _alerts(unit, account_id=account.id)


def _days(*days: tuple[str, date | None]) -> list[LifeEvent]:
    return [LifeEvent(at=datetime.combine(day, time(), tzinfo=UTC), kind=kind) for kind, day in days if day is not None]


def _changes(history: Iterable[ProfileChange], *, names: dict[str, str]) -> list[LifeEvent]:
    """Return the changes of role and plan; what a new profile began with is no change."""
    return [
        LifeEvent(at=change.at, kind=SHOWN_CHANGES[name], about=names.get(change.subject_id, ""), before=_text(before), after=_text(after))
        for change in history
        if not change.new
        for name, (before, after) in change.changes.items()
        if name in SHOWN_CHANGES
    ]


def _merges(unit: Unit, profile_id: str) -> list[LifeEvent]:
    return [
        LifeEvent(at=merge.at, kind="merged", about=merge.by)
        for merge in unit.merges.find(profile_id)
        if merge.stands
    ]


def _alerts(unit: Unit, *, customer_id: str | None = None, account_id: str | None = None) -> list[LifeEvent]:
    """Return the alerts whose evidence holds a comment of theirs."""
    alerts = unit.alerts.find()
    evidence = {feedback_id for alert in alerts for feedback_id in alert.evidence}
    mine = {
        feedback.id
        for feedback in unit.feedback.get_many(sorted(evidence))
        if (customer_id is None or feedback.customer_id == customer_id) and (account_id is None or feedback.account_id == account_id)
    }
    return [LifeEvent(at=alert.window_to, kind="alert", about=alert.issue_name) for alert in alerts if mine & set(alert.evidence)]


def _text(value: object) -> str | None:
    return None if value is None else str(value)

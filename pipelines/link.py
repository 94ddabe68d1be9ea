"""Link: which KPI value belongs to which comment, and who is left unknown.

The windows, in words (``kpi_window`` states them as numbers):

* A value given together with the comment (a survey score in the same row) always wins, and belongs to that comment alone: what
  somebody wrote beside an answer explains it, not what the same person wrote elsewhere.
* Survey scores, response and resolution hours: else the same customer's latest answer without a comment in the 30 days up to the comment.
  Nothing after the comment is looked at.
* Revenue: the latest observation of the account, else of the customer, in the 365 days up to the comment.
* Churn is an outcome, so it is read after the comment: 1 if the account (the customer, where there is no account) left within
  180 days from the comment's day on, 0 if it stayed. Only comments followed for at least 90 days count, those of customers who
  left as well: otherwise young comments could only ever be linked to leaving. Comments made after leaving have no outcome.

Invariants: an unknown customer gets no value, never a guessed one; a data set in which nobody ever left has no churn values.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from voc.customers import Account, Customer
from voc.drivers import Voice
from voc.kpis import Kpi, KpiObservation, contribution
from voc.linking import KpiWindow, Links
from voc.voices import VoiceRow

_MEASURED = KpiWindow(before_days=30, after_days=0, outcome=False)
_REVENUE = KpiWindow(before_days=365, after_days=0, outcome=False)
_CHURN = KpiWindow(before_days=0, after_days=180, outcome=True, followed_days=90)

History = dict[tuple[str, Kpi], list[tuple[datetime, float]]]
"""Observations of one customer or account, by time."""


def kpi_window(kpi: Kpi) -> KpiWindow:
    """Return the window around a comment in which a KPI value counts as the comment's.

    >>> kpi_window(Kpi.NPS).after_days
    0
    """
    if kpi is Kpi.CHURN:
        return _CHURN
    return _REVENUE if kpi is Kpi.REVENUE else _MEASURED


def link_kpis(
    comments: Sequence[VoiceRow],
    *,
    observations: Iterable[KpiObservation],
    customers: Mapping[str, Customer],
    accounts: Mapping[str, Account],
    data_until: date,
) -> Links:
    """Find the KPI values of each comment.

    Parameters
    ----------
    comments
        Voices with the scores given together with them.
    observations
        Every known KPI observation, in any order.
    customers, accounts
        By our id; whoever is missing is unknown.
    data_until
        The last day on which leaving would have been recorded.

    Returns
    -------
    dict
        ``(feedback id, KPI) -> value`` on the KPI's own scale; a pair without a value is absent.
    """
    history, given = _history(observations)
    leaving = _leaving(history, customers=customers, accounts=accounts)
    linked: Links = {}
    for comment in comments:
        owners = _owners(comment, customers=customers)
        values = _measured(comment, owners=owners, history=history)
        outcome = _churn(comment, owners=owners, leaving=leaving, data_until=data_until)
        if outcome is not None:
            values[Kpi.CHURN] = outcome
        values |= given.get(comment.feedback_id, {}) | comment.scores
        linked |= {(comment.feedback_id, kpi): value for kpi, value in values.items()}
    return linked


def voices(rows: Sequence[VoiceRow], *, kpi: Kpi, links: Links) -> tuple[Voice, ...]:
    """Return the table drivers of a KPI are computed from: analysed comments with a signal that have a value of it."""
    return tuple(
        Voice(
            feedback_id=row.feedback_id,
            value=contribution(kpi, links[row.feedback_id, kpi]),
            cluster=row.cluster,
            segment=row.segment,
            source=row.source.value,
            issue_keys=row.issue_keys,
            role=row.role.value,
            quarter=row.quarter,
        )
        for row in rows
        if (row.feedback_id, kpi) in links and row.sentiment is not None and not row.no_signal
    )


def _history(observations: Iterable[KpiObservation]) -> tuple[History, dict[str, dict[Kpi, float]]]:
    """Sort observations by owner and time, and collect those that were made with a comment."""
    history: History = defaultdict(list)
    given: dict[str, dict[Kpi, float]] = defaultdict(dict)
    for seen in sorted(observations, key=lambda observation: (observation.observed_at, observation.id)):
        if seen.feedback_id is not None:
            given[seen.feedback_id][seen.kpi] = seen.value
            continue
        for owner in {seen.customer_id, seen.account_id} - {None}:
            history[str(owner), seen.kpi].append((seen.observed_at, seen.value))
    return history, given


def _owners(comment: VoiceRow, *, customers: Mapping[str, Customer]) -> tuple[str, ...]:
    """Return the account, then the customer, as far as they are known."""
    customer = customers.get(comment.customer_id) if comment.customer_id is not None else None
    account_id = comment.account_id or (customer.account_id if customer is not None else None)
    return tuple(owner for owner in (account_id, comment.customer_id) if owner is not None)


def _measured(comment: VoiceRow, *, owners: Sequence[str], history: History) -> dict[Kpi, float]:
    """Return the latest values inside the windows before the comment."""
    found: dict[Kpi, float] = {}
    for kpi in Kpi:
        if kpi is Kpi.CHURN:
            continue
        for owner in owners if kpi is Kpi.REVENUE else (comment.customer_id or "",):
            value = _latest(history.get((owner, kpi), []), at=comment.submitted_at, window=kpi_window(kpi))
            if value is not None:
                found[kpi] = value
                break
    return found


def _latest(series: Sequence[tuple[datetime, float]], *, at: datetime, window: KpiWindow) -> float | None:
    """Return the last value not after the moment and not older than the window."""
    place = bisect_right(series, at, key=lambda entry: entry[0])
    if place == 0:
        return None
    observed_at, value = series[place - 1]
    return value if at - observed_at <= timedelta(days=window.before_days) else None


def _leaving(
    history: History, *, customers: Mapping[str, Customer], accounts: Mapping[str, Account]
) -> dict[str, date | None]:
    """Return, for everyone known, the day they left or None; empty where nobody's leaving was ever recorded."""
    days: dict[str, date | None] = {person.id: person.churned_on for person in customers.values()}
    days |= {payer.id: payer.churned_on for payer in accounts.values()}
    for (owner, kpi), series in history.items():
        if kpi is Kpi.CHURN:
            left = next((moment.date() for moment, value in series if value > 0), None)
            days[owner] = days.get(owner) or left
    return days if any(days.values()) else {}


def _churn(comment: VoiceRow, *, owners: Sequence[str], leaving: Mapping[str, date | None], data_until: date) -> float | None:
    """Return 1 where the account (else the customer) left inside the window, 0 where it stayed, None where nobody can tell."""
    owner = next((known for known in owners if known in leaving), None)
    said_on = comment.submitted_at.date()
    if owner is None or (data_until - said_on).days < _CHURN.followed_days:
        return None
    left_on = leaving[owner]
    if left_on is None or left_on > data_until:
        return 0.0
    days = (left_on - said_on).days
    return None if days < 0 else float(days <= _CHURN.after_days)

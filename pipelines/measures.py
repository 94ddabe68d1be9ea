"""Values of an action's measure: every observation of a KPI, months stayed or left, or every comment and whether it names the issue.

Churn is one value per known account (else customer) and month, from its start or the first day anything is known of to the day it left
or the data end: 100 in the month it left, else 0. A mean is then the percentage that left in a month.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from pipelines.explain.trends import readable
from voc.actions import Measure, Measured, Plan
from voc.customers import Account, Customer, Role
from voc.drivers import Issue, IssueKind
from voc.kpis import Kpi, contribution
from voc.store import Unit
from voc.voices import VoiceRow, issue_key


def data_until(unit: Unit) -> datetime | None:
    """Return the latest moment anything is known of: a comment or an observation; None where there is neither."""
    moments = [moment for moment in (unit.feedback.period()[1], unit.kpis.latest()) if moment is not None]
    return max(moments, default=None)


def measured(unit: Unit, plan: Plan, *, rows: Sequence[VoiceRow]) -> list[Measured]:
    """Return every value of the plan's measure, of those it reaches and of others; ``rows``: all voices."""
    if plan.measure is Measure.ISSUE_SHARE:
        return _shares(plan, rows)
    if plan.measure is Measure.CHURN:
        return _months(unit)
    return _observed(unit, Kpi(plan.measure.value), rows)


def _shares(plan: Plan, rows: Sequence[VoiceRow]) -> list[Measured]:
    key = issue_key(Issue(kind=plan.issue_kind or IssueKind.TAG, id=plan.issue_id or "", name=""))
    return [
        Measured(
            at=row.submitted_at,
            value=100.0 * (key in row.issue_keys),
            customer_id=row.customer_id,
            account_id=row.account_id,
            feedback_id=row.feedback_id,
            segment=row.segment,
            role=row.role,
        )
        for row in readable(rows)
    ]


def _observed(unit: Unit, kpi: Kpi, rows: Sequence[VoiceRow]) -> list[Measured]:
    customers = {one.id: one for one in unit.customers.all_customers()}
    accounts = {one.id: one for one in unit.customers.present_accounts()}
    segments = {row.feedback_id: row.segment for row in rows}
    found = []
    for seen in unit.kpis.find(kpi=kpi, repeats=False):
        customer = customers.get(seen.customer_id or "")
        account = accounts.get(seen.account_id or (customer.account_id if customer is not None else None) or "")
        found.append(
            Measured(
                at=seen.observed_at,
                value=contribution(kpi, seen.value),
                customer_id=seen.customer_id,
                account_id=account.id if account is not None else seen.account_id,
                feedback_id=seen.feedback_id,
                observation_id=seen.id if seen.feedback_id is None else None,
                segment=segments.get(seen.feedback_id or "") or segment_of(customer, account),
                role=customer.role if customer is not None else Role.UNKNOWN,
            )
        )
    return found


def _months(unit: Unit) -> list[Measured]:
    end = data_until(unit)
    first = unit.feedback.period()[0]
    payers: list[Account | Customer] = [*unit.customers.present_accounts()]
    payers += [one for one in unit.customers.present_customers() if one.account_id is None]
    if end is None or first is None or not any(one.churned_on for one in payers):
        return []
    found = []
    for payer in payers:
        left = payer.churned_on
        last = min(left, end.date()) if left is not None else end.date()
        for day in months_of(max(payer.started_on or first.date(), first.date()), last):
            gone = left is not None and (day.year, day.month) == (left.year, left.month)
            account = payer if isinstance(payer, Account) else None
            customer = payer if isinstance(payer, Customer) else None
            found.append(
                Measured(
                    at=datetime.combine(day, time(12), tzinfo=UTC),
                    value=100.0 * gone,
                    account_id=account.id if account is not None else None,
                    customer_id=customer.id if customer is not None else None,
                    segment=segment_of(customer, account),
                )
            )
    return found


def months_of(first: date, last: date) -> list[date]:
    """Return a day of each month from first to last: the first day known of the first month, of the others the first.

    >>> months_of(date(2026, 1, 20), date(2026, 3, 2))
    [datetime.date(2026, 1, 20), datetime.date(2026, 2, 1), datetime.date(2026, 3, 1)]
    """
    found, day = [], first
    while day <= last:
        found.append(day)
        day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return found


def segments(unit: Unit) -> list[str]:
    """Return the groups somebody known or a comment is in: segments, and plans of accounts."""
    groups = [segment_of(None, account) for account in unit.customers.present_accounts()]
    groups += [customer.segment for customer in unit.customers.present_customers()]
    return sorted({name for name in (*unit.feedback.facets()["segment"], *groups) if name})


def segment_of(customer: Customer | None, account: Account | None) -> str | None:
    """Return the group somebody is in: the person's segment, else the account's, else its plan."""
    names = (customer.segment if customer is not None else None, *((account.segment, account.plan) if account is not None else ()))
    return next((name for name in names if name), None)

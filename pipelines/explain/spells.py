"""Spells: how long those who wrote stayed, before and after they first named an issue: the rows of a Cox model.

Whoever has a start date is followed from the day of the first readable comment to the day it left or the data end. The issue counts
from the day it was first named, never earlier, so that having stayed long enough to name it is no merit of the issue. Time runs from
the start date.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from pipelines.explain.fitting import Spell
from pipelines.explain.trends import readable
from voc.customers import Account, Customer
from voc.drivers import Issue
from voc.voices import VoiceRow, issue_key


def spells(
    rows: Sequence[VoiceRow], *, issue: Issue, customers: Mapping[str, Customer], accounts: Mapping[str, Account], until: date
) -> list[Spell]:
    """Return one or two spells of each account (else customer) with a start date that wrote before it left; none where nobody ever left.

    Parameters
    ----------
    until
        The last day on which leaving would have been recorded.
    """
    said: dict[str, list[VoiceRow]] = defaultdict(list)
    payers: dict[str, Account | Customer] = {}
    for row in sorted(readable(rows), key=lambda row: (row.submitted_at, row.feedback_id)):
        customer = customers.get(row.customer_id or "")
        account = accounts.get(row.account_id or (customer.account_id if customer is not None else None) or "")
        payer = account or customer
        if payer is not None and payer.started_on is not None:
            payers[payer.id] = payer
            said[payer.id].append(row)
    found = [spell for name, mine in said.items() for spell in _of_payer(payers[name], mine, key=issue_key(issue), until=until)]
    return found if any(spell.left for spell in found) else []


def _of_payer(payer: Account | Customer, mine: Sequence[VoiceRow], *, key: str, until: date) -> list[Spell]:
    first, start = mine[0], payer.started_on or until
    left = payer.churned_on is not None and payer.churned_on <= until
    last = payer.churned_on if left and payer.churned_on is not None else until
    entry, end = (max((day - start).days, 0) for day in (first.submitted_at.date(), last))
    if end < entry:
        return []
    naming = next((max((row.submitted_at.date() - start).days, 0) for row in mine if key in row.issue_keys), None)

    def spell(since: int, to: int, *, about: bool, gone: bool) -> Spell:
        return Spell(
            payer=payer.id,
            entry=float(since),
            end=float(to),
            left=gone,
            about=about,
            segment=first.segment,
            source=first.source.value,
            role=first.role.value,
            quarter=first.quarter,
        )

    if naming is None or naming > end:
        return [spell(entry, end + 1, about=False, gone=left)]
    before = [spell(entry, naming, about=False, gone=False)] if naming > entry else []
    return [*before, spell(naming, end + 1, about=True, gone=left)]

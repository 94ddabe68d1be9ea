"""Touched: the reach of issues from the store: accounts, their revenue and the kinds of voice. Read-only."""

from collections.abc import Sequence

from pipelines.explain.reach import reach
from pipelines.explain.revenue import revenues
from voc.drivers import Issue, Reach
from voc.kpis import Kpi
from voc.store.unit import Unit
from voc.voices import VoiceRow


def reach_of(unit: Unit, rows: Sequence[VoiceRow], *, issues: Sequence[Issue]) -> dict[str, Reach]:
    """Return the reach of each issue among the voices, by its key."""
    accounts = unit.customers.present_accounts()
    paid = revenues(accounts, unit.kpis.find(kpi=Kpi.REVENUE))
    return reach(rows, issues=issues, accounts=frozenset(account.id for account in accounts), revenues=paid)

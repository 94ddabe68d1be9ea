"""Profiles: what the pages of customers and of accounts show alike."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.dependencies import addresses_of
from api.pages.visit import Visit
from pipelines.counting import answered_levels
from pipelines.explain.trends import readable
from voc.customers import Account, Customer
from voc.filters import FeedbackFilter
from voc.report import KpiLevel
from voc.sentiment import SentimentLabel
from voc.store.unit import Unit
from voc.voices import VoiceRow

PAGE = 50
"""Lines of a list on one page."""


@dataclass(frozen=True)
class Voiced:
    """A customer or account of a list, with what was heard of it."""

    who: Customer | Account
    account: Account | None
    comments: int
    read: int
    negative: int
    last: datetime | None
    people: int = 0


def kpis_of(unit: Unit, visit: Visit, wanted: FeedbackFilter) -> list[tuple[KpiLevel, str | None]]:
    """Return the survey KPIs a profile answered, with their addresses."""
    addresses = addresses_of(unit, visit.service, wanted=wanted)
    levels = answered_levels(unit, wanted=wanted, zone=visit.zone)
    return [(level, addresses.level(level, None, periods=None)) for level in levels]


def voiced(
    found: Sequence[Customer] | Sequence[Account],
    rows: Sequence[VoiceRow],
    *,
    owner: str,
    accounts: dict[str, Account] | None = None,
    people: Counter[str | None] | None = None,
) -> list[Voiced]:
    """Count what was heard of each; repeats of a voice once."""
    mine: dict[str, list[VoiceRow]] = defaultdict(list)
    for row in rows:
        mine[getattr(row, owner)].append(row)
    return [
        Voiced(
            who=who,
            account=(accounts or {}).get(who.account_id or "") if isinstance(who, Customer) else None,
            comments=len(mine[who.id]),
            read=len(readable(mine[who.id])),
            negative=sum(row.sentiment is SentimentLabel.NEGATIVE for row in readable(mine[who.id])),
            last=max((row.submitted_at for row in mine[who.id]), default=None),
            people=(people or Counter())[who.id],
        )
        for who in found
    ]


def topline(rows: Sequence[VoiceRow]) -> dict[str, int]:
    """Return how many comments were read, and how many of them are negative."""
    heard = readable(rows)
    return {"read": len(heard), "negative": sum(row.sentiment is SentimentLabel.NEGATIVE for row in heard)}

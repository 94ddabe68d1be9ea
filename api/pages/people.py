"""People: customers and accounts, what they said and how they stand over time."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.pages.looks import render
from api.pages.measured import measured
from api.pages.route import PageRoute
from api.pages.time_line import drawing, time_line
from api.pages.visit import Visit, Visiting
from pipelines.explain.trends import readable
from voc.customers import Account, Customer, Role
from voc.errors import NotFoundError
from voc.filters import FeedbackFilter
from voc.ids import account_id as account_id_of
from voc.ids import customer_id as customer_id_of
from voc.kpis import SURVEY_KPIS, Kpi, KpiFigure, KpiObservation, figure
from voc.sentiment import SentimentLabel
from voc.voices import VoiceRow

PAGE = 50
ROLES = (Role.DECIDER, Role.BUYER, Role.ADMIN, Role.USER, Role.UNKNOWN)
router = APIRouter(route_class=PageRoute, include_in_schema=False)


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


@dataclass(frozen=True)
class Tone:
    """How the people of one role in an account sound; ``score`` is None where nobody of them was heard."""

    role: Role
    people: tuple[Customer, ...]
    silent: tuple[Customer, ...]
    comments: int
    score: float | None
    recent: float | None
    """The score of the later half of their comments, where there are at least four."""


@router.get("/customers")
def customers(visit: Visiting) -> HTMLResponse:
    """List customers."""
    words, offset = visit.query("q")[:200], _offset(visit)
    with visit.service.store.read() as unit:
        found = unit.customers.find_customers(words or None, limit=PAGE + 1, offset=offset)
        rows = measured(unit, visit, wanted=FeedbackFilter()).rows
        accounts = unit.customers.accounts([c.account_id for c in found if c.account_id])
        counts = unit.customers.counts()
    lines = _voiced(found[:PAGE], rows, owner="customer_id", accounts=accounts)
    return _list(visit, "customers.html", "customers", lines, words=words, offset=offset, more=len(found) > PAGE, counts=counts)


@router.get("/accounts")
def accounts(visit: Visiting) -> HTMLResponse:
    """List accounts."""
    words, offset, left = visit.query("q")[:200], _offset(visit), visit.query("churned") == "1"
    with visit.service.store.read() as unit:
        if left:
            found = [account for account in unit.customers.all_accounts() if account.churned_on is not None][offset : offset + PAGE + 1]
        else:
            found = unit.customers.find_accounts(words or None, limit=PAGE + 1, offset=offset)
        rows = measured(unit, visit, wanted=FeedbackFilter()).rows
        people = Counter(customer.account_id for customer in unit.customers.all_customers())
        counts = unit.customers.counts()
    lines = _voiced(found[:PAGE], rows, owner="account_id", people=people)
    return _list(visit, "accounts.html", "accounts", lines, words=words, offset=offset, more=len(found) > PAGE, counts=counts, left=left)


@router.get("/customers/{external_id:path}")
def customer(visit: Visiting, external_id: str) -> HTMLResponse:
    """Show one customer."""
    with visit.service.store.read() as unit:
        known = unit.customers.customer(customer_id_of(external_id)) or unit.customers.customer(external_id)
        if known is None:
            raise NotFoundError(customer_id=customer_id_of(external_id))
        account = unit.customers.account(known.account_id) if known.account_id else None
        rows = unit.voices.find(FeedbackFilter(customer_id=known.id))
        seen = unit.kpis.find(customer_id=known.id)
        entries = time_line(unit, FeedbackFilter(customer_id=known.id), seen, days=_days(known))
        total = unit.feedback.count(FeedbackFilter(customer_id=known.id))
    return render(
        visit,
        "customer.html",
        page="customers",
        who=known,
        account=account,
        entries=entries,
        drawing=drawing(entries),
        kpis=kpi_figures(seen),
        total=total,
        rows=rows,
        topline=_topline(rows),
    )


@router.get("/accounts/{external_id:path}")
def account(visit: Visiting, external_id: str) -> HTMLResponse:
    """Show one account."""
    with visit.service.store.read() as unit:
        known = unit.customers.account(account_id_of(external_id)) or unit.customers.account(external_id)
        if known is None:
            raise NotFoundError(account_id=account_id_of(external_id))
        people = unit.customers.of_account(known.id)
        rows = unit.voices.find(FeedbackFilter(account_id=known.id))
        seen = unit.kpis.find(account_id=known.id)
        entries = time_line(unit, FeedbackFilter(account_id=known.id), seen, days=_days(known))
        total = unit.feedback.count(FeedbackFilter(account_id=known.id))
    return render(
        visit,
        "account.html",
        page="accounts",
        who=known,
        people=_voiced(people, rows, owner="customer_id"),
        tones=tones(people, rows),
        entries=entries,
        drawing=drawing(entries),
        kpis=kpi_figures(seen),
        total=total,
        topline=_topline(rows),
        today=visit.service.clock().astimezone(visit.zone).date(),
    )


def kpi_figures(seen: Sequence[KpiObservation]) -> list[KpiFigure]:
    """Return the survey KPIs over the observations, those with a value."""
    values: dict[Kpi, list[float]] = defaultdict(list)
    for observation in seen:
        values[observation.kpi].append(observation.value)
    return [figure(kpi, values[kpi]) for kpi in SURVEY_KPIS if values[kpi]]


def tones(people: Sequence[Customer], rows: Sequence[VoiceRow]) -> list[Tone]:
    """Return the tone of each role that somebody has, and who of them was never heard; unknown roles are shown, not guessed."""
    by_person: dict[str | None, list[VoiceRow]] = defaultdict(list)
    for row in readable(rows):
        by_person[row.customer_id].append(row)
    found = []
    for role in ROLES:
        mine = tuple(person for person in people if person.role is role)
        if not mine:
            continue
        heard = sorted((row for person in mine for row in by_person[person.id]), key=lambda row: row.submitted_at)
        scores = [row.sentiment_score for row in heard if row.sentiment_score is not None]
        later = scores[len(scores) // 2 :] if len(scores) >= 4 else []  # noqa: PLR2004  # two on each side
        found.append(
            Tone(
                role=role,
                people=mine,
                silent=tuple(person for person in mine if not by_person[person.id]),
                comments=len(heard),
                score=sum(scores) / len(scores) if scores else None,
                recent=sum(later) / len(later) if later else None,
            )
        )
    return found


def _list(visit: Visit, template: str, page: str, lines: Sequence[Voiced], *, offset: int, more: bool, **context: Any) -> HTMLResponse:
    return render(
        visit,
        template,
        page=page,
        lines=lines,
        more=visit.same_page(offset=str(offset + PAGE)) if more else None,
        back=visit.same_page(offset=str(max(0, offset - PAGE)) if offset > PAGE else None) if offset else None,
        **context,
    )


def _voiced(
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


def _topline(rows: Sequence[VoiceRow]) -> dict[str, int]:
    heard = readable(rows)
    return {"read": len(heard), "negative": sum(row.sentiment is SentimentLabel.NEGATIVE for row in heard)}


def _days(who: Customer | Account) -> list[tuple[str, date]]:
    """Return the days of a profile that belong on the time line."""
    named = [("started", who.started_on), ("left", who.churned_on)]
    if isinstance(who, Account):
        named.append(("renewal", who.renewal_on))
    return [(name, day) for name, day in named if day is not None]


def _offset(visit: Visit) -> int:
    text = visit.query("offset", "0")
    return min(int(text[:9]), 1_000_000) if text.isascii() and text.isdigit() else 0



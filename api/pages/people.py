"""People: customers, what they said and how they stand over time; profiles that look like one person, and what was decided."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.auth import same_site
from api.pages.access import form_fields, safe_next
from api.pages.looks import path_of, render
from api.pages.route import PageRoute
from api.pages.time_line import drawing, time_line
from api.pages.visit import Visit, Visiting
from pipelines.counting import answered_levels
from pipelines.explain.trends import readable
from pipelines.life_events import of_customer
from pipelines.people import proposed
from voc.customers import Account, Customer
from voc.errors import BadFilterError, NotFoundError
from voc.filters import FeedbackFilter
from voc.identity import IdentityKind, MergeProposal
from voc.ids import customer_id as customer_id_of
from voc.journey import standing_stage
from voc.sentiment import SentimentLabel
from voc.store.unit import Unit
from voc.voices import VoiceRow

PAGE = 50
SHOWN_CHANGES = 30
router = APIRouter(route_class=PageRoute, include_in_schema=False)
Fields = Annotated[dict[str, str], Depends(form_fields)]


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
class Pair:
    """Two profiles that look like one person; a profile is None where somebody was only heard."""

    proposal: MergeProposal
    kept: Customer | None
    gone: Customer | None
    comments: tuple[int, int]


@router.get("/customers")
def customers(visit: Visiting) -> HTMLResponse:
    """List customers."""
    words, offset = visit.query("q")[:200], offset_of(visit)
    with visit.service.store.read() as unit:
        found = unit.customers.find_customers(words or None, limit=PAGE + 1, offset=offset)
        rows = visit.service.remembered.ground(unit, FeedbackFilter()).rows
        accounts = unit.customers.accounts([c.account_id for c in found if c.account_id])
        counts = unit.customers.counts()
        waiting = len(proposed(unit))
    lines = voiced(found[:PAGE], rows, owner="customer_id", accounts=accounts)
    more = len(found) > PAGE
    return show_list(visit, "customers.html", "customers", lines, words=words, offset=offset, more=more, counts=counts, waiting=waiting)


@router.get("/customers/{external_id:path}")
def customer(visit: Visiting, external_id: str) -> Response:
    """Show one customer; a profile that was merged leads to the one that was kept."""
    with visit.service.store.read() as unit:
        ours = unit.customers.customer(external_id)
        name = unit.merges.kept(ours.id if ours is not None else customer_id_of(external_id))
        known = unit.customers.customer(name)
        if known is None:
            raise NotFoundError(customer_id=customer_id_of(external_id))
        if name not in (external_id, customer_id_of(external_id)):
            return RedirectResponse(path_of("customers", known.external_id), status_code=307)
        account = unit.customers.account(known.account_id) if known.account_id else None
        wanted = FeedbackFilter(customer_id=known.id)
        rows = unit.voices.find(wanted)
        seen = unit.kpis.find(customer_id=known.id)
        entries = time_line(unit, wanted, seen, events=of_customer(unit, known))
        context: dict[str, Any] = {
            "history": unit.profile_history.find(known.id)[:SHOWN_CHANGES],
            "merges": unit.merges.find(known.id),
            "also": list(unit.customers.customers(sorted(unit.merges.family(known.id) - {known.id})).values()),
            "total": unit.feedback.count(wanted),
            "kpis": answered_levels(unit, wanted=wanted, zone=visit.zone),
        }
    today = visit.service.clock().date()
    return render(
        visit,
        "customer.html",
        page="customers",
        who=known,
        account=account,
        journey=standing_stage(today, customer=known, account=account),
        entries=entries,
        drawing=drawing(entries),
        topline=topline(rows),
        **context,
    )


@router.get("/merges")
def merges(visit: Visiting) -> HTMLResponse:
    """Show the pairs of profiles that look like one person, and what was decided."""
    with visit.service.store.read() as unit:
        pairs = _pairs(unit, proposed(unit))
        decided = unit.merges.find()[:SHOWN_CHANGES]
        names = unit.customers.customers(sorted({name for merge in decided for name in (merge.kept_id, merge.gone_id)}))
    return render(visit, "merges.html", page="customers", pairs=pairs, decided=decided, profiles=names, reason=_reason)


@router.post("/merges/{proposal_id}/{decision}", dependencies=[Depends(same_site)])
def decide(visit: Visiting, proposal_id: str, decision: str, form: Fields) -> RedirectResponse:
    """Merge a pair, or note that they are two people."""
    visit.must_act()
    if decision not in ("accept", "reject", "undo"):
        raise BadFilterError(field="decision")
    if decision == "undo":
        if not (proposal_id.isascii() and proposal_id.isdigit() and len(proposal_id) <= 9):  # noqa: PLR2004  # a number of ours
            raise NotFoundError
        visit.service.people.undo(int(proposal_id), by=visit.who.name)
    else:
        visit.service.people.decide(proposal_id, accept=decision == "accept", by=visit.who.name)
    return RedirectResponse(safe_next(form.get("next", "/merges")), status_code=303)


def show_list(visit: Visit, template: str, page: str, lines: Sequence[Any], *, offset: int, more: bool, **context: Any) -> HTMLResponse:
    """Show a page of a list with the ways to the next and the one before."""
    return render(
        visit,
        template,
        page=page,
        lines=lines,
        more=visit.same_page(offset=str(offset + PAGE)) if more else None,
        back=visit.same_page(offset=str(max(0, offset - PAGE)) if offset > PAGE else None) if offset else None,
        **context,
    )


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


def offset_of(visit: Visit) -> int:
    """Return where in a list the page starts."""
    text = visit.query("offset", "0")
    return min(int(text[:9]), 1_000_000) if text.isascii() and text.isdigit() else 0


def _pairs(unit: Unit, waiting: Sequence[MergeProposal]) -> list[Pair]:
    names = sorted({name for one in waiting for name in (one.kept_id, one.gone_id)})
    known, comments = unit.customers.customers(names), unit.identities.comments_of(names)
    return [
        Pair(
            proposal=one,
            kept=known.get(one.kept_id),
            gone=known.get(one.gone_id),
            comments=(comments.get(one.kept_id, 0), comments.get(one.gone_id, 0)),
        )
        for one in waiting
    ]


def _reason(kinds: Sequence[IdentityKind], names: dict[str, str]) -> str:
    return ", ".join(names[f"reason.{kind.value}"] for kind in kinds)



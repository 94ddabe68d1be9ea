"""People: customers, what they said and how they stand over time."""

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.pages.looks import path_of, render
from api.pages.merges import merged_from
from api.pages.paging import beside, offset_of
from api.pages.profiles import PAGE, kpis_of, topline, voiced
from api.pages.route import PageRoute
from api.pages.time_line import drawing, time_line
from api.pages.visit import Visiting
from pipelines.life_events import of_customer
from pipelines.merge_proposals import proposed
from voc.errors import NotFoundError
from voc.filters import FeedbackFilter
from voc.ids import customer_id as customer_id_of
from voc.journey import standing_stage
from voc.profile_history import ProfileNoun

SHOWN_CHANGES = 30
router = APIRouter(route_class=PageRoute, include_in_schema=False)


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
    way = beside(visit, offset=offset, size=PAGE, more=len(found) > PAGE)
    return render(visit, "customers.html", page="customers", lines=lines, words=words, counts=counts, waiting=waiting, **way)


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
            "merged": merged_from(unit, known.id, ProfileNoun.CUSTOMER),
            "total": unit.feedback.count(wanted),
            "kpis": kpis_of(unit, visit, wanted),
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

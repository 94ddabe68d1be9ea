"""Comments: the customers' own words, newest first or best found, and everything known about the one that is selected."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.pages.excerpts import Piece, excerpt
from api.pages.filter_bar import filter_bar
from api.pages.looks import render
from api.pages.panel import panel
from api.pages.route import PageRoute
from api.pages.visit import Visiting
from pipelines.search import Hit
from voc.customers import Account, Customer
from voc.enrichment import Enrichment
from voc.errors import BadFilterError, BadQueryError, ModelError
from voc.feedback import Feedback
from voc.filters import Cursor, FeedbackFilter
from voc.store.unit import Unit

PAGE = 25
MOST_HITS = 50
LONGEST_WORDS = 500
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True)
class Card:
    """One comment of the list."""

    feedback: Feedback
    enrichment: Enrichment | None
    customer: Customer | None
    account: Account | None
    pieces: tuple[Piece, ...]
    hit: Hit | None = None


@router.get("/comments")
def comments(visit: Visiting) -> HTMLResponse:
    """Show the comments the address asks for."""
    cursor = _read_cursor(visit.query("cursor"))
    with visit.service.store.read() as unit:
        wanted = visit.selection.narrow(unit)
        found = unit.feedback.find(wanted, limit=PAGE + 1, cursor=cursor)
        total = unit.feedback.count(wanted)
        cards = _cards(unit, found[:PAGE])
        bar = filter_bar(unit, visit)
        stored = total or unit.feedback.count(FeedbackFilter())
    more = _write_cursor(found[PAGE - 1]) if len(found) > PAGE else None
    return render(
        visit,
        "comments.html",
        page="comments",
        bar=bar,
        cards=cards,
        total=total,
        stored=stored,
        more=visit.same_page(cursor=more, selected=None) if more else None,
        first=cursor is None,
        selected=panel(visit, visit.query("selected")),
        words="",
        near=False,
        unavailable=False,
    )


@router.get("/search")
def search(visit: Visiting) -> Response:
    """Show the comments that have the words or are near in meaning; while the models are away, those that have the words."""
    words = visit.query("q")
    if not words:
        return RedirectResponse("/comments", status_code=303)
    if len(words) > LONGEST_WORDS or "\x00" in words:
        raise BadQueryError(field="q", limit=LONGEST_WORDS)
    with visit.service.store.read() as unit:
        wanted = visit.selection.narrow(unit)
        bar = filter_bar(unit, visit)
        stored = unit.feedback.count(FeedbackFilter())
    unavailable = False
    try:
        hits = visit.service.search(words, wanted=wanted, limit=MOST_HITS)
    except ModelError:
        hits, unavailable = visit.service.search_words(words, wanted=wanted, limit=MOST_HITS), True
    why = {hit.feedback_id: hit for hit in hits}
    with visit.service.store.read() as unit:
        cards = _cards(unit, unit.feedback.get_many(list(why)), why=why)
    return render(
        visit,
        "comments.html",
        page="comments",
        bar=bar,
        cards=cards,
        total=len(cards),
        stored=stored,
        more=None,
        first=True,
        selected=panel(visit, visit.query("selected")),
        words=words,
        near=True,
        unavailable=unavailable,
    )


@router.get("/comments/{feedback_id}")
def comment(visit: Visiting, feedback_id: str) -> RedirectResponse:
    """Go to one comment."""
    return RedirectResponse(visit.selection.address("/comments", selected=feedback_id), status_code=303)


def _cards(unit: Unit, found: Sequence[Feedback], *, why: dict[str, Hit] | None = None) -> list[Card]:
    found_by = why or {}
    enrichments = unit.enrichments.get_many([feedback.id for feedback in found])
    customers = unit.customers.customers([f.customer_id for f in found if f.customer_id is not None])
    accounts = unit.customers.accounts([f.account_id for f in found if f.account_id is not None])
    return [
        Card(
            feedback=feedback,
            enrichment=enrichments.get(feedback.id),
            customer=customers.get(feedback.customer_id or ""),
            account=accounts.get(feedback.account_id or ""),
            pieces=excerpt(feedback.verbatim, hit.places if (hit := found_by.get(feedback.id)) is not None else ()),
            hit=hit,
        )
        for feedback in found
    ]


def _write_cursor(last: Feedback) -> str:
    return base64.urlsafe_b64encode(f"{last.submitted_at.isoformat()}|{last.id}".encode()).decode().rstrip("=")


def _read_cursor(text: str) -> Cursor | None:
    """Return where the page starts.

    Raises
    ------
    BadFilterError
        If the text is none of ours.
    """
    if not text:
        return None
    try:
        moment, _, identifier = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition("|")
        return Cursor(submitted_at=datetime.fromisoformat(moment), id=identifier)
    except (ValueError, binascii.Error):
        raise BadFilterError(field="cursor") from None



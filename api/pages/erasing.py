"""Erasing: what an erasure of a customer would do, doing it after the customer's id was typed once more, and the receipts."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.auth import same_site
from api.pages.access import form_fields
from api.pages.looks import render
from api.pages.route import PageRoute
from api.pages.visit import Visit, Visiting

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Fields = Annotated[dict[str, str], Depends(form_fields)]


@router.get("/erase/{external_id:path}")
def preview(visit: Visiting, external_id: str) -> HTMLResponse:
    """Show what would be erased, and ask for the id once more."""
    return _preview(visit, external_id)


@router.post("/erase/{external_id:path}", dependencies=[Depends(same_site)])
def erase(visit: Visiting, external_id: str, form: Fields) -> Response:
    """Erase the customer and show the receipt; another id than the customer's changes nothing."""
    visit.must_act()
    if form.get("again", "").strip() != external_id:
        return _preview(visit, external_id, mistyped=True)
    receipt = visit.service.erasing.erase(external_id, by=visit.who.name)
    visit.service.wake()
    return RedirectResponse(f"/erasures#{receipt.id}", status_code=303)


@router.get("/erasures")
def erasures(visit: Visiting) -> HTMLResponse:
    """List the receipts, latest first."""
    visit.must_act()
    with visit.service.store.read() as unit:
        found = unit.erasures.find()
    return render(visit, "erasures.html", page="customers", receipts=found)


def _preview(visit: Visit, external_id: str, *, mistyped: bool = False) -> HTMLResponse:
    visit.must_act()
    found = visit.service.erasing.preview(external_id)
    return render(visit, "erase.html", page="customers", external_id=external_id, found=found, mistyped=mistyped)

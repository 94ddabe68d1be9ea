"""Alerts: issues that enough accounts complained about, and what people did about them."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse

from api.auth import same_site
from api.dependencies import addresses_of
from api.pages.access import form_fields, safe_next
from api.pages.looks import render
from api.pages.route import PageRoute
from api.pages.visit import Visiting
from voc.alerts import AlertState
from voc.errors import BadFilterError

LONGEST_NOTE = 500
TARGETS = {"acknowledge": AlertState.ACKNOWLEDGED, "close": AlertState.CLOSED, "reopen": AlertState.OPEN}
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/alerts")
def alerts(visit: Visiting) -> HTMLResponse:
    """List alerts, open ones first."""
    state = next((state for state in AlertState if state.value == visit.query("state")), None)
    with visit.service.store.read() as unit:
        everything = addresses_of(unit, visit.service).alerts(unit.alerts.find())
    order = list(AlertState)
    shown = [alert for alert in everything if state in (None, alert.state)]
    return render(
        visit,
        "alerts.html",
        page="alerts",
        alerts=sorted(shown, key=lambda alert: order.index(alert.state)),
        counts={one.value: sum(alert.state is one for alert in everything) for one in AlertState},
        total=len(everything),
        state=state.value if state is not None else "",
        rule=visit.service.settings.alerts,
    )


@router.post("/alerts/{alert_id}/{action}", dependencies=[Depends(same_site)])
def change(
    visit: Visiting, alert_id: str, action: str, form: Annotated[dict[str, str], Depends(form_fields)]
) -> RedirectResponse:
    """Set the state of an alert."""
    visit.must_act()
    if action not in TARGETS or len(form.get("note", "")) > LONGEST_NOTE:
        raise BadFilterError(field="action" if action not in TARGETS else "note")
    with visit.service.store.write() as unit:
        unit.alerts.set_state(alert_id, TARGETS[action], note=form.get("note", "").strip(), by=visit.who.name, now=visit.service.clock())
    return RedirectResponse(safe_next(form.get("next", "/alerts")), status_code=303)

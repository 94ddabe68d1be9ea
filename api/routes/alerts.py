"""Alerts: which are raised, and what somebody decided about one."""

from functools import partial
from typing import Annotated, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.auth import require
from api.bodies import one_body
from api.dependencies import ServiceOf, addresses_of
from api.forms import Form, form_of
from api.openapi import example_body
from api.paging import DEFAULT_LIMIT, CursorText, Limit, Page, page_of
from pipelines.service import Service
from voc.alerts import Alert, AlertState
from voc.keys import Key, Scope
from voc.store.unit import Unit

router = APIRouter(tags=["alerts"])
LONGEST_NOTE = 2_000


class AckForm(Form):
    """What was decided."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "acknowledged", "note": "Known since 4.2; fix on Friday."}]})

    state: Literal["acknowledged", "closed"] = "acknowledged"
    note: str = Field(default="", max_length=LONGEST_NOTE)


class AlertQuery(BaseModel):
    """Which alerts, and a page."""

    model_config = ConfigDict(extra="forbid")

    state: AlertState | None = None
    limit: Limit = DEFAULT_LIMIT
    cursor: CursorText = None


@router.get("/v1/alerts")
def find(service: ServiceOf, query: Annotated[AlertQuery, Query()], _key: Annotated[Key, Depends(require(Scope.READ))]) -> Page[Alert]:
    """List alerts, latest first."""
    with service.store.read() as unit:
        found = addresses_of(unit, service).alerts(unit.alerts.find(state=query.state))
    return page_of(found, limit=query.limit, cursor=query.cursor)


@router.post("/v1/alerts/{alert_id}/ack", openapi_extra=example_body(AckForm))
async def acknowledge(
    request: Request, service: ServiceOf, alert_id: str, key: Annotated[Key, Depends(require(Scope.ADMIN))]
) -> Alert:
    """Acknowledge or close an alert, with a note."""
    return await run_sync(partial(_acknowledge, service, await one_body(request), alert_id, key))


def _acknowledge(service: Service, raw: bytes, alert_id: str, key: Key) -> Alert:
    form = form_of(AckForm, raw)
    now = service.clock()

    def decide(unit: Unit) -> Alert:
        alert = unit.alerts.set_state(alert_id, AlertState(form.state), note=form.note, by=key.name, now=now)
        return addresses_of(unit, service).alerts([alert])[0]

    return service.commits.do(decide)

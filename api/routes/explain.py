"""Explain: what the change of a KPI is made of."""

from functools import partial
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request
from pydantic import ConfigDict, Field

from api import remembering
from api.auth import require
from api.bodies import one_body
from api.dependencies import ReaderLanguage, ServiceOf, addresses_of, zone_of
from api.forms import Form, given, read_form
from api.narrowing import Narrowing, Short, checked_filters
from api.openapi import example_body
from api.strict_json import parse, usable
from pipelines.root_cause import OPENED, Dates, ask, opening_of, segments_of
from pipelines.service import Service
from voc.errors import BadFilterError
from voc.keys import Key, Scope
from voc.kpis import Kpi
from voc.ledger import Grouping, LedgerBy, RootCause

router = APIRouter(tags=["kpis"])
MOST_OPENED = 10
Date = Annotated[str | None, Field(max_length=40, description="2026-10-01 or with a time; `until` is the first moment outside.")]


class WithinForm(Form):
    """What an opened issue is narrowed to: a reason (an issue, `topic:…`), group, product, release."""

    reason: Short = None
    group: Short = None
    product: Short = None
    release: Short = None


class ExplainForm(Form):
    """Which KPI moved, between what, and among which comments. Dates left out: the last 90 days, and as long a time before."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kpi": "nps", "since": "2026-07-01", "until": "2026-10-01", "by": "tags", "filters": {"language": "ja"}}]
        }
    )

    kpi: Kpi = Kpi.NPS
    since: Date = None
    until: Date = None
    before_since: Date = None
    before_until: Date = None
    segment: Short = Field(default=None, description="Compare this segment in the period …")
    against: Short = Field(default=None, description="… with this one, instead of two periods.")
    by: LedgerBy = LedgerBy.TAGS
    mix: Grouping | None = Field(default=None, description="Whose mix counts; left out: segment, or source where segments are compared.")
    filters: Narrowing = Field(default=Narrowing(), description="Which comments count on both sides; dates stand above.")
    opened: int = Field(default=OPENED, ge=0, le=MOST_OPENED, description="How many of the largest issues to open.")
    open: Short = Field(default=None, description="An issue to open in any case, for example `tag:account.login` …")
    within: WithinForm = Field(default=WithinForm(), description="… narrowed to this.")


NAMES = frozenset({*ExplainForm.model_fields, *WithinForm.model_fields, *Narrowing.model_fields})


@router.post("/v1/explain", openapi_extra=example_body(ExplainForm))
async def explain(
    request: Request, service: ServiceOf, language: ReaderLanguage, _key: Annotated[Key, Depends(require(Scope.READ))]
) -> RootCause:
    """Take the change of a KPI apart: terms that add up to it, each with interval, n and the comments behind it."""
    raw = await one_body(request)
    return await run_sync(partial(_explain, service, raw, language=language))


def _explain(service: Service, raw: bytes, *, language: str) -> RootCause:
    body = parse(raw)
    value: Any = usable(body.value, doubtful=body.doubtful, names=NAMES)
    if isinstance(value, dict):
        checked_filters(value.get("filters", {}), names=NAMES)
        value = given(value)
    form = read_form(ExplainForm, value, names=NAMES)
    if form.filters.since or form.filters.until:
        raise BadFilterError("Dates stand beside the filters.", field="filters.since" if form.filters.since else "filters.until")
    wanted = form.filters.wanted(zone=zone_of(service), clock=service.clock)
    opening = opening_of(form.open, **form.within.model_dump())
    with service.store.read() as unit:
        question = ask(
            unit,
            kpi=form.kpi,
            after=_dates(service, form.since, form.until),
            before=_dates(service, form.before_since, form.before_until),
            segments=segments_of(form.segment, form.against),
            by=form.by,
            grouping=form.mix,
        )
        found = remembering.why(unit, service, question=question, wanted=wanted, language=language, opened=form.opened, opening=opening)
        return addresses_of(unit, service, wanted=wanted).root_cause(found)


def _dates(service: Service, since: str | None, until: str | None) -> Dates:
    wanted = Narrowing(since=since, until=until).wanted(zone=zone_of(service), clock=service.clock)
    return wanted.since, wanted.until

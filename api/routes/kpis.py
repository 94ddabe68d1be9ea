"""KPI observations taken in, and what goes with a KPI."""

from functools import partial
from typing import Annotated, Any, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api import remembering
from api.auth import require
from api.bodies import LINE_TYPES, batch_body, media_type
from api.dependencies import ReaderLanguage, ServiceOf, addresses_of, zone_of
from api.errors import ItemProblem, item_problem
from api.forms import Form, Name, Number, given, in_range, read_form
from api.items import read_items
from api.moments import Moment, read_moment
from api.narrowing import Narrowing, PagedNarrowing
from api.openapi import example_body
from api.paging import Page, page_of
from api.problems import BadValueError
from pipelines.explain.fitting_wording import check_lines
from pipelines.kpi_series import named_kpi
from pipelines.model_check import model_check
from pipelines.service import Service
from voc.drivers import DriverLine, IssueKind
from voc.errors import InputError
from voc.ids import account_id, customer_id, derived_id
from voc.keys import Key, Scope
from voc.kpis import Kpi, KpiObservation, KpiSeries, Span
from voc.model_checks import ModelCheck
from voc.store import Unit

router = APIRouter(tags=["kpis"])


class KpiForm(Form):
    """One measured value: for a customer, an account, or both."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kpi": "csat", "value": 4, "observed_at": "2026-10-01T09:00:00+09:00", "customer_id": "C-1042"}]}
    )

    kpi: Kpi
    value: Number
    observed_at: Moment
    customer_id: Name | None = Field(default=None, description="Your id of the person.")
    account_id: Name | None = Field(default=None, description="Your id of the organisation.")
    external_id: Name | None = Field(default=None, description="Your id of this measurement; left out: its content.")


NAMES = frozenset(KpiForm.model_fields) | {"items"}


class KpiResult(BaseModel):
    """What became of one item."""

    index: int
    status: Literal["created", "duplicate", "rejected"]
    id: str | None = None
    error: ItemProblem | None = None


class KpiBatchResult(BaseModel):
    """What became of each item, in the order sent."""

    created: int
    duplicate: int
    rejected: int
    data: list[KpiResult]


class DriverQuery(PagedNarrowing):
    """Which KPI, among which comments, of which kind, and a page."""

    kpi: Kpi
    kind: IssueKind | None = Field(default=None, description="Only issues of this kind; q is over all kinds together.")


class CheckQuery(Narrowing):
    """Which KPI, among which comments."""

    kpi: Kpi


class CheckShape(ModelCheck):
    """The models that fit, and what they say in words."""

    sentences: list[str]


class SeriesQuery(BaseModel):
    """Which KPI, and in which periods."""

    model_config = ConfigDict(extra="forbid")

    kpi: str = Field(max_length=40, description="nps, csat, ces, response_hours, … or logo_churn, retention, revenue_churn, nrr, …")
    by: Span = Span.MONTH
    fiscal_start: int | None = Field(default=None, ge=1, le=12, description="Month the fiscal year begins in; left out: as set.")


@router.post("/v1/kpis/batch", openapi_extra=example_body(KpiForm, many=True))
async def take_kpis(
    request: Request, service: ServiceOf, language: ReaderLanguage, _key: Annotated[Key, Depends(require(Scope.INGEST))]
) -> KpiBatchResult:
    """Take up to 1,000 measured values in; every item has its own outcome."""
    raw = await batch_body(request)
    lines = media_type(request) in LINE_TYPES
    return await run_sync(partial(_take, service, raw, lines=lines, language=language))


@router.get("/v1/drivers")
def drivers(
    service: ServiceOf,
    query: Annotated[DriverQuery, Query()],
    language: ReaderLanguage,
    _key: Annotated[Key, Depends(require(Scope.READ))],
) -> Page[DriverLine]:
    """List what goes with a KPI: largest impact first, then issues without enough data; with impact, revenue and verdict."""
    wanted = query.wanted(zone=zone_of(service), clock=service.clock)
    with service.store.read() as unit:
        found = remembering.drivers(unit, service, kpi=query.kpi, wanted=wanted, language=language)
        found = [one for one in found if query.kind in (None, one.issue.kind)]
        found = addresses_of(unit, service, wanted=wanted).lines(found)
    return page_of(found, limit=query.limit, cursor=query.cursor)


@router.get("/v1/drivers/{kind}/{issue_id}/model")
def driver_model(  # FastAPI fills them in
    service: ServiceOf,
    kind: IssueKind,
    issue_id: str,
    query: Annotated[CheckQuery, Query()],
    language: ReaderLanguage,
    _key: Annotated[Key, Depends(require(Scope.READ))],
) -> CheckShape:
    """Check one issue with the model the KPI demands: odds of a better answer, odds and rate of leaving, beside the linear difference."""
    wanted = query.wanted(zone=zone_of(service), clock=service.clock)
    with service.store.read() as unit:
        found = model_check(
            unit, taxonomy=service.taxonomy, kpi=query.kpi, kind=kind, issue_id=issue_id, wanted=wanted, language=language
        )
        found = addresses_of(unit, service, wanted=wanted).fitted(found)
    return CheckShape(**dict(found), sentences=check_lines(found, language=language))


@router.get("/v1/kpis/series")
def kpi_course(
    service: ServiceOf,
    query: Annotated[SeriesQuery, Query()],
    _key: Annotated[Key, Depends(require(Scope.READ))],
) -> KpiSeries:
    """Show a KPI by month, quarter or fiscal year, with n, interval, and its change against its own past."""
    start = query.fiscal_start or service.settings.fiscal_start
    with service.store.read() as unit:
        return remembering.series(unit, service, kpi=named_kpi(query.kpi), span=query.by, fiscal_start=start)


def _take(service: Service, raw: bytes, *, lines: bool, language: str) -> KpiBatchResult:
    items = read_items(raw, lines=lines, limit=service.settings.intake.max_batch_items, names=NAMES, read=partial(_observation, service))
    items, fresh = service.commits.do(lambda unit: _store(unit, items))
    results: list[KpiResult] = []
    seen: set[str] = set()
    for index, item in enumerate(items):
        if isinstance(item, InputError):
            results.append(KpiResult(index=index, status="rejected", error=item_problem(item, language=language)))
            continue
        created = item.id in fresh and item.id not in seen
        seen.add(item.id)
        results.append(KpiResult(index=index, status="created" if created else "duplicate", id=item.id))
    counts = {status: sum(result.status == status for result in results) for status in ("created", "duplicate", "rejected")}
    return KpiBatchResult(data=results, **counts)


def _store(unit: Unit, items: list[KpiObservation | InputError]) -> tuple[list[KpiObservation | InputError], frozenset[str]]:
    """Store what may be stored; return the items with erased customers' refused, and the ids that are new."""
    refused = unit.erasures.refusals([item.customer_id for item in items if isinstance(item, KpiObservation)])
    judged = [item if isinstance(item, InputError) else refused.get(item.customer_id or "", item) for item in items]
    return judged, unit.kpis.add_new([item for item in judged if isinstance(item, KpiObservation)])


def _observation(service: Service, value: Any) -> KpiObservation:
    """Read one item; without an id of its own it is known by its content, as a row of an imported file is."""
    form = read_form(KpiForm, given(value) if isinstance(value, dict) else value, names=NAMES)
    if form.customer_id is None and form.account_id is None:
        raise BadValueError(field="customer_id", problem="missing")
    moment, _ = read_moment(form.observed_at, zone=zone_of(service), now=service.clock(), field="observed_at")
    value = in_range(form.kpi, form.value, field="value")
    content = (form.kpi.value, repr(float(value)), moment.isoformat(), form.customer_id or "", form.account_id or "", "0")
    return KpiObservation(
        id=derived_id("ko", *(("named", form.external_id) if form.external_id else content)),
        kpi=form.kpi,
        value=value,
        observed_at=moment,
        customer_id=None if form.customer_id is None else customer_id(form.customer_id),
        account_id=None if form.account_id is None else account_id(form.account_id),
    )

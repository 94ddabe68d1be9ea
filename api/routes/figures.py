"""Figures as addresses: what a published number says, of which comments, by which models, and whether it still holds."""

from functools import partial
from typing import Annotated
from urllib.parse import quote

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.auth import require
from api.bodies import one_body
from api.dependencies import ReaderLanguage, ServiceOf, zone_of
from api.forms import Form, Name, form_of
from api.narrowing import Narrowing
from api.openapi import example_body
from api.paging import Page, PageQuery, page_of
from pipelines.figures.kinds import KINDS
from pipelines.service import Service
from voc.keys import Key, Scope
from voc.kpis import Kpi
from voc.provenance import Figure, FigureKind, FigureQuery, FigureState

router = APIRouter(tags=["figures"])
Reader = Annotated[Key, Depends(require(Scope.READ))]


class FigureForm(Form):
    """A question: the kind of figure, the comments it is about, and the KPI or issue where the kind needs one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "issue_share", "issue": "tag:account.login", "filter": {"segment": "enterprise"}}]}
    )

    kind: FigureKind
    filter: Narrowing = Field(default=Narrowing(), description="The conditions of GET /v1/feedback, by name.")
    kpi: Kpi | None = None
    issue: Name | None = Field(default=None, description="kind:id, for example tag:account.login.")
    alert: Name | None = None
    action: Name | None = None


class FigureShape(BaseModel):
    """A figure, its formula in words, and whether it still holds (``state``; ``now`` is what the same question gives now)."""

    figure: Figure
    formula: str
    state: FigureState
    evidence_url: str

    @classmethod
    def of(cls, figure: Figure, state: FigureState, *, language: str) -> "FigureShape":
        """Return the figure as it is shown."""
        formula = KINDS[figure.query.kind].formula.in_language(language)
        return cls(figure=figure, formula=formula, state=state, evidence_url=f"/v1/figures/{figure.id}/evidence")


class Evidence(BaseModel):
    """What a figure rests on: a comment (``text`` is the redacted verbatim), a KPI value without words, or an account."""

    id: str
    text: str | None
    url: str | None


@router.post("/v1/figures", openapi_extra=example_body(FigureForm))
async def publish(request: Request, service: ServiceOf, language: ReaderLanguage, _key: Reader) -> FigureShape:
    """Ask for a figure and give it an address."""
    return await run_sync(partial(_publish, service, await one_body(request), language))


@router.get("/v1/figures/{figure_id}")
def get(service: ServiceOf, figure_id: str, language: ReaderLanguage, _key: Reader) -> FigureShape:
    """Return a published figure and whether it still holds."""
    figure, state = service.figures.get(figure_id)
    return FigureShape.of(figure, state, language=language)


@router.post("/v1/figures/{figure_id}/recompute")
def recompute(service: ServiceOf, figure_id: str, language: ReaderLanguage, _key: Reader) -> FigureShape:
    """Ask the figure's question again and give the answer an address of its own; it is the same address where nothing has changed."""
    figure, _ = service.figures.get(figure_id)
    now = service.figures.publish(figure.query)
    return FigureShape.of(now, FigureState(fresh=True, now=now), language=language)


@router.get("/v1/figures/{figure_id}/evidence")
def evidence(service: ServiceOf, figure_id: str, query: Annotated[PageQuery, Query()], _key: Reader) -> Page[Evidence]:
    """List the comments a figure rests on; KPI values where there are no words, and accounts where accounts are counted."""
    page = page_of(service.figures.evidence(figure_id), limit=query.limit, cursor=query.cursor)
    with service.store.read() as unit:
        texts = {comment.id: comment.verbatim for comment in unit.feedback.get_many(page.data)}
        accounts = unit.customers.accounts(page.data)
    urls = {name: f"/v1/feedback/{name}" for name in texts}
    urls |= {name: f"/v1/accounts/{quote(one.external_id)}" for name, one in accounts.items()}
    shown = [Evidence(id=name, text=texts.get(name), url=urls.get(name)) for name in page.data]
    return Page(data=shown, next_cursor=page.next_cursor)


def _publish(service: Service, raw: bytes, language: str) -> FigureShape:
    form = form_of(FigureForm, raw, names=frozenset(Narrowing.model_fields))
    query = FigureQuery(
        kind=form.kind,
        filter=form.filter.wanted(zone=zone_of(service), clock=service.clock),
        kpi=form.kpi,
        issue=form.issue,
        zone=service.settings.intake.default_timezone,
        more={name: about for name, about in (("alert", form.alert), ("action", form.action)) if about},
    )
    figure = service.figures.publish(query)
    return FigureShape.of(figure, FigureState(fresh=True, now=figure), language=language)

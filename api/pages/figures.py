"""Figure: what a number says, of which comments, by which models, and whether it still holds."""

from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse

from api.auth import same_site
from api.pages.access import form_fields
from api.pages.looks import render
from api.pages.route import PageRoute
from api.pages.selection import read_selection
from api.pages.visit import Visit, Visiting
from pipelines.figures.kinds import KINDS
from pipelines.figures.rows import period_of
from pipelines.figures.wording import kind_name, part_name, value_name
from pipelines.issue_list import find_issue
from voc.addresses import PREFIX, read_address
from voc.drivers import IssueKind
from voc.errors import BadFilterError
from voc.feedback import Feedback
from voc.filters import FeedbackFilter
from voc.kpis import Kpi
from voc.provenance import Figure, FigureKind, FigureQuery, FigureState

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Fields = Annotated[dict[str, str], Depends(form_fields)]
SHOWN = 20


@router.get("/figures")
def ask(visit: Visiting) -> HTMLResponse:
    """Show the figure that answers the address's question now; it gets an address that stands when the reader asks for one."""
    figure = visit.service.figures.ask(_question(visit, dict(visit.request.query_params)))
    return _page(visit, figure, FigureState(fresh=True, now=figure), asked=dict(visit.request.query_params))


@router.post("/figures", dependencies=[Depends(same_site)])
def publish(visit: Visiting, form: Fields) -> RedirectResponse:
    """Give the figure an address."""
    figure = visit.service.figures.publish(_question(visit, form))
    return RedirectResponse(f"/figures/{figure.id}", status_code=303)


@router.get("/figures/{figure_id}")
def show(visit: Visiting, figure_id: str) -> HTMLResponse:
    """Show a published figure, or that of an address in an answer, which the reader may keep."""
    figure, state, evidence = visit.service.figures.opened(figure_id)
    asked = {"address": figure_id} if figure_id.startswith(PREFIX) and state.now is not None else {}
    return _page(visit, figure, state, asked=asked, evidence=evidence)


def _page(
    visit: Visit, figure: Figure, state: FigureState, *, asked: dict[str, str], evidence: list[str] | None = None
) -> HTMLResponse:
    """Show a figure; ``asked``: what to keep it by, empty where it is kept; ``evidence``: None where it is not listed."""
    with visit.service.store.read() as unit:
        comments: list[Feedback] = unit.feedback.get_many((evidence or [])[:SHOWN])
        accounts = unit.customers.accounts((evidence or [])[:SHOWN])
        kind, _, name = (figure.query.issue or "").partition(":")
        known = kind in {one.value for one in IssueKind}
        taxonomy, language = visit.service.taxonomy, visit.language
        issue = find_issue(unit, kind=IssueKind(kind), issue_id=name, taxonomy=taxonomy, language=language) if known else None
    return render(
        visit,
        "figure.html",
        page="overview",
        figure=figure,
        state=state,
        listed=evidence is not None,
        formula=KINDS[figure.query.kind].formula.in_language(visit.language),
        conditions=figure.query.filter.model_dump(mode="json", exclude_defaults=True) | figure.query.voices,
        asked=asked,
        more={name: _told(visit, name, value) for name, value in figure.query.more.items()},
        kind_name=partial(kind_name, language=visit.language),
        part_name=partial(part_name, language=visit.language),
        comments=comments,
        accounts=list(accounts.values()),
        issue_name=issue.name if issue is not None else figure.query.issue,
    )


def _told(visit: Visit, name: str, value: str) -> str:
    """Return what a question names as readers know it: words in their language, moments and periods in their zone."""
    try:
        if "/" in value:
            return visit.figures.days(period_of(value))
        return visit.figures.time(datetime.fromisoformat(value)) if name == "at" else value_name(name, value, language=visit.language)
    except ValueError:
        return value


def _question(visit: Visit, asked: dict[str, str]) -> FigureQuery:
    """Return the question of an address: the kind, what it is about, and the conditions of the list it stands in."""
    if "address" in asked:
        return read_address(asked["address"]).query
    selection = read_selection(asked, zone=visit.zone)
    kinds, kpis = {kind.value for kind in FigureKind}, {kpi.value for kpi in Kpi}
    kind, kpi = asked.get("figure", ""), asked.get("of_kpi")
    if kind not in kinds or (kpi is not None and kpi not in kpis):
        raise BadFilterError(field="figure")
    return FigureQuery(
        kind=FigureKind(kind),
        filter=FeedbackFilter() if kind == FigureKind.ROW_ACCOUNTING else selection.wanted,
        voices=selection.voices,
        kpi=Kpi(kpi) if kpi else None,
        issue=asked.get("of_issue"),
        zone=visit.zone.key,
    )

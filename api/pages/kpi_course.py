"""KPIs: the course of one KPI by month, quarter or fiscal year beside its own past, as a chart, a table and a file."""

from io import BytesIO

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from api import remembering
from api.pages.looks import render
from api.pages.route import PageRoute
from api.pages.visit import Visit, Visiting
from pipelines.exports import ExportFormat, export
from pipelines.kpi_series import COLUMNS, named_kpi, rows_of
from voc.errors import BadFilterError
from voc.kpis import MONTHS, AccountKpi, Kpi, KpiPoint, KpiSeries, Span
from voc.store.unit import Unit

ANSWERED = tuple(kpi for kpi in Kpi if kpi not in (Kpi.CHURN, Kpi.REVENUE))
"""KPIs that are answered or measured; leaving and revenue are shown as quantities of the accounts."""
PERIODS_OF_A_YEAR = {Span.MONTH: 12, Span.QUARTER: 4, Span.YEAR: 1}
MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/kpis")
def kpis(visit: Visiting) -> HTMLResponse:
    """Show the course of a KPI."""
    with visit.service.store.read() as unit:
        shown = _shown(unit)
        found = _asked(unit, visit, shown)
        loaded = unit.feedback.period()[0] is not None or bool(shown)
    return render(
        visit,
        "kpis.html",
        page="kpis",
        loaded=loaded,
        series=found,
        shown=shown,
        spans=tuple(Span),
        points=list(zip(found.points, _year_ago(found), strict=True))[::-1],
        chart=[_drawn(point, ago) for point, ago in zip(found.points, _year_ago(found), strict=True)],
        of_accounts=isinstance(found.kpi, AccountKpi),
        is_money=found.kpi is AccountKpi.CLV,
        months=MONTHS,
        files=[(form, _file(visit, form)) for form in MEDIA_TYPES],
    )


@router.get("/kpis.{form}")
def kpis_file(visit: Visiting, form: str) -> Response:
    """Give the course as a file."""
    chosen = next((one for one in MEDIA_TYPES if one.value == form), None)
    if chosen is None:
        raise BadFilterError(field="form")
    with visit.service.store.read() as unit:
        found = _asked(unit, visit, _shown(unit))
    buffer = BytesIO()
    export(rows_of(found), to=buffer, form=chosen, columns=COLUMNS)
    headers = {"Content-Disposition": f'attachment; filename="kpi-{found.kpi.value}-{found.span.value}.{chosen.value}"'}
    return Response(buffer.getvalue(), media_type=MEDIA_TYPES[chosen], headers=headers)


def _shown(unit: Unit) -> list[Kpi | AccountKpi]:
    """Return the KPIs something is known of."""
    counts = unit.kpis.counts()
    answered: list[Kpi | AccountKpi] = [kpi for kpi in ANSWERED if counts.get(kpi.value)]
    return answered + (list(AccountKpi) if unit.customers.present_accounts() else [])


def _asked(unit: Unit, visit: Visit, shown: list[Kpi | AccountKpi]) -> KpiSeries:
    """Return the series in the address; the first KPI that is known where it names none."""
    asked = visit.query("kpi")
    kpi = named_kpi(asked) if asked else next(iter(shown), Kpi.NPS)
    span = next((one for one in Span if one.value == visit.query("by")), Span.MONTH)
    text = visit.query("fiscal_start") or str(visit.service.settings.fiscal_start)
    start = int(text) if text.isascii() and text.isdigit() and len(text) <= len("12") else 0
    if start not in MONTHS:
        raise BadFilterError(field="fiscal_start")
    return remembering.series(unit, visit.service, kpi=kpi, span=span, fiscal_start=start)


def _year_ago(found: KpiSeries) -> list[KpiPoint | None]:
    """Return the point a year before each point."""
    back = PERIODS_OF_A_YEAR[found.span]
    return [found.points[at - back] if at >= back else None for at in range(len(found.points))]


def _drawn(point: KpiPoint, ago: KpiPoint | None) -> dict[str, object]:
    names = ("label", "value", "low", "high", "n", "complete")
    return {name: getattr(point, name) for name in names} | {"ago": None if ago is None else ago.value}


def _file(visit: Visit, form: ExportFormat) -> str:
    return visit.same_page().replace("/kpis", f"/kpis.{form.value}", 1)

"""Drivers: what goes with a KPI, as a forest plot with its table: difference, impact, accounts and revenue, isolated or systemic."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api import remembering
from api.pages.filter_bar import filter_bar
from api.pages.looks import render
from api.pages.measured import addresses_here, chosen_kpi, measured
from api.pages.route import PageRoute
from api.pages.visit import Visiting
from pipelines.driver_list import driver_lines
from pipelines.explain.drivers import rank
from pipelines.explaining import EXPLAINED
from pipelines.report.charts import forest
from pipelines.root_cause import KINDS
from voc.drivers import DriverState
from voc.ledger import LedgerBy

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/drivers")
def drivers(visit: Visiting) -> HTMLResponse:
    """Show the drivers of a KPI."""
    kpi = chosen_kpi(visit)
    by = next((one for one in LedgerBy if one.value == visit.query("by")), LedgerBy.TAGS)
    with visit.service.store.read() as unit:
        found = measured(unit, visit)
        bar = filter_bar(unit, visit)
        mine = [one for one in (*found.issues, *found.aspects) if one.issue.kind in KINDS[by]]
        known = [driver for one in mine if (driver := one.drivers.get(kpi)) is not None]
        ranked = rank(known)
        lines = visit.service.remembered.of(
            unit,
            "lines",
            (frozenset(visit.selection.values.items()), visit.language, kpi, by),
            lambda: driver_lines(unit, found.rows, ranked),
        )
        wanted = visit.selection.narrow(unit)
        audited = remembering.audited(unit, visit.service, wanted=wanted, drivers=lines)
        lines = addresses_here(unit, visit).lines(lines)
    return render(
        visit,
        "drivers.html",
        page="drivers",
        bar=bar,
        found=found,
        kpi=kpi,
        kpis=EXPLAINED,
        by=by,
        bys=tuple(LedgerBy),
        lines=list(zip(lines, forest(lines), strict=True)),
        audited=audited,
        few=[driver for driver in known if driver.state is not DriverState.OK],
    )

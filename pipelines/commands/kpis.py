"""Commands for KPIs over time."""

from typing import Annotated

import typer

from pipelines.commands.console import JsonFlag, errors_as_exit_codes, print_json, say, settings
from voc.kpis import Span

Start = Annotated[int, typer.Option("--fiscal-start", help="Month the fiscal year begins in.", min=1, max=12)]


def series(
    kpi: Annotated[str, typer.Argument(help="nps, csat, ces, response_hours, logo_churn, retention, revenue_churn, nrr, expansion, clv.")],
    by: Annotated[Span, typer.Option(help="month, quarter or year (fiscal).")] = Span.MONTH,
    fiscal_start: Start = 4,
    *,
    json: JsonFlag = False,
) -> None:
    """Show a KPI by month, quarter or fiscal year, with n, interval, and the change against its own past."""
    from zoneinfo import ZoneInfo

    from pipelines.assembly import build_store, build_taxonomy
    from pipelines.figures.addresses import Addresses
    from pipelines.kpi_series import named_kpi, series_of
    from pipelines.report.figures import Figures
    from voc.clock import utc_now

    with errors_as_exit_codes(json=json):
        config = settings()
        zone = ZoneInfo(config.intake.default_timezone)
        wanted = named_kpi(kpi)
        store = build_store(config, read_only=True)
        try:
            with store.read() as unit:
                found = series_of(unit, wanted, span=by, zone=zone, now=utc_now(), fiscal_start=fiscal_start)
                found = Addresses(unit, taxonomy=build_taxonomy(), zone=zone.key).series(found)
        finally:
            store.close()
        if json:
            print_json(found.model_dump(mode="json"))
            return
        f = Figures(language="en", zone=zone)
        say(f"{found.kpi.value:<10} {'value':>10} {'95 % interval':<18} {'n':>6}  {'against before':<26} against a year ago")
        for point in found.points:
            interval = f.interval(point.low, point.high)
            before = f"{f.signed(point.change)} {f.interval(point.change_low, point.change_high, signed=True)}"
            year = f"{f.signed(point.year_change)} {f.interval(point.year_change_low, point.year_change_high, signed=True)}"
            open_end = "" if point.complete else "  (not over yet)"
            say(f"{point.label:<10} {f.number(point.value):>10} {interval:<18} {point.n:>6}  {before:<26} {year}{open_end}")
        if not found.points:
            say("Nothing is measured yet.")

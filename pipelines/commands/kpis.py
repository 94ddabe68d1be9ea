"""Commands for KPIs over time."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.console import JsonFlag, errors_as_exit_codes, print_json, say, settings
from voc.kpis import Span

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from pipelines.exports import ExportFormat
    from voc.kpis import KpiSeries

Start = Annotated[
    int | None, typer.Option("--fiscal-start", help="Month the fiscal year begins in; left out: VOC_FISCAL_START.", min=1, max=12)
]
Out = Annotated[Path | None, typer.Option(help="File to write instead: .xlsx, .csv, .jsonl or .parquet.", dir_okay=False)]


def series(
    kpi: Annotated[str, typer.Argument(help="nps, csat, ces, response_hours, logo_churn, retention, revenue_churn, nrr, expansion, clv.")],
    by: Annotated[Span, typer.Option(help="month, quarter or year (fiscal).")] = Span.MONTH,
    fiscal_start: Start = None,
    out: Out = None,
    *,
    json: JsonFlag = False,
) -> None:
    """Show a KPI by month, quarter or fiscal year, with n, interval, and the change against its own past."""
    from zoneinfo import ZoneInfo

    from pipelines.assembly import build_store, build_taxonomy
    from pipelines.exports import export
    from pipelines.figures.addresses import Addresses
    from pipelines.kpi_series import COLUMNS, named_kpi, rows_of, series_of
    from voc.clock import utc_now
    from voc.whole_file import written_whole

    with errors_as_exit_codes(json=json):
        config = settings()
        zone = ZoneInfo(config.intake.default_timezone)
        wanted, start = named_kpi(kpi), fiscal_start or config.fiscal_start
        form = None if out is None else format_of(out)
        with closing(build_store(config, read_only=True)) as store, store.read() as unit:
            found = series_of(unit, wanted, span=by, zone=zone, now=utc_now(), fiscal_start=start)
            found = Addresses(unit, taxonomy=build_taxonomy(), zone=zone.key).series(found)
        if out is not None and form is not None:
            with written_whole(out) as half, half.open("wb") as target:
                count = export(rows_of(found), to=target, form=form, columns=COLUMNS)
            print_json({"file": str(out), "rows": count}) if json else say(f"{count} rows written to {out}")
        elif json:
            print_json(found.model_dump(mode="json"))
        else:
            for line in lines(found, zone=zone):
                say(line)


def format_of(out: Path) -> "ExportFormat":
    """Return the format a file's name asks for.

    Raises
    ------
    BadFilterError
        If it asks for none.
    """
    from pipelines.exports import ExportFormat
    from voc.errors import BadFilterError

    name = out.suffix.lstrip(".").casefold()
    if name not in set(ExportFormat):
        raise BadFilterError(f"The file's name ends in one of: {', '.join(ExportFormat)}.", field="out")
    return ExportFormat(name)


def lines(found: "KpiSeries", *, zone: "ZoneInfo") -> list[str]:
    """Return a series as text."""
    from pipelines.report.figures import Figures

    f = Figures(language="en", zone=zone)
    shown = [f"{found.kpi.value:<10} {'value':>10} {'95 % interval':<18} {'n':>6}  {'against before':<26} against a year ago"]
    for point in found.points:
        interval = f.interval(point.low, point.high)
        before = f"{f.signed(point.change)} {f.interval(point.change_low, point.change_high, signed=True)}"
        year = f"{f.signed(point.year_change)} {f.interval(point.year_change_low, point.year_change_high, signed=True)}"
        open_end = "" if point.complete else "  (not over yet)"
        shown.append(f"{point.label:<10} {f.number(point.value):>10} {interval:<18} {point.n:>6}  {before:<26} {year}{open_end}")
    return shown if found.points else [*shown, "Nothing is measured yet."]

"""Excel report: one workbook with native charts, for a monthly meeting.

Invariants: numbers are numbers and dates are dates; text is written as text, so a comment that begins with ``=``, ``+``, ``-`` or
``@`` is never a formula; text longer than a cell may hold ends in a mark that says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.explain.wording import kpi_name, note
from pipelines.exports import fitting
from pipelines.report.figures import Figures
from pipelines.report.labels import label
from voc.kpis import SURVEY_KPIS, Kpi
from voc.provenance import FigureKind
from voc.report import KpiLevel, ReportData
from voc.voices import issue_key

TOP_ISSUES_IN_CHART = 10
N_COLUMN = 4
"""Of a KPI's level in the summary."""
SHORT, MIDDLE, WIDE, TEXT = 12, 18, 30, 90

Cell = str | float | int | bool | datetime | None


@dataclass(frozen=True)
class Column:
    """A column: the name of its label, its width in characters, and how its numbers look (percent, one decimal, count)."""

    name: str
    width: int = SHORT
    style: str = ""


class Sheets:
    """A workbook being written; the writer below owns it from first to last byte."""

    def __init__(self, data: ReportData, *, language: str) -> None:
        import xlsxwriter

        self.data = data
        self.language = language
        self.t = partial(label, language=language)
        self.zone = ZoneInfo(data.zone)
        self.figures = Figures(language=language, zone=self.zone)
        self.buffer = BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.book: Any = xlsxwriter.Workbook(self.buffer, options)
        self.book.set_properties({"title": self.t("title"), "created": data.created_at.astimezone(UTC).replace(tzinfo=None)})
        font = {"font_name": "Meiryo UI" if language == "ja" else "Calibri", "valign": "top"}
        self.styles = {
            "": self.book.add_format(font),
            "head": self.book.add_format({**font, "bold": True, "bg_color": "#DDE7F3", "bottom": 1, "text_wrap": True}),
            "title": self.book.add_format({**font, "bold": True, "font_size": 16}),
            "wrap": self.book.add_format({**font, "text_wrap": True}),
            "count": self.book.add_format({**font, "num_format": "#,##0"}),
            "one": self.book.add_format({**font, "num_format": "#,##0.0"}),
            "signed": self.book.add_format({**font, "num_format": "+#,##0.0;-#,##0.0;0.0"}),
            "percent": self.book.add_format({**font, "num_format": "0.0%"}),
            "signed_percent": self.book.add_format({**font, "num_format": "+0.0%;-0.0%;0.0%"}),
            "q": self.book.add_format({**font, "num_format": "0.000"}),
            "date": self.book.add_format({**font, "num_format": "yyyy/mm/dd"}),
        }

    def put(self, sheet: Any, *, row: int, column: int, cell: Cell, style: str = "") -> None:
        """Write one cell by the type of its value; None leaves it empty."""
        shape = self.styles[style]
        if cell is None:
            sheet.write_blank(row, column, None, shape)
        elif isinstance(cell, bool):
            sheet.write_string(row, column, self.t("yes" if cell else "no"), shape)
        elif isinstance(cell, int | float):
            sheet.write_number(row, column, cell, shape)
        elif isinstance(cell, datetime):
            sheet.write_datetime(row, column, cell.astimezone(self.zone).replace(tzinfo=None), self.styles["date"])
        else:
            sheet.write_string(row, column, fitting(cell, ending=self.t("cut")), shape)

    def table(self, name: str, *, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> Any:
        """Add a sheet with a frozen header and one row per entry; without rows it says that there is nothing."""
        sheet = self.book.add_worksheet(self.t(name))
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
            self.put(sheet, row=0, column=at, cell=self.t(column.name), style="head")
            for down, row in enumerate(rows, start=1):
                self.put(sheet, row=down, column=at, cell=row[at], style=column.style)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(columns) - 1)
        else:
            self.put(sheet, row=1, column=0, cell=self.t("nothing"))
        return sheet

    def address(self, kind: FigureKind, *about: str) -> str | None:
        """Return the id of the figure the numbers of a row belong to."""
        figure = self.data.figure(kind.value, *about)
        return None if figure is None else figure.id

    def finish(self) -> bytes:
        """Return the workbook's bytes."""
        self.book.close()
        return self.buffer.getvalue()


def report_xlsx(data: ReportData, *, language: str) -> bytes:
    """Write the report as an Excel workbook.

    Sheets: summary, issues, drivers, KPI, quotes, alerts, figures; names and labels in Japanese for ``ja``, else in English.
    """
    sheets = Sheets(data, language="ja" if language == "ja" else "en")
    _summary(sheets)
    _issues(sheets)
    _drivers(sheets)
    _kpis(sheets)
    _quotes(sheets)
    _alerts(sheets)
    _figures(sheets)
    return sheets.finish()


def _summary(sheets: Sheets) -> None:
    """Write title, KPI figures, counts, row accounting, cautions, method and models."""
    data, t = sheets.data, sheets.t
    sheet = sheets.book.add_worksheet(t("summary"))
    sheet.set_column(0, 0, WIDE + MIDDLE)
    sheet.set_column(1, 5, MIDDLE)
    lines: list[tuple[str, Sequence[Cell], str]] = [
        ("title", (t("title"),), ""),
        ("", (t("period"), sheets.figures.days(data.period)), ""),
        ("", (t("created"), sheets.figures.moment(data.created_at)), ""),
        ("", (), ""),
        ("head", tuple(t(name) for name in ("kpi", "value", "low", "high", "n", "figure_id")), ""),
        *(("", _level(sheets, kpi), "one") for kpi in data.kpis),
        ("", (), ""),
        ("head", (t("coverage"), t("n")), ""),
        *(("", line, "count") for line in _coverage(sheets)),
        ("", (t("unassigned"), data.unassigned_share), "percent"),
        ("", (), ""),
        *(("wrap", (caution,), "") for caution in data.cautions),
        ("wrap", (t("method_text"),), ""),
        *(("", (output, name), "") for output, name in sorted(data.model.items())),
    ]
    for row, (text_style, cells, number_style) in enumerate(lines):
        for column, cell in enumerate(cells):
            is_n = number_style == "one" and column == N_COLUMN
            style = text_style if isinstance(cell, str) else ("count" if is_n else number_style)
            sheets.put(sheet, row=row, column=column, cell=cell, style=style)
    sheet.freeze_panes(1, 0)


def _level(sheets: Sheets, kpi: KpiLevel) -> tuple[Cell, ...]:
    address = sheets.address(FigureKind.KPI_LEVEL, kpi.kpi.value)
    return kpi_name(kpi.kpi, language=sheets.language), kpi.value, kpi.low, kpi.high, kpi.n, address


def _coverage(sheets: Sheets) -> list[tuple[str, int]]:
    """Return what the figures rest on, as label and count."""
    counts, rows, t = sheets.data.counts, sheets.data.rows, sheets.t
    lines = [(t("comments"), counts.comments)]
    lines += [(t(f"language_{code.value}"), count) for code, count in sorted(counts.by_language.items())]
    lines += [(t(name), getattr(counts, name)) for name in ("customers", "accounts", "no_signal", "duplicates", "not_analysed")]
    if rows is not None:
        lines += [
            (t("rows"), rows.rows),
            (t("rows_new"), rows.new),
            (t("rows_duplicate"), rows.duplicates),
            (t("rows_rejected"), rows.rejected),
        ]
    return lines


def _issues(sheets: Sheets) -> None:
    """Write the issues, their months, and a chart of the largest."""
    issues, t = sheets.data.issues, sheets.t
    months = [month for month, _ in issues[0].months] if issues else []
    columns = [
        Column("issue", WIDE), Column("kind"), Column("group", MIDDLE), Column("volume", style="count"), Column("n", style="count"),
        Column("share", style="percent"), Column("low", style="percent"), Column("high", style="percent"),
        Column("voices", style="count"), *(Column(f"sentiment_{mood}", style="count") for mood in _MOODS),
        Column("change", style="signed_percent"), Column("change_low", style="signed_percent"),
        Column("change_high", style="signed_percent"), Column("significant"), Column("figure_id", WIDE),
    ]
    rows: list[list[Cell]] = [
        [
            issue.issue.name, t(f"kind_{issue.issue.kind.value}"), issue.issue.group, issue.volume, issue.total, issue.share,
            issue.share_low, issue.share_high, issue.accounts, *(getattr(issue.sentiment, mood) for mood in _MOODS),
            issue.change.difference,
            issue.change.low, issue.change.high, issue.change.significant,
            sheets.address(FigureKind.ISSUE_SHARE, issue_key(issue.issue)),
        ]
        for issue in issues
    ]
    sheet = sheets.table("issues_sheet", columns=columns, rows=rows)
    for at, month in enumerate(months, start=len(columns)):
        sheets.put(sheet, row=0, column=at, cell=month, style="head")
        for down, issue in enumerate(issues, start=1):
            sheets.put(sheet, row=down, column=at, cell=dict(issue.months)[month], style="count")
    if issues:
        _issue_chart(sheets, sheet, shown=min(len(issues), TOP_ISSUES_IN_CHART))


_MOODS = ("negative", "mixed", "neutral", "positive")


def _issue_chart(sheets: Sheets, sheet: Any, *, shown: int) -> None:
    """Draw the first issues by volume as bars under the table."""
    name = sheets.t("issues_sheet")
    chart = sheets.book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": sheets.t("volume"),
            "categories": [name, 1, 0, shown, 0],
            "values": [name, 1, 3, shown, 3],
            "fill": {"color": "#1F5FA8"},
            "data_labels": {"value": True},
        }
    )
    chart.set_title({"name": f"{sheets.t('issues')} (n = {sheets.data.issues[0].total:,})"})
    chart.set_y_axis({"reverse": True})
    chart.set_legend({"none": True})
    chart.set_size({"width": 720, "height": 80 + 32 * shown})
    sheet.insert_chart(len(sheets.data.issues) + 2, 0, chart)


def _drivers(sheets: Sheets) -> None:
    """Write every driver, those without enough data with their reason."""
    columns = [
        Column("kpi"), Column("issue", WIDE), Column("adjusted", style="signed"), Column("low", style="signed"),
        Column("high", style="signed"), Column("difference", style="signed"), Column("low", style="signed"),
        Column("high", style="signed"), Column("mean_with", style="one"), Column("mean_without", style="one"),
        Column("n_with", style="count"), Column("n", style="count"), Column("accounts_with", style="count"), Column("q", style="q"),
        Column("note", WIDE + WIDE), Column("figure_id", WIDE),
    ]
    rows: list[list[Cell]] = [
        [
            kpi_name(driver.kpi, language=sheets.language), driver.issue.name, driver.adjusted, driver.adjusted_low,
            driver.adjusted_high, driver.difference, driver.difference_low, driver.difference_high, driver.mean_with,
            driver.mean_without, driver.n_with, driver.n, driver.clusters_with, driver.q, note(driver, language=sheets.language),
            sheets.address(FigureKind.DRIVER_EFFECT, driver.kpi.value, issue_key(driver.issue)),
        ]
        for driver in sheets.data.drivers
    ]
    sheet = sheets.table("drivers_sheet", columns=columns, rows=rows)
    sheets.put(sheet, row=len(rows) + 2, column=0, cell=f"{sheets.t('drivers_how')} {sheets.t('adjusted_how')}")


def _kpis(sheets: Sheets) -> None:
    """Write every KPI by month, one under the other, with a line chart of the first survey KPI."""
    columns = [Column("kpi"), Column("month"), Column("value", style="one"), Column("n", style="count"), Column("figure_id", WIDE)]
    levels = sheets.data.kpis
    rows: list[list[Cell]] = [
        [kpi_name(level.kpi, language=sheets.language), month.month, month.value, month.n, address]
        for level in levels
        for address in (sheets.address(FigureKind.KPI_LEVEL, level.kpi.value),)
        for month in level.months
    ]
    sheet = sheets.table("kpi", columns=columns, rows=rows)
    first = 1
    for level in levels:
        if level.kpi in SURVEY_KPIS and level.months:
            _kpi_chart(sheets, sheet, level=level, first=first)
            return
        first += len(level.months)


def _kpi_chart(sheets: Sheets, sheet: Any, *, level: KpiLevel, first: int) -> None:
    """Draw a KPI by month beside the table; months without answers are gaps."""
    name, last = sheets.t("kpi"), first + len(level.months) - 1
    chart = sheets.book.add_chart({"type": "line"})
    chart.add_series(
        {
            "name": kpi_name(level.kpi, language=sheets.language),
            "categories": [name, first, 1, last, 1],
            "values": [name, first, 2, last, 2],
            "line": {"color": "#1F5FA8", "width": 2.25},
            "marker": {"type": "circle", "size": 6},
        }
    )
    chart.set_title({"name": f"{kpi_name(level.kpi, language=sheets.language)} {sheets.t('kpi_course')} (n = {level.n:,})"})
    chart.set_x_axis({"label_position": "low"})
    if level.kpi is Kpi.NPS:
        chart.set_y_axis({"min": -100, "max": 100})
    chart.set_legend({"none": True})
    chart.show_blanks_as("gap")
    chart.set_size({"width": 760, "height": 340})
    sheet.insert_chart(1, 6, chart)


def _quotes(sheets: Sheets) -> None:
    """Write the quotes by issue, whole."""
    columns = [
        Column("issue", WIDE), Column("quote", TEXT, style="wrap"), Column("date"), Column("source", MIDDLE), Column("language"),
        Column("sentiment"), Column("who", MIDDLE), Column("feedback_id", WIDE),
    ]
    t, known = sheets.t, sheets.data.quotes
    rows: list[list[Cell]] = [
        [
            issue.issue.name, quote.text, quote.submitted_at, t(f"source_{quote.source.value}"), t(f"language_{quote.language.value}"),
            None if quote.sentiment is None else t(f"sentiment_{quote.sentiment.value}"), quote.who, quote.feedback_id,
        ]
        for issue in sheets.data.issues
        for quote in (known[feedback_id] for feedback_id in issue.quote_ids if feedback_id in known)
    ]
    sheets.table("quotes_sheet", columns=columns, rows=rows)


def _alerts(sheets: Sheets) -> None:
    """Write the alerts with their evidence."""
    columns = [
        Column("issue", WIDE), Column("alert_accounts", MIDDLE, style="count"), Column("threshold", style="count"),
        Column("window_from"), Column("window_to"), Column("state"), Column("note", WIDE), Column("evidence", TEXT, style="wrap"),
        Column("figure_id", WIDE),
    ]
    rows: list[list[Cell]] = [
        [
            alert.issue_name, alert.accounts, alert.threshold, alert.window_from, alert.window_to,
            sheets.t(f"state_{alert.state.value}"), alert.note, ", ".join(alert.evidence),
            sheets.address(FigureKind.ALERT_ACCOUNTS, alert.id),
        ]
        for alert in sheets.data.alerts
    ]
    sheets.table("alerts", columns=columns, rows=rows)


def _figures(sheets: Sheets) -> None:
    """Write the address of every number: what was asked, which of the figure's numbers it is, and the number as it was published."""
    columns = [Column("figure_id", WIDE), Column("figure_about", WIDE), Column("figure_part", MIDDLE), Column("figure_value", MIDDLE)]
    rows: list[list[Cell]] = [
        [figure.id, name, part, number]
        for name, figure in sheets.data.figures.items()
        for part, number in figure.numbers().items()
    ]
    sheets.table("figures_sheet", columns=columns, rows=rows)

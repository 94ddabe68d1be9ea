"""HTML report: one file that needs nothing else. No script, no outside request, every customer word escaped.

The file carries a content security policy that forbids loading anything, so that it stays so wherever it is opened.
"""

from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from markupsafe import Markup

from pipelines.explain.trends import sparkline
from pipelines.explain.wording import kpi_name, kpi_unit, note, wording
from pipelines.report.charts import forest, line, share_bars, spark, split
from pipelines.report.figures import Figures
from pipelines.report.labels import label
from voc.drivers import Driver
from voc.kpis import Kpi
from voc.report import Quote, ReportData
from voc.voices import issue_key

TEMPLATES = Path(__file__).parent / "templates"
MAX_QUOTE_CHARS = 500
MAX_QUOTES_PER_ISSUE = 3


def report_html(data: ReportData, *, language: str) -> str:
    """Write the report as one self-contained HTML document.

    Parameters
    ----------
    data
        What to show; a part without data says so instead of being left out.
    language
        ``ja`` for Japanese, anything else for English. Quotes stay in the language they were said in.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    reader = "ja" if language == "ja" else "en"
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals |= {
        "t": partial(label, language=reader),
        "f": Figures(language=reader, zone=ZoneInfo(data.zone)),
        "kpi_name": partial(kpi_name, language=reader),
        "kpi_unit": partial(kpi_unit, language=reader),
        "sentence": partial(wording, language=reader),
        "note": partial(note, language=reader),
        "spark": lambda counts: spark(sparkline(counts)),
        "split": split,
        "line": line,
        "n": partial(numbered, data),
        "issue_key": issue_key,
    }
    return environment.get_template("report.html.j2").render(
        data=data,
        language=reader,
        bars=share_bars(data.issues),
        drivers=_by_kpi(data.drivers),
        quotes=[_quotes(data, ids=issue.quote_ids) for issue in data.issues],
        cut=partial(_cut, ending=label("cut", language=reader)),
    )


def numbered(data: ReportData, text: object, kind: str, parts: str, *about: str) -> Markup:
    """Return a number with its address: the figure's id, and which of the figure's numbers stand in the text (blank-separated)."""
    figure = data.figure(kind, *about)
    if figure is None:
        return Markup("{}").format(text)
    return Markup('<span data-figure="{}" data-part="{}" title="{}">{}</span>').format(figure.id, parts, figure.id, text)


def _by_kpi(drivers: tuple[Driver, ...]) -> list[tuple[Kpi, list[tuple[Driver, object]]]]:
    """Group the drivers by KPI, each with its place in the KPI's drawing."""
    groups: dict[Kpi, list[Driver]] = {}
    for driver in drivers:
        groups.setdefault(driver.kpi, []).append(driver)
    return [(kpi, list(zip(group, forest(group), strict=True))) for kpi, group in groups.items()]


def _quotes(data: ReportData, *, ids: tuple[str, ...]) -> list[Quote]:
    """Return the first quotes of an issue whose words are known."""
    return [data.quotes[feedback_id] for feedback_id in ids if feedback_id in data.quotes][:MAX_QUOTES_PER_ISSUE]


def _cut(text: str, *, ending: str) -> str:
    """Shorten a long text and say so."""
    return text if len(text) <= MAX_QUOTE_CHARS else text[:MAX_QUOTE_CHARS] + ending

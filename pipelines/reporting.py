"""Reporting: gathers what a report or an export shows, and writes the files. Read-only."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines.counting import comment_counts, kpi_levels, row_accounting
from pipelines.explaining import EXPLAINED
from pipelines.exports import ExportFormat, Row, export
from pipelines.figures.desk import Desk
from pipelines.figures.of_report import with_figures
from pipelines.figures.waiting import publish
from pipelines.figures.work import figures_of
from pipelines.issue_list import IssueList, issue_list
from pipelines.report.excel import report_xlsx
from pipelines.report.html import report_html
from voc.alerts import Alert
from voc.clock import Clock, utc_now
from voc.drivers import Issue
from voc.enrichment import Enrichment
from voc.errors import BadDateError, BadFilterError
from voc.feedback import Feedback, own_words
from voc.filters import Cursor, FeedbackFilter
from voc.issues import IssueSummary, Period
from voc.kpis import Kpi
from voc.provenance import Figure, FigureKind, FigureQuery
from voc.report import Quote, ReportData
from voc.settings import Settings
from voc.store import Store
from voc.store.enrichments import split_sentence_id
from voc.store.unit import Unit
from voc.taxonomy import Bilingual, Taxonomy
from voc.voices import issue_key
from voc.whole_file import written_whole

TOP_ISSUES = 15
MOST_ALERTS = 50
QUOTES_EACH = 3
EXPORT_PAGE = 500
ASSOCIATED = Bilingual(
    en="Figures say what goes together (associated with), not what causes what.",
    ja="数値は関連を示すもので、原因を示すものではありません。",
)


def period_filter(
    since: str | None, until: str | None, *, zone: str, tag: str | None = None, topic: str | None = None
) -> FeedbackFilter:
    """Return the filter for days from ``since`` to ``until``, both included, in the zone, and for a tag or a topic.

    Raises
    ------
    BadDateError
        If a day is not written like 2026-04-01, or the first lies after the last.
    """
    first, after = _day(since, zone, 0, field="from"), _day(until, zone, 1, field="to")
    if first is not None and after is not None and first >= after:
        raise BadDateError("The first day lies after the last one.", field="from")
    return FeedbackFilter(since=first, until=after, tag=tag, topic=topic)


def _day(text: str | None, zone: str, plus_days: int, *, field: str) -> datetime | None:
    if text is None:
        return None
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError as error:
        raise BadDateError("Write days like 2026-04-01.", field=field) from error
    return datetime.combine(day + timedelta(days=plus_days), time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def report_data(desk: Desk, *, wanted: FeedbackFilter, language: str, settings: Settings) -> ReportData:
    """Return everything a report over the comments that match shows."""
    unit, taxonomy, now = desk.unit, desk.taxonomy, desk.as_of
    zone = ZoneInfo(settings.intake.default_timezone)
    found = issue_list(unit, taxonomy=taxonomy, wanted=wanted, language=language, zone=zone)
    desk.knows(wanted, zone.key, found)
    known = unit.taxonomies.with_own(taxonomy)
    top, quotes = _with_quotes(unit, found.issues[:TOP_ISSUES])
    drivers = [driver for summary in found.issues for driver in summary.drivers.values() if driver is not None]
    enriched = unit.enrichments.get_many([row.feedback_id for row in found.rows[-1:]])
    model = next((result.model.outputs for result in enriched.values()), {})
    counts = comment_counts(unit, wanted, found.rows)
    return ReportData(
        period=_period(found, wanted, now),
        zone=zone.key,
        created_at=now,
        counts=counts,
        rows=row_accounting(unit),
        kpis=kpi_levels(unit, wanted=wanted, zone=zone),
        issues=tuple(top),
        unassigned_share=found.unassigned,
        drivers=tuple(sorted(drivers, key=lambda d: (EXPLAINED.index(d.kpi), d.q if d.q is not None else 2.0, -d.volume))),
        quotes=quotes,
        alerts=tuple(_named(alert, known, language) for alert in unit.alerts.find()[:MOST_ALERTS]),
        model=model,
        cautions=(ASSOCIATED.in_language(language),),
    )


def _named(alert: Alert, taxonomy: Taxonomy, language: str) -> Alert:
    """Return the alert with its issue named for the reader."""
    tag = taxonomy.tag(alert.issue_id)
    return alert if tag is None else alert.model_copy(update={"issue_name": tag.small.in_language(language)})


def write_report(
    store: Store, *, taxonomy: Taxonomy, wanted: FeedbackFilter, language: str, folder: Path, settings: Settings, clock: Clock = utc_now
) -> list[Path]:
    """Write the HTML report and the Excel workbook and return their paths.

    Raises
    ------
    BadFilterError
        If the language is neither ``ja`` nor ``en``.
    """
    if language not in ("ja", "en"):
        raise BadFilterError("The report is written in ja or en.", field="lang")
    with store.read() as unit:
        desk = Desk(unit, taxonomy=taxonomy, as_of=clock())
        data = report_data(desk, wanted=wanted, language=language, settings=settings)
        data, published = with_figures(desk, data, wanted)
    publish(store, published, folder=settings.data_dir, name=f"report-{language}")
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"voc-report-{language}.html", folder / f"voc-report-{language}.xlsx"]
    for path, content in zip(files, (report_html(data, language=language).encode(), report_xlsx(data, language=language)), strict=True):
        with written_whole(path) as half:
            half.write_bytes(content)
    return files


def _period(found: IssueList, wanted: FeedbackFilter, now: datetime) -> Period:
    moments = [row.submitted_at for row in found.rows]
    start = wanted.since or (min(moments) if moments else now - timedelta(days=1))
    end = wanted.until or (max(moments) + timedelta(seconds=1) if moments else max(now, start + timedelta(days=1)))
    return Period(start=start, end=end)


def _with_quotes(unit: Unit, issues: Sequence[IssueSummary]) -> tuple[list[IssueSummary], dict[str, Quote]]:
    """Return the issues with the ids of their quotes, and the quotes: the issue's sentence in the customer's words."""
    shown: list[IssueSummary] = []
    quotes: dict[str, Quote] = {}
    for summary in issues:
        found = unit.quotes.of_issue(summary.issue, limit=QUOTES_EACH)
        shown.append(summary.model_copy(update={"quote_ids": tuple(quote.feedback_id for quote in found)}))
        comments = {comment.id: comment for comment in unit.feedback.get_many([quote.feedback_id for quote in found])}
        for quote in found:
            quotes.setdefault(quote.feedback_id, _quote(comments[quote.feedback_id], unit))
    return shown, quotes


def _quote(comment: Feedback, unit: Unit) -> Quote:
    account = unit.customers.account(comment.account_id) if comment.account_id else None
    result = unit.enrichments.get(comment.id)
    return Quote(
        feedback_id=comment.id,
        text=own_words(comment.verbatim, comment.spans),
        language=comment.language,
        source=comment.source,
        submitted_at=comment.submitted_at,
        sentiment=result.sentiment.label if result else None,
        who=(account.name if account else None) or comment.segment,
        scores={score.kpi: score.value for score in comment.scores},
    )


FEEDBACK_COLUMNS = (
    "id", "external_id", "source", "source_name", "submitted_at", "language", "text", "sentiment", "sentiment_score", "confidence",
    "intent", "urgency", "churn", "abusive", "tags", "topics", "customer_id", "account_id", "segment", "product",
    "nps", "csat", "ces", "duplicate_of", "no_signal", "model_version",
)  # fmt: skip
ISSUE_COLUMNS = (
    "kind", "id", "name", "group", "volume", "share", "share_low", "share_high", "accounts", "negative", "neutral", "positive", "mixed",
    "recent", "previous", "change", "change_low", "change_high", "significant", "figure",
)  # fmt: skip
DRIVER_COLUMNS = (
    "kpi", "kind", "id", "name", "volume", "share", "n", "n_with", "clusters_with", "mean_with", "mean_without", "difference",
    "difference_low", "difference_high", "adjusted", "adjusted_low", "adjusted_high", "p", "q", "state", "note",
    "figure",
)  # fmt: skip
COLUMNS = {"feedback": FEEDBACK_COLUMNS, "issues": ISSUE_COLUMNS, "drivers": DRIVER_COLUMNS}


def write_export(
    store: Store, *, what: str, form: str, out: Path, taxonomy: Taxonomy, wanted: FeedbackFilter, settings: Settings, language: str = "en"
) -> int:
    """Write comments, issues or drivers to a file and return the number of rows.

    Raises
    ------
    BadFilterError
        If ``what`` or ``form`` is not known.
    """
    if what not in COLUMNS:
        raise BadFilterError(f"Export one of: {', '.join(COLUMNS)}.", field="what")
    if form not in set(ExportFormat):
        raise BadFilterError(f"Export as one of: {', '.join(ExportFormat)}.", field="format")
    out.parent.mkdir(parents=True, exist_ok=True)
    published: list[tuple[Figure, Sequence[str]]] = []
    with written_whole(out) as half:
        with store.read() as unit, half.open("wb") as target:
            if what == "feedback":
                rows = _feedback_rows(unit, wanted)
            else:
                desk = Desk(unit, taxonomy=taxonomy, as_of=utc_now())
                rows = _issue_rows(desk, what, wanted, settings.intake.default_timezone, language, published)
            count = export(rows, to=target, form=ExportFormat(form), columns=COLUMNS[what])
        if published:
            publish(store, published, folder=settings.data_dir, name=f"export-{what}")
    return count


def _issue_rows(
    desk: Desk, what: str, wanted: FeedbackFilter, zone: str, language: str, published: list[tuple[Figure, Sequence[str]]]
) -> Iterator[Row]:
    """Yield the rows, each with the address of its numbers; the figures are added to ``published``."""
    found = issue_list(desk.unit, taxonomy=desk.taxonomy, wanted=wanted, language=language, zone=ZoneInfo(zone))
    desk.knows(wanted, zone, found)

    def address(kind: FigureKind, issue: Issue, kpi: Kpi | None = None) -> str | None:
        some = figures_of(desk, [FigureQuery(kind=kind, filter=wanted, issue=issue_key(issue), kpi=kpi, zone=zone)])
        published.extend(some)
        return some[0][0].id if some else None

    for summary in found.issues:
        naming = {"kind": summary.issue.kind.value, "id": summary.issue.id, "name": summary.issue.name, "group": summary.issue.group}
        if what == "drivers":
            for driver in summary.drivers.values():
                if driver is not None:
                    figure = address(FigureKind.DRIVER_EFFECT, driver.issue, driver.kpi)
                    yield driver.model_dump(mode="json", exclude={"issue"}) | naming | {"figure": figure}
            continue
        yield naming | {
            "volume": summary.volume,
            "share": summary.share,
            "share_low": summary.share_low,
            "share_high": summary.share_high,
            "accounts": summary.accounts,
            **summary.sentiment.model_dump(),
            "recent": summary.change.recent.count,
            "previous": summary.change.previous.count,
            "change": summary.change.difference,
            "change_low": summary.change.low,
            "change_high": summary.change.high,
            "significant": summary.change.significant,
            "figure": address(FigureKind.ISSUE_SHARE, summary.issue),
        }


def _feedback_rows(unit: Unit, wanted: FeedbackFilter) -> Iterator[Row]:
    cursor: Cursor | None = None
    while page := unit.feedback.find(wanted, limit=EXPORT_PAGE, cursor=cursor):
        ids = [comment.id for comment in page]
        results, topics = unit.enrichments.get_many(ids), unit.topics.of_feedback(ids)
        for comment in page:
            mine = {topic for sentence, topic in topics.items() if topic and split_sentence_id(sentence)[0] == comment.id}
            yield _feedback_row(comment, results.get(comment.id), sorted(mine))
        cursor = Cursor(submitted_at=page[-1].submitted_at, id=page[-1].id)


def _feedback_row(comment: Feedback, result: Enrichment | None, topics: Sequence[str]) -> Row:
    row: dict[str, object] = {name: getattr(comment, name) for name in FEEDBACK_COLUMNS if name in Feedback.model_fields}
    row |= {"text": comment.verbatim, "source": comment.source.value, "language": comment.language.value}
    row |= {kpi.value: next((s.value for s in comment.scores if s.kpi is kpi), None) for kpi in (Kpi.NPS, Kpi.CSAT, Kpi.CES)}
    if result is not None:
        row |= {
            "sentiment": result.sentiment.label.value,
            "sentiment_score": result.sentiment.score,
            "confidence": result.sentiment.confidence,
            "intent": result.intent.value,
            "urgency": result.urgency.value,
            "churn": result.churn,
            "abusive": result.abusive,
            "tags": " ".join(tag.tag for tag in result.tags),
            "topics": " ".join(topics),
            "model_version": result.model.version,
        }
    return row

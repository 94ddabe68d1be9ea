"""Figures of a report: the questions its numbers answer, and their addresses by what they are about."""

from pipelines.figures.desk import Desk
from pipelines.figures.waiting import Published
from pipelines.figures.work import figures_of
from voc.filters import FeedbackFilter
from voc.provenance import FigureKind, FigureQuery
from voc.report import ReportData
from voc.voices import issue_key


def with_figures(desk: Desk, data: ReportData, wanted: FeedbackFilter) -> tuple[ReportData, Published]:
    """Return the report with the addresses of its numbers, and the figures to publish."""
    published = figures_of(desk, questions(data, wanted))
    return data.model_copy(update={"figures": {figure.query.name: figure for figure, _ in published}}), published


def questions(data: ReportData, wanted: FeedbackFilter) -> list[FigureQuery]:
    """Return the questions that the numbers of a report answer."""

    def ask(kind: FigureKind, **what: object) -> FigureQuery:
        return FigureQuery(kind=kind, filter=wanted, zone=data.zone, **what)

    found = [ask(FigureKind.COMMENT_COUNT), ask(FigureKind.UNASSIGNED_SHARE), FigureQuery(kind=FigureKind.ROW_ACCOUNTING)]
    found += [ask(FigureKind.KPI_LEVEL, kpi=level.kpi) for level in data.kpis]
    found += [ask(FigureKind.ISSUE_SHARE, issue=issue_key(one.issue)) for one in data.issues]
    found += [ask(FigureKind.DRIVER_EFFECT, kpi=one.kpi, issue=issue_key(one.issue)) for one in data.drivers]
    found += [FigureQuery(kind=FigureKind.ALERT_ACCOUNTS, more={"alert": alert.id}) for alert in data.alerts]
    return found

"""Counting: the counts and KPI levels of the comments a filter leaves, the same for reports, pages and figures."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from pipelines.explain.levels import level
from voc.feedback import Language
from voc.filters import FeedbackFilter
from voc.kpis import SURVEY_KPIS, Kpi, KpiObservation
from voc.report import CommentCounts, KpiAnswer, KpiLevel, RowAccounting
from voc.store.unit import Unit
from voc.voices import VoiceRow

MOST_IMPORTS = 1_000


def comment_counts(unit: Unit, wanted: FeedbackFilter, rows: Sequence[VoiceRow]) -> CommentCounts:
    """Return how many comments match, of which kinds, and of how many customers and accounts (``rows``: their voices)."""

    def count(**changes: object) -> int:
        return unit.feedback.count(wanted.model_copy(update=changes))

    everything = count()
    return CommentCounts(
        comments=everything,
        by_language={language: count(language=language) for language in Language},
        no_signal=count(no_signal=True),
        duplicates=everything - count(duplicates=False),
        not_analysed=count(analysed=False),
        customers=len({row.customer_id for row in rows if row.customer_id}),
        accounts=len({row.account_id for row in rows if row.account_id}),
    )


def row_accounting(unit: Unit) -> RowAccounting | None:
    """Return the rows of all imports but those that only repeated an earlier one."""
    imports = [entry for entry in unit.journal.imports(limit=MOST_IMPORTS) if entry.finished_at is not None and entry.new + entry.rejected]
    if not imports:
        return None
    return RowAccounting(
        rows=sum(entry.rows for entry in imports),
        new=sum(entry.new for entry in imports),
        duplicates=sum(entry.duplicate for entry in imports),
        rejected=sum(entry.rejected for entry in imports),
    )


def kpi_levels(unit: Unit, *, wanted: FeedbackFilter, zone: ZoneInfo) -> tuple[KpiLevel, ...]:
    """Return each survey KPI over the filter's period: all answers, with or without a comment."""
    return tuple(kpi_level(kpi, kpi_answers(unit, kpi, wanted=wanted), zone=zone) for kpi in SURVEY_KPIS)


def answered_levels(unit: Unit, *, wanted: FeedbackFilter, zone: ZoneInfo) -> list[KpiLevel]:
    """Return the survey KPIs that have an answer."""
    return [level for level in kpi_levels(unit, wanted=wanted, zone=zone) if level.n]


def kpi_answers(unit: Unit, kpi: Kpi, *, wanted: FeedbackFilter) -> list[KpiObservation]:
    """Return the answers a KPI level is computed from."""
    return unit.kpis.find(
        kpi=kpi, since=wanted.since, until=wanted.until, account_id=wanted.account_id, customer_id=wanted.customer_id, repeats=False
    )


def kpi_level(kpi: Kpi, observations: Sequence[KpiObservation], *, zone: ZoneInfo) -> KpiLevel:
    """Return where the KPI stands over the answers."""
    answers = [
        KpiAnswer(value=o.value, observed_at=o.observed_at, cluster=o.account_id or o.customer_id or o.feedback_id or o.id)
        for o in observations
    ]
    return level(kpi, answers=answers, zone=zone)

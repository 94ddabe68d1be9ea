"""Counting: the counts and KPI levels of the comments a filter leaves, the same for reports, pages and figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.explain.levels import level
from pipelines.explain.series import moved
from voc.customers import Account, Customer
from voc.drivers import Driver
from voc.feedback import Language
from voc.filters import FeedbackFilter
from voc.issues import Period
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


def kpi_answers(
    unit: Unit, kpi: Kpi, *, wanted: FeedbackFilter, rows: Sequence[VoiceRow] | None = None
) -> list[KpiObservation]:
    """Return the answers a KPI level is computed from.

    With dates, a customer or an account alone every answer counts, those without a comment too; with any other condition only the
    answers given together with the comments it leaves (``rows``: their voices, where they were read already).
    """
    owned: dict[str, Any] = wanted.model_dump(include={"since", "until", "account_id", "customer_id"})
    seen = unit.kpis.find(kpi=kpi, repeats=False, **owned)
    if wanted == FeedbackFilter(**owned):
        return seen
    heard = {row.feedback_id for row in (unit.voices.find(wanted) if rows is None else rows)}
    return [answer for answer in seen if answer.feedback_id in heard]


def kpi_level(kpi: Kpi, observations: Sequence[KpiObservation], *, zone: ZoneInfo) -> KpiLevel:
    """Return where the KPI stands over the answers."""
    return level(kpi, answers=[_answer(one) for one in observations], zone=zone)


def kpi_move(kpi: Kpi, observations: Sequence[KpiObservation], *, periods: tuple[Period, Period]) -> Driver:
    """Return how the answers of a period differ from those of the one before; ``periods``: the later one last."""
    before, after = (
        [_answer(one) for one in observations if period.start <= one.observed_at < period.end] for period in periods
    )
    return moved(kpi, before, after)


@dataclass(frozen=True)
class Leaving:
    """How many of the accounts (the customers, where there are none) left, and who."""

    left: tuple[str, ...]
    n: int
    of_accounts: bool


def leaving(unit: Unit, wanted: FeedbackFilter, *, rows: Sequence[VoiceRow]) -> Leaving:
    """Count who left, within the dates of a filter; with other conditions only of those whose comments (``rows``) it leaves."""
    accounts = unit.customers.present_accounts()
    known: Sequence[Account | Customer] = accounts or unit.customers.present_customers()
    since, until = wanted.since, wanted.until
    if wanted != FeedbackFilter(since=since, until=until):
        heard = {row.account_id for row in rows} | {row.customer_id for row in rows}
        known = [who for who in known if who.id in heard]
    left = tuple(
        who.id
        for who in known
        if (day := who.churned_on) is not None
        and (since is None or day >= since.date())
        and (until is None or day < until.date() + timedelta(days=1))
    )
    return Leaving(left=left, n=len(known), of_accounts=bool(accounts))


def _answer(one: KpiObservation) -> KpiAnswer:
    return KpiAnswer(value=one.value, observed_at=one.observed_at, cluster=one.account_id or one.customer_id or one.feedback_id or one.id)

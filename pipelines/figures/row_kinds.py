"""Row kinds: how the numbers of a row of an answer are computed again from its question. A question that makes no sense has no answer."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from pipelines.account_rooms import room_of
from pipelines.auditing import audited_tags
from pipelines.counting import kpi_answers
from pipelines.explain.account_room import LONGEST_LOOK_DAYS
from pipelines.explain.at_risk import at_risk
from pipelines.explain.series import there_at
from pipelines.explain.trends import readable
from pipelines.explaining import EXPLAINED
from pipelines.figures import rows
from pipelines.figures.desk import Desk
from pipelines.kpi_series import named_kpi, series_of
from pipelines.model_check import model_check
from pipelines.queueing import known
from pipelines.root_cause import ToldApart, drill_of, ledger_of, told_apart
from voc.account_room import AccountRoom
from voc.drivers import Driver, IssueKind
from voc.errors import BadFilterError, NotFoundError
from voc.filters import FeedbackFilter
from voc.kpis import MONTHS, AccountKpi, KpiPoint, KpiSeries, Span
from voc.ledger import Ledger
from voc.model_checks import ModelCheck, ModelKind
from voc.provenance import Answer, FigureQuery
from voc.values import as_utc
from voc.voices import issue_key

FIRST_YEAR = 1970
Asked = TypeVar("Asked")


def ledger_term(desk: Desk, query: FigureQuery) -> Answer | None:
    """Return the change of a KPI, a term, a group's part of the mix or a line of an opened issue; evidence: all comments it counts."""
    question = _read(lambda: rows.question_of(query.kpi, query.more))
    if question is None:
        return None
    told = told_apart(desk.unit, taxonomy=desk.taxonomy, question=question, wanted=query.filter, language="en")
    if query.more.get("term") == rows.LINE:
        return _line(desk, told, query)
    found = _term(ledger_of(told, question), query)
    return None if found is None else found.model_copy(update={"evidence": _told(told, query)})


def _term(ledger: Ledger, query: FigureQuery) -> Answer | None:
    wanted = query.more.get("term")
    if wanted == rows.CHANGE:
        return rows.of_change(ledger)
    if wanted == rows.GROUP:
        asked = (query.more.get("group"), query.more.get("pooled") == "1")
        return next((rows.of_group(one) for one in ledger.groups if (one.name, one.pooled) == asked), None)
    return next(
        (
            rows.of_term(ledger, term)
            for term in ledger.terms
            if term.kind.value == wanted and (None if term.issue is None else issue_key(term.issue)) == query.issue
        ),
        None,
    )


def _line(desk: Desk, told: ToldApart, query: FigureQuery) -> Answer | None:
    issue = next((one for one in told.issues if issue_key(one) == query.issue), None)
    if issue is None:
        return None
    asked = (query.more.get("line"), query.more.get("name", ""))
    path = _read(lambda: rows.path_of(query.more))
    lines = () if path is None else drill_of(desk.unit, issue, told, path=path).lines
    line = next((one for one in lines if (one.kind.value, rows.line_name(one)) == asked), None)
    return None if line is None else rows.of_line(line).model_copy(update={"evidence": line.evidence})


def _told(told: ToldApart, query: FigureQuery) -> tuple[str, ...]:
    return tuple(voice.feedback_id for voice in (*told.before, *told.after) if query.issue is None or query.issue in voice.issue_keys)


def kpi_period(desk: Desk, query: FigureQuery) -> Answer | None:
    """Return one point of a KPI's series."""
    series = _read(lambda: _series(desk, query))
    point = None if series is None else next((one for one in series.points if one.label == query.more.get("period")), None)
    if series is None or point is None:
        return None
    return rows.of_point(point).model_copy(update={"evidence": _observed(desk, series, point, zone=ZoneInfo(query.zone))})


def _series(desk: Desk, query: FigureQuery) -> KpiSeries:
    more = query.more
    start = int(more["fiscal_start"])
    if start not in MONTHS:
        raise ValueError(start)
    kpi, span = named_kpi(more["series"]), Span(more["span"])
    return series_of(desk.unit, kpi, span=span, zone=ZoneInfo(query.zone), now=desk.as_of, fiscal_start=start)


def _observed(desk: Desk, series: KpiSeries, point: KpiPoint, *, zone: ZoneInfo) -> tuple[str, ...]:
    if isinstance(series.kpi, AccountKpi):
        return tuple(account.id for account in there_at(desk.unit.customers.present_accounts(), start=point.start, zone=zone))
    seen = kpi_answers(desk.unit, series.kpi, wanted=FeedbackFilter(since=point.start, until=point.end))
    return tuple(one.feedback_id or one.id for one in seen)


def model_ratio(desk: Desk, query: FigureQuery) -> Answer | None:
    """Return what a model says of an issue; its evidence is the comments about the issue (with a value of the KPI, but for Cox)."""
    check = _read(lambda: _checked(desk, query))
    model = None if check is None else next((one for one in check.models if one.model.value == query.more.get("model")), None)
    if model is None:
        return None
    found = desk.issues(query)
    linked = None if model.model is ModelKind.COX else {name for name, kpi in found.links if kpi is query.kpi}
    about = (row.feedback_id for row in readable(found.rows) if query.issue in row.issue_keys)
    return rows.of_model(model).model_copy(update={"evidence": tuple(name for name in about if linked is None or name in linked)})


def _checked(desk: Desk, query: FigureQuery) -> ModelCheck | None:
    kind, _, name = (query.issue or "").partition(":")
    if query.kpi is None:
        return None
    return model_check(
        desk.unit, taxonomy=desk.taxonomy, kpi=query.kpi, kind=IssueKind(kind), issue_id=name, wanted=query.filter, language="en"
    )


def queue_risk(desk: Desk, query: FigureQuery) -> Answer | None:
    """Return the risk of somebody in the queue."""
    entry = next((one for one in at_risk(known(desk.unit)).entries if one.id == query.more.get("subject")), None)
    if entry is None:
        return None
    evidence = tuple(one.feedback_id for one in entry.concerns if one.feedback_id is not None)
    return rows.of_entry(entry).model_copy(update={"evidence": evidence})


def queue_check(desk: Desk, _: FigureQuery) -> Answer:
    """Return how the queue went together with leaving; its evidence is the comments it was formed from."""
    ground = known(desk.unit)
    return rows.of_queue_check(at_risk(ground).check).model_copy(update={"evidence": tuple(one.feedback_id for one in ground.heard)})


def audited_share(desk: Desk, query: FigureQuery) -> Answer | None:
    """Return a tag's share corrected by what people said in audits; its evidence is those comments and the ones with the tag."""
    kind, _, tag = (query.issue or "").partition(":")
    if kind != "tag":
        return None
    drivers: list[Driver] = []
    if query.filter == FeedbackFilter():
        drivers = [driver for kpi in EXPLAINED for driver in desk.unit.drivers.find(kpi)]
    elif query.kpi is not None:
        summary = desk.summary(query)
        drivers = [] if summary is None else [one for one in summary.drivers.values() if one is not None and one.kpi is query.kpi]
    voices = desk.unit.voices.find(query.filter)
    found = audited_tags(desk.unit, rows=voices, drivers=drivers, tags=[tag]).get(tag)
    if found is None:
        return None
    heard = readable(voices)
    tagged = {row.feedback_id for row in heard if query.issue in row.issue_keys}
    said = {answer.feedback_id for answer in desk.unit.audits.find()}
    return rows.of_audited(found).model_copy(update={"evidence": tuple(sorted(tagged | said))})


def account_mood(desk: Desk, query: FigureQuery) -> Answer | None:
    """Return an account's mood at a moment; its evidence is the comments of the time looked back on."""
    room = _read(lambda: _room(desk, query))
    if room is None:
        return None
    heard = readable(desk.unit.voices.find(FeedbackFilter(account_id=room.account_id)))
    inside = tuple(row.feedback_id for row in heard if room.window.start <= row.submitted_at < room.window.end)
    return rows.of_room(room).model_copy(update={"evidence": inside})


def _room(desk: Desk, query: FigureQuery) -> AccountRoom | None:
    more = query.more
    days, quiet, at = int(more["days"]), int(more["quiet_days"]), as_utc(datetime.fromisoformat(more["at"]))
    if not 0 < days <= LONGEST_LOOK_DAYS or not 0 < quiet <= LONGEST_LOOK_DAYS or at.year < FIRST_YEAR + LONGEST_LOOK_DAYS // 365:
        raise ValueError(days, quiet)
    account = desk.unit.customers.account(desk.unit.merges.kept(more["account"]))
    return None if account is None else room_of(desk.unit, account, at=at, window_days=days, quiet_days=quiet)


def _read(read: Callable[[], Asked]) -> Asked | None:
    """Return what a question reads as; None where it cannot be read."""
    try:
        return read()
    except (ValueError, KeyError, BadFilterError, NotFoundError):
        return None

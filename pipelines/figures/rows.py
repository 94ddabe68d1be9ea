"""Rows: the numbers of one row of an answer, and the question they answer. What lists and what asks again reads them here alike."""

from collections.abc import Mapping
from datetime import datetime

from pipelines.explain.drivers import impact
from pipelines.explain.trends import share_interval
from voc.account_room import AccountRoom, Tone
from voc.actions import Estimate as Effect
from voc.actions import Evaluation
from voc.alerts import Alert
from voc.audits import AuditedTag, Estimate
from voc.concerns import Association, QueueEntry, RiskCheck
from voc.drivers import Driver, Reach
from voc.emerging import Emerging
from voc.issues import IssueSummary, Period, SharePeriod
from voc.kpis import KpiPoint, KpiSeries
from voc.ledger import UNNARROWED, DrillLine, DrillPath, GroupFigures, Grouping, Ledger, LedgerBy, LedgerTerm, Question
from voc.model_checks import FittedModel
from voc.provenance import Answer
from voc.report import KpiLevel
from voc.topics import Unassigned
from voc.voices import issue_key

Parts = dict[str, float | None]
More = dict[str, str]
DRIVER_PARTS = (
    "volume", "share", "n_with", "clusters_with", "mean_with", "mean_without", "difference", "difference_low", "difference_high", "p", "q",
)  # fmt: skip
CHECK_PARTS = ("n_before", "n_after", "treated_clusters", "control_clusters", "meaningful", "false_groups", "false_groups_seen")
QUEUE_CHECK_PARTS = ("window_days", "moments", "people", "owners_left", "left_top_evidence", "left_top_score", "left_all")
POINT_PARTS = ("change", "change_low", "change_high", "year_change", "year_change_low", "year_change_high")
COUNTED = {"count": "alone"}
"""What a number of comments is asked with where nothing stands beside it."""
WITHIN = "within_"
"""Before the kind of what the issue of a line is narrowed to."""
CHANGE, GROUP, LINE = "change", "group", "line"
"""What a ledger's own change, a group of its mix and a line of an opened issue are called beside its terms."""


def of_summary(summary: IssueSummary) -> Answer:
    """Return the share of an issue."""
    change = summary.change
    parts: Parts = {
        "volume": summary.volume, "accounts": summary.accounts, **summary.sentiment.model_dump(),
        "recent": change.recent.count, "recent_total": change.recent.total,
        "previous": change.previous.count, "previous_total": change.previous.total,
        "change": change.difference, "change_low": change.low, "change_high": change.high,
    }  # fmt: skip
    parts |= dict(summary.months)
    return Answer(value=summary.share, low=summary.share_low, high=summary.share_high, n=summary.total, parts=parts)


def of_level(level: KpiLevel, move: Driver | None = None) -> Answer:
    """Return where a KPI stands, with its months, and how it moved between two periods where that was asked for."""
    parts: Parts = {"clusters": level.clusters}
    for month in level.months:
        parts |= {month.month: month.value, f"{month.month}.n": month.n}
    if move is not None:
        parts |= {
            "change": move.difference, "change_low": move.difference_low, "change_high": move.difference_high,
            "before": move.mean_without, "after": move.mean_with, "n_before": move.n - move.n_with, "n_after": move.n_with,
        }  # fmt: skip
    return Answer(value=level.value, low=level.low, high=level.high, n=level.n, parts=parts)


def of_negative(negative: int, heard: int) -> Answer:
    """Return the share of read comments that are negative."""
    low, high = share_interval(SharePeriod(count=negative, total=heard)) or (None, None)
    return Answer(value=negative / heard if heard else None, low=low, high=high, n=heard, parts={"negative": negative})


def of_leaving(left: int, known: int) -> Answer:
    """Return the share of accounts, or customers, that left."""
    return Answer(value=left / known if known else None, n=known, parts={"left": left})


def of_emerging(found: Emerging) -> Answer:
    """Return how many voices spoke of a topic that emerges; ``n`` counts them."""
    return Answer(value=found.count, n=found.count, parts={name: getattr(found, name) for name in ("expected", "days", "chance")})


def of_count(count: int) -> Answer:
    """Return a number of comments."""
    return Answer(value=count, n=count)


def of_unassigned(found: Unassigned) -> Answer:
    """Return the share of sentences without a topic; ``n`` counts sentences."""
    return Answer(value=found.share, n=found.sentences, parts={"without": found.without})


def of_driver(driver: Driver) -> Answer:
    """Return an issue's association with a KPI."""
    parts: Parts = {name: getattr(driver, name) for name in DRIVER_PARTS} | {"impact": impact(driver)}
    return Answer(value=driver.adjusted, low=driver.adjusted_low, high=driver.adjusted_high, n=driver.n, parts=parts)


def of_model(model: FittedModel) -> Answer:
    """Return what the model a KPI demands says of an issue."""
    parts: Parts = {name: getattr(model, name) for name in ("n_with", "events", "events_needed", "p")}
    parts |= {f"pooled_{control}": count for control, count in model.pooled.items()}
    return Answer(value=model.ratio, low=model.low, high=model.high, n=model.n, parts=parts)


def of_reach(reach: Reach) -> Answer:
    """Return the accounts an issue touches; ``n`` counts the comments of all kinds of voice that name it."""
    parts: Parts = {"revenue": reach.revenue, "revenue_of": reach.revenue_of}
    for one in reach.heard:
        parts |= {f"heard_{one.kind}": one.count, f"heard_{one.kind}_total": one.total, f"heard_{one.kind}_clusters": one.clusters}
    return Answer(value=reach.accounts, n=sum(one.count for one in reach.heard), parts=parts)


def of_change(ledger: Ledger) -> Answer:
    """Return the whole change."""
    before, after = ledger.before, ledger.after
    parts: Parts = {"before": before.value, "after": after.value, "n_before": before.n, "n_after": after.n}
    parts |= {"clusters_before": before.clusters, "clusters_after": after.clusters, "left_aside": ledger.left_aside}
    return Answer(value=ledger.change, low=ledger.low, high=ledger.high, n=before.n + after.n, parts=parts)


def of_term(ledger: Ledger, term: LedgerTerm) -> Answer:
    """Return one term of the change."""
    figures = term.figures
    parts: Parts = {"q": term.q} | ({} if figures is None else figures.model_dump())
    n = ledger.before.n + ledger.after.n if figures is None else figures.n_before + figures.n_after
    return Answer(value=term.amount, low=term.low, high=term.high, n=n, parts=parts)


def of_group(group: GroupFigures) -> Answer:
    """Return one group's part of the mix."""
    names = ("n_before", "n_after", "share_before", "share_after", "value_before", "value_after")
    return Answer(value=group.amount, n=group.n_before + group.n_after, parts={name: getattr(group, name) for name in names})


def of_line(line: DrillLine) -> Answer:
    """Return how comments about an issue that share something moved."""
    before, after = line.value_before, line.value_after
    parts: Parts = {"value_before": before, "value_after": after, "n_before": line.n_before, "n_after": line.n_after}
    return Answer(value=None if before is None or after is None else after - before, n=line.n_before + line.n_after, parts=parts)


def of_point(point: KpiPoint) -> Answer:
    """Return a KPI in one period."""
    return Answer(value=point.value, low=point.low, high=point.high, n=point.n, parts={name: getattr(point, name) for name in POINT_PARTS})


def of_entry(entry: QueueEntry) -> Answer:
    """Return the risk of somebody in the queue with the numbers its reasons are told in; ``n`` counts the reasons."""
    parts: Parts = {"evidence": entry.evidence, "revenue": entry.value}
    for one in entry.concerns:
        parts |= {f"weight_{one.reason.value}": one.weight} | _facts(f"reason_{one.reason.value}", one.facts)
    return Answer(value=entry.risk, n=len(entry.concerns), parts=parts)


def of_queue_check(check: RiskCheck) -> Answer:
    """Return how the queue went together with leaving; ``n`` counts owners."""
    parts: Parts = {name: getattr(check, name) for name in QUEUE_CHECK_PARTS}
    for name in ("odds", "odds_beside_score", "score_odds"):
        one: Association | None = getattr(check, name)
        parts |= {} if one is None else {name: one.ratio, f"{name}_low": one.low, f"{name}_high": one.high}
    return Answer(value=check.lift, low=check.lift_low, high=check.lift_high, n=check.owners, parts=parts)


def of_alert(alert: Alert) -> Answer:
    """Return how many accounts complained; ``n`` counts the comments."""
    return Answer(value=alert.accounts, n=len(alert.evidence), parts={"threshold": alert.threshold})


def of_check(check: Evaluation) -> Answer:
    """Return how a measure moved beside an action, with what speaks for and against it and each group's months."""
    one = check.estimate
    parts: Parts = {name: getattr(check, name) for name in CHECK_PARTS}
    parts |= {"smallest": None, "p": None} if one is None else {"smallest": one.smallest, "p": one.p}
    parts |= _effect("pre_trend", check.pre_trend)
    for start in check.false_starts:
        parts |= _effect(f"false_start_{start.label}", start.estimate)
    for month in check.series:
        name = f"{month.month}.{'reached' if month.treated else 'others'}"
        parts |= {name: month.mean, f"{name}.n": month.n, f"{name}.accounts": month.clusters}
    n = check.n_before + check.n_after
    return Answer(value=None, n=n, parts=parts) if one is None else Answer(value=one.value, low=one.low, high=one.high, n=n, parts=parts)


def of_audited(tag: AuditedTag) -> Answer:
    """Return a tag's share corrected for tagging errors."""
    parts: Parts = {"counted": tag.counted, "read_with": tag.read_with, "read_without": tag.read_without}
    named = {"precision": tag.precision, "recall": tag.recall} | {f"difference_{kpi.value}": one for kpi, one in tag.differences.items()}
    for name, one in named.items():
        parts |= _estimate(name, one)
    share = tag.share
    if share is None:
        return Answer(value=None, n=tag.n, parts=parts)
    return Answer(value=share.value, low=share.low, high=share.high, n=tag.n, parts=parts)


def of_room(room: AccountRoom) -> Answer:
    """Return an account's mood, and beside it the plain mean of every comment, each role's tone, and the numbers of the flags."""
    mood, deciders = room.mood, room.deciders
    parts: Parts = {"heard_weight": mood.heard_weight, "revenue": room.revenue} | _tone("plain", mood.plain)
    parts |= {f"deciders_{name}": count for name, count in deciders.model_dump().items()}
    parts |= {"open_complaints": len(room.open_complaints), "days_to_renewal": room.days_to_renewal}
    for role in room.roles:
        parts |= {f"people_{role.role.value}": len(role.people), f"role_{role.role.value}": role.weight}
        parts |= _tone(f"tone_{role.role.value}", role.tone)
        for part in role.parts:
            parts |= _tone(f"tone_{role.role.value}.{part.period.start:%Y-%m-%d}", part.tone)
    for at, flag in enumerate(room.flags, start=1):
        parts |= _facts(f"flag_{flag.kind.value}.{at}", flag.facts)
    return Answer(value=mood.value, low=mood.low, high=mood.high, n=mood.plain.n, parts=parts)


def _tone(name: str, tone: Tone) -> Parts:
    return {name: tone.mean, f"{name}_low": tone.low, f"{name}_high": tone.high, f"{name}.n": tone.n}


def _facts(name: str, facts: Mapping[str, float | int | str]) -> Parts:
    return {f"{name}.{fact}": float(value) for fact, value in facts.items() if not isinstance(value, str)}


def _effect(name: str, one: Effect | None) -> Parts:
    if one is None:
        return {}
    return {name: one.value, f"{name}_low": one.low, f"{name}_high": one.high, f"{name}.p": one.p, f"{name}.smallest": one.smallest}


def _estimate(name: str, one: Estimate | None) -> Parts:
    return {} if one is None else {name: one.value, f"{name}_low": one.low, f"{name}_high": one.high}


def question_more(
    question: Question, *, term: str, group: GroupFigures | None = None, line: DrillLine | None = None, path: DrillPath = UNNARROWED
) -> More:
    """Return what a ledger question holds beside its KPI and filter; ``path`` is what the line's issue is narrowed to."""
    asked = {
        "after": period_more(question.after), "before": period_more(question.before), "by": question.by.value,
        "mix": question.grouping.value, "segment": question.segment or "", "against": question.against or "", "term": term,
    }  # fmt: skip
    named = {} if group is None else {"group": group.name or "", "pooled": str(int(group.pooled))}
    named |= {} if line is None else {"line": line.kind.value, "name": line_name(line)}
    named |= {f"{WITHIN}{kind.value}": name for kind, name in path.steps().items()}
    return {name: value for name, value in (asked | named).items() if value}


def path_of(more: More) -> DrillPath:
    """Return what the issue of a line is narrowed to."""
    return DrillPath(**{name.removeprefix(WITHIN): value for name, value in more.items() if name.startswith(WITHIN)})


def line_name(line: DrillLine) -> str:
    """Return what tells a line from the others of its kind: an issue's key, else its name."""
    return (line.name or "") if line.issue is None else issue_key(line.issue)


def question_of(kpi: object, more: More) -> Question:
    """Return the ledger question again; raises ValueError where it is none."""
    return Question.model_validate(
        {
            "kpi": kpi,
            "before": period_of(more.get("before", "")),
            "after": period_of(more.get("after", "")),
            "by": LedgerBy(more.get("by", "")),
            "grouping": Grouping(more.get("mix", "")),
            "segment": more.get("segment"),
            "against": more.get("against"),
        }
    )


def periods_more(periods: tuple[Period, Period] | None) -> More:
    """Return which periods are compared, the later one last."""
    return {} if periods is None else {"previous": period_more(periods[0]), "recent": period_more(periods[1])}


def point_more(series: KpiSeries, point: KpiPoint) -> More:
    """Return which point of which series."""
    return {"series": series.kpi.value, "span": series.span.value, "fiscal_start": str(series.fiscal_start), "period": point.label}


def room_more(room: AccountRoom) -> More:
    """Return which account is looked at, when, and how far back."""
    days = (room.at - room.window.start).days
    return {"account": room.account_id, "at": room.at.isoformat(), "days": str(days), "quiet_days": str(room.quiet_days)}


def period_more(period: Period) -> str:
    """Write a period."""
    return f"{period.start.isoformat()}/{period.end.isoformat()}"


def period_of(text: str) -> Period:
    """Read a period; raises ValueError where it is none."""
    start, _, end = text.partition("/")
    return Period(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end))

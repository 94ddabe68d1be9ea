"""Root cause: answers a question about a KPI's change from the store: the ledger, and its largest issues opened. Read-only.

The same for the API, the command line and the pages, so that they can never disagree. "Root cause" is what the people who ask call it;
the answer says what the change is associated with.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from pipelines.explain.drill import drill_lines, narrowed
from pipelines.explain.ledger import ledger
from pipelines.explaining import NAMED, issues_of
from pipelines.ground import Ground, ground_of
from pipelines.issue_list import parse_issue
from pipelines.link import voices
from voc.drivers import Issue, IssueKind, Voice
from voc.errors import BadFilterError
from voc.filters import FeedbackFilter
from voc.issues import Period, Quote
from voc.kpis import Kpi
from voc.ledger import UNNARROWED, Drill, DrillKind, DrillPath, Grouping, Ledger, LedgerBy, LedgerSide, Question, RootCause
from voc.store.unit import Unit
from voc.taxonomy import Taxonomy
from voc.voices import VoiceRow, issue_key

OPENED = 3
RECENT_DAYS = 90
MOST_QUOTES = 5
NEVER = datetime(2000, 1, 1, tzinfo=UTC)
"""Where a store without comments is asked about the last days: a time of which nothing is known."""
Dates = tuple[datetime | None, datetime | None]
RELEASE_NAMES = ("release", "version")
"""Names of the metadata that say which release a comment is about."""
KINDS = {
    LedgerBy.TAGS: (IssueKind.TAG,),
    LedgerBy.TOPICS: (IssueKind.TOPIC,),
    LedgerBy.BOTH: (IssueKind.TAG, IssueKind.TOPIC),
    LedgerBy.ASPECTS: (IssueKind.ASPECT,),
}


@dataclass(frozen=True)
class Opening:
    """The key of an issue to open, and what to narrow it to."""

    issue: str
    path: DrillPath


def root_cause(
    unit: Unit,
    *,
    taxonomy: Taxonomy,
    question: Question,
    wanted: FeedbackFilter,
    language: str,
    opened: int = OPENED,
    opening: Opening | None = None,
    ground: Ground | None = None,
) -> RootCause:
    """Take the change of a KPI apart and open its largest issues.

    Parameters
    ----------
    question
        Which KPI, and what is compared with what.
    wanted
        Which comments count on both sides; its dates are not looked at, the question's are.
    language
        ``ja`` or ``en``: the reader's, for tag names.
    opened
        How many issues to open.
    opening
        An issue to open in any case, first if it is none of the largest, and what to narrow it to.
    ground
        What ``wanted`` leaves without its dates, where it was read already.

    Raises
    ------
    BadFilterError
        If no comment names the issue to open.
    """
    told = told_apart(unit, taxonomy=taxonomy, question=question, wanted=wanted, language=language, ground=ground)
    found = ledger_of(told, question)
    issues = {issue_key(issue): issue for issue in largest(found, opened)}
    paths: dict[str, DrillPath] = {}
    if opening is not None:
        asked = next((issue for issue in told.issues if issue_key(issue) == opening.issue), None)
        if asked is None:
            raise BadFilterError("No comment names the issue to open.", field="open")
        issues = issues if opening.issue in issues else {opening.issue: asked} | issues
        paths = {opening.issue: opening.path}
    drills = [drill_of(unit, issue, told, path=paths.get(key, UNNARROWED)) for key, issue in issues.items()]
    return RootCause(question=question, ledger=found, drills=tuple(drills))


def opening_of(issue: str | None, **within: str | None) -> Opening | None:
    """Return which issue to open and what to narrow it to; None for none.

    Raises
    ------
    BadFilterError
        If a name is no issue's, or something is to be narrowed and no issue is named.
    """
    path = DrillPath(**{kind: name or None for kind, name in within.items()})
    if not issue:
        if path != UNNARROWED:
            raise BadFilterError("Name the issue that is to be narrowed.", field="open")
        return None
    parse_issue(issue, field="open")
    if path.reason is not None:
        parse_issue(path.reason, field="within.reason")
    return Opening(issue, path)


@dataclass(frozen=True)
class ToldApart:
    """The comments with a value of both sides, ``segment`` being the group whose mix counts, and all issues."""

    before: list[Voice]
    after: list[Voice]
    issues: list[Issue]


def told_apart(
    unit: Unit, *, taxonomy: Taxonomy, question: Question, wanted: FeedbackFilter, language: str, ground: Ground | None = None
) -> ToldApart:
    """Read what a question compares; ``ground``: what ``wanted`` leaves without its dates, where it was read already."""
    read = ground or ground_of(unit, undated(wanted))
    rows, links = read.rows, read.links
    grouped = {row.feedback_id: _group(row, question.grouping) for row in rows}
    before, after = (
        [
            voice.model_copy(update={"segment": grouped[voice.feedback_id]})
            for voice in voices(side, kpi=question.kpi, links=links)
        ]
        for side in sides(rows, question)
    )
    issues = issues_of(rows, unit=unit, taxonomy=taxonomy, language=language, kinds=frozenset(IssueKind))
    return ToldApart(before, after, issues)


def ledger_of(told: ToldApart, question: Question) -> Ledger:
    """Take the change apart by the issues that were asked for."""
    issues = [issue for issue in told.issues if issue.kind in KINDS[question.by]]
    return ledger(question.kpi, before=told.before, after=told.after, issues=issues)


def undated(wanted: FeedbackFilter) -> FeedbackFilter:
    """Return the filter without its dates."""
    return wanted.model_copy(update={"since": None, "until": None})


def ask(
    unit: Unit,
    *,
    kpi: Kpi,
    after: Dates = (None, None),
    before: Dates = (None, None),
    segments: tuple[str, str] | None = None,
    by: LedgerBy = LedgerBy.TAGS,
    grouping: Grouping | None = None,
) -> Question:
    """Return the question with what was not said filled in.

    Parameters
    ----------
    after, before
        First moment, and first moment that no longer counts. Left out: the last ``RECENT_DAYS`` days, and as long a time before.
    segments
        Compare the second with the first, in the period after, instead of two periods.
    grouping
        Whose mix counts. Left out: segments, or the source where segments are compared.

    Raises
    ------
    BadFilterError
        If a period ends before it starts, or would start before the first year.
    """
    last = unit.feedback.period()[1]
    end = after[1] or (NEVER if last is None else last + timedelta(microseconds=1))
    later = _period(after[0] or _back(end, timedelta(days=RECENT_DAYS), field="until"), end, field="since")
    ends = before[1] or later.start
    earlier = _period(before[0] or _back(ends, later.end - later.start, field="before_until" if before[1] else "since"), ends)
    against, segment = segments or (None, None)
    chosen = grouping or (Grouping.SEGMENT if segments is None else Grouping.SOURCE)
    return Question(kpi=kpi, before=earlier, after=later, segment=segment, against=against, by=by, grouping=chosen)


def segments_of(segment: str | None, against: str | None) -> tuple[str, str] | None:
    """Return the two segments that are compared, the one before first; None where periods are.

    Raises
    ------
    BadFilterError
        If only one is named, or both are the same.
    """
    if segment is None and against is None:
        return None
    if segment is None or against is None or segment == against:
        raise BadFilterError("Name two segments to compare.", field="segment" if segment is None else "against")
    return against, segment


def _back(moment: datetime, length: timedelta, *, field: str) -> datetime:
    try:
        return moment - length
    except OverflowError:
        raise BadFilterError("No time as long lies before this date.", field=field) from None


def _period(start: datetime, end: datetime, *, field: str = "before_since") -> Period:
    if start >= end:
        raise BadFilterError("A period ends after it starts.", field=field)
    return Period(start=start, end=end)


def sides(rows: Sequence[VoiceRow], question: Question) -> tuple[list[VoiceRow], list[VoiceRow]]:
    """Return the voices before and after: of the two periods, or of the two segments in the period after."""

    def inside(period: Period, segment: str | None) -> list[VoiceRow]:
        return [
            row for row in rows if period.start <= row.submitted_at < period.end and (segment is None or row.segment == segment)
        ]

    before = question.after if question.against is not None else question.before
    return inside(before, question.against), inside(question.after, question.segment)


def largest(found: Ledger, count: int) -> list[Issue]:
    """Return the issues of the largest terms, each once."""
    issues = {issue_key(term.issue): term.issue for term in found.terms if term.issue is not None}
    return list(issues.values())[:count]


def _group(row: VoiceRow, grouping: Grouping) -> str | None:
    values = {
        Grouping.SEGMENT: row.segment,
        Grouping.SOURCE: row.source.value,
        Grouping.LANGUAGE: row.language.value,
        Grouping.ROLE: row.role.value,
        Grouping.JOURNEY_STAGE: row.journey_stage.value,
    }
    return values[grouping]


def drill_of(unit: Unit, issue: Issue, told: ToldApart, *, path: DrillPath) -> Drill:
    """Open one issue, narrowed to the path."""
    key, before, after = issue_key(issue), told.before, told.after
    mine = [voice for voice in (*before, *after) if key in voice.issue_keys]
    comments = unit.feedback.get_many([voice.feedback_id for voice in mine])
    places: dict[DrillKind, dict[str, str | None]] = {
        DrillKind.PRODUCT: {comment.id: comment.product for comment in comments},
        DrillKind.RELEASE: {
            comment.id: next((comment.metadata[name] for name in RELEASE_NAMES if comment.metadata.get(name)), None)
            for comment in comments
        },
    }
    others = [other for other in told.issues if other.kind in NAMED and other.kind is not issue.kind]
    on_path = partial(narrowed, issue=issue, path=path, places=places)
    said = {LedgerSide.AFTER: _quotes(unit, issue, on_path(after)), LedgerSide.BEFORE: _quotes(unit, issue, on_path(before))}
    side = next((side for side, quotes in said.items() if quotes), LedgerSide.AFTER)
    return Drill(
        issue=issue,
        path=path,
        lines=drill_lines(issue, before=before, after=after, others=others, places=places, path=path),
        quotes=said[side],
        quotes_from=side,
    )


def _quotes(unit: Unit, issue: Issue, side: Sequence[Voice]) -> tuple[Quote, ...]:
    """Return what the comments about the issue that score lowest say about it."""
    mine = sorted(side, key=lambda voice: (voice.value, voice.feedback_id))
    return tuple(unit.quotes.said(issue, ids=[voice.feedback_id for voice in mine[: 4 * MOST_QUOTES]])[:MOST_QUOTES])

"""Root cause: what a KPI's change is made of, as a waterfall, a table and its issues opened; the same question as ``POST /v1/explain``."""

from collections.abc import Mapping
from functools import partial
from io import BytesIO
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from api import remembering
from api.pages.filter_bar import filter_bar
from api.pages.looks import render
from api.pages.measured import addresses_here, chosen_kpi
from api.pages.route import PageRoute
from api.pages.selection import read_selection, stamp
from api.pages.visit import Visit, Visiting
from api.pages.words import words
from pipelines.explain.ledger_wording import term_name
from pipelines.explaining import EXPLAINED
from pipelines.exports import ExportFormat, export
from pipelines.figures.rows import line_name
from pipelines.issue_list import find_issue, parse_issue
from pipelines.root_cause import Dates, ask, opening_of, segments_of
from voc.issues import Period
from voc.ledger import Drill, DrillKind, DrillLine, Grouping, LedgerBy, LedgerTerm, RootCause
from voc.store.unit import Unit
from voc.voices import issue_key

BARS = 8
"""Terms drawn one by one; the others are one bar."""
CSV_COLUMNS = (
    "kind", "issue_kind", "issue_id", "issue", "amount", "low", "high", "q", "n_before", "n_after", "share_before", "share_after",
    "within_before", "within_after", "effect_before", "effect_after", "figure",
)  # fmt: skip
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/root-cause")
def root_cause_page(visit: Visiting) -> HTMLResponse:
    """Show why a KPI moved."""
    with visit.service.store.read() as unit:
        found = answered(unit, visit)
        context: dict[str, Any] = {
            "bar": filter_bar(unit, visit),
            "period": unit.feedback.period(),
            "facets": unit.feedback.facets(),
            "reasons": _reasons(unit, visit, found),
        }
    question = found.question
    return render(
        visit,
        "root_cause.html",
        page="root-cause",
        **context,
        found=found,
        ledger=found.ledger,
        chart=waterfall(visit, found),
        kpi=question.kpi,
        kpis=EXPLAINED,
        bys=tuple(LedgerBy),
        groupings=tuple(Grouping),
        dates={"before": _days(question.before), "after": _days(question.after)},
        about=lambda term: _conditions(found, term),
        key_of=issue_key,
        narrower=partial(_narrower, visit),
        wider=partial(_wider, visit),
        csv=visit.selection.address("/root-cause.csv", **{name: visit.query(name) for name in OWN if visit.query(name)}),
    )


IN = "in_"
"""Before the kind of what an opened issue is narrowed to, in an address."""
OWN = ("kpi", "by", "mix", "before_since", "before_until", "compare", "against")
"""What the question adds to the filter's conditions."""


@router.get("/root-cause.csv")
def root_cause_csv(visit: Visiting) -> Response:
    """Give the terms as a file."""
    with visit.service.store.read() as unit:
        found = answered(unit, visit)
    buffer = BytesIO()
    rows = [_row(term) for term in found.ledger.terms]
    export(rows, to=buffer, form=ExportFormat.CSV, columns=CSV_COLUMNS)
    headers = {"Content-Disposition": 'attachment; filename="root-cause.csv"'}
    return Response(buffer.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def answered(unit: Unit, visit: Visit) -> RootCause:
    """Return the answer to the question in the address; dates of the filter are the period after."""
    chosen = visit.selection.wanted
    question = ask(
        unit,
        kpi=chosen_kpi(visit),
        after=(chosen.since, chosen.until),
        before=_before(visit),
        segments=segments_of(visit.query("compare") or None, visit.query("against") or None),
        by=next((by for by in LedgerBy if by.value == visit.query("by")), LedgerBy.TAGS),
        grouping=next((one for one in Grouping if one.value == visit.query("mix")), None),
    )
    undated = read_selection(
        {name: value for name, value in visit.selection.values.items() if name not in ("since", "until")}, zone=visit.zone
    )
    wanted = undated.narrow(unit)
    opening = opening_of(visit.query("open"), **{kind.value: visit.query(f"{IN}{kind.value}") for kind in DrillKind})
    found = remembering.why(unit, visit.service, question=question, wanted=wanted, language=visit.language, opening=opening)
    return addresses_here(unit, visit).root_cause(found)


def waterfall(visit: Visit, found: RootCause) -> list[dict[str, object]]:
    """Return the steps from the value before to the value after; empty where there are none."""
    ledger = found.ledger
    if not ledger.terms or ledger.before.value is None or ledger.after.value is None:
        return []
    _ = words(visit.language).one
    large, small = ledger.terms[:-1][:BARS], ledger.terms[:-1][BARS:]
    steps = [{"label": _step(visit, found, term), "amount": term.amount} for term in large]
    if small:
        steps.append({"label": _("Smaller terms"), "amount": sum(term.amount for term in small)})
    steps.append({"label": _step(visit, found, ledger.terms[-1]), "amount": ledger.terms[-1].amount})
    ends = [{"label": _("Before"), "total": ledger.before.value}, {"label": _("After"), "total": ledger.after.value}]
    return [ends[0], *steps, ends[1]]


def _step(visit: Visit, found: RootCause, term: LedgerTerm) -> str:
    return term_name(term, grouping=found.question.grouping, kpi=found.ledger.kpi, language=visit.language)


def _before(visit: Visit) -> Dates:
    """Read the dates of the period before as those of the filter are read."""
    named = {name.removeprefix("before_"): visit.query(name) for name in ("before_since", "before_until")}
    wanted = read_selection(named, zone=visit.zone).wanted
    return wanted.since, wanted.until


def _reasons(unit: Unit, visit: Visit, found: RootCause) -> dict[str, str]:
    """Return the names of the reasons that opened issues are narrowed to, by key."""
    keys = {drill.path.reason for drill in found.drills if drill.path.reason is not None}
    named: dict[str, str] = {}
    for key in keys:
        kind, name = parse_issue(key)
        issue = find_issue(unit, kind=kind, issue_id=name, taxonomy=visit.service.taxonomy, language=visit.language)
        named[key] = name if issue is None else issue.name
    return named


def _narrower(visit: Visit, drill: Drill, line: DrillLine) -> str | None:
    """Return the address of the issue narrowed to a line; None where the line has no name to narrow to."""
    name = line_name(line)
    return _opened(visit, drill, drill.path.steps() | {line.kind: name}) if name else None


def _wider(visit: Visit, drill: Drill, kind: DrillKind) -> str:
    """Return the address of the issue without what was chosen of a kind."""
    return _opened(visit, drill, {one: name for one, name in drill.path.steps().items() if one is not kind})


def _opened(visit: Visit, drill: Drill, steps: Mapping[DrillKind, str]) -> str:
    key = issue_key(drill.issue)
    return visit.same_page(open=key, **{f"{IN}{kind.value}": steps.get(kind) for kind in DrillKind}) + f"#{key}"


def _days(period: Period) -> dict[str, str]:
    return {"since": stamp(period.start), "until": stamp(period.end)}


def _conditions(found: RootCause, term: LedgerTerm) -> list[dict[str, str]]:
    """Return the conditions that leave the comments a term's counts count, before and after."""
    if term.issue is None:
        return []
    question = found.question
    periods = [question.after if question.against else question.before, question.after]
    groups = [question.against, question.segment]
    return [
        {"about": issue_key(term.issue), "kpi_of": question.kpi.value, **_days(period), **({"group": group} if group else {})}
        for period, group in zip(periods, groups, strict=True)
    ]


def _row(term: LedgerTerm) -> dict[str, object]:
    issue = term.issue
    named = {"issue_kind": issue.kind.value, "issue_id": issue.id, "issue": issue.name} if issue is not None else {}
    figures = term.figures.model_dump() if term.figures is not None else {}
    return term.model_dump(mode="json", exclude={"issue", "figures", "evidence"}) | named | figures

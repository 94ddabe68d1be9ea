"""Actions: what is done about issues, with owner, due day and verdict; one action with its check, before and after."""

from datetime import date
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from api.auth import same_site
from api.dependencies import addresses_of
from api.pages.access import form_fields
from api.pages.action_chart import action_chart
from api.pages.looks import render
from api.pages.route import PageRoute
from api.pages.visit import Visit, Visiting
from pipelines.explain.action_wording import (
    doubt_wording,
    evaluation_wording,
    measure_name,
    measure_unit,
    method_name,
    verdict_name,
)
from pipelines.explaining import known_issues
from pipelines.issue_list import find_issue, parse_issue
from pipelines.measures import segments
from voc.actions import Action, Direction, Evaluation, Measure, Plan, Population, better
from voc.drivers import Issue, IssueKind
from voc.errors import BadFilterError
from voc.ids import account_id
from voc.voices import issue_key

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Fields = Annotated[dict[str, str], Depends(form_fields)]


@router.get("/actions")
def actions(visit: Visiting) -> HTMLResponse:
    """List actions, latest start first, and offer to record one."""
    found = visit.service.actions.find()
    with visit.service.store.read() as unit:
        issue = _issue(visit, _kind(visit.query("issue_kind")), visit.query("issue_id"))
        issues = known_issues(unit, taxonomy=visit.service.taxonomy, language=visit.language)
        groups = segments(unit)
        experiments = sorted(unit.actions.experiments())
    return render(
        visit,
        "actions.html",
        page="actions",
        lines=[(action, _check(visit, action.id), _issue_of(visit, action)) for action in found],
        chosen=None if issue is None else issue_key(issue),
        issues=[(issue_key(one), one) for one in issues],
        segments=groups,
        experiments=experiments,
        measures=list(Measure),
        **_words(visit),
    )


@router.post("/actions", dependencies=[Depends(same_site)])
def add(visit: Visiting, form: Fields) -> RedirectResponse:
    """Record an action."""
    visit.must_act()
    given = {name: value.strip() for name, value in form.items() if value.strip()}
    try:
        measure = Measure(given.get("measure", ""))
        issue_kind, issue_id = parse_issue(given.get("issue", ""))
        plan = Plan(
            title=given.get("title", "")[:500],
            issue_kind=issue_kind,
            issue_id=issue_id,
            measure=measure,
            direction=Direction(given["direction"]) if "direction" in given else better(measure),
            population=Population(
                segment=given.get("segment"), account_ids=tuple(account_id(one) for one in given.get("accounts", "").split())
            ),
            starts_on=date.fromisoformat(given.get("starts_on", "")),
            expected_size=float(given["expected_size"]) if "expected_size" in given else None,
            experiment=given.get("experiment"),
        )
        due = date.fromisoformat(given["due"]) if "due" in given else None
    except (ValueError, ValidationError) as error:
        raise BadFilterError(field="form") from error
    done = visit.service.actions.add(
        plan, by=visit.who.name, owner=given.get("owner"), due=due, note=given.get("note", ""), retrospective="retrospective" in given
    )
    return RedirectResponse(f"/actions/{done.id}", status_code=303)


@router.get("/actions/{action_id}")
def action(visit: Visiting, action_id: str) -> HTMLResponse:
    """Show one action and its check."""
    found, edits = visit.service.actions.get(action_id)
    check = _check(visit, action_id)
    return render(
        visit,
        "action.html",
        page="actions",
        action=found,
        edits=edits,
        check=check,
        sentence_of=evaluation_wording(check, found.plan.measure, language=visit.language),
        issue=_issue_of(visit, found),
        chart=action_chart(check.series, starts_on=found.plan.starts_on),
        **_words(visit),
    )


@router.post("/actions/{action_id}", dependencies=[Depends(same_site)])
def change(visit: Visiting, action_id: str, form: Fields) -> RedirectResponse:
    """Change owner, due day and note."""
    visit.must_act()
    try:
        due = date.fromisoformat(form["due"].strip()) if form.get("due", "").strip() else None
    except ValueError as error:
        raise BadFilterError(field="due") from error
    changes: dict[str, object] = {"owner": form.get("owner", "").strip() or None, "due": due, "note": form.get("note", "").strip()[:2000]}
    visit.service.actions.change(action_id, changes, by=visit.who.name)
    return RedirectResponse(f"/actions/{action_id}", status_code=303)


def _words(visit: Visit) -> dict[str, Any]:
    names = (doubt_wording, measure_name, measure_unit, method_name, verdict_name)
    return {one.__name__: partial(one, language=visit.language) for one in names}


def _check(visit: Visit, action_id: str) -> Evaluation:
    with visit.service.store.read() as unit:
        return addresses_of(unit, visit.service).check(visit.service.actions.check(action_id))


def _kind(text: str) -> IssueKind | None:
    return next((one for one in IssueKind if one.value == text), None)


def _issue_of(visit: Visit, found: Action) -> Issue | None:
    return _issue(visit, found.plan.issue_kind, found.plan.issue_id or "")


def _issue(visit: Visit, kind: IssueKind | None, issue_id: str) -> Issue | None:
    if kind is None or not issue_id:
        return None
    with visit.service.store.read() as unit:
        return find_issue(unit, kind=kind, issue_id=issue_id, taxonomy=visit.service.taxonomy, language=visit.language)

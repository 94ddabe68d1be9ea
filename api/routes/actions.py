"""Actions: recorded before their result, after their start changed only in owner, due day and note, and checked; experiments."""

from datetime import date
from functools import partial
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from api.auth import require
from api.bodies import one_body
from api.dependencies import ReaderLanguage, ServiceOf, addresses_of
from api.forms import Form, Name, Number, form_of
from api.openapi import example_body
from api.paging import Page, PageQuery, page_of
from api.problems import BadValueError
from pipelines.acting import FREE
from pipelines.explain.action_wording import evaluation_wording
from pipelines.service import Service
from voc.actions import Action, ActionEdit, Arm, Assignment, Direction, Evaluation, Measure, Plan, Population, better
from voc.cases import LONGEST_NOTE
from voc.drivers import IssueKind
from voc.ids import account_id, customer_id
from voc.keys import Key, Scope

router = APIRouter(tags=["actions"])
Reader = Annotated[Key, Depends(require(Scope.READ))]
Admin = Annotated[Key, Depends(require(Scope.ADMIN))]
MOST_ACCOUNTS = 1_000
MOST_ASSIGNED = 10_000
EXAMPLE: JsonDict = {
    "title": "Invoice shows the sum per department",
    "issue_kind": "tag",
    "issue_id": "billing.invoice",
    "measure": "nps",
    "direction": "up",
    "segment": "Business",
    "starts_on": "2027-01-15",
    "owner": "Billing team",
}
EXPERIMENT_EXAMPLE: JsonDict = {
    "name": "new-invoice",
    "assignments": [{"customer_id": "C-1", "arm": "treatment", "exposed_on": "2026-10-01"}],
}


class ActionForm(Form):
    """An action. Without ``segment`` and ``accounts`` it reaches everyone; ``direction`` left out: where better is."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    title: Name
    issue_kind: IssueKind
    issue_id: Name
    measure: Measure
    direction: Direction | None = None
    segment: Name | None = None
    accounts: list[Name] = Field(default=[], max_length=MOST_ACCOUNTS, description="Your ids of accounts.")
    starts_on: date
    expected_size: Number | None = Field(default=None, gt=0, allow_inf_nan=False)
    experiment: Name | None = None
    owner: Name | None = None
    due: date | None = None
    note: str = Field(default="", max_length=LONGEST_NOTE)
    retrospective: bool = False
    by: Name | None = None


class ActionChangeForm(Form):
    """What changes; fields that are left out keep their value, null takes owner, due and note away. After the start only these may."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"owner": "Suzuki", "note": "Rolled out to all."}]})

    title: Name | None = None
    issue_kind: IssueKind | None = None
    issue_id: Name | None = None
    measure: Measure | None = None
    direction: Direction | None = None
    starts_on: date | None = None
    expected_size: Number | None = Field(default=None, gt=0, allow_inf_nan=False)
    owner: Name | None = None
    due: date | None = None
    note: str | None = Field(default=None, max_length=LONGEST_NOTE)
    by: Name | None = None


class AssignmentForm(Form):
    """Who was put on which side, and from when on."""

    customer_id: Name | None = None
    account_id: Name | None = None
    arm: Arm
    exposed_on: date


class ExperimentForm(Form):
    """Assignments of one experiment; a later one takes the place of the same one's, until an action that uses them starts."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXPERIMENT_EXAMPLE]})

    name: Name
    assignments: list[AssignmentForm] = Field(min_length=1, max_length=MOST_ASSIGNED)


class ActionDetail(BaseModel):
    """An action and what was changed on it, latest first."""

    action: Action
    edits: list[ActionEdit]


class EvaluationShape(Evaluation):
    """A check with its wording in the reader's language."""

    wording: str


class ExperimentShape(BaseModel):
    """How many are on each side of an experiment now."""

    name: str
    treatment: int
    control: int


@router.get("/v1/actions")
def find(service: ServiceOf, query: Annotated[PageQuery, Depends()], _key: Reader) -> Page[Action]:
    """List actions, latest start first."""
    return page_of(service.actions.find(), limit=query.limit, cursor=query.cursor)


@router.post("/v1/actions", openapi_extra=example_body(ActionForm), status_code=201)
async def add(request: Request, service: ServiceOf, key: Admin) -> Action:
    """Record an action; its start lies after all data seen so far, or it is marked as retrospective."""
    return await run_sync(partial(_add, service, await one_body(request), key))


@router.get("/v1/actions/{action_id}")
def get(service: ServiceOf, action_id: str, _key: Reader) -> ActionDetail:
    """Return an action with its changes."""
    action, edits = service.actions.get(action_id)
    return ActionDetail(action=action, edits=edits)


@router.post("/v1/actions/{action_id}", openapi_extra=example_body(ActionChangeForm))
async def change(request: Request, service: ServiceOf, action_id: str, key: Admin) -> ActionDetail:
    """Change an action; after its start only owner, due day and note."""
    return await run_sync(partial(_change, service, await one_body(request), action_id, key))


@router.get("/v1/actions/{action_id}/evaluation")
def evaluation(service: ServiceOf, action_id: str, language: ReaderLanguage, _key: Reader) -> EvaluationShape:
    """Say whether an action worked, shows no sign, or cannot be told yet."""
    action, _ = service.actions.get(action_id)
    with service.store.read() as unit:
        found = addresses_of(unit, service).check(service.actions.check(action_id))
    return EvaluationShape(**found.model_dump(), wording=evaluation_wording(found, action.plan.measure, language=language))


@router.post("/v1/experiments", openapi_extra=example_body(ExperimentForm))
async def assign(request: Request, service: ServiceOf, _key: Admin) -> ExperimentShape:
    """Take in who was put on which side of an experiment."""
    return await run_sync(partial(_assign, service, await one_body(request)))


def _add(service: Service, raw: bytes, key: Key) -> Action:
    form = form_of(ActionForm, raw)
    plan = Plan(
        title=form.title,
        issue_kind=form.issue_kind,
        issue_id=form.issue_id,
        measure=form.measure,
        direction=form.direction or better(form.measure),
        population=Population(segment=form.segment, account_ids=tuple(account_id(one) for one in form.accounts)),
        starts_on=form.starts_on,
        expected_size=form.expected_size,
        experiment=form.experiment,
    )
    by = form.by or key.name
    return service.actions.add(plan, by=by, owner=form.owner, due=form.due, note=form.note, retrospective=form.retrospective)


def _change(service: Service, raw: bytes, action_id: str, key: Key) -> ActionDetail:
    form = form_of(ActionChangeForm, raw, exact=True)
    said: dict[str, Any] = form.model_dump(exclude_unset=True, exclude={"by"})
    changes = {name: value if name != "note" else value or "" for name, value in said.items() if value is not None or name in FREE}
    service.actions.change(action_id, changes, by=form.by or key.name)
    action, edits = service.actions.get(action_id)
    return ActionDetail(action=action, edits=edits)


def _assign(service: Service, raw: bytes) -> ExperimentShape:
    form = form_of(ExperimentForm, raw, names=frozenset(AssignmentForm.model_fields))
    service.actions.assign([_assignment(form.name, one) for one in form.assignments])
    with service.store.read() as unit:
        counts = unit.actions.experiments().get(form.name, {})
    return ExperimentShape(name=form.name, treatment=counts.get("treatment", 0), control=counts.get("control", 0))


def _assignment(experiment: str, form: AssignmentForm) -> Assignment:
    if form.customer_id is not None:
        subject = customer_id(form.customer_id)
    elif form.account_id is not None:
        subject = account_id(form.account_id)
    else:
        raise BadValueError(field="assignments", problem="missing")
    return Assignment(experiment=experiment, subject_id=subject, arm=form.arm, exposed_on=form.exposed_on)

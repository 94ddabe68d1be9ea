"""The queue: who may be less satisfied than the score says, and the case somebody works for each."""

from datetime import date
from functools import partial
from typing import Annotated, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.auth import require
from api.bodies import one_body
from api.dependencies import ReaderLanguage, ServiceOf, addresses_of
from api.forms import Form, Name, form_of
from api.openapi import example_body
from api.paging import DEFAULT_LIMIT, CursorText, Limit, page_of
from pipelines.explain.concern_wording import check_wording, concern_wording
from pipelines.queueing import QueueFilter
from pipelines.service import Service
from voc.cases import LONGEST_NOTE, Case, CaseState, CaseStep
from voc.concerns import Concern, QueueEntry, Reason, RiskCheck
from voc.errors import NotFoundError
from voc.feedback import Language
from voc.ids import account_id
from voc.keys import Key, Scope
from voc.values import UtcDatetime

router = APIRouter(tags=["queue"])
Reader = Annotated[Key, Depends(require(Scope.READ))]
Admin = Annotated[Key, Depends(require(Scope.ADMIN))]


class QueueQuery(BaseModel):
    """Which entries, and a page."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason | None = None
    language: Language | None = None
    account_id: str | None = Field(default=None, max_length=500, description="Your id of the account.")
    case: CaseState | None = Field(default=None, description="Only entries whose case stands so; left out: those still to work.")
    limit: Limit = DEFAULT_LIMIT
    cursor: CursorText = None


class CaseForm(Form):
    """What is done about an entry. ``snoozed`` needs ``due``; ``undo`` takes the latest decision back."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"subject_id": "cu_0123", "state": "handled", "note": "Called; put right.", "owner": "Sato"}]}
    )

    subject_id: Name
    state: Literal["open", "handled", "snoozed", "undo"]
    note: str = Field(default="", max_length=LONGEST_NOTE)
    owner: Name | None = None
    due: date | None = None
    by: Name | None = None


class ConcernShape(Concern):
    """A reason with its wording in the reader's language."""

    wording: str


class QueueEntryShape(BaseModel):
    """Somebody to look after."""

    id: str
    customer_id: str | None
    account_id: str | None
    concerns: list[ConcernShape]
    evidence: float
    risk: float
    risk_kind: str
    value: float | None
    language: Language
    last_at: UtcDatetime
    case: Case | None
    figure: str | None


class QueuePage(BaseModel):
    """A page of the queue, with what is known about how good it is."""

    data: list[QueueEntryShape]
    next_cursor: str | None
    total: int
    as_of: UtcDatetime | None
    check: RiskCheck
    check_wording: str


class CaseShape(BaseModel):
    """A case as it stands (null: every decision was taken back) and all decisions, latest first."""

    subject_id: str
    case: Case | None
    steps: list[CaseStep]


@router.get("/v1/queues/at-risk")
def at_risk(service: ServiceOf, query: Annotated[QueueQuery, Query()], language: ReaderLanguage, _key: Reader) -> QueuePage:
    """List who may be less satisfied than the score says, by value times risk."""
    whole = service.queue.look()
    with service.store.read() as unit:
        account = None if query.account_id is None else unit.merges.kept(account_id(query.account_id))
    wanted = QueueFilter(reason=query.reason, language=query.language, account_id=account, case=query.case)
    found = service.queue.find(wanted, among=whole)
    page = page_of(found, limit=query.limit, cursor=query.cursor)
    with service.store.read() as unit:
        addresses = addresses_of(unit, service)
        entries, check = addresses.queue(page.data), addresses.queue_check(whole.check)
    return QueuePage(
        data=[_entry(entry, language) for entry in entries],
        next_cursor=page.next_cursor,
        total=len(found),
        as_of=whole.as_of,
        check=check,
        check_wording=check_wording(whole.check, language=language),
    )


@router.post("/v1/cases", openapi_extra=example_body(CaseForm))
async def decide(request: Request, service: ServiceOf, key: Admin) -> CaseShape:
    """Open, handle or snooze the case of somebody in the queue, or take the latest decision back."""
    return await run_sync(partial(_decide, service, await one_body(request), key))


@router.get("/v1/cases/{subject_id}")
def case(service: ServiceOf, subject_id: str, _key: Reader) -> CaseShape:
    """Return somebody's case with all decisions."""
    return _case(service, subject_id)


def _decide(service: Service, raw: bytes, key: Key) -> CaseShape:
    form = form_of(CaseForm, raw)
    by = form.by or key.name
    if form.state == "undo":
        with service.store.read() as unit:
            standing = unit.cases.get(unit.merges.kept(form.subject_id))
        if standing is None:
            raise NotFoundError(subject_id=form.subject_id)
        service.queue.undo(standing.number, by=by)
    else:
        service.queue.decide(form.subject_id, CaseState(form.state), by=by, note=form.note, owner=form.owner, due=form.due)
    return _case(service, form.subject_id)


def _case(service: Service, subject_id: str) -> CaseShape:
    with service.store.read() as unit:
        subject_id = unit.merges.kept(subject_id)
        steps = unit.cases.steps(subject_id)
        if not steps:
            raise NotFoundError(subject_id=subject_id)
        return CaseShape(subject_id=subject_id, case=unit.cases.get(subject_id), steps=steps)


def _entry(entry: QueueEntry, language: str) -> QueueEntryShape:
    concerns = [ConcernShape(**one.model_dump(), wording=concern_wording(one, language=language)) for one in entry.concerns]
    return QueueEntryShape(**entry.model_dump(exclude={"concerns", "case"}), concerns=concerns, case=entry.case)

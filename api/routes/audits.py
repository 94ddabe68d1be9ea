"""Audits: comments to read without seeing their tags, what people said of them, and figures corrected by it."""

from functools import partial
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api import remembering
from api.auth import require
from api.bodies import one_body
from api.dependencies import ServiceOf, addresses_of, zone_of
from api.forms import Form, Name, form_of
from api.narrowing import PagedNarrowed
from api.openapi import example_body
from api.paging import Page, page_of
from pipelines.auditing import SHEET, Drawn
from pipelines.explaining import EXPLAINED
from pipelines.service import Service
from voc.audits import AuditedTag
from voc.feedback import Language
from voc.filters import FeedbackFilter
from voc.keys import Key, Scope
from voc.values import UtcDatetime

router = APIRouter(tags=["audits"])
Reader = Annotated[Key, Depends(require(Scope.READ))]
Admin = Annotated[Key, Depends(require(Scope.ADMIN))]
MOST_TAGS = 40


class AuditForm(Form):
    """Which tags a comment carries: an empty list for none, null where one cannot tell; ``drawn_for`` as the draw named it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"tags": ["account.login"], "drawn_for": None, "by": "Sato"}]})

    tags: list[Name] | None = Field(default=None, max_length=MOST_TAGS)
    drawn_for: Name | None = None
    by: Name | None = None


class DrawQuery(BaseModel):
    """For which tag comments are drawn (none: from all), and how many."""

    model_config = ConfigDict(extra="forbid")

    tag: Annotated[str | None, Field(max_length=200)] = None
    limit: Annotated[int, Field(ge=1, le=100)] = SHEET


class DrawnShape(BaseModel):
    """A comment to read. What the model said of it is left out on purpose."""

    feedback_id: str
    drawn_for: str | None
    text: str
    language: Language
    submitted_at: UtcDatetime


class AnswerShape(BaseModel):
    """What a person said of a comment, and what the model says."""

    feedback_id: str
    drawn_for: str | None
    tags: list[str] | None
    predicted: list[str]
    by: str
    at: UtcDatetime


@router.get("/v1/audits")
def find(service: ServiceOf, query: PagedNarrowed, _key: Reader) -> Page[AuditedTag]:
    """List the tags with precision, recall, share and KPI differences corrected for tagging errors, most comments first.

    Differences are those of all comments; with a condition they are left out. Empty before the first answer.
    """
    wanted = query.wanted(zone=zone_of(service), clock=service.clock)
    with service.store.read() as unit:
        drivers = [driver for kpi in EXPLAINED for driver in unit.drivers.find(kpi)] if wanted == FeedbackFilter() else []
        found = remembering.audited(unit, service, wanted=wanted, drivers=drivers)
        tags = addresses_of(unit, service, wanted=wanted).audits(found.values())
    items = sorted(tags, key=lambda one: (-one.counted, one.tag))
    return page_of(items, limit=query.limit, cursor=query.cursor)


@router.get("/v1/audits/next")
def draw(service: ServiceOf, query: Annotated[DrawQuery, Query()], _key: Reader) -> Page[DrawnShape]:
    """Return comments to read next, drawn by chance: half from all, half from those the model gave the tag, mixed."""
    return Page(data=[_drawn(one) for one in service.audits.draw(tag=query.tag, limit=query.limit)], next_cursor=None)


@router.put("/v1/audits/{feedback_id}", openapi_extra=example_body(AuditForm))
async def answer(request: Request, service: ServiceOf, feedback_id: str, key: Admin) -> AnswerShape:
    """Say which tags a drawn comment carries. It measures the model and teaches it nothing; a later answer takes its place."""
    return await run_sync(partial(_answer, service, await one_body(request), feedback_id, key))


@router.delete("/v1/audits/{feedback_id}", status_code=204)
def undo(service: ServiceOf, feedback_id: str, _key: Admin) -> None:
    """Take an answer back; the comment is asked about again."""
    service.audits.undo(feedback_id)


def _answer(service: Service, raw: bytes, feedback_id: str, key: Key) -> AnswerShape:
    form = form_of(AuditForm, raw, exact=True)
    service.audits.answer(
        feedback_id, tags=form.tags, drawn_for=form.drawn_for, by=form.by or key.name, known=lambda tag: service.tag(tag) is not None
    )
    with service.store.read() as unit:
        found = next(one for one in unit.audits.find() if one.feedback_id == feedback_id)
    said = None if found.tags is None else sorted(found.tags)
    return AnswerShape(
        feedback_id=feedback_id, drawn_for=found.drawn_for, tags=said, predicted=sorted(found.predicted), by=found.by, at=found.at
    )


def _drawn(one: Drawn) -> DrawnShape:
    said = one.feedback
    return DrawnShape(
        feedback_id=said.id, drawn_for=one.drawn_for, text=said.verbatim, language=said.language, submitted_at=said.submitted_at
    )

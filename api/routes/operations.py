"""For who runs the service: limits, comments put aside, measures."""

from functools import partial
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, ConfigDict, Field

from api.auth import require
from api.bodies import one_body
from api.dependencies import ServiceOf
from api.forms import Form, Name, form_of
from api.measures import Measures
from api.openapi import example_body
from api.paging import DEFAULT_LIMIT, MAX_LIMIT, CursorText, Limit, Page, page_of
from api.strict_json import MAX_DEPTH, MAX_NAMES
from pipelines.service import Service
from voc.feedback import MAX_TEXT_CHARS
from voc.keys import Key, Scope
from voc.store.pending import DeadLetter

router = APIRouter(tags=["operations"])
Reader = Annotated[Key, Depends(require(Scope.READ))]
Admin = Annotated[Key, Depends(require(Scope.ADMIN))]
MOST_PUT_ASIDE = 10_000


class Limits(BaseModel):
    """What is taken in, and how much of it."""

    max_text_chars: int
    max_body_bytes: int
    max_batch_bytes: int
    max_batch_items: int
    max_json_depth: int
    max_json_names: int
    max_page: int
    max_waiting: int
    requests_per_minute: int
    default_timezone: str


class FailedQuery(BaseModel):
    """Put-aside comments by reason, and a page."""

    model_config = ConfigDict(extra="forbid")

    reason: str | None = Field(default=None, max_length=100)
    limit: Limit = DEFAULT_LIMIT
    cursor: CursorText = None


class RequeueForm(Form):
    """Which put-aside comments wait again; without ids: all of them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ids": ["fb_0123456789abcdef01234567"]}, {}]})

    ids: list[Name] | None = Field(default=None, max_length=1_000)


class Requeued(BaseModel):
    """How many comments wait again."""

    requeued: int


@router.get("/v1/limits")
def limits(service: ServiceOf, _key: Reader) -> Limits:
    """Say what is taken in, and how much of it."""
    intake = service.settings.intake
    return Limits(
        max_text_chars=MAX_TEXT_CHARS,
        max_json_depth=MAX_DEPTH,
        max_json_names=MAX_NAMES,
        max_page=MAX_LIMIT,
        **intake.model_dump(include=set(Limits.model_fields)),
    )


@router.get("/v1/failed")
def failed(service: ServiceOf, query: Annotated[FailedQuery, Query()], _key: Admin) -> Page[DeadLetter]:
    """List comments the models could not handle, latest first; ids and reasons, never their words."""
    with service.store.read() as unit:
        found = [letter for letter in unit.pending.dead(limit=MOST_PUT_ASIDE) if query.reason in (None, letter.reason)]
    return page_of(found, limit=query.limit, cursor=query.cursor)


@router.post("/v1/failed/requeue", openapi_extra=example_body(RequeueForm))
async def requeue(request: Request, service: ServiceOf, _key: Admin) -> Requeued:
    """Let put-aside comments wait again."""
    return await run_sync(partial(_requeue, service, await one_body(request)))


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}})
def metrics(request: Request, _key: Reader) -> Response:
    """Return what Prometheus reads."""
    measures: Measures = request.app.state.measures
    return Response(measures.text(), media_type=CONTENT_TYPE_LATEST)


def _requeue(service: Service, raw: bytes) -> Requeued:
    form = form_of(RequeueForm, raw, exact=True)
    count = service.commits.do(lambda unit: unit.pending.requeue(form.ids))
    service.wake()
    return Requeued(requeued=count)

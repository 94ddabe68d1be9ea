"""Taking comments in: one, or a batch. 2xx means on disk; anything else means this request stored nothing (of a batch: of that item)."""

import asyncio
import re
import time
from functools import partial
from typing import Annotated, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, Field

from api.auth import require
from api.backlog import Backlog
from api.bodies import LINE_TYPES, batch_body, media_type, one_body
from api.dependencies import ReaderLanguage, ServiceOf, zone_of
from api.errors import ItemProblem, item_problem
from api.feedback_form import NAMES, FeedbackForm, read_feedback
from api.items import read_items
from api.measures import Measures
from api.openapi import example_body
from api.problems import BadValueError, RequestError
from api.shapes import Said
from api.strict_json import parse, usable
from pipelines.intake import Accepted, IdempotencyKey
from pipelines.service import Service
from voc.errors import InputError
from voc.feedback import NewFeedback, Source
from voc.keys import Key, Scope
from voc.store.feedback import Outcome
from voc.values import UtcDatetime

router = APIRouter(tags=["intake"])
LONGEST_KEY = 255
LONGEST_WAIT_S = 10.0
LOOKED_EVERY_S = 0.1
Ingester = Annotated[Key, Depends(require(Scope.INGEST))]
Wait = Annotated[
    str | None,
    Query(pattern=r"^\d{1,3}(\.\d{1,3})?(ms|s)?$", description="Wait for the analysis, at most 10s.", examples=["2s"]),
]
RepeatKey = Annotated[str | None, Header(max_length=LONGEST_KEY, description="Makes repeating this request safe.")]
_WAIT = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)(ms|s)?")


class Taken(BaseModel):
    """A comment that is on disk."""

    id: str = Field(examples=["fb_0123456789abcdef01234567"])
    status_url: str = Field(examples=["/v1/feedback/fb_0123456789abcdef01234567"])
    status: Literal["created", "duplicate"]
    dedupe: Literal["external_id", "content_hash", "idempotency_key"]
    submitted_at: UtcDatetime | None = None
    timezone_assumed: bool = False
    analysis: Said | None = Field(default=None, description="Only with ?wait=, and where it was ready in time.")


class ItemResult(BaseModel):
    """What became of one item of a batch."""

    index: int
    status: Literal["created", "duplicate", "rejected"]
    id: str | None = None
    status_url: str | None = None
    error: ItemProblem | None = None


class BatchResult(BaseModel):
    """What became of each item, in the order sent; created + duplicate + rejected = items."""

    created: int
    duplicate: int
    rejected: int
    data: list[ItemResult]


@router.post(
    "/v1/feedback",
    status_code=202,
    response_model=Taken,
    responses={200: {"model": Taken, "description": "Known already, or analysed within ?wait="}},
    openapi_extra=example_body(FeedbackForm),
)
async def take_one(
    request: Request,
    service: ServiceOf,
    key: Ingester,
    wait: Wait = None,
    idempotency_key: RepeatKey = None,
) -> Response:
    """Take one comment in.

    Send the same comment again with the same Idempotency-Key or external_id, and the answer names the first one.
    """
    wait_s = _seconds(wait)
    raw = await one_body(request)
    taken = await run_sync(
        partial(_take, request, service, raw, _scoped(key, idempotency_key)), limiter=request.app.state.intake_limiter
    )
    headers = {"Location": taken.status_url}
    if taken.status == "duplicate":
        headers |= {"Idempotency-Replayed": "true", "Idempotent-Replayed": "true"}
    if wait_s:
        analysis = await _analysed(request, service, taken.id, wait_s)
        taken = taken.model_copy(update={"analysis": analysis})
    known = taken.status == "duplicate" or taken.analysis is not None
    return Response(
        taken.model_dump_json(exclude_none=True), status_code=200 if known else 202, media_type="application/json", headers=headers
    )


@router.post("/v1/feedback/batch", response_model=BatchResult, openapi_extra=example_body(FeedbackForm, many=True))
async def take_many(request: Request, service: ServiceOf, _key: Ingester, language: ReaderLanguage) -> Response:
    """Take up to 1,000 comments in, as a JSON array, as {"items": […]}, or as one JSON object a line (application/x-ndjson).

    Every item has its own outcome; a bad one keeps no good one out.
    """
    raw = await batch_body(request)
    lines = media_type(request) in LINE_TYPES
    result = await run_sync(
        partial(_take_batch, request, service, raw, lines=lines, language=language), limiter=request.app.state.intake_limiter
    )
    return Response(result.model_dump_json(exclude_none=True), media_type="application/json")


def _take(request: Request, service: Service, raw: bytes, key: IdempotencyKey | None) -> Taken:
    body = parse(raw)
    usable(body.value, doubtful=body.doubtful, names=NAMES)
    new = read_feedback(body.value, zone=zone_of(service), now=service.clock())
    accepted = _accept(request, service, [_known_by(new, key)], key=key)[0]
    if accepted.error is not None or accepted.feedback_id is None:
        raise accepted.error or InputError()
    return Taken(
        id=accepted.feedback_id,
        status_url=_status_url(accepted.feedback_id),
        status=_status(accepted),
        dedupe=_rule(new, key),
        submitted_at=new.submitted_at,
        timezone_assumed=new.timezone_assumed,
    )


def _take_batch(request: Request, service: Service, raw: bytes, *, lines: bool, language: str) -> BatchResult:
    limit = service.settings.intake.max_batch_items
    items = read_items(raw, lines=lines, limit=limit, names=NAMES, read=partial(read_feedback, zone=zone_of(service), now=service.clock()))
    results = [_result(index, accepted, language) for index, accepted in enumerate(_accept(request, service, items))]
    counts = {status: sum(result.status == status for result in results) for status in ("created", "duplicate", "rejected")}
    return BatchResult(data=results, **counts)


def _accept(
    request: Request, service: Service, items: list[NewFeedback | InputError], *, key: IdempotencyKey | None = None
) -> list[Accepted]:
    """Take items in, wake the work, count."""
    backlog: Backlog = request.app.state.backlog
    measures: Measures = request.app.state.measures
    backlog.check(sum(isinstance(item, NewFeedback) for item in items))
    accepted = service.intake.accept(items, key=key)
    new = sum(answer.outcome is Outcome.NEW for answer in accepted)
    if new:
        backlog.took(new)
        service.wake()
    for item, answer in zip(items, accepted, strict=True):
        source = item.source if isinstance(item, NewFeedback) else Source.SURVEY
        measures.taken_in.labels(source.value, _status(answer)).inc()
    return accepted


def _result(index: int, accepted: Accepted, language: str) -> ItemResult:
    if accepted.error is not None or accepted.feedback_id is None:
        return ItemResult(index=index, status="rejected", error=item_problem(accepted.error or InputError(), language=language))
    return ItemResult(
        index=index, status=_status(accepted), id=accepted.feedback_id, status_url=_status_url(accepted.feedback_id)
    )


def _status(accepted: Accepted) -> Literal["created", "duplicate", "rejected"]:
    if accepted.error is not None:
        return "rejected"
    return "created" if accepted.outcome is Outcome.NEW else "duplicate"


def _status_url(feedback_id: str) -> str:
    return f"/v1/feedback/{feedback_id}"


def _rule(new: NewFeedback, key: IdempotencyKey | None) -> Literal["external_id", "content_hash", "idempotency_key"]:
    if new.external_id is not None:
        return "external_id"
    return "content_hash" if key is None else "idempotency_key"


def _known_by(new: NewFeedback, key: IdempotencyKey | None) -> NewFeedback:
    """Let a comment without an id of its own be known by the caller's key: two keys are two comments, however equal the words."""
    if key is None or new.external_id is not None:
        return new
    return new.model_copy(update={"external_id": f"idempotency-key:{key.scope}:{key.key}"})


def _scoped(key: Key, idempotency_key: str | None) -> IdempotencyKey | None:
    """Return the caller's key, independent of other callers' equal keys."""
    if idempotency_key is None or not idempotency_key.strip():
        return None
    if not idempotency_key.isprintable():
        raise BadValueError(field="Idempotency-Key", problem="bad_characters")
    return IdempotencyKey(scope=key.id, key=idempotency_key)


def _seconds(wait: str | None) -> float:
    """Read ``2s``, ``500ms`` or ``2``."""
    if not wait:
        return 0.0
    found = _WAIT.fullmatch(wait)
    if found is None:
        raise RequestError(field="wait", problem="bad_value")
    return min(float(found[1]) / (1000 if found[2] == "ms" else 1), LONGEST_WAIT_S)


async def _analysed(request: Request, service: Service, feedback_id: str, seconds: float) -> Said | None:
    """Wait without holding a thread, so that many waiting senders keep nobody out."""
    until = time.monotonic() + seconds
    while not service.stopping:
        found = await run_sync(_look, service, feedback_id)
        if found is not None or time.monotonic() >= until or await request.is_disconnected():
            return found
        await asyncio.sleep(LOOKED_EVERY_S)
    return None


def _look(service: Service, feedback_id: str) -> Said | None:
    with service.store.read() as unit:
        said = unit.enrichments.get(feedback_id)
    return None if said is None else Said.of(said)

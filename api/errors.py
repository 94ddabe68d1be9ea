"""Errors as RFC 9457 problem documents: the one place that knows which status a code has.

Invariants: a problem never repeats what was sent; every code has a status, a text in both languages and a page at ``/errors/{code}``.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import Request, Response
from pydantic import BaseModel, Field

from api.catalogue import CATALOGUE
from voc.errors import VocError

PROBLEM_TYPE = "application/problem+json"

STATUS: dict[str, int] = {
    "bad_request": 400,
    "bad_json": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "cross_site": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "erasure_in_progress": 409,
    "erased": 410,
    "body_too_large": 413,
    "too_many_items": 413,
    "decompressed_too_large": 413,
    "unsupported_type": 415,
    "duplicate_name": 422,
    "bad_value": 422,
    "empty_text": 422,
    "text_too_long": 422,
    "bad_characters": 422,
    "out_of_range": 422,
    "not_a_number": 422,
    "unknown_name": 422,
    "bad_date": 422,
    "future_date": 422,
    "bad_mapping": 422,
    "bad_file": 422,
    "bad_examples": 422,
    "bad_encoding": 422,
    "bad_filter": 422,
    "bad_query": 422,
    "idempotency_key_reused": 422,
    "rate_limited": 429,
    "internal": 500,
    "bad_settings": 500,
    "model_rejected": 503,
    "learnt_tags_rejected": 503,
    "model_unavailable": 503,
    "model_crashed": 503,
    "model_timeout": 503,
    "model_failed": 503,
    "storage_busy": 503,
    "storage_unavailable": 503,
    "storage_read_only": 503,
    "storage_corrupt": 503,
    "storage_in_use": 503,
    "storage_newer": 503,
    "backlog_full": 503,
    "shutting_down": 503,
    "overloaded": 503,
    "storage_full": 507,
}

RETRY_AFTER_S: dict[str, int] = {
    "erasure_in_progress": 2,
    "storage_busy": 2,
    "storage_unavailable": 5,
    "storage_read_only": 60,
    "storage_corrupt": 600,
    "storage_in_use": 60,
    "storage_newer": 600,
    "storage_full": 60,
    "backlog_full": 30,
    "shutting_down": 5,
    "overloaded": 1,
    "model_rejected": 600,
    "learnt_tags_rejected": 600,
    "model_unavailable": 10,
    "model_crashed": 5,
    "model_timeout": 5,
    "model_failed": 5,
    "rate_limited": 60,
}


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    path: str = Field(examples=["score"])
    line: int | None = None
    position: int | None = None
    problem: str = Field(examples=["out_of_range"])
    limit: int | float | str | None = None
    actual: int | float | None = None


class PointedDetail(BaseModel):
    """The same as a JSON pointer with a sentence."""

    pointer: str = Field(examples=["#/score"])
    detail: str


class ItemProblem(BaseModel):
    """Why one item of a batch was not stored."""

    code: str = Field(examples=["out_of_range"])
    title: str = Field(examples=["Value out of range"])
    detail: str = Field(examples=["The value must be 0 to 10."])
    fields: list[FieldProblem] = []


class Problem(BaseModel):
    """An RFC 9457 problem document."""

    type: str = Field(examples=["/errors/out_of_range"])
    title: str = Field(examples=["Value out of range"])
    status: int = Field(examples=[422])
    code: str = Field(examples=["out_of_range"])
    detail: str = Field(examples=["The value must be 0 to 10."])
    fields: list[FieldProblem] = []
    errors: list[PointedDetail] = []
    request_id: str = Field(examples=["req_0123456789abcdef01234567"])
    retry_after: int | None = None


def language_of(accept_language: str | None) -> str:
    """Return ``ja`` or ``en``, whichever the Accept-Language header likes better; ``en`` where it names neither.

    >>> language_of("ja,en;q=0.8"), language_of("en-GB, ja;q=0.5"), language_of("fr"), language_of(None)
    ('ja', 'en', 'en', 'en')
    """
    best, best_q = "en", 0.0
    for part in (accept_language or "")[:200].split(","):
        tag, _, parameter = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        quality = _quality(parameter)
        if language in {"ja", "en"} and quality > best_q:
            best, best_q = language, quality
    return best


def _quality(parameter: str) -> float:
    try:
        return float(parameter.partition("q=")[2]) if parameter else 1.0
    except ValueError:
        return 0.0


def detail_of(code: str, *, language: str, facts: dict[str, Any]) -> str:
    """Return the catalogue's sentence with the facts filled in; the title where a fact is missing."""
    message = CATALOGUE[code]
    try:
        return message.detail.in_language(language).format_map({name: value for name, value in facts.items() if value is not None})
    except KeyError:
        return message.title.in_language(language)


def field_problems(error: VocError) -> list[FieldProblem]:
    """Return what the error says about single fields, without any value that was sent."""
    listed = error.facts.get("fields")
    if isinstance(listed, list):
        return [item for item in listed if isinstance(item, FieldProblem)]
    facts = error.facts
    if error.field is None and "line" not in facts and "problem" not in facts:
        return []
    limit = f"{facts['low']}–{facts.get('high')}" if "low" in facts else facts.get("limit")
    problem = FieldProblem(
        path=error.field or "",
        line=_whole(facts.get("line")),
        problem=str(facts.get("problem", error.code)),
        position=_whole(facts.get("position")),
        limit=limit if isinstance(limit, int | float | str) else None,
        actual=_number(facts.get("actual")),
    )
    return [problem]


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) else None


def item_problem(error: VocError, *, language: str) -> ItemProblem:
    """Return the problem of one item of a batch."""
    return ItemProblem(
        code=error.code,
        title=CATALOGUE[error.code].title.in_language(language),
        detail=detail_of(error.code, language=language, facts=error.facts),
        fields=field_problems(error),
    )


def problem_of(error: VocError, *, language: str, request_id: str) -> Problem:
    """Return the problem document of an error."""
    retry_after = _whole(error.facts.get("retry_after")) or RETRY_AFTER_S.get(error.code)
    facts = {"retry_after": retry_after, "request_id": request_id, **error.facts}
    item = item_problem(error, language=language)
    fields = item.fields
    return Problem(
        type=f"/errors/{error.code}",
        title=item.title,
        status=STATUS[error.code],
        code=error.code,
        detail=detail_of(error.code, language=language, facts=facts),
        fields=fields,
        errors=_pointed(fields, language=language),
        request_id=request_id,
        retry_after=retry_after,
    )


def _pointed(fields: Sequence[FieldProblem], *, language: str) -> list[PointedDetail]:
    return [
        PointedDetail(pointer="#/" + field.path.replace(".", "/"), detail=_title(field.problem, language)) for field in fields if field.path
    ]


def _title(problem: str, language: str) -> str:
    message = CATALOGUE.get(problem)
    return problem if message is None else message.title.in_language(language)


def problem_response(error: VocError, request: Request) -> Response:
    """Return the answer to a request that failed."""
    request_id = str(request.scope.get("state", {}).get("request_id", ""))
    problem = problem_of(error, language=language_of(request.headers.get("accept-language")), request_id=request_id)
    carried = error.facts.get("headers")
    headers: dict[str, str] = dict(carried) if isinstance(carried, dict) else {}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    if problem.status == STATUS["unauthenticated"]:
        headers["WWW-Authenticate"] = "Bearer"
    content = orjson.dumps(problem.model_dump(exclude_none=True))
    return Response(content, status_code=problem.status, media_type=PROBLEM_TYPE, headers=headers)

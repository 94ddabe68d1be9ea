"""Route: what all pages do alike: errors become pages, the language is remembered, nothing of a person is cached."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api.errors import STATUS
from api.pages.access import TRIES_S
from api.pages.looks import render_bare
from api.pages.words import COOKIE, LANGUAGES
from api.problems import UnauthenticatedError
from voc.errors import VocError
from voc.ids import random_id

YEAR_S = 31_536_000
RETRY_AFTER_S = {429: TRIES_S, 503: 5, 507: 60}
log = structlog.get_logger(__name__)
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class PageRoute(APIRoute):
    """A route whose answers, the unhappy ones too, are pages."""

    def get_route_handler(self) -> Handler:
        """Return the handler with the common behaviour around it."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                response = await inner(request)
            except UnauthenticatedError:
                here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
                response = RedirectResponse(f"/login?next={quote(here, safe='')}", status_code=303)
            except (VocError, RequestValidationError, HTTPException) as error:
                response = error_page(request, status=_status(error), error=error)
            except Exception as error:  # noqa: BLE001  # the visitor gets a page with an id; the log gets the same id and where it broke
                response = _broken(request, error)
            return _finish(request, response)

        return handle


def error_page(request: Request, *, status: int, error: Exception | None = None, request_id: str | None = None) -> Response:
    """Return the page for an error: what happened, what was kept, what to do next."""
    code = error.code if isinstance(error, VocError) else ("not_found" if status == 404 else "internal")  # noqa: PLR2004  # HTTP
    field = error.field if isinstance(error, VocError) else None
    problem = error.facts.get("problem") if isinstance(error, VocError) else None
    response = render_bare(request, "error.html", status=status, code=code, field=field, problem=problem, request_id=request_id)
    response.headers["Cache-Control"] = "no-store"
    if status in RETRY_AFTER_S:
        response.headers["Retry-After"] = str(RETRY_AFTER_S[status])
    return response


def _status(error: Exception) -> int:
    if isinstance(error, VocError):
        return STATUS.get(error.code, 500)
    return error.status_code if isinstance(error, HTTPException) else 422


def _broken(request: Request, error: Exception) -> Response:
    """Log where a page broke, without the values at hand, and say so."""
    request_id = getattr(request.state, "request_id", None) or random_id("req")
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place is not None else ""
    log.error("page broke", request_id=request_id, route=request.scope.get("route_path", ""), kind=type(error).__name__, where=where)
    return error_page(request, status=500, request_id=request_id)


def _finish(request: Request, response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Vary"] = "Accept-Language, Cookie"
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, asked, max_age=YEAR_S, httponly=True, samesite="lax", secure=secure)
    return response

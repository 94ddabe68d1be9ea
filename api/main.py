"""The HTTP application: routes, errors, keys and pages around a running service. Nothing is created when this is imported."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from anyio import CapacityLimiter
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api.auth import KeyRing
from api.backlog import Backlog
from api.envelope import Envelope
from api.errors import FieldProblem, problem_response
from api.feedback_form import FeedbackForm
from api.forms import Form
from api.measures import Measures
from api.model_calls import limiter
from api.openapi import describe
from api.pages import mount_pages
from api.problems import BadValueError, MethodNotAllowedError, RequestError
from api.rates import RateLimits
from api.routes import (
    account_room,
    actions,
    alerts,
    analyze,
    audits,
    erasures,
    error_pages,
    explain,
    feedback,
    figures,
    health,
    intake,
    kpis,
    merges,
    operations,
    people,
    quality,
    queues,
    search,
    taxonomies,
    topic_changes,
    topic_groups,
    topics,
)
from pipelines.service import Service
from voc.errors import BadFilterError, NotFoundError, VocError

VERSION = "0.1.0"
INTAKE_THREADS = 64
MAX_AT_ONCE = 256
FORMS: tuple[type[Form], ...] = (
    FeedbackForm,
    analyze.AnalyzeForm,
    search.SearchForm,
    people.CustomerForm,
    people.AccountForm,
    account_room.WeightsForm,
    merges.PairForm,
    merges.TakenBackForm,
    kpis.KpiForm,
    explain.ExplainForm,
    alerts.AckForm,
    queues.CaseForm,
    actions.ActionForm,
    actions.ActionChangeForm,
    actions.ExperimentForm,
    operations.RequeueForm,
    taxonomies.TaxonomyForm,
    taxonomies.CorrectionForm,
    figures.FigureForm,
    topic_changes.RenameForm,
    topic_changes.MergeForm,
    topic_changes.SplitForm,
    topic_changes.MoveForm,
    topic_changes.SwitchForm,
    topic_changes.PromoteForm,
    topic_changes.AbsorbForm,
    topic_changes.UndoForm,
    topic_changes.DecisionForm,
    audits.AuditForm,
    topic_groups.GroupForm,
)
ROUTERS = (
    health,
    intake,
    analyze,
    feedback,
    search,
    topics,
    topic_changes,
    topic_groups,
    account_room,
    merges,
    people,
    erasures,
    kpis,
    explain,
    alerts,
    queues,
    actions,
    operations,
    quality,
    taxonomies,
    audits,
    figures,
    error_pages,
)


def create_app(service: Service) -> FastAPI:
    """Return the application around a service that is not started yet; it starts and closes with the application.

    Parameters
    ----------
    service
        What answers; ``app.state.service`` afterwards.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.intake_limiter = CapacityLimiter(INTAKE_THREADS)
        app.state.model_calls = limiter()
        service.start()
        try:
            yield
        finally:
            await asyncio.to_thread(service.close)

    app = FastAPI(title="Voice of the Customer", version=VERSION, lifespan=lifespan, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.service = service
    app.state.keys = KeyRing(service)
    app.state.rates = RateLimits(per_minute=service.settings.intake.requests_per_minute)
    app.state.backlog = Backlog(service)
    app.state.measures = Measures(service)
    app.add_middleware(Envelope, max_at_once=MAX_AT_ONCE, observe=app.state.measures.request_s.observe)
    app.add_exception_handler(VocError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_error)
    app.add_exception_handler(HTTPException, _on_error)
    routes = [route for module in ROUTERS for route in module.router.routes if isinstance(route, APIRoute)]
    for module in ROUTERS:
        app.include_router(module.router)
    app.state.api_routes = routes
    app.add_api_route("/v1/{path:path}", _nothing_here, methods=["GET"], include_in_schema=False)
    mount_pages(app)
    app.openapi = lambda: describe(app, routes=routes, forms=FORMS)  # type: ignore[method-assign]  # FastAPI's documented way
    return app


def _on_error(request: Request, error: Exception) -> Response:
    if isinstance(error, VocError):
        return problem_response(error, request)
    if isinstance(error, RequestValidationError):
        return problem_response(_invalid(error), request)
    if isinstance(error, HTTPException):
        return problem_response(_of_framework(error), request)
    raise error


def _of_framework(error: HTTPException) -> VocError:
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.NOT_FOUND:
        return NotFoundError()
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return MethodNotAllowedError(headers=headers)
    return RequestError(headers=headers)


def _invalid(error: RequestValidationError) -> VocError:
    """Only addresses and headers are checked by FastAPI; what is shown of them are our own names."""
    where, *path = [str(part) for part in error.errors()[0]["loc"]]
    kind = str(error.errors()[0]["type"])
    known = kind != "extra_forbidden"
    problem = FieldProblem(path=".".join(path) if known else "*", problem=kind if known else "not_known")
    return (BadFilterError if where == "query" else BadValueError)(field=problem.path, fields=[problem])


def _nothing_here(request: Request) -> None:
    """Tell an address that answers other methods from one that does not exist."""
    path = request.url.path
    routes: list[APIRoute] = request.app.state.api_routes
    allowed = sorted({method for route in routes if route.path_regex.match(path) for method in route.methods or ()})
    if allowed:
        raise MethodNotAllowedError(headers={"Allow": ", ".join(allowed)})
    raise NotFoundError

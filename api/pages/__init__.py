"""Pages: the dashboard. Server-rendered HTML, own small scripts, nothing from outside; every number opens to its comments.

``mount_pages`` adds it to an application whose ``state.service`` is the running service; call it after all other routes.
"""

from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException

from api.pages import (
    account_room,
    actions,
    alarms,
    audit,
    comments,
    corrections,
    drivers,
    erasing,
    figures,
    health,
    issue,
    issues,
    kpi_course,
    login,
    merges,
    overview,
    people,
    quality,
    queue,
    root_cause,
    tags,
    topic_edits,
    topic_sentences,
    unassigned,
)
from api.pages.access import Sessions
from api.pages.route import PageRoute, error_page
from voc.errors import NotFoundError

STATIC = Path(__file__).parent / "static"
PARTS = (
    overview,
    issues,
    issue,
    root_cause,
    drivers,
    kpi_course,
    comments,
    corrections,
    merges,
    people,
    account_room,
    erasing,
    figures,
    alarms,
    queue,
    actions,
    health,
    tags,
    topic_edits,
    topic_sentences,
    unassigned,
    audit,
    quality,
    login,
)
router = APIRouter(route_class=PageRoute, include_in_schema=False)


class PagePath(Convertor[str]):
    """Any path that is not the API's or a file's: those answer for themselves (404 and 405 in their own form)."""

    regex = r"(?!v1(?:/|$)|static/).*"

    def convert(self, value: str) -> str:
        """Return the path."""
        return value

    def to_string(self, value: str) -> str:
        """Return the path."""
        return value


def mount_pages(app: FastAPI) -> None:
    """Add the pages under ``/`` and their files under ``/static``; call it last, so that no other route is hidden."""
    app.state.page_sessions = Sessions()
    for part in PARTS:
        app.include_router(part.router)
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    register_url_convertor("page", PagePath())
    app.add_api_route("/{path:page}", unknown, methods=["GET"], include_in_schema=False, response_model=None)


@router.get("/")
def home() -> RedirectResponse:
    """Go to the overview."""
    return RedirectResponse("/overview", status_code=307)


@router.get("/static/vendor/plotly.min.js")
def plotly() -> FileResponse:
    """Serve the chart library out of the installed package."""
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise NotFoundError(package="plotly")
    path = Path(spec.origin).parent / "package_data" / "plotly.min.js"
    return FileResponse(path, media_type="text/javascript", headers={"Cache-Control": "max-age=86400"})


def unknown(request: Request) -> Response:
    """Answer an address that nothing stands for: a page for browsers, the application's own answer for everyone else."""
    if "text/html" not in request.headers.get("accept", ""):
        raise HTTPException(status_code=404)
    return error_page(request, status=404)

"""Login: opens a session for a key, where pages are not open to everyone who reaches them."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from api.auth import same_site
from api.pages.access import COOKIE, LASTS, Sessions, form_fields, is_open, safe_next
from api.pages.looks import render_bare
from api.pages.route import PageRoute

if TYPE_CHECKING:
    from pipelines.service import Service

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/login")
def login_form(request: Request) -> Response:
    """Ask for a key."""
    target = safe_next(request.query_params.get("next", ""))
    if is_open(request, request.app.state.service):
        return RedirectResponse(target, status_code=303)
    return render_bare(request, "login.html", next=target, refused=False)


@router.post("/login", dependencies=[Depends(same_site)])
def login(request: Request, form: Annotated[dict[str, str], Depends(form_fields)]) -> Response:
    """Open a session, or say that the key was refused."""
    service: Service = request.app.state.service
    sessions: Sessions = request.app.state.page_sessions
    target = safe_next(form.get("next", ""))
    address = request.client.host if request.client is not None else ""
    token = sessions.enter(service, secret=form.get("key", "").strip(), address=address)
    if token is None:
        return render_bare(request, "login.html", status=401, next=target, refused=True)
    response = RedirectResponse(target, status_code=303)
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, token, max_age=int(LASTS.total_seconds()), httponly=True, samesite="lax", secure=secure)
    return response


@router.post("/logout", dependencies=[Depends(same_site)])
def logout(request: Request) -> Response:
    """End the session."""
    sessions: Sessions = request.app.state.page_sessions
    sessions.leave(request.cookies.get(COOKIE))
    response = RedirectResponse("/login", status_code=303)
    response.delete_cookie(COOKIE)
    return response

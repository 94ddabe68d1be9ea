"""Corrections: a reader gives a comment a tag or takes one from it, in the panel; the same again, the other way round, takes it back."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse

from api.auth import same_site
from api.pages.access import form_fields, safe_next
from api.pages.route import PageRoute
from api.pages.visit import Visiting
from voc.errors import BadFilterError

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.post("/comments/{feedback_id}/tags", dependencies=[Depends(same_site)])
def correct(visit: Visiting, feedback_id: str, form: Annotated[dict[str, str], Depends(form_fields)]) -> RedirectResponse:
    """Add or remove one tag of a comment, then show the page again."""
    visit.must_act()
    add, remove = ([tag] if (tag := form.get(name, "").strip()) else [] for name in ("add", "remove"))
    if not add and not remove:
        raise BadFilterError(field="add")
    visit.service.correct_tags(feedback_id, add=add, remove=remove, by=visit.who.name)
    return RedirectResponse(safe_next(form.get("next", "/comments")), status_code=303)

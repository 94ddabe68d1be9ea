"""What an error code means: a page for people, JSON for programs."""

from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel

from api.catalogue import CATALOGUE
from api.dependencies import ReaderLanguage
from api.errors import PROBLEM_TYPE, RETRY_AFTER_S, STATUS
from voc.errors import NotFoundError
from voc.taxonomy import Bilingual

router = APIRouter(tags=["errors"])


class Meaning(BaseModel):
    """What a code means and whether sending again can help."""

    code: str
    status: int
    title: Bilingual
    detail: Bilingual
    retry: bool


@router.get(
    "/errors/{code}",
    response_model=Meaning,
    responses={404: {"content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}, "description": "not_found"}},
)
def meaning(code: str, request: Request, language: ReaderLanguage) -> Response | Meaning:
    """Say what an error code means."""
    message = CATALOGUE.get(code)
    if message is None:
        raise NotFoundError
    found = Meaning(code=code, status=STATUS[code], title=message.title, detail=message.detail, retry=code in RETRY_AFTER_S)
    if "text/html" not in request.headers.get("accept", ""):
        return found
    title, detail = message.title.in_language(language), message.detail.in_language(language)
    page = (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{escape(code)}</title>'
        f"<h1>{escape(title)}</h1><p>{escape(detail)}</p><p><code>{escape(code)}</code> · HTTP {found.status}</p></html>"
    )
    return HTMLResponse(page)

"""Audit: twenty comments in ten minutes, read without seeing their tags, so that every share says how far tagging errors reach."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse

from api import remembering
from api.auth import same_site
from api.dependencies import addresses_of
from api.pages.access import form_fields
from api.pages.looks import render
from api.pages.measured import measured
from api.pages.route import PageRoute
from api.pages.selection import READ_ONCE
from api.pages.visit import Visit, Visiting
from pipelines.auditing import SHEET, answers_by
from pipelines.explaining import EXPLAINED
from voc.audits import AuditedTag
from voc.drivers import Driver, IssueKind
from voc.filters import FeedbackFilter
from voc.store.unit import Unit
from voc.taxonomy import by_large

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Fields = Annotated[dict[str, str], Depends(form_fields)]
TAG_FIELD = "tag."
SITTING = timedelta(hours=1)


@dataclass(frozen=True)
class Line:
    """A tag of the list: as counted, and as corrected once enough comments were read."""

    id: str
    name: str
    counted: int
    driver: Driver | None
    """Its association with the first KPI, as counted."""
    audited: AuditedTag | None


@router.get("/audit")
def audit(visit: Visiting) -> HTMLResponse:
    """Show the next comment to read, and what the answers say of the tags so far."""
    tag = visit.query("for") or None
    drawn = visit.service.audits.draw(tag=tag, limit=SHEET)
    with visit.service.store.read() as unit:
        answers = unit.audits.find()
        mine = answers_by(answers, visit.who.name)
        known = unit.taxonomies.with_own(visit.service.taxonomy).tags
        lines = _lines(unit, visit)
        last = mine[0] if mine else None
        last_words = unit.feedback.get(last.feedback_id) if last is not None else None
    since = visit.service.clock() - SITTING
    return render(
        visit,
        "audit.html",
        page="audit",
        tag=tag,
        comment=drawn[0] if drawn else None,
        groups=by_large(known, language=visit.language),
        lines=lines,
        answers=len(answers),
        sitting=sum(answer.at >= since for answer in mine),
        sheet=SHEET,
        last=last,
        last_words=last_words,
        explained=EXPLAINED,
        once=READ_ONCE,
    )


@router.post("/audit/{feedback_id}", dependencies=[Depends(same_site)])
def answer(visit: Visiting, feedback_id: str, form: Fields) -> RedirectResponse:
    """Keep an answer and go to the next comment."""
    visit.must_act()
    tag = form.get("for") or None
    said = [name.removeprefix(TAG_FIELD) for name in form if name.startswith(TAG_FIELD)]
    visit.service.audits.answer(
        feedback_id,
        tags=None if form.get("unsure") else said,
        drawn_for=form.get("drawn_for") or None,
        by=visit.who.name,
        known=lambda name: visit.service.tag(name) is not None,
    )
    return _next(tag)


@router.post("/audit/{feedback_id}/undo", dependencies=[Depends(same_site)])
def undo(visit: Visiting, feedback_id: str, form: Fields) -> RedirectResponse:
    """Take an answer back."""
    visit.must_act()
    visit.service.audits.undo(feedback_id)
    return _next(form.get("for") or None)


def _lines(unit: Unit, visit: Visit) -> list[Line]:
    """Return all tags that occur, most comments first."""
    found = measured(unit, visit, wanted=FeedbackFilter())
    tags = [summary for summary in found.issues if summary.issue.kind is IssueKind.TAG]
    drivers = [driver for summary in tags for driver in summary.drivers.values() if driver is not None]
    found_audited = remembering.audited(unit, visit.service, wanted=FeedbackFilter(), drivers=drivers)
    read = addresses_of(unit, visit.service).audits(found_audited.values())
    audited = {one.tag: one for one in read}
    return [Line(one.issue.id, one.issue.name, one.volume, one.drivers.get(EXPLAINED[0]), audited.get(one.issue.id)) for one in tags]


def _next(tag: str | None) -> RedirectResponse:
    return RedirectResponse("/audit" + (f"?{urlencode({'for': tag})}" if tag else ""), status_code=303)

"""Queue: who to call first, with reasons and quotes; handled, snoozed, taken back; who did it and when is kept."""

from datetime import date, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse

from api.auth import same_site
from api.dependencies import addresses_of
from api.pages.access import form_fields, safe_next
from api.pages.looks import render
from api.pages.paging import beside, offset_of
from api.pages.route import PageRoute
from api.pages.visit import Visit, Visiting
from pipelines.explain.concern_wording import check_wording, concern_wording, reason_name
from pipelines.queueing import QueueFilter
from voc.cases import CaseState
from voc.concerns import QueueEntry, Reason
from voc.errors import BadFilterError
from voc.feedback import Language
from voc.store import Unit

PAGE = 50
SHOWN_STEPS = 20
SNOOZE_DAYS = 7
DECISIONS = {"handle": CaseState.HANDLED, "snooze": CaseState.SNOOZED, "open": CaseState.OPEN}
router = APIRouter(route_class=PageRoute, include_in_schema=False)
Fields = Annotated[dict[str, str], Depends(form_fields)]


@router.get("/queue")
def queue(visit: Visiting) -> HTMLResponse:
    """Show who to call first."""
    wanted = _wanted(visit)
    whole = visit.service.queue.look()
    found = visit.service.queue.find(wanted, among=whole)
    offset = offset_of(visit)
    shown = found[offset : offset + PAGE]
    with visit.service.store.read() as unit:
        context = _people(unit, shown)
        addresses = addresses_of(unit, visit.service)
        shown, check = addresses.queue(shown), addresses.queue_check(whole.check)
        steps = unit.cases.latest(limit=SHOWN_STEPS)
        context["steps"] = [(step, _name(unit, subject)) for subject, step in steps]
        standing = {case.number for case in unit.cases.all_cases().values()}
    return render(
        visit,
        "queue.html",
        page="queue",
        entries=shown,
        total=len(found),
        everyone=len(whole.entries),
        heard=whole.as_of is not None,
        as_of=whole.as_of,
        check=check,
        check_sentence=check_wording(whole.check, language=visit.language),
        wanted=wanted,
        reasons=[reason for reason in Reason if any(one.reason is reason for entry in whole.entries for one in entry.concerns)],
        reason_name=partial(reason_name, language=visit.language),
        concern_sentence=partial(concern_wording, language=visit.language),
        snooze_until=(visit.service.clock().astimezone(visit.zone).date() + timedelta(days=SNOOZE_DAYS)).isoformat(),
        standing=standing,
        **beside(visit, offset=offset, size=PAGE, more=len(found) > offset + PAGE),
        **context,
    )


@router.post("/queue/{subject_id}/{decision}", dependencies=[Depends(same_site)])
def decide(visit: Visiting, subject_id: str, decision: str, form: Fields) -> RedirectResponse:
    """Handle, snooze or reopen a case."""
    visit.must_act()
    if decision not in DECISIONS:
        raise BadFilterError(field="decision")
    visit.service.queue.decide(
        subject_id,
        DECISIONS[decision],
        by=visit.who.name,
        note=form.get("note", "").strip(),
        owner=form.get("owner", "").strip() or None,
        due=_day(form.get("due", "")) if decision == "snooze" else None,
    )
    return RedirectResponse(safe_next(form.get("next", "/queue")), status_code=303)


@router.post("/queue-steps/{number}/undo", dependencies=[Depends(same_site)])
def undo(visit: Visiting, number: int, form: Fields) -> RedirectResponse:
    """Take the latest decision on a case back."""
    visit.must_act()
    visit.service.queue.undo(number, by=visit.who.name)
    return RedirectResponse(safe_next(form.get("next", "/queue")), status_code=303)


def _wanted(visit: Visit) -> QueueFilter:
    """Return the filter in the address; a value that is not known counts as none."""
    return QueueFilter(
        reason=next((one for one in Reason if one.value == visit.query("reason")), None),
        language=next((one for one in Language if one.value == visit.query("language")), None),
        case=next((one for one in CaseState if one.value == visit.query("case")), None),
    )


def _people(unit: Unit, shown: list[QueueEntry]) -> dict[str, Any]:
    return {
        "customers": unit.customers.customers([entry.customer_id for entry in shown if entry.customer_id]),
        "accounts": unit.customers.accounts([entry.account_id for entry in shown if entry.account_id]),
    }


def _name(unit: Unit, subject_id: str) -> str:
    known = unit.customers.customer(subject_id) or unit.customers.account(subject_id)
    return subject_id if known is None else known.name or known.external_id


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as error:
        raise BadFilterError(field="due") from error

"""Account room: accounts that deserve a look first, and one account by role."""

from collections import Counter
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from api import remembering
from api.auth import same_site
from api.dependencies import addresses_of
from api.pages.access import form_fields
from api.pages.looks import path_of, render
from api.pages.merges import merged_from
from api.pages.paging import beside, offset_of
from api.pages.profiles import PAGE, Voiced, kpis_of, topline, voiced
from api.pages.route import PageRoute
from api.pages.time_line import drawing, time_line
from api.pages.visit import Visit, Visiting
from api.routes.account_room import in_order, names_of
from pipelines.account_rooms import looked_at, room_of
from pipelines.explain.room_wording import flag_name, flag_wording
from pipelines.explaining import issues_of
from pipelines.life_events import of_account
from pipelines.merge_proposals import proposed
from voc.account_room import KNOWN_ROLES, AccountRoom, RoleWeights
from voc.customers import Account
from voc.errors import BadFilterError, NotFoundError
from voc.filters import FeedbackFilter
from voc.ids import account_id as account_id_of
from voc.profile_history import ProfileNoun
from voc.store.profiles import ALL_ACCOUNTS
from voc.store.unit import Unit
from voc.voices import issue_key

SHOWN_ISSUES = 8
SHOWN_CHANGES = 30
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True)
class Line:
    """An account of the list."""

    heard: Voiced
    room: AccountRoom


@router.get("/accounts")
def accounts(visit: Visiting) -> HTMLResponse:
    """List accounts: those with most flags first, then the nearest renewal."""
    words, offset, left = visit.query("q")[:200].casefold(), offset_of(visit), visit.query("churned") == "1"
    with visit.service.store.read() as unit:
        known = unit.customers.present_accounts()
        rows = visit.service.remembered.ground(unit, FeedbackFilter()).rows
        rooms = remembering.rooms(unit, visit.service)
        people = Counter(customer.account_id for customer in unit.customers.present_customers())
        context: dict[str, Any] = {"counts": unit.customers.counts(), "waiting": len(proposed(unit, ProfileNoun.ACCOUNT))}
    among = [one for one in known if one.churned_on is not None or not left]
    wanted = [one for one in among if words in f"{one.name} {one.external_id}".casefold()]
    ordered = sorted(in_order(wanted, rooms), key=lambda one: one.churned_on is not None)[offset : offset + PAGE + 1]
    heard = voiced(ordered[:PAGE], rows, owner="account_id", people=people)
    lines = [Line(heard=one, room=rooms[one.who.id]) for one in heard]
    context |= beside(visit, offset=offset, size=PAGE, more=len(ordered) > PAGE)
    return render(visit, "accounts.html", page="accounts", lines=lines, words=words, left=left, flag=_flag_name(visit), **context)


@router.get("/accounts/{external_id:path}")
def account(visit: Visiting, external_id: str) -> Response:
    """Show one account; one that was merged leads to the one that was kept."""
    with visit.service.store.read() as unit:
        known = existing(unit, external_id)
        if external_id not in (known.external_id, known.id):
            return RedirectResponse(path_of("accounts", known.external_id), status_code=307)
        room = addresses_of(unit, visit.service).room(room_of(unit, known, at=looked_at(unit, now=visit.service.clock())))
        people = unit.customers.of_account(known.id)
        rows = unit.voices.find(FeedbackFilter(account_id=known.id))
        seen = unit.kpis.find(account_id=known.id)
        entries = time_line(unit, FeedbackFilter(account_id=known.id), seen, events=of_account(unit, known))
        weights, own = unit.role_weights.get(known.id)
        issues = {issue_key(i): i for i in issues_of(rows, unit=unit, taxonomy=visit.service.taxonomy, language=visit.language)}
        context: dict[str, Any] = {
            "merged": merged_from(unit, known.id, ProfileNoun.ACCOUNT),
            "history": unit.profile_history.find(known.id)[:SHOWN_CHANGES],
            "alerts": [alert for alert in unit.alerts.find() if alert.id in room.alert_ids],
            "total": unit.feedback.count(FeedbackFilter(account_id=known.id)),
            "kpis": kpis_of(unit, visit, FeedbackFilter(account_id=known.id)),
        }
    names = names_of(people)
    return render(
        visit,
        "account.html",
        page="accounts",
        who=known,
        room=room,
        weights=weights,
        own=own,
        known_roles=KNOWN_ROLES,
        people=voiced(people, rows, owner="customer_id"),
        flags=[(flag, flag_wording(flag, names=names, language=visit.language)) for flag in room.flags],
        issues=[(issues[one.key], one.complaints) for one in room.open_issues if one.key in issues][:SHOWN_ISSUES],
        entries=entries,
        drawing=drawing(entries),
        topline=topline(rows),
        **context,
    )


@router.post("/role-weights", dependencies=[Depends(same_site)])
def set_weights(visit: Visiting, form: Annotated[dict[str, str], Depends(form_fields)]) -> RedirectResponse:
    """Set the weights of one account or of all, or let those of all count again."""
    visit.must_act()
    with visit.service.store.read() as unit:
        known = existing(unit, form.get("account", ""))
    whose = ALL_ACCOUNTS if form.get("scope") == "all" else known.id
    weights = None if form.get("scope") == "general" else _weights(form)
    visit.service.people.set_weights(whose, weights, by=visit.who.name)
    return RedirectResponse(f"{path_of('accounts', known.external_id)}#weights", status_code=303)


def existing(unit: Unit, external_id: str) -> Account:
    """Return the account, or the one it was merged into; raises NotFoundError where there is none."""
    named = unit.customers.account(account_id_of(external_id)) or unit.customers.account(external_id)
    known = unit.customers.account(unit.merges.kept(named.id if named is not None else account_id_of(external_id)))
    if known is None:
        raise NotFoundError(account_id=account_id_of(external_id))
    return known


def _weights(form: dict[str, str]) -> RoleWeights:
    try:
        return RoleWeights.model_validate({role.value: form.get(role.value, "") for role in KNOWN_ROLES})
    except ValidationError as error:
        raise BadFilterError(field=str(error.errors()[0]["loc"][0])) from None


def _flag_name(visit: Visit) -> Any:
    return lambda kind: flag_name(kind, language=visit.language)

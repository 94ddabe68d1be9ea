"""Profiles that look like one person or one account: pairs that wait, what was decided, and what a profile was merged from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse

from api.auth import same_site
from api.pages.access import form_fields, safe_next
from api.pages.looks import render
from api.pages.route import PageRoute
from api.pages.visit import Visit, Visiting
from pipelines.merge_proposals import proposed
from voc.customers import Account, Customer
from voc.errors import BadFilterError, NotFoundError
from voc.identity import IdentityKind, Merge, MergeProposal
from voc.profile_history import ProfileNoun
from voc.store.unit import Unit

SHOWN_DECISIONS = 30
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True)
class Pair:
    """Two profiles that look like one; a profile is None where somebody was only heard."""

    proposal: MergeProposal
    kept: Customer | Account | None
    gone: Customer | Account | None
    comments: tuple[int, int]


@dataclass(frozen=True)
class MergedFrom:
    """A standing merge behind a profile; only the latest can be taken back."""

    merge: Merge
    gone: Customer | Account | None
    latest: bool


@router.get("/merges")
def merges(visit: Visiting) -> HTMLResponse:
    """Show the pairs of customers or accounts that look like one, and what was decided."""
    noun = _noun(visit)
    with visit.service.store.read() as unit:
        waiting = {one: proposed(unit, one) for one in ProfileNoun}
        pairs = _pairs(unit, waiting[noun], noun)
        decided = unit.merges.find(noun=noun)[:SHOWN_DECISIONS]
        profiles = _profiles(unit, [name for merge in decided for name in (merge.kept_id, merge.gone_id)], noun)
    return render(
        visit,
        "merges.html",
        page=f"{noun.value}s",
        noun=noun.value,
        counts={one.value: len(found) for one, found in waiting.items()},
        pairs=pairs,
        decided=decided,
        profiles=profiles,
        reason=_reason,
    )


@router.post("/merges/{proposal_id}/{decision}", dependencies=[Depends(same_site)])
def decide(visit: Visiting, proposal_id: str, decision: str, form: Annotated[dict[str, str], Depends(form_fields)]) -> RedirectResponse:
    """Merge a pair, note that they are two, or take a decision back."""
    visit.must_act()
    if decision not in ("accept", "reject", "undo"):
        raise BadFilterError(field="decision")
    if decision == "undo":
        if not (proposal_id.isascii() and proposal_id.isdigit() and len(proposal_id) <= 9):  # noqa: PLR2004  # a number of ours
            raise NotFoundError
        visit.service.people.undo(int(proposal_id), by=visit.who.name)
    else:
        visit.service.people.decide(proposal_id, accept=decision == "accept", by=visit.who.name)
    return RedirectResponse(safe_next(form.get("next", "/merges")), status_code=303)


def merged_from(unit: Unit, profile_id: str, noun: ProfileNoun) -> list[MergedFrom]:
    """Return the merges a profile is made of, latest first."""
    family = unit.merges.family(profile_id)
    found = [merge for merge in unit.merges.find(noun=noun) if merge.stands and merge.gone_id in family]
    profiles = _profiles(unit, sorted(family), noun)
    return [MergedFrom(merge=merge, gone=profiles.get(merge.gone_id), latest=merge is found[0]) for merge in found]


def _noun(visit: Visit) -> ProfileNoun:
    """Return whose pairs are asked for; a value that is not known counts as customers."""
    return ProfileNoun.ACCOUNT if visit.query("noun") == ProfileNoun.ACCOUNT.value else ProfileNoun.CUSTOMER


def _pairs(unit: Unit, waiting: Sequence[MergeProposal], noun: ProfileNoun) -> list[Pair]:
    names = sorted({name for one in waiting for name in (one.kept_id, one.gone_id)})
    known, comments = _profiles(unit, names, noun), unit.identities.comments_of(names, noun)
    return [
        Pair(
            proposal=one,
            kept=known.get(one.kept_id),
            gone=known.get(one.gone_id),
            comments=(comments.get(one.kept_id, 0), comments.get(one.gone_id, 0)),
        )
        for one in waiting
    ]


def _profiles(unit: Unit, names: Sequence[str], noun: ProfileNoun) -> dict[str, Customer | Account]:
    return dict(unit.customers.customers(names) if noun is ProfileNoun.CUSTOMER else unit.customers.accounts(names))


def _reason(kinds: Sequence[IdentityKind], names: dict[str, str]) -> str:
    return ", ".join(names[f"reason.{kind.value}"] for kind in kinds)

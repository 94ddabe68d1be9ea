"""Topic edits: the page of proposals, decided with one key each, and what a reader does to a topic on its page."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse

from api.auth import same_site
from api.pages.access import form_fields, safe_next
from api.pages.looks import render
from api.pages.route import PageRoute
from api.pages.visit import Visit, Visiting
from api.topic_shapes import proposal_shapes
from pipelines.topic_editing import Build, excluded, in_group, merged, pinned, renamed
from pipelines.topic_tags import absorbed, promoted
from voc.errors import BadFilterError
from voc.topics import ProposalState, TopicState

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Fields = Annotated[dict[str, str], Depends(form_fields)]
SHOWN_EDITS = 20


@router.get("/proposals")
def proposals(visit: Visiting) -> HTMLResponse:
    """Show what the last fit proposes and the edits of late."""
    with visit.service.store.read() as unit:
        waiting = proposal_shapes(unit, unit.proposals.find(state=ProposalState.OPEN), visit.language)
        edits = unit.topic_edits.find(limit=SHOWN_EDITS)
        run = unit.topics.current_run()
        unassigned = unit.topics.unassigned().share
        names = {topic.id: topic.name_in(visit.language) for topic in unit.topics.find(states=TopicState)}
    return render(
        visit, "proposals.html", page="issues", proposals=waiting, edits=edits, run=run, unassigned=unassigned, topic_names=names
    )


@router.post("/proposals/{proposal_id}/{decision}", dependencies=[Depends(same_site)])
def decide(visit: Visiting, proposal_id: str, decision: str, form: Fields) -> RedirectResponse:
    """Accept or reject a proposal, then show the next."""
    visit.must_act()
    if decision not in ("accept", "reject"):
        raise BadFilterError(field="decision")
    name = form.get("name", "").strip() or None
    visit.service.topics.decide(proposal_id, accept=decision == "accept", by=visit.who.name, name=name if decision == "accept" else None)
    return RedirectResponse("/proposals", status_code=303)


@router.post("/issues/topic/{topic_id}/{what}", dependencies=[Depends(same_site)])
def edit(visit: Visiting, topic_id: str, what: str, form: Fields) -> RedirectResponse:
    """Rename, merge, pin or hide a topic, make it a tag or let a tag take it in."""
    visit.must_act()
    visit.service.topics.edit(topic_id, _build(visit, what, form), by=visit.who.name)
    return RedirectResponse(f"/issues/topic/{topic_id}#history", status_code=303)


@router.post("/topic-groups/{group_id}/rename", dependencies=[Depends(same_site)])
def rename_group(visit: Visiting, group_id: str, form: Fields) -> RedirectResponse:
    """Rename a group of topics."""
    visit.must_act()
    visit.service.topics.rename_group(group_id, form.get("name", ""), by=visit.who.name)
    return RedirectResponse(safe_next(form.get("next", "/issues?kind=topic")), status_code=303)


@router.post("/topic-edits/{number}/undo", dependencies=[Depends(same_site)])
def undo(visit: Visiting, number: int, form: Fields) -> RedirectResponse:
    """Take an edit back."""
    visit.must_act()
    visit.service.topics.undo(number, by=visit.who.name)
    return RedirectResponse(safe_next(form.get("next", "/proposals")), status_code=303)


def _build(visit: Visit, what: str, form: dict[str, str]) -> Build:
    switch = form.get("on", "1") == "1"
    taxonomy, _, tag = form.get("place", "").partition("\t")
    builds: dict[str, Callable[[], Build]] = {
        "rename": lambda: renamed(form.get("name", ""), by=visit.who.name),
        "merge": lambda: merged([form.get("other", "")]),
        "pin": lambda: pinned(on=switch),
        "group": lambda: in_group(form.get("group") or None, name=form.get("name", "").strip() or None, by=visit.who.name),
        "exclude": lambda: excluded(on=switch),
        "promote": lambda: promoted(form.get("taxonomy", ""), form.get("tag", ""), name=None, shipped=visit.service.taxonomy),
        "absorb": lambda: absorbed(taxonomy, tag),
    }
    if what not in builds:
        raise BadFilterError(field="what")
    return builds[what]()

"""Topic edits: the page of proposals, decided with one key each, and what a reader does to a topic on its page.

An edit is first shown with what it does to every count, and done when the reader says so; a proposal shows that beside it.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.auth import same_site
from api.dependencies import addresses_of
from api.pages.access import form_fields, safe_next
from api.pages.emerging import Seen, emerging
from api.pages.looks import render
from api.pages.route import PageRoute
from api.pages.visit import Visit, Visiting
from api.strict_json import LARGEST_WHOLE
from api.topic_shapes import proposal_shapes
from pipelines.topic_editing import (
    Build,
    excluded,
    existing,
    in_group,
    merged,
    moved_out,
    moved_to,
    of_proposal,
    pinned,
    renamed,
    split_off,
)
from pipelines.topic_effects import Effect, effects, examples
from pipelines.topic_tags import absorbed, promoted
from voc.errors import BadFilterError, InputError
from voc.store import Unit
from voc.topics import Proposal, ProposalState, Topic, TopicChange, TopicState

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Fields = Annotated[dict[str, str], Depends(form_fields)]
SHOWN_EDITS = 20
SHOWN_EXAMPLES = 5
OF_SENTENCES = ("split", "move", "remove")
EditNumber = Annotated[int, Path(ge=1, le=LARGEST_WHOLE)]


class ChangedSinceError(InputError):
    """Somebody has edited the topics since the preview that is confirmed."""


@router.get("/proposals")
def proposals(visit: Visiting) -> HTMLResponse:
    """Show what the last fit proposes and the edits of late."""
    with visit.service.store.read() as unit:
        found = unit.proposals.find(state=ProposalState.OPEN)
        waiting = proposal_shapes(unit, found, visit.language)
        done = {proposal.id: _done_by(unit, proposal, by=visit.who.name) for proposal in found}
        edits = unit.topic_edits.find(limit=SHOWN_EDITS)
        run = unit.topics.current_run()
        unassigned = unit.topics.unassigned().share
        context: dict[str, Any] = {
            "topic_names": {topic.id: topic.name_in(visit.language) for topic in unit.topics.find(states=TopicState)},
            "group_names": _group_names(unit, visit),
            "emerges": _emerging(unit, visit),
        }
    return render(
        visit, "proposals.html", page="issues", proposals=waiting, done=done, edits=edits, run=run, unassigned=unassigned, **context
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
def edit(visit: Visiting, topic_id: str, what: str, form: Fields) -> Response:
    """Rename, merge, split or hide a topic and so on, move its sentences, let a tag stand in its place; first only show what that does."""
    visit.must_act()
    build, page = _build(visit, what, form), f"/issues/topic/{topic_id}"
    back, changed = f"{page}/sentences" if what in OF_SENTENCES else page, False
    if form.get("confirmed") == "1":
        try:
            visit.service.topics.edit(topic_id, _as_seen(build, form.get("seen")), by=visit.who.name)
        except ChangedSinceError:
            changed = True
        else:
            return RedirectResponse(f"{page}#history", status_code=303)
    with visit.service.store.read() as unit:
        return _preview(visit, unit, build(unit, existing(unit, topic_id)), form, back=back, changed=changed)


@router.post("/topic-groups/{group_id}/rename", dependencies=[Depends(same_site)])
def rename_group(visit: Visiting, group_id: str, form: Fields) -> Response:
    """Rename a group of topics; first only show what that does."""
    visit.must_act()
    name, back = form.get("name", ""), safe_next(form.get("next", "/issues?kind=topic"))
    if form.get("confirmed") != "1":
        change = visit.service.topics.rename_group(group_id, name, by=visit.who.name, preview=True).change
        with visit.service.store.read() as unit:
            return _preview(visit, unit, change, form, back=back)
    visit.service.topics.rename_group(group_id, name, by=visit.who.name)
    return RedirectResponse(back, status_code=303)


@router.post("/topic-edits/{number}/undo", dependencies=[Depends(same_site)])
def undo(visit: Visiting, number: EditNumber, form: Fields) -> RedirectResponse:
    """Take an edit back."""
    visit.must_act()
    visit.service.topics.undo(number, by=visit.who.name)
    return RedirectResponse(safe_next(form.get("next", "/proposals")), status_code=303)


def _build(visit: Visit, what: str, form: dict[str, str]) -> Build:
    switch, sentences = form.get("on", "1") == "1", _chosen(form)
    taxonomy, _, tag = form.get("place", "").partition("\t")
    builds: dict[str, Callable[[], Build]] = {
        "rename": lambda: renamed(form.get("name", ""), by=visit.who.name),
        "merge": lambda: merged([form.get("other", "")]),
        "pin": lambda: pinned(on=switch),
        "group": lambda: in_group(form.get("group") or None, name=form.get("name", "").strip() or None, by=visit.who.name),
        "exclude": lambda: excluded(on=switch),
        "promote": lambda: promoted(form.get("taxonomy", ""), form.get("tag", ""), name=None, shipped=visit.service.taxonomy),
        "absorb": lambda: absorbed(taxonomy, tag),
        "split": lambda: split_off(sentences, name=form.get("name", ""), by=visit.who.name),
        "move": lambda: moved_to(_needed(form, "other"), sentences),
        "remove": lambda: moved_out(sentences),
    }
    if what not in builds:
        raise BadFilterError(field="what")
    return builds[what]()


def _as_seen(build: Build, seen: str | None) -> Build:
    """Build the change only while what its preview showed still stands; None: nobody has seen one."""

    def checked(unit: Unit, topic: Topic) -> TopicChange:
        change = build(unit, topic)
        if seen not in (None, _standing_edits(unit, change)):
            raise ChangedSinceError
        return change

    return checked


def _standing_edits(unit: Unit, change: TopicChange) -> str:
    """Return a mark of the edits of what the change touches: another one once somebody edits it or takes an edit back."""
    numbers = unit.topic_edits.standing(change.touches)
    return f"{len(numbers)}.{max(numbers, default=0)}"


def _needed(form: dict[str, str], field: str) -> str:
    if not form.get(field):
        raise BadFilterError(field=field)
    return form[field]


def _chosen(form: dict[str, str]) -> list[str]:
    """Return the sentences a form is about: those ticked, or all it shows where the box for all is."""
    return form.get("shown" if form.get("all") else "sentences", "").split()


def _preview(visit: Visit, unit: Unit, change: TopicChange, form: dict[str, str], *, back: str, changed: bool = False) -> HTMLResponse:
    """Show what an edit does before it is done; the page sends the same form again with the reader's word."""
    touched = {group.id for group in change.groups_before}
    context: dict[str, Any] = {
        "change": change,
        "changed": changed,
        "seen": _standing_edits(unit, change),
        "effects": effects(unit, change),
        "examples": examples(unit, change, most=SHOWN_EXAMPLES),
        "in_groups": [topic for topic in unit.topics.find() if topic.group_id in touched],
        "group_names": _group_names(unit, visit) | {group.id: group.name_in(visit.language) for group in change.groups_after},
    }
    return render(visit, "topic_preview.html", page="issues", form=form, back=back, **context)


def _done_by(unit: Unit, proposal: Proposal, *, by: str) -> list[Effect] | None:
    """Return what accepting a proposal does; None where it cannot be done any more, because its topics have changed since."""
    try:
        return effects(unit, of_proposal(unit, proposal, by=by))
    except InputError:
        return None


def _emerging(unit: Unit, visit: Visit) -> dict[str, Seen]:
    """Return which proposals would make a topic that emerges, by proposal id."""
    found = emerging(unit, language=visit.language, addresses=addresses_of(unit, visit.service))
    return {seen.proposal.id: seen for seen in found.values() if seen.proposal is not None}


def _group_names(unit: Unit, visit: Visit) -> dict[str, str]:
    return {group.id: group.name_in(visit.language) for group in unit.topic_groups.find().values()}

"""Unassigned: sentences that lie near no topic, each with the topic that is nearest; put into it, into another one, or left."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse

from api.auth import same_site
from api.dependencies import addresses_of
from api.pages.access import form_fields, safe_next
from api.pages.filter_bar import filter_bar
from api.pages.looks import render
from api.pages.paging import beside, offset_of
from api.pages.route import PageRoute
from api.pages.visit import Visiting
from pipelines.topic_editing import moved_here
from pipelines.topic_suggestions import ORDERS, Order, Suggestion, suggest
from voc.errors import BadFilterError
from voc.filters import FeedbackFilter
from voc.store.unit import Unit
from voc.topics import ChangeKind, ProposalKind, ProposalState, TopicState

PAGE = 25
SHOWN_EDITS = 10
SENTENCE_ID = re.compile(r"\S{1,200}\.[0-9]{1,9}")
router = APIRouter(route_class=PageRoute, include_in_schema=False)
Fields = Annotated[dict[str, str], Depends(form_fields)]


@dataclass(frozen=True)
class Section:
    """Sentences that stand together: of one suggested topic, or all."""

    topic_id: str | None
    lines: list[Suggestion]

    @property
    def sentence_ids(self) -> str:
        """Ids of all its sentences, as a form sends them."""
        return " ".join(one.sentence.id for one in self.lines)


@router.get("/unassigned")
def unassigned(visit: Visiting) -> HTMLResponse:
    """Show the sentences without a topic."""
    order = Order(visit.query("order")) if visit.query("order") in set(Order) else Order.NEWEST
    offset = offset_of(visit, name="cursor")
    with visit.service.store.read() as unit:
        run = unit.topics.current_run()
        topics = unit.topics.find()
        encoder = run["encoder"] if run is not None else None
        waiting = unit.enrichments.sentences_for_topics(encoder=encoder, without_topic=visit.selection.narrow(unit)) if run else []
        found = ORDERS[order](suggest(waiting, topics))
        shown = found[offset : offset + PAGE]
        edits = [edit for edit in unit.topic_edits.find(limit=4 * SHOWN_EDITS) if edit.change.kind is ChangeKind.MOVE][:SHOWN_EDITS]
        context: dict[str, Any] = {
            "bar": filter_bar(unit, visit),
            "unassigned": addresses_of(unit, visit.service).unassigned(unit.topics.unassigned()),
            "left": unit.topics.count_left(),
            "stored": unit.feedback.count(FeedbackFilter()),
            "comments": {comment.id: comment for comment in unit.feedback.get_many([one.sentence.feedback_id for one in shown])},
            "proposed": _proposed(unit, visit.language),
            "topic_names": {topic.id: topic.name_in(visit.language) for topic in unit.topics.find(states=TopicState)},
        }
    return render(
        visit,
        "unassigned.html",
        page="issues",
        fitted=run is not None,
        topics={topic.id: topic for topic in sorted(topics, key=lambda topic: topic.name_in(visit.language))},
        sections=_sections(shown, order=order),
        total=len(found),
        order=order,
        edits=edits,
        **beside(visit, offset=offset, size=PAGE, more=len(found) > offset + PAGE, name="cursor"),
        **context,
    )


@router.post("/unassigned/{what}", dependencies=[Depends(same_site)])
def decide(visit: Visiting, what: str, form: Fields) -> RedirectResponse:
    """Move sentences to a topic, or leave them without one, then show the next."""
    visit.must_act()
    sentence_ids = _chosen(form)
    if what == "move":
        topic_id = form.get("topic") or form.get("other")
        if not topic_id:
            raise BadFilterError(field="other")
        visit.service.topics.edit(topic_id, moved_here(sentence_ids), by=visit.who.name)
    elif what == "leave":
        visit.service.topics.leave(sentence_ids, by=visit.who.name)
    else:
        raise BadFilterError(field="what")
    return RedirectResponse(safe_next(form.get("next", "/unassigned")), status_code=303)


def _chosen(form: dict[str, str]) -> list[str]:
    found = form.get("sentences", "").split()
    if not all(SENTENCE_ID.fullmatch(one) for one in found):
        raise BadFilterError(field="sentences")
    return found


def _sections(shown: Sequence[Suggestion], *, order: Order) -> list[Section]:
    if order is not Order.SUGGESTION:
        return [Section(None, list(shown))] if shown else []
    return [Section(topic_id, list(lines)) for topic_id, lines in groupby(shown, key=lambda one: one.topic_id)]


def _proposed(unit: Unit, language: str) -> dict[str, str]:
    """Return the name of the new topic that an open proposal would put a sentence into, by sentence id."""
    new = (one for one in unit.proposals.find(state=ProposalState.OPEN) if one.kind is ProposalKind.NEW)
    return {name: part.topic.name_in(language) for one in new for part in one.parts for name in part.sentence_ids}

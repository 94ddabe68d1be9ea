"""A topic's own pages: its sentences, found by words, to split it or move them; and its history: lineage, edits, what binds later fits."""

from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.pages.looks import render
from api.pages.route import PageRoute
from api.pages.visit import Visiting
from pipelines.ingest import normalise
from pipelines.topic_editing import existing
from pipelines.topic_lineage import lineage_steps
from voc.topics import TopicState

MOST = 100
LONG_AGO = datetime.min.replace(tzinfo=UTC)
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/issues/topic/{topic_id}/sentences")
def sentences(visit: Visiting, topic_id: str) -> HTMLResponse:
    """Show a topic's sentences, at most a hundred of those with the words asked for."""
    words = visit.query("words")
    with visit.service.store.read() as unit:
        topic = existing(unit, topic_id)
        said = unit.enrichments.sentences_for_topics(of_topics=[topic_id])
        others = [other for other in unit.topics.find() if other.id != topic_id]
    found = [one for one in said if normalise(words) in normalise(one.text)]
    newest = sorted(found, key=lambda one: (one.submitted_at or LONG_AGO, one.id), reverse=True)
    can_act = visit.who.can_act and topic.state is not TopicState.MERGED
    return render(
        visit,
        "topic_sentences.html",
        page="issues",
        topic=topic,
        words=words,
        sentences=newest[:MOST],
        matching=len(found),
        total=len(said),
        others=others,
        can_act=can_act,
    )


@router.get("/issues/topic/{topic_id}/history")
def history(visit: Visiting, topic_id: str) -> HTMLResponse:
    """Show where a topic came from and went, who edited it, and which of its sentences no fit moves."""
    with visit.service.store.read() as unit:
        topic, everyone, edits = existing(unit, topic_id), unit.topics.find(states=TopicState), unit.topic_edits.find(topic_id)
        placed = {name for edit in edits for name in (move.sentence_id for move in edit.change.moves if move.from_topic == topic_id)}
        now = unit.topics.assignments([*placed, *unit.topics.members([topic_id])[topic_id]])
    by_people = [found.topic_id for found in now.values() if found.by_person]
    return render(
        visit,
        "topic_history_page.html",
        page="issues",
        topic=topic,
        edits=edits,
        lineage=lineage_steps(topic, everyone, edits),
        topic_names={one.id: one.name_in(visit.language) for one in everyone},
        must=by_people.count(topic_id),
        cannot=len(by_people) - by_people.count(topic_id),
    )

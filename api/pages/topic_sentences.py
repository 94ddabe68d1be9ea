"""Topic sentences: those of one topic, newest first, found by words; chosen ones become a topic of their own, go elsewhere or out."""

from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.pages.looks import render
from api.pages.route import PageRoute
from api.pages.visit import Visiting
from pipelines.ingest import normalise
from pipelines.topic_editing import existing
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

"""Topics on a real store, with sentences in them, for tests of what people do to topics."""

from pathlib import Path

from pipelines.intake import DirectWriter
from pipelines.topic_editing import TopicEditing
from tests.support.builders import NOON, enrichment, feedback, vector
from tests.support.stores import new_store
from voc.store import Store
from voc.taxonomy import shipped_taxonomy
from voc.topics import Topic, TopicAssignment, TopicState

SENTENCES = 24
ALL_STATES = tuple(TopicState)
SHIPPED = shipped_taxonomy()


def topic(number: int) -> Topic:
    return Topic(id=f"tp_{number}", name=f"topic {number}", keywords=("a",), example_ids=(), size=0, centroid=vector(number))


def filled(folder: Path) -> Store:
    store = new_store(folder)
    comments = [feedback(f"comment {n}", external_id=str(n)) for n in range(SENTENCES)]
    with store.write() as unit:
        unit.feedback.add(comments)
        unit.enrichments.add([enrichment(c, seed=n) for n, c in enumerate(comments)], now=NOON)
        unit.topics.put([topic(n) for n in range(3)])
        unit.topics.assign(
            [
                TopicAssignment(sentence_id=f"{c.id}.0", topic_id=f"tp_{n % 4}" if n % 4 < 3 else None, similarity=0.5)
                for n, c in enumerate(comments)
            ]
        )
    return store


def editing(store: Store) -> TopicEditing:
    return TopicEditing(store, DirectWriter(store), clock=lambda: NOON)


def state(store: Store) -> tuple[list[Topic], dict[str, str | None]]:
    with store.read() as unit:
        found = sorted(unit.topics.find(states=ALL_STATES), key=lambda topic: topic.id)
        return found, {name: assignment.topic_id for name, assignment in unit.topics.assignments().items()}


def members(store: Store, topic_id: str) -> list[str]:
    with store.read() as unit:
        return unit.topics.members([topic_id])[topic_id]

"""Emerging topics on the pages: those the latest look found, each with the conditions that leave its comments."""

from dataclasses import dataclass

from api.pages.selection import READ_ONCE, stamp
from pipelines.figures.addresses import Addresses
from voc.emerging import Emerging
from voc.store.unit import Unit
from voc.topics import Proposal, ProposalState, Topic


@dataclass(frozen=True)
class Seen:
    """A topic that emerges, or one that would by an open proposal; ``conditions`` leave the comments of the days that stand out."""

    emerging: Emerging
    name: str
    proposal: Proposal | None
    conditions: dict[str, str]
    figure: str | None


def emerging(unit: Unit, *, language: str, addresses: Addresses) -> dict[str, Seen]:
    """Return what the latest look found and still stands, surest first, by topic."""
    look = unit.looks.latest()
    if look is None:
        return {}
    topics = {topic.id: topic for topic in unit.topics.find()}
    proposed = {part.topic.id: (part.topic, one) for one in unit.proposals.find(state=ProposalState.OPEN) for part in one.parts}
    found = {}
    for one in look.found:
        topic: Topic | None = topics.get(one.topic_id)
        proposal = None
        if topic is None and one.topic_id in proposed:
            topic, proposal = proposed[one.topic_id]
        if topic is not None:
            stretch = look.stretch(one)
            days = {"since": stamp(stretch.start), "until": stamp(stretch.end)}
            conditions = {"topic": topic.id, **READ_ONCE, **days}
            found[one.topic_id] = Seen(one, topic.name_in(language), proposal, conditions, addresses.emerging(one))
    return found

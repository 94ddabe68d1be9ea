"""The watch over topics: the day a look is for, proposed topics among those looked at, and that it is kept by a run."""

from datetime import UTC, date, datetime, timedelta

from pipelines.topic_watch import last_day, look_is_due, watched
from tests.support.builders import NOON, enrichment, feedback, vector
from voc.feedback import Feedback
from voc.filters import FeedbackFilter
from voc.ids import customer_id
from voc.store import Store
from voc.topics import Proposal, ProposalKind, ProposedPart, Topic, TopicAssignment


def test_a_look_is_for_the_last_day_that_is_over() -> None:
    now = datetime(2026, 11, 5, 3, tzinfo=UTC)
    assert last_day(now, now=now) == date(2026, 11, 4), "today is not over"
    assert last_day(now - timedelta(days=9), now=now) == date(2026, 10, 27), "nothing newer was said"


def test_topics_and_those_a_proposal_would_make_are_watched(store: Store) -> None:
    """Sixty quiet days, then eight voices a day of a topic and of sentences that are only proposed as one."""
    start = NOON - timedelta(days=60)
    said: list[tuple[Feedback, str | None]] = []
    for day in range(60):
        for name in ("old", "loud", None):
            for voice in range(6 if name == "old" else 8 if day >= 58 else 1):
                person = f"{name}.{day}.{voice}"
                moment = start + timedelta(days=day)
                said.append((feedback(person, external_id=person, submitted_at=moment, customer_id=customer_id(person)), name))
    topics = [Topic(id=f"tp_{n}", name=n, keywords=(), example_ids=(), size=0, centroid=vector(1)) for n in ("old", "loud")]
    part = Topic(id="tp_new", name="new", keywords=(), example_ids=(), size=0, centroid=vector(2))
    fresh = tuple(f"{comment.id}.0" for comment, name in said if name is None and comment.submitted_at >= start + timedelta(days=58))
    proposal = Proposal(
        id="pr", run_id="r", kind=ProposalKind.NEW, topic_ids=(), parts=(ProposedPart(topic=part, sentence_ids=fresh),), size=len(fresh)
    )
    with store.write() as unit:
        unit.feedback.add([comment for comment, _ in said])
        unit.enrichments.add([enrichment(comment, seed=n) for n, (comment, _) in enumerate(said)], now=NOON)
        unit.topics.put(topics)
        unit.topics.assign(
            [TopicAssignment(sentence_id=f"{c.id}.0", topic_id=f"tp_{name}" if name else None, similarity=0.5) for c, name in said]
        )
        unit.proposals.replace_open([proposal])
    with store.write() as unit:
        look = watched(unit, unit.voices.find(FeedbackFilter()), now=NOON, per_week=5.0)
        assert look is not None
        unit.looks.put(look)
    assert {(one.topic_id, one.proposal_id, one.new) for one in look.found} == {("tp_loud", None, False), ("tp_new", "pr", True)}
    with store.read() as unit:
        assert unit.looks.latest() == look
        assert not look_is_due(unit, now=NOON)

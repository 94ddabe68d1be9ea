"""Topic work: reads what ``discover`` needs and writes what comes of it; new sentences at once, a fit when it is due.

A fit is due when there was none, when the encoder changed (its vectors cannot be compared with the topics'), when the sentences grew by a
share, or when the last is a day old and anything changed. It only proposes; the very first makes the topics, and while the sentences
still double between two fits, new groups become topics by themselves (as edits of the service, which can be undone): with most of the
data yet unseen there is nothing to protect, and nobody wants to confirm fifty topics by hand.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pipelines.discover import Discovery, assign
from pipelines.model_process import ModelProcess
from pipelines.progress import Progress
from pipelines.topic_changes import accepted
from pipelines.topic_proposals import Standing
from voc.clock import Clock
from voc.settings import TopicSettings
from voc.store import Store, Unit
from voc.topics import Proposal, ProposalKind, ProposalState, Topic, TopicAssignment, TopicState

ASSIGN_BATCH = 1_000
"""Keeps a writing transaction in the tens of milliseconds: intake waits that long at most."""
LEAST_SENTENCES = 5
DOUBLED = 2
SERVICE = "voc"
"""Who an edit is by that the service made itself."""
STANDING_STATES = (TopicState.ACTIVE, TopicState.EXCLUDED, TopicState.RETIRED)


class TopicWork:
    """The topics' part of a run."""

    def __init__(self, store: Store, models: ModelProcess, *, settings: TopicSettings, clock: Clock) -> None:
        self._store, self._models, self._settings, self._clock = store, models, settings, clock

    def keep_up(self, encoder: str, progress: Progress, *, fit: bool = False) -> bool:
        """Forget sentences that are gone, assign new ones, and fit if it is due or asked for; return whether there was a fit."""
        with self._store.read() as unit:
            run, gone = unit.topics.current_run(), unit.topics.orphans()
        if gone:
            with self._store.write() as unit:
                unit.topics.forget(gone)
        if run is not None and run["encoder"] == encoder:
            self._assign_new(encoder, least_similarity=float(run["parameters"]["least_similarity"]))
        if fit or self._is_due(encoder, run):
            self._fit(encoder, progress)
            return True
        return False

    def _assign_new(self, encoder: str, *, least_similarity: float) -> None:
        with self._store.read() as unit:
            new = unit.enrichments.sentences_for_topics(encoder=encoder, unassigned_only=True)
            topics = unit.topics.find(states=STANDING_STATES)
        self._write(assign(new, topics, least_similarity=least_similarity))

    def _is_due(self, encoder: str, run: dict[str, Any] | None) -> bool:
        with self._store.read() as unit:
            assigned = unit.topics.count_assigned()
            if run is None or run["encoder"] != encoder:
                return unit.enrichments.count_sentences() >= LEAST_SENTENCES
        if assigned == run["sentences"]:
            return False
        age: timedelta = self._clock() - run["finished_at"]
        grown = assigned - int(run["sentences"])
        if age >= timedelta(hours=self._settings.refit_hours):
            return True
        return grown >= max(LEAST_SENTENCES, self._settings.refit_growth * int(run["sentences"]))

    def _fit(self, encoder: str, progress: Progress) -> None:
        with self._store.read() as unit:
            sentences = unit.enrichments.sentences_for_topics(encoder=encoder)
            standing = _standing(unit)
        with progress.step("discover topics", len(sentences)) as step:
            found = self._models.discover(sentences, standing)
            step.advance(len(sentences))
        self._keep(found, standing, encoder)

    def _keep(self, found: Discovery, standing: Standing, encoder: str) -> None:
        now = self._clock()
        with self._store.write() as unit:
            before = {topic.id: topic for topic in standing.topics}
            changed = [topic for topic in found.topics if before.get(topic.id) != topic]
            unit.topics.put([topic for topic in changed if topic.id not in before or _untouched(unit, before[topic.id])])
        self._write(found.assignments)
        with self._store.write() as unit:
            unit.topics.settle()
            unit.proposals.replace_open(found.proposals)
            last = unit.topics.current_run()
            if last is not None and len(found.run.assignments) >= DOUBLED * int(last["sentences"]):
                _take_new(unit, found.proposals, now=now)
            unit.topics.add_run(found.run, encoder=encoder, now=now)

    def _write(self, assignments: Sequence[TopicAssignment]) -> None:
        for start in range(0, len(assignments), ASSIGN_BATCH):
            with self._store.write() as unit:
                unit.topics.assign(assignments[start : start + ASSIGN_BATCH])


def _standing(unit: Unit) -> Standing:
    return Standing(
        topics=tuple(unit.topics.find(states=STANDING_STATES)),
        assignments=unit.topics.assignments(),
        rejected=tuple(unit.proposals.find(state=ProposalState.REJECTED)),
        edits=tuple(unit.topic_edits.find()),
    )


def _take_new(unit: Unit, proposals: Sequence[Proposal], *, now: datetime) -> None:
    """Let proposed new topics be topics at once."""
    for proposal in proposals:
        if proposal.kind is ProposalKind.NEW:
            standing = unit.topics.assignments(proposal.parts[0].sentence_ids)
            members: dict[str, list[str]] = {}
            for name, assignment in standing.items():
                members.setdefault(assignment.topic_id or "", []).append(name)
            unit.topic_edits.do(accepted(proposal, {}, members=members), by=SERVICE, now=now, proposal_id=proposal.id)
            unit.proposals.decide(proposal.id, ProposalState.ACCEPTED, by=SERVICE, now=now)


def _untouched(unit: Unit, before: Topic) -> bool:
    """Tell whether nobody changed the topic while the fit was computed."""
    now = unit.topics.get(before.id)
    return now is not None and now.model_copy(update={"size": before.size}) == before

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
from pipelines.intake import DirectWriter
from pipelines.model_process import ModelProcess
from pipelines.progress import Progress
from pipelines.topic_editing import TopicEditing
from pipelines.topic_proposals import Standing, said_no, sentences_of
from pipelines.topic_watch import look_is_due
from voc.clock import Clock
from voc.settings import TopicSettings
from voc.store import Store, Unit
from voc.topics import TAKES_IN, Proposal, ProposalKind, ProposalState, Topic, TopicAssignment, TopicState

ASSIGN_BATCH = 1_000
"""Keeps a writing transaction in the tens of milliseconds: intake waits that long at most."""
LEAST_SENTENCES = 5
DOUBLED = 2
SERVICE = "voc"
"""Who an edit is by that the service made itself."""
LOOK_EVERY = timedelta(hours=1)
"""How often one looks whether something fell due though nothing came in."""
STANDING_STATES = (*TAKES_IN, TopicState.RETIRED)


class TopicWork:
    """The topics' part of a run."""

    def __init__(self, store: Store, models: ModelProcess, *, settings: TopicSettings, clock: Clock) -> None:
        self._store, self._models, self.settings, self._clock = store, models, settings, clock
        self._looked_at: datetime | None = None

    def falls_due(self, encoder: str) -> bool:
        """Tell, once an hour, whether a fit or a look for emerging topics is due though nothing came in; in between the answer is no."""
        now = self._clock()
        if self._looked_at is not None and now - self._looked_at < LOOK_EVERY:
            return False
        self._looked_at = now
        with self._store.read() as unit:
            run, look_due = unit.topics.current_run(), look_is_due(unit, now=now)
        return look_due or self._is_due(encoder, run)

    def keep_up(self, encoder: str, progress: Progress, *, fit: bool = False) -> bool:
        """Forget sentences that are gone, assign new ones, and fit if it is due or asked for; return whether there was a fit."""
        with self._store.read() as unit:
            run, gone = unit.topics.current_run(), unit.topics.orphans()
        if gone:
            with self._store.write() as unit:
                unit.topics.forget(gone)
        self.assign_new(encoder)
        return (fit or self._is_due(encoder, run)) and self._fit(encoder, progress)

    def assign_new(self, encoder: str) -> None:
        """Bring new sentences to the nearest topic; nothing is done before the first fit, nor of another encoder than the topics'."""
        with self._store.read() as unit:
            run = unit.topics.current_run()
            if run is None or run["encoder"] != encoder:
                return
            new = unit.enrichments.sentences_for_topics(encoder=encoder, unassigned_only=True)
            topics = unit.topics.find(states=STANDING_STATES)
        self._write(assign(new, topics, least_similarity=float(run["parameters"]["least_similarity"])))

    def _is_due(self, encoder: str, run: dict[str, Any] | None) -> bool:
        with self._store.read() as unit:
            assigned = unit.topics.count_assigned()
            if run is None or run["encoder"] != encoder:
                return unit.enrichments.count_sentences() >= LEAST_SENTENCES
        if assigned == run["sentences"]:
            return False
        age: timedelta = self._clock() - run["finished_at"]
        grown = assigned - int(run["sentences"])
        if age >= timedelta(hours=self.settings.refit_hours):
            return True
        return grown >= max(LEAST_SENTENCES, self.settings.refit_growth * int(run["sentences"]))

    def _fit(self, encoder: str, progress: Progress) -> bool:
        """Fit, unless too few sentences have been read by this encoder: topics of an earlier one then stand as they are."""
        with self._store.read() as unit:
            sentences = unit.enrichments.sentences_for_topics(encoder=encoder)
            standing, erasures = _standing(unit), unit.erasures.revision()
        if len(sentences) < LEAST_SENTENCES:
            return False
        with progress.step("discover topics", len(sentences)) as step:
            found = self._models.discover(sentences, standing)
            step.advance(len(sentences))
        self._keep(found, standing, encoder, erasures=erasures)
        return True

    def _keep(self, found: Discovery, standing: Standing, encoder: str, *, erasures: int) -> None:
        """Keep what a fit found, unless somebody was erased meanwhile: then it rests on what is gone, and the next fit tells it anew."""
        now = self._clock()
        with self._store.write() as unit:
            if unit.erasures.revision() != erasures:
                return
            before = {topic.id: topic for topic in standing.topics}
            unit.topic_groups.put([group for group in found.groups if standing.groups.get(group.id) != group])
            changed = [topic for topic in found.topics if before.get(topic.id) != topic]
            unit.topics.put([topic for topic in changed if topic.id not in before or _untouched(unit, before[topic.id])])
        self._write(found.assignments)
        with self._store.write() as unit:
            last = unit.topics.current_run()
            proposals = _still_open(unit, found.proposals, standing)
            unit.topics.settle([assignment.sentence_id for assignment in found.run.assignments])
            unit.proposals.replace_open(proposals)
            unit.topics.add_run(found.run, encoder=encoder, now=now)
        if last is not None and len(found.run.assignments) >= DOUBLED * int(last["sentences"]):
            for proposal in proposals:
                if proposal.kind is ProposalKind.NEW:
                    TopicEditing(self._store, DirectWriter(self._store), clock=self._clock).decide(proposal.id, accept=True, by=SERVICE)

    def _write(self, assignments: Sequence[TopicAssignment]) -> None:
        """Keep the assignments of sentences that still have no topic; what people did meanwhile stands."""
        for start in range(0, len(assignments), ASSIGN_BATCH):
            with self._store.write() as unit:
                some = assignments[start : start + ASSIGN_BATCH]
                now = unit.topics.assignments([assignment.sentence_id for assignment in some])
                takes_in = {topic.id for topic in unit.topics.find(states=TAKES_IN)}
                unit.topics.assign([_possible(a, takes_in) for a in some if _is_free(now.get(a.sentence_id))])


def _standing(unit: Unit) -> Standing:
    return Standing(
        topics=tuple(unit.topics.find(states=STANDING_STATES)),
        assignments=unit.topics.assignments(),
        rejected=tuple(unit.proposals.find(state=ProposalState.REJECTED)),
        edits=tuple(unit.topic_edits.find()),
        groups=unit.topic_groups.find(),
        fitted=int((unit.topics.current_run() or {"sentences": 0})["sentences"]),
    )


def _is_free(now: TopicAssignment | None) -> bool:
    return now is None or (now.topic_id is None and not now.by_person)


def _possible(assignment: TopicAssignment, takes_in: set[str]) -> TopicAssignment:
    return assignment if assignment.topic_id in takes_in else assignment.model_copy(update={"topic_id": None})


def _still_open(unit: Unit, proposals: Sequence[Proposal], before: Standing) -> list[Proposal]:
    """Return the proposals that nothing done since the fit began has touched."""
    since = unit.topic_edits.changed_since({edit.number: edit.undone_at for edit in before.edits})
    touched = {name for edit in since for name in edit.change.topic_ids}
    moved = {move.sentence_id for edit in since for move in edit.change.moves}
    after = Standing(before.topics, before.assignments, tuple(unit.proposals.find(state=ProposalState.REJECTED)), before.edits)
    kept = [one for one in proposals if not said_no(one, after)]
    return [one for one in kept if not touched.intersection(one.topic_ids) and moved.isdisjoint(sentences_of(one))]


def _untouched(unit: Unit, before: Topic) -> bool:
    """Tell whether nobody changed the topic while the fit was computed."""
    now = unit.topics.get(before.id)
    return now is not None and now.model_copy(update={"size": before.size}) == before

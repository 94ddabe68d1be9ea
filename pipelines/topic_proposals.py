"""Topic proposals: what a fit says about the topics that stand. Nothing changes by it; people decide.

A fitted group *continues* a topic when it holds most of its settled sentences; that needs no word. Else it may be new (most of its
sentences came since the last fit), a split (a topic's sentences fall into several groups) or a merge (several topics fall into one group).
A topic nobody has spoken of for long may be retired. What people decided binds: pinned and excluded topics are left alone, what a person
merged is not proposed to be split again nor the other way round, and a rejected proposal comes back only when it has grown by half.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from voc.ids import derived_id
from voc.topics import (
    TAKES_IN,
    ChangeKind,
    Proposal,
    ProposalKind,
    ProposedPart,
    Topic,
    TopicAssignment,
    TopicEdit,
    TopicGroup,
    TopicRun,
    TopicSentence,
    TopicState,
)

LEAST_SIZE = 5
MOST = 0.5
"""Of a group's or a topic's sentences: the share from which on they decide what it is."""
SPLIT_SHARE = 0.2
"""Of a topic's settled sentences: what a part of a split has at least."""
SPLIT_BELOW = 0.85
"""Cosine of two parts from which on they say the same, whatever the fit says."""
GROWN = 1.5
QUIET = timedelta(days=60)
EXPECTED = 5.0
"""Sentences a topic would have had while it was quiet, had it gone on: by chance, none came in fewer than one case in a hundred."""


@dataclass(frozen=True)
class Standing:
    """Everything a fit is compared with; ``assignments`` by sentence id."""

    topics: tuple[Topic, ...]
    assignments: Mapping[str, TopicAssignment]
    rejected: tuple[Proposal, ...] = ()
    edits: tuple[TopicEdit, ...] = ()
    groups: Mapping[str, TopicGroup] = field(default_factory=dict)
    fitted: int = 0
    """Sentences the fit before looked at."""


def propose(run: TopicRun, sentences: Sequence[TopicSentence], standing: Standing) -> list[Proposal]:
    """Return what the fit proposes, largest first; the same input gives the same proposals."""
    overlap = _Overlap(run, standing)
    found = [*_new(overlap), *_splits(overlap), *_merges(overlap), *_retired(run.id, sentences, standing)]
    left = {topic.id for topic in standing.topics if topic.pinned or topic.state is not TopicState.ACTIVE}
    kept = [p for p in found if not left.intersection(p.topic_ids) and not _decided(p, standing)]
    return sorted(kept, key=lambda proposal: (-proposal.size, proposal.id))


class _Overlap:
    """Which sentences of each topic lie in which group."""

    def __init__(self, run: TopicRun, standing: Standing) -> None:
        self.run, self.standing = run, standing
        self.groups = {topic.id: topic for topic in run.topics}
        self.topics = {topic.id: topic for topic in standing.topics}
        self.members: dict[str, list[str]] = defaultdict(list)
        self.settled: dict[str, Counter[str]] = defaultdict(Counter)
        self.sizes: Counter[str] = Counter()
        taking = {topic.id for topic in standing.topics if topic.state in TAKES_IN}
        for assignment in run.assignments:
            before = standing.assignments.get(assignment.sentence_id)
            owner = before.topic_id if before is not None and before.settled and before.topic_id in taking else None
            if owner is not None:
                self.sizes[owner] += 1
            if assignment.topic_id is not None:
                self.members[assignment.topic_id].append(assignment.sentence_id)
                if owner is not None:
                    self.settled[assignment.topic_id][owner] += 1

    def continues(self, group: str, topic: str) -> bool:
        """Whether the group holds most of the topic's settled sentences."""
        return self.settled[group][topic] >= MOST * self.sizes[topic]

    def is_old(self, group: str) -> bool:
        """Whether most of the group's sentences stood in a topic before."""
        return sum(self.settled[group].values()) >= MOST * len(self.members[group])

    def free(self, sentence: str) -> bool:
        """Whether neither a fit nor a person has given the sentence a topic."""
        before = self.standing.assignments.get(sentence)
        return before is None or (not before.by_person and (not before.settled or before.topic_id is None))

    def of_topic(self, group: str, topic: str) -> list[str]:
        """Return the group's sentences that stand in the topic and that no person put there."""
        rows = ((s, self.standing.assignments.get(s)) for s in self.members[group])
        return [s for s, row in rows if row is not None and row.topic_id == topic and not row.by_person]

    def part(self, group: str, sentence_ids: Sequence[str]) -> ProposedPart:
        """Return the group as the topic it would become."""
        made = self.groups[group].model_copy(update={"id": derived_id("tp", self.run.id, group), "size": len(sentence_ids)})
        return ProposedPart(topic=made, sentence_ids=tuple(sentence_ids))

    def proposal(
        self, kind: ProposalKind, topic_ids: Sequence[str], parts: Sequence[ProposedPart] = (), *, size: int
    ) -> Proposal:
        name = derived_id("pr", self.run.id, kind.value, *topic_ids, *(part.topic.id for part in parts))
        return Proposal(id=name, run_id=self.run.id, kind=kind, topic_ids=tuple(topic_ids), parts=tuple(parts), size=size)


def _new(overlap: _Overlap) -> list[Proposal]:
    found = []
    for group in overlap.groups:
        free = [sentence for sentence in overlap.members[group] if overlap.free(sentence)]
        goes_on = any(overlap.continues(group, topic) for topic in overlap.settled[group])
        if len(free) >= LEAST_SIZE and not goes_on and not overlap.is_old(group):
            found.append(overlap.proposal(ProposalKind.NEW, (), [overlap.part(group, free)], size=len(free)))
    return found


def _splits(overlap: _Overlap) -> list[Proposal]:
    groups_of: dict[str, list[str]] = defaultdict(list)
    for group in overlap.groups:
        if overlap.settled[group] and overlap.is_old(group):
            topic, count = min(overlap.settled[group].items(), key=lambda pair: (-pair[1], pair[0]))
            if count >= MOST * sum(overlap.settled[group].values()) and count >= max(LEAST_SIZE, SPLIT_SHARE * overlap.sizes[topic]):
                groups_of[topic].append(group)
    found = []
    for topic, groups in sorted(groups_of.items()):
        ordered = sorted(groups, key=lambda group, t=topic: (-overlap.settled[group][t], group))  # type: ignore[misc]
        stays = overlap.groups[ordered[0]]
        leaving = [group for group in ordered[1:] if _cosine(stays, overlap.groups[group]) < SPLIT_BELOW]
        parts = [overlap.part(group, overlap.of_topic(group, topic)) for group in leaving]
        parts = [part for part in parts if len(part.sentence_ids) >= LEAST_SIZE]
        if parts:
            size = len(overlap.of_topic(ordered[0], topic)) + sum(len(part.sentence_ids) for part in parts)
            found.append(overlap.proposal(ProposalKind.SPLIT, [topic], parts, size=size))
    return found


def _merges(overlap: _Overlap) -> list[Proposal]:
    found = []
    for group in overlap.groups:
        inside = [topic for topic in overlap.settled[group] if overlap.continues(group, topic)]
        if len(inside) > 1:
            ordered = sorted(inside, key=lambda topic: (-overlap.sizes[topic], topic))
            found.append(overlap.proposal(ProposalKind.MERGE, ordered, size=sum(overlap.sizes[topic] for topic in inside)))
    return found


def _retired(run_id: str, sentences: Sequence[TopicSentence], standing: Standing) -> list[Proposal]:
    """Propose to retire what was spoken of steadily and is not any more."""
    said = defaultdict(list)
    for sentence in sentences:
        assignment = standing.assignments.get(sentence.id)
        if sentence.submitted_at is not None and assignment is not None and assignment.topic_id is not None:
            said[assignment.topic_id].append(sentence.submitted_at)
    if not said:
        return []
    last = max(moment for moments in said.values() for moment in moments)
    first = min(moment for moments in said.values() for moment in moments)
    before = last - QUIET - first
    found = []
    for topic in standing.topics:
        moments = said.get(topic.id, [])
        if before > QUIET and moments and max(moments) <= last - QUIET and len(moments) * (QUIET / before) >= EXPECTED:
            name = derived_id("pr", run_id, ProposalKind.RETIRE.value, topic.id)
            found.append(Proposal(id=name, run_id=run_id, kind=ProposalKind.RETIRE, topic_ids=(topic.id,), size=len(moments)))
    return found


def _decided(proposal: Proposal, standing: Standing) -> bool:
    """Whether people have already said no, or the opposite."""
    return said_no(proposal, standing) or any(_against(proposal, edit) for edit in standing.edits if edit.undone_at is None)


def said_no(proposal: Proposal, standing: Standing) -> bool:
    """Tell whether people rejected the same before, and it has not grown by half since."""
    return any(_same(proposal, old) and _weight(proposal) < GROWN * _weight(old) for old in standing.rejected)


def _same(proposal: Proposal, old: Proposal) -> bool:
    """Tell whether both would make a topic of mostly the same sentences, be it called new or split, or are of one kind and topics."""
    if proposal.parts and old.parts:
        return _shared(sentences_of(proposal), sentences_of(old)) >= MOST
    return proposal.kind is old.kind and set(proposal.topic_ids) == set(old.topic_ids)


def _against(proposal: Proposal, edit: TopicEdit) -> bool:
    touched = {topic.id for topic in edit.change.after}
    if proposal.kind is ProposalKind.MERGE and edit.change.kind is ChangeKind.SPLIT:
        return len(touched.intersection(proposal.topic_ids)) > 1
    if proposal.kind is ProposalKind.SPLIT and edit.change.kind is ChangeKind.MERGE:
        moved, leaving = {move.sentence_id for move in edit.change.moves}, sentences_of(proposal)
        stays_moved = len(moved - leaving) >= MOST * max(1, proposal.size - len(leaving))
        return proposal.topic_ids[0] in touched and (_shared(leaving, moved) >= MOST or stays_moved)
    return False


def _weight(proposal: Proposal) -> int:
    """Return how many sentences would make topics of their own, or, where none would, how many it is about."""
    return len(sentences_of(proposal)) or proposal.size


def sentences_of(proposal: Proposal) -> set[str]:
    """Return the sentences that would make topics of their own."""
    return {sentence for part in proposal.parts for sentence in part.sentence_ids}


def _shared(some: set[str], others: set[str]) -> float:
    """Return the share of the smaller set that lies in the other, 0…1."""
    return len(some & others) / max(1, min(len(some), len(others)))


def _cosine(one: Topic, other: Topic) -> float:
    first, second = (np.frombuffer(topic.centroid, "<f2").astype(np.float32) for topic in (one, other))
    return float(first @ second / max(1e-6, float(np.linalg.norm(first) * np.linalg.norm(second))))



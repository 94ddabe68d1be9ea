"""Topic editing: what people do to topics, previewed or done, decided proposals, and undo; one transaction each.

An edit can be taken back unless a later one that stands has touched the same topics; those are to be taken back first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipelines.intake import Writer
from pipelines.topic_changes import accepted, exclude, leave, merge, move, new_group, own_part, pin, regroup, rename, rename_group, split
from pipelines.topic_effects import Effect, effects
from voc.clock import Clock
from voc.errors import InputError, NotFoundError
from voc.store import Store, Unit
from voc.topics import Proposal, ProposalKind, ProposalState, Topic, TopicChange, TopicEdit, TopicGroup, TopicState

Build = Callable[[Unit, Topic], TopicChange]
"""Says what a change of a topic would be."""


@dataclass(frozen=True)
class Outcome:
    """A change, and the edit it became; None: it was only previewed, and ``effects`` say what it would do to each count."""

    change: TopicChange
    edit: TopicEdit | None
    effects: tuple[Effect, ...] = ()


class TopicEditing:
    """Edits of topics on a store."""

    def __init__(self, store: Store, writer: Writer, *, clock: Clock) -> None:
        self._store, self._writer, self._clock = store, writer, clock

    def edit(self, topic_id: str, build: Build, *, by: str, preview: bool = False) -> Outcome:
        """Change a topic, or say what the change would be.

        Raises
        ------
        NotFoundError
            If there is no such topic.
        InputError
            If the change is not possible.
        """
        if preview:
            with self._store.read() as unit:
                return _previewed(unit, build(unit, existing(unit, topic_id)))
        return self._do(lambda unit: build(unit, existing(unit, topic_id)), by=by)

    def rename_group(self, group_id: str, name: str, *, by: str, preview: bool = False) -> Outcome:
        """Give a group of topics another name.

        Raises
        ------
        NotFoundError
            If there is no such group.
        InputError
            If the name cannot be given.
        """

        def build(unit: Unit) -> TopicChange:
            return rename_group(existing_group(unit, group_id), name, by=by)

        if preview:
            with self._store.read() as unit:
                return _previewed(unit, build(unit))
        return self._do(build, by=by)

    def leave(self, sentence_ids: Sequence[str], *, by: str) -> Outcome:
        """Leave sentences that belong to no topic without one; no fit moves them again.

        Raises
        ------
        InputError
            If a sentence is not known or has a topic.
        """
        return self._do(lambda unit: leave(sentence_ids, standing=_homes(unit, sentence_ids)), by=by)

    def decide(self, proposal_id: str, *, accept: bool, by: str, name: str | None = None, preview: bool = False) -> Outcome | None:
        """Accept a proposal, with another name for what it makes if one is given, or reject it (None).

        Raises
        ------
        NotFoundError
            If there is no such proposal.
        InputError
            If it is not open any more, or what it is about has changed so that it cannot be done.
        """
        if not accept and preview:
            with self._store.read() as unit:
                _open(unit, proposal_id)
            return None
        if not accept:
            self._writer.do(lambda unit: self._reject(unit, proposal_id, by))
            return None
        if preview:
            with self._store.read() as unit:
                return _previewed(unit, of_proposal(unit, _open(unit, proposal_id), name=name, by=by))

        def carry_out(unit: Unit) -> Outcome:
            proposal = _open(unit, proposal_id)
            change = of_proposal(unit, proposal, name=name, by=by)
            edit = unit.topic_edits.do(change, by=by, now=self._clock(), proposal_id=proposal.id)
            unit.proposals.decide(proposal.id, ProposalState.ACCEPTED, by=by, now=self._clock())
            return Outcome(change, edit)

        return self._writer.do(carry_out)

    def undo(self, number: int, *, by: str) -> TopicEdit:
        """Take an edit back.

        Raises
        ------
        NotFoundError
            If there is no such edit.
        InputError
            If it was taken back already, or a later edit of the same topics stands.
        """
        return self._writer.do(lambda unit: self._undo(unit, number, by))

    def _do(self, build: Callable[[Unit], TopicChange], *, by: str) -> Outcome:
        def carry_out(unit: Unit) -> Outcome:
            change = build(unit)
            return Outcome(change, unit.topic_edits.do(change, by=by, now=self._clock()))

        return self._writer.do(carry_out)

    def _reject(self, unit: Unit, proposal_id: str, by: str) -> None:
        unit.proposals.decide(_open(unit, proposal_id).id, ProposalState.REJECTED, by=by, now=self._clock())

    def _undo(self, unit: Unit, number: int, by: str) -> TopicEdit:
        edit = unit.topic_edits.get(number)
        if edit is None:
            raise NotFoundError(edit=number)
        if edit.undone_at is not None:
            raise InputError("The edit was taken back already.", problem="already_so", edit=number)
        later = unit.topic_edits.standing_on(edit)
        if later:
            message = "Later edits touch the same topics: take those back first."
            raise InputError(message, problem="later_edits", edit=number, later=later[-1])
        unit.topic_edits.undo(edit, by=by, now=self._clock())
        if edit.proposal_id is not None:
            unit.proposals.decide(edit.proposal_id, ProposalState.REJECTED, by=by, now=self._clock())
        return edit


def existing(unit: Unit, topic_id: str) -> Topic:
    """Return the topic; raises NotFoundError where there is none."""
    found = unit.topics.get(topic_id)
    if found is None:
        raise NotFoundError(topic_id=topic_id)
    return found


def existing_group(unit: Unit, group_id: str) -> TopicGroup:
    """Return the group; raises NotFoundError where there is none."""
    found = unit.topic_groups.find().get(group_id)
    if found is None:
        raise NotFoundError(group_id=group_id)
    return found


def survivor(unit: Unit, topic: Topic) -> Topic:
    """Return the topic a merged one leads to, however often it was merged; another is its own."""
    while topic.merged_into is not None:
        topic = existing(unit, topic.merged_into)
    return topic


def renamed(name: str, *, by: str) -> Build:
    """Give another name."""
    return lambda _, topic: rename(topic, name, by=by)


def in_group(group_id: str | None, *, name: str | None = None, by: str) -> Build:
    """Put the topic into a group: one there is, or a new one under a name."""

    def build(unit: Unit, topic: Topic) -> TopicChange:
        if (group_id is None) == (name is None):
            raise InputError("Say either which group or what a new one is called.", problem="bad_name", field="group_id")
        if group_id is not None:
            return regroup(topic, existing_group(unit, group_id))
        group = new_group(topic, name or "", by=by)
        return regroup(topic, group, made=group.id not in unit.topic_groups.find())

    return build


def pinned(*, on: bool) -> Build:
    """Pin, or let go."""
    return lambda _, topic: pin(topic, pinned=on)


def excluded(*, on: bool) -> Build:
    """Hide, or show again."""
    return lambda _, topic: exclude(topic, excluded=on)


def merged(others: Sequence[str]) -> Build:
    """Bring other topics' sentences into this one."""

    def build(unit: Unit, topic: Topic) -> TopicChange:
        return merge(topic, [existing(unit, name) for name in others], members=unit.topics.members(others), topics=_all_topics(unit))

    return build


def split_off(sentence_ids: Sequence[str], *, name: str, by: str) -> Build:
    """Let some of the topic's sentences become a topic of its own."""

    def build(unit: Unit, topic: Topic) -> TopicChange:
        if not set(sentence_ids) <= set(unit.topics.members([topic.id])[topic.id]):
            raise InputError("A sentence to split off is not in the topic.", problem="no_sentence", field="sentence_ids")
        return split(topic, [own_part(topic, sentence_ids, name=name, by=by)])

    return build


def moved_here(sentence_ids: Sequence[str]) -> Build:
    """Move sentences to this topic, from wherever they are; no fit moves them again."""

    def build(unit: Unit, topic: Topic) -> TopicChange:
        return move(sentence_ids, topic, standing=_homes(unit, sentence_ids))

    return build


def moved_to(topic_id: str, sentence_ids: Sequence[str]) -> Build:
    """Move sentences of this topic to another one; no fit moves them again."""

    def build(unit: Unit, topic: Topic) -> TopicChange:
        mine = set(unit.topics.members([topic.id])[topic.id])
        return move([name for name in sentence_ids if name in mine], existing(unit, topic_id), standing=dict.fromkeys(mine, topic.id))

    return build


def moved_out(sentence_ids: Sequence[str]) -> Build:
    """Take sentences out of this topic; they belong to none."""

    def build(unit: Unit, topic: Topic) -> TopicChange:
        mine = set(unit.topics.members([topic.id])[topic.id])
        return move([name for name in sentence_ids if name in mine], None, standing=dict.fromkeys(mine, topic.id))

    return build


def of_proposal(unit: Unit, proposal: Proposal, *, name: str | None = None, by: str) -> TopicChange:
    """Return what an open proposal does if it is accepted, with another name for what it makes if one is given.

    Raises
    ------
    NotFoundError
        If a topic it is about is gone.
    InputError
        If what it is about has changed so that it cannot be done, or the name cannot be given.
    """
    for topic_id in proposal.topic_ids:
        existing(unit, topic_id)
    members = {key: list(ids) for key, ids in unit.topics.members(proposal.topic_ids).items()}
    if proposal.kind is ProposalKind.NEW:
        for sentence, found in unit.topics.assignments(proposal.parts[0].sentence_ids).items():
            if not found.by_person:
                members.setdefault(found.topic_id or "", []).append(sentence)
    change = accepted(proposal, _all_topics(unit), members=members)
    if name is None:
        return change
    if proposal.kind is ProposalKind.RETIRE:
        raise InputError("A topic that is retired gets no name.", problem="bad_name", field="name")
    made = change.after[1] if proposal.kind is ProposalKind.SPLIT else change.after[0]
    if made.name == name:
        return change
    named = rename(made, name, by=by).after[0]
    return change.model_copy(update={"after": tuple(named if topic.id == made.id else topic for topic in change.after)})


def _previewed(unit: Unit, change: TopicChange) -> Outcome:
    return Outcome(change, None, tuple(effects(unit, change)))


def _all_topics(unit: Unit) -> dict[str, Topic]:
    return {topic.id: topic for topic in unit.topics.find(states=TopicState)}


def _homes(unit: Unit, sentence_ids: Sequence[str]) -> dict[str, str | None]:
    """Return the topic of each of the sentences that is known."""
    return {name: found.topic_id for name, found in unit.topics.assignments(sentence_ids).items()}


def _open(unit: Unit, proposal_id: str) -> Proposal:
    found = unit.proposals.get(proposal_id)
    if found is None:
        raise NotFoundError(proposal=proposal_id)
    if found.state is not ProposalState.OPEN:
        raise InputError(f"The proposal is {found.state.value} already.", problem="already_so", proposal=proposal_id)
    return found

"""Changes of topics in the store: what fits propose, and what people did. An edit is never overwritten; taking it back is noted on it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, func, insert, select, update

from voc.store.feedback import insert_or_ignore
from voc.store.rows import table
from voc.store.tables import TopicEditRow, TopicProposalRow
from voc.store.taxonomies import TaxonomyStore
from voc.store.topic_groups import TopicGroupStore
from voc.store.topics import TopicStore
from voc.topics import ChangeKind, Move, Proposal, ProposalState, Topic, TopicAssignment, TopicChange, TopicEdit

PROPOSALS = table(TopicProposalRow)
EDITS = table(TopicEditRow)


class ProposalStore:
    """Proposals inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def replace_open(self, proposals: Sequence[Proposal]) -> None:
        """Let these stand in the place of all that nobody has decided; one that was made before keeps what was decided of it."""
        open_ones = PROPOSALS.c.state == ProposalState.OPEN.value
        self._connection.execute(update(PROPOSALS).where(open_ones).values(state=ProposalState.SUPERSEDED.value))
        rows = [orjson.loads(proposal.model_dump_json()) | {"decided_at": None} for proposal in proposals]
        if rows:
            self._connection.execute(insert_or_ignore(self._connection, PROPOSALS), rows)
            again = PROPOSALS.c.id.in_([row["id"] for row in rows]) & (PROPOSALS.c.state == ProposalState.SUPERSEDED.value)
            self._connection.execute(update(PROPOSALS).where(again).values(state=ProposalState.OPEN.value))

    def find(self, *, run_id: str | None = None, state: ProposalState | None = None) -> list[Proposal]:
        """Return proposals, largest first."""
        query = select(PROPOSALS).order_by(PROPOSALS.c.size.desc(), PROPOSALS.c.id)
        if run_id is not None:
            query = query.where(PROPOSALS.c.run_id == run_id)
        if state is not None:
            query = query.where(PROPOSALS.c.state == state.value)
        return [_proposal(row) for row in self._connection.execute(query)]

    def get(self, proposal_id: str) -> Proposal | None:
        """Return a proposal, or None."""
        row = self._connection.execute(select(PROPOSALS).where(PROPOSALS.c.id == proposal_id)).one_or_none()
        return None if row is None else _proposal(row)

    def decide(self, proposal_id: str, state: ProposalState, *, by: str | None, now: datetime | None) -> None:
        """Note what became of a proposal."""
        values = {"state": state.value, "decided_by": by, "decided_at": now}
        self._connection.execute(update(PROPOSALS).where(PROPOSALS.c.id == proposal_id).values(**values))


class TopicEditStore:
    """Edits inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def do(self, change: TopicChange, *, by: str, now: datetime, proposal_id: str | None = None) -> TopicEdit:
        """Carry a change out and keep it; sentences a person moves stay where the person put them."""
        TopicStore(self._connection).put(change.after)
        TopicGroupStore(self._connection).put(change.groups_after)
        if change.tag is not None and change.tag.made:
            TaxonomyStore(self._connection).add_tag(change.tag.taxonomy, change.tag.tag, now=now)
        self._move(change.moves, by_person=True if change.kind is ChangeKind.MOVE else None)
        row = {
            "change": orjson.loads(change.model_dump_json()),
            "topic_ids": sorted(change.touches),
            "by": by,
            "at": now,
            "proposal_id": proposal_id,
        }
        number = self._connection.execute(insert(EDITS).returning(EDITS.c.number), [row]).scalar_one()
        return TopicEdit(number=number, change=change, by=by, at=now, proposal_id=proposal_id)

    def undo(self, edit: TopicEdit, *, by: str, now: datetime) -> None:
        """Take an edit back; sentences that came to a topic it had made go to the topic that was split, else to none."""
        back, topics = edit.change.reversed(), TopicStore(self._connection)
        topics.put([_as_it_was(topic, topics.get(topic.id), edit.change.kind) for topic in back.after])
        groups, kept_groups = TopicGroupStore(self._connection), {group.id for group in back.groups_after}
        groups.put(back.groups_after)
        groups.remove([group.id for group in back.groups_before if group.id not in kept_groups])
        self._move(back.moves, by_person=False if back.kind is ChangeKind.MOVE else None)
        kept = {topic.id for topic in back.after}
        gone = [topic for topic in back.before if topic.id not in kept]
        for topic in gone:
            goal = topic.parents[0] if topic.parents else None
            names = topics.members([topic.id])[topic.id]
            self._move([Move(sentence_id=name, from_topic=topic.id, to_topic=goal) for name in names], by_person=None)
        topics.remove([topic.id for topic in gone])
        if back.tag is not None and back.tag.made:
            TaxonomyStore(self._connection).drop_tag(back.tag.taxonomy, back.tag.tag)
        self._connection.execute(update(EDITS).where(EDITS.c.number == edit.number).values(undone_by=by, undone_at=now))

    def find(self, topic_id: str | None = None, *, limit: int | None = None) -> list[TopicEdit]:
        """Return all edits, or those that touch a topic, latest first, at most ``limit``; no other edit's sentences are read."""
        query = select(EDITS).order_by(EDITS.c.number.desc())
        if topic_id is None:
            return [_edit(row) for row in self._connection.execute(query.limit(limit))]
        numbers = [number for number, topics, _ in self._touched() if topic_id in topics][:limit]
        return [edit for number in numbers if (edit := self.get(number)) is not None]

    def get(self, number: int) -> TopicEdit | None:
        """Return an edit, or None."""
        row = self._connection.execute(select(EDITS).where(EDITS.c.number == number)).one_or_none()
        return None if row is None else _edit(row)

    def standing(self, topic_ids: Iterable[str], *, after: int = 0) -> list[int]:
        """Return the numbers of the edits after one that stand and touch one of the topics, latest first."""
        wanted = set(topic_ids)
        return [number for number, topics, stands in self._touched() if number > after and stands and wanted.intersection(topics)]

    def standing_on(self, edit: TopicEdit) -> list[int]:
        """Return the numbers of the edits to be taken back before this one, latest first.

        They touch the same topics, or moved a sentence on that this one left without a topic.
        """
        found = set(self.standing(edit.change.touches, after=edit.number))
        left = {move.sentence_id for move in edit.change.moves if move.to_topic is None}
        if left:
            later = [one for number, _, stands in self._touched() if stands and number > edit.number and (one := self.get(number))]
            found |= {one.number for one in later if left & {move.sentence_id for move in one.change.moves}}
        return sorted(found, reverse=True)

    def counts(self) -> Counter[str]:
        """Return how many standing edits touch each topic."""
        return Counter(topic for _, topics, stands in self._touched() if stands for topic in topics)

    def changed_since(self, seen: Mapping[int, datetime | None]) -> list[TopicEdit]:
        """Return the edits made or taken back since they were seen (number, and when each was taken back), latest first."""
        rows = self._connection.execute(select(EDITS.c.number, EDITS.c.undone_at).order_by(EDITS.c.number.desc()))
        numbers = [row.number for row in rows if row.number not in seen or seen[row.number] != row.undone_at]
        return [edit for number in numbers if (edit := self.get(number)) is not None]

    def _touched(self) -> list[tuple[int, list[str], bool]]:
        """Return number, touched topics, and whether it stands, of every edit, latest first."""
        rows = self._connection.execute(select(EDITS.c.number, EDITS.c.topic_ids, EDITS.c.undone_at).order_by(EDITS.c.number.desc()))
        return [(row.number, row.topic_ids, row.undone_at is None) for row in rows]

    def revision(self) -> tuple[int, int]:
        """Return how many edits there are and how many were taken back: what changes with every edit."""
        row = self._connection.execute(select(func.count(), func.count(EDITS.c.undone_at)).select_from(EDITS)).one()
        return int(row[0]), int(row[1])

    def _move(self, moves: Sequence[Move], *, by_person: bool | None) -> None:
        """Move the sentences that are where the moves begin; ``by_person`` None: the mark of who put them there stays."""
        topics = TopicStore(self._connection)
        standing = topics.assignments([move.sentence_id for move in moves])
        found = [(standing[move.sentence_id], move) for move in moves if move.sentence_id in standing]
        topics.assign([_moved(row, move.to_topic, by_person=by_person) for row, move in found if row.topic_id == move.from_topic])


def _moved(row: TopicAssignment, goal: str | None, *, by_person: bool | None) -> TopicAssignment:
    return row.model_copy(update={"topic_id": goal, "settled": True, "by_person": row.by_person if by_person is None else by_person})


def _as_it_was(topic: Topic, now: Topic | None, kind: ChangeKind) -> Topic:
    """Return the topic as it was, with what a fit has said of it since, its group among it unless that is what is taken back."""
    if now is None:
        return topic
    since = {"keywords", "example_ids", "centroid"} | (set() if kind is ChangeKind.REGROUP else {"group_id", "group_by_person"})
    return topic.model_copy(update=now.model_dump(include=since))


def _proposal(row: Any) -> Proposal:
    found = dict(row._mapping)  # noqa: SLF001  # SQLAlchemy's public name
    moment = found.pop("decided_at")
    return Proposal.model_validate_json(orjson.dumps(found)).model_copy(update={"decided_at": moment})


def _edit(row: Any) -> TopicEdit:
    return TopicEdit(
        number=row.number,
        change=TopicChange.model_validate_json(orjson.dumps(row.change)),
        by=row.by,
        at=row.at,
        proposal_id=row.proposal_id,
        undone_by=row.undone_by,
        undone_at=row.undone_at,
    )

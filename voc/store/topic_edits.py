"""Changes of topics in the store: what fits propose, and what people did. An edit is never overwritten; taking it back is noted on it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, func, insert, select, update

from voc.store.feedback import insert_or_ignore
from voc.store.rows import table
from voc.store.tables import TopicEditRow, TopicProposalRow
from voc.store.topics import TopicStore
from voc.topics import ChangeKind, Proposal, ProposalState, TopicAssignment, TopicChange, TopicEdit

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
        self._carry_out(change, by_person=change.kind is ChangeKind.MOVE)
        row = {
            "change": orjson.loads(change.model_dump_json()),
            "topic_ids": sorted(change.topic_ids),
            "by": by,
            "at": now,
            "proposal_id": proposal_id,
        }
        number = self._connection.execute(insert(EDITS).returning(EDITS.c.number), [row]).scalar_one()
        return TopicEdit(number=number, change=change, by=by, at=now, proposal_id=proposal_id)

    def undo(self, edit: TopicEdit, *, by: str, now: datetime) -> None:
        """Take an edit back; sentences that came to a topic it had made go to the topic that was split, else to none."""
        back = edit.change.reversed()
        self._carry_out(back, by_person=False)
        kept = {topic.id for topic in back.after}
        gone = [topic for topic in back.before if topic.id not in kept]
        topics = TopicStore(self._connection)
        for topic, names in ((topic, topics.members([topic.id])[topic.id]) for topic in gone):
            goal = topic.parents[0] if topic.parents else None
            self._move([(name, goal) for name in names], by_person=False)
        topics.remove([topic.id for topic in gone])
        self._connection.execute(update(EDITS).where(EDITS.c.number == edit.number).values(undone_by=by, undone_at=now))

    def find(self, topic_id: str | None = None) -> list[TopicEdit]:
        """Return all edits, or those that touch a topic, latest first."""
        found = [_edit(row) for row in self._connection.execute(select(EDITS).order_by(EDITS.c.number.desc()))]
        return [edit for edit in found if topic_id is None or topic_id in edit.change.topic_ids]

    def revision(self) -> tuple[int, int]:
        """Return how many edits there are and how many were taken back: what changes with every edit."""
        row = self._connection.execute(select(func.count(), func.count(EDITS.c.undone_at)).select_from(EDITS)).one()
        return int(row[0]), int(row[1])

    def _carry_out(self, change: TopicChange, *, by_person: bool) -> None:
        TopicStore(self._connection).put(change.after)
        self._move([(move.sentence_id, move.to_topic) for move in change.moves], by_person=by_person)

    def _move(self, moves: Sequence[tuple[str, str | None]], *, by_person: bool) -> None:
        topics = TopicStore(self._connection)
        standing = topics.assignments([name for name, _ in moves])
        topics.assign([_moved(standing[name], goal, by_person=by_person) for name, goal in moves if name in standing])


def _moved(assignment: TopicAssignment, goal: str | None, *, by_person: bool) -> TopicAssignment:
    return assignment.model_copy(update={"topic_id": goal, "settled": True, "by_person": by_person})


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

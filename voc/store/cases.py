"""Cases in the store: steps are added and taken back, never changed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from voc.cases import Case, CaseState, CaseStep
from voc.errors import InputError, NotFoundError
from voc.store.moves import Move, note_moves, ways_of
from voc.store.rows import table
from voc.store.tables import CaseStepRow

STEPS = table(CaseStepRow)


class CaseStore:
    """Cases inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def decide(self, subject_id: str, state: CaseState, *, note: str, owner: str | None, due: date | None, by: str, now: datetime) -> Case:
        """Add a step to somebody's case and return the case; that of a merged profile is the kept one's."""
        way = ways_of(self._connection, [subject_id]).get(subject_id, [])
        subject_id = way[-1][1] if way else subject_id
        values = {"subject_id": subject_id, "state": state.value, "note": note, "owner": owner, "due": due, "by": by, "at": now}
        done = self._connection.execute(insert(STEPS).values(**values))
        number = int((done.inserted_primary_key or (0,))[0])
        note_moves(self._connection, [Move(merge, "case_step", str(number)) for merge, _ in way])
        return Case(subject_id=subject_id, state=state, note=note, owner=owner, due=due, by=by, at=now, number=number)

    def undo(self, number: int, *, by: str, now: datetime) -> Case | None:
        """Take a step back and return the case as it stands then; None where none is left.

        Raises
        ------
        NotFoundError
            If there is no such step.
        InputError
            If it was taken back already, or a later one of the same case stands.
        """
        row = self._connection.execute(select(STEPS).where(STEPS.c.number == number)).one_or_none()
        if row is None:
            raise NotFoundError(step=number)
        standing = self._standing([row.subject_id])
        if row.undone_at is not None or not standing or standing[-1].number != number:
            raise InputError("Only the latest decision that stands can be taken back.", step=number)
        self._connection.execute(update(STEPS).where(STEPS.c.number == number).values(undone_by=by, undone_at=now))
        return _case(standing[-2]) if len(standing) > 1 else None

    def get(self, subject_id: str) -> Case | None:
        """Return somebody's case, or None."""
        standing = self._standing([subject_id])
        return _case(standing[-1]) if standing else None

    def all_cases(self) -> dict[str, Case]:
        """Return every case by subject."""
        return {row.subject_id: _case(row) for row in self._standing(None)}

    def steps(self, subject_id: str) -> list[CaseStep]:
        """Return every decision on a case, taken back ones too, latest first."""
        rows = self._connection.execute(select(STEPS).where(STEPS.c.subject_id == subject_id).order_by(STEPS.c.number.desc()))
        return [CaseStep(**{name: row._mapping[name] for name in CaseStep.model_fields}) for row in rows]  # noqa: SLF001  # SQLAlchemy's public name

    def latest(self, *, limit: int) -> list[tuple[str, CaseStep]]:
        """Return the latest decisions with whom they are about."""
        rows = self._connection.execute(select(STEPS).order_by(STEPS.c.number.desc()).limit(limit))
        return [
            (row.subject_id, CaseStep(**{name: row._mapping[name] for name in CaseStep.model_fields}))  # noqa: SLF001  # as above
            for row in rows
        ]

    def _standing(self, subjects: Sequence[str] | None) -> list[Any]:
        query = select(STEPS).where(STEPS.c.undone_at.is_(None)).order_by(STEPS.c.number)
        if subjects is not None:
            query = query.where(STEPS.c.subject_id.in_(subjects))
        return list(self._connection.execute(query))


def _case(row: Any) -> Case:
    return Case(**{name: row._mapping[name] for name in Case.model_fields})  # noqa: SLF001  # SQLAlchemy's public name

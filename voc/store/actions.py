"""Actions, their changes, and experiment assignments in the store."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from voc.actions import Action, ActionEdit, Assignment
from voc.store.feedback import insert_or_replace
from voc.store.rows import table
from voc.store.tables import ActionEditRow, ActionRow, AssignmentRow

ACTIONS = table(ActionRow)
EDITS = table(ActionEditRow)
ASSIGNMENTS = table(AssignmentRow)


class ActionStore:
    """Actions inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, action: Action) -> None:
        """Keep a new action."""
        self._connection.execute(insert(ACTIONS), [_row(action)])

    def replace(self, action: Action, *, by: str, now: datetime, changes: dict[str, tuple[str, str]]) -> None:
        """Put the action in the place of what it was, and keep what changed."""
        self._connection.execute(update(ACTIONS).where(ACTIONS.c.id == action.id).values(**_row(action)))
        self._connection.execute(insert(EDITS), [{"action_id": action.id, "by": by, "at": now, "changes": changes}])

    def find(self) -> list[Action]:
        """Return all actions, latest start first."""
        rows = self._connection.execute(select(ACTIONS))
        found = [Action(**row._mapping) for row in rows]  # noqa: SLF001  # SQLAlchemy's public name
        return sorted(found, key=lambda action: (action.plan.starts_on, action.created_at, action.id), reverse=True)

    def get(self, action_id: str) -> Action | None:
        """Return the action, or None."""
        row = self._connection.execute(select(ACTIONS).where(ACTIONS.c.id == action_id)).one_or_none()
        return None if row is None else Action(**row._mapping)  # noqa: SLF001  # SQLAlchemy's public name

    def edits(self, action_id: str) -> list[ActionEdit]:
        """Return what was changed on the action, latest first."""
        rows = self._connection.execute(select(EDITS).where(EDITS.c.action_id == action_id).order_by(EDITS.c.number.desc()))
        return [ActionEdit(number=row.number, by=row.by, at=row.at, changes=row.changes) for row in rows]

    def assign(self, assignments: Sequence[Assignment]) -> None:
        """Keep assignments; a later one of the same subject in the same experiment takes the earlier one's place."""
        if assignments:
            rows = [one.model_dump() | {"arm": one.arm.value} for one in assignments]
            self._connection.execute(insert_or_replace(self._connection, ASSIGNMENTS), rows)

    def assignments(self, experiment: str) -> list[Assignment]:
        """Return an experiment's assignments by subject."""
        query = select(ASSIGNMENTS).where(ASSIGNMENTS.c.experiment == experiment).order_by(ASSIGNMENTS.c.subject_id)
        return [Assignment(**row._mapping) for row in self._connection.execute(query)]  # noqa: SLF001  # SQLAlchemy's public name

    def experiments(self) -> dict[str, dict[str, int]]:
        """Return how many are on each side, by experiment."""
        counts: Counter[tuple[str, str]] = Counter(
            (row.experiment, row.arm) for row in self._connection.execute(select(ASSIGNMENTS.c.experiment, ASSIGNMENTS.c.arm))
        )
        found: dict[str, dict[str, int]] = {}
        for (experiment, arm), n in sorted(counts.items()):
            found.setdefault(experiment, {})[arm] = n
        return found


def _row(action: Action) -> dict[str, Any]:
    return action.model_dump(exclude={"plan"}) | {"plan": action.plan.model_dump(mode="json")}

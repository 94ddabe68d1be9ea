"""History of profiles and weights of roles in the store."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from voc.account_room import RoleWeights
from voc.profile_history import ProfileChange, ProfileNoun
from voc.store.feedback import insert_or_replace
from voc.store.rows import table
from voc.store.tables import ProfileChangeRow, RoleWeightsRow

CHANGES = table(ProfileChangeRow)
WEIGHTS = table(RoleWeightsRow)
ALL_ACCOUNTS = ""


class ProfileHistoryStore:
    """Changes of profiles inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, subject_id: str) -> list[ProfileChange]:
        """Return the changes of a profile, latest first."""
        query = select(CHANGES).where(CHANGES.c.subject_id == subject_id).order_by(CHANGES.c.number.desc())
        return [_change(row) for row in self._connection.execute(query)]

    def revision(self) -> int:
        """Return the number of the latest change of any profile; 0 before the first."""
        return int(self._connection.execute(select(func.max(CHANGES.c.number))).scalar_one() or 0)

    def of_account(self, account_id: str, customer_ids: list[str]) -> list[ProfileChange]:
        """Return the changes of an account and its people, latest first."""
        query = select(CHANGES).where(CHANGES.c.subject_id.in_([account_id, *customer_ids])).order_by(CHANGES.c.number.desc())
        return [_change(row) for row in self._connection.execute(query)]


class RoleWeightsStore:
    """Weights of roles inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self) -> dict[str, RoleWeights]:
        """Return the weights that were set, by account id; ``ALL_ACCOUNTS`` for those of everybody else."""
        return {row.account_id: _weights(row) for row in self._connection.execute(select(WEIGHTS))}

    def get(self, account_id: str) -> tuple[RoleWeights, bool]:
        """Return the weights that count for an account, and whether they are its own."""
        found = self.find()
        return found.get(account_id) or found.get(ALL_ACCOUNTS) or RoleWeights(), account_id in found

    def put(self, account_id: str, weights: RoleWeights, *, by: str, now: datetime) -> None:
        """Set the weights of an account, or of all without their own."""
        row = weights.model_dump() | {"account_id": account_id, "by": by, "at": now}
        self._connection.execute(insert_or_replace(self._connection, WEIGHTS), [row])

    def remove(self, account_id: str) -> None:
        """Let the weights of all count for the account again."""
        self._connection.execute(delete(WEIGHTS).where(WEIGHTS.c.account_id == account_id))


def note_change(
    connection: Connection,
    noun: ProfileNoun,
    subject_id: str,
    *,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    by: str,
    now: datetime,
) -> int:
    """Keep a change and return its number: ``after`` holds the fields that were set; without ``before`` the profile is new."""
    changes = {name: [_plain(None if before is None else before[name]), _plain(value)] for name, value in after.items()}
    row = {"noun": noun.value, "subject_id": subject_id, "at": now, "by": by, "new": before is None, "changes": changes}
    return int(connection.execute(insert(CHANGES).returning(CHANGES.c.number), [row]).scalar_one())


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _weights(row: Any) -> RoleWeights:
    return RoleWeights(**{name: row._mapping[name] for name in RoleWeights.model_fields})  # noqa: SLF001  # SQLAlchemy's public name


def _change(row: Any) -> ProfileChange:
    return ProfileChange(
        number=row.number,
        noun=ProfileNoun(row.noun),
        subject_id=row.subject_id,
        at=row.at,
        by=row.by,
        new=row.new,
        changes={name: (pair[0], pair[1]) for name, pair in row.changes.items()},
    )

"""Merged profiles in the store: what belonged to one person's second profile belongs to the first, until that is taken back.

Every row that moves is noted, rows that come in later under the merged id as well, so that taking back gives each its own again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, func, insert, or_, select, update

from voc.identity import IdentityKind, Merge, MergeState
from voc.store.feedback import chunks, insert_or_ignore
from voc.store.filters import standing
from voc.store.rows import table
from voc.store.tables import CaseStepRow, CustomerMergeRow, CustomerRow, FeedbackRow, KpiObservationRow, MergeMoveRow

MERGES = table(CustomerMergeRow)
MOVES = table(MergeMoveRow)
CUSTOMERS = table(CustomerRow)


class Follower(NamedTuple):
    """A table whose rows follow a merged person: its key, and the column that names the person."""

    table: Table
    key: str
    person: str
    read_key: type[str | int] = str


FOLLOWS = {
    "feedback": Follower(table(FeedbackRow), "id", "customer_id"),
    "kpi_observation": Follower(table(KpiObservationRow), "id", "customer_id"),
    "case_step": Follower(table(CaseStepRow), "number", "subject_id", int),
}
"""A test fails on a table with a ``customer_id`` or ``subject_id`` that stands neither here nor in ``STAYS``."""
STAYS = {
    "identity": "what a profile is known by stays its own, so that a merge can be taken back",
    "profile_change": "the history of a profile stays its own",
    "experiment_assignment": "an assignment is what the experiment did to that profile",
}
FILLED = ("account_id", "name", "segment", "started_on", "churned_on")


class MergeStore:
    """Decided pairs inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def do(self, kept_id: str, gone_id: str, *, reasons: Sequence[IdentityKind], by: str, now: datetime) -> Merge:
        """Give everything of one profile to the other, which also gets the facts it lacks; keep what it takes to undo."""
        number = self._note(kept_id, gone_id, reasons, MergeState.ACCEPTED, by=by, now=now, filled=self._fill(kept_id, gone_id))
        for noun, (target, key, person, _) in FOLLOWS.items():
            theirs = target.c[person] == gone_id
            ids = list(self._connection.execute(select(target.c[key]).where(theirs)).scalars())
            _keep_moves(self._connection, [(number, noun, str(row_id)) for row_id in ids])
            self._connection.execute(update(target).where(theirs).values({person: kept_id}))
        return self.get(number) or _unknown(number)

    def reject(self, kept_id: str, gone_id: str, *, reasons: Sequence[IdentityKind], by: str, now: datetime) -> Merge:
        """Note that two profiles are two people."""
        number = self._note(kept_id, gone_id, reasons, MergeState.REJECTED, by=by, now=now, filled={})
        return self.get(number) or _unknown(number)

    def undo(self, merge: Merge, *, by: str, now: datetime) -> None:
        """Give back what moved, and take the filled facts away again where nobody has changed them since."""
        row = self._connection.execute(select(MERGES).where(MERGES.c.number == merge.number)).one()
        for noun, (target, key, person, read_key) in FOLLOWS.items():
            query = select(MOVES.c.row_id).where(MOVES.c.number == merge.number, MOVES.c.noun == noun)
            for some in chunks(list(self._connection.execute(query).scalars())):
                mine = target.c[key].in_([read_key(row_id) for row_id in some])
                self._connection.execute(update(target).where(mine).values({person: merge.gone_id}))
        kept = self._connection.execute(select(CUSTOMERS).where(CUSTOMERS.c.id == merge.kept_id)).one_or_none()
        lacked = {"role": "unknown"}
        back = {name: lacked.get(name) for name, value in row.filled.items() if kept is not None and _plain(kept._mapping[name]) == value}  # noqa: SLF001
        if back:
            self._connection.execute(update(CUSTOMERS).where(CUSTOMERS.c.id == merge.kept_id).values(**back))
        self._connection.execute(update(MERGES).where(MERGES.c.number == merge.number).values(undone_by=by, undone_at=now))

    def find(self, customer_id: str | None = None) -> list[Merge]:
        """Return all decisions, or those about a profile, latest first."""
        query = select(MERGES).order_by(MERGES.c.number.desc())
        if customer_id is not None:
            query = query.where(or_(MERGES.c.kept_id == customer_id, MERGES.c.gone_id == customer_id))
        return [_merge(row) for row in self._connection.execute(query)]

    def get(self, number: int) -> Merge | None:
        """Return a decision, or None."""
        row = self._connection.execute(select(MERGES).where(MERGES.c.number == number)).one_or_none()
        return None if row is None else _merge(row)

    def kept(self, customer_id: str) -> str:
        """Return the profile that stands for a customer: its own, or the one it was merged into."""
        path = _path(_standing_of(self._connection, [customer_id]), customer_id, self._connection)
        return path[-1][1] if path else customer_id

    def family(self, customer_id: str) -> frozenset[str]:
        """Return every profile of the person behind a profile, merged ones included."""
        found, wave = {self.kept(customer_id)}, [self.kept(customer_id)]
        while wave:
            query = select(MERGES.c.gone_id).where(MERGES.c.kept_id.in_(wave), standing())
            wave = [gone for gone in self._connection.execute(query).scalars() if gone not in found]
            found.update(wave)
        return frozenset(found)

    def revision(self) -> tuple[int, int]:
        """Return how many decisions there are and how many were taken back."""
        row = self._connection.execute(select(func.count(), func.count(MERGES.c.undone_at)).select_from(MERGES)).one()
        return int(row[0]), int(row[1])

    def _note(
        self,
        kept_id: str,
        gone_id: str,
        reasons: Sequence[IdentityKind],
        state: MergeState,
        *,
        by: str,
        now: datetime,
        filled: dict[str, Any],
    ) -> int:
        row = {
            "kept_id": kept_id,
            "gone_id": gone_id,
            "reasons": [reason.value for reason in reasons],
            "state": state.value,
            "filled": filled,
            "by": by,
            "at": now,
        }
        return int(self._connection.execute(insert(MERGES).returning(MERGES.c.number), [row]).scalar_one())

    def _fill(self, kept_id: str, gone_id: str) -> dict[str, Any]:
        """Give the kept profile the facts it lacks; return them as JSON."""
        query = select(CUSTOMERS).where(CUSTOMERS.c.id.in_((kept_id, gone_id)))
        rows = {row.id: row._mapping for row in self._connection.execute(query)}  # noqa: SLF001  # SQLAlchemy's public name
        if len(rows) < 2:  # noqa: PLR2004  # both profiles
            return {}
        kept, gone = rows[kept_id], rows[gone_id]
        given = {name: gone[name] for name in FILLED if kept[name] is None and gone[name] is not None}
        if kept["role"] == "unknown" and gone["role"] != "unknown":
            given["role"] = gone["role"]
        if given:
            self._connection.execute(update(CUSTOMERS).where(CUSTOMERS.c.id == kept_id).values(**given))
        return {name: _plain(value) for name, value in given.items()}


def belonging(connection: Connection, noun: str, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return new rows as they are to be stored: of merged people under the kept profile, and with the account the profile names."""
    ids = sorted({row["customer_id"] for row in rows if row["customer_id"] is not None})
    if not ids:
        return list(rows)
    hops = _standing_of(connection, ids)
    moves, told = [], []
    for row in rows:
        path = _path(hops, row["customer_id"], connection) if row["customer_id"] in hops else []
        moves += [(number, noun, row["id"]) for number, _ in path]
        told.append(row | {"customer_id": path[-1][1]} if path else dict(row))
    _keep_moves(connection, moves)
    accounts: dict[str, str | None] = {}
    for some in chunks(sorted({row["customer_id"] for row in told if row["customer_id"] and not row["account_id"]})):
        query = select(CUSTOMERS.c.id, CUSTOMERS.c.account_id).where(CUSTOMERS.c.id.in_(some))
        accounts |= {row.id: row.account_id for row in connection.execute(query)}
    return [row | {"account_id": row["account_id"] or accounts.get(row["customer_id"])} for row in told]


def _standing_of(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Return, for those of the profiles that were merged, the merge and where it leads."""
    found: dict[str, tuple[int, str]] = {}
    for some in chunks(ids):
        query = select(MERGES.c.gone_id, MERGES.c.number, MERGES.c.kept_id).where(MERGES.c.gone_id.in_(some), standing())
        found |= {row.gone_id: (row.number, row.kept_id) for row in connection.execute(query)}
    return found


def _path(hops: dict[str, tuple[int, str]], customer_id: str, connection: Connection) -> list[tuple[int, str]]:
    """Return the merges that lead from a profile to the one that stands for it."""
    path: list[tuple[int, str]] = []
    at = hops.get(customer_id)
    while at is not None:
        path.append(at)
        at = _standing_of(connection, [at[1]]).get(at[1])
    return path


def _keep_moves(connection: Connection, moves: Sequence[tuple[int, str, str]]) -> None:
    if moves:
        rows = [{"number": number, "noun": noun, "row_id": row_id} for number, noun, row_id in moves]
        connection.execute(insert_or_ignore(connection, MOVES), rows)


def _merge(row: Any) -> Merge:
    columns = {name: row._mapping[name] for name in Merge.model_fields if name != "reasons"}  # noqa: SLF001  # SQLAlchemy's public name
    return Merge(**columns, reasons=tuple(IdentityKind(reason) for reason in row.reasons))


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _unknown(number: int) -> Merge:
    raise LookupError(number)

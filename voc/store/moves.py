"""Moves: rows that belong to a kept profile because of a merge. Every one is noted, so that taking the merge back gives each its own again.

A row that comes in under a merged id moves and is noted as well: under every merge on the way to the profile that stands for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, and_, delete, select

from voc.customers import Customer
from voc.profile_history import ProfileNoun
from voc.store.feedback import chunks, insert_or_ignore
from voc.store.filters import standing
from voc.store.rows import table
from voc.store.tables import CaseStepRow, CustomerRow, FeedbackRow, KpiObservationRow, MergeMoveRow, ProfileMergeRow

MERGES = table(ProfileMergeRow)
MOVES = table(MergeMoveRow)
CUSTOMERS = table(CustomerRow)


class Follower(NamedTuple):
    """A table whose rows follow a merged profile: its key, and the column that names the profile."""

    table: Table
    key: str
    owner: str
    read_key: type[str | int] = str


class Move(NamedTuple):
    """A row that a merge gave to the kept profile."""

    number: int
    noun: str
    row_id: str


FOLLOWS: Mapping[ProfileNoun, Mapping[str, Follower]] = {
    ProfileNoun.CUSTOMER: {
        "feedback": Follower(table(FeedbackRow), "id", "customer_id"),
        "kpi_observation": Follower(table(KpiObservationRow), "id", "customer_id"),
        "case_step": Follower(table(CaseStepRow), "number", "subject_id", int),
    },
    ProfileNoun.ACCOUNT: {
        "customer": Follower(CUSTOMERS, "id", "account_id"),
        "feedback": Follower(table(FeedbackRow), "id", "account_id"),
        "kpi_observation": Follower(table(KpiObservationRow), "id", "account_id"),
        "case_step": Follower(table(CaseStepRow), "number", "subject_id", int),
    },
}
"""A test fails on a table that names a customer or an account and stands neither here nor in ``STAYS``."""
CHANGE = "profile_change"
"""Noun of an entry that a merge wrote into the kept profile's history: noted like a move, so that it is found again."""
STAYS = {
    "identity": "what a profile is known by stays its own, so that a merge can be taken back",
    "profile_change": "the history of a profile stays its own",
    "experiment_assignment": "an assignment is what the experiment did to that profile; a check reads it for the one that stands for it",
    "role_weights": "weights are set for one account; those of the kept account count",
}


def belonging(connection: Connection, noun: str, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return new rows as they are to be stored: under the profiles that stand for theirs, and with the account the customer belongs to."""
    told = _settled(connection, noun, rows, owner="customer_id")
    told = _settled(connection, noun, told, owner="account_id")
    people = sorted({row["customer_id"] for row in told if row["customer_id"] and not row["account_id"]})
    accounts: dict[str, str | None] = {}
    for some in chunks(people):
        query = select(CUSTOMERS.c.id, CUSTOMERS.c.account_id).where(CUSTOMERS.c.id.in_(some))
        accounts |= {row.id: row.account_id for row in connection.execute(query)}
    moved = membership_moves(connection, [name for name, account in accounts.items() if account is not None])
    theirs = [row for row in told if row["customer_id"] in moved and not row["account_id"]]
    note_moves(connection, [Move(number, noun, row["id"]) for row in theirs for number, _ in moved[row["customer_id"]]])
    return [row | {"account_id": row["account_id"] or accounts.get(row["customer_id"])} for row in told]


def _settled(connection: Connection, noun: str, rows: Sequence[dict[str, Any]], *, owner: str) -> list[dict[str, Any]]:
    """Return rows with the profile that stands for their owner."""
    ways = ways_of(connection, sorted({row[owner] for row in rows if row[owner] is not None}))
    note_moves(connection, [Move(number, noun, row["id"]) for row in rows for number, _ in ways.get(row[owner], ())])
    return [row | {owner: ways[row[owner]][-1][1]} if row[owner] in ways else dict(row) for row in rows]


def members(connection: Connection, customers: Sequence[Customer]) -> list[Customer]:
    """Return customers with the account that stands for the one they name; an account that is named anew takes the place of what moved."""
    named = [one for one in customers if one.account_id is not None]
    forget_memberships(connection, [one.id for one in named])
    ways = ways_of(connection, sorted({one.account_id for one in named if one.account_id}))
    note_moves(connection, [Move(number, "customer", one.id) for one in named for number, _ in ways.get(one.account_id or "", ())])
    return [
        one.model_copy(update={"account_id": ways[one.account_id][-1][1]}) if one.account_id in ways else one for one in customers
    ]


def membership_moves(connection: Connection, customer_ids: Sequence[str]) -> dict[str, list[tuple[int, str]]]:
    """Return, of customers whose account was merged, the merges that moved them, first to last, each with the account it took them from."""
    found: dict[str, list[tuple[int, str]]] = {}
    for some in chunks(customer_ids):
        mine = and_(MOVES.c.number == MERGES.c.number, MOVES.c.noun == "customer", MOVES.c.row_id.in_(some))
        query = select(MOVES.c.row_id, MERGES.c.number, MERGES.c.gone_id).where(mine, standing()).order_by(MERGES.c.number)
        for row in connection.execute(query):
            found.setdefault(row.row_id, []).append((row.number, row.gone_id))
    return found


def ways_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[tuple[int, str]]]:
    """Return, for those of the profiles that were merged, the merges that lead to what stands for them, each with where it leads."""
    hops: dict[str, tuple[int, str]] = {}
    wave = list(ids)
    while wave:
        found: dict[str, tuple[int, str]] = {}
        for some in chunks(wave):
            query = select(MERGES.c.gone_id, MERGES.c.number, MERGES.c.kept_id).where(MERGES.c.gone_id.in_(some), standing())
            found |= {row.gone_id: (row.number, row.kept_id) for row in connection.execute(query)}
        hops |= found
        wave = sorted({kept for _, kept in found.values()} - hops.keys())
    return {name: _way(hops, name) for name in ids if name in hops}


def _way(hops: Mapping[str, tuple[int, str]], name: str) -> list[tuple[int, str]]:
    way = [hops[name]]
    while way[-1][1] in hops:
        way.append(hops[way[-1][1]])
    return way


def note_moves(connection: Connection, moves: Iterable[Move]) -> None:
    """Keep moves; known ones stay as they are."""
    rows = [move._asdict() for move in moves]
    if rows:
        connection.execute(insert_or_ignore(connection, MOVES), rows)


def forget_memberships(connection: Connection, customer_ids: Sequence[str]) -> None:
    """Let customers' accounts be what they are now, whatever accounts were merged."""
    of_accounts = list(connection.execute(select(MERGES.c.number).where(MERGES.c.noun == ProfileNoun.ACCOUNT.value, standing())).scalars())
    for some in chunks(customer_ids if of_accounts else []):
        mine = and_(MOVES.c.number.in_(of_accounts), MOVES.c.noun == "customer", MOVES.c.row_id.in_(some))
        connection.execute(delete(MOVES).where(mine))

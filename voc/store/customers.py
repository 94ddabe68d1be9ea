"""Customers and accounts in the store. ``put`` sets what is given and leaves the rest as it was."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, func, insert, or_, select, update

from voc.customers import Account, Customer
from voc.profile_history import ProfileNoun
from voc.store.feedback import chunks
from voc.store.filters import standing
from voc.store.moves import Move, members, membership_moves, note_moves
from voc.store.profiles import note_change
from voc.store.rows import row_to_account, row_to_customer, table
from voc.store.tables import AccountRow, CustomerRow, FeedbackRow, KpiObservationRow, ProfileMergeRow

CUSTOMERS = table(CustomerRow)
ACCOUNTS = table(AccountRow)
FEEDBACK = table(FeedbackRow)
OBSERVATIONS = table(KpiObservationRow)
MERGES = table(ProfileMergeRow)


class AccountName(NamedTuple):
    """How an account is called."""

    id: str
    external_id: str
    name: str | None


class CustomerStore:
    """People and organisations inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put_customers(self, customers: Sequence[Customer], *, by: str = "", now: datetime | None = None) -> dict[str, int]:
        """Add or change customers; fields that were not given keep their value. Return counts new, changed, same.

        Who names an account that was merged belongs to the one that was kept.
        ``by`` and ``now``: who says so and when, kept in the profile's history; without a moment no history is kept.
        """
        return self._put(CUSTOMERS, members(self._connection, customers), by=by, now=now)

    def put_accounts(self, accounts: Sequence[Account], *, by: str = "", now: datetime | None = None) -> dict[str, int]:
        """Add or change accounts, as ``put_customers``."""
        return self._put(ACCOUNTS, accounts, by=by, now=now)

    def customer(self, customer_id: str) -> Customer | None:
        """Return the customer, or None."""
        row = self._connection.execute(select(CUSTOMERS).where(CUSTOMERS.c.id == customer_id)).one_or_none()
        return None if row is None else row_to_customer(row)

    def account(self, account_id: str) -> Account | None:
        """Return the account, or None."""
        row = self._connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.id == account_id)).one_or_none()
        return None if row is None else row_to_account(row)

    def customers(self, customer_ids: Sequence[str]) -> dict[str, Customer]:
        """Return the customers of the ids that are known."""
        found: dict[str, Customer] = {}
        for some in chunks(customer_ids):
            rows = self._connection.execute(select(CUSTOMERS).where(CUSTOMERS.c.id.in_(some)))
            found |= {row.id: row_to_customer(row) for row in rows}
        return found

    def accounts(self, account_ids: Sequence[str]) -> dict[str, Account]:
        """Return the accounts of the ids that are known."""
        found: dict[str, Account] = {}
        for some in chunks(account_ids):
            rows = self._connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.id.in_(some)))
            found |= {row.id: row_to_account(row) for row in rows}
        return found

    def all_customers(self) -> list[Customer]:
        """Return every customer with a profile, by id."""
        return [row_to_customer(row) for row in self._connection.execute(select(CUSTOMERS).order_by(CUSTOMERS.c.id))]

    def present_customers(self) -> list[Customer]:
        """Return every person once: customers with a profile, without those that were merged into another."""
        query = select(CUSTOMERS).where(CUSTOMERS.c.id.not_in(_merged())).order_by(CUSTOMERS.c.id)
        return [row_to_customer(row) for row in self._connection.execute(query)]

    def present_accounts(self) -> list[Account]:
        """Return every account once, by id: those with a profile, without those that were merged into another."""
        query = select(ACCOUNTS).where(ACCOUNTS.c.id.not_in(_merged())).order_by(ACCOUNTS.c.id)
        return [row_to_account(row) for row in self._connection.execute(query)]

    def names_of_accounts(self) -> list[AccountName]:
        """Return id, sender's id and name of every account, merged ones left out."""
        query = select(ACCOUNTS.c.id, ACCOUNTS.c.external_id, ACCOUNTS.c.name).where(ACCOUNTS.c.id.not_in(_merged()))
        return [AccountName(*row) for row in self._connection.execute(query.order_by(ACCOUNTS.c.id))]

    def of_account(self, account_id: str) -> list[Customer]:
        """Return the people of an account, each once: profiles that were merged into another are left out."""
        query = select(CUSTOMERS).where(CUSTOMERS.c.account_id == account_id, CUSTOMERS.c.id.not_in(_merged()))
        rows = self._connection.execute(query.order_by(CUSTOMERS.c.id))
        return [row_to_customer(row) for row in rows]

    def find_customers(self, words: str | None, *, limit: int, offset: int = 0) -> list[Customer]:
        """Return customers whose name or id contains the words, by name; profiles that were merged into another are left out."""
        query = select(CUSTOMERS).where(CUSTOMERS.c.id.not_in(_merged())).order_by(CUSTOMERS.c.name, CUSTOMERS.c.id)
        query = query.limit(limit).offset(offset)
        if words:
            query = query.where(
                or_(CUSTOMERS.c.name.contains(words, autoescape=True), CUSTOMERS.c.external_id.contains(words, autoescape=True))
            )
        return [row_to_customer(row) for row in self._connection.execute(query)]

    def counts(self) -> dict[str, int]:
        """Return how many customers and accounts have a profile, merged ones counted once, and how many were heard without one."""
        heard = select(func.count(func.distinct(FEEDBACK.c.customer_id))).where(
            FEEDBACK.c.customer_id.is_not(None), FEEDBACK.c.customer_id.not_in(select(CUSTOMERS.c.id))
        )
        return {
            "customers": int(self._connection.execute(_present(CUSTOMERS)).scalar_one()),
            "accounts": int(self._connection.execute(_present(ACCOUNTS)).scalar_one()),
            "customers_without_profile": int(self._connection.execute(heard).scalar_one()),
        }

    def _put(self, target: Table, items: Sequence[Customer] | Sequence[Account], *, by: str, now: datetime | None) -> dict[str, int]:
        noun = ProfileNoun.CUSTOMER if target is CUSTOMERS else ProfileNoun.ACCOUNT
        counts = {"new": 0, "changed": 0, "same": 0}
        for item in items:
            given = item.model_dump(exclude_unset=True)
            row = self._connection.execute(select(target).where(target.c.id == item.id)).one_or_none()
            if row is None:
                full = item.model_dump()
                full["role"] = str(full["role"]) if "role" in full else None
                self._connection.execute(insert(target), [{name: full[name] for name in full if name in target.c}])
                counts["new"] += 1
                self._note(noun, item.id, before=None, after=_told(given), by=by, now=now)
                continue
            changes = _changes(row, given)
            counts["changed" if changes else "same"] += 1
            if changes:
                self._connection.execute(update(target).where(target.c.id == item.id).values(**changes))
                self._note(noun, item.id, before=dict(row._mapping), after=changes, by=by, now=now)  # noqa: SLF001  # SQLAlchemy's public name
        self._attach(target, items)
        return counts

    def _note(
        self, noun: ProfileNoun, subject_id: str, *, before: dict[str, Any] | None, after: dict[str, Any], by: str, now: datetime | None
    ) -> None:
        if now is not None:
            note_change(self._connection, noun, subject_id, before=before, after=after, by=by, now=now)

    def _attach(self, target: Table, items: Sequence[Any]) -> None:
        """Let what a customer said and answered belong to the account the profile names, where it named none itself."""
        if target is not CUSTOMERS:
            return
        moved = membership_moves(self._connection, [item.id for item in items if item.account_id is not None])
        for item in items:
            if item.account_id is None:
                continue
            for noun, said in (("feedback", FEEDBACK), ("kpi_observation", OBSERVATIONS)):
                mine = (said.c.customer_id == item.id, said.c.account_id.is_(None))
                if item.id in moved:
                    ids = list(self._connection.execute(select(said.c.id).where(*mine)).scalars())
                    note_moves(self._connection, [Move(number, noun, row_id) for number, _ in moved[item.id] for row_id in ids])
                self._connection.execute(update(said).where(*mine).values(account_id=item.account_id))


def _present(profiles: Table) -> Any:
    return select(func.count()).select_from(profiles).where(profiles.c.id.not_in(_merged()))


def _merged() -> Any:
    return select(MERGES.c.gone_id).where(standing())


def _told(given: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of a new profile, without its ids and what was left empty."""
    told = {name: value for name, value in given.items() if name not in ("id", "external_id") and value not in (None, {})}
    return told | ({"role": str(told["role"])} if "role" in told else {})


def _changes(row: Any, given: dict[str, Any]) -> dict[str, Any]:
    merged = dict(given)
    if "attributes" in merged:
        merged["attributes"] = dict(row.attributes) | merged["attributes"]
    if "role" in merged:
        merged["role"] = str(merged["role"])
    return {name: value for name, value in merged.items() if row._mapping[name] != value}  # noqa: SLF001  # SQLAlchemy's public name

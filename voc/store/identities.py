"""What people are known by, in the store, and which profiles share it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from voc.identity import MOST_SHARING, Identity, IdentityKind
from voc.store.feedback import insert_or_ignore
from voc.store.filters import standing
from voc.store.rows import table
from voc.store.tables import CustomerMergeRow, CustomerRow, FeedbackRow, IdentityRow, KpiObservationRow

IDENTITIES = table(IdentityRow)
MERGES = table(CustomerMergeRow)


class IdentityStore:
    """Identities inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, identities: Sequence[Identity]) -> None:
        """Keep identities; known ones stay as they are."""
        rows = [identity.model_dump(mode="json") for identity in identities]
        if rows:
            self._connection.execute(insert_or_ignore(self._connection, IDENTITIES), rows)

    def find(self, customer_id: str) -> list[Identity]:
        """Return what a profile is known by."""
        rows = self._connection.execute(select(IDENTITIES).where(IDENTITIES.c.customer_id == customer_id))
        return [_identity(row) for row in rows]

    def of_email(self, value: str) -> list[str]:
        """Return the profiles known by the e-mail address of this keyed hash."""
        mine = and_(IDENTITIES.c.kind == IdentityKind.EMAIL.value, IDENTITIES.c.value == value)
        query = select(IDENTITIES.c.customer_id).where(mine).distinct().order_by(IDENTITIES.c.customer_id)
        return list(self._connection.execute(query).scalars())

    def shared(self) -> list[list[Identity]]:
        """Return the identities that two to ``MOST_SHARING`` present profiles share; merged and unheard ones are not present."""
        people = func.count(func.distinct(IDENTITIES.c.customer_id))
        several = (
            select(IDENTITIES.c.kind, IDENTITIES.c.value)
            .where(IDENTITIES.c.customer_id.in_(_present()), IDENTITIES.c.customer_id.not_in(_gone()))
            .group_by(IDENTITIES.c.kind, IDENTITIES.c.value)
            .having(and_(people > 1, people <= MOST_SHARING))
            .subquery()
        )
        query = (
            select(IDENTITIES)
            .join(several, and_(several.c.kind == IDENTITIES.c.kind, several.c.value == IDENTITIES.c.value))
            .where(IDENTITIES.c.customer_id.in_(_present()), IDENTITIES.c.customer_id.not_in(_gone()))
            .order_by(IDENTITIES.c.kind, IDENTITIES.c.value, IDENTITIES.c.customer_id)
        )
        groups: dict[tuple[str, str], list[Identity]] = {}
        for row in self._connection.execute(query):
            groups.setdefault((row.kind, row.value), []).append(_identity(row))
        return list(groups.values())

    def comments_of(self, customer_ids: Sequence[str]) -> dict[str, int]:
        """Return how many comments each profile has."""
        who = table(FeedbackRow).c.customer_id
        query = select(who, func.count()).where(who.in_(customer_ids)).group_by(who)
        return {customer_id: int(count) for customer_id, count in self._connection.execute(query)}


def _gone() -> Any:
    return select(MERGES.c.gone_id).where(standing())


def _present() -> Any:
    """Profiles, and whoever was heard or measured without one."""
    customer, feedback, observation = table(CustomerRow), table(FeedbackRow), table(KpiObservationRow)
    return (
        select(IDENTITIES.c.customer_id)
        .where(
            or_(
                IDENTITIES.c.customer_id.in_(select(customer.c.id)),
                select(feedback.c.id).where(feedback.c.customer_id == IDENTITIES.c.customer_id).exists(),
                select(observation.c.id).where(observation.c.customer_id == IDENTITIES.c.customer_id).exists(),
            )
        )
        .correlate(None)
    )


def _identity(row: Any) -> Identity:
    return Identity(customer_id=row.customer_id, kind=IdentityKind(row.kind), value=row.value, source=row.source)

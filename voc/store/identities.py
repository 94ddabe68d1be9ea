"""What people and accounts are known by, in the store, and which profiles share it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from voc.identity import MOST_SHARING, Identity, IdentityKind
from voc.profile_history import ProfileNoun
from voc.store.feedback import insert_or_ignore
from voc.store.filters import standing
from voc.store.rows import table
from voc.store.tables import AccountRow, CustomerRow, FeedbackRow, IdentityRow, KpiObservationRow, ProfileMergeRow

IDENTITIES = table(IdentityRow)
MERGES = table(ProfileMergeRow)
OWNED_BY = {ProfileNoun.CUSTOMER: "customer_id", ProfileNoun.ACCOUNT: "account_id"}


class IdentityStore:
    """Identities inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, identities: Sequence[Identity]) -> None:
        """Keep identities; known ones stay as they are."""
        rows = [identity.model_dump(mode="json") for identity in identities]
        if rows:
            self._connection.execute(insert_or_ignore(self._connection, IDENTITIES), rows)

    def find(self, profile_id: str) -> list[Identity]:
        """Return what a profile is known by."""
        rows = self._connection.execute(select(IDENTITIES).where(IDENTITIES.c.profile_id == profile_id))
        return [_identity(row) for row in rows]

    def of_email(self, value: str) -> list[str]:
        """Return the profiles known by the e-mail address of this keyed hash."""
        mine = and_(IDENTITIES.c.kind == IdentityKind.EMAIL.value, IDENTITIES.c.value == value)
        query = select(IDENTITIES.c.profile_id).where(mine).distinct().order_by(IDENTITIES.c.profile_id)
        return list(self._connection.execute(query).scalars())

    def shared(self, noun: ProfileNoun) -> list[list[Identity]]:
        """Return the identities that two to ``MOST_SHARING`` customers or accounts share; merged and unheard ones left out."""
        present = IDENTITIES.c.profile_id.in_(_present(noun)) & IDENTITIES.c.profile_id.not_in(_gone())
        profiles = func.count(func.distinct(IDENTITIES.c.profile_id))
        several = (
            select(IDENTITIES.c.kind, IDENTITIES.c.value)
            .where(present)
            .group_by(IDENTITIES.c.kind, IDENTITIES.c.value)
            .having(and_(profiles > 1, profiles <= MOST_SHARING))
            .subquery()
        )
        query = (
            select(IDENTITIES)
            .join(several, and_(several.c.kind == IDENTITIES.c.kind, several.c.value == IDENTITIES.c.value))
            .where(present)
            .order_by(IDENTITIES.c.kind, IDENTITIES.c.value, IDENTITIES.c.profile_id)
        )
        groups: dict[tuple[str, str], list[Identity]] = {}
        for row in self._connection.execute(query):
            groups.setdefault((row.kind, row.value), []).append(_identity(row))
        return list(groups.values())

    def comments_of(self, profile_ids: Sequence[str], noun: ProfileNoun) -> dict[str, int]:
        """Return how many comments each customer or account has."""
        who = table(FeedbackRow).c[OWNED_BY[noun]]
        query = select(who, func.count()).where(who.in_(profile_ids)).group_by(who)
        return {profile_id: int(count) for profile_id, count in self._connection.execute(query)}


def _gone() -> Any:
    return select(MERGES.c.gone_id).where(standing())


def _present(noun: ProfileNoun) -> Any:
    """Profiles, and whoever was heard or measured without one."""
    profile = table(CustomerRow if noun is ProfileNoun.CUSTOMER else AccountRow)
    feedback, observation = table(FeedbackRow), table(KpiObservationRow)
    owner = OWNED_BY[noun]
    return (
        select(IDENTITIES.c.profile_id)
        .where(
            or_(
                IDENTITIES.c.profile_id.in_(select(profile.c.id)),
                select(feedback.c.id).where(feedback.c[owner] == IDENTITIES.c.profile_id).exists(),
                select(observation.c.id).where(observation.c[owner] == IDENTITIES.c.profile_id).exists(),
            )
        )
        .correlate(None)
    )


def _identity(row: Any) -> Identity:
    return Identity(profile_id=row.profile_id, kind=IdentityKind(row.kind), value=row.value, source=row.source)

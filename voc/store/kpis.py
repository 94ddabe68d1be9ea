"""KPI observations in the store."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select

from voc.kpis import Kpi, KpiObservation
from voc.store.feedback import chunks
from voc.store.filters import owned
from voc.store.moves import belonging
from voc.store.rows import table
from voc.store.tables import FeedbackRow, KpiObservationRow
from voc.values import UtcDatetime

OBSERVATIONS = table(KpiObservationRow)
FEEDBACK = table(FeedbackRow)


class KpiStore:
    """Measured values inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, observations: Sequence[KpiObservation]) -> dict[str, int]:
        """Store observations; a known id is a repeat and changes nothing. Return counts new and duplicate."""
        fresh = self.add_new(observations)
        return {"new": len(fresh), "duplicate": len(observations) - len(fresh)}

    def add_new(self, observations: Sequence[KpiObservation]) -> frozenset[str]:
        """Store observations whose ids are not known; return those ids."""
        known: set[str] = set()
        for some in chunks([observation.id for observation in observations]):
            known |= set(self._connection.execute(select(OBSERVATIONS.c.id).where(OBSERVATIONS.c.id.in_(some))).scalars())
        fresh: dict[str, KpiObservation] = {}
        for observation in observations:
            if observation.id not in known:
                fresh.setdefault(observation.id, observation)
        rows = [observation.model_dump() | {"kpi": observation.kpi.value} for observation in fresh.values()]
        if rows:
            self._connection.execute(insert(OBSERVATIONS), belonging(self._connection, "kpi_observation", rows))
        return frozenset(fresh)

    def find(
        self,
        *,
        kpi: Kpi | None = None,
        customer_id: str | None = None,
        account_id: str | None = None,
        feedback_id: str | None = None,
        since: UtcDatetime | None = None,
        until: UtcDatetime | None = None,
        repeats: bool = True,
        limit: int | None = None,
    ) -> list[KpiObservation]:
        """Return the observations that match, oldest first; a merged profile leads to the one that was kept.

        Without ``repeats`` those of comments that repeat a voice are left out.
        """
        query = select(OBSERVATIONS).order_by(OBSERVATIONS.c.observed_at, OBSERVATIONS.c.id)
        equal: dict[str, Any] = {"kpi": kpi, "feedback_id": feedback_id}
        for column, owner in ((OBSERVATIONS.c.customer_id, customer_id), (OBSERVATIONS.c.account_id, account_id)):
            if owner is not None:
                query = query.where(owned(column, owner))
        for name, value in equal.items():
            if value is not None:
                query = query.where(OBSERVATIONS.c[name] == str(value))
        if since is not None:
            query = query.where(OBSERVATIONS.c.observed_at >= since)
        if until is not None:
            query = query.where(OBSERVATIONS.c.observed_at < until)
        if not repeats:
            repeated = select(FEEDBACK.c.id).where(FEEDBACK.c.duplicate_of.is_not(None))
            query = query.where(or_(OBSERVATIONS.c.feedback_id.is_(None), OBSERVATIONS.c.feedback_id.not_in(repeated)))
        rows = self._connection.execute(query.limit(limit))
        return [KpiObservation(**row._mapping) for row in rows]  # noqa: SLF001  # SQLAlchemy's public name

    def latest(self) -> datetime | None:
        """Return when the latest observation was made; None where there is none."""
        found: datetime | None = self._connection.execute(select(func.max(OBSERVATIONS.c.observed_at))).scalar_one()
        return found

    def counts(self) -> dict[str, int]:
        """Return how many observations there are of each KPI."""
        query = select(OBSERVATIONS.c.kpi, func.count()).group_by(OBSERVATIONS.c.kpi)
        return {kpi: int(n) for kpi, n in self._connection.execute(query)}

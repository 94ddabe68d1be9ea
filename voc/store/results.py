"""Drivers and alerts in the store: what explain and act found last."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from voc.alerts import Alert, AlertState
from voc.drivers import Driver, IssueKind
from voc.errors import NotFoundError
from voc.kpis import Kpi
from voc.store.rows import table
from voc.store.tables import AlertRow, DriverRow

DRIVERS = table(DriverRow)
ALERTS = table(AlertRow)


class DriverStore:
    """Measured associations inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def replace(self, kpi: Kpi, drivers: Sequence[Driver], *, run_id: str) -> None:
        """Put these drivers, in this order, in the place of the KPI's earlier ones."""
        self._connection.execute(delete(DRIVERS).where(DRIVERS.c.kpi == kpi.value))
        rows = [
            {
                "kpi": kpi.value,
                "issue_kind": driver.issue.kind.value,
                "issue_id": driver.issue.id,
                "position": position,
                "payload": driver.model_dump(mode="json"),
                "run_id": run_id,
            }
            for position, driver in enumerate(drivers)
        ]
        if rows:
            self._connection.execute(insert(DRIVERS), rows)

    def find(self, kpi: Kpi) -> list[Driver]:
        """Return the KPI's drivers, strongest first."""
        rows = self._connection.execute(select(DRIVERS).where(DRIVERS.c.kpi == kpi.value).order_by(DRIVERS.c.position))
        return [Driver.model_validate(row.payload) for row in rows]

    def revision(self) -> tuple[str, ...]:
        """Return the runs that measured them: what changes whenever they are measured anew."""
        return tuple(self._connection.execute(select(DRIVERS.c.run_id).distinct().order_by(DRIVERS.c.run_id)).scalars())

    def of_issue(self, kind: IssueKind, issue_id: str) -> dict[Kpi, Driver]:
        """Return the drivers of one issue by KPI."""
        rows = self._connection.execute(select(DRIVERS).where(DRIVERS.c.issue_kind == kind.value, DRIVERS.c.issue_id == issue_id))
        return {Kpi(row.kpi): Driver.model_validate(row.payload) for row in rows}


class AlertStore:
    """Raised alarms inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, alerts: Sequence[Alert]) -> int:
        """Add alerts or bring known ones up to date, leaving the state people gave them; return how many are new."""
        known = {row.id for row in self._connection.execute(select(ALERTS.c.id))}
        for alert in alerts:
            plain = {"issue_kind": alert.issue_kind.value, "state": alert.state.value, "evidence": list(alert.evidence)}
            row = alert.model_dump(exclude={"figure"}) | plain
            if alert.id in known:
                facts = {name: row[name] for name in ("accounts", "window_to", "evidence", "issue_name")}
                self._connection.execute(update(ALERTS).where(ALERTS.c.id == alert.id).values(**facts))
            else:
                self._connection.execute(insert(ALERTS), [row])
        return sum(alert.id not in known for alert in alerts)

    def find(self, *, state: AlertState | None = None) -> list[Alert]:
        """Return alerts, latest window first."""
        query = select(ALERTS).order_by(ALERTS.c.window_to.desc(), ALERTS.c.id)
        if state is not None:
            query = query.where(ALERTS.c.state == state.value)
        return [Alert(**row._mapping) for row in self._connection.execute(query)]  # noqa: SLF001  # SQLAlchemy's public name

    def get(self, alert_id: str) -> Alert | None:
        """Return the alert, or None."""
        row = self._connection.execute(select(ALERTS).where(ALERTS.c.id == alert_id)).one_or_none()
        return None if row is None else Alert(**row._mapping)  # noqa: SLF001  # SQLAlchemy's public name

    def set_state(self, alert_id: str, state: AlertState, *, note: str, by: str, now: datetime) -> Alert:
        """Set the state of an alert, keeping who, when and why.

        Raises
        ------
        NotFoundError
            If there is no such alert.
        """
        changes = {"state": state.value, "note": note, "changed_by": by, "changed_at": now}
        self._connection.execute(update(ALERTS).where(ALERTS.c.id == alert_id).values(**changes))
        alert = self.get(alert_id)
        if alert is None:
            raise NotFoundError(alert_id=alert_id)
        return alert

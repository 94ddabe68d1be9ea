"""Remembering: the answers pages and routes share that take seconds at many comments, each asked for with the same conditions."""

from collections.abc import Sequence
from datetime import tzinfo

from api.dependencies import addresses_of, zone_of
from pipelines.account_rooms import all_rooms, looked_at
from pipelines.auditing import audited_tags
from pipelines.driver_list import driver_list
from pipelines.explaining import EXPLAINED
from pipelines.issue_list import IssueList, issue_list
from pipelines.kpi_series import series_of
from pipelines.root_cause import OPENED, Opening, root_cause, undated
from pipelines.service import Service
from voc.account_room import AccountRoom
from voc.audits import AuditedTag
from voc.drivers import Driver, DriverLine, Issue, IssueKind
from voc.filters import FeedbackFilter
from voc.issues import Period
from voc.kpis import AccountKpi, Kpi, KpiSeries, Span
from voc.ledger import Question, RootCause
from voc.store import Unit


def issues(  # noqa: PLR0913  # conditions of one question, all by name
    unit: Unit,
    service: Service,
    *,
    wanted: FeedbackFilter,
    language: str,
    zone: tzinfo,
    kpis: Sequence[Kpi] = EXPLAINED,
    kind: IssueKind | None = None,
    also: Issue | None = None,
    periods: tuple[Period, Period] | None = None,
) -> IssueList:
    """Return the issue list (``pipelines.issue_list``)."""

    def compute() -> IssueList:
        ground = service.remembered.ground(unit, wanted)
        return issue_list(
            unit,
            taxonomy=service.taxonomy,
            wanted=wanted,
            language=language,
            zone=zone,
            kpis=kpis,
            kind=kind,
            also=also,
            periods=periods,
            ground=ground,
        )

    return service.remembered.of(unit, "issues", (wanted, language, str(zone), tuple(kpis), kind, also, periods), compute)


def why(
    unit: Unit,
    service: Service,
    *,
    question: Question,
    wanted: FeedbackFilter,
    language: str,
    opened: int = OPENED,
    opening: Opening | None = None,
) -> RootCause:
    """Return what the change of a KPI is made of (``pipelines.root_cause``)."""

    def compute() -> RootCause:
        ground = service.remembered.ground(unit, undated(wanted))
        return root_cause(
            unit,
            taxonomy=service.taxonomy,
            question=question,
            wanted=wanted,
            language=language,
            opened=opened,
            opening=opening,
            ground=ground,
        )

    return service.remembered.of(unit, "why", (question, wanted, language, opened, opening), compute)


def drivers(unit: Unit, service: Service, *, kpi: Kpi, wanted: FeedbackFilter, language: str) -> list[DriverLine]:
    """Return what goes with a KPI (``pipelines.driver_list``); over all comments as last computed."""

    def compute() -> list[DriverLine]:
        ground = service.remembered.ground(unit, wanted)
        return driver_list(unit, taxonomy=service.taxonomy, kpi=kpi, wanted=wanted, language=language, ground=ground)

    return service.remembered.of(unit, "drivers", (kpi, wanted, language), compute)


def series(unit: Unit, service: Service, *, kpi: Kpi | AccountKpi, span: Span, fiscal_start: int) -> KpiSeries:
    """Return a KPI's course with the addresses of its numbers (``pipelines.kpi_series``), as of its first look today."""
    zone, now = zone_of(service), service.clock()
    found = service.remembered.of(
        unit,
        "series",
        (kpi, span, fiscal_start, now.astimezone(zone).date()),
        lambda: series_of(unit, kpi, span=span, zone=zone, now=now, fiscal_start=fiscal_start),
    )
    return addresses_of(unit, service).series(found)


def rooms(unit: Unit, service: Service) -> dict[str, AccountRoom]:
    """Return every account's room by account id, as of its first look today."""
    at = looked_at(unit, now=service.clock())

    def compute() -> dict[str, AccountRoom]:
        found = all_rooms(unit, service.remembered.ground(unit, FeedbackFilter()).rows, at=at)
        addresses = addresses_of(unit, service)
        return {name: addresses.room(room) for name, room in found.items()}

    return service.remembered.of(unit, "rooms", at.date(), compute)


def audited(
    unit: Unit, service: Service, *, wanted: FeedbackFilter, drivers: Sequence[Driver], tags: Sequence[str] | None = None
) -> dict[str, AuditedTag]:
    """Return the figures corrected for tagging errors, by tag (``pipelines.auditing``); empty before the first answer."""
    if not unit.audits.revision()[0]:
        return {}

    def compute() -> dict[str, AuditedTag]:
        return audited_tags(unit, rows=service.remembered.ground(unit, wanted).rows, drivers=drivers, tags=tags)

    return service.remembered.of(unit, "audited", (wanted, tuple(drivers), None if tags is None else tuple(tags)), compute)

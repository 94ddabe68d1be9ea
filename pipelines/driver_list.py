"""Driver list: what goes with a KPI among the comments a filter leaves, each with its impact, reach and verdict. Read-only."""

from collections.abc import Sequence

from pipelines.explain.drivers import impact
from pipelines.explaining import issues_of, measure
from pipelines.ground import Ground, ground_of
from pipelines.touched import reach_of
from voc.drivers import Driver, DriverLine, Issue, IssueKind
from voc.filters import FeedbackFilter
from voc.kpis import Kpi
from voc.store.unit import Unit
from voc.taxonomy import Taxonomy
from voc.voices import VoiceRow, issue_key


def driver_list(
    unit: Unit, *, taxonomy: Taxonomy, kpi: Kpi, wanted: FeedbackFilter, language: str, ground: Ground | None = None
) -> list[DriverLine]:
    """Return the issues' association with a KPI: largest impact first, then those without enough data.

    Over all comments the drivers are those last computed; over a part of them they are computed now.
    ``ground``: what ``wanted`` leaves, where it was read already.
    """
    found = ground or ground_of(unit, wanted)
    rows = found.rows
    issues = issues_of(rows, unit=unit, taxonomy=taxonomy, language=language, kinds=frozenset(IssueKind))
    stored = unit.drivers.find(kpi) if wanted == FeedbackFilter() else []
    named = {issue_key(issue): issue for issue in issues}
    drivers = [driver.model_copy(update={"issue": named.get(issue_key(driver.issue), driver.issue)}) for driver in stored]
    return driver_lines(unit, rows, drivers or measure(kpi, rows, issues=issues, links=found.links))


def driver_lines(unit: Unit, rows: Sequence[VoiceRow], drivers: Sequence[Driver]) -> list[DriverLine]:
    """Return measured drivers with impact and reach, in their order."""
    issues: list[Issue] = [driver.issue for driver in drivers]
    touched = reach_of(unit, rows, issues=issues)
    return [
        DriverLine(**dict(driver), impact=impact(driver), reach=touched[issue_key(driver.issue)]) for driver in drivers
    ]

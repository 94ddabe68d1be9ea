"""Voice conditions: what an address may ask about voices, their KPI values or an alert's evidence, turned into ids."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipelines.explain.trends import readable
from pipelines.explaining import linked
from voc.filters import FeedbackFilter
from voc.kpis import DETRACTOR_TO, PROMOTER_FROM, Kpi
from voc.linking import Links
from voc.store.unit import Unit
from voc.voices import VoiceRow

OF_READABLE = frozenset({"group", "no_group", "kpi_of", "issue", "about"})
"""Conditions that leave readable voices only, as the figures they explain do; an answer counts whatever was written beside it."""
BANDS = {"promoter": (PROMOTER_FROM, 10), "passive": (DETRACTOR_TO + 1, PROMOTER_FROM - 1), "detractor": (0, DETRACTOR_TO)}
Test = Callable[[VoiceRow], bool]


@dataclass(frozen=True)
class _Ground:
    """What the conditions are decided on: all voices, since those without signal too say until when churn was followed."""

    unit: Unit
    rows: list[VoiceRow]

    def links(self) -> Links:
        return linked(self.rows, unit=self.unit)


def narrow(unit: Unit, wanted: FeedbackFilter, values: Mapping[str, str]) -> FeedbackFilter:
    """Return the store's filter that leaves what a filter and conditions on voices leave together.

    Conditions on voices leave each voice once; see ``OF_READABLE`` for those that leave readable ones only.

    Raises
    ------
    ValueError
        If a condition cannot be read; selections of pages and addresses are read before.
    """
    if not values:
        return wanted
    if not values.keys() <= {*CONDITIONS, "duplicates"}:
        raise ValueError(sorted(values))
    ids: frozenset[str] | None = None
    if values.get("duplicates") == "only":
        ids = unit.feedback.ids(wanted) - unit.feedback.ids(wanted.model_copy(update={"duplicates": False}))
    if "alert" in values:
        alert = unit.alerts.get(values["alert"])
        evidence = frozenset(alert.evidence) if alert is not None else frozenset()
        ids = evidence if ids is None else ids & evidence
    if _TESTS.keys() & values.keys():
        heard = _heard(unit, values, wanted)
        ids = heard if ids is None else ids & heard
    return wanted.model_copy(update={"ids": ids})


def _heard(unit: Unit, values: Mapping[str, str], wanted: FeedbackFilter) -> frozenset[str]:
    ground = _Ground(unit=unit, rows=unit.voices.find(wanted))
    tests = [_TESTS[name](value, ground) for name, value in values.items() if name in _TESTS]
    heard = readable(ground.rows) if values.keys() & OF_READABLE else ground.rows
    return frozenset(row.feedback_id for row in heard if all(test(row) for test in tests))


def _in_group(value: str, _ground: _Ground) -> Test:
    return lambda row: row.segment == value


def _in_no_group(_value: str, _ground: _Ground) -> Test:
    return lambda row: row.segment is None


def _with_kpi(value: str, ground: _Ground) -> Test:
    kpi, links = Kpi(value), ground.links()
    return lambda row: (row.feedback_id, kpi) in links


def _answered(value: str, _ground: _Ground) -> Test:
    kpi = Kpi(value)
    return lambda row: kpi in row.scores


def _in_band(value: str, _ground: _Ground) -> Test:
    low, high = BANDS[value]
    return lambda row: Kpi.NPS in row.scores and low <= row.scores[Kpi.NPS] <= high


def _about(value: str, _ground: _Ground) -> Test:
    return lambda row: value in row.issue_keys


def _without_issue(_value: str, _ground: _Ground) -> Test:
    return lambda row: not row.issue_keys


_TESTS: dict[str, Callable[[str, _Ground], Test]] = {
    "group": _in_group,
    "no_group": _in_no_group,
    "kpi_of": _with_kpi,
    "scored": _answered,
    "band": _in_band,
    "issue": _without_issue,
    "about": _about,
}
CONDITIONS = (*_TESTS, "alert")
"""Their names; beside them ``duplicates`` may ask for repeats only."""

"""Measured: the issue lists pages show, remembered as long as nothing they rest on has changed."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace

from api.dependencies import addresses_of
from api.pages.visit import Visit
from api.pages.voice_conditions import narrow
from pipelines.explaining import EXPLAINED
from pipelines.issue_list import IssueList, issue_list
from voc.filters import FeedbackFilter
from voc.kpis import Kpi
from voc.store.unit import Unit

MOST_LISTS = 6
Key = tuple[FeedbackFilter, str, str]


@dataclass
class Remembered:
    """A few issue lists by filter and language, each with the state of the store it was computed from."""

    _lists: OrderedDict[Key, tuple[object, IssueList]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, key: Key, state: object) -> IssueList | None:
        """Return the list if it was computed from this state of the store."""
        with self._lock:
            kept = self._lists.get(key)
            return kept[1] if kept is not None and kept[0] == state else None

    def keep(self, key: Key, state: object, value: IssueList) -> None:
        """Remember a list; the oldest of too many is forgotten."""
        with self._lock:
            self._lists[key] = (state, value)
            self._lists.move_to_end(key)
            while len(self._lists) > MOST_LISTS:
                self._lists.popitem(last=False)

    def forget(self) -> None:
        """Forget all lists."""
        with self._lock:
            self._lists.clear()


def measured(unit: Unit, visit: Visit, *, wanted: FeedbackFilter | None = None) -> IssueList:
    """Return the issue list of the comments the visit's address leaves, with the drivers of every explained KPI."""
    remembered: Remembered = visit.request.app.state.page_lists
    chosen = narrow(unit, visit.selection) if wanted is None else wanted
    key, state = (chosen, visit.language, visit.zone.key), _state(unit)
    known = remembered.find(key, state)
    if known is None:
        known = issue_list(unit, taxonomy=visit.service.taxonomy, wanted=chosen, language=visit.language, zone=visit.zone)
        known = replace(known, issues=addresses_of(unit, visit.service, wanted=chosen).summaries(known.issues))
        remembered.keep(key, state, known)
    return known


def chosen_kpi(visit: Visit) -> Kpi:
    """Return the KPI the address asks effects for; NPS where it names none that is explained."""
    return next((kpi for kpi in EXPLAINED if kpi.value == visit.query("kpi")), EXPLAINED[0])


def _state(unit: Unit) -> object:
    """Return what changes whenever an issue list can change."""
    run = unit.topics.current_run()
    totals = sorted(unit.feedback.totals().items())
    return (
        unit.enrichments.freshness(),
        run["finished_at"] if run is not None else None,
        unit.topics.count_assigned(),
        unit.topic_edits.revision(),
        unit.corrections.count(),
        tuple(totals),
        tuple(sorted(unit.kpis.counts().items())),
        tuple(sorted(unit.customers.counts().items())),
    )

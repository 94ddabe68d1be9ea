"""Measured: the issue lists pages show, remembered as long as nothing they rest on has changed."""

from dataclasses import replace

from api import remembering
from api.dependencies import addresses_of
from api.pages.visit import Visit
from pipelines.explaining import EXPLAINED
from pipelines.figures.addresses import Addresses
from pipelines.issue_list import IssueList
from voc.filters import FeedbackFilter
from voc.kpis import Kpi
from voc.store.unit import Unit


def measured(unit: Unit, visit: Visit, *, wanted: FeedbackFilter | None = None) -> IssueList:
    """Return the issue list of the comments the visit's address leaves, with the drivers of every explained KPI."""
    chosen = visit.selection.narrow(unit) if wanted is None else wanted
    asked = frozenset(visit.selection.values.items()) if wanted is None else wanted

    def compute() -> IssueList:
        found = remembering.issues(unit, visit.service, wanted=chosen, language=visit.language, zone=visit.zone)
        addresses = addresses_here(unit, visit) if wanted is None else addresses_of(unit, visit.service, wanted=wanted)
        return replace(found, issues=addresses.summaries(found.issues), aspects=addresses.summaries(found.aspects))

    return visit.service.remembered.of(unit, "measured", (asked, visit.language, visit.zone), compute)


def addresses_here(unit: Unit, visit: Visit) -> Addresses:
    """Return what gives numbers about the comments the visit's address leaves their addresses."""
    return addresses_of(unit, visit.service, wanted=visit.selection.wanted, voices=visit.selection.voices)


def chosen_kpi(visit: Visit) -> Kpi:
    """Return the KPI the address asks effects for; NPS where it names none that is explained."""
    return next((kpi for kpi in EXPLAINED if kpi.value == visit.query("kpi")), EXPLAINED[0])

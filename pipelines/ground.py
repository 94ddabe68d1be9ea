"""Ground: what figures about comments are computed from, read once: the voices a filter leaves and the KPI values that belong to them."""

from dataclasses import dataclass

from pipelines.explaining import linked
from voc.filters import FeedbackFilter
from voc.linking import Links
from voc.store.unit import Unit
from voc.voices import VoiceRow


@dataclass(frozen=True)
class Ground:
    """The voices a filter leaves, oldest first, and their KPI values."""

    rows: tuple[VoiceRow, ...]
    links: Links


def ground_of(unit: Unit, wanted: FeedbackFilter) -> Ground:
    """Read the ground of the comments that match."""
    rows = unit.voices.find(wanted)
    return Ground(rows=tuple(rows), links=linked(rows, unit=unit) if rows else {})

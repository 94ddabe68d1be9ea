"""Time line: what one customer or account said and how it was measured, in one order of time."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.life_events import LifeEvent
from voc.filters import FeedbackFilter
from voc.kpis import SCALES, Kpi, KpiObservation
from voc.sentiment import Sentiment
from voc.store.unit import Unit

MOST_COMMENTS = 200
WIDTH, MIDDLE, REACH = 720.0, 40.0, 30.0


@dataclass(frozen=True)
class Entry:
    """Something that happened: a comment, values measured at one moment, or an event. Exactly one of the three is set."""

    at: datetime
    feedback_id: str | None = None
    text: str = ""
    lang: str = ""
    sentiment: Sentiment | None = None
    values: tuple[tuple[Kpi, float], ...] = ()
    event: LifeEvent | None = None


@dataclass(frozen=True)
class Spot:
    """Where an entry lies in the drawing: x by time, y by feeling (up is positive); words for it."""

    x: float
    y: float
    kind: str
    label: str
    feedback_id: str | None


@dataclass(frozen=True)
class Drawing:
    """The drawing of a time line."""

    width: float
    middle: float
    spots: tuple[Spot, ...]
    first: datetime
    last: datetime


def time_line(
    unit: Unit, wanted: FeedbackFilter, seen: Sequence[KpiObservation], *, events: Sequence[LifeEvent]
) -> list[Entry]:
    """Return comments, measured values and events, latest first.

    Values that came together with a comment stand beside it, at the same moment.
    """
    said = unit.feedback.find(wanted, limit=MOST_COMMENTS)
    results = unit.enrichments.get_many([feedback.id for feedback in said])
    entries = [
        Entry(
            at=feedback.submitted_at,
            feedback_id=feedback.id,
            text=feedback.verbatim,
            lang=feedback.language.value if feedback.language.value in ("ja", "en") else "",
            sentiment=results[feedback.id].sentiment if feedback.id in results and not feedback.no_signal else None,
        )
        for feedback in said
    ]
    together: dict[datetime, list[tuple[Kpi, float]]] = defaultdict(list)
    for observation in seen:
        together[observation.observed_at].append((observation.kpi, observation.value))
    entries += [Entry(at=moment, values=tuple(sorted(values))) for moment, values in together.items()]
    entries += [Entry(at=event.at, event=event) for event in events]
    return sorted(entries, key=lambda entry: (entry.at, bool(entry.values)), reverse=True)


def drawing(entries: Sequence[Entry]) -> Drawing | None:
    """Lay out the comments and the survey answers of a time line; None where there are fewer than two moments."""
    shown = [entry for entry in entries if entry.feedback_id is not None or _scaled(entry)]
    if len({entry.at for entry in shown}) < 2:  # noqa: PLR2004  # a line needs two ends
        return None
    first, last = min(entry.at for entry in shown), max(entry.at for entry in shown)
    span = (last - first).total_seconds()

    def x(moment: datetime) -> float:
        return 12 + (WIDTH - 24) * (moment - first).total_seconds() / span

    spots = []
    for entry in reversed(shown):
        if entry.feedback_id is not None:
            kind = entry.sentiment.label.value if entry.sentiment is not None else "neutral"
            score = entry.sentiment.score if entry.sentiment is not None else 0.0
            spots.append(Spot(x=x(entry.at), y=MIDDLE - REACH * score, kind=kind, label=entry.text[:60], feedback_id=entry.feedback_id))
        spots += [
            Spot(x=x(entry.at), y=MIDDLE - REACH * feeling, kind="value", label=f"{kpi.value.upper()} {value:g}", feedback_id=None)
            for kpi, value, feeling in _scaled(entry)
        ]
    return Drawing(width=WIDTH, middle=MIDDLE, spots=tuple(spots), first=first, last=last)


def _scaled(entry: Entry) -> list[tuple[Kpi, float, float]]:
    """Return the values that have a scale with two ends, each with where it lies on it: −1 worst, 1 best."""
    found = []
    for kpi, value in entry.values:
        scale = SCALES[kpi]
        if scale.high is not None:
            place = 2 * (value - scale.low) / (scale.high - scale.low) - 1
            found.append((kpi, value, place if scale.higher_is_better else -place))
    return found

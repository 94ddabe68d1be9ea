"""Time line: what one customer or account said and how it was measured, in one order of time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from voc.filters import FeedbackFilter
from voc.kpis import SCALES, Kpi, KpiObservation
from voc.sentiment import Sentiment
from voc.store.unit import Unit

MOST_COMMENTS = 200
WIDTH, MIDDLE, REACH = 720.0, 40.0, 30.0


@dataclass(frozen=True)
class Entry:
    """Something that happened: a comment, a measured value, or a day of the profile. Exactly one of the three is set."""

    at: datetime
    feedback_id: str | None = None
    text: str = ""
    lang: str = ""
    sentiment: Sentiment | None = None
    kpi: Kpi | None = None
    value: float | None = None
    day: str | None = None


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
    unit: Unit, wanted: FeedbackFilter, seen: Sequence[KpiObservation], *, days: Sequence[tuple[str, date]], names: Mapping[Kpi, str]
) -> list[Entry]:
    """Return comments, measured values and days of the profile, latest first.

    A value that came together with a comment stands beside it, at the same moment; ``names`` are the KPIs that are shown.
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
    entries += [Entry(at=o.observed_at, kpi=o.kpi, value=o.value, feedback_id=None) for o in seen if o.kpi in names]
    entries += [Entry(at=datetime.combine(day, time(), tzinfo=UTC), day=name) for name, day in days]
    return sorted(entries, key=lambda entry: (entry.at, entry.kpi or ""), reverse=True)


def drawing(entries: Sequence[Entry]) -> Drawing | None:
    """Lay out the comments and the survey answers of a time line; None where there are fewer than two moments."""
    shown = [entry for entry in entries if entry.day is None and (entry.kpi is None or SCALES[entry.kpi].high is not None)]
    if len({entry.at for entry in shown}) < 2:  # noqa: PLR2004  # a line needs two ends
        return None
    first, last = min(entry.at for entry in shown), max(entry.at for entry in shown)
    span = (last - first).total_seconds()
    spots = tuple(
        Spot(
            x=12 + (WIDTH - 24) * (entry.at - first).total_seconds() / span,
            y=MIDDLE - REACH * _feeling(entry),
            kind=entry.sentiment.label.value if entry.sentiment is not None else ("value" if entry.kpi is not None else "neutral"),
            label=entry.text[:60] if entry.kpi is None else f"{entry.kpi.value.upper()} {entry.value:g}",
            feedback_id=entry.feedback_id,
        )
        for entry in reversed(shown)
    )
    return Drawing(width=WIDTH, middle=MIDDLE, spots=spots, first=first, last=last)


def _feeling(entry: Entry) -> float:
    """Return −1…1: a comment's polarity, or where a value lies on its scale."""
    if entry.kpi is None:
        return entry.sentiment.score if entry.sentiment is not None else 0.0
    scale = SCALES[entry.kpi]
    if scale.high is None or entry.value is None:
        return 0.0
    place = 2 * (entry.value - scale.low) / (scale.high - scale.low) - 1
    return place if scale.higher_is_better else -place

"""Where the marks of an action's chart lie: both groups by month, and the start."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.report.charts import Mark, nice_ticks
from voc.actions import GroupPeriod

WIDTH, HEIGHT = 720.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 48.0, 16.0, 16.0, 34.0
MOST_LABELS = 9


@dataclass(frozen=True)
class GroupLine:
    """One group: its points with what they say."""

    treated: bool
    points: tuple[tuple[float, float, GroupPeriod], ...]


@dataclass(frozen=True)
class ActionChart:
    """Two lines over the months, ticks, and where the start lies."""

    width: float
    height: float
    lines: tuple[GroupLine, ...]
    months: tuple[Mark, ...]
    ticks: tuple[Mark, ...]
    start: float


def action_chart(series: Sequence[GroupPeriod], *, starts_on: date) -> ActionChart | None:
    """Lay the series out; None where there are fewer than two months."""
    months = sorted({one.month for one in series})
    if len(months) < 2:  # noqa: PLR2004  # a line needs two
        return None
    ticks = nice_ticks(min(one.mean for one in series), max(one.mean for one in series))
    step = (WIDTH - LEFT - RIGHT) / len(months)
    reach = ticks[-1] - ticks[0]

    def across(month: str) -> float:
        return LEFT + step * (months.index(month) + 0.5)

    def down(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - ticks[0]) / reach)

    first = f"{starts_on:%Y-%m}"
    passed = sum(month < first for month in months) + (starts_on.day - 1) / 31 * (first in months)
    return ActionChart(
        width=WIDTH,
        height=HEIGHT,
        lines=tuple(
            GroupLine(treated=side, points=tuple((across(one.month), down(one.mean), one) for one in series if one.treated is side))
            for side in (False, True)
            if any(one.treated is side for one in series)
        ),
        months=tuple(Mark(at=across(month), text=month) for month in months[:: -(-len(months) // MOST_LABELS)]),
        ticks=tuple(Mark(at=down(tick), text=f"{tick:g}") for tick in ticks),
        start=LEFT + step * passed,
    )

"""Charts: where the marks of the report's drawings lie. The templates turn them into SVG; nothing here knows colours or markup.

Coordinates are those of SVG: x to the right, y downwards, in units of the view box.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from voc.drivers import Driver
from voc.issues import IssueSummary, SentimentSplit
from voc.report import KpiLevel

LINE_WIDTH, LINE_HEIGHT = 720.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 48.0, 16.0, 14.0, 44.0
BAR_WIDTH, FOREST_WIDTH, SPARK_WIDTH, SPARK_HEIGHT = 160.0, 220.0, 96.0, 24.0
MOST_LABELS = 12


@dataclass(frozen=True)
class Mark:
    """A labelled place on an axis or in a drawing."""

    at: float
    text: str


@dataclass(frozen=True)
class Dot:
    """One month of a line: where it lies, and what it says."""

    x: float
    y: float
    month: str
    value: float
    n: int


@dataclass(frozen=True)
class Line:
    """A KPI by month. ``strokes`` are runs of months without a gap; a month without answers breaks the line."""

    strokes: tuple[tuple[tuple[float, float], ...], ...]
    dots: tuple[Dot, ...]
    months: tuple[Mark, ...]
    ticks: tuple[Mark, ...]
    width: float = LINE_WIDTH
    height: float = LINE_HEIGHT


@dataclass(frozen=True)
class Whisker:
    """An estimate with its interval on a shared axis; ``zero`` is where no difference lies."""

    low: float
    at: float
    high: float
    zero: float
    width: float


@dataclass(frozen=True)
class Part:
    """A stretch of a stacked bar."""

    name: str
    x: float
    width: float
    count: int


def nice_ticks(low: float, high: float, *, most: int = 5) -> tuple[float, ...]:
    """Return round numbers that cover low to high, at most ``most + 2``.

    >>> nice_ticks(-12, 61)
    (-20.0, 0.0, 20.0, 40.0, 60.0, 80.0)
    """
    if high <= low:
        low, high = low - 1, high + 1
    rough = (high - low) / most
    magnitude = 10.0 ** floor(log10(rough))
    step = next(size * magnitude for size in (1, 2, 5, 10) if size * magnitude >= rough)
    first, last = floor(low / step), ceil(high / step)
    return tuple(round(at * step, 10) + 0.0 for at in range(first, last + 1))


def line(level: KpiLevel) -> Line | None:
    """Lay out a KPI by month; None where no month has a value."""
    known = [month.value for month in level.months if month.value is not None]
    if not known:
        return None
    ticks = nice_ticks(min(known), max(known))
    across, down = LINE_WIDTH - LEFT - RIGHT, LINE_HEIGHT - TOP - BOTTOM

    def x(at: int) -> float:
        return LEFT + across * (at + 0.5) / len(level.months)

    def y(value: float) -> float:
        return TOP + down * (ticks[-1] - value) / (ticks[-1] - ticks[0])

    dots = {
        at: Dot(x=x(at), y=y(month.value), month=month.month, value=month.value, n=month.n)
        for at, month in enumerate(level.months)
        if month.value is not None
    }
    every = ceil(len(level.months) / MOST_LABELS)
    return Line(
        strokes=_strokes(dots),
        dots=tuple(dots.values()),
        months=tuple(Mark(at=x(at), text=month.month) for at, month in enumerate(level.months) if at % every == 0),
        ticks=tuple(Mark(at=y(tick), text=f"{tick:g}".replace("-", "−")) for tick in ticks),
    )


def _strokes(dots: dict[int, Dot]) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Join neighbouring months to runs."""
    runs: list[list[tuple[float, float]]] = []
    for at, dot in dots.items():
        if at - 1 in dots:
            runs[-1].append((dot.x, dot.y))
        else:
            runs.append([(dot.x, dot.y)])
    return tuple(tuple(run) for run in runs)


def share_bars(issues: Sequence[IssueSummary]) -> tuple[Whisker, ...]:
    """Lay out each issue's share with its interval, all on one axis from 0 to the largest upper end."""
    top = max((issue.share_high or issue.share or 0.0 for issue in issues), default=0.0) or 1.0

    def place(share: float | None) -> float:
        return BAR_WIDTH * (share or 0.0) / top

    return tuple(
        Whisker(low=place(issue.share_low), at=place(issue.share), high=place(issue.share_high), zero=0.0, width=BAR_WIDTH)
        for issue in issues
    )


def level_bar(value: float, *, low: float, high: float, target: float | None) -> Whisker:
    """Lay out a figure on the axis 0…1 with its interval; ``zero`` is where its target lies, 0 where it has none."""

    def place(share: float) -> float:
        return BAR_WIDTH * min(max(share, 0.0), 1.0)

    return Whisker(low=place(low), at=place(value), high=place(high), zero=place(target or 0.0), width=BAR_WIDTH)


def forest(drivers: Sequence[Driver]) -> tuple[Whisker | None, ...]:
    """Lay out each driver's difference (adjusted where it is known) with its interval on one axis; None where it has none."""
    shown = [_estimate(driver) for driver in drivers]
    ends = [0.0, *(end for estimate in shown if estimate is not None for end in estimate)]
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0

    def place(value: float) -> float:
        return 4 + (FOREST_WIDTH - 8) * (value - low) / span

    return tuple(
        None
        if estimate is None
        else Whisker(low=place(estimate[0]), at=place(estimate[1]), high=place(estimate[2]), zero=place(0.0), width=FOREST_WIDTH)
        for estimate in shown
    )


def _estimate(driver: Driver) -> tuple[float, float, float] | None:
    """Return low, estimate and high of what is drawn."""
    adjusted = (driver.adjusted_low, driver.adjusted, driver.adjusted_high)
    plain = (driver.difference_low, driver.difference, driver.difference_high)
    low, at, high = adjusted if driver.adjusted is not None else plain
    return None if low is None or at is None or high is None else (low, at, high)


def split(sentiment: SentimentSplit) -> tuple[Part, ...]:
    """Lay out the moods as one full bar, worst first; moods nobody had take no room."""
    counts = {name: getattr(sentiment, name) for name in ("negative", "mixed", "neutral", "positive")}
    total = sum(counts.values())
    parts: list[Part] = []
    x = 0.0
    for name, count in counts.items():
        width = SPARK_WIDTH * count / total if total else 0.0
        if count:
            parts.append(Part(name=name, x=x, width=width, count=count))
        x += width
    return tuple(parts)


def spark(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Scale points of the unit square (y upwards) into a small drawing."""
    return tuple((2 + (SPARK_WIDTH - 4) * x, 2 + (SPARK_HEIGHT - 4) * (1 - y)) for x, y in points)

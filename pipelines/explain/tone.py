"""Tone: how some people sound, with n and interval, and whether one person's voice falls.

The interval of a mean treats the comments of one person as dependent (CR1, clusters are people); where one person alone speaks, their
comments are taken as independent, which is the best that can be done and too narrow where they repeat themselves.

A fall is a steady one: the later half lies at least ``LEAST_DROP`` below the earlier, and so many pairs fall that chance orders them so
in at most ``CHANCE`` of cases (Mann 1945, exact; ties count as not falling). One bad day makes no fall.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from math import sqrt

from voc.account_room import Fall, Tone, TonePart, TrendKind
from voc.issues import Period
from voc.kpis import SCALES, SURVEY_KPIS, KpiObservation
from voc.voices import VoiceRow

LEAST_DROP = 0.3
CHANCE = 0.05
LEAST_POINTS = 4
MOST_POINTS = 40
"""Longer series are judged by their latest points."""
PARTS = 4
CONFIDENCE = 0.95

Points = Sequence[tuple[datetime, float]]
"""Moments with values −1…1."""


def tone(rows: Sequence[VoiceRow]) -> Tone:
    """Return the mean polarity of readable comments; rows without a polarity do not count.

    >>> tone([])
    Tone(n=0, mean=None, low=None, high=None)
    """
    scored = [(row.customer_id or row.feedback_id, row.sentiment_score) for row in rows if row.sentiment_score is not None]
    if not scored:
        return Tone(n=0)
    mean = sum(score for _, score in scored) / len(scored)
    reach = _reach(scored, mean)
    if reach is None:
        return Tone(n=len(scored), mean=mean)
    return Tone(n=len(scored), mean=mean, low=max(-1.0, mean - reach), high=min(1.0, mean + reach))


def tone_parts(rows: Sequence[VoiceRow], *, window: Period) -> tuple[TonePart, ...]:
    """Return the tone in four equal parts of the window, oldest first; parts without a comment stand with n = 0."""
    step = (window.end - window.start) / PARTS
    edges = [window.start + step * at for at in range(PARTS)] + [window.end]
    periods = [Period(start=edges[at], end=edges[at + 1]) for at in range(PARTS)]
    return tuple(
        TonePart(period=period, tone=tone([row for row in rows if period.start <= row.submitted_at < period.end])) for period in periods
    )


def difference(first: Tone, second: Tone) -> tuple[float, float, float] | None:
    """Return first minus second with a 95 % interval made of the two intervals (square and add, Zou and Donner 2008); None without both."""
    if first.mean is None or second.mean is None:
        return None
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return None
    gap = first.mean - second.mean
    low = gap - sqrt((first.mean - first.low) ** 2 + (second.high - second.mean) ** 2)
    high = gap + sqrt((first.high - first.mean) ** 2 + (second.mean - second.low) ** 2)
    return gap, low, high


def tone_points(rows: Sequence[VoiceRow]) -> list[tuple[datetime, float]]:
    """Return the polarity of one person's comments over time."""
    return [(row.submitted_at, row.sentiment_score) for row in rows if row.sentiment_score is not None]


def answer_points(answers: Sequence[KpiObservation]) -> list[tuple[datetime, float]]:
    """Return one person's answers to the survey question they answered most often, laid from worst −1 to best 1."""
    by_kpi = {kpi: [answer for answer in answers if answer.kpi is kpi] for kpi in SURVEY_KPIS}
    kpi = max(SURVEY_KPIS, key=lambda one: len(by_kpi[one]))
    scale = SCALES[kpi]
    high = scale.high if scale.high is not None else scale.low + 1
    return [(answer.observed_at, 2 * (answer.value - scale.low) / (high - scale.low) - 1) for answer in by_kpi[kpi]]


def fall(points: Points, *, kind: TrendKind) -> Fall | None:
    """Return how a series of one person falls, or None where it does not, or has fewer than four points.

    Parameters
    ----------
    points
        In any order.
    kind
        What they are, kept with the answer.
    """
    values = [value for _, value in sorted(points)][-MOST_POINTS:]
    if len(values) < LEAST_POINTS:
        return None
    half = len(values) // 2
    earlier, later = sum(values[:half]) / half, sum(values[-half:]) / half
    falling = sum(values[i] > values[j] for i in range(len(values)) for j in range(i + 1, len(values)))
    p = chance_of_falling(len(values), falling)
    if earlier - later < LEAST_DROP or p > CHANCE:
        return None
    return Fall(kind=kind, n=len(values), earlier=earlier, later=later, p=p)


def falls_of(rows: Sequence[VoiceRow], *, answers: Sequence[KpiObservation]) -> tuple[Fall, ...]:
    """Return the falls of one person: in what they write, and in what they answer."""
    found = (fall(tone_points(rows), kind=TrendKind.TONE), fall(answer_points(answers), kind=TrendKind.ANSWERS))
    return tuple(one for one in found if one is not None)


def usual_gap(moments: Sequence[datetime]) -> timedelta | None:
    """Return the median time between one person's utterances; None where there are fewer than three."""
    ordered = sorted(moments)
    if len(ordered) < 3:  # noqa: PLR2004  # two gaps at least
        return None
    gaps = sorted(after - before for before, after in pairwise(ordered))
    return gaps[len(gaps) // 2]


def chance_of_falling(n: int, pairs: int) -> float:
    """Return how likely n different values in random order have at least so many falling pairs.

    >>> round(chance_of_falling(4, 6), 4)
    0.0417
    """
    ways = _orders(n)
    return sum(ways[pairs:]) / sum(ways)


@cache
def _orders(n: int) -> tuple[int, ...]:
    """Return how many orders of n values have 0, 1, 2, … falling pairs (Mahonian numbers)."""
    ways = [1]
    for size in range(2, n + 1):
        longer = [0] * (len(ways) + size - 1)
        for pairs, count in enumerate(ways):
            for more in range(size):
                longer[pairs + more] += count
        ways = longer
    return tuple(ways)


def _reach(scored: Sequence[tuple[str, float]], mean: float) -> float | None:
    """Return half the width of the 95 % interval; None where there is no telling."""
    n = len(scored)
    sums: dict[str, float] = {}
    for person, score in scored:
        sums[person] = sums.get(person, 0.0) + score - mean
    parts = [score - mean for _, score in scored] if len(sums) == 1 else list(sums.values())
    clusters = len(parts)
    error = sqrt(sum(part**2 for part in parts) * clusters / (clusters - 1)) / n if clusters > 1 else 0.0
    return _quantile(clusters - 1) * error if error > 0 else None


@cache
def _quantile(freedom: int) -> float:
    from scipy.stats import t as student_t

    return float(student_t.ppf(0.5 + CONFIDENCE / 2, freedom))

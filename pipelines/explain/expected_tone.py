"""Expected tone: how a comment with a given score usually sounds, learned from the comments themselves, and how far one falls below it.

What is expected is the tone of the sentence that sounds worst, as courtesies around a grievance lift the mean but not the matter. Tone
and score meet on one line (tone −1…1 over the score's place in its range, 0…1) which starts from a prior worth ``PRIOR_ROWS`` comments
and gives way to the data; language and segment each shift it by their mean residual, shrunk by ``n / (n + SHRINK_ROWS)``. A comment
falls short where its gap is larger than what all but one comment in ten would show by chance: 1.28 robust standard deviations (the
median absolute deviation, which a minority of truly dissatisfied comments does not stretch), and at least ``LEAST_GAP``.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from voc.concerns import Said
from voc.kpis import SCALES, Kpi, Score

PRIOR_ROWS = 10.0
PRIOR_AT_0, PRIOR_AT_1 = -0.6, 0.6
"""The line before any data: a comment with the lowest score sounds at −0.6, one with the highest at 0.6."""
SHRINK_ROWS = 25.0
ONE_IN_TEN = 1.2816
MAD_TO_DEVIATION = 1.4826
LEAST_GAP = 0.4
FEWEST_ROWS = 20
"""Below this many scored comments the spread is taken from the prior: the threshold stays at its start."""
START_DEVIATION = 0.45


@dataclass(frozen=True)
class ToneModel:
    """The line, its shifts and the threshold."""

    at_0: float
    slope: float
    shifts: dict[tuple[str, Hashable], float]
    deviation: float
    rows: int

    @property
    def threshold(self) -> float:
        """The gap from which a comment counts as worse than its score."""
        return max(LEAST_GAP, ONE_IN_TEN * self.deviation)

    def expected(self, said: Said, place: float) -> float:
        """Return the tone such a comment usually has."""
        return min(1.0, max(-1.0, self.at_0 + self.slope * place + self._shift(said)))

    def reads_like(self, said: Said) -> float | None:
        """Return the place 0…1 of the score the text reads like; None where tone does not rise with the score at all."""
        if self.slope <= 0:
            return None
        return min(1.0, max(0.0, (said.lowest_tone - self.at_0 - self._shift(said)) / self.slope))

    def _shift(self, said: Said) -> float:
        return sum(self.shifts.get(key, 0.0) for key in _groups(said))


def place_of(score: Score) -> float:
    """Return where the score lies in its range, 0…1.

    >>> place_of(Score(kpi=Kpi.CSAT, value=4))
    0.75
    """
    scale = SCALES[score.kpi]
    return (score.value - scale.low) / ((scale.high or scale.low + 1.0) - scale.low)


def value_at(kpi: Kpi, place: float) -> float:
    """Return the whole score at a place of the range."""
    scale = SCALES[kpi]
    return float(round(scale.low + place * ((scale.high or scale.low + 1.0) - scale.low)))


def learn(heard: Iterable[Said]) -> ToneModel:
    """Learn the expectation from comments that carry a score; those the model was unsure of are left out."""
    scored = [(said, place_of(score)) for said in heard if not said.abstained and (score := said.score) is not None]
    places = np.array([place for _, place in scored])
    tones = np.array([said.lowest_tone for said, _ in scored])
    at_0, slope = _line(places, tones)
    rest = tones - at_0 - slope * places
    shifts: dict[tuple[str, Hashable], float] = {}
    for level in (0, 1):  # language first, then segment on what is left
        names = [_groups(said)[level] for said, _ in scored]
        found = _shrunk(names, rest)
        shifts |= found
        rest = rest - np.array([found[name] for name in names])
    deviation = START_DEVIATION if len(scored) < FEWEST_ROWS else float(MAD_TO_DEVIATION * np.median(np.abs(rest - np.median(rest))))
    return ToneModel(at_0=at_0, slope=slope, shifts=shifts, deviation=deviation, rows=len(scored))


def _groups(said: Said) -> tuple[tuple[str, Hashable], tuple[str, Hashable]]:
    return ("language", said.language), ("segment", said.segment)


def _line(places: np.ndarray, tones: np.ndarray) -> tuple[float, float]:
    """Fit tone over place by least squares with the prior's two ends as further rows."""
    x = np.concatenate([places, [0.0, 1.0]])
    y = np.concatenate([tones, [PRIOR_AT_0, PRIOR_AT_1]])
    weights = np.concatenate([np.ones(len(places)), [PRIOR_ROWS / 2] * 2])
    mean_x, mean_y = np.average(x, weights=weights), np.average(y, weights=weights)
    slope = float((weights * (x - mean_x) * (y - mean_y)).sum() / (weights * (x - mean_x) ** 2).sum())
    return float(mean_y - slope * mean_x), slope


def _shrunk(names: Sequence[tuple[str, Hashable]], rest: np.ndarray) -> dict[tuple[str, Hashable], float]:
    """Return each group's mean residual, drawn towards 0 where it has few rows."""
    rows: dict[tuple[str, Hashable], list[float]] = defaultdict(list)
    for name, value in zip(names, rest, strict=True):
        rows[name].append(float(value))
    return {name: sum(values) / (len(values) + SHRINK_ROWS) for name, values in rows.items()}

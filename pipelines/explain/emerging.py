"""Emerging: which topics are spoken of by more people than chance explains, within a budget of false alarms.

For each topic the distinct voices of the last day, the last 2 and the last 7 days are compared with what its past (eight weeks in
stretches of the same length) and the voices of all comments let expect. The count model is negative binomial: Poisson, widened by how
much the topic varied so far (Pearson's statistic, drawn towards that of all topics) and by how well its past is known; without any
variation beyond chance it is Poisson. A topic without a past is expected to stay at next to nothing, so it is found as soon as enough
voices name it.

Error control is by what a threshold would let through if nothing had changed anywhere: the sum over all topics and stretches of the
exact probability to pass it. A day has to be twice and a stretch of 7 days ten times less probable than one of 2 (weighted probabilities).
Stretches overlap from look to look, so what passes by chance stands on about two looks: half of it is new (``LOOKS_EACH``). New
by chance may be one seventh of the weekly budget a look, and at most seven tenths of what a look finds (discrete Benjamini-Hochberg, after
Heyse 2011).

Invariants: a voice counts once per stretch, however much it says; equal input gives equal findings; days come in as numbers, there is no
clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from voc.emerging import Emerging, EmergingLook

WINDOWS = {1: 0.5, 2: 1.0, 7: 0.1}
"""Days of the stretches, for bursts and for what grows slowly, and how much of a probability each may let through: bursts are urgent."""
PAST_DAYS = 56
LOOKS_BACK = 28
"""So many looks are repeated to say since when."""
NEEDED_DAYS = PAST_DAYS + max(WINDOWS) + LOOKS_BACK
LEAST_VOICES = 5
LEAST_STRETCHES = 4
"""Stretches with comments before the recent one, below which there is no past to compare with."""
MOST_CHANCE = 0.03
"""However much budget is left, no topic counts as emerging above this probability."""
LOOKS_EACH = 2.0
"""On how many looks one after another a topic that passes by chance stands."""
CHANCE_SHARE = 0.7
"""Of what a look finds: the share that may be expected to be chance and new."""
NEW_DAYS = 28
PRIOR = 0.5
"""Voices added to a topic's past (Jeffreys), so that a topic without one has a rate."""
POOLED_WEIGHT = 40.0
"""How many stretches of its own a topic's variation needs to weigh as much as that of all topics."""
LOOKS_A_WEEK = 7

Numbers = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


class Said(NamedTuple):
    """Somebody spoke on a day (ordinal of the date)."""

    day: int
    voice: str


def look(spoken: Mapping[str, Sequence[Said]], everyone: Sequence[Said], *, day: int, per_week: float) -> EmergingLook:
    """Return the topics that emerge as of the end of a day.

    Parameters
    ----------
    spoken
        Who spoke of each topic.
    everyone
        Who spoke at all, of a topic or not.
    day
        The last day that counts (ordinal); what was said later is left out.
    per_week
        False alarms a week that are put up with, over all topics.
    """
    keys = sorted(spoken)
    said = _Counted.of([*(spoken[key] for key in keys), everyone])
    found = _findings(said, day=day, allowed=per_week / LOOKS_A_WEEK)
    since = dict.fromkeys(found, day)
    lasting = set(found)
    for earlier in range(day - 1, day - LOOKS_BACK, -1):
        lasting = lasting.intersection(_findings(said, day=earlier, allowed=per_week / LOOKS_A_WEEK)) if lasting else lasting
        since.update(dict.fromkeys(lasting, earlier))
    begin = min((one.day for one in everyone), default=day)
    return EmergingLook(
        day=date.fromordinal(day),
        tested=len(keys),
        found=tuple(
            _emerging(keys[place], finding, first=min(one.day for one in spoken[keys[place]]), begin=begin, since=since[place], day=day)
            for place, finding in sorted(found.items(), key=lambda pair: (pair[1].chance, pair[0]))
        ),
    )


class _Finding(NamedTuple):
    """What stands out: stretch in days, voices, expected voices, probability."""

    days: int
    voices: int
    expected: float
    chance: float


def _emerging(key: str, finding: _Finding, *, first: int, begin: int, since: int, day: int) -> Emerging:
    return Emerging(
        topic_id=key,
        since=date.fromordinal(since),
        days=finding.days,
        count=finding.voices,
        expected=round(finding.expected, 2),
        chance=finding.chance,
        first_seen=date.fromordinal(first),
        new=first > day - NEW_DAYS and begin <= day - NEW_DAYS,
    )


@dataclass(frozen=True)
class _Counted:
    """Mentions as numbers: topic (the last one is everyone), day and voice, each once."""

    topics: int
    topic: Whole
    day: Whole
    voice: Whole
    voices: int

    @classmethod
    def of(cls, lists: Sequence[Sequence[Said]]) -> "_Counted":
        names: dict[str, int] = {}
        rows = np.array(
            [(at, one.day, names.setdefault(one.voice, len(names))) for at, some in enumerate(lists) for one in some], dtype=np.int64
        ).reshape(-1, 3)
        rows = np.unique(rows, axis=0)
        return cls(topics=len(lists) - 1, topic=rows[:, 0], day=rows[:, 1], voice=rows[:, 2], voices=len(names))

    def voices_in(self, stretch: int, *, day: int) -> tuple[Whole, Whole]:
        """Return the distinct voices per stretch, the recent one first: of each topic ``[topics, 1 + past]``, and of all ``[1 + past]``."""
        past = PAST_DAYS // stretch
        age = day - self.day
        inside = (age >= 0) & (age < stretch * (past + 1))
        place = self.topic[inside] * (past + 1) + age[inside] // stretch
        once = np.unique(place * max(1, self.voices) + self.voice[inside])
        counts = np.bincount(once // max(1, self.voices), minlength=(self.topics + 1) * (past + 1)).reshape(self.topics + 1, past + 1)
        return counts[:-1], counts[-1]


class _Model(NamedTuple):
    """The voices to expect of each topic in the recent stretch, and its negative binomial distribution."""

    expected: Numbers
    size: Numbers
    rate: Numbers


def _model(counts: Whole, everyone: Whole) -> _Model:
    """Fit the count model to the past stretches, with the voices of all comments as offset."""
    past, offset = counts[:, 1:].astype(np.float64), everyone[1:].astype(np.float64)
    known = float(offset.sum())
    share = (past.sum(axis=1) + PRIOR) / known
    usual = share[:, None] * offset
    freedom = max(1, int((offset > 0).sum()) - 1)
    pearson = np.where(usual > 0, (past - usual) ** 2 / np.maximum(usual, 1e-9), 0.0).sum(axis=1)
    often = past.sum(axis=1) >= past.shape[1]
    pooled = max(1.0, float(pearson[often].mean()) / freedom) if often.any() else 1.0
    varies = np.maximum(1.0, (pearson + POOLED_WEIGHT * pooled) / (freedom + POOLED_WEIGHT))
    expected = share * everyone[0]
    variance = np.maximum(expected * (varies + everyone[0] / known), expected * 1.0001)
    return _Model(expected, expected**2 / (variance - expected), expected / variance)


def _findings(said: _Counted, *, day: int, allowed: float) -> dict[int, _Finding]:
    """Return what stands out as of a day, by topic."""
    from scipy.stats import nbinom

    models: list[tuple[_Model, float]] = []
    findings: list[tuple[int, _Finding]] = []
    for stretch, weight in WINDOWS.items():
        counts, everyone = said.voices_in(stretch, day=day)
        if (everyone[1:] > 0).sum() < LEAST_STRETCHES or everyone[0] == 0:
            continue
        model = _model(counts, everyone)
        models.append((model, weight))
        recent = counts[:, 0]
        chance = nbinom.sf(recent - 1, model.size, model.rate)
        findings += [
            (int(at), _Finding(stretch, int(recent[at]), float(model.expected[at]), float(chance[at])))
            for at in np.flatnonzero((recent >= LEAST_VOICES) & (chance <= MOST_CHANCE * weight))
        ]
    findings.sort(key=lambda pair: (pair[1].chance / WINDOWS[pair[1].days], pair[0]))
    best: dict[int, _Finding] = {}
    kept = 0
    for at, finding in findings:
        if at in best:
            continue
        best[at] = finding
        threshold = finding.chance / WINDOWS[finding.days]
        by_chance = sum(_let_through(model, threshold * weight) for model, weight in models) / LOOKS_EACH
        if by_chance > allowed:
            break
        kept = len(best) if by_chance <= CHANCE_SHARE * len(best) else kept
    return dict(list(best.items())[:kept])


def _let_through(model: _Model, chance: float) -> float:
    """Return how many topics would pass a threshold by chance alone: the exact, discrete probabilities summed up."""
    from scipy.stats import nbinom

    needed = np.maximum(nbinom.isf(chance * (1 + 1e-9), model.size, model.rate) + 1, LEAST_VOICES)
    return float(nbinom.sf(needed - 1, model.size, model.rate).sum())

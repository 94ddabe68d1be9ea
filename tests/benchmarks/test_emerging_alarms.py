"""False alarms and sight of the emerging topics, on replays whose truth is known.

Run by hand: ``python3 run.py test -m benchmark -s tests/benchmarks/test_emerging_alarms.py``. Null replay: 52 weeks, 200 topics, nothing ever
changes; an alarm is a topic that is found on a day and was not on the day before. Burst: one topic of two voices a day is spoken of three
times as often from some day on; seen is that it is found at the end of the first or second day.
"""

from bisect import bisect_left, bisect_right

import numpy as np
import pytest

from pipelines.explain.emerging import NEEDED_DAYS, Said, look

WEEKS, TOPICS, REPEATS = 52, 200, 200
START = 739_000


def skewed() -> list[float]:
    """Voices a day of 200 topics, 100 in all, as topics are: few large, many small; one of them has exactly two."""
    weights = 1 / np.arange(1, TOPICS + 1)
    rates = 100 * weights / weights.sum()
    rates[int(np.argmin(abs(rates - 2)))] = 2.0
    return list(rates)


def replay(rng: np.random.Generator, rates: list[float], days: int, *, burst: tuple[int, int] | None = None, varies: float = 0.0) -> tuple[dict[str, list[Said]], list[Said]]:
    """Return who spoke of what; ``burst``: the topic and the day from which on it is three times as frequent."""
    spoken: dict[str, list[Said]] = {f"t{at}": [] for at in range(len(rates))}
    for at, rate in enumerate(rates):
        for day in range(days):
            mean = rate * (3 if burst is not None and burst[0] == at and day >= burst[1] else 1)
            mean = mean * rng.gamma(1 / varies, varies) if varies else mean
            spoken[f"t{at}"] += [Said(START + day, f"v{at}.{day}.{n}") for n in range(rng.poisson(mean))]
    return spoken, sorted((one for some in spoken.values() for one in some), key=lambda one: one.day)


def until(said: list[Said], day: int) -> list[Said]:
    """Return what a look at the end of the day needs, of what is sorted by day."""
    return said[bisect_left(said, day - NEEDED_DAYS + 1, key=lambda one: one.day) : bisect_right(said, day, key=lambda one: one.day)]


def alarms(rates: list[float], *, per_week: float, weeks: int, seed: int, varies: float = 0.0) -> float:
    """Return the alarms a week where nothing changes."""
    days = NEEDED_DAYS + 7 * weeks
    spoken, everyone = replay(np.random.default_rng(seed), rates, days, varies=varies)
    count, before = 0, set[str]()
    for day in range(START + NEEDED_DAYS, START + days):
        recent = {key: until(some, day) for key, some in spoken.items()}
        now = {one.topic_id for one in look(recent, until(everyone, day), day=day, per_week=per_week).found}
        count, before = count + len(now - before), now
    return count / weeks


def sight(rates: list[float], topic: int, *, per_week: float, repeats: int, seed: int) -> list[float]:
    """Return the share of bursts seen by the end of the 1st, 2nd, 3rd and 4th day."""
    rng, seen = np.random.default_rng(seed), np.zeros(4)
    for _ in range(repeats):
        spoken, everyone = replay(rng, rates, 70 + 4, burst=(topic, 70))
        for late in range(4):
            day = START + 70 + late
            if f"t{topic}" in {one.topic_id for one in look(spoken, everyone, day=day, per_week=per_week).found}:
                seen[late:] += 1
                break
    return [round(float(share), 3) for share in seen / repeats]


@pytest.mark.benchmark
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("per_week", [1.0, 2.0, 3.0, 5.0])
def test_false_alarms_stay_within_the_budget_and_a_burst_is_seen(per_week: float) -> None:
    rates = skewed()
    topic = rates.index(2.0)
    found = alarms(rates, per_week=per_week, weeks=WEEKS, seed=11)
    by_day = sight(rates, topic, per_week=per_week, repeats=REPEATS, seed=12)
    print(f"\nbudget {per_week} a week: {found:.2f} false alarms a week; a threefold burst is seen by day 1, 2, 3, 4: {by_day}")
    assert found <= per_week

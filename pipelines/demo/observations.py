"""KPI answers without a text: a year of NPS, CSAT and CES per customer, and how long tickets waited for an answer.

Invariants: nobody answers before they began or after they left; an answer without text keeps ``QUIET_DAYS`` away from a survey
comment of the same customer; the mean moves with the stories (billing from March 2026 on plan Business, login from 12 May to 18 June
2026 on plan Enterprise, crash in February 2026 for consumers, leaving), most for those who spoke about them.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from pipelines.demo.casting import Placed
from pipelines.demo.population import CONSUMER, Person
from pipelines.demo.streams import stream
from pipelines.demo.timetable import BILLING_CHANGED, FIRST_DAY, JST, LAST_DAY, LOGIN_BROKEN, LOGIN_REPAIRED, SUPPORT_GREW, days_between

BASE_NPS = {"Starter": 7.9, "Business": 8.0, "Enterprise": 7.9, CONSUMER: 7.6}
LANGUAGE_NPS = {"ja": -0.3, "en": 0.3}
MOOD_NPS = 0.9
NPS_SPREAD = 1.5
BILLING_NPS, BILLING_SPEAKER_NPS = -0.8, -2.6
LOGIN_NPS, LOGIN_SPEAKER_NPS = -1.5, -3.2
CRASH_NPS = -1.2
CHURN_NPS = -2.2
SUPPORT_NPS, SUPPORT_CSAT = 0.2, 0.35
CSAT_BASE, CSAT_PER_NPS, CSAT_SPREAD = 4.0, 0.3, 0.8
CES_BASE, CES_PER_NPS, CES_SPREAD = 5.1, 0.4, 1.1
MEAN_NPS = 7.8
BEFORE_SPEAKING = timedelta(days=20)
BEFORE_LEAVING = timedelta(days=60)
QUIET_DAYS = 20
WAVES = {"nps": (88, 0.88, 0.60), "csat": (150, 0.80, 0.40), "ces": (180, 0.65, 0.30)}  # days between, share answered: business, consumers
AOZORA_DECIDER_NPS = ((date(2026, 1, 15), 9), (date(2026, 4, 14), 7), (date(2026, 7, 9), 6))
EXTRA_TICKETS = 110
RESPONSE_HOURS = ((date(2025, 11, 1), 30.0), (LOGIN_BROKEN, 36.0), (date(2026, 6, 19), 29.0), (SUPPORT_GREW, 8.0), (date(2026, 9, 1), 4.5),
                  (date(2026, 10, 1), 3.8))
RESPONSE_SPREAD = 0.45


@dataclass(frozen=True)
class Observation:
    """One value of one KPI, for one customer, at one moment."""

    kpi: str
    value: float
    moment: datetime
    customer: Person


class _Voices:
    """What each customer spoke about first and when, and on which days they answered a survey with a text."""

    def __init__(self, placed: Iterable[Placed]) -> None:
        self._first: dict[tuple[str, str], date] = {}
        self._surveys: dict[str, list[date]] = {}
        for item in placed:
            if item.speaker is None:
                continue
            day = item.moment.date()
            key = (item.speaker.id, f"{item.comment.story} {item.comment.phase}")
            self._first[key] = min(day, self._first.get(key, day))
            if item.comment.source == "survey":
                self._surveys.setdefault(item.speaker.id, []).append(day)

    def first(self, person: Person, *, story: str) -> date | None:
        return self._first.get((person.id, story))

    def quiet(self, person: Person, *, day: date) -> bool:
        return all(abs((day - other).days) >= QUIET_DAYS for other in self._surveys.get(person.id, ()))


def observe(people: tuple[Person, ...], *, placed: tuple[Placed, ...]) -> tuple[Observation, ...]:
    """Return all answers without text and all response times, by moment."""
    voices = _Voices(placed)
    rows = [row for person in people for row in _answers(person, voices=voices)]
    rows += _ticket_waits(placed)
    rows += _silent_tickets(people)
    return tuple(sorted(rows, key=lambda row: (row.moment, row.kpi, row.customer.id)))


def _answers(person: Person, *, voices: _Voices) -> Iterator[Observation]:
    rng = stream(f"observations {person.id}")
    if person.key == "aozora-decider":
        for day, value in AOZORA_DECIDER_NPS:
            yield Observation("nps", value, _at(day, rng=rng), person)
        return
    for kpi, (gap_days, business, consumer) in WAVES.items():
        share = consumer if person.plan == CONSUMER else business
        day = FIRST_DAY + timedelta(days=rng.randrange(gap_days))
        while day <= LAST_DAY:
            replied = next(iter(days_between(day, last=person.last_day, office=True)), None)
            if rng.random() < share and replied and person.start < replied and voices.quiet(person, day=replied):
                yield Observation(kpi, _value(kpi, person=person, day=replied, voices=voices, rng=rng), _at(replied, rng=rng), person)
            day += timedelta(days=gap_days + rng.randint(-6, 6))


def _value(kpi: str, *, person: Person, day: date, voices: _Voices, rng: random.Random) -> int:
    mean = _nps_mean(person, day=day, voices=voices)
    if person.key.startswith("aozora"):
        return {"nps": rng.choice((9, 10)), "csat": 5, "ces": rng.choice((6, 7))}[kpi]
    if kpi == "nps":
        return _clip(rng.gauss(mean, NPS_SPREAD), low=0, high=10)
    if kpi == "csat":
        better = SUPPORT_CSAT if day >= SUPPORT_GREW else 0.0
        return _clip(rng.gauss(CSAT_BASE + better + CSAT_PER_NPS * (mean - MEAN_NPS), CSAT_SPREAD), low=1, high=5)
    return _clip(rng.gauss(CES_BASE + CES_PER_NPS * (mean - MEAN_NPS), CES_SPREAD), low=1, high=7)


def _nps_mean(person: Person, *, day: date, voices: _Voices) -> float:
    mean = BASE_NPS[person.plan] + LANGUAGE_NPS[person.language] + MOOD_NPS * person.mood
    mean += _billing(person, day=day, voices=voices) + _login(person, day=day, voices=voices)
    leaving = voices.first(person, story="churn any")
    if leaving and day >= leaving - BEFORE_LEAVING:
        mean += CHURN_NPS
    if person.plan == CONSUMER and (day.year, day.month) == (2026, 2):
        mean += CRASH_NPS
    return mean + (SUPPORT_NPS if day >= SUPPORT_GREW else 0.0)


def _billing(person: Person, *, day: date, voices: _Voices) -> float:
    if person.plan != "Business" or day < BILLING_CHANGED:
        return 0.0
    spoke = voices.first(person, story="billing any")
    return BILLING_SPEAKER_NPS if spoke and day >= spoke - BEFORE_SPEAKING else BILLING_NPS


def _login(person: Person, *, day: date, voices: _Voices) -> float:
    if person.plan != "Enterprise" or not LOGIN_BROKEN <= day <= LOGIN_REPAIRED:
        return 0.0
    return LOGIN_SPEAKER_NPS if voices.first(person, story="login during") else LOGIN_NPS


def _ticket_waits(placed: Iterable[Placed]) -> list[Observation]:
    tickets = [item for item in placed if item.comment.source == "ticket" and item.speaker]
    return [
        Observation("response_hours", _wait(item.moment.date(), rng=stream(f"wait {item.comment.id}")), item.moment, item.speaker)
        for item in tickets if item.speaker
    ]


def _silent_tickets(people: tuple[Person, ...]) -> Iterator[Observation]:
    rng = stream("silent tickets")
    business = [person for person in people if person.account and not person.key.startswith("aozora")]
    for _ in range(EXTRA_TICKETS):
        person = rng.choice(business)
        day = rng.choice(days_between(max(FIRST_DAY, person.start), last=person.last_day, office=True))
        yield Observation("response_hours", _wait(day, rng=rng), _at(day, rng=rng), person)


def _wait(day: date, *, rng: random.Random) -> float:
    typical = next(hours for since, hours in reversed(RESPONSE_HOURS) if day >= since)
    return round(max(0.3, typical * rng.lognormvariate(0.0, RESPONSE_SPREAD)), 1)


def _at(day: date, *, rng: random.Random) -> datetime:
    return datetime.combine(day, time(rng.randint(9, 18), rng.randint(0, 59), rng.randint(0, 59)), tzinfo=JST)


def _clip(value: float, *, low: int, high: int) -> int:
    return min(high, max(low, round(value)))

"""Who said which comment, and when.

Invariants: every comment is placed once; language, role and, where the story asks for it, plan of the speaker fit; nobody speaks
before they began or after they left, twice on one day, or more than ``MOST_COMMENTS`` times; the two halves of a duplicate come
from one customer, at most three days apart.
"""

import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from pipelines.demo.population import CONSUMER, DemoAccount, Person
from pipelines.demo.streams import stream
from pipelines.demo.timetable import (
    COMMENT_HOURS,
    COMMENT_TENURE,
    JST,
    ONBOARDING_AGE,
    ONBOARDING_DAYS,
    ONBOARDING_WINDOW,
    STORY_TENURE,
    TENURE_DAYS,
    days_between,
    window_of,
)

MOST_COMMENTS = 7
PUBLIC_SOURCES = ("post", "review")
STAFFED_SOURCES = ("ticket", "call", "note")
KNOWN_PUBLIC_SHARE = {"tsumugi": 0.1, "pocket": 0.4}
STORY_PLAN = {"login": "Enterprise", "billing": "Business"}
CHURN_PULL = {"churn": 14.0, "billing": 3.0}
CHURN_NOTICE_DAYS = 150
MOOD_PULL = {"negative": -0.8, "positive": 0.8}
PAIR_DAYS = 3
AGAIN = "again"
"""A phase of a story: said by an account that has spoken of it before, after it did."""
ORDER = ("mail", "aozora", "onboarding", "duplicate", "login", "billing", "churn", "support", "export")
HOURS = {"ticket": (8, 18), "call": (9, 17), "note": (10, 18), "survey": (8, 20), "post": (7, 23), "review": (7, 23)}
EUROPE_HOURS = (16, 23)


@dataclass(frozen=True)
class Comment:
    """One hand-written comment as it stands in the comment files."""

    id: str
    lang: str
    source: str
    product: str
    story: str
    phase: str
    stance: str
    role: str
    text: str
    month: str = ""
    person: str = ""
    pair: str = ""
    score_hint: str = ""


@dataclass(frozen=True)
class Placed:
    """A comment with its speaker (None: unknown) and its moment."""

    comment: Comment
    speaker: Person | None
    moment: datetime


def read_comments(*, folder: Path) -> tuple[Comment, ...]:
    """Return all hand-written comments in the order of file name and line."""
    lines = (line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines())
    return tuple(Comment(**json.loads(line)) for line in lines)


def cast_all(comments: Iterable[Comment], *, people: tuple[Person, ...]) -> tuple[Placed, ...]:
    """Return every comment placed, by date."""
    stage = _Stage(people=people)
    rank = {story: n for n, story in enumerate(ORDER)}
    for comment in sorted(comments, key=lambda c: (rank.get(c.story, len(ORDER)), c.phase == AGAIN, not c.month, c.id)):
        stage.place(comment)
    return tuple(sorted(stage.placed, key=lambda p: (p.moment, p.comment.id)))


class _Stage:
    """The placing in progress: who has spoken how often, and on which days."""

    def __init__(self, *, people: tuple[Person, ...]) -> None:
        self.placed: list[Placed] = []
        self._people = people
        self._spoken: dict[str, set[date]] = defaultdict(set)
        self._load: Counter[str] = Counter()
        self._pairs: dict[str, Placed] = {}

    def place(self, comment: Comment) -> None:
        rng = stream(f"cast {comment.id}")
        if comment.pair in self._pairs:
            done = self._echo(comment, first=self._pairs[comment.pair], rng=rng)
        elif _is_anonymous(comment, rng=rng):
            done = Placed(comment, None, _moment(comment, day=rng.choice(_days(comment, window=_window(comment))), speaker=None, rng=rng))
        else:
            done = self._spoken_by_customer(comment, rng=rng)
        if comment.pair:
            self._pairs[comment.pair] = done
        self._note(done)

    def _note(self, done: Placed) -> None:
        self.placed.append(done)
        if done.speaker:
            self._load[done.speaker.id] += 1
            self._spoken[done.speaker.id].add(done.moment.date())

    def _echo(self, comment: Comment, *, first: Placed, rng: random.Random) -> Placed:
        begin = first.moment.date()
        days = _days(comment, window=(begin + timedelta(days=1), begin + timedelta(days=PAIR_DAYS)))
        return Placed(comment, first.speaker, _moment(comment, day=rng.choice(days), speaker=first.speaker, rng=rng))

    def _spoken_by_customer(self, comment: Comment, *, rng: random.Random) -> Placed:
        open_days = [(person, self._free_days(comment, person=person)) for person in self._people if _fits(comment, person=person)]
        options = [(person, days) for person, days in open_days if days and self._load[person.id] < MOST_COMMENTS]
        weights = [self._weight(comment, person=person, days=len(days)) for person, days in options]
        speaker, days = rng.choices(options, weights=weights)[0]
        return Placed(comment, speaker, _moment(comment, day=rng.choice(days), speaker=speaker, rng=rng))

    def _free_days(self, comment: Comment, *, person: Person) -> list[date]:
        first, last = _window(comment)
        begin, end = _heard(comment, person=person)
        if comment.phase == AGAIN:
            spoke = self._first_spoke(comment.story, account=person.account)
            if spoke is None:
                return []
            begin = max(begin, spoke + timedelta(days=1))
        days = _days(comment, window=(max(first, begin), min(last, end)))
        if comment.pair:  # leave room for the second half
            days = [day for day in days if day.weekday() <= 1 and day <= person.last_day - timedelta(days=PAIR_DAYS)]
        return [day for day in days if day not in self._spoken[person.id]]

    def _first_spoke(self, story: str, *, account: DemoAccount | None) -> date | None:
        """Return when an account first spoke of a story; None where it has not, or nobody pays for the person."""
        said = (placed for placed in self.placed if placed.comment.story == story and placed.speaker and account)
        return min((one.moment.date() for one in said if one.speaker and one.speaker.account == account), default=None)

    def _weight(self, comment: Comment, *, person: Person, days: int) -> float:
        leaves = person.account is not None and person.account.churned is not None
        pull = CHURN_PULL.get(comment.story, 1.0) if leaves else 1.0
        mood = math.exp(MOOD_PULL.get(comment.stance, 0.0) * person.mood)
        return pull * mood * math.sqrt(days) / (1 + self._load[person.id]) ** 2


def _is_anonymous(comment: Comment, *, rng: random.Random) -> bool:
    public = comment.source in PUBLIC_SOURCES and not comment.pair
    return public and rng.random() >= KNOWN_PUBLIC_SHARE[comment.product]


def _fits(comment: Comment, *, person: Person) -> bool:
    if comment.story in ("mail", "aozora"):
        return person.key == (comment.person or comment.id)
    if person.key.startswith("aozora"):
        return False
    plan_fits = person.plan == STORY_PLAN.get(comment.story, person.plan)
    consumer_fits = (comment.product == "pocket") == (person.plan == CONSUMER)
    return plan_fits and consumer_fits and person.role == comment.role and person.language == comment.lang


def _window(comment: Comment) -> tuple[date, date]:
    return window_of(comment.id, story=comment.story, phase=comment.phase, month=comment.month)


def _heard(comment: Comment, *, person: Person) -> tuple[date, date]:
    """Return between which days this person could have said this."""
    begin, end = person.start + timedelta(days=_tenure_days(comment)), person.last_day
    if comment.story == "onboarding":
        low, high = ONBOARDING_AGE.get(comment.id, ONBOARDING_WINDOW)
        return person.start + timedelta(days=low), min(end, person.start + timedelta(days=min(high, ONBOARDING_DAYS)))
    churned = person.account.churned if person.account else None
    if comment.story == "churn" and churned:
        begin = max(begin, churned - timedelta(days=CHURN_NOTICE_DAYS))
    return begin, end


def _tenure_days(comment: Comment) -> int:
    if comment.story in ("mail", "aozora"):
        return 0
    return COMMENT_TENURE.get(comment.id, STORY_TENURE.get(comment.story, TENURE_DAYS))


def _days(comment: Comment, *, window: tuple[date, date]) -> list[date]:
    leisure = comment.source in PUBLIC_SOURCES or comment.product == "pocket"
    return days_between(window[0], last=window[1], office=not leisure or comment.source in STAFFED_SOURCES)


def _moment(comment: Comment, *, day: date, speaker: Person | None, rng: random.Random) -> datetime:
    low, high = HOURS[comment.source]
    if speaker and speaker.region == "Europe" and comment.source != "note":
        low, high = EUROPE_HOURS
    low, high = COMMENT_HOURS.get(comment.id, (low, high))
    return datetime.combine(day, time(rng.randint(low, high), rng.randint(0, 59), rng.randint(0, 59)), tzinfo=JST)

"""Accounts and customers of the sample data, built from the hand-written companies and names.

Invariants: account ids follow a seeded order with Aozora Foods at acc-017; a person begins no earlier than their account; everyone
in an account opened within the period begins in its first weeks; a churned account's contract ends on the day it left.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.demo.companies import AOZORA, AOZORA_ID, COMPANIES, Company
from pipelines.demo.names import AOZORA_PEOPLE, APAC_NAMES, EUROPE_NAMES, JA_FAMILY, JA_GIVEN, MAIL_PEOPLE
from pipelines.demo.streams import stream
from pipelines.demo.timetable import FIRST_DAY, LAST_DAY

ROLES = {"u": "user", "a": "admin", "b": "buyer", "d": "decider"}
CONSUMER = "Consumer"
CONSUMERS_JA = 28
CONSUMERS_EN = 18
CONSUMERS_LEFT = 4
UNKNOWN_ROLES = 10
REVENUE_YEN = {"Starter": (120_000, 600_000), "Business": (900_000, 4_800_000), "Enterprise": (6_000_000, 36_000_000)}
REVENUE_STEP_YEN = 12_000
AOZORA_REVENUE_YEN = 14_400_000
CONSUMER_REGIONS = {"ja": ("関東", "関東", "関西", "中部", "九州", "東北"), "en": ("APAC", "Europe", "Europe")}


@dataclass(frozen=True)
class DemoAccount:
    """One paying organisation of the sample data."""

    id: str
    company: Company
    revenue_yen: int
    start: date
    renewal: date

    @property
    def churned(self) -> date | None:
        """The day the account left, or None."""
        return self.company.left


@dataclass(frozen=True)
class Person:
    """One customer; ``role`` is the true one, ``shown_role`` what the customer list knows; ``mood`` from -1 (sour) to 1 (sunny)."""

    id: str
    name: str
    language: str
    plan: str
    region: str
    role: str
    shown_role: str
    start: date
    mood: float
    account: DemoAccount | None = None
    left: date | None = None
    key: str = ""

    @property
    def last_day(self) -> date:
        """The last day on which the person may be heard."""
        left = self.left or (self.account.churned if self.account else None)
        return min(LAST_DAY, left - timedelta(days=4)) if left else LAST_DAY


def accounts() -> tuple[DemoAccount, ...]:
    """Return the eighty accounts in the order of their ids."""
    rng = stream("accounts")
    order = [company for company in COMPANIES if company.name != AOZORA]
    rng.shuffle(order)
    place = int(AOZORA_ID.removeprefix("acc-")) - 1
    order.insert(place, next(company for company in COMPANIES if company.name == AOZORA))
    return tuple(_account(company, number=number, rng=rng) for number, company in enumerate(order, start=1))


def _account(company: Company, *, number: int, rng: random.Random) -> DemoAccount:
    start = _account_start(company, rng=rng)
    renewal = _next_renewal(start, after=company.left - timedelta(days=1) if company.left else LAST_DAY)
    low, high = REVENUE_YEN[company.plan]
    revenue = round(low * (high / low) ** rng.random() / REVENUE_STEP_YEN) * REVENUE_STEP_YEN
    revenue = AOZORA_REVENUE_YEN if company.name == AOZORA else revenue
    return DemoAccount(id=f"acc-{number:03d}", company=company, revenue_yen=revenue, start=start, renewal=renewal)


def _account_start(company: Company, *, rng: random.Random) -> date:
    if company.left:
        day_after = company.left + timedelta(days=1)
        return day_after.replace(year=day_after.year - rng.choice((2, 3)))
    drawn = date(rng.choice((2022, 2023, 2023, 2024, 2024)), rng.randint(1, 12), rng.choice((1, 1, 1, 15)))
    return company.joined or drawn


def _next_renewal(start: date, *, after: date) -> date:
    """Return the last day of the contract year, counted from the start, that ends after the given day."""
    years = (start.replace(year=start.year + n) - timedelta(days=1) for n in range(1, 9))
    return next(day for day in years if day > after)


def people(*, book: tuple[DemoAccount, ...]) -> tuple[Person, ...]:
    """Return all customers: the staff of the accounts in their order, then the consumers of Tsumugi Pocket."""
    names = _NameBook()
    drafts = [draft for account in book for draft in _staff(account, names=names)]
    drafts += list(_consumers(names=names))
    rng = stream("unknown roles")
    plain = [n for n, person in enumerate(drafts) if person.role == "user" and not person.key and person.account]
    hidden = set(rng.sample(plain, UNKNOWN_ROLES))
    return tuple(_numbered(person, number=n + 1, hidden=n in hidden) for n, person in enumerate(drafts))


def _numbered(person: Person, *, number: int, hidden: bool) -> Person:
    shown = "unknown" if hidden else person.shown_role
    return Person(**{**vars(person), "id": f"cus-{number:04d}", "shown_role": shown})


class _NameBook:
    """Gives every person a name once."""

    def __init__(self) -> None:
        rng = stream("names")
        japanese = [f"{family} {given}" for family in JA_FAMILY for given in JA_GIVEN]
        rng.shuffle(japanese)
        self._piles = {"ja": japanese, "Europe": list(EUROPE_NAMES), "APAC": list(APAC_NAMES)}
        for region in ("Europe", "APAC"):
            rng.shuffle(self._piles[region])

    def take(self, *, language: str, region: str) -> str:
        return self._piles["ja" if language == "ja" else region].pop()


def _staff(account: DemoAccount, *, names: _NameBook) -> Iterator[Person]:
    rng = stream(f"staff {account.company.name}")
    company = account.company
    signers = {(role, n): key for n, (key, role) in enumerate(_known_people(company))}
    for letter in company.staff:
        role = ROLES[letter]
        signer = next((slot for slot in signers if slot[0] == role), None)
        key = signers.pop(signer) if signer else ""
        name = _known_name(key) or names.take(language=company.language, region=company.region)
        yield Person(
            id="", name=name, language=company.language, plan=company.plan, region=company.region, role=role, shown_role=role,
            start=_joined(account, rng=rng, early=bool(key)), mood=round(rng.uniform(-1, 1), 3), account=account, key=key,
        )


def _known_people(company: Company) -> list[tuple[str, str]]:
    if company.name == AOZORA:
        return [(key, "decider" if "decider" in key else "user") for key in AOZORA_PEOPLE]
    return [(key, role) for key, (_, employer, role) in MAIL_PEOPLE.items() if employer == company.name]


def _known_name(key: str) -> str:
    return MAIL_PEOPLE[key][0] if key in MAIL_PEOPLE else AOZORA_PEOPLE.get(key, "")


def _joined(account: DemoAccount, *, rng: random.Random, early: bool) -> date:
    """Return when the person began: in a new account within three weeks, elsewhere within the first year and a half."""
    if account.start > FIRST_DAY - timedelta(days=60):
        return account.start + timedelta(days=rng.randint(0, 20))
    latest = min(540, (FIRST_DAY - account.start).days - 20)
    return account.start + timedelta(days=rng.randint(0, 30 if early else max(30, latest)))


def _consumers(*, names: _NameBook) -> Iterator[Person]:
    rng = stream("consumers")
    leaving = set(rng.sample(range(1, CONSUMERS_JA + CONSUMERS_EN), CONSUMERS_LEFT))
    signer = next(key for key, (_, employer, _) in MAIL_PEOPLE.items() if not employer)
    for n in range(CONSUMERS_JA + CONSUMERS_EN):
        language = "ja" if n < CONSUMERS_JA else "en"
        region = rng.choice(CONSUMER_REGIONS[language])
        name = _known_name(signer) if n == 0 else names.take(language=language, region=region)
        start = date(2023, 6, 1) + timedelta(days=rng.randint(0, 860))
        left = date(2026, 3, 1) + timedelta(days=rng.randint(0, 60)) if n in leaving else None
        yield Person(
            id="", name=name, language=language, plan=CONSUMER, region=region, role="consumer", shown_role="user", start=start,
            mood=round(rng.uniform(-1, 1), 3), left=left, key=signer if n == 0 else "",
        )

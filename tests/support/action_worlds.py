"""Invented worlds with known truth for the check of actions: accounts of two plans, answers over a year, shared weekly shocks."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from voc.actions import Action, Arm, Assignment, Direction, Measure, Measured, Plan, Population

STARTS = date(2026, 7, 1)
START = datetime(2026, 7, 1, tzinfo=UTC)
UNTIL = START + timedelta(days=120)
BEFORE, AFTER = 300, 120


def action(*, segment: str | None = "enterprise", measure: Measure = Measure.NPS, **changes) -> Action:
    values = {"title": "t", "measure": measure, "direction": Direction.UP, "population": Population(segment=segment), "starts_on": STARTS}
    return Action(id="act_1", plan=Plan(**(values | changes)), retrospective=False, created_by="x", created_at=START)


def world(rng: np.random.Generator, *, effect: float = 0.0, accounts: int = 80, each: int = 12, everyone: bool = False, drift: float = 0.0) -> list[Measured]:
    """Levels differ by account and by plan, weeks shake everybody alike; from the start on those reached gain the effect."""
    level = rng.normal(0, 40, accounts)
    reached = rng.random(accounts) < 0.45
    week = rng.normal(0, 8, 80)
    rows = []
    for name in range(accounts):
        for _ in range(rng.poisson(each)):
            day = rng.uniform(-BEFORE, AFTER)
            gain = effect if day >= 0 and (everyone or reached[name]) else 0.0
            mean = 20 + level[name] + week[int((day + BEFORE) // 7)] + reached[name] * (15 + drift * day / 30)
            at = START + timedelta(days=float(day))
            rows.append(Measured(at=at, value=mean + gain + rng.normal(0, 30), account_id=f"a{name}", segment="enterprise" if reached[name] else "business"))
    return rows


def shaken_before(rng: np.random.Generator, *, by: float) -> list[Measured]:
    """The world without an effect; from 190 to 110 days before the start something else moves those reached, and goes away again."""
    rows = world(rng)
    inside = [one.segment == "enterprise" and timedelta(days=110) < START - one.at <= timedelta(days=190) for one in rows]
    return [one.model_copy(update={"value": one.value + by * moved}) for one, moved in zip(rows, inside, strict=True)]


def far_apart(rng: np.random.Generator, *, spread: float, gap: float = 40.0, effect: float = 0.0, accounts: int = 160) -> list[Measured]:
    """Those reached lie higher by the gap all the time; accounts differ by the spread, answers of one account by 40: 5 before the start, 6 after it."""
    rows = []
    for name in range(accounts):
        reached = name % 2 == 0
        level = gap * reached + rng.normal(0, spread)
        for day in (*rng.uniform(-BEFORE, 0, 5), *rng.uniform(0, AFTER, 6)):
            value = level + effect * (reached and day >= 0) + rng.normal(0, 40)
            at = START + timedelta(days=float(day))
            rows.append(Measured(at=at, value=value, account_id=f"a{name}", segment="enterprise" if reached else "business"))
    return rows


def levels_come_back(rng: np.random.Generator, *, accounts: int = 120, each: int = 14, two: bool = True) -> list[Measured]:
    """All accounts come back towards 0 at the start, reached or not; reached are mostly those that lie low.

    ``two``: half of the accounts lie at −40, half at 40; else levels are spread by 40 and the lower one lies, the likelier it is reached.
    """
    bases = np.where(rng.random(accounts) < 0.5, -40.0, 40.0) if two else rng.normal(0, 40, accounts)
    reached = rng.random(accounts) < (np.where(bases < 0, 0.7, 0.2) if two else 1 / (1 + np.exp(bases / 30)))
    rows = []
    for name in range(accounts):
        base, own = float(bases[name]), rng.normal(0, 10)
        for day in rng.uniform(-BEFORE, AFTER, each):
            value = own + base * (1.0 if day < 0 else 0.4) + rng.normal(0, 30)
            at = START + timedelta(days=float(day))
            rows.append(Measured(at=at, value=value, account_id=f"a{name}", segment="enterprise" if reached[name] else "business"))
    return rows


def exposed_one_by_one(rng: np.random.Generator, *, effect: float, trend: float) -> tuple[list[Measured], list[Assignment]]:
    """An experiment over seven months: everybody rises by ``trend`` a month, the treated are exposed two months later than the control side."""
    rows, given = [], []
    for name in range(80):
        treated = name % 2 == 1
        exposed = int(rng.integers(-150, 0)) + 60 * treated
        arm = Arm.TREATMENT if treated else Arm.CONTROL
        given.append(Assignment(experiment="e", subject_id=f"a{name}", arm=arm, exposed_on=STARTS + timedelta(days=exposed)))
        for day in rng.uniform(-BEFORE, AFTER, 16):
            value = trend * day / 30 + effect * (treated and day >= exposed) + rng.normal(0, 15)
            rows.append(Measured(at=START + timedelta(days=float(day)), value=value, account_id=f"a{name}"))
    return rows, given

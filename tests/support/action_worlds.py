"""Invented worlds with known truth for the check of actions: accounts of two plans, answers over a year, shared weekly shocks."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from voc.actions import Action, Direction, Measure, Measured, Plan, Population

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

"""Truth of the drivers: a planted one ranks first, permuted data show none, intervals cover; 200 simulations each."""

import numpy as np
import pytest

from pipelines.explain.drivers import drivers, rank
from voc.drivers import Issue, IssueKind, Voice
from voc.kpis import Kpi

SIMULATIONS, VOICES, ACCOUNTS, EFFECT = 200, 1_000, 120, -30.0
ISSUES = [Issue(kind=IssueKind.TAG, id=f"i{at}", name=f"issue {at}") for at in range(12)]
pytestmark = [pytest.mark.slow, pytest.mark.benchmark]


def voices(seed, *, permuted=False):
    """Accounts and segments differ in level; twelve issues, of which the fourth moves the value and comes with the fifth half the time."""
    rng = np.random.default_rng(seed)
    account = rng.integers(0, ACCOUNTS, VOICES)
    about = rng.random((VOICES, 12)) < rng.uniform(0.08, 0.2, 12) * (1 + (account % 2))[:, None] / 1.5
    about[:, 4] |= about[:, 3] & (rng.random(VOICES) < 0.5)
    value = rng.normal(0, 20, ACCOUNTS)[account] - 30.0 * (account % 2) + EFFECT * about[:, 3] + rng.normal(0, 50, VOICES)
    if permuted:
        value = rng.permutation(value)
    return [
        Voice(
            feedback_id=str(at),
            value=float(value[at]),
            cluster=f"a{account[at]}",
            segment=("smb", "enterprise")[account[at] % 2],
            source=("survey", "ticket")[at % 2],
            issue_keys=frozenset(f"tag:i{issue}" for issue in np.flatnonzero(about[at])),
        )
        for at in range(VOICES)
    ]


def measured(seed, **how):
    some = voices(seed, **how)
    volumes = {f"tag:i{at}": sum(f"tag:i{at}" in voice.issue_keys for voice in some) for at in range(12)}
    return drivers(Kpi.NPS, voices=some, issues=ISSUES, volumes=volumes, total=len(some))


def test_the_planted_driver_ranks_first_and_its_interval_covers_the_effect():
    first = covered = 0
    for seed in range(SIMULATIONS):
        found = measured(seed)
        first += rank(found)[0].issue.id == "i3"
        covered += found[3].adjusted_low <= EFFECT <= found[3].adjusted_high
    print(f"\nplanted driver first in {first} of {SIMULATIONS}; interval covers in {covered / SIMULATIONS:.1%}")
    assert first >= 0.9 * SIMULATIONS
    assert 0.93 <= covered / SIMULATIONS <= 0.97


def test_permuted_data_show_no_driver_more_often_than_stated():
    false = sum(any(driver.q is not None and driver.q <= 0.05 for driver in measured(seed, permuted=True)) for seed in range(SIMULATIONS))
    print(f"\npermuted: any driver in {false / SIMULATIONS:.1%} of {SIMULATIONS}")
    assert false <= 0.06 * SIMULATIONS

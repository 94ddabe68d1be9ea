"""Two periods of NPS answers between which one thing was changed: who answers, how often an issue is named, or how it scores."""

import numpy as np

from voc.drivers import Issue, IssueKind, Voice

KINDS = ("mix", "prevalence", "score")
ISSUES = [Issue(kind=IssueKind.TAG, id=f"i{at}", name=f"issue {at}") for at in range(12)]
SEGMENTS = ("smb", "middle", "enterprise")
CHANGED = 3


def planted(seed, kind, *, n=800, accounts=150):
    """Return the voices before and after; ``kind`` none of ``KINDS``: nothing was changed.

    Twelve overlapping issues, half of the comments about the first name the second too; accounts and segments differ in level, and
    segments in how often they name issues. What is changed moves NPS by about ten points.
    """
    rng = np.random.default_rng(seed)
    mood = rng.normal(0, 20, accounts)
    often, effect = rng.uniform(0.03, 0.2, 12), rng.normal(-20, 20, 12)
    weights = [np.array([0.4, 0.35, 0.25]), np.array([0.4, 0.35, 0.25])]
    often, effect = [often, often.copy()], [effect, effect.copy()]
    if kind == "mix":
        weights[1] = np.array([0.15, 0.30, 0.55])
    if kind == "prevalence":
        effect[0][CHANGED] = effect[1][CHANGED] = -60
        often[0][CHANGED], often[1][CHANGED] = 0.08, 0.28
    if kind == "score":
        often[0][CHANGED] = often[1][CHANGED] = 0.2
        effect[0][CHANGED], effect[1][CHANGED] = 0, -70
    return tuple(_side(rng, name, n, mood, weights[at], often[at], effect[at]) for at, name in enumerate("ba"))


def _side(rng, name, n, mood, weights, often, effect):
    segment = rng.choice(3, size=n, p=weights)
    account = rng.integers(len(mood) // 3, size=n) * 3 + segment
    about = rng.random((n, 12)) < often * np.array([1, 1.3, 0.7])[segment][:, None]
    about[:, 1] |= about[:, 0] & (rng.random(n) < 0.5)
    feeling = 20 + np.array([25, 0, -25])[segment] + mood[account] + about @ effect + rng.normal(0, 50, n)
    value = np.where(feeling > 50, 100.0, np.where(feeling < -10, -100.0, 0.0))
    return [
        Voice(
            feedback_id=f"{name}{at:05d}",
            value=float(value[at]),
            cluster=f"a{account[at]}",
            segment=SEGMENTS[segment[at]],
            source="survey",
            issue_keys=frozenset(f"tag:i{issue}" for issue in np.flatnonzero(about[at])),
        )
        for at in range(n)
    ]

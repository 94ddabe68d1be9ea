"""Coverage of audited shares and KPI differences, and how wide they are: ``python3 run.py test -m benchmark -s tests/benchmarks/test_audit_coverage.py``.

Comments with a true tag, a tagger that errs at stated rates, an audit of the first drawn ones; 200 times each. The truth is the share the
comments were drawn with, and the difference their scores were drawn with.
"""

import numpy as np
import pytest

from pipelines.explain.audited import audited
from pipelines.explain.drivers import drivers
from tests.support.audited import TAG, Errors, audit_of
from voc.drivers import Driver, DriverState, Issue, IssueKind, Voice
from voc.feedback import Language
from voc.kpis import Kpi

pytestmark = pytest.mark.benchmark
TIMES = 200
CASES = {
    "en": [(0.10, 0.70, 0.03), (0.25, 0.80, 0.05), (0.05, 0.60, 0.02), (0.40, 0.90, 0.10), (0.02, 0.70, 0.01)],
    "ja": [(0.08, 0.80, 0.02), (0.20, 0.60, 0.06), (0.06, 0.85, 0.05), (0.30, 0.75, 0.12), (0.03, 0.50, 0.01)],
}
SIZES = [(30, 20), (60, 30), (200, 60)]
TRUE_DIFFERENCE, SPREAD = -30.0, 60.0


def measured(values: np.ndarray, tagged: np.ndarray) -> Driver:
    """Return the plain difference of scores with and without the tag, Welch's interval."""
    from scipy.stats import ttest_ind

    found = ttest_ind(values[tagged], values[~tagged], equal_var=False)
    low, high = found.confidence_interval()
    issue = Issue(kind=IssueKind.TAG, id=TAG, name="T")
    n = int(tagged.sum())
    return Driver(
        kpi=Kpi.NPS, issue=issue, volume=n, share=n / len(values), n=len(values), n_with=n, clusters_with=n, state=DriverState.OK,
        adjusted=float(values[tagged].mean() - values[~tagged].mean()), adjusted_low=float(low), adjusted_high=float(high),
    )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ja"])
def test_corrected_intervals_hold_the_truth_as_often_as_they_say(language: str) -> None:
    shares, plain_shares, differences, plain = [], [], [], []
    for share, found, false in CASES[language]:
        for of_all, of_tag in SIZES:
            held = []
            for seed in range(TIMES):
                errors = Errors(Language(language), n=1_500, share=share, found=found, false=false)
                among, answers, truth = audit_of([errors], of_all=of_all, of_tag=of_tag, seed=seed)
                random = np.random.default_rng(100_000 + seed)
                truly, tagged = _truth(among, errors, seed)
                values = random.normal(0.0, SPREAD, len(truly)) + TRUE_DIFFERENCE * truly
                driver = measured(values, tagged)
                one = audited(TAG, among=among, answers=answers, drivers=[driver])
                if one.share is None:
                    continue
                held.append(one.share.low <= truth <= one.share.high)
                counted = one.counted / one.n
                half = 1.96 * np.sqrt(counted * (1 - counted) / one.n)
                plain_shares.append(counted - half <= truth <= counted + half)
                plain.append((driver.adjusted_low or 0) <= TRUE_DIFFERENCE <= (driver.adjusted_high or 0))
                if one.differences:
                    differences.append(one.differences[Kpi.NPS].low <= TRUE_DIFFERENCE <= one.differences[Kpi.NPS].high)
            shares += held
            print(f"\n{language} share {share:.2f} found {found:.2f} false {false:.2f} read {of_all}+{of_tag}: {np.mean(held):.3f} of {len(held)}", end="")
    print(f"\n{language}: corrected shares {np.mean(shares):.3f} of {len(shares)} (plain {np.mean(plain_shares):.3f});", end=" ")
    print(f"corrected differences {np.mean(differences):.3f} of {len(differences)} (plain {np.mean(plain):.3f})")
    assert 0.93 <= np.mean(shares) <= 0.97
    assert 0.93 <= np.mean(differences) <= 0.97


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_driver_s_interval_holds_the_truth_with_accounts_segments_and_tagging_errors_together(language: str) -> None:
    """Everything at once: accounts with levels of their own, a segment that scores lower and names the issue more often, and a tagger that errs.

    The driver is measured as the service measures it (segment held equal, clustered by account), then corrected by an audit of 60 + 30.
    """
    corrected, plain = [], []
    for share, found, false in CASES[language]:
        held = []
        for seed in range(TIMES):
            errors = Errors(Language(language), n=1_500, share=share, found=found, false=false)
            among, answers, _ = audit_of([errors], of_all=60, of_tag=30, seed=seed)
            truly, tagged = _truth(among, errors, seed)
            driver = _confounded(list(among.predicted), truly, tagged, np.random.default_rng(10_000 + seed))
            if driver.adjusted is None or driver.adjusted_low is None or driver.adjusted_high is None:
                continue
            plain.append(driver.adjusted_low <= TRUE_DIFFERENCE <= driver.adjusted_high)
            one = audited(TAG, among=among, answers=answers, drivers=[driver])
            if one.differences:
                held.append(one.differences[Kpi.NPS].low <= TRUE_DIFFERENCE <= one.differences[Kpi.NPS].high)
        corrected += held
        print(f"\n{language} share {share:.2f} found {found:.2f} false {false:.2f}: {np.mean(held) if held else float('nan'):.3f} of {len(held)}", end="")
    print(f"\n{language}, accounts and segments too: corrected {np.mean(corrected):.3f} of {len(corrected)}, plain {np.mean(plain):.3f} of {len(plain)}")
    assert 0.93 <= np.mean(corrected) <= 0.97


def _confounded(names: list[str], truly: np.ndarray, tagged: np.ndarray, random: np.random.Generator) -> Driver:
    """Return the driver of 120 accounts (spread 25) in two segments, the lower of which (−20) names the issue more often."""
    enterprise = random.random(len(names)) < np.where(truly, 0.7, 0.4)
    account = random.integers(0, 60, len(names)) * 2 + enterprise
    level = random.normal(0, 25, 120)
    values = level[account] - 20 * enterprise + TRUE_DIFFERENCE * truly + random.normal(0, 50, len(names))
    voices = [
        Voice(
            feedback_id=name, value=float(value), cluster=f"a{of}", segment="enterprise" if large else "business", source="survey",
            issue_keys=frozenset({f"tag:{TAG}"} if carries else ()),
        )
        for name, value, of, large, carries in zip(names, values, account, enterprise, tagged, strict=True)
    ]  # fmt: skip
    issue = Issue(kind=IssueKind.TAG, id=TAG, name="T")
    return drivers(Kpi.NPS, voices=voices, issues=[issue], volumes={f"tag:{TAG}": int(tagged.sum())}, total=len(names))[0]


def _truth(among, errors: Errors, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what each comment truly carries and whether it was tagged, in the order of the population."""
    random = np.random.default_rng(seed)
    truly = random.random(errors.n) < errors.share
    return truly, np.array([bool(tags) for tags in among.predicted.values()])

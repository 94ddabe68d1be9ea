"""Drivers: planted effects are found, absent ones are not, and every answer can be read."""

import math
import re

import numpy as np
import pytest
import statsmodels.api as sm

from pipelines.explain.drivers import drivers, impact, rank
from pipelines.explain.effects import HELD_EQUAL, Rows, cluster_starts, constant_only, controls_of, effects, mean_interval
from pipelines.explain.levels import level
from pipelines.explain.wording import note, wording
from voc.customers import Role
from voc.drivers import Driver, DriverState, Issue, IssueKind, Voice
from voc.kpis import Kpi
from voc.report import KpiAnswer

LOGIN = Issue(kind=IssueKind.TAG, id="login", name="ログイン")


def planted(seed, *, n=1500, accounts=120, effect=-30.0, bias=0.0):
    """Voices whose issue ``login`` moves the value by ``effect``, in accounts that differ, and a segment that moves it by ``bias``."""
    rng = np.random.default_rng(seed)
    mood = rng.normal(0, 25, accounts)
    answer = []
    for at in range(n):
        account = int(rng.integers(accounts))
        enterprise = account % 2 == 0
        about = rng.random() < (0.3 if enterprise else 0.1)
        value = mood[account] + (bias if enterprise else 0.0) + (effect if about else 0.0) + rng.normal(0, 50)
        answer.append(
            Voice(
                feedback_id=f"f{at}",
                value=float(value),
                cluster=f"a{account}",
                segment="enterprise" if enterprise else "business",
                source="survey" if at % 3 else "ticket",
                issue_keys=frozenset({"tag:login"} if about else ()),
            )
        )
    return answer


def measure(voices, *issues, volumes=None, total=None, kpi=Kpi.NPS):
    return drivers(kpi, voices=voices, issues=issues or (LOGIN,), volumes=volumes or {}, total=total or len(voices))


def some(count, *, value=0.0, about=True, clusters=10, start=0):
    keys = frozenset({"tag:login"} if about else ())
    return [
        Voice(
            feedback_id=f"{start + at}",
            value=float(value[at % len(value)]) if isinstance(value, list) else value,
            cluster=f"c{at % clusters}",
            segment=None,
            source="survey",
            issue_keys=keys,
        )
        for at in range(count)
    ]


def test_the_interval_covers_a_planted_effect_about_95_times_in_100():
    hits = sum(
        driver.adjusted_low <= -30.0 <= driver.adjusted_high
        for driver in (measure(planted(seed, n=400, accounts=60))[0] for seed in range(100))
    )
    assert 89 <= hits <= 99


def test_holding_the_segment_equal_takes_its_share_out_of_the_difference():
    driver = measure(planted(1, n=6000, accounts=400, effect=-20.0, bias=-60.0))[0]
    assert driver.difference < -35
    assert driver.adjusted == pytest.approx(-20.0, abs=6)
    assert driver.q < 0.001


@pytest.mark.parametrize("name", HELD_EQUAL)
def test_each_control_takes_its_share_out_of_the_difference(name):
    """Why: the issue does nothing here; who names it more often scores lower for another reason, which is held equal."""
    rng = np.random.default_rng(HELD_EQUAL.index(name))
    values = {"segment": ("smb", "enterprise"), "source": ("survey", "ticket"), "role": (Role.USER, Role.DECIDER), "quarter": ("2026-1", "2026-2")}[name]
    voices = []
    for at in range(3000):
        account = int(rng.integers(300))
        low = account % 2 == 0
        about = rng.random() < (0.4 if low else 0.05)
        voices.append(
            Voice(
                feedback_id=f"f{at}", value=float(-60 * low + rng.normal(0, 30)), cluster=f"a{account}",
                issue_keys=frozenset({"tag:login"} if about else ()), **({"segment": None, "source": "survey"} | {name: values[low]}),
            )
        )  # fmt: skip
    driver = measure(voices)[0]
    assert driver.difference < -20
    assert driver.adjusted == pytest.approx(0.0, abs=6)
    assert driver.adjusted_low < 0 < driver.adjusted_high


def test_plain_and_adjusted_figures_equal_statsmodels():
    voices = planted(7)
    driver = measure(voices)[0]
    y = np.array([voice.value for voice in voices])
    about = np.array([bool(voice.issue_keys) for voice in voices], dtype=float)
    controls = np.column_stack(
        [[voice.segment == "enterprise" for voice in voices], [voice.source == "survey" for voice in voices]]
    ).astype(float)
    groups = np.unique([voice.cluster for voice in voices], return_inverse=True)[1]
    order = np.argsort(groups, kind="stable")
    rows = Rows(
        values=y[order],
        indicators=about[order, None] > 0,
        starts=cluster_starts(groups[order]),
        held_equal=(controls[order, 0].astype(np.intp), controls[order, 1].astype(np.intp)),
    )
    for design, estimate, basis in (
        (np.column_stack([about, np.ones(len(y))]), driver.difference, constant_only(rows)),
        (np.column_stack([about, np.ones(len(y)), controls]), driver.adjusted, controls_of(rows)),
    ):
        reference = sm.OLS(y, design).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
        ours = effects(rows, basis)
        assert estimate == pytest.approx(reference.params[0], rel=1e-9)
        assert ours.estimate[0] == pytest.approx(reference.params[0], rel=1e-9)
        assert ours.error[0] == pytest.approx(reference.bse[0], rel=1e-9)


def test_the_interval_of_a_mean_equals_statsmodels():
    rng = np.random.default_rng(3)
    values, groups = rng.normal(10, 4, 200), rng.integers(0, 25, 200)
    fit = sm.OLS(values, np.ones(200)).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    assert mean_interval(list(values), list(groups)) == pytest.approx(tuple(fit.conf_int()[0]), rel=1e-9)


def test_the_difference_is_the_difference_of_the_means():
    driver = measure(planted(5))[0]
    assert driver.difference == pytest.approx(driver.mean_with - driver.mean_without)


@pytest.mark.parametrize("few", [5, 8, 30])
def test_an_issue_of_few_accounts_is_not_called_significant_more_often_than_stated(few):
    """Why: with G−1 degrees of freedom, five accounts of eighty would be called significant 15 times in 100 without any effect."""
    rng = np.random.default_rng(few)
    found = tested = 0
    for _ in range(25):
        cluster = np.sort(rng.integers(0, 80, 600))
        values = rng.normal(0, 25, 80)[cluster] + rng.normal(0, 60, 600)
        about = np.zeros((600, 40), dtype=bool)
        for issue in range(40):
            pool = np.flatnonzero(np.isin(cluster, rng.choice(80, few, replace=False)))
            about[rng.choice(pool, max(10, len(pool) // 2), replace=False), issue] = True
        rows = Rows(
            values=values,
            indicators=about,
            starts=cluster_starts(cluster),
        )
        found += int((effects(rows, constant_only(rows)).p < 0.05).sum())
        tested += 40
    assert found / tested < 0.09


def test_permuted_values_are_hardly_ever_reported():
    """Why: q is a false-discovery rate; where nothing is there, about one run in twenty may report anything."""
    rng = np.random.default_rng(0)
    issues = [Issue(kind=IssueKind.TAG, id=f"i{at}", name=f"i{at}") for at in range(20)]
    keys = [frozenset(issue.id for issue in issues if rng.random() < 0.08) for _ in range(600)]
    values = rng.choice([-100.0, 0.0, 100.0], 600)
    alarms = 0
    for _ in range(40):
        shuffled = rng.permutation(values)
        voices = [
            Voice(
                feedback_id=str(at),
                value=float(shuffled[at]),
                cluster=f"c{at % 90}",
                segment=None,
                source="survey",
                issue_keys=frozenset(f"tag:{key}" for key in keys[at]),
            )
            for at in range(600)
        ]
        alarms += any(driver.q is not None and driver.q <= 0.05 for driver in measure(voices, *issues))
    assert alarms <= 6


def test_q_is_never_below_p_and_is_corrected_over_the_readable_issues_only():
    others = [Issue(kind=IssueKind.TAG, id=f"none{at}", name="none") for at in range(50)]
    alone, *_ = measure(planted(2))
    among, *rest = measure(planted(2), LOGIN, *others)
    assert among.q == pytest.approx(alone.q) == pytest.approx(alone.p)
    assert all(driver.q is None and driver.state is DriverState.NOT_ENOUGH for driver in rest)


@pytest.mark.parametrize(
    ("voices", "reason"),
    [
        ([], "0 comments with a score, 10 needed"),
        (some(8, value=[1.0, 2.0]) + some(40, about=False, start=99), "8 comments with a score, 10 needed"),
        (some(1) + some(40, about=False, start=99), "1 comment with a score, 10 needed"),
        (some(20, value=[1.0, 2.0], clusters=3) + some(40, about=False, start=99), "3 accounts, 5 needed"),
        (some(40, value=[1.0, 2.0]) + some(4, about=False, start=99), "4 comments without it with a score, 10 needed"),
        (some(40, value=5.0) + some(40, value=5.0, about=False, start=99), "the scores do not vary"),
        (some(40, value=-100.0) + some(40, value=100.0, about=False, start=99), "the scores do not vary"),
        (some(40, value=[1.0, 2.0], clusters=1) + some(40, about=False, clusters=1, start=99), "1 account, 5 needed"),
        (some(40, value=math.nan) + some(40, about=False, start=99), "0 comments with a score, 10 needed"),
    ],
)
def test_too_little_data_is_said_with_numbers_and_no_figure(voices, reason):
    (driver,) = measure(voices)
    assert driver.state is DriverState.NOT_ENOUGH
    assert reason in driver.note
    figures = {"mean_with", "mean_without", "difference", "difference_low", "adjusted", "adjusted_high", "p", "q"}
    assert all(getattr(driver, name) is None for name in figures)


def test_an_issue_that_is_all_of_a_segment_has_a_difference_but_no_adjusted_one():
    about = [voice.model_copy(update={"segment": "pocket"}) for voice in some(30, value=[-100.0, 0.0])]
    others = [voice.model_copy(update={"segment": "team"}) for voice in some(60, value=[0.0, 100.0, 50.0], about=False, start=99)]
    (driver,) = measure(about + others)
    assert driver.adjusted is None
    assert driver.difference == pytest.approx(-100.0)
    assert "cannot be told apart" in driver.note
    assert "区別できない" in note(driver, language="ja")
    assert rank([driver]) == (driver,)


def test_equal_answers_about_an_issue_are_shown_with_a_caution():
    (driver,) = measure(some(20, value=-100.0) + some(60, value=[-100.0, 0.0, 100.0], about=False, clusters=7, start=99))
    assert driver.state is DriverState.OK
    assert "same score" in driver.note


def test_no_figure_is_ever_nan_or_infinite():
    rng = np.random.default_rng(11)
    for seed in range(30):
        voices = [
            voice.model_copy(update={"value": float(rng.choice([0.0, 100.0, math.inf, math.nan]))})
            for voice in planted(seed, n=int(rng.integers(1, 80)), accounts=int(rng.integers(1, 9)))
        ]
        for driver in measure(voices):
            assert all(math.isfinite(number) for number in driver.model_dump().values() if isinstance(number, float))


def test_volume_and_share_count_comments_without_a_score_too():
    (driver,) = measure(planted(1), volumes={"tag:login": 400}, total=2000)
    assert (driver.volume, driver.share) == (400, 0.2)
    assert impact(driver) == pytest.approx(0.2 * driver.adjusted)


def figures(name, *, share, adjusted):
    return Driver(
        kpi=Kpi.NPS,
        issue=Issue(kind=IssueKind.TAG, id=name, name=name),
        volume=1,
        share=share,
        n=100,
        n_with=20,
        clusters_with=9,
        difference=-20.0,
        difference_low=-30.0,
        difference_high=-10.0,
        adjusted=adjusted,
        adjusted_low=None if adjusted is None else adjusted - 5,
        adjusted_high=None if adjusted is None else adjusted + 5,
        p=0.01,
        q=0.02,
        state=DriverState.OK,
    )


def test_rank_is_by_share_times_adjusted_difference_and_leaves_out_what_cannot_be_read():
    common = figures("common", share=0.5, adjusted=-10.0)
    strong = figures("strong", share=0.01, adjusted=-80.0)
    good = figures("good", share=0.2, adjusted=30.0)
    unknown = figures("unknown", share=0.9, adjusted=None)
    (empty,) = measure([])
    assert rank([unknown, strong, empty, common, good]) == (good, common, strong, unknown)


CAUSAL = re.compile(r"cause|because|due to|leads? to|will |drive[sn]?|result|原因|せい|により|引き起こ", re.IGNORECASE)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_words_say_associated_with_and_never_what_causes_what(language):
    said = [wording(driver, language=language) for driver in (*measure(planted(1)), *measure(planted(1, effect=0.0)), *measure([]))]
    assert ("関連しています" if language == "ja" else "are associated with") in said[0]
    assert not any(CAUSAL.search(sentence) for sentence in said)
    assert all("ログイン" in sentence for sentence in said)


def test_words_carry_interval_n_and_false_discovery_rate():
    driver = measure(planted(1))[0]
    sentence = wording(driver, language="en")
    assert f"{driver.adjusted_low:+.1f} to {driver.adjusted_high:+.1f}" in sentence
    assert f"{driver.n_with} of {driver.n} scored comments" in sentence
    assert "q < 0.001" in sentence


def test_an_unclear_association_is_not_worded_as_one():
    (driver,) = measure(planted(4, effect=0.0))
    assert driver.q > 0.05
    assert "no clear association" in wording(driver, language="en")
    assert "関連は見られません" in wording(driver, language="ja")


def answers(*values, cluster=None):
    from datetime import UTC, datetime

    return [
        KpiAnswer(value=value, observed_at=datetime(2026, 1 + at % 3, 1, tzinfo=UTC), cluster=cluster or f"c{at}")
        for at, value in enumerate(values)
    ]


def test_a_kpi_level_carries_interval_n_and_every_month():
    there = level(Kpi.NPS, answers=answers(10, 9, 3, 8, 10, 0))
    assert (there.value, there.n, there.clusters) == (pytest.approx(100 / 6), 6, 6)
    assert -100 <= there.low < there.value < there.high <= 100
    assert [(month.month, month.n) for month in there.months] == [("2026-01", 2), ("2026-02", 2), ("2026-03", 2)]


@pytest.mark.parametrize("given", [answers(), answers(9), answers(9, 9, 10), answers(9, 3, 1, cluster="one")])
def test_a_kpi_level_without_spread_has_no_interval(given):
    there = level(Kpi.NPS, answers=given)
    assert there.low is there.high is None
    assert (there.value is None) == (not given)

"""Models that fit the KPI: planted ratios are found, they agree with the linear difference, and what cannot be fitted says why."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from pipelines.explain.drivers import drivers
from pipelines.explain.fitting import Spell, fit_answers, fit_leaving, fit_time
from pipelines.explain.fitting_wording import agrees, check_lines
from pipelines.explain.spells import spells
from voc.customers import Account, Role
from voc.drivers import Issue, IssueKind, Voice
from voc.feedback import Language, Source
from voc.kpis import Kpi
from voc.model_checks import ModelCheck, ModelState
from voc.sentiment import SentimentLabel
from voc.voices import VoiceRow

LOGIN = Issue(kind=IssueKind.TAG, id="login", name="ログイン")


def planted(seed, *, effect, cuts, n=1200, accounts=120):
    """Answers in as many steps as ``cuts`` and one; the issue moves the log-odds of a higher one by ``effect``, enterprises by 1."""
    rng = np.random.default_rng(seed)
    found = []
    for at in range(n):
        account = int(rng.integers(accounts))
        enterprise = account % 2 == 0
        about = bool(rng.random() < (0.35 if enterprise else 0.15))
        latent = effect * about + enterprise + rng.logistic()
        found.append(
            Voice(
                feedback_id=f"f{at}",
                value=float(np.searchsorted(cuts, latent)),
                cluster=f"a{account}",
                segment="enterprise" if enterprise else "business",
                source="survey" if at % 3 else "ticket",
                issue_keys=frozenset({"tag:login"} if about else ()),
                quarter=f"2026-Q{at % 4 + 1}",
            )
        )
    return found


def linear(kpi, voices):
    return drivers(kpi, voices=voices, issues=[LOGIN], volumes={}, total=len(voices))[0]


def test_a_planted_odds_ratio_of_a_better_answer_is_found_with_the_segment_held_equal():
    voices = planted(1, effect=np.log(0.5), cuts=[-1.0, 0.0, 1.0, 2.0])
    found = fit_answers(voices, LOGIN)
    assert found.state is ModelState.OK
    assert found.low < 0.5 < found.high < 1
    assert found.ratio == pytest.approx(0.5, rel=0.25)
    assert found.held_equal == ("segment", "source", "quarter")
    assert agrees(found, linear(Kpi.CES, voices)) is True


def test_a_planted_odds_ratio_of_leaving_is_found():
    voices = [one.model_copy(update={"value": 100 * one.value}) for one in planted(2, effect=np.log(2.5), cuts=[1.5])]
    found = fit_leaving(voices, LOGIN)
    assert 1 < found.low < 2.5 < found.high
    assert agrees(found, linear(Kpi.CHURN, voices)) is True


@pytest.mark.parametrize("kind", ["ordinal", "logit"])
def test_rows_repeated_within_an_account_make_no_ratio_surer(kind):
    """By hand: four times the rows halve the interval (in logs) where they are of other accounts, and leave it where they are of the same."""

    def width(voices):
        fitted = fit_answers(voices, LOGIN) if kind == "ordinal" else fit_leaving(voices, LOGIN)
        assert fitted.state is ModelState.OK
        return np.log(fitted.high) - np.log(fitted.low)

    once = [one.model_copy(update={"cluster": one.feedback_id}) for one in planted(7, effect=0.5, cuts=[-0.5, 0.5] if kind == "ordinal" else [0.5], n=400)]
    once = [one.model_copy(update={"value": 100 * one.value}) for one in once] if kind == "logit" else once
    same = [one for one in once for _ in range(4)]
    apart = [one.model_copy(update={"cluster": f"{one.cluster}.{n}"}) for one in once for n in range(4)]
    assert width(same) == pytest.approx(width(once), rel=0.1)
    assert width(apart) == pytest.approx(width(once) / 2, rel=0.1)


def test_the_derivatives_of_the_ordinal_model_equal_numerical_ones():
    from statsmodels.tools.numdiff import approx_fprime

    from pipelines.explain.ordinal import OrdinalLogit

    rng = np.random.default_rng(3)
    model = OrdinalLogit(rng.integers(0, 5, 200), rng.normal(size=(200, 2)), distr="logit")
    at = np.array([0.3, -0.4, -1.0, 0.1, 0.2, -0.3])
    assert model.score_obs(at) == pytest.approx(approx_fprime(at, model.loglikeobs, centered=True), abs=1e-6)


def followed(seed, *, ratio, n=400):
    rng = np.random.default_rng(seed)
    found = []
    for at in range(n):
        about = at % 3 == 0
        lasts = rng.exponential(300.0 / (ratio if about else 1.0))
        found.append(
            Spell(
                payer=f"a{at}", entry=0.0, end=min(lasts, 365.0) + 0.01, left=bool(lasts < 365), about=about,
                segment=None, source="survey", role="user", quarter="2026-Q1",
            )
        )  # fmt: skip
    return found


def test_a_planted_hazard_ratio_is_found():
    found = fit_time(followed(4, ratio=2.0))
    assert 1 < found.low < 2.0 < found.high
    assert (found.n, found.n_with) == (400, 134)


def test_too_few_events_let_controls_go_and_then_the_model():
    voices = [one.model_copy(update={"value": 100 * one.value}) for one in planted(5, effect=0.5, cuts=[3.6], n=700)]
    found = fit_leaving(voices, LOGIN)
    assert found.state is ModelState.OK
    assert found.not_held_equal == ("quarter",)
    few = [one.model_copy(update={"value": 100.0 * (at < 8)}) for at, one in enumerate(voices)]
    assert fit_leaving(few, LOGIN).state is ModelState.FEW_EVENTS


def test_what_cannot_be_fitted_says_why_in_both_languages():
    voices = planted(6, effect=0.0, cuts=[0.0])
    apart = [one.model_copy(update={"value": 0.0 if one.issue_keys else 10.0 * (at % 2)}) for at, one in enumerate(voices)]
    constant = [one.model_copy(update={"value": 5.0}) for one in voices]
    states = [fit_leaving(apart, LOGIN), fit_answers(constant, LOGIN), fit_answers(voices[:5], LOGIN), fit_answers([], LOGIN), fit_time([])]
    assert [one.state for one in states] == [
        ModelState.SEPARATION, ModelState.FEW_EVENTS, ModelState.NOT_ENOUGH, ModelState.NO_VALUES, ModelState.NO_VALUES,
    ]  # fmt: skip
    check = ModelCheck(kpi=Kpi.CHURN, issue=LOGIN, linear=None, models=tuple(states))
    assert all("cannot be fitted" in line for line in check_lines(check, language="en"))
    assert all("推定できません" in line for line in check_lines(check, language="ja"))


def test_a_ratio_is_said_as_an_association_with_interval_and_agreement():
    voices = planted(1, effect=np.log(0.5), cuts=[-1.0, 0.0, 1.0, 2.0])
    check = ModelCheck(kpi=Kpi.CES, issue=LOGIN, linear=linear(Kpi.CES, voices), models=(fit_answers(voices, LOGIN),))
    [english], [japanese] = check_lines(check, language="en"), check_lines(check, language="ja")
    assert "the odds of a better answer are 0." in english
    assert english.endswith("Associated with, not caused by. The linear difference points the same way.")
    assert "より良い回答のオッズ" in japanese
    assert "平均の差と同じ向き" in japanese


def row(name, account, day, *, about=False):
    return VoiceRow(
        feedback_id=name, submitted_at=datetime.combine(day, datetime.min.time(), tzinfo=UTC), language=Language.EN, source=Source.SURVEY,
        customer_id=None, account_id=account, segment=None, role=Role.USER, sentiment=SentimentLabel.NEUTRAL, sentiment_score=0.0,
        intent=None, no_signal=False, scores={}, issue_keys=frozenset({"tag:login"} if about else ()), complained_keys=frozenset(),
    )  # fmt: skip


def test_the_issue_counts_from_the_day_it_was_named_and_nobody_is_followed_before_the_first_comment():
    start = date(2026, 1, 1)
    accounts = {
        name: Account(id=name, external_id=name, started_on=start, churned_on=left)
        for name, left in {"a": date(2026, 3, 1), "b": None, "gone": date(2026, 1, 5)}.items()
    }
    rows = [row("1", "a", date(2026, 1, 11)), row("2", "a", date(2026, 2, 1), about=True), row("3", "b", date(2026, 1, 21)), row("4", "gone", date(2026, 2, 1))]
    found = spells(rows, issue=LOGIN, customers={}, accounts=accounts, until=date(2026, 4, 1))
    assert [(one.payer, one.entry, one.end, one.about, one.left) for one in found] == [
        ("a", 10, 31, False, False), ("a", 31, 60, True, True), ("b", 20, 91, False, False),
    ]  # fmt: skip
    assert spells(rows[2:3], issue=LOGIN, customers={}, accounts=accounts, until=date(2026, 4, 1)) == []

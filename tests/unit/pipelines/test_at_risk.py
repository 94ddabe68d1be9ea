"""The queue over time: courses, silence, the cooling decider, order by value and risk, and what later leaving says about it."""

from datetime import date, timedelta

import numpy as np

from pipelines.explain import risk
from pipelines.explain.at_risk import Known, at_risk
from pipelines.explain.concern_wording import check_wording, concern_wording
from pipelines.explain.risk import Past, check
from tests.support.builders import NOON
from tests.unit.pipelines.test_hidden import said
from voc.concerns import Reason, RiskCheckState, RiskKind, Said
from voc.customers import Account, Customer, Role
from voc.enrichment import Intent
from voc.kpis import Kpi, KpiObservation

END = NOON + timedelta(days=360)


def person(name: str, account: str | None = None, role: Role = Role.USER) -> Customer:
    return Customer(id=f"cu_{name}", external_id=name, account_id=account, role=role)


def over_time(name: str, tones: list[float], *, every: int = 60, until: int = 0, account: str | None = None, role: Role = Role.USER, **changes) -> list[Said]:
    last = END - timedelta(days=until)
    return [
        said(f"{name}_{at}", customer_id=f"cu_{name}", account_id=account, role=role, tone=tone, submitted_at=last - timedelta(days=every * (len(tones) - 1 - at)), **changes)
        for at, tone in enumerate(tones)
    ]


def formed(heard: list[Said], *, people: list[Customer] = (), accounts: list[Account] = (), observations: list[KpiObservation] = ()):
    everyone = [*heard, said("end", submitted_at=END)]
    return at_risk(Known(heard=everyone, observations=list(observations), customers={one.id: one for one in people}, accounts={one.id: one for one in accounts}))


def reasons(found, name: str) -> set[Reason]:
    return {concern.reason for entry in found.entries if entry.id == f"cu_{name}" for concern in entry.concerns}


def test_five_happy_users_and_one_cooling_decider_flag_the_decider_alone() -> None:
    """Why: the mean of the account is warm; the one who decides is not."""
    account = Account(id="ac_1", external_id="A", revenue_per_year=1e6)
    happy = [one for n in range(5) for one in over_time(f"u{n}", [0.8, 0.7, 0.8, 0.9], account="ac_1")]
    decider = over_time("d", [0.8, 0.4, 0.0, -0.3], account="ac_1", role=Role.DECIDER)
    people = [person(f"u{n}", "ac_1") for n in range(5)] + [person("d", "ac_1", Role.DECIDER)]
    found = formed([*happy, *decider], people=people, accounts=[account])
    assert reasons(found, "d") == {Reason.DECIDER_COOLING}
    assert all(reasons(found, f"u{n}") == set() for n in range(5))
    assert sum(one.tone for one in [*happy, *decider]) / 24 > 0.5
    concern = found.entries[0].concerns[0]
    assert (concern.facts["others_n"], concern.facts["others"]) == (5, 0.9)
    assert "5 others" in concern_wording(concern, language="en")
    assert "5名" in concern_wording(concern, language="ja")


def test_an_unknown_role_is_never_taken_for_a_decider() -> None:
    found = formed(over_time("x", [0.8, 0.4, 0.0, -0.3], role=Role.UNKNOWN))
    assert reasons(found, "x") == {Reason.FALLING_TONE}


def test_silence_after_a_complaint_counts_only_for_those_who_used_to_speak_and_got_no_answer() -> None:
    complaining = {"intent": Intent.COMPLAINT}
    regular = over_time("r", [0.1, 0.0, 0.1, 0.0, -0.1], every=20, until=80, **complaining)
    rare = over_time("s", [-0.1], until=80, **complaining)
    answered = over_time("t", [0.1, 0.0, 0.1, 0.0, -0.1], every=20, until=80, **complaining)
    resolved = KpiObservation(id="k", kpi=Kpi.RESOLUTION_HOURS, value=3, observed_at=END - timedelta(days=78), customer_id="cu_t")
    found = formed([*regular, *rare, *answered], observations=[resolved])
    assert reasons(found, "r") == {Reason.SILENT_AFTER_COMPLAINT}
    assert reasons(found, "s") == reasons(found, "t") == set()


def test_entries_stand_by_value_times_risk_and_who_left_is_not_among_them() -> None:
    accounts = [Account(id=f"ac_{n}", external_id=n, revenue_per_year=value) for n, value in (("small", 1e3), ("large", 1e6))]
    accounts.append(Account(id="ac_gone", external_id="gone", revenue_per_year=1e9, churned_on=END.date() - timedelta(days=10)))
    heard = [
        said("a", account_id="ac_small", churn=0.9, submitted_at=END),
        said("b", account_id="ac_large", churn=0.6, submitted_at=END),
        said("c", account_id="ac_gone", churn=0.9, submitted_at=END),
        said("d", churn=0.7, submitted_at=END),
    ]
    found = formed(heard, accounts=accounts)
    assert [entry.id for entry in found.entries] == ["cu_b", "cu_a", "cu_d"]
    assert found.entries[2].value is None


def test_nothing_said_is_an_empty_queue() -> None:
    found = at_risk(Known(heard=[], observations=[], customers={}, accounts={}))
    assert (found.entries, found.as_of, found.check.state) == ((), None, RiskCheckState.NO_CHURN_DATA)


def test_without_churn_data_risk_is_evidence_and_says_so() -> None:
    found = formed([said("a", churn=0.9, submitted_at=END)])
    assert found.entries[0].risk_kind is RiskKind.EVIDENCE
    assert found.check.state is RiskCheckState.NO_CHURN_DATA
    assert "No churn data" in check_wording(found.check, language="en")


def past(rng: np.random.Generator, *, slope: float, owners: int = 300) -> list[Past]:
    rows = []
    for n in range(owners):
        evidence = float(rng.random())
        left = bool(rng.random() < 1 / (1 + np.exp(2.5 - slope * evidence)))
        rows += [Past(owner=str(n), moment=moment, evidence=evidence, low_score=float(rng.random()), left=left) for moment in range(3)]
    return rows


def test_evidence_that_goes_with_leaving_becomes_a_probability_and_the_lift_over_the_score_is_told() -> None:
    found, calibration = check(past(np.random.default_rng(3), slope=4.0), leaving_known=True)
    assert found.state is RiskCheckState.MEASURED
    assert found.odds is not None
    assert found.odds.low < np.exp(0.4) < found.odds.high
    assert found.lift is not None
    assert found.lift_low is not None
    assert found.lift_low > 0
    assert calibration is not None
    assert calibration.risk(0.9) > calibration.risk(0.1)
    assert "Associated with" in check_wording(found, language="en")


def test_evidence_that_does_not_go_with_leaving_gives_no_probability(monkeypatch) -> None:
    """Forty worlds without any association: at most a few look like one by chance."""
    monkeypatch.setattr(risk, "DRAWS", 10)
    checked = [check(past(np.random.default_rng(seed), slope=0.0), leaving_known=True) for seed in range(40)]
    assert sum(calibration is not None for _, calibration in checked) <= 3
    found = next(found for found, calibration in checked if calibration is None)
    assert "not a probability" in check_wording(found, language="en")
    assert "確率には換算していません" in check_wording(found, language="ja")


def test_a_handful_of_leavers_gives_no_figures() -> None:
    rows = [Past(owner=str(n), moment=0, evidence=0.5, low_score=0.5, left=n < 3) for n in range(50)]
    found, calibration = check(rows, leaving_known=True)
    assert (found.state, found.odds, calibration) == (RiskCheckState.TOO_FEW, None, None)
    assert "3" in check_wording(found, language="ja")


def test_the_past_is_formed_from_what_was_known_then() -> None:
    """Why: evidence that already contains the result would look wonderful."""
    account = [Account(id=f"ac_{n}", external_id=str(n), churned_on=date(2026, 9, 1) if n < 9 else None) for n in range(30)]
    heard = [said(f"p{n}", account_id=f"ac_{n}", submitted_at=NOON + timedelta(days=100), churn=0.0) for n in range(30)]
    later = [said(f"q{n}", account_id=f"ac_{n}", submitted_at=NOON + timedelta(days=300), churn=0.95) for n in range(9)]
    found = formed([*heard, *later], accounts=account)
    assert found.check.odds is None or found.check.odds.low <= 1

"""The queue over time: courses, silence, the cooling decider, order by value and risk, and what later leaving says about it."""

from dataclasses import replace
from datetime import timedelta

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
    complaining = {"intents": (Intent.COMPLAINT,)}
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


def test_neither_value_nor_risk_alone_gives_the_order() -> None:
    """By hand: 700 · 0.9 before 1,000 · 0.5 before 100 · 0.95; by value a stands first, by risk c."""
    accounts = [Account(id=f"ac_{name}", external_id=name, revenue_per_year=value) for name, value in (("a", 1000.0), ("b", 700.0), ("c", 100.0))]
    heard = [said(name, account_id=f"ac_{name}", churn=churn, submitted_at=END) for name, churn in (("a", 0.5), ("b", 0.9), ("c", 0.95))]
    found = formed(heard, accounts=accounts)
    assert [entry.id for entry in found.entries] == ["cu_b", "cu_a", "cu_c"]
    assert [entry.risk for entry in found.entries] == [0.9, 0.5, 0.95]


def test_every_reason_that_rests_on_time_quotes_the_latest_comment() -> None:
    complaining = over_time("r", [0.1, 0.0, 0.1, 0.0, -0.1], every=20, until=80, intents=(Intent.COMPLAINT,))
    falls = over_time("x", [0.8, 0.4, 0.0, -0.3])
    decides = over_time("d", [0.8, 0.4, 0.0, -0.3], role=Role.DECIDER)
    told = [replace(one, text=f"Said as {one.feedback_id}.") for one in (*complaining, *falls, *decides)]
    found = formed(told, people=[person("d", role=Role.DECIDER)])
    quotes = {concern.reason: concern.quote for entry in found.entries for concern in entry.concerns}
    assert quotes == {
        Reason.SILENT_AFTER_COMPLAINT: "Said as fb_r_4.",
        Reason.FALLING_TONE: "Said as fb_x_3.",
        Reason.DECIDER_COOLING: "Said as fb_d_3.",
    }


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


def left_after(moment: int, *, warned: tuple[int, int], calm: tuple[int, int]) -> tuple[list[Account], list[Said]]:
    """Return accounts of which some speak of leaving on a day, (how many, how many of them leave 100 days later), and others do not."""
    gone = NOON.date() + timedelta(days=moment + 100)
    accounts, heard = [], [said("start", submitted_at=NOON)]
    for kind, (count, leave), churn in (("warned", warned, 0.9), ("calm", calm, 0.0)):
        for n in range(count):
            name = f"{kind}{n}"
            accounts.append(Account(id=f"ac_{name}", external_id=name, churned_on=gone if n < leave else None))
            heard.append(said(name, account_id=f"ac_{name}", churn=churn, submitted_at=NOON + timedelta(days=moment)))
    return accounts, heard


def test_where_evidence_went_with_leaving_risk_is_the_share_that_left() -> None:
    accounts, heard = left_after(150, warned=(40, 24), calm=(60, 6))
    found = formed([*heard, said("now", churn=0.9, submitted_at=END)], accounts=accounts)
    assert found.check.state is RiskCheckState.MEASURED
    entry = next(one for one in found.entries if one.id == "cu_now")
    assert (entry.evidence, entry.risk_kind) == (0.9, RiskKind.CALIBRATED)
    assert abs(entry.risk - 24 / 40) < 0.1, "the share of those with such evidence that left, not the evidence"


def test_what_was_said_and_answered_later_is_no_part_of_the_past() -> None:
    """Why: evidence that already contains the result would look wonderful. Looked at is the latest past moment, 180 days before the end."""
    accounts, heard = left_after(150, warned=(0, 0), calm=(40, 12))
    leavers = [one for one in heard if one.account_id in {account.id for account in accounts if account.churned_on}]
    later = [
        replace(one, feedback_id=f"l{one.feedback_id}{n}", churn=0.95, tone=-0.2 * (n + 1), submitted_at=NOON + timedelta(days=181 + 15 * n))
        for one in leavers
        for n in range(4)
    ]
    answers = [
        KpiObservation(id=f"{one.feedback_id}{n}", kpi=Kpi.NPS, value=9 - 3 * n, observed_at=NOON + timedelta(days=181 + 15 * n), customer_id=one.customer_id)
        for one in leavers
        for n in range(4)
    ]
    then = formed(heard, accounts=accounts).check
    assert (then.state, then.owners_left) == (RiskCheckState.MEASURED, 12)
    assert formed([*heard, *later], accounts=accounts).check == then
    assert formed(heard, accounts=accounts, observations=answers).check == then
    known = [one.model_copy(update={"observed_at": one.observed_at - timedelta(days=60)}) for one in answers]
    assert formed(heard, accounts=accounts, observations=known).check != then, "what was answered before the moment counts"

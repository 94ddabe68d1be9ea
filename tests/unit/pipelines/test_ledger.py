"""The change ledger: its terms add up, name a planted cause, and keep silent where there is too little."""

import math

import numpy as np
import pytest

from pipelines.explain.accounting import Sums, terms
from pipelines.explain.ledger import MIN_SIDE, ledger
from tests.support.planted_change import ISSUES, KINDS, planted
from voc.drivers import Issue, IssueKind, Voice
from voc.kpis import Kpi
from voc.ledger import LedgerState, TermKind

LOGIN, PRICE = (Issue(kind=IssueKind.TAG, id=name, name=name) for name in ("login", "price"))


def some(side, *groups):
    """Voices from (count, value, segment, issues) groups, each of an account of its own."""
    found = []
    for count, value, segment, issues in groups:
        for _ in range(count):
            at = len(found)
            keys = frozenset(f"tag:{name}" for name in issues)
            found.append(Voice(feedback_id=f"{side}{at}", value=value, cluster=f"{side}{at}", segment=segment, source="survey", issue_keys=keys))
    return found


def amounts(found):
    return {(term.kind, term.issue.id if term.issue else None): term.amount for term in found.terms}


def test_an_issue_that_is_named_more_often_explains_the_fall_by_its_share_times_its_effect():
    """By hand: 20 % → 60 % of the comments name login, which lies 100 below the others: 0.4 · −100 = −40, less what the pull takes."""
    before = some("b", (800, 50.0, "smb", ()), (200, -50.0, "smb", ("login",)))
    after = some("a", (400, 50.0, "smb", ()), (600, -50.0, "smb", ("login",)))
    found = ledger(Kpi.NPS, before=before, after=after, issues=[LOGIN])
    assert found.change == pytest.approx(-40.0)
    assert amounts(found)[TermKind.PREVALENCE, "login"] == pytest.approx(-40.0, abs=1.0)
    assert abs(amounts(found)[TermKind.SCORE, "login"]) < 1
    assert abs(amounts(found)[TermKind.MIX, None]) < 1e-9


def test_comments_about_an_issue_that_score_lower_than_before_explain_the_fall_by_their_share_times_the_fall():
    """By hand: a quarter of the comments names login, and they fall from 50 to −50 while the others stay: 0.25 · −100 = −25."""
    before = some("b", (750, 50.0, "smb", ()), (250, 50.0, "smb", ("login",)))
    after = some("a", (750, 50.0, "smb", ()), (250, -50.0, "smb", ("login",)))
    found = ledger(Kpi.NPS, before=before, after=after, issues=[LOGIN])
    assert amounts(found)[TermKind.SCORE, "login"] == pytest.approx(-25.0, abs=1.0)
    assert amounts(found)[TermKind.PREVALENCE, "login"] == pytest.approx(0.0, abs=1e-9)


def test_other_groups_answering_explains_the_fall_by_their_shares():
    """By hand: large firms stand at −50, small ones at 50; their share goes from a fifth to three fifths: 0.4 · −100 = −40.

    A group's own part counts from the mean of all, 10: fewer small ones −0.4 · 40, more large ones 0.4 · −60.
    """
    before = some("b", (80, 50.0, "smb", ()), (20, -50.0, "large", ()))
    after = some("a", (40, 50.0, "smb", ()), (60, -50.0, "large", ()))
    found = ledger(Kpi.NPS, before=before, after=after, issues=[LOGIN])
    assert amounts(found) == {(TermKind.MIX, None): pytest.approx(-40.0), (TermKind.UNEXPLAINED, None): pytest.approx(0.0, abs=1e-9)}
    assert {group.name: round(group.amount, 6) for group in found.groups} == {"smb": -16.0, "large": -24.0}


def test_a_fall_of_everybody_stays_unexplained():
    before = some("b", (80, 50.0, "smb", ()), (20, 0.0, "smb", ("login",)))
    after = some("a", (80, 20.0, "smb", ()), (20, -30.0, "smb", ("login",)))
    found = ledger(Kpi.NPS, before=before, after=after, issues=[LOGIN])
    assert amounts(found)[TermKind.UNEXPLAINED, None] == pytest.approx(-30.0)


def test_issues_that_always_come_together_share_what_they_explain():
    before = some("b", (90, 50.0, "smb", ()), (10, -50.0, "smb", ("login", "price")))
    after = some("a", (50, 50.0, "smb", ()), (50, -50.0, "smb", ("login", "price")))
    found = amounts(ledger(Kpi.NPS, before=before, after=after, issues=[LOGIN, PRICE]))
    assert found[TermKind.PREVALENCE, "login"] == pytest.approx(found[TermKind.PREVALENCE, "price"])
    assert found[TermKind.PREVALENCE, "login"] == pytest.approx(-20.0, abs=2)


def test_swapping_the_sides_turns_every_sign():
    before, after = planted(3, "score", n=200)
    there, back = (ledger(Kpi.NPS, before=a, after=b, issues=ISSUES) for a, b in ((before, after), (after, before)))
    assert amounts(back) == {key: pytest.approx(-amount, abs=1e-9) for key, amount in amounts(there).items()}


def test_terms_are_the_shapley_values_of_the_players():
    """Why: the closed form must be the value itself; here every order of the players is tried."""
    from itertools import permutations

    rng = np.random.default_rng(5)
    sides = [_random_sums(rng) for _ in range(2)]
    found = terms(*sides)
    b = [effects[0] for effects in found.effects]
    w, x, a = zip(*(_parts(side, effects) for side, effects in zip(sides, b, strict=True)), strict=True)
    players = ["w", "a", "x0", "x1", "b0", "b1"]

    def worth(after):
        level = w["w" in after] * (
            a["a" in after] + sum(x[f"x{i}" in after][:, i] * b[f"b{i}" in after][i] for i in range(2))
        )
        return float(level.sum())

    shapley = dict.fromkeys(players, 0.0)
    orders = list(permutations(players))
    for order in orders:
        for at, player in enumerate(order):
            shapley[player] += (worth(order[: at + 1]) - worth(order[:at])) / len(orders)
    assert found.mix.sum() == pytest.approx(shapley["w"])
    assert found.level[0] == pytest.approx(shapley["a"])
    assert list(found.prevalence[0]) == pytest.approx([shapley["x0"], shapley["x1"]])
    assert list(found.score[0]) == pytest.approx([shapley["b0"], shapley["b1"]])


def _random_sums(rng):
    n = rng.integers(20, 60, 3)
    about = [rng.random((size, 2)) < 0.4 for size in n]
    values = [rng.normal(0, 50, size) for size in n]
    rows, all_values = np.vstack(about).astype(float), np.concatenate(values)
    return Sums(
        n=n[None].astype(float),
        values=np.array([[some.sum() for some in values]]),
        named=np.array([[some.sum(axis=0) for some in about]]).astype(float),
        both=(rows.T @ rows)[None],
        product=(all_values @ rows)[None],
    )


def _parts(side, effects):
    shares = side.named[0] / side.n[0][:, None]
    return side.n[0] / side.n[0].sum(), shares, side.values[0] / side.n[0] - shares @ effects


def _odd_case(seed):
    """A case with overlapping issues, empty groups, few accounts, constant values or issues nobody names."""
    rng = np.random.default_rng(seed)
    accounts, issues, groups = int(rng.choice([1, 2, 7, 40])), int(rng.integers(0, 7)), int(rng.integers(1, 5))
    values = rng.choice([[-100.0, 0.0, 100.0], [0.0, 100.0], [5.0, 5.0]][int(rng.integers(3))], 200)

    def side(name, count):
        shares = rng.dirichlet(np.full(groups, 0.3))
        found = []
        for at in range(count):
            keys = {f"tag:i{i}" for i in range(issues) if rng.random() < (0.0 if i == 0 and name == "b" else 0.3)}
            if "tag:i1" in keys:
                keys.add("tag:i2")
            group = rng.choice(groups, p=shares)
            found.append(
                Voice(
                    feedback_id=f"{name}{at}",
                    value=float(values[int(rng.integers(200))]),
                    cluster=f"a{int(rng.integers(accounts))}",
                    segment=None if group == 0 else f"s{group}",
                    source="survey",
                    issue_keys=frozenset(keys),
                )
            )
        return found

    return side("b", int(rng.integers(10, 60))), side("a", int(rng.integers(10, 60))), ISSUES[: max(issues, 1)]


def residual(seed, monkeypatch):
    monkeypatch.setattr("pipelines.explain.ledger.RESAMPLINGS", 4)
    before, after, issues = _odd_case(seed)
    found = ledger(Kpi.NPS, before=before, after=after, issues=issues)
    numbers = [number for term in found.terms for number in (term.amount, term.low, term.high, term.q) if number is not None]
    assert all(math.isfinite(number) for number in numbers)
    return abs(sum(term.amount for term in found.terms) - found.change), found


@pytest.mark.parametrize("seed", range(60))
def test_the_terms_add_up_to_the_change_in_every_odd_case(seed, monkeypatch):
    """Overlapping issues, empty groups, one customer, constant values; ``tests/benchmarks/test_ledger_truth.py`` tries 1,000."""
    assert residual(seed, monkeypatch)[0] < 1e-9


def test_one_customer_gets_terms_but_no_interval_and_is_told_why():
    before = [voice.model_copy(update={"cluster": "c"}) for voice in some("b", (30, 50.0, "smb", ()), (20, 0.0, "smb", ("login",)))]
    after = [voice.model_copy(update={"cluster": "c"}) for voice in some("a", (30, 50.0, "smb", ()), (20, -50.0, "smb", ("login",)))]
    found = ledger(Kpi.NPS, before=before, after=after, issues=[LOGIN])
    assert found.state is LedgerState.OK
    assert all(term.low is None and term.q is None for term in found.terms)
    assert "no interval" in found.note


@pytest.mark.parametrize("count", [0, 1, MIN_SIDE - 1])
def test_a_side_without_enough_values_says_so_and_has_no_terms(count):
    found = ledger(Kpi.NPS, before=some("b", (50, 0.0, "smb", ())), after=some("a", (count, 0.0, "smb", ("login",))), issues=[LOGIN])
    assert found.state is LedgerState.NOT_ENOUGH
    assert found.terms == ()
    assert str(count) in found.note
    assert (found.change is None) == (count == 0)


def test_values_that_are_not_finite_are_left_out():
    before = some("b", (20, 50.0, "smb", ()), (5, math.nan, "smb", ()), (5, math.inf, "smb", ("login",)))
    found = ledger(Kpi.NPS, before=before, after=some("a", (20, 0.0, "smb", ())), issues=[LOGIN])
    assert (found.before.n, found.change) == (20, -50.0)


def test_an_issue_few_comments_name_is_left_aside_and_counted():
    before = some("b", (50, 0.0, "smb", ()), (3, 0.0, "smb", ("login",)))
    found = ledger(Kpi.NPS, before=before, after=some("a", (50, 0.0, "smb", ())), issues=[LOGIN, PRICE])
    assert found.left_aside == 1
    assert all(term.issue is None for term in found.terms)


def test_the_same_question_gets_the_same_answer():
    before, after = planted(1, "mix", n=150)
    assert ledger(Kpi.NPS, before=before, after=after, issues=ISSUES) == ledger(Kpi.NPS, before=before, after=after, issues=ISSUES)


def test_evidence_is_of_the_issue_and_begins_with_what_was_said_after():
    before, after = planted(2, "score", n=150)
    named = {voice.feedback_id: voice.issue_keys for voice in (*before, *after)}
    for term in ledger(Kpi.NPS, before=before, after=after, issues=ISSUES).terms:
        if term.issue is not None:
            assert all(f"tag:{term.issue.id}" in named[name] for name in term.evidence)
            sides = [name[0] for name in term.evidence]
            assert sides == sorted(sides)


@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_cause_is_named_first(kind, monkeypatch):
    """Three of many: ``tests/benchmarks/test_ledger_truth.py`` measures the share over 200 simulations of each kind."""
    monkeypatch.setattr("pipelines.explain.ledger.RESAMPLINGS", 20)
    for seed in range(3):
        before, after = planted(seed, kind)
        first = ledger(Kpi.NPS, before=before, after=after, issues=ISSUES).terms[0]
        assert first.kind.value == kind
        assert (first.issue.id if first.issue else None) == (None if kind == "mix" else "i3")


def spread_out(side, mean, *, n=80, repeats=1, together=True):
    """Comments with a spread around a mean, each said as often as asked, by one account or by as many."""
    rng = np.random.default_rng(11 if side == "b" else 12)
    values = mean + 30 * rng.standard_normal(n)
    about = rng.random(n) < 0.4
    return [
        Voice(
            feedback_id=f"{side}{at}.{again}",
            value=float(values[at]),
            cluster=f"{side}{at}" if together else f"{side}{at}.{again}",
            segment="smb",
            source="survey",
            issue_keys=frozenset({"tag:login"} if about[at] else ()),
        )
        for at in range(n)
        for again in range(repeats)
    ]


def widths(**said):
    found = ledger(Kpi.NPS, before=spread_out("b", 20.0, **said), after=spread_out("a", 0.0, **said), issues=[LOGIN])
    return {"change": found.high - found.low} | {term.kind: term.high - term.low for term in found.terms if term.issue}


def test_intervals_are_those_of_a_difference_of_means_and_what_one_account_repeats_makes_none_narrower():
    """By hand: two means of 80 values each; four times as many of other accounts halve the interval, of the same ones leave it."""
    once = widths()
    values = [np.array([voice.value for voice in spread_out(side, 0.0)]) for side in "ba"]
    by_hand = 2 * 1.96 * math.sqrt(sum(side.var(ddof=1) / len(side) for side in values))
    assert once["change"] == pytest.approx(by_hand, rel=0.15)
    same, apart = widths(repeats=4), widths(repeats=4, together=False)
    assert set(once) == {"change", TermKind.PREVALENCE, TermKind.SCORE}
    for name in ("change", TermKind.SCORE):
        assert same[name] == pytest.approx(once[name], rel=0.25)
        assert apart[name] == pytest.approx(once[name] / 2, rel=0.25)

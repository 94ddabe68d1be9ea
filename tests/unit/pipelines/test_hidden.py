"""Hidden dissatisfaction in one comment: what counts, what does not, and what the reasons say."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipelines.explain.concern_wording import concern_wording
from pipelines.explain.expected_tone import LEAST_GAP, learn
from pipelines.explain.hedges import HedgeKind, hedges
from pipelines.explain.hidden import combined, concerns_of
from tests.support.builders import NOON
from voc.concerns import Reason, Said, SaidSentence
from voc.customers import Role
from voc.enrichment import Intent, Urgency
from voc.feedback import Language, Source
from voc.kpis import Kpi


def said(name: str = "1", **changes) -> Said:
    values = {
        "feedback_id": f"fb_{name}",
        "submitted_at": NOON,
        "language": Language.EN,
        "source": Source.SURVEY,
        "customer_id": f"cu_{name}",
        "account_id": None,
        "segment": None,
        "role": Role.UNKNOWN,
        "text": "It works.",
        "tone": 0.0,
        "abstained": False,
        "intents": (Intent.COMMENT,),
        "urgency": Urgency.NONE,
        "churn": 0.0,
        "scores": {},
    }
    return Said(**(values | changes))


def crowd(n: int = 200) -> list[Said]:
    """Comments whose tone goes with the score: 10 sounds at 0.6, 0 at −0.6, with some spread."""
    return [said(f"c{i}", scores={Kpi.NPS: i % 11}, tone=max(-1.0, min(1.0, -0.6 + 0.12 * (i % 11) + 0.1 * ((i * 7) % 5 - 2)))) for i in range(n)]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("特に問題はないのですが、月末に固まります。", {HedgeKind.CONCEDED}),
        ("少し気になる点がありました。", {HedgeKind.SOFTENED}),
        ("更新は社内で検討します。", {HedgeKind.NONCOMMITTAL}),
        ("前にも同じことを書きました。", {HedgeKind.GAVE_UP}),
        ("No real complaints, but the list takes a while.", {HedgeKind.CONCEDED}),
        ("The wait was a bit long.", {HedgeKind.SOFTENED}),
        ("We will think about the renewal.", {HedgeKind.NONCOMMITTAL}),
        ("特に問題はありません。", set()),
        ("少し混んでいましたが、気にしていません。", set()),
        ("よろしくお願いいたします。", set()),
        ("Kind regards, and thanks in advance.", set()),
    ],
)
def test_hedges_are_told_from_courtesies(text: str, kinds: set[HedgeKind]) -> None:
    assert {hedge.kind for hedge in hedges(text)} == kinds


def test_a_text_far_below_its_score_is_a_concern_and_says_which_score_it_reads_like() -> None:
    model = learn(crowd())
    found = concerns_of(said(scores={Kpi.NPS: 9}, tone=-0.4), model=model)
    assert [concern.reason for concern in found] == [Reason.TEXT_BELOW_SCORE]
    assert 0 <= found[0].facts["reads_like"] <= 3
    assert "reads like a" in concern_wording(found[0], language="en")
    assert "点相当" in concern_wording(found[0], language="ja")


def test_a_text_as_good_as_its_score_is_none_however_low_the_score() -> None:
    model = learn(crowd())
    assert concerns_of(said(scores={Kpi.NPS: 9}, tone=0.5), model=model) == ()
    assert concerns_of(said(scores={Kpi.NPS: 2}, tone=0.6, text="I am satisfied."), model=model) == ()


def test_a_model_that_is_unsure_of_the_tone_makes_no_gap() -> None:
    assert concerns_of(said(scores={Kpi.NPS: 10}, tone=-0.9, abstained=True), model=learn(crowd())) == ()


def test_a_courtesy_before_the_matter_does_not_hide_it() -> None:
    """Why: the mean of a kind first and a bad second sentence is neutral; the matter is in the second."""
    parts = (SaidSentence(text="The doctor is excellent.", tone=0.9), SaidSentence(text="Fifty minutes to pay, twice.", tone=-0.8))
    comment = said(scores={Kpi.CSAT: 5}, tone=0.05, text="The doctor is excellent. Fifty minutes to pay, twice.", sentences=parts)
    found = concerns_of(comment, model=learn(crowd()))
    assert found[0].reason is Reason.TEXT_BELOW_SCORE
    assert found[0].quote == "Fifty minutes to pay, twice."


def test_praise_that_only_sounds_like_a_hedge_is_not_understated() -> None:
    assert concerns_of(said(text="A shame to leave, wonderful.", tone=0.9), model=learn([])) == ()


def test_without_data_the_expectation_is_the_prior_and_with_constant_data_it_still_stands() -> None:
    assert learn([]).threshold >= LEAST_GAP
    same = learn([said(str(i), scores={Kpi.NPS: 8}, tone=0.4) for i in range(50)])
    assert abs(same.expected(said(), 0.8) - 0.4) < 0.15


def test_a_strict_language_is_not_taken_for_dissatisfaction() -> None:
    """Why: Japanese writers are more reserved at the same score; the shift is learned, shrunk by how little is known."""
    reserved = [replace(one, language=Language.JA, tone=max(-1.0, one.tone - 0.5), feedback_id=f"ja{one.feedback_id}") for one in crowd()]
    model = learn([*crowd(), *reserved])
    usual = said(language=Language.JA, scores={Kpi.NPS: 9}, tone=0.0)
    assert model.expected(usual, 0.9) < model.expected(said(), 0.9) - 0.3
    assert concerns_of(usual, model=model) == ()


def test_evidence_of_one_reason_counts_once_and_of_two_adds() -> None:
    model = learn(crowd())
    leaving = concerns_of(said(churn=0.8), model=model)
    twice = combined([*leaving, *leaving])
    assert twice == pytest.approx(0.8)
    hedged = concerns_of(said(churn=0.8, text="We will think about the renewal."), model=model)
    assert combined(hedged) > 0.8
    assert all(concern.at - NOON < timedelta(seconds=1) for concern in hedged)

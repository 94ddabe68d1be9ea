"""Which KPI value belongs to which comment."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pipelines.link import kpi_window, link_kpis, voices
from voc.customers import Account, Customer, Role
from voc.feedback import Language, Source
from voc.kpis import Kpi, KpiObservation
from voc.sentiment import SentimentLabel
from voc.voices import VoiceRow

SAID = datetime(2026, 3, 1, 9, tzinfo=UTC)
END = date(2026, 10, 31)
KEN = Customer(id="ken", external_id="1", account_id="acme")
ACME = Account(id="acme", external_id="9")


def comment(feedback_id="f", *, at=SAID, customer="ken", account="acme", scores=None, **changes):
    fields = {
        "feedback_id": feedback_id,
        "submitted_at": at,
        "language": Language.EN,
        "source": Source.SURVEY,
        "customer_id": customer,
        "account_id": account,
        "segment": None,
        "role": Role.UNKNOWN,
        "sentiment": SentimentLabel.NEGATIVE,
        "sentiment_score": -0.5,
        "intent": "complaint",
        "no_signal": False,
        "scores": scores or {},
        "issue_keys": frozenset(),
        "complained_keys": frozenset(),
    }
    return VoiceRow(**(fields | changes))


def seen(value, *, days, kpi=Kpi.NPS, customer="ken", account=None, feedback=None):
    moment = SAID + timedelta(days=days)
    name = f"{kpi}{days}{customer}{account}"
    return KpiObservation(
        id=name, kpi=kpi, value=value, observed_at=moment, customer_id=customer, account_id=account, feedback_id=feedback
    )


def link(*comments, observations=(), customers=(KEN,), accounts=(ACME,), until=END):
    return link_kpis(
        comments,
        observations=observations,
        customers={customer.id: customer for customer in customers},
        accounts={account.id: account for account in accounts},
        data_until=until,
    )


def test_a_score_given_with_the_comment_wins_over_every_other():
    linked = link(comment(scores={Kpi.NPS: 3}), observations=[seen(9, days=-1), seen(8, days=0, feedback="f")])
    assert linked["f", Kpi.NPS] == 3


def test_an_observation_made_with_the_comment_wins_over_a_later_one_of_the_customer():
    linked = link(comment(), observations=[seen(2, days=-3, feedback="f"), seen(9, days=-1)])
    assert linked["f", Kpi.NPS] == 2


def test_else_the_latest_score_before_the_comment_counts():
    linked = link(comment(), observations=[seen(2, days=-29), seen(6, days=-10), seen(9, days=-20)])
    assert linked["f", Kpi.NPS] == 6


@pytest.mark.parametrize(("days", "known"), [(-30, True), (-31, False), (0, True), (1, False)])
def test_the_window_of_a_score_ends_at_the_comment_and_begins_30_days_before(days, known):
    assert (("f", Kpi.NPS) in link(comment(), observations=[seen(7, days=days)])) is known


def test_no_window_but_that_of_an_outcome_reaches_past_the_comment():
    assert {kpi for kpi in Kpi if kpi_window(kpi).after_days} == {kpi for kpi in Kpi if kpi_window(kpi).outcome} == {Kpi.CHURN}


def test_another_customers_score_never_counts():
    assert ("f", Kpi.NPS) not in link(comment(), observations=[seen(7, days=-1, customer="mia", account="acme")])


def test_an_unknown_customer_stays_unknown():
    linked = link(comment(customer=None, account=None), observations=[seen(7, days=-1)], accounts=[ACME, left(10, id="b")])
    assert linked == {}


def test_revenue_is_the_accounts():
    linked = link(comment(), observations=[seen(5.0, days=-300, kpi=Kpi.REVENUE, customer=None, account="acme")])
    assert linked["f", Kpi.REVENUE] == 5.0


@pytest.mark.parametrize(("days", "known"), [(-365, True), (-366, False), (0, True), (1, False)])
def test_the_window_of_revenue_begins_365_days_before_the_comment(days, known):
    assert (("f", Kpi.REVENUE) in link(comment(), observations=[seen(5.0, days=days, kpi=Kpi.REVENUE)])) is known


def left(days, **fields):
    values = {"id": "acme", "external_id": str(days)} | fields
    return Account(churned_on=SAID.date() + timedelta(days=days), **values)


@pytest.mark.parametrize(("days", "outcome"), [(0, 1.0), (180, 1.0), (181, 0.0), (-1, None)])
def test_churn_counts_from_the_day_of_the_comment_to_180_days_after(days, outcome):
    assert link(comment(), accounts=[left(days)]).get(("f", Kpi.CHURN)) == outcome


def test_the_accounts_leaving_decides_not_the_persons():
    moved_on = KEN.model_copy(update={"churned_on": SAID.date() + timedelta(days=5)})
    assert link(comment(), customers=[moved_on])["f", Kpi.CHURN] == 0.0


def test_a_customer_without_account_is_judged_by_their_own_leaving():
    alone = Customer(id="ken", external_id="1", churned_on=SAID.date() + timedelta(days=5))
    assert link(comment(account=None), customers=[alone])["f", Kpi.CHURN] == 1.0


def test_the_account_is_found_through_the_customer():
    assert link(comment(account=None), accounts=[left(20)])["f", Kpi.CHURN] == 1.0


@pytest.mark.parametrize("leaver", [left(10), ACME])
def test_a_comment_followed_for_less_than_90_days_has_no_outcome_whoever_left(leaver):
    """Why: counting only those who left early would link every young comment to leaving."""
    somebody = left(10, id="other")
    until = SAID.date() + timedelta(days=89)
    assert ("f", Kpi.CHURN) not in link(comment(), accounts=[leaver, somebody], until=until)
    assert ("f", Kpi.CHURN) in link(comment(), accounts=[leaver, somebody], until=until + timedelta(days=1))


def test_where_nobody_ever_left_nothing_is_known_about_leaving():
    assert ("f", Kpi.CHURN) not in link(comment())


def test_leaving_may_come_as_an_observation():
    assert link(comment(), observations=[seen(1, days=30, kpi=Kpi.CHURN, customer=None, account="acme")])["f", Kpi.CHURN] == 1.0


def test_the_table_of_drivers_holds_contributions_of_comments_that_can_be_read():
    rows = [comment("a"), comment("b", no_signal=True), comment("c", sentiment=None), comment("d")]
    links = {(name, Kpi.NPS): 3.0 for name in "abc"}
    table = voices(rows, kpi=Kpi.NPS, links=links)
    assert [(voice.feedback_id, voice.value, voice.cluster) for voice in table] == [("a", -100.0, "acme")]

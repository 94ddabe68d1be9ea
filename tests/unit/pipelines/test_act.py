"""Alerts: enough distinct accounts in a window, one alert an episode, and the same answer every time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.act import MAX_EVIDENCE, alerts, mentions
from tests.unit.pipelines.test_link import comment
from voc.alerts import AlertRule, AlertState, Mention
from voc.drivers import Issue, IssueKind

DAY0 = datetime(2026, 5, 1, 12, tzinfo=UTC)
RULE = AlertRule(min_accounts=3, window_days=10)


def said(day, voice, *, issue="login", name=None):
    return Mention(
        issue_kind=IssueKind.TAG,
        issue_id=issue,
        issue_name=issue.upper(),
        feedback_id=name or f"{issue}-{voice}-{day}",
        voice=voice,
        submitted_at=DAY0 + timedelta(days=day),
    )


def test_enough_distinct_accounts_in_a_window_raise_one_alert_with_newest_evidence_first():
    (alert,) = alerts([said(0, "a"), said(5, "b"), said(9, "c")], rule=RULE)
    assert (alert.accounts, alert.threshold, alert.state) == (3, 3, AlertState.OPEN)
    assert alert.evidence == ("login-c-9", "login-b-5", "login-a-0")
    assert (alert.window_from, alert.window_to) == (DAY0, DAY0 + timedelta(days=9))


def test_one_loud_account_raises_nothing():
    assert alerts([said(day / 10, "a") for day in range(50)] + [said(1, "b")], rule=RULE) == ()


def test_a_mention_a_whole_window_earlier_no_longer_counts():
    assert alerts([said(0, "a"), said(5, "b"), said(10, "c")], rule=RULE) == ()
    assert len(alerts([said(0.01, "a"), said(5, "b"), said(10, "c")], rule=RULE)) == 1


def test_issues_do_not_add_up():
    assert alerts([said(0, "a"), said(1, "b", issue="billing"), said(2, "c", issue="export")], rule=RULE) == ()


def test_running_again_on_the_result_changes_nothing():
    heard = [said(day, f"v{day % 5}") for day in range(12)]
    once = alerts(heard, rule=RULE)
    assert alerts(heard, rule=RULE, existing=once) == once
    assert alerts(list(reversed(heard)), rule=RULE) == once


def test_a_complaint_that_goes_on_makes_the_same_alert_longer():
    first = [said(0, "a"), said(1, "b"), said(2, "c")]
    (before,) = alerts(first, rule=RULE)
    (after,) = alerts([*first, said(8, "d"), said(9, "e"), said(16, "f"), said(17, "a")], rule=RULE, existing=[before])
    assert after.id == before.id
    assert (after.accounts, after.evidence[0]) == (6, "login-a-17")
    assert (after.window_from, after.window_to) == (before.window_from, DAY0 + timedelta(days=17))


@pytest.mark.parametrize(("gap", "count"), [(19, 1), (21, 2)])
def test_a_new_alert_needs_a_whole_window_below_the_threshold(gap, count):
    """Why: the three voices of days 0 to 2 leave the count below three from day 10 on; quiet means until day 20."""
    first = [said(0, "a"), said(1, "b"), said(2, "c")]
    again = [said(gap - 0.5, "a"), said(gap - 0.25, "b"), said(gap, "c")]
    assert len(alerts(first + again, rule=RULE)) == count


@pytest.mark.parametrize("state", [AlertState.ACKNOWLEDGED, AlertState.CLOSED])
def test_what_people_did_with_an_alert_stays(state):
    first = [said(0, "a"), said(1, "b"), said(2, "c")]
    (raised,) = alerts(first, rule=RULE)
    seen = raised.model_copy(update={"state": state, "note": "調査中", "changed_by": "mori", "changed_at": DAY0})
    (after,) = alerts([*first, said(3, "d")], rule=RULE, existing=[seen])
    assert (after.id, after.state, after.note, after.changed_by, after.changed_at) == (raised.id, state, "調査中", "mori", DAY0)
    assert after.accounts == 4


def test_a_late_arrival_that_moves_the_crossing_keeps_the_alert():
    heard = [said(2, "b"), said(3, "c"), said(4, "d")]
    (raised,) = alerts(heard, rule=RULE)
    (after,) = alerts([said(1, "a"), *heard], rule=RULE, existing=[raised])
    assert after.id == raised.id
    assert after.window_from == DAY0 + timedelta(days=1)


def test_an_alert_whose_mentions_are_gone_stays_as_it_was():
    (raised,) = alerts([said(0, "a"), said(1, "b"), said(2, "c")], rule=RULE)
    assert alerts([], rule=RULE, existing=[raised]) == (raised,)


def test_evidence_is_bounded_and_names_each_comment_once():
    heard = [said(day / 10, f"v{day}") for day in range(40)]
    (alert,) = alerts(heard + heard[:5], rule=RULE)
    assert len(alert.evidence) == len(set(alert.evidence)) == MAX_EVIDENCE
    assert alert.accounts == 40


def test_a_mention_is_made_for_each_issue_a_comment_complains_about():
    login = Issue(kind=IssueKind.TAG, id="login", name="Login")
    rows = [comment("f1", complained_keys=frozenset({"tag:login", "tag:gone"})), comment("f2", issue_keys=frozenset({"tag:login"}))]
    (mention,) = mentions(rows, issues=[login])
    assert (mention.feedback_id, mention.issue_id, mention.issue_name, mention.voice) == ("f1", "login", "Login", "acme")


heard_anyhow = st.lists(st.tuples(st.integers(0, 80), st.sampled_from("abcdef")), max_size=60)


@settings(max_examples=150, deadline=None)
@given(first=heard_anyhow, later=heard_anyhow)
def test_the_threshold_is_crossed_exactly_where_counting_each_window_says_so(first, later):
    heard = [said(day, voice, name=f"{at}") for at, (day, voice) in enumerate(first + later)]
    raised = alerts(heard, rule=RULE)
    window = timedelta(days=RULE.window_days)
    crossed = [
        mention.submitted_at
        for mention in heard
        if len({m.voice for m in heard if mention.submitted_at - window < m.submitted_at <= mention.submitted_at}) >= RULE.min_accounts
    ]
    assert bool(crossed) == bool(raised)
    for moment in crossed:
        assert sum(alert.window_from <= moment <= alert.window_to for alert in raised) == 1
    stepwise = alerts(heard, rule=RULE, existing=alerts(heard[: len(first)], rule=RULE))
    assert alerts(heard, rule=RULE, existing=stepwise) == stepwise

"""Reach: revenue counts each account once, and the verdict says isolated or systemic only where it can tell."""

from datetime import UTC, datetime

import pytest

from pipelines.explain.reach import reach
from pipelines.explain.revenue import revenues
from voc.customers import Account, Role
from voc.drivers import Issue, IssueKind, Verdict
from voc.feedback import Language, Source
from voc.sentiment import SentimentLabel
from voc.voices import VoiceRow

LOGIN = Issue(kind=IssueKind.TAG, id="login", name="Login")


def said(source, *, count, about, accounts=20, no_signal=False):
    return [
        VoiceRow(
            feedback_id=f"{source.value}{at}{no_signal}",
            submitted_at=datetime(2026, 4, 1, tzinfo=UTC),
            language=Language.EN,
            source=source,
            customer_id=None,
            account_id=f"a{at % accounts}",
            segment=None,
            role=Role.UNKNOWN,
            sentiment=SentimentLabel.NEGATIVE,
            sentiment_score=-0.5,
            intent=None,
            no_signal=no_signal,
            scores={},
            issue_keys=frozenset({"tag:login"} if at < about else ()),
            complained_keys=frozenset(),
        )
        for at in range(count)
    ]


def of(rows, accounts=()):
    names = frozenset(account.id for account in accounts)
    return reach(rows, issues=[LOGIN], accounts=names, revenues=revenues(accounts, ()))["tag:login"]


def test_revenue_counts_each_account_once_and_only_where_it_is_known():
    accounts = [Account(id="a0", external_id="0", revenue_per_year=100.0), Account(id="a1", external_id="1", revenue_per_year=50.0)]
    found = of(said(Source.TICKET, count=40, about=10, accounts=3), [*accounts, Account(id="a2", external_id="2")])
    assert (found.accounts, found.revenue, found.revenue_of) == (3, 150.0, 2)
    assert of(said(Source.TICKET, count=40, about=10)).revenue is None


@pytest.mark.parametrize(
    ("survey", "ticket", "verdict"),
    [
        ((100, 20), (100, 20), Verdict.SYSTEMIC),
        ((100, 0), (100, 30), Verdict.ISOLATED),
        ((100, 2), (100, 30), Verdict.ISOLATED),
        ((29, 0), (100, 30), Verdict.CANNOT_TELL),
        ((100, 3), (100, 4), Verdict.CANNOT_TELL),
        ((40, 2), (100, 12), Verdict.CANNOT_TELL),
        ((100, 0), (100, 0), Verdict.CANNOT_TELL),
    ],
)
def test_an_issue_is_systemic_in_two_kinds_of_voice_isolated_in_one_and_else_nobody_can_tell(survey, ticket, verdict):
    rows = [*said(Source.SURVEY, count=survey[0], about=survey[1]), *said(Source.TICKET, count=ticket[0], about=ticket[1])]
    assert of(rows).verdict is verdict


def test_posts_and_reviews_are_one_public_kind_apart_from_surveys_and_support() -> None:
    rows = [*said(Source.POST, count=60, about=10), *said(Source.REVIEW, count=60, about=10)]
    found = of(rows)
    assert [(one.kind, one.count, one.total) for one in found.heard] == [("public", 20, 120)]
    assert found.verdict is Verdict.CANNOT_TELL
    for source, kind in ((Source.SURVEY, "survey"), (Source.NOTE, "support")):
        both = of([*rows, *said(source, count=60, about=10)])
        assert {one.kind for one in both.heard} == {"public", kind}
        assert both.verdict is Verdict.SYSTEMIC


def test_tickets_calls_and_notes_are_one_kind_and_comments_without_signal_do_not_count():
    rows = [*said(Source.TICKET, count=60, about=10), *said(Source.CALL, count=60, about=10), *said(Source.SURVEY, count=9, about=9, no_signal=True)]
    found = of(rows)
    assert [(one.kind, one.count, one.total) for one in found.heard] == [("support", 20, 120)]
    assert found.verdict is Verdict.CANNOT_TELL

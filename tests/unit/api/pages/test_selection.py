"""An address says which comments are meant, exactly."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest

from api.pages.selection import read_selection, stamp
from voc.drivers import Issue, IssueKind
from voc.errors import BadFilterError
from voc.filters import FeedbackFilter
from voc.ids import account_id, customer_id

TOKYO = ZoneInfo("Asia/Tokyo")
LOGIN = Issue(kind=IssueKind.TAG, id="account.login", name="Cannot sign in")


def read(**query):
    return read_selection(query, zone=TOKYO)


def test_an_empty_address_means_every_comment():
    assert read().wanted == FeedbackFilter()
    assert read().voices == {}


def test_days_begin_in_the_services_zone_and_the_last_day_is_included():
    wanted = read(since="2026-11-01", until="2026-11-01").wanted
    assert wanted.since == datetime(2026, 10, 31, 15, tzinfo=UTC)
    assert wanted.until == datetime(2026, 11, 1, 15, tzinfo=UTC)


def test_a_moment_in_an_address_means_exactly_that_moment():
    moment = datetime(2026, 8, 3, 1, 2, 3, 456789, tzinfo=UTC)
    assert read(since=stamp(moment), until=stamp(moment)).wanted.since == moment


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sentiment", "sad"),
        ("source", "mail"),
        ("since", "yesterday"),
        ("until", "2026-13-01"),
        ("since", "0001-01-01T00:00:00+09:00"),
        ("until", "9999-12-31"),
        ("duplicates", "2"),
        ("kpi_of", "profit"),
        ("text", "x" * 201),
        ("segment", "a\x00b"),
    ],
)
def test_a_condition_that_cannot_be_read_is_an_error_that_names_it(name, value):
    with pytest.raises(BadFilterError) as caught:
        read(**{name: value})
    assert caught.value.field == name


def test_customers_and_accounts_are_named_by_the_senders_id_or_by_ours():
    assert read(customer="42", account="a/b").wanted == FeedbackFilter(customer_id=customer_id("42"), account_id=account_id("a/b"))
    assert read(customer=customer_id("42")).wanted.customer_id == customer_id("42")


def test_reading_and_writing_an_address_changes_nothing():
    selection = read(sentiment="negative", since="2026-01-01", text="a&b=c 請求", duplicates="0", role="decider")
    query = dict(parse_qsl(urlsplit(selection.address("/comments")).query))
    assert read(**query) == selection


def test_a_change_of_none_takes_a_condition_away():
    assert read(sentiment="negative", source="ticket").address("/comments", sentiment=None) == "/comments?source=ticket"


def test_an_issue_adds_to_another_issue_that_is_asked_for_already():
    """Why: the link behind a number must not widen what the page is about."""
    assert read().about(LOGIN)["tag"] == "account.login"
    assert read(tag="billing.invoice").about(LOGIN) == {
        "about": "tag:account.login",
        "duplicates": "0",
        "analysed": "1",
        "no_signal": "0",
    }

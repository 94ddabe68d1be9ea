"""Dates as senders write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.moments import read_moment
from voc.errors import BadDateError, FutureDateError, VocError

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment", "assumed"),
    [
        ("2026-10-01T09:00:00+09:00", "2026-10-01T00:00:00+00:00", False),
        ("2026-10-01T00:00:00Z", "2026-10-01T00:00:00+00:00", False),
        ("2026-10-01T00:00:00.123456789Z", "2026-10-01T00:00:00.123456+00:00", False),
        ("2026-10-01 09:00", "2026-10-01T00:00:00+00:00", True),
        ("2026/10/1", "2026-09-30T15:00:00+00:00", True),
        ("２０２６／１０／１", "2026-09-30T15:00:00+00:00", True),
        ("2026年10月1日 9時05分", "2026-10-01T00:05:00+00:00", True),
        ("令和8年10月1日", "2026-09-30T15:00:00+00:00", True),
        ("令和元年5月1日", "2019-04-30T15:00:00+00:00", True),
        ("2026-09-30 24:00", "2026-09-30T15:00:00+00:00", True),
        ("1790812800", "2026-10-01T00:00:00+00:00", False),
        ("1790812800000", "2026-10-01T00:00:00+00:00", False),
    ],
)
def test_a_date_is_read_into_utc_and_says_whether_its_zone_was_assumed(text: str, moment: str, assumed: object) -> None:
    assert read_moment(text, zone=TOKYO, now=NOW) == (datetime.fromisoformat(moment), assumed)


@pytest.mark.parametrize(
    "text",
    ["yesterday", "2025-02-29", "2026-13-01", "0001-01-01", "2026-10-01T25:00", "10/01/2026", "", "1", "NaN", "2026-10-01T00:00:00+99:00"],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(BadDateError):
        read_moment(text, zone=TOKYO, now=NOW)


@pytest.mark.parametrize("text", ["2026-11-24", "9999-12-31T23:59:59Z", "2036-11-22"])
def test_more_than_a_day_ahead_is_refused(text: str) -> None:
    with pytest.raises(FutureDateError):
        read_moment(text, zone=TOKYO, now=NOW)


@given(st.text(max_size=40) | st.from_regex(r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(Z|[+-]\d\d:\d\d)?", fullmatch=True))
def test_any_text_is_read_or_refused_by_an_error_of_ours(text: str) -> None:
    try:
        moment, _ = read_moment(text, zone=TOKYO, now=NOW)
    except VocError:
        return
    assert moment.tzinfo is UTC

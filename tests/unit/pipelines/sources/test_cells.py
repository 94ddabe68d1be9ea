"""Cells: what is a date, a number, no answer, and what is refused rather than guessed."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.sources.cells import parse_day, parse_moment, parse_number
from voc.errors import BadDateError, NotANumberError

TOKYO = ZoneInfo("Asia/Tokyo")


def at(*parts):
    return datetime(*parts, tzinfo=TOKYO).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-01", at(2026, 10, 1)),
        ("2026/10/1", at(2026, 10, 1)),
        ("2026.10.1", at(2026, 10, 1)),
        ("20261001", at(2026, 10, 1)),
        ("2026-10-1 9:05", at(2026, 10, 1, 9, 5)),
        ("2026/10/1 9:05:30", at(2026, 10, 1, 9, 5, 30)),
        ("2026年10月1日", at(2026, 10, 1)),
        ("２０２６年１０月１日（木）", at(2026, 10, 1)),
        ("2026年10月1日 午後3時5分", at(2026, 10, 1, 15, 5)),
        ("2026-10-01午後3:05", at(2026, 10, 1, 15, 5)),
        ("令和8年10月1日", at(2026, 10, 1)),
        ("令和元年5月1日", at(2019, 5, 1)),
        ("平成31年4月30日", at(2019, 4, 30)),
        ("R8.10.1", at(2026, 10, 1)),
        ("2026-10-01 24:00", at(2026, 10, 2)),
        ("2028-02-29", at(2028, 2, 29)),
        ("3 Mar 2026", at(2026, 3, 3)),
        ("Mar 3, 2026", at(2026, 3, 3)),
        ("May 3, 2026", at(2026, 5, 3)),
        ("March 3rd, 2026 5:06 PM", at(2026, 3, 3, 17, 6)),
        ("12-Oct-2026", at(2026, 10, 12)),
        ("13/04/2026", at(2026, 4, 13)),
        ("04/13/2026", at(2026, 4, 13)),
        ("04/04/2026", at(2026, 4, 4)),
        ("03.04.2026", at(2026, 4, 3)),
        ("2026-10-01T12:30 am", at(2026, 10, 1, 0, 30)),
    ],
)
def test_a_date_without_zone_is_read_in_the_senders_zone_and_marked(text, expected):
    assert parse_moment(text, zone=TOKYO) == (expected, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-01T09:05:00Z", datetime(2026, 10, 1, 9, 5, tzinfo=UTC)),
        ("2026-10-01T09:05:00.123456+09:00", datetime(2026, 10, 1, 0, 5, 0, 123456, tzinfo=UTC)),
        ("2026-10-01 09:05 JST", datetime(2026, 10, 1, 0, 5, tzinfo=UTC)),
        ("2026-10-01T09:05-0730", datetime(2026, 10, 1, 16, 35, tzinfo=UTC)),
        ("Tue, 03 Mar 2026 10:00:00 +0000", datetime(2026, 3, 3, 10, tzinfo=UTC)),
        ("1790000000", datetime.fromtimestamp(1790000000, UTC)),
        ("1790000000123", datetime.fromtimestamp(1790000000.123, UTC)),
        ("1790000000.5", datetime.fromtimestamp(1790000000.5, UTC)),
    ],
)
def test_a_date_with_zone_is_not_marked(text, expected):
    assert parse_moment(text, zone=TOKYO) == (expected, False)


@pytest.mark.parametrize(
    "text",
    ["03/04/2026", "2025-02-29", "2026-13-01", "26/10/1", "03/04/26", "2026-10-01T25:00", "2026-10-01 24:01", "平成40年1月1日", "令和8年13月1日"]
    + ["yesterday", "45000", "2026年10月", "1989-12-31", "0001-01-01", "9999-12-31 24:00", "0000000001", "2026-10-01 09:05 EST", "Foo 3, 2026"]
    + ["2026-10/01", "2026-10-01T09:05+25:00", "2026-10-01T09:05+09:75", "٢٠٢٦-١٠-٠١", "2026-10-01 13:00 pm"],
)
def test_impossible_ambiguous_and_unreadable_dates_are_refused(text):
    with pytest.raises(BadDateError):
        parse_moment(text, zone=TOKYO)


def test_an_hour_that_a_clock_change_leaves_out_still_has_a_moment():
    assert parse_moment("2026-03-29 02:30", zone=ZoneInfo("Europe/Berlin")).at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_day_of_a_contract_may_lie_further_back_and_its_time_is_left_out():
    assert parse_day("1975/4/1") == date(1975, 4, 1)
    assert parse_day("2026-10-01 23:59") == date(2026, 10, 1)
    assert parse_day("昭和64年1月7日") == date(1989, 1, 7)
    assert parse_day(" ") is None
    with pytest.raises(BadDateError):
        parse_day("1850-01-01")


@pytest.mark.parametrize("text", ["", "  ", "-", "－", "N/A", "n/a", "無回答", "null"])
def test_no_answer_is_none_and_never_zero(text):
    assert parse_number(text) is None
    assert parse_moment(text, zone=TOKYO) is None


@pytest.mark.parametrize(("text", "value"), [("8", 8), ("８", 8), (" 9.0 ", 9), ("7.5", 7.5), ("−1", -1), ("-1", -1), ("0", 0), ("1e2", 100)])
def test_numbers_in_half_and_full_width(text, value):
    assert parse_number(text) == value


@pytest.mark.parametrize("text", ["8,5", "1,234", "NaN", "inf", "1e400", "80%", "5²", "①", "eight", "１０点", "٨", "1 2"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(NotANumberError):
        parse_number(text)


@pytest.mark.parametrize(
    ("text", "value"), [("1,200,000", 1_200_000), ("¥1,200", 1200), ("３，０００円", 3000), ("$9.50", 9.5), ("1200 JPY", 1200), ("500", 500)]
)
def test_money_may_have_separators_and_currency(text, value):
    assert parse_number(text, money=True) == value


@pytest.mark.parametrize("text", ["12,34", "1,2345", "¥", "1.200,50"])
def test_separators_in_wrong_places_are_refused(text):
    with pytest.raises(NotANumberError):
        parse_number(text, money=True)


@given(text=st.text(alphabet=st.characters(codec=None), max_size=30))
def test_any_text_is_read_or_refused_by_name(text):
    for parse, error in ((parse_number, NotANumberError), (lambda t: parse_moment(t, zone=TOKYO), BadDateError), (parse_day, BadDateError)):
        try:
            parse(text)
        except error:
            continue


@given(moment=st.datetimes(min_value=datetime(1990, 1, 2), max_value=datetime(2100, 1, 1)))  # the zone is added below
def test_every_iso_moment_comes_back(moment):
    aware = moment.replace(tzinfo=UTC)
    assert parse_moment(aware.isoformat(), zone=TOKYO).at == aware

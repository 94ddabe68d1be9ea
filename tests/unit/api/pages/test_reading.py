"""Numbers, days and words as a Japanese and an English reader expect them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from api.pages.reading import PageFigures, field_names, value_names
from api.pages.selection import CHOICES, NAMES

JA = PageFigures(language="ja", zone=ZoneInfo("Asia/Tokyo"))
EN = PageFigures(language="en", zone=ZoneInfo("Asia/Tokyo"))


def test_large_counts_are_shortened_in_the_readers_way():
    assert (JA.count(123_456), EN.count(123_456)) == ("12.3万", "123.5K")
    assert (JA.count(12_345), EN.count(12_345)) == ("12,345", "12,345")


def test_days_are_those_of_the_services_zone():
    late = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
    assert (JA.day(late), EN.day(late)) == ("2026/11/22", "22 Nov 2026")
    assert JA.time(late) == "2026/11/22 05:00 JST"


def test_shares_have_one_decimal():
    assert JA.percent(0.123) == "12.3%"


def test_what_is_unknown_is_a_dash():
    assert [JA.date(None), JA.time(None), JA.money(None), JA.percent(None)] == ["–"] * 4


def test_months_and_amounts_are_short():
    assert (JA.short_month("2026-03"), EN.short_month("2026-03")) == ("2026/03", "Mar 2026")
    assert JA.money(34_956_000) == "3495.6万"
    assert JA.date(date(2027, 1, 14)) == "2027/01/14"


def test_every_condition_and_every_choice_has_a_word():
    assert set(NAMES) <= set(field_names("ja"))
    named = ("source", "language", "sentiment", "intent", "urgency", "role", "band")
    assert [f"{n}.{v}" for n in named for v in CHOICES[n] if f"{n}.{v}" not in value_names("ja")] == []

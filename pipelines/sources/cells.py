"""Cells: text of a file as dates and numbers, or the reason why not.

Invariants: an empty cell or a word for no answer is None, never 0; full-width digits count as digits; a date that could mean two days
(03/04/2026) is refused, not guessed, unless one part is over 12 or both are equal; day.month.year with dots is read day first; two-digit
years are refused; a moment without zone is read in the zone of the sender and marked as such.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

from voc.errors import BadDateError, NotANumberError
from voc.identity import plain_email

EARLIEST_FEEDBACK_YEAR = 1990
EARLIEST_YEAR = 1900
MONTHS, HOURS, MINUTES = 12, 24, 60

NO_ANSWER = frozenset(
    (
        *("", "-", "--", "―", "ー", "－", "–", "—", "n/a", "na", "n.a.", "#n/a", "null", "none", "no answer", "not answered"),
        *("無回答", "未回答", "未記入", "該当なし", "回答なし", "なし"),
    )
)
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x2212: 0x2D, 0x00A0: 0x20}
_NUMBER = re.compile(r"[+-]?\d{1,18}(?:\.\d{1,18})?(?:e[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3}){1,6}(?:\.\d{1,18})?", re.ASCII)
_MONEY = re.compile(r"^(?:¥|￥|\\|\$|€|£|JPY|USD|EUR)\s*|\s*(?:円|JPY|USD|EUR)$", re.IGNORECASE)

_TIME = (
    r"(?:(?:T|\s+|\s*(?=午))\s*(?P<before>午前|午後|am|pm)?\s*(?P<hour>\d{1,2})(?:[:時](?P<minute>\d{1,2}))?"
    r"(?:[:分](?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,9}))?)?[時分秒]?\s*(?P<after>am|pm)?"
    r"\s*(?P<zone>Z|UTC|GMT|JST|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?"
)
_WEEKDAY = r"\s*(?:\([月火水木金土日]\)|\((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\))?"
_SHORT = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: place for place, name in enumerate(_SHORT, start=1)}
_LONG_MONTHS = frozenset(
    ("january", "february", "march", "april", "june", "july", "august", "september", "sept", "october", "november", "december")
)
_MONTH = r"(?P<name>[a-z]{3,9})\.?"
_ENGLISH_DAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"


def _form(text: str) -> re.Pattern[str]:
    return re.compile(f"{text}{_WEEKDAY}{_TIME}", re.ASCII | re.IGNORECASE)


_FORMS = (
    _form(r"(?P<year>\d{4})(?P<cut>[-/.])(?P<month>\d{1,2})(?P=cut)(?P<day>\d{1,2})"),
    _form(r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日"),
    _form(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"),
    _form(r"(?P<era>令和|平成|昭和|[RHS])\s*(?P<year>元|\d{1,2})\s*[年./-]\s*(?P<month>\d{1,2})\s*[月./-]\s*(?P<day>\d{1,2})日?"),
    _form(r"(?P<first>\d{1,2})(?P<cut>[-/.])(?P<other>\d{1,2})(?P=cut)(?P<year>\d{4})"),
    _form(rf"{_ENGLISH_DAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+{_MONTH}[\s,-]+(?P<year>\d{{4}}),?"),
    _form(rf"{_ENGLISH_DAY}{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}),?"),
)
_EPOCH = re.compile(r"(?P<seconds>\d{10})(?:(?P<thousandths>\d{3})|\.(?P<fraction>\d{1,9}))?", re.ASCII)
_ERAS = {
    "令和": (2018, date(2019, 5, 1), date.max),
    "平成": (1988, date(1989, 1, 8), date(2019, 4, 30)),
    "昭和": (1925, date(1926, 12, 25), date(1989, 1, 7)),
}
_ERAS |= {"R": _ERAS["令和"], "H": _ERAS["平成"], "S": _ERAS["昭和"]}
_JST = timezone(timedelta(hours=9))


class Moment(NamedTuple):
    """A moment in UTC, and whether its zone was assumed."""

    at: datetime
    timezone_assumed: bool


def half_width(text: str) -> str:
    """Return the text with full-width letters, digits and signs made half-width, without space around.

    >>> half_width("　８／１０ ")
    '8/10'
    """
    return text.translate(_HALF_WIDTH).strip()


def is_no_answer(text: str) -> bool:
    """Return whether a cell says that there was no answer.

    >>> [is_no_answer(text) for text in ("", " N/A ", "無回答", "－", "0")]
    [True, True, True, True, False]
    """
    return text.strip().casefold() in NO_ANSWER or half_width(text).casefold() in NO_ANSWER


def parse_number(text: str, *, money: bool = False) -> float | None:
    """Return the number, or None where there was no answer.

    Parameters
    ----------
    text
        The cell.
    money
        Whether thousands separators and currency signs may stand in it.

    Raises
    ------
    NotANumberError
        For everything else: words, ``NaN``, ``8,5``, percent signs.

    >>> parse_number("８"), parse_number("n/a"), parse_number("¥1,200,000", money=True)
    (8.0, None, 1200000.0)
    """
    if is_no_answer(text):
        return None
    plain = half_width(text)
    if money:
        plain = _MONEY.sub("", plain)
        if _THOUSANDS.fullmatch(plain):
            plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        raise NotANumberError
    return float(plain)


def parse_moment(text: str, *, zone: ZoneInfo) -> Moment | None:
    """Return the moment, or None where the cell is empty.

    Parameters
    ----------
    text
        ISO 8601, 2026/10/1, 2026年10月1日, 令和8年10月1日, 3 Mar 2026, Mar 3, 2026, seconds or milliseconds since 1970; with or without
        a time; 24:00 is the start of the next day.
    zone
        Zone of dates that name none.

    Raises
    ------
    BadDateError
        If it is no date, an impossible one, before 1990, or could mean two days.
    """
    if is_no_answer(text):
        return None
    plain = half_width(text)
    epoch = _EPOCH.fullmatch(plain)
    if epoch:
        milliseconds = int(epoch["thousandths"] or (epoch["fraction"] or "0").ljust(3, "0")[:3])
        return _late_enough(Moment(datetime.fromtimestamp(int(epoch["seconds"]), UTC) + timedelta(milliseconds=milliseconds), False))
    day, found = _day(plain)
    return _late_enough(_moment(day, found, zone))


def parse_day(text: str) -> date | None:
    """Return the day, or None where the cell is empty; a time in the cell is left out.

    Raises
    ------
    BadDateError
        If it is no date, an impossible one, before 1900, or could mean two days.
    """
    if is_no_answer(text):
        return None
    day, _ = _day(half_width(text))
    if day.year < EARLIEST_YEAR:
        raise BadDateError(f"The date lies before {EARLIEST_YEAR}.")
    return day


def _late_enough(moment: Moment) -> Moment:
    if moment.at.year < EARLIEST_FEEDBACK_YEAR:
        raise BadDateError(f"The date lies before {EARLIEST_FEEDBACK_YEAR}.")
    return moment


def _day(plain: str) -> tuple[date, dict[str, str | None]]:
    for form in _FORMS:
        match = form.fullmatch(plain)
        if match:
            found = match.groupdict()
            try:
                return _date(found), found
            except ValueError as error:
                raise BadDateError("There is no such day.") from error
    raise BadDateError("The date cannot be read; write it as 2026-10-01 or 2026-10-01T09:05:00+09:00.")


def _date(found: dict[str, str | None]) -> date:
    year = 1 if found["year"] == "元" else int(found["year"] or 0)
    if found.get("first"):
        return _day_and_month(year, int(found["first"] or 0), int(found["other"] or 0), dotted=found["cut"] == ".")
    month = _month(found["name"] or "") if "name" in found else int(found["month"] or 0)
    if not found.get("era"):
        return date(year, month, int(found["day"] or 0))
    offset, first, last = _ERAS[(found["era"] or "").upper()]
    day = date(offset + year, month, int(found["day"] or 0))
    if not first <= day <= last:
        raise ValueError(day)
    return day


def _day_and_month(year: int, first: int, other: int, *, dotted: bool) -> date:
    if dotted or first > MONTHS or first == other:
        return date(year, other, first)
    if other > MONTHS:
        return date(year, first, other)
    raise BadDateError("Day and month cannot be told apart; write the date as 2026-10-01.")


def _month(name: str) -> int:
    short = name.casefold()
    if short not in _MONTHS and short not in _LONG_MONTHS:
        raise ValueError(name)
    return _MONTHS[short[:3]]


def _moment(day: date, found: dict[str, str | None], zone: ZoneInfo) -> Moment:
    try:
        clock, days = _clock(found)
        named = _zone(found.get("zone"))
        local = datetime.combine(day, clock, tzinfo=named or zone) + timedelta(days=days)
        return Moment(local.astimezone(UTC), named is None)
    except (ValueError, OverflowError) as error:
        raise BadDateError("There is no such time.") from error


def _clock(found: dict[str, str | None]) -> tuple[time, int]:
    """Return the time of day and how many days to go on (1 for 24:00)."""
    hour, minute, second = (int(found.get(name) or 0) for name in ("hour", "minute", "second"))
    half = (found.get("before") or found.get("after") or "").casefold()
    if half in ("am", "pm", "午前", "午後"):
        if not 0 <= hour <= HOURS // 2 or (hour == 0 and half in ("am", "pm")):
            raise ValueError(hour)
        hour = hour % (HOURS // 2) + (HOURS // 2 if half in ("pm", "午後") else 0)
    microsecond = int((found.get("fraction") or "0").ljust(6, "0")[:6])
    if hour == HOURS and not (minute or second or microsecond):
        return time(), 1
    return time(hour, minute, second, microsecond), 0


def _zone(name: str | None) -> timezone | None:
    if name is None:
        return None
    if name.upper() in ("Z", "UTC", "GMT"):
        return UTC
    if name.upper() == "JST":
        return _JST
    digits = name[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if int(digits[2:]) >= MINUTES:
        raise ValueError(name)
    return timezone(-offset if name[0] == "-" else offset)


def parse_email(text: str) -> str | None:
    """Return the e-mail address of a cell without differences of width and case, or None where it holds no answer.

    Raises
    ------
    InputError
        If it is no address.
    """
    return None if is_no_answer(text) else plain_email(text)

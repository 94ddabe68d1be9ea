"""Figures: how numbers, shares, intervals and moments are written for a reader. Nothing that is unknown is written as a number."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from voc.issues import Period
from voc.kpis import Kpi

DASH = "–"
MINUS = "−"
_DIGITS = {Kpi.CES: 2}


@dataclass(frozen=True)
class Figures:
    """Writes numbers in one language and moments in one zone."""

    language: str
    zone: ZoneInfo

    @property
    def locale(self) -> str:
        """The locale Babel formats in."""
        return "ja_JP" if self.language == "ja" else "en_GB"

    def whole(self, number: int) -> str:
        """Write a count with its thousands apart."""
        from babel.numbers import format_decimal

        return str(format_decimal(number, locale=self.locale))

    def number(self, number: float | None, *, digits: int = 1) -> str:
        """Write a number with fixed decimals and a real minus sign; a dash where it is unknown."""
        if number is None:
            return DASH
        text = f"{number:,.{digits}f}"
        return (text.lstrip("-") if not text.strip("-0.,") else text).replace("-", MINUS)

    def signed(self, number: float | None, *, digits: int = 1) -> str:
        """Write a difference with its sign; zero has none."""
        text = self.number(number, digits=digits)
        return f"+{text}" if number is not None and number > 0 and text.strip("0.,") else text

    def percent(self, share: float | None) -> str:
        """Write a share 0…1 in percent with one decimal."""
        return DASH if share is None else f"{self.number(share * 100)}%"

    def interval(self, low: float | None, high: float | None, *, digits: int = 1, signed: bool = False) -> str:
        """Write an interval in brackets; empty where there is none."""
        if low is None or high is None:
            return ""
        write = self.signed if signed else self.number
        return f"[{write(low, digits=digits)}, {write(high, digits=digits)}]"

    def percent_interval(self, low: float | None, high: float | None) -> str:
        """Write the interval of a share 0…1 in percent."""
        return "" if low is None or high is None else f"[{self.number(low * 100)}, {self.number(high * 100)}]%"

    def kpi(self, kpi: Kpi, number: float | None) -> str:
        """Write a KPI in its unit: percent for shares, else a bare number."""
        text = self.number(number, digits=_DIGITS.get(kpi, 1))
        return f"{text}%" if kpi in (Kpi.CSAT, Kpi.CHURN) and number is not None else text

    def day(self, moment: datetime) -> str:
        """Write the day of a moment in the report's zone."""
        from babel.dates import format_date

        local = moment.astimezone(self.zone).date()
        return f"{local:%Y/%m/%d}" if self.language == "ja" else str(format_date(local, format="d MMM yyyy", locale=self.locale))

    def days(self, period: Period) -> str:
        """Write the first and the last day of a period; a period that ends at midnight does not include the day that begins."""
        return f"{self.day(period.start)} – {self.day(period.end - timedelta(microseconds=1))}"

    def moment(self, moment: datetime) -> str:
        """Write day, time and zone of a moment."""
        return f"{self.day(moment)} {moment.astimezone(self.zone):%H:%M} {self.zone.key}"

    def q(self, rate: float | None) -> str:
        """Write a false-discovery rate, never as a bare zero."""
        smallest = 0.001
        if rate is None:
            return DASH
        return "<0.001" if rate < smallest else f"{rate:.3f}"

"""Report: everything one report shows, as values; the writers add layout and words, no figures.

Invariants: every figure comes with its n, and with a 95 % interval where it has one; a figure nobody can know is None, never 0;
the numbers of the row accounting add up.
"""

from typing import Self

from pydantic import Field, model_validator

from voc.alerts import Alert
from voc.drivers import Driver
from voc.feedback import Language, Source
from voc.issues import IssueSummary, Period
from voc.kpis import Kpi
from voc.provenance import Figure
from voc.sentiment import SentimentLabel
from voc.values import UtcDatetime, Value


class RowAccounting(Value):
    """What became of the rows of the imported files."""

    rows: int = Field(ge=0)
    new: int = Field(ge=0)
    duplicates: int = Field(ge=0)
    rejected: int = Field(ge=0)

    @model_validator(mode="after")
    def adds_up(self) -> Self:
        """Refuse numbers that lose or invent rows."""
        if self.rows != self.new + self.duplicates + self.rejected:
            message = "rows must be new + duplicates + rejected"
            raise ValueError(message)
        return self


class CommentCounts(Value):
    """How many comments the report is about, and how many of them say nothing or were not read."""

    comments: int = Field(ge=0)
    """Stored comments of the period, repeats included."""
    by_language: dict[Language, int]
    no_signal: int = Field(ge=0)
    duplicates: int = Field(ge=0)
    """Repeats of the same voice: kept, counted once."""
    not_analysed: int = Field(ge=0)
    customers: int = Field(default=0, ge=0)
    accounts: int = Field(default=0, ge=0)


class KpiMonth(Value):
    """A KPI in one month; None where nobody answered."""

    month: str
    value: float | None
    n: int


class KpiLevel(Value):
    """A KPI with its 95 % interval (clustered by account), n, and its course by month; None where it cannot be known."""

    kpi: Kpi
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int
    clusters: int
    """Distinct accounts, else customers, else comments."""
    months: tuple[KpiMonth, ...] = ()


class KpiAnswer(Value):
    """One answer as a KPI level sees it: raw value on the KPI's scale, when, and whose."""

    value: float
    observed_at: UtcDatetime
    cluster: str


class Quote(Value):
    """A comment in the customer's own (redacted) words."""

    feedback_id: str
    text: str
    language: Language
    source: Source
    submitted_at: UtcDatetime
    sentiment: SentimentLabel | None = None
    who: str | None = None
    """Account, role or segment as far as the report may show it."""
    scores: dict[Kpi, float] = Field(default_factory=dict)


class ReportData(Value):
    """What a report is made of."""

    period: Period
    zone: str = "Asia/Tokyo"
    """In which dates are shown and months are counted."""
    created_at: UtcDatetime
    counts: CommentCounts
    rows: RowAccounting | None = None
    """None where the comments did not come from files."""
    kpis: tuple[KpiLevel, ...] = ()
    issues: tuple[IssueSummary, ...] = ()
    """Top issues, in the order they are shown."""
    unassigned_share: float | None = None
    """Share of the analysed comments with a signal that carry no issue, 0…1."""
    drivers: tuple[Driver, ...] = ()
    """In the order they are shown; those without enough data too."""
    quotes: dict[str, Quote] = Field(default_factory=dict)
    """By feedback id; issues name theirs."""
    alerts: tuple[Alert, ...] = ()
    model: dict[str, str] = Field(default_factory=dict)
    """Which model gave which output, as stamped on the results."""
    figures: dict[str, Figure] = Field(default_factory=dict)
    """The numbers with their addresses, by what they are about (``FigureQuery.name``)."""
    cautions: tuple[str, ...] = ()
    """What a reader must know about the results, in the report's language."""

    def figure(self, kind: str, *about: str) -> Figure | None:
        """Return the address of what a number is about: its kind, KPI, issue and what else it names; None: it has none."""
        return self.figures.get(" ".join((kind, *about)))

"""Issue summary: how much is said about one issue, by whom, in which mood, and how that changed.

Invariants: duplicates are counted once and comments without a signal not at all (the caller hands in neither); months without a
comment stand in the series as 0; periods are half open, so that two periods that touch share no comment.
"""

from pydantic import Field, model_validator

from voc.drivers import Driver, Issue
from voc.kpis import Kpi
from voc.sentiment import SentimentLabel
from voc.values import UtcDatetime, Value


class Period(Value):
    """A stretch of time, ``start`` included, ``end`` excluded."""

    start: UtcDatetime
    end: UtcDatetime

    @model_validator(mode="after")
    def ends_after_its_start(self) -> "Period":
        """Refuse an empty or reversed period."""
        if self.end <= self.start:
            message = "a period ends after it starts"
            raise ValueError(message)
        return self

    def before(self) -> "Period":
        """Return the period of the same length that ends where this one starts."""
        return Period(start=self.start - (self.end - self.start), end=self.start)


class SharePeriod(Value):
    """How many of a period's comments are about the issue."""

    count: int = Field(ge=0)
    total: int = Field(ge=0)


class Change(Value):
    """How an issue's share moved between two periods; shares and their difference are 0…1, the interval is 95 %.

    ``difference`` and its interval are None where a period holds too few comments to compare; then nothing is significant.
    """

    previous: SharePeriod
    recent: SharePeriod
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    significant: bool = False


class Quote(Value):
    """A real sentence that stands for an issue."""

    feedback_id: str
    text: str
    sentiment: SentimentLabel
    submitted_at: UtcDatetime


class SentimentSplit(Value):
    """Comments about the issue by the mood of the whole comment."""

    negative: int = 0
    neutral: int = 0
    positive: int = 0
    mixed: int = 0


class IssueSummary(Value):
    """Everything the service says about one issue."""

    issue: Issue
    volume: int
    """Comments about the issue."""
    total: int
    """Comments that could have been about it: what ``share`` is a share of."""
    share: float | None
    """Volume over total, 0…1, with its 95 % interval; None where there is no comment at all."""
    share_low: float | None
    share_high: float | None
    accounts: int
    """Distinct voices: accounts, else customers, else single comments."""
    sentiment: SentimentSplit
    months: tuple[tuple[str, int], ...]
    """``YYYY-MM`` and comments, without gaps, oldest first."""
    change: Change
    drivers: dict[Kpi, Driver | None] = Field(default_factory=dict)
    quote_ids: tuple[str, ...] = ()
    """Feedback ids of quotes, best first."""
    figure: str | None = None
    """The address of these numbers, where they are shown (``voc.addresses``)."""

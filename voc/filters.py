"""FeedbackFilter: which comments are meant; the same in the API, on the pages, in reports and in counts."""

from pydantic import Field

from voc.customers import Role
from voc.enrichment import Intent, Urgency
from voc.feedback import JourneyStage, Language, Source
from voc.sentiment import SentimentLabel
from voc.values import UtcDatetime, Value


class FeedbackFilter(Value):
    """All conditions that are set must hold; an empty filter means every comment."""

    source: Source | None = None
    source_name: str | None = None
    language: Language | None = None
    sentiment: SentimentLabel | None = None
    intent: Intent | None = None
    urgency: Urgency | None = None
    tag: str | None = None
    topic: str | None = None
    """A topic id of the current run; ``none`` means assigned to no topic."""
    customer_id: str | None = None
    account_id: str | None = None
    segment: str | None = None
    product: str | None = None
    role: Role | None = None
    """The speaker's role as stated; ``unknown``: nobody stated one."""
    plan: str | None = None
    """The plan of the speaker's account."""
    journey_stage: JourneyStage | None = None
    """Where the speaker stood then (``voc.journey``)."""
    since: UtcDatetime | None = None
    """Submitted at or after."""
    until: UtcDatetime | None = None
    """Submitted before."""
    text: str | None = Field(default=None, max_length=200)
    """Words that must stand in the verbatim, as they are."""
    duplicates: bool = True
    """Whether repeats of the same voice are shown."""
    analysed: bool | None = None
    no_signal: bool | None = None
    ids: frozenset[str] | None = None


class Cursor(Value):
    """The last comment of a page: where the next page starts. Newest first, then by id."""

    submitted_at: UtcDatetime
    id: str

"""Selection: which comments a page is about, as written in its address.

Invariants: the address alone decides what a page shows; reading an address and writing it again gives the same conditions; a
condition that cannot be read is an error, never ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from pipelines.explain.trends import month_period
from pipelines.voice_conditions import BANDS, CONDITIONS, narrow
from voc.customers import Role
from voc.drivers import Issue
from voc.enrichment import Intent, Urgency
from voc.errors import BadFilterError
from voc.feedback import JourneyStage, Language, Source
from voc.filters import FeedbackFilter
from voc.ids import account_id, customer_id
from voc.issues import Period
from voc.kpis import Kpi
from voc.sentiment import SentimentLabel
from voc.store.unit import Unit
from voc.voices import issue_key

PLAIN = (
    *("source", "source_name", "language", "sentiment", "intent", "urgency", "tag", "topic", "segment", "product"),
    *("role", "plan", "journey_stage", "text"),
)
SWITCHES = ("analysed", "no_signal")
OWNERS = {"customer": customer_id, "account": account_id}
"""Addresses carry the sender's ids; our own ids (``cu_…``, ``ac_…``) stand in where no profile tells the sender's."""
NAMES = ("since", "until", *PLAIN, *OWNERS, *SWITCHES, "duplicates", *CONDITIONS)
CHOICES: dict[str, tuple[str, ...]] = {
    "source": tuple(Source),
    "language": tuple(Language),
    "sentiment": tuple(SentimentLabel),
    "intent": tuple(Intent),
    "urgency": tuple(Urgency),
    "role": tuple(Role),
    "journey_stage": tuple(JourneyStage),
    "kpi_of": tuple(Kpi),
    "scored": tuple(Kpi),
    "band": tuple(BANDS),
    "no_group": ("1",),
    "issue": ("none",),
    "analysed": ("1", "0"),
    "no_signal": ("1", "0"),
    "duplicates": ("1", "0", "only"),
}
READ_ONCE = {"duplicates": "0", "analysed": "1", "no_signal": "0"}
"""Readable comments, each voice once: what shares are taken of."""
LONGEST_VALUE = 200
LONGEST = {"about": LONGEST_VALUE + len("aspect:")}
"""Ids of tags and aspects are as long as any value; before them stands their kind."""
OUR_ID_CHARS = 27


@dataclass(frozen=True)
class Selection:
    """The conditions of an address: as written, and as the store understands them."""

    values: dict[str, str]
    wanted: FeedbackFilter

    @property
    def voices(self) -> dict[str, str]:
        """The conditions that need more than the comment itself (``pipelines.voice_conditions``)."""
        return {name: value for name, value in self.values.items() if name in CONDITIONS or (name, value) == ("duplicates", "only")}

    def narrow(self, unit: Unit) -> FeedbackFilter:
        """Return the store's filter that leaves these comments alone."""
        return narrow(unit, self.wanted, self.voices)

    def about(self, issue: Issue) -> dict[str, str]:
        """Return the conditions that leave the comments an issue's volume counts; added to these, they take none away."""
        kind = issue.kind.value
        plain = kind in PLAIN and self.values.get(kind) in (None, issue.id)
        named = {kind: issue.id} if plain else {"about": issue_key(issue)}
        return {**named, **READ_ONCE}

    def within(self, period: Period) -> dict[str, str]:
        """Return the conditions for a period, inside the dates that are asked for."""
        since, until = self.wanted.since, self.wanted.until
        start, end = max(period.start, since or period.start), min(period.end, until or period.end)
        return {"since": stamp(start), "until": stamp(end)}

    def in_month(self, month: str, *, zone: ZoneInfo) -> dict[str, str]:
        """Return the conditions for a month ``YYYY-MM``, inside the dates that are asked for."""
        return self.within(month_period(month, zone=zone))

    def address(self, path: str, /, **changes: str | int | None) -> str:
        """Return an address with these conditions; a change of None takes one away."""
        merged: Mapping[str, str | int | None] = {**self.values, **changes}
        kept = {name: value for name, value in merged.items() if value is not None and value != ""}
        return f"{path}?{urlencode(kept)}" if kept else path


def read_selection(query: Mapping[str, str], *, zone: ZoneInfo) -> Selection:
    """Read the conditions of an address.

    Parameters
    ----------
    query
        The query string's names and values; names that are no condition are left alone.
    zone
        In which a day without a time begins and ends. ``until`` as a day includes that day; as a moment it excludes it.

    Raises
    ------
    BadFilterError
        If a value is none of its choices, no date, or too long.
    """
    values = {name: query[name].strip() for name in NAMES if query.get(name, "").strip()}
    for name, value in values.items():
        allowed = CHOICES.get(name)
        if (allowed is not None and value not in allowed) or len(value) > LONGEST.get(name, LONGEST_VALUE) or "\x00" in value:
            raise BadFilterError(field=name)
    fields: dict[str, object] = {name: values[name] for name in PLAIN if name in values}
    fields |= {name: values[name] == "1" for name in SWITCHES if name in values}
    fields |= {f"{name}_id": _owner(name, values[name]) for name in OWNERS if name in values}
    fields["duplicates"] = values.get("duplicates", "1") != "0"
    if "since" in values:
        fields["since"] = _moment("since", values["since"], zone=zone, day_after=False)
    if "until" in values:
        fields["until"] = _moment("until", values["until"], zone=zone, day_after=True)
    try:
        return Selection(values=values, wanted=FeedbackFilter.model_validate(fields))
    except ValidationError as error:
        raise BadFilterError(field=str(error.errors()[0]["loc"][0])) from None


def stamp(moment: datetime) -> str:
    """Write a moment so that an address with it means exactly that moment."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _owner(name: str, value: str) -> str:
    ours = "cu_" if name == "customer" else "ac_"
    return value if value.startswith(ours) and len(value) == OUR_ID_CHARS else OWNERS[name](value)


def _moment(name: str, text: str, *, zone: ZoneInfo, day_after: bool) -> datetime:
    try:
        if "T" not in text:
            day = date.fromisoformat(text) + timedelta(days=int(day_after))
            return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadFilterError(field=name) from None

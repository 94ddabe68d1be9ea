"""Narrowing: the conditions in an address, read into a FeedbackFilter; the same names wherever comments are counted or listed.

Invariant: a condition that is not known is refused, never ignored: an answer over too many comments looks right and is wrong.
"""

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.moments import read_moment
from api.paging import DEFAULT_LIMIT, CursorText, Limit
from api.strict_json import shown_path
from voc.clock import Clock
from voc.customers import Role
from voc.enrichment import Intent, Urgency
from voc.errors import BadDateError, BadFilterError, FutureDateError
from voc.feedback import JourneyStage, Language, Source
from voc.filters import FeedbackFilter
from voc.ids import account_id, customer_id
from voc.sentiment import SentimentLabel

OUR_ID = re.compile(r"(?:cu|ac)_[0-9a-f]{24}")
Short = Annotated[str | None, Field(max_length=500)]


class Narrowing(BaseModel):
    """All conditions that are given must hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Source | None = None
    source_name: Short = None
    language: Language | None = None
    sentiment: SentimentLabel | None = None
    intent: Intent | None = None
    urgency: Urgency | None = None
    tag: Short = None
    topic: Short = Field(default=None, description="A topic id of the current run; none: assigned to no topic.")
    customer_id: Short = Field(default=None, description="Your id of the customer, or ours (cu_…).")
    account_id: Short = Field(default=None, description="Your id of the account, or ours (ac_…).")
    segment: Short = None
    product: Short = None
    role: Role | None = Field(default=None, description="The speaker's role as stated; unknown: nobody stated one.")
    plan: Short = Field(default=None, description="The plan of the speaker's account.")
    journey_stage: JourneyStage | None = Field(default=None, description="Where the speaker stood then, by stated rules.")
    since: str | None = Field(default=None, max_length=40, description="Submitted at or after; 2026-10-01 or with a time.")
    until: str | None = Field(default=None, max_length=40, description="Submitted before.")
    text: str | None = Field(default=None, max_length=200, description="Words that stand in the text as they are.")
    duplicates: bool = Field(default=True, description="Whether repeats of the same voice are included.")
    analysed: bool | None = None
    no_signal: bool | None = None

    def wanted(self, *, zone: ZoneInfo, clock: Clock) -> FeedbackFilter:
        """Return the filter.

        Raises
        ------
        BadFilterError
            If a date cannot be read.
        """
        given = self.model_dump(include=set(FeedbackFilter.model_fields), exclude={"since", "until", "customer_id", "account_id"})
        moments = {name: _moment(name, getattr(self, name), zone=zone, clock=clock) for name in ("since", "until")}
        people = {"customer_id": _ours(self.customer_id, customer_id), "account_id": _ours(self.account_id, account_id)}
        return FeedbackFilter(**{name: value for name, value in (given | moments | people).items() if value not in (None, "")})


class PagedNarrowing(Narrowing):
    """Conditions and a page."""

    limit: Limit = DEFAULT_LIMIT
    cursor: CursorText = None


def checked_filters(filters: Any, *, names: AbstractSet[str]) -> None:
    """Refuse conditions inside a body that are not known or cannot be read, with the names that may be shown.

    Raises
    ------
    BadFilterError
        With the path of the first one.
    """
    try:
        Narrowing.model_validate(filters)
    except ValidationError as error:
        path = [str(part) for part in error.errors(include_input=False, include_url=False)[0]["loc"]]
        raise BadFilterError(field=shown_path(["filters", *path], names)) from None


def _moment(name: str, text: str | None, *, zone: ZoneInfo, clock: Clock) -> datetime | None:
    """Return the moment; a + that was not escaped in an address arrives as a blank, and a future moment bounds nothing."""
    if not text:
        return None
    try:
        return read_moment(text.replace(" ", "+") if text[-6:-5] == " " else text, zone=zone, now=clock(), field=name)[0]
    except FutureDateError:
        return None if name == "until" else clock()
    except BadDateError as error:
        raise BadFilterError(field=name, problem="bad_date") from error


def _ours(text: str | None, derive: Callable[[str], str]) -> str | None:
    return text if not text or OUR_ID.fullmatch(text) else derive(text)


Narrowed = Annotated[Narrowing, Query()]
PagedNarrowed = Annotated[PagedNarrowing, Query()]

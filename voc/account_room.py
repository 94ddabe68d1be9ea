"""Account room: who of an account speaks, who is silent, how each role sounds, and what deserves a look.

Tones are the polarity of comments, −1…1. A role nobody stated is ``unknown``: it is shown with its own tone and never enters the
account's mood.
"""

from datetime import date
from enum import StrEnum

from pydantic import Field

from voc.customers import Customer, Role
from voc.issues import Period
from voc.values import UtcDatetime, Value

KNOWN_ROLES = (Role.DECIDER, Role.BUYER, Role.ADMIN, Role.USER)
"""The roles that can carry a weight, the most powerful first."""
MAX_WEIGHT = 100.0


class RoleWeights(Value):
    """How much each known role counts in an account's mood; an unknown role has none."""

    decider: float = Field(default=4.0, ge=0, le=MAX_WEIGHT)
    buyer: float = Field(default=2.0, ge=0, le=MAX_WEIGHT)
    admin: float = Field(default=1.0, ge=0, le=MAX_WEIGHT)
    user: float = Field(default=1.0, ge=0, le=MAX_WEIGHT)

    def of(self, role: Role) -> float:
        """Return the weight of a role; 0 for an unknown one.

        >>> RoleWeights().of(Role.UNKNOWN)
        0.0
        """
        return 0.0 if role is Role.UNKNOWN else float(getattr(self, role.value))


class Tone(Value):
    """The mean polarity of some comments with its 95 % interval; None where there is too little to say it."""

    n: int = Field(ge=0)
    mean: float | None = None
    low: float | None = None
    high: float | None = None


class TonePart(Value):
    """The tone in one part of the window."""

    period: Period
    tone: Tone


class TrendKind(StrEnum):
    """What a trend was seen in."""

    TONE = "tone"
    ANSWERS = "answers"


class Fall(Value):
    """A falling series of one person: mean of the earlier and of the later half (−1…1), and how likely chance alone falls so steadily."""

    kind: TrendKind
    n: int
    earlier: float
    later: float
    p: float


class PersonHeard(Value):
    """A person of the account and how they were heard."""

    customer: Customer
    comments: int
    """Readable comments in the window."""
    last_heard: UtcDatetime | None
    """The latest comment or answer; None: never."""
    silent: bool
    """No comment and no answer within the quiet days."""
    falls: tuple[Fall, ...] = ()


class RoleTone(Value):
    """How the people of one role sound."""

    role: Role
    weight: float
    people: tuple[PersonHeard, ...]
    tone: Tone
    parts: tuple[TonePart, ...]
    """The window in four equal parts, oldest first."""


class Mood(Value):
    """The account's mood: the tones of the known roles that were heard, weighted; beside it the plain mean of every comment."""

    value: float | None
    low: float | None
    high: float | None
    heard_weight: float
    """Share of the weight of all roles present that was heard, 0…1."""
    plain: Tone


class OpenComplaint(Value):
    """A complaint after which the same person has said nothing positive."""

    feedback_id: str
    customer_id: str | None
    submitted_at: UtcDatetime


class OpenIssue(Value):
    """An issue named in open complaints; ``key`` is ``kind:id``."""

    key: str
    complaints: int


class DeciderCoverage(Value):
    """How many deciders are known, how many were heard in the window, and how many within the quiet days."""

    known: int
    in_window: int
    of_late: int


class FlagKind(StrEnum):
    """Why an account deserves a look."""

    DECIDER_COOLING = "decider_cooling"
    DECIDER_SILENT = "decider_silent"
    ROLES_DISAGREE = "roles_disagree"
    RENEWAL_WITH_COMPLAINT = "renewal_with_complaint"


class RoomFlag(Value):
    """One reason to look; ``facts`` are the numbers and names its wording is made of, ``feedback_ids`` the comments behind it."""

    kind: FlagKind
    customer_ids: tuple[str, ...] = ()
    feedback_ids: tuple[str, ...] = ()
    facts: dict[str, float | int | str] = Field(default_factory=dict)


class AccountRoom(Value):
    """Everything about one account at one moment."""

    account_id: str
    at: UtcDatetime
    window: Period
    quiet_days: int
    roles: tuple[RoleTone, ...]
    mood: Mood
    deciders: DeciderCoverage
    open_complaints: tuple[OpenComplaint, ...]
    open_issues: tuple[OpenIssue, ...]
    alert_ids: tuple[str, ...]
    renewal_on: date | None
    days_to_renewal: int | None
    revenue: float | None
    """What the account pays a year, as last known at the moment."""
    flags: tuple[RoomFlag, ...]
    figure: str | None = None
    """The address of all numbers of the room, where they are shown (``voc.addresses``)."""

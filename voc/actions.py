"""Action: a measure somebody takes, which says before the result what it should change, for whom and from when; and the check of it.

Invariants: what an action expects is fixed once it has started; afterwards only owner, due day and note change, and every change is
kept. A check says ``worked``, ``no_sign`` or ``cannot_tell``, with the smallest effect it could have seen, never that something caused it.
"""

from datetime import date
from enum import StrEnum

from pydantic import Field

from voc.customers import Role
from voc.drivers import IssueKind
from voc.errors import OutOfRangeError
from voc.kpis import SCALES, Kpi
from voc.values import UtcDatetime, Value


class Measure(StrEnum):
    """What an action is judged by: a KPI, or the share of comments about its issue."""

    NPS = "nps"
    CSAT = "csat"
    CES = "ces"
    CHURN = "churn"
    RESPONSE_HOURS = "response_hours"
    RESOLUTION_HOURS = "resolution_hours"
    ISSUE_SHARE = "issue_share"


class Direction(StrEnum):
    """Where the measure is expected to go."""

    UP = "up"
    DOWN = "down"


MEANINGFUL = {
    Measure.NPS: 15.0,
    Measure.CSAT: 10.0,
    Measure.CES: 0.5,
    Measure.CHURN: 2.0,
    Measure.RESPONSE_HOURS: 4.0,
    Measure.RESOLUTION_HOURS: 8.0,
    Measure.ISSUE_SHARE: 5.0,
}
"""The effect a check must be able to see before it says ``no_sign``, in the measure's unit; an action may state its own."""


def better(measure: Measure) -> Direction:
    """Return where the measure goes when things get better.

    >>> better(Measure.CHURN).value
    'down'
    """
    if measure is Measure.ISSUE_SHARE or not SCALES[Kpi(measure.value)].higher_is_better:
        return Direction.DOWN
    return Direction.UP


EARLIEST_DAY = date(1970, 1, 1)
"""Comments are not older either."""
LATEST_DAY = date(2199, 12, 31)


def usable_day(day: date, *, field: str) -> date:
    """Return a first day of an action or of an exposure, if comments can lie around it.

    Raises
    ------
    OutOfRangeError
        If it lies before ``EARLIEST_DAY`` or after ``LATEST_DAY``.
    """
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        message = f"The day lies outside {EARLIEST_DAY} to {LATEST_DAY}."
        raise OutOfRangeError(message, field=field, low=EARLIEST_DAY.isoformat(), high=LATEST_DAY.isoformat(), actual=day.isoformat())
    return day


class Population(Value):
    """Whom an action reaches; without any condition everyone."""

    segment: str | None = None
    account_ids: tuple[str, ...] = ()

    @property
    def everyone(self) -> bool:
        """Whether nobody is left out."""
        return self.segment is None and not self.account_ids


class Plan(Value):
    """What an action says before its result; fixed from its start on."""

    title: str
    issue_kind: IssueKind | None = None
    issue_id: str | None = None
    """The issue it is about; None only in actions kept before one had to be named."""
    measure: Measure
    direction: Direction
    population: Population = Population()
    starts_on: date
    expected_size: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """The smallest effect that would matter, in the measure's unit; None: the measure's usual one."""
    experiment: str | None = None
    """Name of imported assignments, where the action was tried on some and not on others by lot."""


class Action(Value):
    """An action as it stands."""

    id: str
    plan: Plan
    retrospective: bool
    """Recorded when data after its start had already been seen: it was not a prediction."""
    owner: str | None = None
    due: date | None = None
    note: str = ""
    created_by: str
    created_at: UtcDatetime


class ActionEdit(Value):
    """One change of an action: who, when, and each field before and after, as text."""

    number: int
    by: str
    at: UtcDatetime
    changes: dict[str, tuple[str, str]]


class Arm(StrEnum):
    """The side of an experiment somebody was put on."""

    TREATMENT = "treatment"
    CONTROL = "control"


class Assignment(Value):
    """Who was put on which side of an experiment, and from when on; ``subject_id`` is a customer's or an account's id."""

    experiment: str
    subject_id: str
    arm: Arm
    exposed_on: date


class Measured(Value):
    """One value of an action's measure: whose, when, how much (in the measure's unit), and in which group its owner is."""

    at: UtcDatetime
    value: float
    customer_id: str | None = None
    account_id: str | None = None
    feedback_id: str | None = None
    observation_id: str | None = None
    """Of a KPI value without a comment."""
    segment: str | None = None
    role: Role = Role.UNKNOWN

    @property
    def cluster(self) -> str:
        """Whose value it is: the account, else the customer, else the comment itself."""
        return self.account_id or self.customer_id or self.feedback_id or ""


class Method(StrEnum):
    """How an action was checked."""

    EXPERIMENT = "experiment"
    DIFFERENCE = "difference_in_differences"
    SERIES = "interrupted_series"


class Verdict(StrEnum):
    """What a check says."""

    WORKED = "worked"
    NO_SIGN = "no_sign"
    CANNOT_TELL = "cannot_tell"


class Doubt(StrEnum):
    """Why a check does not say more."""

    NOT_STARTED = "not_started"
    TOO_FEW = "too_few"
    NO_VARIATION = "no_variation"
    TOO_IMPRECISE = "too_imprecise"
    PRE_TREND = "pre_trend"
    PLACEBO = "placebo"
    OTHER_DIRECTION = "other_direction"


class Estimate(Value):
    """An effect in the measure's unit with its 95 % interval; ``smallest`` is the least effect seen four times in five."""

    value: float
    low: float
    high: float
    p: float
    smallest: float


class GroupPeriod(Value):
    """One group in one month: mean, n and how many accounts (else customers) it comes from."""

    month: str
    treated: bool
    mean: float
    n: int
    clusters: int


class Placebo(Value):
    """A false start or a false group: where no effect can be, and what the same method says there."""

    label: str
    estimate: Estimate

    @property
    def seen(self) -> bool:
        """Whether the interval excludes 0."""
        return self.estimate.low > 0 or self.estimate.high < 0


class Evaluation(Value):
    """The check of an action."""

    action_id: str
    method: Method
    verdict: Verdict
    doubts: tuple[Doubt, ...] = ()
    estimate: Estimate | None = None
    meaningful: float
    """What the smallest detectable effect is held against."""
    n_before: int = 0
    n_after: int = 0
    treated_clusters: int = 0
    control_clusters: int = 0
    matched_on: str = ""
    """``level``, ``segment`` or ``segment_and_level``; empty where nobody was matched. Levels are of values too old to be compared."""
    pre_trend: Estimate | None = None
    """How the groups moved apart before the start, a month; for an experiment how they differed before it."""
    false_starts: tuple[Placebo, ...] = ()
    false_groups: int = 0
    false_groups_seen: int = 0
    series: tuple[GroupPeriod, ...] = ()
    data_until: UtcDatetime | None = None
    figure: str | None = None
    """The address of these numbers, where they are shown (``voc.addresses``)."""

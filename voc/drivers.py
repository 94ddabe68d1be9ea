"""Driver: an issue (topic or tag) with a measured association with a KPI. It never says what would happen if."""

from enum import StrEnum

from voc.kpis import Kpi
from voc.values import Value


class IssueKind(StrEnum):
    """Where an issue comes from."""

    TAG = "tag"
    TOPIC = "topic"
    ASPECT = "aspect"
    """A large group (大分類) of the taxonomy: what at least one of its tags is about."""


class Issue(Value):
    """A tag, a topic or an aspect that is looked at because it may hurt."""

    kind: IssueKind
    id: str
    name: str
    """For the reader it was made for."""
    group: str | None = None
    """The name of the group of topics it stands in; None for tags."""
    group_id: str | None = None
    tags: tuple[str, ...] = ()
    """Of an aspect: the ids of its tags."""


class Voice(Value):
    """One comment beside one KPI value: a row of the table drivers are computed from.

    ``value`` is the KPI contribution in the KPI's unit (NPS −100/0/100, CSAT 0/100, CES 1…7, churn 0/100);
    ``cluster`` is the account, else the customer, else the feedback: rows of one cluster are not independent.
    """

    feedback_id: str
    value: float
    cluster: str
    segment: str | None
    source: str
    issue_keys: frozenset[str]
    role: str = "unknown"
    quarter: str = ""
    """``YYYY-Qn`` in UTC; empty where it plays no part."""


class Verdict(StrEnum):
    """Whether an issue is confined to one kind of voice: surveys, support (tickets, calls, front-line notes), public (posts, reviews)."""

    ISOLATED = "isolated"
    SYSTEMIC = "systemic"
    CANNOT_TELL = "cannot_tell"


class Heard(Value):
    """How often one kind of voice names an issue."""

    kind: str
    count: int
    total: int
    clusters: int


class Reach(Value):
    """Whom an issue touches. Revenue counts each account once; ``revenue`` is None where no account's revenue is known."""

    issue: Issue
    accounts: int
    """Accounts with a profile that name it."""
    revenue: float | None
    revenue_of: int
    """Accounts among them whose revenue is known."""
    heard: tuple[Heard, ...]
    verdict: Verdict
    figure: str | None = None
    """The address of these numbers, where they are shown (``voc.addresses``)."""


class DriverState(StrEnum):
    """Whether the figure may be read."""

    OK = "ok"
    NOT_ENOUGH = "not_enough"


class Driver(Value):
    """How an issue goes with a KPI.

    ``difference`` is mean with minus mean without; ``adjusted`` the same with segment, source, role and quarter held equal;
    intervals are 95 %, clustered by account; ``q`` is the false-discovery rate at which this issue would be reported.
    All of them are None where ``state`` is ``not_enough``, with the reason in ``note``.
    """

    kpi: Kpi
    issue: Issue
    volume: int
    """Voices about the issue, with or without a KPI value; duplicates once."""
    share: float
    """Volume over all voices with a signal, 0…1."""
    n: int
    """Voices with a KPI value."""
    n_with: int
    clusters_with: int
    mean_with: float | None = None
    mean_without: float | None = None
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    adjusted: float | None = None
    adjusted_low: float | None = None
    adjusted_high: float | None = None
    p: float | None = None
    q: float | None = None
    state: DriverState
    note: str = ""
    figure: str | None = None
    """The address of these numbers, where they are shown (``voc.addresses``)."""


class DriverLine(Driver):
    """A driver with how much it weighs and whom it touches."""

    impact: float | None
    """Share times adjusted difference: how far the KPI lies from where the comments without the issue are."""
    reach: Reach

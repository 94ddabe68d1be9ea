"""Change ledger: what the difference of a KPI between two sides (two periods, two segments) is made of.

Invariants: the amounts of the terms add up to the change exactly; a term never says what caused what; a side without enough values
has no terms and says why.
"""

from enum import StrEnum

from pydantic import Field

from voc.drivers import Issue
from voc.issues import Period, Quote
from voc.kpis import Kpi
from voc.values import Value


class TermKind(StrEnum):
    """What a term of the ledger is about."""

    MIX = "mix"
    """Other groups (segments) answered: the shares of the groups differ."""
    PREVALENCE = "prevalence"
    """An issue is named more or less often inside the groups."""
    SCORE = "score"
    """Comments about an issue score higher or lower than they did, beside comments of the same group without it."""
    UNEXPLAINED = "unexplained"
    """The level of comments of the same group differs whatever issue they name."""


class LedgerBy(StrEnum):
    """Which issues the change is taken apart by."""

    TAGS = "tags"
    TOPICS = "topics"
    BOTH = "both"
    ASPECTS = "aspects"


class Grouping(StrEnum):
    """What the groups are whose mix counts."""

    SEGMENT = "segment"
    SOURCE = "source"
    LANGUAGE = "language"
    ROLE = "role"
    JOURNEY_STAGE = "journey_stage"


class LedgerState(StrEnum):
    """Whether the change could be taken apart."""

    OK = "ok"
    NOT_ENOUGH = "not_enough"


class Side(Value):
    """One side of the comparison; ``value`` is None where nobody answered."""

    value: float | None
    n: int
    clusters: int
    """Distinct accounts, else customers, else comments."""


class IssueFigures(Value):
    """What a term of an issue rests on, before and after."""

    n_before: int
    n_after: int
    clusters: int
    share_before: float
    share_after: float
    """Of the comments with a value, 0…1."""
    within_before: float
    within_after: float
    """The same with every group weighted alike on both sides: what *named more or less often* is about."""
    effect_before: float
    effect_after: float
    """Points beside comments of the same group without the issue, other issues held equal."""


class GroupFigures(Value):
    """One group (segment) in the mix; ``amount`` is its part of the mix term."""

    name: str | None
    """None for comments of no known group, and for the rare groups taken together (``pooled``)."""
    pooled: bool = False
    n_before: int
    n_after: int
    share_before: float
    share_after: float
    value_before: float | None
    value_after: float | None
    amount: float
    figure: str | None = None
    """The address of these numbers, where they are shown (``voc.addresses``)."""


class LedgerTerm(Value):
    """One term in the KPI's unit, with its 95 % interval; ``q`` over all terms of issues of one ledger."""

    kind: TermKind
    issue: Issue | None = None
    amount: float
    low: float | None = None
    high: float | None = None
    q: float | None = None
    figures: IssueFigures | None = None
    evidence: tuple[str, ...] = ()
    """Feedback ids, most telling first; at most ``MOST_EVIDENCE``."""
    figure: str | None = None
    """The address of these numbers, where they are shown (``voc.addresses``)."""


MOST_EVIDENCE = 50


class Ledger(Value):
    """The change of a KPI, after minus before, and its terms: largest first, what is unexplained last."""

    kpi: Kpi
    before: Side
    after: Side
    change: float | None = None
    low: float | None = None
    high: float | None = None
    terms: tuple[LedgerTerm, ...] = ()
    groups: tuple[GroupFigures, ...] = ()
    left_aside: int = 0
    """Issues that too few comments name to be looked at alone; what they do is part of what is unexplained."""
    state: LedgerState
    note: str = ""
    figure: str | None = None
    """The address of these numbers, where they are shown (``voc.addresses``)."""


class Question(Value):
    """Why does the KPI differ? Between two periods, or between two segments (``against`` before, ``segment`` after) in one period."""

    kpi: Kpi
    before: Period
    after: Period
    segment: str | None = None
    against: str | None = None
    by: LedgerBy = LedgerBy.TAGS
    grouping: Grouping = Grouping.SEGMENT


class DrillKind(StrEnum):
    """What a line of a drill tells apart."""

    REASON = "reason"
    """An issue of the other kind (a topic inside a tag, a tag inside a topic) that comments about the issue name."""
    GROUP = "group"
    PRODUCT = "product"
    RELEASE = "release"


class DrillPath(Value):
    """What an opened issue is narrowed to, one thing of each kind at most; None: everything. ``reason`` is an issue's key."""

    reason: str | None = None
    group: str | None = None
    product: str | None = None
    release: str | None = None

    def steps(self) -> dict[DrillKind, str]:
        """Return what was chosen, by kind."""
        return {kind: name for kind in DrillKind if (name := getattr(self, kind.value)) is not None}


UNNARROWED = DrillPath()


class LedgerSide(StrEnum):
    """One of the two sides that are compared."""

    BEFORE = "before"
    AFTER = "after"


class DrillLine(Value):
    """Comments about the issue that share something: how many, and their KPI, before and after."""

    kind: DrillKind
    name: str | None
    issue: Issue | None = None
    n_before: int
    n_after: int
    value_before: float | None
    value_after: float | None
    evidence: tuple[str, ...] = Field(default=(), exclude=True)
    """Feedback ids of all of them; not part of an answer, its figure leads there."""
    figure: str | None = None
    """The address of these numbers, where they are shown (``voc.addresses``)."""


class Drill(Value):
    """One issue opened: its reasons, groups, products and releases, and what was said, lowest value first; all of it within ``path``.

    Quotes are of the side after; of the side before where nothing was said after.
    """

    issue: Issue
    path: DrillPath = UNNARROWED
    lines: tuple[DrillLine, ...]
    quotes: tuple[Quote, ...]
    quotes_from: LedgerSide = LedgerSide.AFTER
    """Which side the quotes are of."""


class RootCause(Value):
    """The answer to a question: the ledger, and its largest issues opened."""

    question: Question
    ledger: Ledger
    drills: tuple[Drill, ...] = ()

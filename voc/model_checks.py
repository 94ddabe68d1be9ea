"""Model check: an issue's association with a KPI once more, by the model the KPI demands. The linear difference stays the main figure."""

from enum import StrEnum

from pydantic import Field

from voc.drivers import Driver, Issue
from voc.kpis import Kpi
from voc.values import Value


class ModelKind(StrEnum):
    """Which model, and so what its ratio is about."""

    ORDINAL = "ordinal"
    """Ordinal logit: the odds of a better answer."""
    LOGIT = "logit"
    """Logit: the odds of leaving within 180 days of the comment."""
    COX = "cox"
    """Proportional hazards: the rate of leaving from the day the issue was first named."""


class ModelState(StrEnum):
    """Whether the ratio may be read, else why there is none."""

    OK = "ok"
    NO_VALUES = "no_values"
    """No value, or no start date, of anybody who wrote."""
    NOT_ENOUGH = "not_enough"
    """The minimum numbers of the linear difference are missed."""
    FEW_EVENTS = "few_events"
    """Fewer events than ``events_needed``."""
    SEPARATION = "separation"
    """The issue tells the outcomes apart completely, or cannot be told apart from what is held equal: the ratio has no finite value."""
    NOT_CONVERGED = "not_converged"


class FittedModel(Value):
    """What a model says of an issue; ``ratio`` and its 95 % interval, clustered by account, are None where ``state`` is not ``ok``."""

    model: ModelKind
    n: int
    """Comments with a value; for Cox the accounts (else customers) followed."""
    n_with: int
    events: int
    """Answers beside the most frequent one; of those who left and stayed, the fewer; for Cox those who left."""
    events_needed: int = 0
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    held_equal: tuple[str, ...] = ()
    not_held_equal: tuple[str, ...] = ()
    """Controls there were too few events for."""
    pooled: dict[str, int] = Field(default_factory=dict)
    """Levels of a control that were taken together, because few rows have them or all their rows the same outcome."""
    state: ModelState
    figure: str | None = None
    """The address of these numbers, where they are shown (``voc.addresses``)."""


class ModelCheck(Value):
    """The linear difference beside the models that fit the KPI; none for KPIs whose mean is what counts (hours)."""

    kpi: Kpi
    issue: Issue
    linear: Driver | None
    """None where no comment names the issue."""
    models: tuple[FittedModel, ...]

"""Quality: how good the models are on labelled data; every figure with its number of rows and its interval, beside a baseline.

Invariants of a score: it was measured or says why not, never both; ``met`` follows from value and target; a figure of one data set is
never mixed with another's. A scorecard holds the scores of one stamp of models.
"""

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from voc.enrichment import ModelStamp
from voc.values import Value


class QualityTask(StrEnum):
    """What was asked of the models."""

    RETRIEVAL = "retrieval"
    SIMILARITY = "similarity"
    SENTIMENT = "sentiment"
    FEW_SHOT = "few_shot"
    SCOPE = "scope"
    THEMES = "themes"
    REQUESTS = "requests"
    INTENT = "intent"
    URGENCY = "urgency"
    CHURN = "churn"
    ABUSE = "abuse"
    TAGS = "tags"


class Metric(StrEnum):
    """How right and wrong became one number; for all of them more is better and 1 is best."""

    ACCURACY = "accuracy"
    ACCURACY_AT_1 = "accuracy_at_1"
    MACRO_F1 = "macro_f1"
    MICRO_F1 = "micro_f1"
    F1 = "f1"
    SPEARMAN = "spearman"
    AUROC = "auroc"


MISSING_FILE = "file missing"
NOT_MEASURABLE = "too few rows of one kind"


class Interval(Value):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class ReliabilityBin(Value):
    """Rows the model was about equally sure of: how sure it was on average, and the share that was right."""

    n: int = Field(ge=1)
    confidence: float = Field(ge=0, le=1)
    right: float = Field(ge=0, le=1)


class ConfusionCell(Value):
    """How often a row of one label was given another (or the same).

    Where a row can have several: how often a label was missed in a row that was wrongly given the other; empty stands for nothing missed
    or nothing given instead.
    """

    truth: str
    said: str
    n: int = Field(ge=1)


class LabelCount(Value):
    """How one label fared where a row can have several, by rows: true positives, false positives, false negatives, true negatives."""

    label: str
    found: int = Field(ge=0)
    wrong: int = Field(ge=0)
    missed: int = Field(ge=0)
    left_out: int = Field(ge=0)


class CaseScore(Value):
    """The share of right answers among rows that are hard for one reason (``case`` of the own corpus)."""

    case: str
    n: int = Field(ge=1)
    right: float = Field(ge=0, le=1)


class QualityScore(Value):
    """One model on one data set.

    Every row counts, abstained or not; ``calibration_error`` is the expected calibration error over ten equal bins of confidence;
    ``abstained`` the share of rows the model was too unsure of. ``confusion`` holds the cells that are not empty, ``labels`` the counts by
    label where a row can have several.
    """

    id: str
    """``task/data set/split/language/variant/metric``: what the bars are recorded by."""
    task: QualityTask
    data_set: str
    split: Literal["dev", "test"]
    language: Literal["ja", "en", "ja-en"]
    variant: str = ""
    """What tells scores of one task on one data set apart, such as the number of examples."""
    metric: Metric
    model: str
    """``name/version``."""
    data_sha256: str | None = None
    n: int = Field(ge=0)
    value: Interval | None
    not_measured: str | None = None
    target: float | None = None
    met: bool | None = None
    baseline: str
    baseline_value: Interval | None = None
    calibration_error: float | None = Field(default=None, ge=0, le=1)
    reliability: tuple[ReliabilityBin, ...] = ()
    abstained: float | None = Field(default=None, ge=0, le=1)
    confusion: tuple[ConfusionCell, ...] = ()
    labels: tuple[LabelCount, ...] = ()
    cases: tuple[CaseScore, ...] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if (self.value is None) == (self.not_measured is None):
            raise ValueError("a score has a value or a reason why not")
        if self.met != is_met(self.value, self.target):
            raise ValueError("met does not follow from value and target")
        if self.id != score_id(self.task, self.data_set, self.split, self.language, self.variant, self.metric):
            raise ValueError("the id does not follow from what was measured")
        return self

    def mistakes(self, most: int) -> tuple[ConfusionCell, ...]:
        """Return the most frequent mistakes, at most so many."""
        wrong = (cell for cell in self.confusion if cell.truth != cell.said)
        return tuple(sorted(wrong, key=lambda cell: (-cell.n, cell.truth, cell.said))[:most])


class Scorecard(Value):
    """All scores of one stamp of models, in the order of the tasks."""

    model: ModelStamp
    scores: tuple[QualityScore, ...]

    def score(self, identifier: str) -> QualityScore | None:
        """Return the score with the id, or None."""
        return next((score for score in self.scores if score.id == identifier), None)


class StackSpeed(Value):
    """One way to read the texts of a run: how long it took, and how many times as long as plain encoding."""

    name: str
    seconds: float = Field(gt=0)
    times_plain: float = Field(gt=0)
    models: tuple[str, ...] = ()


class StackCost(Value):
    """What the usual stack of models costs beside this one: one run, one machine, the same texts; plain encoding = 1.0."""

    machine: str
    texts: int = Field(ge=1)
    mean_tokens: float
    rows: tuple[StackSpeed, ...]


class Quality(Value):
    """What is known of how good and how dear the models in use are; None where it was not measured."""

    scorecard: Scorecard | None = None
    cost: StackCost | None = None


def score_id(*parts: str) -> str:
    """Return the id of a score from its parts, empty ones left out."""
    return "/".join(part for part in parts if part)


def is_met(value: Interval | None, target: float | None) -> bool | None:
    """Tell whether a value reaches its target; None where there is no target or no value."""
    return None if value is None or target is None else value.value >= target

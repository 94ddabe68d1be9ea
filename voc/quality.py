"""Quality: how good a model is on labelled data; every figure with its number of rows and its interval, beside the weightless baseline."""

from pydantic import Field

from voc.feedback import Language
from voc.values import Value


class Interval(Value):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class QualityScore(Value):
    """One model on one data set.

    Macro-F1 counts every row, abstained or not; ``calibration_error`` is the expected calibration error over ten equal bins of confidence;
    ``abstained`` the share of rows the model was too unsure of.
    """

    task: str
    data_set: str
    language: Language
    model: str
    """``name/version``."""
    n: int = Field(ge=0)
    macro_f1: Interval
    calibration_error: float = Field(ge=0, le=1)
    abstained: float = Field(ge=0, le=1)
    baseline: str
    baseline_macro_f1: Interval

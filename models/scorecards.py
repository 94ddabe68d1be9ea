"""Scorecards: the figures that travel with the shipped weights, and what the usual stack of models costs beside them."""

from pathlib import Path

from models.artifacts import ENCODER_FOLDER, SCORECARD_NAME, manifest_of, sha256_of
from voc.errors import ModelRejectedError
from voc.quality import Scorecard, StackCost

STACK_COST = Path(__file__).parent / "stack_cost.json"
QUALITY_BARS = Path(__file__).parent / "quality_bars.json"


def shipped_scorecard(folder: Path = ENCODER_FOLDER) -> Scorecard | None:
    """Return the scorecard of the shipped encoder, or None where it carries none or another than its manifest names.

    A changed one is no reason not to start: the models' process refuses the whole folder and says why.
    """
    path = folder / SCORECARD_NAME
    try:
        expected = manifest_of(folder).files.get(SCORECARD_NAME)
    except ModelRejectedError:
        return None
    if expected is None or not path.is_file() or sha256_of(path) != expected:
        return None
    return Scorecard.model_validate_json(path.read_bytes())


def stack_cost(path: Path = STACK_COST) -> StackCost | None:
    """Return what the usual stack costs, or None where it was not measured."""
    return StackCost.model_validate_json(path.read_bytes()) if path.is_file() else None

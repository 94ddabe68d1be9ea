"""Scorecards: the figures that travel with the shipped weights, and what the usual stack of models costs beside them."""

from pathlib import Path

from voc.quality import Scorecard, StackCost

ARTIFACTS = Path(__file__).parent / "artifacts"
SCORECARD_NAME = "scorecard.json"
STACK_COST = Path(__file__).parent / "stack_cost.json"
QUALITY_BARS = Path(__file__).parent / "quality_bars.json"


def shipped_scorecard(artifacts: Path = ARTIFACTS) -> Scorecard | None:
    """Return the scorecard of the newest shipped encoder, or None where it carries none."""
    found = sorted(artifacts.glob(f"voc-encoder-*/{SCORECARD_NAME}"))
    return Scorecard.model_validate_json(found[-1].read_bytes()) if found else None


def stack_cost(path: Path = STACK_COST) -> StackCost | None:
    """Return what the usual stack costs, or None where it was not measured."""
    return StackCost.model_validate_json(path.read_bytes()) if path.is_file() else None

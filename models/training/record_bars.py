"""Recipe of the quality bars: ``python -m models.training.record_bars SCORECARD``: what a later model must not fall below.

Raises each bar of ``models/quality_bars.json`` to the measured value, cut to two decimals (0.99 at most) so that another processor's
rounding does not trip it; a bar is never lowered and never taken away here. Lowering one is an edit by hand that its change must explain.
"""

import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path

from models.scorecards import QUALITY_BARS
from voc.quality import Scorecard

STEPS, HIGHEST = 100, 0.99


def raised(bars: Mapping[str, float], card: Scorecard) -> dict[str, float]:
    """Return the bars after a measurement, sorted by id; scores that were not measured change nothing."""
    found = {score.id: min(HIGHEST, math.floor(score.value.value * STEPS) / STEPS) for score in card.scores if score.value is not None}
    return {name: max(bars.get(name, 0.0), found.get(name, 0.0)) for name in sorted({*bars, *found})}


def main(arguments: list[str]) -> int:
    """Raise the bars from a scorecard file."""
    if len(arguments) != 1:
        print("usage: python -m models.training.record_bars SCORECARD")
        return 2
    before = json.loads(QUALITY_BARS.read_text(encoding="utf-8"))
    after = raised(before, Scorecard.model_validate_json(Path(arguments[0]).read_bytes()))
    QUALITY_BARS.write_text(json.dumps(after, indent=1) + "\n", encoding="utf-8")
    print(f"{sum(after[name] > before.get(name, 0.0) for name in after)} bars raised, {len(after)} in all")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

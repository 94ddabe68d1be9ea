"""Recipe of the table in ``docs/quality.md``: ``python -m models.training.quality_table`` writes the shipped scorecard's figures into it.

The table stands between two marks and is written from the scorecard alone; a test compares them, so no page keeps the figures of models
of before.
"""

import sys
from pathlib import Path

from models.scorecards import shipped_scorecard
from voc.quality import Interval, QualityScore, Scorecard

PAGE = Path(__file__).parents[2] / "docs" / "quality.md"
BEGIN, END = "<!-- scorecard: begin -->\n", "<!-- scorecard: end -->\n"
HEAD = "| figure | n | value | 95 % interval | target | baseline | calibration error | abstained |\n|---|---|---|---|---|---|---|---|\n"
NONE = "–"


def quality_table(card: Scorecard) -> str:
    """Return the scores as a Markdown table, a row each, in the order of the card."""
    return HEAD + "".join(map(_row, card.scores))


def with_table(page: str, table: str) -> str:
    """Return a page with the table between its marks.

    Raises
    ------
    ValueError
        If a mark is missing.
    """
    before, rest = page.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return before + BEGIN + table + END + after


def _row(score: QualityScore) -> str:
    name = " ".join(filter(None, (f"{score.task.value}: {score.data_set}", score.language, score.variant, score.split, score.metric.value)))
    value = score.value
    cells = (
        name.replace("_", "\\_"),
        f"{score.n:,}",
        f"**{_three(value)}**" if score.met else _three(value),
        f"{value.low:.3f}–{value.high:.3f}" if value else f"not measured: {score.not_measured}",
        NONE if score.target is None else f"{score.target:.2f} {'met' if score.met else 'missed'}",
        f"{_three(score.baseline_value)} {score.baseline}",
        NONE if score.calibration_error is None else f"{score.calibration_error:.3f}",
        NONE if score.abstained is None else f"{score.abstained:.1%}",
    )
    return f"| {' | '.join(cells)} |\n"


def _three(value: Interval | None) -> str:
    return NONE if value is None else f"{value.value:.3f}"


def main() -> int:
    """Write the table into the page."""
    card = shipped_scorecard()
    if card is None:
        print("the shipped models carry no scorecard")
        return 1
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), quality_table(card)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

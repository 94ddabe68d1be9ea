"""Command ``voc evaluate``: measure the models on labelled data and show the scorecard."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.console import JsonFlag, QuietFlag, errors_as_exit_codes, print_json, say, settings
from voc.quality import QualityScore, QualityTask, Scorecard

MOST_MISTAKES = 15
NOTHING = "nothing"


class OwnSplit(StrEnum):
    """Rows of the own corpus: ``dev`` to choose by, ``test`` to report."""

    DEV = "dev"
    TEST = "test"


DataFolder = Annotated[
    Path | None, typer.Option("--data", help="Folder with labelled data sets; left out: only the own corpus.", exists=True, file_okay=False)
]
OutFile = Annotated[Path | None, typer.Option("--out", help="Write the scorecard to this JSON file.")]
Tasks = Annotated[list[QualityTask] | None, typer.Option("--task", help="Measure only this; may be given several times.")]
MistakesFlag = Annotated[bool, typer.Option("--mistakes", help="Below each score: what was most often taken for what, and each label.")]
Split = Annotated[OwnSplit, typer.Option("--own-split", help="Rows of the own corpus: dev to choose by, test to report.")]


def evaluate(
    data: DataFolder = None,
    out: OutFile = None,
    task: Tasks = None,
    own_split: Split = OwnSplit.TEST,
    *,
    mistakes: MistakesFlag = False,
    json: JsonFlag = False,
    quiet: QuietFlag = False,
) -> None:
    """Measure the models on labelled data and show the scorecard."""
    from pipelines.assembly import build_quality, build_scorecard
    from pipelines.progress import progress_for

    with errors_as_exit_codes(json=json):
        config = settings()
        progress = progress_for(sys.stderr, quiet=quiet)
        found = build_scorecard(data, tasks=task or (), own_split=own_split.value, progress=progress, settings=config.models)
        if out is not None:
            out.write_bytes(found.model_dump_json(indent=1).encode() + b"\n")
        if json:
            print_json(found.model_dump(mode="json"))
            return
        for line in lines(found, mistakes=mistakes):
            say(line)
        if (cost := build_quality().cost) is not None:
            say("; ".join(f"{row.name.replace('_', ' ')} {row.times_plain:.2f}×" for row in cost.rows) + f" ({cost.machine})")


def lines(card: Scorecard, *, mistakes: bool = False) -> list[str]:
    """Return the scorecard as text: one line a score (ece: calibration error; unsure: abstained), and how many targets were met.

    ``mistakes``: below each score its most frequent ones, and where a row can have several labels how each of them fared.
    """
    aimed = [score for score in card.scores if score.met is not None]
    start = f"{'task':<11} {'data set':<28} {'lang':<6} {'what':<26} {'n':>5}"
    head = f"{start}  {'value  [95 %]':<22} {'base':>5}  {'ece':>5}  {'unsure':>6}  target"
    met = f"{sum(score.met is True for score in aimed)} of {len(aimed)} targets met"
    body = (line for score in card.scores for line in (_line(score), *(_mistakes(score) if mistakes else ())))
    return [head, *body, f"{met}; models {card.model.version}"]


def _mistakes(score: QualityScore) -> list[str]:
    pairs = [f"    {cell.n:>5} × {cell.truth or NOTHING} taken for {cell.said or NOTHING}" for cell in score.mistakes(MOST_MISTAKES)]
    labels = [
        f"    {count.label}: {count.found} found, {count.wrong} wrongly given, {count.missed} missed, {count.left_out} rightly not given"
        for count in score.labels
    ]
    return pairs + labels


def _line(score: QualityScore) -> str:
    what = " ".join(part for part in (score.metric.value, score.variant, score.split) if part)
    start = f"{score.task.value:<11} {score.data_set:<28} {score.language:<6} {what:<26} {score.n:>5}  "
    target = "" if score.target is None else f"{score.target:.2f}"
    if score.value is None:
        return f"{start}not measured: {score.not_measured}".ljust(len(start) + 45) + target
    value = f"{score.value.value:.3f} [{score.value.low:.3f}, {score.value.high:.3f}]"
    base = "" if score.baseline_value is None else f"{score.baseline_value.value:.3f}"
    error = "" if score.calibration_error is None else f"{score.calibration_error:.3f}"
    unsure = "" if score.abstained is None else f"{score.abstained:.1%}"
    verdict = {True: "met", False: "missed", None: ""}[score.met]
    return f"{start}{value:<22} {base:>5}  {error:>5}  {unsure:>6}  {target} {verdict}".rstrip()

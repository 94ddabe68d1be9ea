"""Quality: how good the models are on labelled data: each figure with its interval, target, baseline and number of rows."""

import io
from collections import Counter
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from api.pages.looks import render
from api.pages.quality_words import (
    case_names,
    data_set_names,
    metric_names,
    reason_names,
    speed_names,
    split_names,
    task_texts,
    variant_names,
)
from api.pages.route import PageRoute
from api.pages.visit import Visiting
from pipelines.exports import ExportFormat, export
from pipelines.report.charts import Whisker, level_bar
from voc.quality import QualityScore, QualityTask, Scorecard

FULL_TABLE_LABELS = 12
"""With more labels than this only the most frequent mistakes are shown."""
MOST_MISTAKES = 15
COLUMNS = (
    "id", "task", "data_set", "split", "language", "variant", "metric", "n", "value", "low", "high", "target", "met", "baseline",
    "baseline_value", "calibration_error", "abstained", "not_measured", "model", "data_sha256",
)  # fmt: skip
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True)
class Mistakes:
    """Which labels were taken for which: a table where they are few and a row has one, else the most frequent pairs."""

    labels: tuple[str, ...]
    counts: dict[tuple[str, str], int]
    worst: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Line:
    """One score with its drawing and its mistakes."""

    score: QualityScore
    bar: Whisker | None
    mistakes: Mistakes | None


@router.get("/quality")
def quality(visit: Visiting) -> HTMLResponse:
    """Show the scorecard."""
    known = visit.service.quality
    scores = known.scorecard.scores if known.scorecard is not None else ()
    groups = [(task, [_line(score) for score in scores if score.task is task]) for task in QualityTask]
    return render(
        visit,
        "quality.html",
        page="quality",
        card=known.scorecard,
        cost=known.cost,
        groups=[(task, lines) for task, lines in groups if lines],
        verdicts=Counter(score.met for score in scores if score.target is not None),
        tasks=task_texts(visit.language),
        sets=data_set_names(visit.language),
        variants=variant_names(visit.language),
        splits=split_names(visit.language),
        cases=case_names(visit.language),
        speeds=speed_names(visit.language),
        metrics=metric_names(visit.language),
        reasons=reason_names(visit.language),
        stamp=visit.service.runner.stamp,
    )


@router.get("/quality/scorecard.json")
def as_json(visit: Visiting) -> Response:
    """Return the scorecard as a JSON file."""
    content = visit.service.quality.model_dump_json(indent=1).encode()
    return Response(content, media_type="application/json", headers=_attached("scorecard.json"))


@router.get("/quality/scorecard.csv")
def as_csv(visit: Visiting) -> Response:
    """Return the scores as a CSV file, one line each."""
    to = io.BytesIO()
    export(rows(visit.service.quality.scorecard), to=to, form=ExportFormat.CSV, columns=COLUMNS)
    return Response(to.getvalue(), media_type="text/csv; charset=utf-8", headers=_attached("scorecard.csv"))


def rows(card: Scorecard | None) -> list[dict[str, object]]:
    """Return one flat row a score."""
    return [_row(score) for score in card.scores] if card is not None else []


def mistakes(score: QualityScore) -> Mistakes | None:
    """Return which labels were taken for which; None where nothing was classified."""
    if not score.confusion:
        return None
    labels = tuple(sorted({cell.truth for cell in score.confusion} | {cell.said for cell in score.confusion}))
    return Mistakes(
        labels=labels if len(labels) <= FULL_TABLE_LABELS and not score.labels else (),
        counts={(cell.truth, cell.said): cell.n for cell in score.confusion},
        worst=tuple((cell.truth, cell.said, cell.n) for cell in score.mistakes(MOST_MISTAKES)),
    )


def _line(score: QualityScore) -> Line:
    value = score.value
    bar = level_bar(value.value, low=value.low, high=value.high, target=score.target) if value is not None else None
    return Line(score=score, bar=bar, mistakes=mistakes(score))


def _row(score: QualityScore) -> dict[str, object]:
    value, baseline = score.value, score.baseline_value
    flat = score.model_dump(mode="json", include=set(COLUMNS) - {"value", "baseline_value"})
    return flat | {
        "value": value.value if value else None,
        "low": value.low if value else None,
        "high": value.high if value else None,
        "baseline_value": baseline.value if baseline else None,
    }


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}

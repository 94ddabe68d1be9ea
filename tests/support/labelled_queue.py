"""The labelled comments of ``tests/data/hidden`` beside what the models say of them, and how well a ranking finds those to call."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tests.support.builders import NOON
from voc.concerns import Said, SaidSentence
from voc.customers import Role
from voc.enrichment import Intent, Urgency
from voc.feedback import Language, Source
from voc.kpis import Kpi

LABELLED = Path(__file__).parents[1] / "data" / "hidden"


def labelled(name: str) -> list[dict[str, str]]:
    """The rows of a set: ``ja``, ``en``, or the second of either, ``ja-2``, ``en-2``."""
    with (LABELLED / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def heard(name: str, analysis: Path) -> list[Said]:
    """The rows with the analysis `voc analyze` wrote of them, in order."""
    said = [json.loads(line) for line in analysis.read_text(encoding="utf-8").splitlines()]
    return [as_said(row, one, at=at, language=name[:2]) for at, (row, one) in enumerate(zip(labelled(name), said, strict=True))]


def as_said(row: dict[str, str], one: dict, *, at: int, language: str) -> Said:
    return Said(
        feedback_id=f"{language}{at}",
        submitted_at=NOON,
        language=Language(language),
        source=Source.SURVEY,
        customer_id=f"{language}{at}",
        account_id=None,
        segment=None,
        role=Role.UNKNOWN,
        text=row["text"],
        tone=one["sentiment"]["score"],
        abstained=one["sentiment"]["abstained"],
        intents=tuple(Intent(intent) for intent in one["intents"]),
        urgency=Urgency(one["urgency"]),
        churn=one["churn"],
        scores={Kpi(row["kpi"]): float(row["score"])},
        sentences=tuple(SaidSentence(text=row["text"][s["start"] : s["end"]], tone=s["sentiment"]["score"]) for s in one["sentences"]),
    )


def precision_at(wanted: Sequence[bool], ranking: Sequence[float], *, top: int = 50) -> tuple[float, float, float]:
    """Share to call among the top, with a 95 % bootstrap interval over comments; ties are broken by chance, not by order in the file."""
    rng = np.random.default_rng(5)
    call, score = np.array(wanted, dtype=float), np.array(ranking, dtype=float)
    jitter = rng.random((500, len(call)))
    whole = np.mean([call[np.lexsort((one, -score))[:top]].mean() for one in jitter[:200]])
    draws = []
    for one in jitter:
        picked = rng.integers(0, len(call), len(call))
        order = np.lexsort((one, -score[picked]))[:top]
        draws.append(call[picked][order].mean())
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(whole), float(low), float(high)


def write_texts(name: str, folder: Path) -> Path:
    """Write the rows as a file `voc analyze` reads."""
    target = folder / f"{name}.jsonl"
    lines = [json.dumps({"id": f"{name}{at}", "text": row["text"]}, ensure_ascii=False) for at, row in enumerate(labelled(name))]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return target

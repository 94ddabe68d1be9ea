"""Clauses of sentences that name several things with different polarity: each clause whose things agree is a row of its own.

MAMS was built so that every sentence holds at least two polarities; cut at commas and contrasts, most clauses hold one.
"""

import re
from itertools import pairwise
from pathlib import Path

from models.labelled import POLARITIES, LabelledText, Row, read_lines
from voc.feedback import Language
from voc.sentiment import SentimentLabel

NAME = "mams_absa_en"
ATTRIBUTION = "siat-nlp/MAMS-for-ABSA, Apache-2.0"
CUT = re.compile(r"[,;]|\b(?:but|although|however|while)\b")
LEAST_WORDS = 4


def clauses(data_dir: Path, *, split: str) -> list[LabelledText]:
    """Return the clauses with one polarity of a split, in the file's order."""
    rows = [row for row in read_lines(data_dir / f"{NAME}.jsonl.gz") if row["split"] == split and row["task"] == "atsa"]
    return [clause for row in rows for clause in _clauses(row)]


def _clauses(row: Row) -> list[LabelledText]:
    text = row["text"]
    cuts = [0, *(match.start() for match in CUT.finditer(text)), len(text)]
    found = []
    for start, end in pairwise(cuts):
        polarities = {aspect["polarity"] for aspect in row["label"] if start <= aspect["from"] < end}
        clause = text[start:end].strip(" ,;")
        if len(polarities) == 1 and polarities <= set(POLARITIES) and len(clause.split()) >= LEAST_WORDS:
            label = SentimentLabel(polarities.pop())
            found.append(LabelledText(id=f"{row['id']}-{start}", text=clause, language=Language.EN, label=label))
    return found

"""Agreement: how far a blind second labelling of the own corpus says what the first one said, as Cohen's kappa per field.

κ = (pₒ − pₑ) / (1 − pₑ), where pₒ is the share of rows both passes label alike and pₑ the share expected by chance from how often each
pass uses each label (Cohen 1960). For tags, of which a row has several, every (row, tag) is one yes-or-no decision, over the tags either
pass used. Rows are joined by their text. ``python -m models.training.agreement`` prints the table.
"""

import csv
import sys
from collections import Counter
from collections.abc import Hashable, Sequence
from pathlib import Path

from models.training.own_corpus import CorpusRow, read_corpus
from voc.normal_form import nfkc
from voc.values import Value

SECOND_PASS = Path(__file__).parent / "second_pass.tsv"
FIELDS = ("sentiment", "intent", "urgency", "churn", "abuse")
COLUMNS = ("text", *FIELDS, "tags")


class Agreement(Value):
    """How far two passes agree on one field: share of equal decisions, and kappa (1 = always, 0 = as by chance)."""

    field: str
    decisions: int
    alike: float
    kappa: float


class UnknownTextError(ValueError):
    """A row of the second pass has a text the corpus does not hold; the message names the line."""


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    """Return Cohen's kappa of two labellings of the same rows; 1 where both use one and the same label throughout.

    Raises
    ------
    ValueError
        If there are no rows, or not equally many.
    """
    if not first or len(first) != len(second):
        raise ValueError("kappa needs two labellings of the same rows")
    n = len(first)
    observed = sum(a == b for a, b in zip(first, second, strict=True)) / n
    by_first, by_second = Counter(first), Counter(second)
    expected = sum(by_first[label] * by_second[label] for label in by_first) / n**2
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)


def agreement(rows: Sequence[CorpusRow], second: Sequence[dict[str, str]]) -> list[Agreement]:
    """Compare the second pass with the corpus, field by field.

    Raises
    ------
    UnknownTextError
        If a text of the second pass is not in the corpus.
    """
    joined = [(row, again) for row, again in zip(_found(rows, second), second, strict=True)]
    found = []
    for field in FIELDS:
        pairs = [(_cell(getattr(row, field)), again[field].strip()) for row, again in joined]
        found.append(_compared(field, pairs))
    tags = [(set(row.tags), {tag for tag in again["tags"].split("+") if tag.strip()}) for row, again in joined]
    used = sorted({tag for pair in tags for some in pair for tag in some})
    found.append(_compared("tags", [(str(tag in a), str(tag in b)) for a, b in tags for tag in used]))
    return found


def read_second_pass(path: Path = SECOND_PASS) -> list[dict[str, str]]:
    """Read the rows of the second pass.

    Raises
    ------
    ValueError
        If a column is missing.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{path.name}: the column names are not {' '.join(COLUMNS)}")
        return [{name: value or "" for name, value in row.items()} for row in reader]


def _found(rows: Sequence[CorpusRow], second: Sequence[dict[str, str]]) -> list[CorpusRow]:
    known = {_normal(text): row for row in rows for text in (row.ja, row.en) if text}
    unknown = [number for number, again in enumerate(second, start=2) if _normal(again["text"]) not in known]
    if unknown:
        raise UnknownTextError(f"lines whose text is not in the corpus: {unknown}")
    return [known[_normal(again["text"])] for again in second]


def _compared(field: str, pairs: Sequence[tuple[str, str]]) -> Agreement:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    alike = sum(a == b for a, b in pairs) / len(pairs)
    return Agreement(field=field, decisions=len(pairs), alike=round(alike, 4), kappa=round(cohen_kappa(first, second), 4))


def _cell(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _normal(text: str) -> str:
    return nfkc(text).casefold().strip()


def main() -> int:
    """Print the table."""
    try:
        found = agreement(read_corpus(), read_second_pass())
    except UnknownTextError as error:
        print(error)
        return 1
    for one in found:
        print(f"{one.field:<10} decisions {one.decisions:>6}  alike {one.alike:.3f}  kappa {one.kappa:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

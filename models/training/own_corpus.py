"""Own corpus: the project's labelled customer sentences in Japanese and English, read and checked from ``corpus/*.tsv``.

Invariants of every row: each label is one of the guide's values, each tag is a leaf of the shipped taxonomy, at least one text stands,
and no text occurs twice. A scenario lies in one split only, so a test row never shares its matter with a training row. What the labels
mean is written in ``corpus/GUIDE.md``. ``python -m models.training.own_corpus`` checks the files and counts what is in them.
"""

import csv
import hashlib
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import ValidationError, field_validator, model_validator

from models.near_duplicates import MinHashNearDuplicates
from voc.enrichment import Intent, Urgency
from voc.feedback import Language
from voc.normal_form import nfkc
from voc.taxonomy import shipped_taxonomy
from voc.values import Value

FOLDER = Path(__file__).parent / "corpus"
COLUMNS = ("scenario", "sentiment", "intent", "urgency", "churn", "abuse", "tags", "case", "ja", "en")
MOST_TAGS = 3
KNOWN_TAGS = frozenset(tag.id for tag in shipped_taxonomy().tags)
DEV_PERCENT, TEST_PERCENT = 12, 18

Case = Literal[
    "plain", "understatement", "polite_lead", "closing", "sarcasm", "negation", "contrast", "question_complaint", "praise_in_complaint",
    "complaint_in_praise", "mixed", "no_signal", "implicit_churn", "abuse_legit", "noise", "jargon", "fact",
]  # fmt: skip


class Split(StrEnum):
    """What a row may be used for."""

    TRAIN = "train"
    DEV = "dev"
    TEST = "test"


class CorpusRow(Value):
    """One labelled sentence or short comment; where both texts stand they say the same."""

    scenario: str
    sentiment: Literal["negative", "neutral", "positive", "mixed"]
    intent: Intent
    urgency: Urgency
    churn: bool
    abuse: bool
    tags: tuple[str, ...]
    case: Case
    ja: str = ""
    en: str = ""

    @field_validator("tags", mode="before")
    @classmethod
    def _split_tags(cls, value: str | Sequence[str]) -> tuple[str, ...]:
        tags = tuple(tag for tag in value.split("+") if tag) if isinstance(value, str) else tuple(value)
        if unknown := sorted(set(tags) - KNOWN_TAGS):
            raise ValueError(f"tags not in the taxonomy: {unknown}")
        if len(tags) > MOST_TAGS or len(set(tags)) < len(tags):
            raise ValueError(f"at most {MOST_TAGS} different tags")
        return tags

    @model_validator(mode="after")
    def _has_text(self) -> "CorpusRow":
        if not self.ja and not self.en:
            raise ValueError("neither ja nor en")
        if "." not in self.scenario:
            raise ValueError("the scenario is not of the form industry.matter")
        return self

    def text(self, language: Language) -> str:
        """Return the text in the language, empty where there is none."""
        return self.ja if language is Language.JA else self.en

    @property
    def split(self) -> Split:
        """The split of the row's scenario: a hash of its name decides, so rows added later do not move others."""
        place = int.from_bytes(hashlib.sha256(self.scenario.encode()).digest()[:4], "big") % 100
        if place < TEST_PERCENT:
            return Split.TEST
        return Split.DEV if place < TEST_PERCENT + DEV_PERCENT else Split.TRAIN


class BrokenCorpusError(ValueError):
    """A row breaks an invariant; the message names file, line and reason."""


def read_corpus(paths: Iterable[Path] | None = None) -> tuple[CorpusRow, ...]:
    """Read all rows in the order of the files' names.

    Raises
    ------
    BrokenCorpusError
        With one line per broken row.
    """
    rows: list[CorpusRow] = []
    faults: list[str] = []
    seen: dict[str, str] = {}
    for path in sorted(paths if paths is not None else FOLDER.glob("*.tsv")):
        for number, cells in _lines(path):
            place = f"{path.name}:{number}"
            try:
                row = _row(cells)
            except (ValidationError, ValueError) as error:
                faults.append(f"{place}: {_reason(error)}")
                continue
            faults += [f"{place}: same text as {seen[key]}" for key in _keys(row) if key in seen]
            seen.update(dict.fromkeys(_keys(row), place))
            rows.append(row)
    if faults:
        raise BrokenCorpusError("\n".join(faults))
    return tuple(rows)


def nearly_the_same(rows: Sequence[CorpusRow]) -> list[tuple[str, str]]:
    """Return pairs of texts of one language that MinHash finds nearly the same."""
    near = MinHashNearDuplicates()
    found: set[tuple[str, str]] = set()
    for language in (Language.JA, Language.EN):
        texts = [row.text(language) for row in rows if row.text(language)]
        holders: dict[int, list[str]] = {}
        for text, bands in zip(texts, near.bands(texts), strict=True):
            for band in bands:
                found |= {(other, text) for other in holders.get(band, []) if near.alike(other, text)}
                holders.setdefault(band, []).append(text)
    return sorted(found)


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    if not lines or tuple(lines[0]) != COLUMNS:
        raise BrokenCorpusError(f"{path.name}:1: the column names are not {' '.join(COLUMNS)}")
    return [(number, cells) for number, cells in enumerate(lines[1:], start=2) if cells]


def _row(cells: Sequence[str]) -> CorpusRow:
    if len(cells) != len(COLUMNS):
        raise ValueError(f"{len(cells)} columns, not {len(COLUMNS)}")
    return CorpusRow.model_validate(dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=True)))


def _keys(row: CorpusRow) -> list[str]:
    return [nfkc(text).casefold() for text in (row.ja, row.en) if text]


def _reason(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, fault['loc']))} {fault['msg']}" for fault in error.errors())
    return str(error)


def main(arguments: Sequence[str]) -> int:
    """Check the files named, or all, and print what is in them."""
    try:
        rows = read_corpus([Path(name) for name in arguments] or None)
    except BrokenCorpusError as error:
        print(error)
        return 1
    for first, second in nearly_the_same(rows):
        print(f"nearly the same: {first} / {second}")
    japanese, english, pairs = (sum(map(bool, texts)) for texts in zip(*((r.ja, r.en, r.ja and r.en) for r in rows), strict=True))
    print(f"{len(rows)} rows, ja {japanese}, en {english}, pairs {pairs}")
    for field in ("split", "sentiment", "intent", "urgency", "churn", "abuse", "case"):
        print(field, dict(Counter(str(getattr(row, field)) for row in rows).most_common()))
    print("scenarios", len({row.scenario for row in rows}), "tags", len({tag for row in rows for tag in row.tags}), "of", len(KNOWN_TAGS))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

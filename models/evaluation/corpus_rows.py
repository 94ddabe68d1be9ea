"""Corpus rows: the project's own labelled sentences as the scorecard uses them, by split and language, with a hash over the files."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from models.training.own_corpus import FOLDER, CorpusRow, read_corpus
from voc.feedback import Language

OWN_CORPUS = "own_corpus"


def corpus_files() -> list[Path]:
    """Return the files of the corpus, in the order of their names."""
    return sorted(FOLDER.glob("*.tsv"))


@dataclass(frozen=True)
class OwnRows:
    """Rows of the own corpus and what stands for their content."""

    files: tuple[Path, ...]

    @cached_property
    def all(self) -> tuple[CorpusRow, ...]:
        """Every row."""
        return read_corpus(self.files)

    @cached_property
    def sha256(self) -> str:
        """One hash over the files, in order."""
        return hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in self.files)).hexdigest()

    def of(self, split: str, language: Language) -> list[CorpusRow]:
        """Return the rows of a split that have a text in the language."""
        return [row for row in self.all if row.split == split and row.text(language)]

    def pairs(self, split: str) -> list[CorpusRow]:
        """Return the rows of a split that have both texts."""
        return [row for row in self.all if row.split == split and row.ja and row.en]


def texts_of(rows: Sequence[CorpusRow], language: Language) -> list[str]:
    """Return the rows' texts in the language."""
    return [row.text(language) for row in rows]

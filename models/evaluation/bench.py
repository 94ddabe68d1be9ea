"""Bench: what every task of the scorecard works with: labelled rows, the models as they are used, and the ones they are measured against.

Invariant: a data set is encoded once per encoder. A file that is not there gives None, never an empty list.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from models.evaluation.corpus_rows import OwnRows
from models.labelled import Row, file_sha256, read_lines
from voc.enrichment import VECTOR_DIMENSIONS, Enrichment, ModelStamp
from voc.feedback import Language
from voc.ports import Encoder, Vectors

ENCODED_AT_ONCE = 512
READ_AT_ONCE = 256


class Step(Protocol):
    """One piece of work under way."""

    def advance(self, done: int) -> None:
        """Say that ``done`` more are finished."""
        ...


class Steps(Protocol):
    """Where work says how far it is."""

    def step(self, name: str, total: int | None) -> AbstractContextManager[Step]:
        """Begin a piece of work of ``total`` items."""
        ...


class Reader(Protocol):
    """Reads whole comments as the service does: sentences, then the comment."""

    def stamp(self) -> ModelStamp:
        """Return which model gives which output."""
        ...

    def read(self, texts: Sequence[str], language: Language) -> list[Enrichment]:
        """Return what each comment says, in order."""
        ...


@dataclass(frozen=True)
class Encoders:
    """The encoder that is judged, the weightless one, and the plain English one it grew from."""

    judged: Encoder
    weightless: Encoder
    plain: Encoder


@dataclass(frozen=True)
class Bench:
    """Models, data and progress of one evaluation."""

    encoders: Encoders
    reader: Reader
    weightless: Reader
    data: Path | None
    own: OwnRows
    own_split: Literal["dev", "test"]
    progress: Steps

    def rows(self, name: str, *, split: str) -> list[Row] | None:
        """Return the rows of a split of a file, or None where the file is missing."""
        path = self._path(name)
        return [row for row in read_lines(path) if row["split"] == split] if path is not None else None

    def sha256(self, name: str) -> str | None:
        """Return the hash of a file."""
        path = self._path(name)
        return file_sha256(path) if path is not None else None

    def vectors(self, name: str, texts: Sequence[str], *, encoder: Encoder | None = None) -> Vectors:
        """Return one vector per text, shape [n, 384]."""
        chosen = encoder or self.encoders.judged
        parts = [np.zeros((0, VECTOR_DIMENSIONS), np.float32)]
        with self.progress.step(f"encode {name}", len(texts)) as step:
            for start in range(0, len(texts), ENCODED_AT_ONCE):
                some = texts[start : start + ENCODED_AT_ONCE]
                parts.append(chosen.encode(some).vectors)
                step.advance(len(some))
        return np.concatenate(parts)

    def read(self, name: str, texts: Sequence[str], language: Language) -> list[Enrichment]:
        """Return what the judged models say of each text."""
        found: list[Enrichment] = []
        with self.progress.step(f"read {name}", len(texts)) as step:
            for start in range(0, len(texts), READ_AT_ONCE):
                some = texts[start : start + READ_AT_ONCE]
                found += self.reader.read(some, language)
                step.advance(len(some))
        return found

    def output(self, name: str) -> str:
        """Return which of the judged models gives an output, ``name/version``."""
        return self.reader.stamp().outputs[name]

    def weightless_output(self, name: str) -> str:
        """Return which of the weightless models gives an output, ``name/version``."""
        return self.weightless.stamp().outputs[name]

    def _path(self, name: str) -> Path | None:
        path = self.data / f"{name}.jsonl.gz" if self.data is not None else None
        return path if path is not None and path.is_file() else None


def stamped(model: Encoder) -> str:
    """Return ``name/version``."""
    return f"{model.name}/{model.version}"

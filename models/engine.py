"""Engine: the forward pass of the bilingual encoder in ONNX Runtime, from token ids to vectors and features.

The graph is int8 where that is faster (see ``models/training/LOG.md`` for what was measured) and holds no external data and no foreign
operators. Invariants: batches are of about equal length, so little is padded; the answer of a sentence does not depend on its
neighbours beyond rounding; the same input gives the same answer.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.tokenizer import PAD_ID
from voc.ports import Features, Vectors

TOKENS_PER_BATCH = 768
"""Padded tokens handed to the engine at once; more no longer makes it faster."""
DIMENSIONS = 384


class OnnxEngine:
    """A graph with the input ``ids`` [n, length], padded with 0, and the outputs ``vectors`` and ``features``, each [n, 384]."""

    def __init__(self, path: Path, *, threads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def run(self, rows: Sequence[Sequence[int]]) -> tuple[Vectors, Features]:
        """Return vectors and features, each [n, 384] float32, in the order of the rows of token ids."""
        vectors = np.zeros((len(rows), DIMENSIONS), np.float32)
        features = np.zeros((len(rows), DIMENSIONS), np.float32)
        for batch in _batches([len(row) for row in rows]):
            vectors[batch], features[batch] = self._session.run(("vectors", "features"), {"ids": _padded([rows[i] for i in batch])})
        return vectors, features


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Give the indices in batches by length, each at most ``TOKENS_PER_BATCH`` padded tokens or one row."""
    batch: list[int] = []
    for index in np.argsort(lengths, kind="stable").tolist():
        if batch and (len(batch) + 1) * lengths[index] > TOKENS_PER_BATCH:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _padded(rows: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    found = np.full((len(rows), max(map(len, rows))), PAD_ID, np.int64)
    for place, row in enumerate(rows):
        found[place, : len(row)] = row
    return found

"""Engine: the forward pass of the bilingual encoder in ONNX Runtime, from token ids to vectors and features.

The graph is int8 (``docs/decisions/0006-int8-with-fixed-ranges.md`` has what was measured), its weights such that the fast kernels of
every processor are exact (``models.training.export.rounded_weight``); it holds no external data and no foreign operators.
Invariants: batches are of about equal length, so little is padded; the answer of a sentence does not depend on its neighbours beyond
rounding; the same input gives the same answer.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.tokenizer import PAD_ID
from voc.ports import Features, Vectors

TOKENS_PER_BATCH = 256
"""Padded tokens handed to the engine at once: what lies between two products then stays in a processor's own memory."""
DIMENSIONS = 384


class OnnxEngine:
    """A graph with the input ``ids`` [n, length], padded with 0, and the outputs ``vectors`` and ``features``, each [n, 384].

    ``threads`` batches run side by side, each on one processor thread: that waits less than sharing every small product out.
    """

    def __init__(self, path: Path, *, threads: int) -> None:
        self._threads = threads
        self._session = _session(path)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="encoder")

    def run(self, rows: Sequence[Sequence[int]]) -> tuple[Vectors, Features]:
        """Return vectors and features, each [n, 384] float32, in the order of the rows of token ids."""
        vectors = np.zeros((len(rows), DIMENSIONS), np.float32)
        features = np.zeros((len(rows), DIMENSIONS), np.float32)
        batches = list(_batches([len(row) for row in rows], threads=self._threads))
        answers = self._pool.map(lambda batch: _answer(self._session, _padded([rows[i] for i in batch])), reversed(batches))
        for batch, answer in zip(reversed(batches), answers, strict=True):
            vectors[batch], features[batch] = answer
        return vectors, features


def _session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _answer(session: Any, ids: NDArray[np.int64]) -> tuple[Vectors, Features]:
    vectors, features = session.run(("vectors", "features"), {"ids": ids})
    return vectors, features


def _batches(lengths: Sequence[int], *, threads: int) -> Iterator[list[int]]:
    """Give the indices in batches by length: at most ``TOKENS_PER_BATCH`` padded tokens, or a thread's share if less, or one row."""
    most = min(TOKENS_PER_BATCH, max(1, sum(lengths) // threads))
    batch: list[int] = []
    for index in np.argsort(lengths, kind="stable").tolist():
        if batch and (len(batch) + 1) * lengths[index] > most:
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

"""Engine: the forward pass of the bilingual encoder in ONNX Runtime, from token ids to vectors and features.

The graph is int8 (``docs/decisions/0006-int8-with-fixed-ranges.md`` has what was measured) and holds no external data and no foreign
operators. Invariants: batches are of about equal length, so little is padded; the answer of a sentence does not depend on its
neighbours beyond rounding; the same input gives the same answer.
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
FIRST_WORD, LAST_WORD, PROBE_SHAPE = 1_000, 40_000, (8, 24)
"""Token ids of both languages, taken at random, that two sessions are compared on."""
SAME = 1e-4
"""Exact products give the same numbers; products that were cut off are further apart than this by a hundred times."""


class OnnxEngine:
    """A graph with the input ``ids`` [n, length], padded with 0, and the outputs ``vectors`` and ``features``, each [n, 384].

    ``threads`` batches run side by side, each on one processor thread: that waits less than sharing every small product out.
    """

    def __init__(self, path: Path, *, threads: int) -> None:
        self._threads = threads
        self._session = agreeing(_session(path, exact=False), _session(path, exact=True))
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


def agreeing(fast: Any, exact: Any) -> Any:
    """Return the fast session where it answers as the exact one does, else the exact one.

    ONNX Runtime has two kernels for int8 products. The fast one adds pairs of them in 16 bits on processors without VNNI and cuts large
    sums off; ``session.x64quantprecision`` takes the other, which never does and is two to four times slower where both are right.
    """
    ids = np.random.default_rng(0).integers(FIRST_WORD, LAST_WORD, PROBE_SHAPE)
    pairs = zip(_answer(fast, ids), _answer(exact, ids), strict=True)
    return fast if all(np.allclose(one, other, atol=SAME) for one, other in pairs) else exact


def _session(path: Path, *, exact: bool) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.x64quantprecision", str(int(exact)))
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

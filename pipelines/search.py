"""Search by meaning: exact nearest sentences over all standing vectors, kept in memory and read again when results change."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voc.ports import Vectors
from voc.store import Store
from voc.store.enrichments import split_sentence_id

BLOCK_ROWS = 65_536


@dataclass(frozen=True)
class Hit:
    """A comment and its sentence nearest to what was asked; ``similarity`` is their cosine."""

    feedback_id: str
    sentence_id: str
    similarity: float


class SearchIndex:
    """All standing sentence vectors, float16, shape [n, 384]."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._freshness: object = None
        self._ids: list[str] = []
        self._matrix: np.ndarray = np.zeros((0, 384), dtype=np.float16)

    def nearest(self, vectors: Vectors, *, limit: int, without: str | None = None, allowed: frozenset[str] | None = None) -> list[Hit]:
        """Return comments by their best cosine to any of the vectors, best first, each comment once.

        Parameters
        ----------
        vectors
            Shape [m, 384], unit rows.
        limit
            Most comments to return.
        without
            A comment to leave out.
        allowed
            Only these comments; None for all.
        """
        ids, matrix = self._current()
        if not len(ids) or not len(vectors):
            return []
        scores = self._scores(matrix, vectors)
        hits: list[Hit] = []
        seen = {without}
        for row in np.argsort(-scores, kind="stable"):
            feedback_id, _ = split_sentence_id(ids[row])
            if feedback_id in seen or (allowed is not None and feedback_id not in allowed):
                continue
            seen.add(feedback_id)
            hits.append(Hit(feedback_id=feedback_id, sentence_id=ids[row], similarity=round(float(scores[row]), 4)))
            if len(hits) == limit:
                break
        return hits

    def vectors_of(self, feedback_id: str) -> Vectors:
        """Return the vectors of a comment's sentences, shape [m, 384]."""
        ids, matrix = self._current()
        rows = [row for row, identifier in enumerate(ids) if split_sentence_id(identifier)[0] == feedback_id]
        return matrix[rows].astype(np.float32)

    def _scores(self, matrix: np.ndarray, vectors: Vectors) -> np.ndarray:
        parts = [
            (matrix[start : start + BLOCK_ROWS].astype(np.float32) @ vectors.T).max(axis=1) for start in range(0, len(matrix), BLOCK_ROWS)
        ]
        return np.concatenate(parts)

    def _current(self) -> tuple[Sequence[str], np.ndarray]:
        with self._lock, self._store.read() as unit:
            freshness = unit.enrichments.freshness()
            if freshness != self._freshness:
                self._ids, self._matrix = unit.enrichments.vectors()
                self._freshness = freshness
            return self._ids, self._matrix

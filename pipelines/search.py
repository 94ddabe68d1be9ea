"""Search: exact nearest sentences over all standing vectors, mixed with the full-text index by reciprocal rank fusion.

The vectors are kept in memory; when results come, only the vectors of their comments are read. Invariants: a comment is found once; what
``allowed`` leaves out is never found; equal similarity goes by id, so the order does not depend on when a comment came.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from voc.feedback import Span
from voc.ports import Vectors
from voc.search import fuse
from voc.store import Store
from voc.store.enrichments import sentence_id, split_sentence_id
from voc.store.unit import Unit

BLOCK_ROWS = 512
"""Vectors widened to float32 at once: they stay in the processor's cache."""
HALF_TO_SINGLE = np.float32(2.0**112)
SIGN_AND_VALUE = np.array(0x8FFF_E000, dtype=np.uint32).view(np.int32)
DEPTH = 200
"""How many comments of each ranking are mixed, at least."""
GROWTH = 1.25
MOST_DEAD_SHARE = 0.2
"""Above this share of rows that no longer stand, everything is read again."""


@dataclass(frozen=True)
class Hit:
    """A comment that was found: its nearest sentence with the cosine (None: it has no vectors), and where it has the words."""

    feedback_id: str
    sentence_id: str | None
    similarity: float | None
    places: tuple[Span, ...] = ()


@dataclass(frozen=True)
class _Table:
    """Vectors of one moment: a comment's rows stand together from ``starts`` on; not ``standing``: newer ones took their place."""

    comments: list[str] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    starts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    standing: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    positions: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    matrix: NDArray[np.float16] = field(default_factory=lambda: np.zeros((0, 0), np.float16))

    def rows_of(self, place: int) -> slice:
        """Return the rows of a comment."""
        end = self.starts[place + 1] if place + 1 < len(self.starts) else len(self.matrix)
        return slice(int(self.starts[place]), int(end))


@dataclass(frozen=True)
class Nearness:
    """How near every comment is to what was asked."""

    _table: _Table
    _scores: NDArray[np.float32]
    _best: NDArray[np.float32]

    def nearest(self, *, limit: int, without: str | None = None, allowed: frozenset[str] | None = None) -> list[str]:
        """Return the ids of the nearest comments, nearest first."""
        best = np.where(self._table.standing & self._allowed(allowed, without), self._best, -np.inf)
        at_most = min(limit, len(best))
        if not at_most:
            return []
        floor = np.partition(best, len(best) - at_most)[len(best) - at_most]
        near = [(-float(best[place]), self._table.comments[place]) for place in np.flatnonzero((best >= floor) & np.isfinite(best))]
        return [name for _, name in sorted(near)[:limit]]

    def hit(self, feedback_id: str) -> Hit:
        """Return the comment as a hit with its nearest sentence."""
        place = self._table.places.get(feedback_id)
        if place is None or not len(self._scores):
            return Hit(feedback_id=feedback_id, sentence_id=None, similarity=None)
        rows = self._table.rows_of(place)
        row = rows.start + int(np.argmax(self._scores[rows]))
        sentence = sentence_id(feedback_id, int(self._table.positions[row]))
        return Hit(feedback_id=feedback_id, sentence_id=sentence, similarity=round(float(self._scores[row]), 4))

    def _allowed(self, allowed: frozenset[str] | None, without: str | None) -> NDArray[np.bool_]:
        places = self._table.places
        mask = np.full(len(self._best), allowed is None)
        if allowed is not None:
            mask[[places[name] for name in allowed if name in places]] = True
        if without in places:
            mask[places[without]] = False
        return mask


class SearchIndex:
    """All standing sentence vectors of one encoder (``name/version``; None: whatever is there), float16, shape [n, d]."""

    def __init__(self, store: Store, *, encoder: str | None = None) -> None:
        self._store, self._encoder = store, encoder
        self._lock = threading.Lock()
        self._freshness: tuple[int, datetime | None] = (0, None)
        self._table = _Table()
        self._buffer = np.zeros((0, 0), dtype=np.float16)

    def compare(self, vectors: Vectors) -> Nearness:
        """Return how near every comment is: the best cosine of any of its sentences to any of the vectors, shape [m, d], unit rows."""
        table = self._current()
        if not len(table.matrix) or not len(vectors):
            return Nearness(_Table(), np.zeros(0, np.float32), np.zeros(0, np.float32))
        scores = _scores(table.matrix, np.asarray(vectors, dtype=np.float32))
        return Nearness(table, scores, np.maximum.reduceat(scores, table.starts))

    def nearest(self, vectors: Vectors, *, limit: int, without: str | None = None, allowed: frozenset[str] | None = None) -> list[Hit]:
        """Return comments by their best cosine to any of the vectors, best first, each comment once.

        Parameters
        ----------
        vectors
            Shape [m, d], unit rows.
        limit
            Most comments to return.
        without
            A comment to leave out.
        allowed
            Only these comments; None for all.
        """
        nearness = self.compare(vectors)
        return [nearness.hit(name) for name in nearness.nearest(limit=limit, without=without, allowed=allowed)]

    def forget(self) -> None:
        """Drop all vectors; they are read again at the next question."""
        with self._lock:
            self._freshness, self._table, self._buffer = (0, None), _Table(), np.zeros((0, 0), dtype=np.float16)

    def vectors_of(self, feedback_id: str) -> Vectors:
        """Return the vectors of a comment's sentences, shape [m, d]."""
        table = self._current()
        place = table.places.get(feedback_id)
        return table.matrix[slice(0) if place is None else table.rows_of(place)].astype(np.float32)

    def _current(self) -> _Table:
        with self._lock, self._store.read() as unit:
            freshness = unit.enrichments.freshness()
            if freshness != self._freshness:
                if not self._add_new(unit, count=freshness[0]):
                    self._read_all(unit)
                self._freshness = freshness
            return self._table

    def _add_new(self, unit: Unit, *, count: int) -> bool:
        """Read the vectors of comments with new results; False where results went, came late or replaced many: all must be read."""
        before, latest = self._freshness
        if latest is None:
            return False
        fresh = unit.enrichments.results_since(latest)
        if len(fresh) != count - before or 2 * len(fresh) > before:
            return False
        ids, matrix = unit.enrichments.vectors(encoder=self._encoder, of=sorted(set(fresh)))
        standing = self._table.standing.copy()
        standing[[self._table.places[name] for name in set(fresh) if name in self._table.places]] = False
        if len(matrix) and matrix.shape[1] != self._table.matrix.shape[1]:
            return False
        if standing.size and 1 - standing.mean() > MOST_DEAD_SHARE:
            return False
        self._append(ids, matrix, standing=standing, gone=set(fresh))
        return True

    def _append(self, ids: Sequence[str], matrix: NDArray[np.float16], *, standing: NDArray[np.bool_], gone: set[str]) -> None:
        old, rows = self._table, len(self._table.matrix)
        if rows + len(matrix) > len(self._buffer):
            grown = np.empty((int((rows + len(matrix)) * GROWTH), self._buffer.shape[1]), dtype=np.float16)
            grown[:rows] = self._buffer[:rows]
            self._buffer = grown
        self._buffer[rows : rows + len(matrix)] = matrix
        comments, starts, positions = _grouped(ids)
        places = {name: place for name, place in old.places.items() if name not in gone}
        self._table = _Table(
            comments=old.comments + comments,
            places=places | {name: len(old.comments) + place for place, name in enumerate(comments)},
            starts=np.concatenate([old.starts, starts + rows]),
            standing=np.concatenate([standing, np.ones(len(comments), np.bool_)]),
            positions=np.concatenate([old.positions, positions]),
            matrix=self._buffer[: rows + len(matrix)],
        )

    def _read_all(self, unit: Unit) -> None:
        ids, self._buffer = unit.enrichments.vectors(encoder=self._encoder)
        comments, starts, positions = _grouped(ids)
        places = {name: place for place, name in enumerate(comments)}
        self._table = _Table(comments, places, starts, np.ones(len(comments), np.bool_), positions, self._buffer)


def mixed(nearness: Nearness, by_words: Sequence[str], *, near: Sequence[str], limit: int) -> list[Hit]:
    """Return the hits of both rankings, nearest first and by words, in their fused order."""
    return [nearness.hit(name) for name, _ in fuse([near, by_words])[:limit]]


def _scores(matrix: NDArray[np.float16], vectors: Vectors) -> NDArray[np.float32]:
    """Return each row's best cosine to any of the vectors, exact in float32.

    NumPy widens float16 number by number. Shifted by 13 bits its sign, exponent and fraction stand where float32 has them, with a value
    that is 2⁻¹¹² of the true one, which the vectors make good; that is four times as fast and gives the same result.
    """
    found = np.empty(len(matrix), dtype=np.float32)
    turned = np.ascontiguousarray(vectors.T) * HALF_TO_SINGLE
    bits = matrix.view(np.int16)
    buffer = np.empty((BLOCK_ROWS, matrix.shape[1]), dtype=np.int32)
    for start in range(0, len(matrix), BLOCK_ROWS):
        part = bits[start : start + BLOCK_ROWS]
        block = buffer[: len(part)]
        block[...] = part
        block <<= 13
        block &= SIGN_AND_VALUE
        found[start : start + BLOCK_ROWS] = (block.view(np.float32) @ turned).max(axis=1)
    return found


def _grouped(ids: Sequence[str]) -> tuple[list[str], NDArray[np.int64], NDArray[np.int32]]:
    """Return the comments of sentence ids in order, the row where each begins, and every sentence's position."""
    comments: list[str] = []
    starts: list[int] = []
    positions = np.empty(len(ids), dtype=np.int32)
    for row, identifier in enumerate(ids):
        feedback_id, positions[row] = split_sentence_id(identifier)
        if not comments or comments[-1] != feedback_id:
            comments.append(feedback_id)
            starts.append(row)
    return comments, np.array(starts, dtype=np.int64), positions

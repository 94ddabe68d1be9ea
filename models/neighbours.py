"""Neighbours: which vectors lie nearest to each vector, as a sparse graph of cosines.

Up to ``EXACT_LIMIT`` vectors all pairs are compared. Above, the vectors are laid into small cells around centres (spherical k-means on a
seeded sample); a vector is compared with its own cell and the cells whose centres lie nearest to its own, until ``CANDIDATES`` are seen
(the idea of an inverted file, Sivic and Zisserman 2003, asked cell by cell so that the work is one matrix product a cell).
Invariants: equal input gives an equal graph, on any number of threads; above the limit time and memory grow with n.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Labels = NDArray[np.int64]

NEIGHBOURS = 15
LEAST_EDGE = 0.2
"""Neighbours with a smaller cosine are no neighbours."""
EXACT_LIMIT = 20_000
CELL_SIZE = 100
CANDIDATES = 4_000
SAMPLED_PER_CELL = 30
ROUNDS = 5
BLOCK_ROWS = 256
FOLD = 16
MOST_THREADS = 8
SEED = 20_261_122


@dataclass(frozen=True)
class _Cells:
    """Vectors laid into cells.

    ``order`` [n] lists places cell by cell, cell c at ``bounds[c]:bounds[c + 1]``;
    ``near`` [cells, cells]: the cells nearest to each, itself first.
    """

    order: Labels
    bounds: Labels
    near: Labels


def neighbour_graph(vectors: Matrix) -> Any:
    """Return the symmetric sparse matrix of cosines to the nearest neighbours; rows of unit length."""
    from scipy.sparse import coo_array

    n = len(vectors)
    k = min(NEIGHBOURS, n - 1)
    if k < 1:
        return coo_array((n, n), dtype=np.float64).tocsr()
    near, cosines = _exact(vectors, k) if n <= EXACT_LIMIT else _by_cells(vectors, k)
    kept = cosines >= LEAST_EDGE
    rows = np.repeat(np.arange(n), kept.sum(axis=1))
    graph = coo_array((cosines[kept].astype(np.float64), (rows, near[kept])), shape=(n, n)).tocsr()
    graph = graph.maximum(graph.T).tocsr()
    graph.sort_indices()
    return graph


def _exact(vectors: Matrix, k: int) -> tuple[Labels, Matrix]:
    near, cosines = np.empty((len(vectors), k), np.int64), np.empty((len(vectors), k), np.float32)

    def look(start: int) -> None:
        asked = np.arange(start, min(start + BLOCK_ROWS, len(vectors)))
        near[asked], cosines[asked] = _nearest(vectors[asked], vectors, asked, k)

    side_by_side(look, range(0, len(vectors), BLOCK_ROWS))
    return near, cosines


def _by_cells(vectors: Matrix, k: int) -> tuple[Labels, Matrix]:
    cells = _laid_into_cells(vectors)
    sizes = np.diff(cells.bounds)
    ordered = vectors[cells.order]
    near, cosines = np.empty((len(vectors), k), np.int64), np.empty((len(vectors), k), np.float32)

    def look(cell: int) -> None:
        enough = int(np.searchsorted(np.cumsum(sizes[cells.near[cell]]), CANDIDATES)) + 1
        seen = np.concatenate([np.arange(cells.bounds[one], cells.bounds[one + 1]) for one in cells.near[cell, :enough]])
        candidates = ordered[seen]
        for start in range(0, int(sizes[cell]), BLOCK_ROWS):
            rows = np.arange(start, min(start + BLOCK_ROWS, int(sizes[cell])))  # its own cell is the first of the candidates
            asked = cells.order[cells.bounds[cell] + rows]
            found, cosines[asked] = _nearest(candidates[rows], candidates, rows, k)
            near[asked] = cells.order[seen[found]]

    side_by_side(look, np.flatnonzero(sizes).tolist())
    return near, cosines


def _nearest(asked: Matrix, candidates: Matrix, own: Labels, k: int) -> tuple[Labels, Matrix]:
    """Return, for each row asked, the places of its k nearest candidates, itself (at ``own``) left out, and their cosines."""
    cosines = asked @ candidates.T
    cosines[np.arange(len(own)), own] = -2.0
    near = _largest(cosines, k)
    near.sort(axis=1)
    return near, np.take_along_axis(cosines, near, axis=1)


def _largest(values: Matrix, k: int) -> Labels:
    """Return the columns of each row's k largest values.

    The columns are first taken FOLD at a time: the k largest lie in the k folds with the largest maxima, so far fewer are to be sorted.
    """
    rows, width = values.shape
    folds = width // FOLD
    if folds <= k:
        return np.argpartition(values, width - k, axis=1)[:, width - k :]
    maxima = values[:, : FOLD * folds].reshape(rows, FOLD, folds).max(axis=1)
    best = np.argpartition(maxima, folds - k, axis=1)[:, folds - k :]
    columns = (best[:, :, None] + folds * np.arange(FOLD)).reshape(rows, -1)
    columns = np.hstack([columns, np.tile(np.arange(FOLD * folds, width), (rows, 1))])
    kept = np.argpartition(np.take_along_axis(values, columns, axis=1), columns.shape[1] - k, axis=1)[:, columns.shape[1] - k :]
    return np.take_along_axis(columns, kept, axis=1)


def _laid_into_cells(vectors: Matrix) -> _Cells:
    chance = np.random.default_rng(SEED)
    count = len(vectors) // CELL_SIZE
    sample = vectors[np.sort(chance.choice(len(vectors), min(len(vectors), SAMPLED_PER_CELL * count), replace=False))]
    centres = sample[np.sort(chance.choice(len(sample), count, replace=False))]
    for _ in range(ROUNDS):
        centres = _moved(centres, sample, _nearest_centre(sample, centres))
    cell = _nearest_centre(vectors, centres)
    near = np.empty((count, count), np.int64)

    def look(start: int) -> None:
        closeness = centres[start : start + BLOCK_ROWS] @ centres.T
        places = np.arange(len(closeness))
        closeness[places, places + start] = np.inf
        near[start : start + BLOCK_ROWS] = np.argsort(-closeness, axis=1, kind="stable")

    side_by_side(look, range(0, count, BLOCK_ROWS))
    bounds = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=count))])
    return _Cells(np.argsort(cell, kind="stable"), bounds, near)


def _moved(centres: Matrix, sample: Matrix, cell: Labels) -> Matrix:
    """Return each centre in the mean direction of the sampled vectors nearest to it; one without any stays."""
    sizes = np.bincount(cell, minlength=len(centres))
    filled = np.flatnonzero(sizes)
    starts = (np.cumsum(sizes) - sizes)[filled]
    sums = np.add.reduceat(sample[np.argsort(cell, kind="stable")], starts, axis=0)
    moved = centres.copy()
    moved[filled] = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), np.float32(1e-6))
    return moved


def _nearest_centre(vectors: Matrix, centres: Matrix) -> Labels:
    nearest = np.empty(len(vectors), np.int64)

    def look(start: int) -> None:
        nearest[start : start + BLOCK_ROWS] = (vectors[start : start + BLOCK_ROWS] @ centres.T).argmax(axis=1)

    side_by_side(look, range(0, len(vectors), BLOCK_ROWS))
    return nearest


def side_by_side(look: Callable[[int], None], parts: Iterable[int]) -> None:
    """Do each part in a thread of a small pool; each writes to places of its own.

    Inside a part matrix products take one thread, so that the number of threads changes no digit and they do not wait for each other.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1), ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_THREADS)) as pool:
        for _ in pool.map(look, parts):
            pass

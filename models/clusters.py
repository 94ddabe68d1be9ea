"""Clusters: groups of vectors that lie near each other, or none.

An exact graph of the nearest neighbours by cosine is cut into communities by Leiden (Traag, Waltman and van Eck 2019), seeded. Small
communities are dissolved; every vector then belongs to the nearest group that is near enough for it, first of all its own, else to none.
Invariants: equal input gives equal groups; equal vectors are in one group; memory grows with n · block, never with n².
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Labels = NDArray[np.int64]

NEIGHBOURS = 15
BLOCK_ROWS = 256
LEAST_EDGE = 0.2
"""Neighbours with a smaller cosine are no neighbours."""
GRAPH_LIMIT = 40_000
"""Above this many different vectors the graph is built on an even sample; the rest goes to the nearest group."""
SEED = 20_261_122
NONE = -1


class LeidenClusters:
    """Has ``fit`` and ``labels_``, which is what BERTopic asks of a cluster model; −1 stands for none."""

    def __init__(self, *, resolution: float, least_size: int, least_similarity: float, start: Labels | None = None) -> None:
        """Keep the settings.

        Parameters
        ----------
        resolution
            Of modularity; more gives more and smaller groups.
        least_size
            Smaller groups are dissolved.
        least_similarity
            The cosine to a group's centroid from which on a vector belongs to it.
        start
            Groups to begin with, one label per vector (−1: none): what has not changed then stays together.
        """
        self.resolution = resolution
        self.least_size = least_size
        self.least_similarity = least_similarity
        self.start = start
        self.labels_: Labels = np.zeros(0, np.int64)

    def fit(self, vectors: Matrix, y: Any = None) -> "LeidenClusters":  # noqa: ARG002  # the signature BERTopic calls
        """Group the vectors, shape [n, d], rows of unit length; the outcome is in ``labels_``."""
        vectors = np.asarray(vectors, np.float32)
        unique, first, inverse = np.unique(vectors, axis=0, return_index=True, return_inverse=True)
        chosen = np.unique(np.linspace(0, len(unique) - 1, min(len(unique), GRAPH_LIMIT)).astype(np.int64))
        found = np.full(len(unique), NONE, np.int64)
        start = None if self.start is None else self.start[first[chosen]]
        found[chosen] = communities(unique[chosen], resolution=self.resolution, start=start)
        labels = _without_small(found[inverse.ravel()], self.least_size)
        self.labels_ = _without_small(_near_enough(vectors, labels, self.least_similarity), self.least_size)
        return self


def _near_enough(vectors: Matrix, labels: Labels, least_similarity: float) -> Labels:
    """Return the own group where it is near enough, else the nearest that is, else none."""
    centres = centroids(vectors, labels)
    if not len(centres):
        return labels
    nearest, similarity = nearest_centroid(vectors, centres)
    own = np.full(len(vectors), -1.0, np.float32)
    inside = labels != NONE
    own[inside] = np.einsum("nd,nd->n", vectors[inside], centres[labels[inside]])
    return np.where(own >= least_similarity, labels, np.where(similarity >= least_similarity, nearest, NONE))


class GivenGroups:
    """Has ``fit`` and ``labels_`` as ``LeidenClusters``, but the groups are given."""

    def __init__(self, labels: Labels) -> None:
        self.labels_ = labels

    def fit(self, vectors: Matrix, y: Any = None) -> "GivenGroups":  # noqa: ARG002  # the signature BERTopic calls
        """Do nothing: the labels stand."""
        return self


def communities(vectors: Matrix, *, resolution: float, start: Labels | None = None) -> Labels:
    """Return the Leiden community of each vector; a vector without any neighbour is alone."""
    from graspologic_native import leiden_csr

    graph = neighbour_graph(vectors)
    if graph.nnz == 0:
        return np.arange(len(vectors), dtype=np.int64)
    if start is not None:
        return _warm_communities(graph, start, resolution=resolution)
    _, found = leiden_csr(
        graph.indptr.astype(np.int64), graph.indices.astype(np.int32), graph.data.astype(np.float64), len(vectors),
        resolution=resolution, seed=SEED, iterations=2, trials=2,
    )  # fmt: skip
    return np.array([found[place] for place in range(len(vectors))], dtype=np.int64)


def _warm_communities(graph: Any, start: Labels, *, resolution: float) -> Labels:
    """Return the communities Leiden reaches from given ones; the library takes those for graphs of named nodes only."""
    from graspologic_native import leiden

    whole = graph.tocoo()
    once = whole.row <= whole.col
    ends = whole.row[once].tolist(), whole.col[once].tolist()
    edges = [(str(a), str(b), weight) for a, b, weight in zip(*ends, whole.data[once].tolist(), strict=True)]
    linked = np.unique(np.concatenate([whole.row, whole.col]))
    labels = start.copy()
    alone = labels == NONE
    labels[alone] = np.arange(alone.sum()) + int(labels.max(initial=NONE)) + 1
    begin = {str(place): int(labels[place]) for place in linked.tolist()}
    _, found = leiden(edges, starting_communities=begin, resolution=resolution, seed=SEED, iterations=2, trials=1)
    groups = np.arange(len(start), dtype=np.int64) + len(start)
    for place, group in found.items():
        groups[int(place)] = group
    return groups


def neighbour_graph(vectors: Matrix) -> Any:
    """Return the symmetric sparse matrix of cosines to the nearest neighbours, exact, computed block by block."""
    from scipy.sparse import coo_array

    n = len(vectors)
    k = min(NEIGHBOURS, n - 1)
    if k < 1:
        return coo_array((n, n), dtype=np.float64).tocsr()
    rows, columns, values = [], [], []
    for start in range(0, n, BLOCK_ROWS):
        cosines = vectors[start : start + BLOCK_ROWS] @ vectors.T
        places = np.arange(len(cosines))
        cosines[places, places + start] = -1.0
        near = np.argpartition(cosines, n - k, axis=1)[:, n - k :]
        near.sort(axis=1)
        rows.append(np.repeat(places + start, k))
        columns.append(near.ravel())
        values.append(np.take_along_axis(cosines, near, axis=1).ravel())
    row, column, value = np.concatenate(rows), np.concatenate(columns), np.concatenate(values).astype(np.float64)
    kept = value >= LEAST_EDGE
    graph = coo_array((value[kept], (row[kept], column[kept])), shape=(n, n)).tocsr()
    graph = graph.maximum(graph.T).tocsr()
    graph.sort_indices()
    return graph


def centroids(vectors: Matrix, labels: Labels) -> Matrix:
    """Return the mean direction of each label 0…m−1, shape [m, d], unit length."""
    count = int(labels.max(initial=NONE)) + 1
    sums = np.zeros((count, vectors.shape[1]), np.float64)
    inside = labels != NONE
    np.add.at(sums, labels[inside], vectors[inside])
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return (sums / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)


def nearest_centroid(vectors: Matrix, centres: Matrix) -> tuple[Labels, Matrix]:
    """Return which centroid lies nearest to each vector and its cosine, both of shape [n]."""
    nearest = np.zeros(len(vectors), np.int64)
    similarity = np.zeros(len(vectors), np.float32)
    for start in range(0, len(vectors), BLOCK_ROWS):
        cosines = vectors[start : start + BLOCK_ROWS] @ centres.T
        nearest[start : start + BLOCK_ROWS] = cosines.argmax(axis=1)
        similarity[start : start + BLOCK_ROWS] = cosines.max(axis=1)
    return nearest, similarity


def _without_small(labels: Labels, least_size: int) -> Labels:
    """Return the labels with groups below the size dissolved and the others numbered from 0 in order of first appearance."""
    kept: dict[int, int] = {}
    sizes = np.bincount(labels[labels != NONE], minlength=1)
    for label in labels.tolist():
        if label != NONE and label not in kept and sizes[label] >= least_size:
            kept[label] = len(kept)
    return np.array([kept.get(label, NONE) for label in labels.tolist()], dtype=np.int64)

"""Clusters: groups of vectors that lie near each other, or none.

The graph of the nearest neighbours (``models.neighbours``), its cosines raised to a power so that close neighbours hold together more
than many distant ones (soft thresholding, Zhang and Horvath 2005), is cut into communities by Leiden (Traag, Waltman and van Eck 2019),
seeded.

Communities whose centroids all but coincide are one, small ones are dissolved; every vector then belongs to the nearest group that is near
enough for it, first of all its own, else to none; a vector to which no other is near belongs to none.
Invariants: equal input gives equal groups; equal vectors are in one group; time and memory grow with n, never with n².
"""

from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.neighbours import BLOCK_ROWS, NEIGHBOURS, Labels, Matrix, neighbour_graph, side_by_side

GRAPH_LIMIT = 200_000
"""Above this many different vectors the graph is built on an even sample; the rest goes to the nearest group."""
SEED = 20_261_122
WEIGHT_POWER = 8
"""Of the cosines as weights of the graph; chosen on labelled data (``models/training/LOG.md``)."""
ONE_FROM = 0.93
"""The cosine of two centroids from which on their groups are one: nobody would tell them apart by what they say."""
LEAST_NEIGHBOUR = 0.5
"""A vector that occurs once and whose nearest neighbour has a smaller cosine says what nobody else says."""
PIECES_FROM = 0.75
"""The same of groups that are too small to stay, where there are few vectors in all: a matter that everybody words alike weighs most in the
graph, so the resolution cuts it first. Pieces of one matter lie at 0.78 to 0.84, of several at 0.1 to 0.4."""
FEW = 200
"""Up to so many different vectors, communities that say the same are joined before small ones are dissolved: where nearly all speak of one
matter, the resolution cuts it to pieces, and none of them would be large enough."""
NONE = -1
SETTINGS = {
    "neighbours": NEIGHBOURS,
    "weight_power": WEIGHT_POWER,
    "one_from": ONE_FROM,
    "pieces_from": PIECES_FROM,
    "least_neighbour": LEAST_NEIGHBOUR,
    "few": FEW,
    "seed": SEED,
}
"""What decides the groups beside what a caller chooses, for the record of a run."""


class LeidenClusters:
    """Has ``fit`` and ``labels_``, which is what BERTopic asks of a cluster model; −1 stands for none."""

    def __init__(
        self, *, resolution: float, least_size: int, least_similarity: float,
        start: Labels | None = None, spread: Labels | None = None,
    ) -> None:  # fmt: skip
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
        spread
            The order of the vectors along which a sample is spread evenly; as they come where it is not given.
        """
        self.resolution = resolution
        self.least_size = least_size
        self.least_similarity = least_similarity
        self.start = start
        self.spread = spread
        self.labels_: Labels = np.zeros(0, np.int64)

    def fit(self, vectors: Matrix, y: Any = None) -> "LeidenClusters":  # noqa: ARG002  # the signature BERTopic calls
        """Group the vectors, shape [n, d], rows of unit length; the outcome is in ``labels_``."""
        vectors = np.asarray(vectors, np.float32)
        first, inverse = _different(vectors)
        chosen = self._sample(first)
        graph = neighbour_graph(vectors[first[chosen]])
        start = None if self.start is None else self.start[first[chosen]]
        found = np.full(len(first), NONE, np.int64)
        found[chosen] = communities(graph, resolution=self.resolution, start=start)
        sampled_size = max(1, round(self.least_size * len(chosen) / max(1, len(first))))
        parts = found[inverse]
        if len(first) <= FEW:
            parts = _one_where_alike(vectors, _one_where_alike(vectors, parts), below=sampled_size)
        labels = _one_where_alike(vectors, _without_small(parts, sampled_size))
        labels = _near_enough(vectors, labels, self.least_similarity)
        labels[_alone(graph, chosen, inverse)[inverse]] = NONE
        self.labels_ = _without_small(labels, self.least_size)
        return self

    def _sample(self, first: Labels) -> Labels:
        """Return which of the different vectors, given by where each comes first, the graph is built on, in ascending order."""
        if len(first) <= GRAPH_LIMIT:
            return np.arange(len(first), dtype=np.int64)
        rank = np.arange(first.max() + 1) if self.spread is None else np.argsort(self.spread)
        along = np.argsort(rank[first], kind="stable")
        return np.sort(along[np.linspace(0, len(first) - 1, GRAPH_LIMIT).astype(np.int64)])


def _different(vectors: Matrix) -> tuple[Labels, Labels]:
    """Return where each different vector comes first, ascending, and for every vector which of those it equals (told by a digest)."""
    known: dict[bytes, int] = {}
    digests = (blake2b(row, digest_size=16).digest() for row in np.ascontiguousarray(vectors))
    equals = np.fromiter((known.setdefault(digest, len(known)) for digest in digests), np.int64, len(vectors))
    return np.unique(equals, return_index=True)[1].astype(np.int64), equals


def _one_where_alike(vectors: Matrix, labels: Labels, *, below: int | None = None) -> Labels:
    """Return the labels with groups under one number whose centroids all but coincide, directly or by way of others.

    ``below``: instead, groups smaller than this whose centroids lie near each other.
    """
    from scipy.sparse.csgraph import connected_components

    centres = centroids(vectors, labels)
    if not len(centres):
        return labels
    alike = centres @ centres.T >= (ONE_FROM if below is None else PIECES_FROM)
    if below is not None:
        small = np.bincount(labels[labels != NONE], minlength=len(centres)) < below
        alike &= small[:, None] & small[None, :]
    _, together = connected_components(alike)
    return np.where(labels == NONE, NONE, together[labels])


def _alone(graph: Any, chosen: Labels, inverse: Labels) -> NDArray[np.bool_]:
    """Return which of the different vectors occur once and have no neighbour that is near; of those outside the sample nothing is known."""
    counts = np.bincount(inverse)
    nearest = np.zeros(len(chosen))
    np.maximum.at(nearest, np.repeat(np.arange(len(chosen)), np.diff(graph.indptr)), graph.data)
    alone = np.zeros(len(counts), bool)
    alone[chosen] = (counts[chosen] == 1) & (nearest < LEAST_NEIGHBOUR)
    return alone


def _near_enough(vectors: Matrix, labels: Labels, least_similarity: float) -> Labels:
    """Return the own group where it is near enough, else the nearest that is, else none."""
    centres = centroids(vectors, labels)
    if not len(centres):
        return labels
    nearest, similarity = nearest_centroid(vectors, centres)
    own = np.full(len(vectors), -1.0, np.float32)
    inside = labels != NONE
    own[inside] = _cosines(vectors, centres, labels)[inside]
    return np.where(own >= least_similarity, labels, np.where(similarity >= least_similarity, nearest, NONE))


def _cosines(vectors: Matrix, centres: Matrix, labels: Labels) -> Matrix:
    """Return the cosine of each vector to the centroid of its label, shape [n]; of no meaning where the label is −1."""
    found = np.empty(len(vectors), np.float32)
    for start in range(0, len(vectors), BLOCK_ROWS):
        part = slice(start, start + BLOCK_ROWS)
        found[part] = np.einsum("nd,nd->n", vectors[part], centres[labels[part]])
    return found


class GivenGroups:
    """Has ``fit`` and ``labels_`` as ``LeidenClusters``, but the groups are given."""

    def __init__(self, labels: Labels) -> None:
        self.labels_ = labels

    def fit(self, vectors: Matrix, y: Any = None) -> "GivenGroups":  # noqa: ARG002  # the signature BERTopic calls
        """Do nothing: the labels stand."""
        return self


def communities(neighbours: Any, *, resolution: float, start: Labels | None = None) -> Labels:
    """Return the Leiden community of each vector of a graph of cosines; a vector without any neighbour is alone."""
    from graspologic_native import leiden_csr

    count = neighbours.shape[0]
    if neighbours.nnz == 0:
        return np.arange(count, dtype=np.int64)
    graph = neighbours.power(WEIGHT_POWER)
    if start is not None:
        return _warm_communities(graph, start, resolution=resolution)
    _, found = leiden_csr(
        graph.indptr.astype(np.int64), graph.indices.astype(np.int32), graph.data.astype(np.float64), count,
        resolution=resolution, seed=SEED, iterations=2, trials=2,
    )  # fmt: skip
    return np.array([found[place] for place in range(count)], dtype=np.int64)


def _warm_communities(graph: Any, start: Labels, *, resolution: float) -> Labels:
    """Return the communities Leiden reaches from given ones; the library takes those for graphs of named nodes only."""
    from graspologic_native import leiden
    from scipy.sparse import triu

    once = triu(graph, format="coo")
    names = [str(place) for place in range(len(start))]
    ends = (map(names.__getitem__, side.tolist()) for side in (once.row, once.col))
    edges = list(zip(*ends, once.data.tolist(), strict=True))
    labels = start.copy()
    alone = labels == NONE
    labels[alone] = np.arange(alone.sum()) + int(labels.max(initial=NONE)) + 1
    linked = np.flatnonzero(np.diff(graph.indptr))
    begin = {names[place]: int(labels[place]) for place in linked.tolist()}
    _, found = leiden(edges, starting_communities=begin, resolution=resolution, seed=SEED, iterations=2, trials=1)
    groups = np.arange(len(start), dtype=np.int64) + len(start)
    for place, group in found.items():
        groups[int(place)] = group
    return groups


def centroids(vectors: Matrix, labels: Labels) -> Matrix:
    """Return the mean direction of each label 0…m−1, shape [m, d], unit length."""
    count = int(labels.max(initial=NONE)) + 1
    sums = np.zeros((count, vectors.shape[1]), np.float64)
    order = np.argsort(labels, kind="stable")
    bounds = np.searchsorted(labels[order], np.arange(count + 1))
    for label in range(count):
        sums[label] = vectors[order[bounds[label] : bounds[label + 1]]].sum(axis=0, dtype=np.float64)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return (sums / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)


def nearest_centroid(vectors: Matrix, centres: Matrix) -> tuple[Labels, Matrix]:
    """Return which centroid lies nearest to each vector and its cosine, both of shape [n]."""
    nearest = np.zeros(len(vectors), np.int64)
    similarity = np.zeros(len(vectors), np.float32)

    def look(start: int) -> None:
        cosines = vectors[start : start + BLOCK_ROWS] @ centres.T
        nearest[start : start + BLOCK_ROWS] = cosines.argmax(axis=1)
        similarity[start : start + BLOCK_ROWS] = cosines.max(axis=1)

    side_by_side(look, range(0, len(vectors), BLOCK_ROWS))
    return nearest, similarity


def _without_small(labels: Labels, least_size: int) -> Labels:
    """Return the labels with groups below the size dissolved and the others numbered from 0 in order of first appearance."""
    sizes = np.bincount(labels[labels != NONE], minlength=1)
    found, first = np.unique(labels, return_index=True)
    large = [label for label in found[np.argsort(first)].tolist() if label != NONE and sizes[label] >= least_size]
    numbers = np.full(len(sizes) + 1, NONE, np.int64)  # the last stands for none
    numbers[large] = np.arange(len(large))
    return numbers[labels]

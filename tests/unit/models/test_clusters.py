"""Groups of vectors that lie near each other: seeded, in blocks, with an honest "none"."""

import numpy as np
import pytest

from models import clusters
from models.clusters import NONE, LeidenClusters, centroids, nearest_centroid, neighbour_graph


def bunches(sizes, *, noise=0.1, dimensions=16, seed=1):
    """Vectors around one axis per bunch, and which bunch each is of."""
    chance = np.random.default_rng(seed)
    truth = np.repeat(np.arange(len(sizes)), sizes)
    found = np.eye(dimensions, dtype=np.float32)[truth] + chance.normal(0, noise, (len(truth), dimensions)).astype(np.float32)
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32), truth


def grouped(vectors, *, least_similarity=0.0, least_size=3):
    model = LeidenClusters(
        resolution=1.0,
        least_size=least_size,
        least_similarity=least_similarity,
    )
    return model.fit(vectors).labels_


def test_bunches_are_found():
    vectors, truth = bunches([30, 20, 25])
    labels = grouped(vectors)
    assert all(len(set(labels[truth == bunch])) == 1 for bunch in range(3))
    assert len(set(labels.tolist())) == 3


def test_equal_input_gives_equal_groups():
    vectors, _ = bunches([30, 20, 25], noise=0.4)
    np.testing.assert_array_equal(grouped(vectors), grouped(vectors))


def test_a_vector_far_from_every_group_belongs_to_none():
    vectors, _ = bunches([30, 20])
    stranger = np.zeros((1, 16), np.float32)
    stranger[0, 9] = 1.0
    assert grouped(np.vstack([vectors, stranger]), least_similarity=0.5)[-1] == NONE


def test_a_small_group_is_dissolved_and_its_members_go_where_they_are_near_enough():
    vectors, _ = bunches([30, 30, 3])
    labels = grouped(vectors, least_size=5, least_similarity=0.5)
    assert set(labels[-3:].tolist()) == {NONE}
    near_first = vectors[:1] * 0.9
    near_first = (near_first / np.linalg.norm(near_first)).astype(np.float32)
    assert grouped(np.vstack([vectors, near_first]), least_size=5, least_similarity=0.5)[-1] == labels[0]


def test_equal_vectors_are_in_one_group():
    """Why: two hundred times the same short praise must not crowd out each other's neighbours."""
    vectors, _ = bunches([10, 10])
    labels = grouped(np.vstack([vectors, np.repeat(vectors[:1], 50, axis=0)]))
    assert set(labels[20:].tolist()) == {labels[0]}


@pytest.mark.parametrize("n", [0, 1, 2, 4])
def test_few_vectors_give_no_group(n):
    vectors, _ = bunches([n])
    assert grouped(vectors, least_size=5).tolist() == [NONE] * n


def test_the_graph_does_not_depend_on_the_size_of_the_blocks(monkeypatch):
    vectors, _ = bunches([40, 30], noise=0.4)
    whole = neighbour_graph(vectors).toarray()
    monkeypatch.setattr(clusters, "BLOCK_ROWS", 7)
    np.testing.assert_allclose(neighbour_graph(vectors).toarray(), whole, atol=1e-6)


def test_the_graph_holds_the_true_nearest_neighbours_both_ways():
    vectors, _ = bunches([40, 30], noise=0.4)
    graph = neighbour_graph(vectors).toarray()
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    nearest = cosines.argmax(axis=1)
    assert all(graph[place, near] == pytest.approx(cosines[place, near], abs=1e-6) for place, near in enumerate(nearest))
    np.testing.assert_array_equal(graph, graph.T)


def test_above_the_limit_the_rest_goes_to_the_nearest_group(monkeypatch):
    monkeypatch.setattr(clusters, "GRAPH_LIMIT", 40)
    vectors, truth = bunches([60, 60])
    labels = grouped(vectors, least_similarity=0.3)
    assert all(len(set(labels[truth == bunch])) == 1 for bunch in range(2))
    assert NONE not in labels


def test_centroids_are_unit_mean_directions_and_the_nearest_is_found():
    vectors, truth = bunches([30, 20])
    centres = centroids(vectors, truth)
    assert np.linalg.norm(centres, axis=1) == pytest.approx([1, 1], abs=1e-5)
    nearest, similarity = nearest_centroid(vectors, centres)
    np.testing.assert_array_equal(nearest, truth)
    assert similarity.min() > 0.5

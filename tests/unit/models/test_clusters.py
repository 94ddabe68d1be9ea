"""Groups of vectors that lie near each other: seeded, in blocks, with an honest "none"."""

import numpy as np
import pytest

from models import clusters
from models.clusters import LEAST_NEIGHBOUR, NONE, LeidenClusters, centroids, communities, nearest_centroid
from models.neighbours import neighbour_graph
from tests.support.vectors import bunches


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


@pytest.mark.parametrize("sizes", [[12], [12, 12], [40, 8]])
def test_where_all_speak_of_one_or_two_matters_none_is_cut_to_pieces(sizes):
    vectors, truth = bunches(sizes)
    labels = LeidenClusters(resolution=2.0, least_size=5, least_similarity=0.4).fit(vectors).labels_
    assert [set(labels[truth == bunch].tolist()) for bunch in range(len(sizes))] == [{bunch} for bunch in range(len(sizes))]


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


def test_what_nobody_else_says_belongs_to_none_unless_it_is_said_twice():
    vectors, _ = bunches([30, 20])
    lone = (0.4 * vectors[:1] + np.eye(16)[9:10]).astype(np.float32)
    lone /= np.linalg.norm(lone)
    assert 0.3 < (vectors @ lone[0]).max() < LEAST_NEIGHBOUR
    assert grouped(np.vstack([vectors, lone]))[-1] == NONE
    assert grouped(np.vstack([vectors, lone, lone]))[-1] != NONE


def test_one_close_neighbour_binds_more_than_many_distant_ones():
    """Why: a sentence and its translation are nearer to each other than to anything else, and must not fall into two topics."""
    chance = np.random.default_rng(3)
    said = chance.normal(size=(200, 32)) + 1.0
    vectors = np.vstack([said, said + 0.9 * chance.normal(size=said.shape)])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labels = grouped(vectors.astype(np.float32))
    assert labels.max() >= 5
    assert np.mean(labels[:200] == labels[200:]) > 0.9


def test_groups_that_say_the_same_are_one():
    """Why: a few sentences that differ in a weekday only would else fall into two topics nobody can tell apart."""
    chance = np.random.default_rng(4)
    tone = np.zeros((2, 24))
    tone[:, 0], tone[0, 1], tone[1, 2] = 1.0, 0.25, 0.25
    rows = np.repeat(tone, 15, axis=0) + 0.02 * chance.normal(size=(30, 24))
    vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    assert len(set(communities(neighbour_graph(vectors), resolution=2.0).tolist())) > 1
    assert set(grouped(vectors).tolist()) == {0}


def test_equal_vectors_are_in_one_group():
    """Why: two hundred times the same short praise must not crowd out each other's neighbours."""
    vectors, _ = bunches([10, 10])
    labels = grouped(np.vstack([vectors, np.repeat(vectors[:1], 50, axis=0)]))
    assert set(labels[20:].tolist()) == {labels[0]}


@pytest.mark.parametrize("n", [0, 1, 2, 4])
def test_few_vectors_give_no_group(n):
    vectors, _ = bunches([n])
    assert grouped(vectors, least_size=5).tolist() == [NONE] * n


def test_above_the_limit_the_rest_goes_to_the_nearest_group(monkeypatch):
    monkeypatch.setattr(clusters, "GRAPH_LIMIT", 40)
    vectors, truth = bunches([60, 60])
    labels = grouped(vectors, least_similarity=0.3)
    assert all(len(set(labels[truth == bunch])) == 1 for bunch in range(2))
    assert NONE not in labels


def test_a_sample_takes_its_share_of_every_part_of_the_order(monkeypatch):
    """Why: the first sentences alone would be the oldest, and a rare topic would be missed."""
    monkeypatch.setattr(clusters, "GRAPH_LIMIT", 30)
    vectors, _ = bunches([100], noise=0.4)
    seen = []
    monkeypatch.setattr(clusters, "neighbour_graph", lambda some: seen.append(some) or neighbour_graph(some))
    spread = np.argsort(np.arange(100) % 3, kind="stable")
    LeidenClusters(resolution=1.0, least_size=1, least_similarity=0.0, spread=spread).fit(vectors)
    places = [int(np.flatnonzero((vectors == one).all(axis=1))[0]) for one in seen[0]]
    assert np.bincount(np.array(places) % 3).tolist() == pytest.approx([10, 10, 10], abs=1)
    assert places == sorted(places)


def test_groups_that_stand_are_begun_with():
    vectors, truth = bunches([30, 20, 25])
    start = truth.astype(np.int64)
    start[::7] = NONE
    labels = LeidenClusters(resolution=1.0, least_size=3, least_similarity=0.0, start=start).fit(vectors).labels_
    assert all(len(set(labels[truth == bunch])) == 1 for bunch in range(3))
    assert len(set(labels.tolist())) == 3


def test_centroids_are_unit_mean_directions_and_the_nearest_is_found():
    vectors, truth = bunches([30, 20])
    centres = centroids(vectors, truth)
    assert np.linalg.norm(centres, axis=1) == pytest.approx([1, 1], abs=1e-5)
    nearest, similarity = nearest_centroid(vectors, centres)
    np.testing.assert_array_equal(nearest, truth)
    assert similarity.min() > 0.5

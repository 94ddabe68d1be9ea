"""Nearest neighbours: all of them among few vectors, nearly all among many, the same on any number of threads."""

import numpy as np
import pytest

from models import neighbours
from models.neighbours import neighbour_graph
from tests.support.vectors import bunches


@pytest.fixture
def by_cells(monkeypatch):
    """Cells for a few hundred vectors already."""
    for name, value in {"EXACT_LIMIT": 50, "CELL_SIZE": 20, "CANDIDATES": 200}.items():
        monkeypatch.setattr(neighbours, name, value)


def test_the_graph_does_not_depend_on_the_size_of_the_blocks(monkeypatch):
    vectors, _ = bunches([40, 30], noise=0.4)
    whole = neighbour_graph(vectors).toarray()
    monkeypatch.setattr(neighbours, "BLOCK_ROWS", 7)
    np.testing.assert_allclose(neighbour_graph(vectors).toarray(), whole, atol=1e-6)


def test_the_graph_holds_the_true_nearest_neighbours_both_ways():
    vectors, _ = bunches([400, 300], noise=0.4)
    graph = neighbour_graph(vectors).toarray()
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    nearest = np.argsort(-cosines, axis=1)[:, : neighbours.NEIGHBOURS]
    assert all(graph[place, near] == pytest.approx(cosines[place, near], abs=1e-6) for place, near in enumerate(nearest))
    np.testing.assert_array_equal(graph, graph.T)


def test_many_vectors_are_compared_with_those_of_near_cells_only(by_cells):
    vectors, _ = bunches([300] * 4, noise=0.3)
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    nearest = np.argsort(-cosines, axis=1)[:, : neighbours.NEIGHBOURS]
    graph = neighbour_graph(vectors).toarray()
    found = np.mean([graph[place, near] > 0 for place, near in enumerate(nearest)])
    assert 0.85 < found < 1.0
    np.testing.assert_array_equal(graph.diagonal(), 0)


def test_the_number_of_threads_changes_no_digit(by_cells, monkeypatch):
    vectors, _ = bunches([300] * 4, noise=0.3)
    many = neighbour_graph(vectors)
    monkeypatch.setattr(neighbours, "MOST_THREADS", 1)
    one = neighbour_graph(vectors)
    np.testing.assert_array_equal(one.indices, many.indices)
    np.testing.assert_array_equal(one.data, many.data)


def test_vectors_that_all_but_coincide_are_neighbours_of_each_other(by_cells):
    vectors, _ = bunches([600], noise=0.0001)
    graph = neighbour_graph(vectors)
    assert np.diff(graph.indptr).min() >= neighbours.NEIGHBOURS
    assert graph.data.min() > 0.99

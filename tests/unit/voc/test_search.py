"""Reciprocal rank fusion: what both rankings hold comes first."""

import pytest

from voc.search import NoWords, SearchWords, fuse


def test_what_both_rankings_hold_comes_before_what_one_holds() -> None:
    assert [name for name, _ in fuse([["a", "b", "c"], ["d", "c"]])] == ["c", "a", "d", "b"]


def test_the_score_is_the_sum_of_reciprocal_ranks() -> None:
    scores = dict(fuse([["a", "b"], ["b"]]))
    assert scores == {"b": pytest.approx(1 / 62 + 1 / 61), "a": pytest.approx(1 / 61)}


def test_one_ranking_alone_keeps_its_order_and_none_gives_nothing() -> None:
    assert [name for name, _ in fuse([["c", "a", "b"], []])] == ["c", "a", "b"]
    assert fuse([]) == fuse([[], []]) == []


def test_a_name_counts_once_in_a_ranking() -> None:
    assert dict(fuse([["a", "a", "b"]])) == {"a": pytest.approx(1 / 61), "b": pytest.approx(1 / 62)}


def test_a_phrase_of_two_units_is_looked_for_once() -> None:
    assert SearchWords(units=((("a",), ("b", "c")), (("a",),))).phrases() == (("a",), ("b", "c"))


def test_without_a_reader_there_are_no_words() -> None:
    assert (NoWords().words(["a"]), NoWords().query("a"), NoWords().places("a", SearchWords())) == ([()], SearchWords(), ())

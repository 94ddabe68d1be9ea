"""Few-shot heads: what few examples teach, when they abstain, what is kept of them; on made-up vectors."""

import json

import numpy as np
import pytest

from models.few_shot import MAX_EXAMPLES, FewShotHeads, fit, learn, learn_more
from models.heads import shipped_tags
from voc.errors import InputError

DIMENSIONS = 64
TAGS = ("delivery", "invoice", "login")


def near(centre, *, n, seed, noise=0.6):
    """Unit vectors around the axis ``centre``."""
    rows = np.random.default_rng(seed).normal(size=(n, DIMENSIONS)) * noise / np.sqrt(DIMENSIONS)
    rows[:, centre] += 1.0
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def examples(n=8, *, seed=0, tags=TAGS):
    vectors = np.concatenate([near(place, n=n, seed=seed + place) for place in range(len(tags))])
    return vectors, [frozenset({tag}) for tag in tags for _ in range(n)]


def test_eight_examples_a_tag_tell_new_sentences():
    heads = fit(*examples(), multi=False)
    found = heads.predict(examples(20, seed=100)[0])
    assert [tags[0].tag for tags in found] == [tag for tag in TAGS for _ in range(20)]
    assert all(len(tags) == 1 for tags in found)


def test_a_sentence_unlike_all_examples_has_no_tag():
    heads = fit(*examples(), multi=False)
    assert heads.predict(near(40, n=5, seed=9)) == [()] * 5


def test_examples_without_a_tag_teach_what_none_of_these_is():
    """Why: "other" is not a tag, but what it looks like is worth knowing."""
    vectors, labels = examples()
    noisy = near(0, n=60, seed=7, noise=1.6)
    without = sum(not tags for tags in fit(vectors, labels, multi=False).predict(noisy))
    taught = fit(np.concatenate([vectors, near(0, n=30, seed=8, noise=1.6)]), labels + [frozenset()] * 30, multi=False)
    assert sum(not tags for tags in taught.predict(noisy)) > without


def test_what_looks_like_none_of_these_has_no_tag_although_it_lies_near_one():
    """Why: with a threshold on the tags' own scores alone, the nearest tag won; "none of these" is learnt as a class of its own."""
    vectors, labels = examples(20)
    beside = near(0, n=30, seed=90) + near(10, n=30, seed=91)
    taught = fit(np.concatenate([vectors, beside]), labels + [frozenset()] * 30, multi=False)
    assert taught.predict(near(0, n=20, seed=92) + near(10, n=20, seed=93)) == [()] * 20
    assert {tags[0].tag for tags in taught.predict(near(0, n=20, seed=94))} == {"delivery"}


def test_few_examples_of_a_rare_tag_are_heard_beside_many_of_another(monkeypatch):
    """Why: with every example alike, a tag with a tenth of the examples is hardly ever given."""
    many, few = near(0, n=300, seed=20, noise=3.0), near(1, n=15, seed=21, noise=3.0)
    vectors, labels = np.concatenate([many, few]), [frozenset({"often"})] * 300 + [frozenset({"rare"})] * 15
    new = near(1, n=400, seed=23, noise=3.0)
    heard = (fit(vectors, labels, multi=False).probabilities(new).argmax(axis=1) == 1).mean()
    monkeypatch.setattr("models.few_shot.RARITY", 0.0)
    all_alike = (fit(vectors, labels, multi=False).probabilities(new).argmax(axis=1) == 1).mean()
    assert heard > 1.2 * all_alike > 0


def test_several_tags_best_first_where_a_sentence_may_have_several():
    vectors, labels = examples()
    pairs = near(0, n=8, seed=50) + near(2, n=8, seed=51)
    heads = fit(np.concatenate([vectors, pairs]), labels + [frozenset({"delivery", "login"})] * 8, multi=True)
    for tags in heads.predict(near(0, n=5, seed=60) + near(2, n=5, seed=61)):
        assert {tag.tag for tag in tags} == {"delivery", "login"}
        assert [tag.score for tag in tags] == sorted((tag.score for tag in tags), reverse=True)
    assert {tag.tag for tags in heads.predict(near(1, n=5, seed=62)) for tag in tags} == {"invoice"}


def test_probabilities_are_honest_on_sentences_not_seen():
    """Why: a score of 0.8 must mean that four in five are right, or the user cannot choose a threshold."""
    vectors = np.concatenate([near(place, n=60, seed=place, noise=3.5) for place in range(3)])
    heads = fit(vectors, [frozenset({tag}) for tag in TAGS for _ in range(60)], multi=False)
    new = np.concatenate([near(place, n=400, seed=100 + place, noise=3.5) for place in range(3)])
    p = heads.probabilities(new)
    right = p.argmax(axis=1) == np.repeat(np.arange(3), 400)
    assert abs(p.max(axis=1).mean() - right.mean()) < 0.08
    assert 0.6 < right.mean() < 0.99


def test_the_same_examples_in_any_order_give_the_same_heads():
    vectors, labels = examples()
    order = np.random.default_rng(3).permutation(len(labels))
    first, second = fit(vectors, labels, multi=False), fit(vectors[order], [labels[i] for i in order], multi=False)
    assert first.config() == second.config()
    assert all(np.array_equal(array, second.weights()[name]) for name, array in first.weights().items())


def test_the_last_digits_of_vectors_do_not_change_the_order_of_examples():
    """Why: examples are drawn by their place; ordered by their last digits, another processor drew others and measured other scores."""
    vectors, labels = examples(50)
    other = vectors * (1 + np.random.default_rng(4).uniform(-3e-7, 3e-7, vectors.shape)).astype(np.float32)
    assert not np.array_equal(vectors, other)
    first, second = fit(vectors, labels, multi=False), fit(other, labels, multi=False)
    np.testing.assert_allclose(first.examples, second.examples, atol=1e-5)


def test_heads_come_back_from_plain_arrays_and_json():
    heads = fit(*examples(), multi=False)
    again = FewShotHeads.from_weights(heads.weights(), json.loads(json.dumps(heads.config())))
    new = examples(5, seed=30)[0]
    assert again.predict(new) == heads.predict(new)


def test_one_sentence_alone_gets_what_it_gets_in_a_batch():
    heads = fit(*examples(), multi=False)
    new = examples(5, seed=30)[0]
    assert [heads.predict(new[i : i + 1])[0] for i in range(len(new))] == heads.predict(new)
    assert heads.predict(new[:0]) == []


def test_tags_with_few_or_confused_examples_come_first_as_needing_more():
    vectors, labels = examples(12)
    confused = np.concatenate([near(5, n=12, seed=70), near(5, n=12, seed=71)])
    labels = labels + [frozenset({"slow"})] * 12 + [frozenset({"late"})] * 12 + [frozenset({"rare"})] * 3
    found = learn(np.concatenate([vectors, confused, near(7, n=3, seed=72)]), labels, multi=False).quality
    more = [tag.tag for tag in found if tag.needs_more]
    assert set(more) == {"slow", "late", "rare"}
    assert [tag.tag for tag in found][: len(more)] == more
    clear = {tag.tag: tag for tag in found}["login"]
    assert (clear.n, clear.precision, clear.recall) == (12, 1.0, 1.0)


def test_a_repeated_example_does_not_vouch_for_itself():
    """Why: the same sentence twice would be told by its copy, and the figures would flatter."""
    vectors, labels = near(0, n=6, seed=1), [frozenset({"a"})] * 6
    scattered = np.concatenate([near(10 + i, n=1, seed=80 + i) for i in range(6)])
    once = learn(np.concatenate([vectors, scattered]), labels + [frozenset({"b"})] * 6, multi=False).quality
    twice = learn(np.concatenate([vectors, scattered, scattered]), labels + [frozenset({"b"})] * 12, multi=False).quality
    assert twice == once


def test_what_is_not_judged_teaches_and_is_not_counted():
    """Why: a tag's name is no sentence anybody wrote; told right, it would flatter the figures, told wrong, spoil them."""
    vectors, labels = examples(3)
    names, unlike = near(0, n=1, seed=40), near(9, n=1, seed=41)
    taught = learn(np.concatenate([vectors, names, unlike]), [*labels, frozenset({"delivery"}), frozenset({"login"})], multi=False, unjudged=2)
    assert {tag.tag: tag.n for tag in taught.quality} == {"delivery": 3, "invoice": 3, "login": 3}
    assert taught.heads.predict(near(9, n=1, seed=42)) != [()]
    assert learn(vectors, labels, multi=False).heads.predict(near(9, n=1, seed=42)) == [()]


def test_a_name_that_is_an_example_too_is_judged_once():
    vectors, labels = examples(3)
    again = learn(np.concatenate([vectors, vectors[:1]]), [*labels, labels[0]], multi=False, unjudged=1)
    assert again.quality == learn(vectors, labels, multi=False).quality


def test_what_cannot_be_learnt_is_refused():
    vectors = near(0, n=2, seed=1)
    with pytest.raises(InputError):
        fit(vectors, [frozenset(), frozenset()], multi=True)
    with pytest.raises(InputError):
        fit(vectors, [frozenset({"a", "b"}), frozenset({"a"})], multi=False)
    with pytest.raises(InputError):
        fit(np.full((2, DIMENSIONS), np.nan, np.float32), [frozenset({"a"}), frozenset({"b"})], multi=False)


def test_two_examples_are_enough_to_begin():
    learnt = learn(np.concatenate([near(0, n=1, seed=1), near(1, n=1, seed=2)]), [frozenset({"a"}), frozenset({"b"})], multi=False)
    assert [tag.needs_more for tag in learnt.quality] == [True, True]
    assert learnt.heads.labels == ("a", "b")


def test_learning_more_on_top_is_learning_all_at_once():
    """Why: corrections of shipped tags must count like the examples that ship, and those of before must still be told."""
    vectors, labels = examples(20)
    known = learn(vectors, labels, multi=True)
    far, more = near(30, n=6, seed=70), [frozenset({"login"})] * 6
    taught = learn_more(known, far, more)
    assert {tags[0].tag for tags in taught.heads.predict(near(30, n=5, seed=71))} == {"login"}
    assert [tags[0].tag for tags in taught.heads.predict(vectors)] == [next(iter(some)) for some in labels]
    assert {tag.tag: tag.n for tag in taught.quality} == {"login": 26, "invoice": 20, "delivery": 20}
    again = learn_more(known, far[::-1], more)
    assert np.allclose(again.heads.alpha, taught.heads.alpha)
    assert (taught.heads.width, taught.heads.slope, taught.heads.abstain_below) == (known.heads.width, known.heads.slope, known.heads.abstain_below)


def test_corrections_have_room_beside_the_examples_that_ship():
    """Why: as many examples shipped as were taken at most, and of all corrections one was learnt."""
    known = shipped_tags().known
    assert known is not None
    assert len(known.heads.examples) + 5_000 <= MAX_EXAMPLES


def test_no_more_examples_are_taken_than_said_evenly_from_the_tags():
    vectors, labels = examples(20)
    learnt = learn(vectors, labels, multi=True, most=30)
    assert [tag.n for tag in learnt.quality] == [10, 10, 10]
    assert learn(vectors, labels, multi=True, most=30).heads.alpha.tolist() == learnt.heads.alpha.tolist()


def test_a_tag_the_heads_do_not_know_teaches_that_none_of_theirs_fits():
    vectors, labels = examples(20)
    known = learn(vectors, labels, multi=True)
    wrong = near(0, n=12, seed=80, noise=2.0)
    before = sum(not tags for tags in known.heads.predict(wrong))
    after = learn_more(known, wrong, [frozenset({"other"})] * 12).heads.predict(wrong)
    assert sum(not tags for tags in after) > before

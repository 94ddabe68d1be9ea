"""Models a user may name in the settings: the true architectures, tiny and random, loaded by the code that loads the real ones."""

import shutil

import numpy as np
import pytest

from models.hub_encoder import HubEncoder
from models.hub_sentiment import HubSentiment
from models.hub_tagging import LEAST_SCORE, MOST_TAGS, HubTagger
from tests.support.tiny_models import save_classifier, save_encoder
from voc.errors import ModelRejectedError
from voc.model_source import ModelSource, parse_model_source
from voc.sentiment import SentimentLabel
from voc.taxonomy import shipped_taxonomy

pytestmark = [pytest.mark.models, pytest.mark.filterwarnings("ignore")]  # the libraries warn while tiny models are made
SENTENCES = [
    "ログインできません。急ぎ対応をお願いします。",
    "The app is slow but the support team was lovely.",
    "",
    "🙂",
    "half a pair \ud800 here",
    "The app is slow but the support team was lovely.",
    "word " * 20_000,
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    place = tmp_path_factory.mktemp("hub")
    return {
        "e5": save_encoder(place / "multilingual-e5-tiny", dimensions=48, pooling="mean"),
        "bge": save_encoder(place / "bge-m3-tiny", dimensions=64, pooling="cls"),
        "sentiment": save_classifier(place / "xlmr-sentiment", ["negative", "neutral", "positive"]),
        "two sides": save_classifier(place / "xlmr-two-sides", ["NEGATIVE", "POSITIVE"]),
        "nli": save_classifier(place / "xlmr-nli", ["entailment", "neutral", "contradiction"]),
    }


@pytest.fixture(scope="module")
def loaded(folders):
    """Each model once."""
    taxonomy = shipped_taxonomy()
    few = taxonomy.model_copy(update={"tags": taxonomy.tags[:4]})
    sources = {name: parse_model_source(str(folder)) for name, folder in folders.items()}
    return {
        "e5": HubEncoder(sources["e5"]),
        "bge": HubEncoder(sources["bge"]),
        "sentiment": HubSentiment(sources["sentiment"]),
        "two sides": HubSentiment(sources["two sides"]),
        "nli": HubTagger(sources["nli"], few),
    }


@pytest.mark.parametrize(("name", "dimensions"), [("e5", 48), ("bge", 64)])
def test_an_encoder_gives_unit_vectors_of_its_own_dimension(loaded, name, dimensions):
    encoded = loaded[name].encode(SENTENCES)
    assert encoded.vectors.shape == (len(SENTENCES), dimensions)
    assert encoded.vectors.dtype == np.float32
    assert np.linalg.norm(encoded.vectors, axis=1) == pytest.approx(np.ones(len(SENTENCES)), abs=1e-4)
    assert encoded.truncated == (False,) * 6 + (True,)
    assert loaded[name].encode([]).vectors.shape == (0, dimensions)


@pytest.mark.parametrize("name", ["e5", "bge"])
def test_a_vector_does_not_depend_on_its_neighbours(loaded, name):
    together = loaded[name].encode(SENTENCES).vectors
    alone = np.vstack([loaded[name].encode([sentence]).vectors for sentence in SENTENCES])
    np.testing.assert_allclose(together, alone, atol=1e-4)
    assert np.abs(together[0] - together[1]).max() > 1e-3
    np.testing.assert_array_equal(together[1], together[5])


def test_the_prefix_of_e5_reaches_the_model(loaded, folders):
    plain = HubEncoder(parse_model_source(str(folders["e5"])), prefix="")
    by_hand = plain.encode(["query: ログインできません。"]).vectors
    np.testing.assert_allclose(loaded["e5"].encode(["ログインできません。"]).vectors, by_hand, atol=1e-5)
    assert np.abs(plain.encode(["ログインできません。"]).vectors - by_hand).max() > 1e-3
    assert plain.version != loaded["e5"].version


@pytest.mark.parametrize("name", ["sentiment", "two sides"])
def test_a_classifier_gives_one_sentiment_per_sentence(loaded, name):
    found = loaded[name].sentiments(SENTENCES, None)
    alone = [loaded[name].sentiments([sentence], None)[0] for sentence in SENTENCES]
    assert [s.label for s in found] == [s.label for s in alone]
    assert [s.score for s in found] == pytest.approx([s.score for s in alone], abs=1e-4)
    assert found[2].label is SentimentLabel.NEUTRAL
    assert all(0 <= s.confidence <= 1 for s in found)
    assert loaded[name].sentiments([], None) == []


def test_a_model_without_neutral_calls_the_middle_neutral_and_abstains(loaded):
    found = [s for s in loaded["two sides"].sentiments(SENTENCES, None) if s.confidence > 0.05]
    assert all((s.label is SentimentLabel.NEUTRAL) == (abs(s.score) < 0.2) for s in found)
    assert all(s.abstained == (s.confidence < 0.6) for s in found)


def test_an_nli_model_assigns_tags_by_their_definitions(loaded):
    tagger = loaded["nli"]
    found = tagger.tags(SENTENCES, None)
    scores = tagger._classifier.probabilities([SENTENCES[1]] * 4, [f"This is about the following: {tag.definition.en}" for tag in tagger.taxonomy_tags()])
    by_hand = {tag.id: round(float(row[0] / (row[0] + row[2])), 4) for tag, row in zip(tagger.taxonomy_tags(), scores, strict=True)}
    assert {tag.tag: tag.score for tag in found[1]} == pytest.approx({t: s for t, s in by_hand.items() if s >= LEAST_SCORE}, abs=1e-3)
    assert (found[2], found[3]) == ((), ())
    assert found[1] == found[5]
    assert all(len(tags) <= MOST_TAGS and list(tags) == sorted(tags, key=lambda t: (-t.score, t.tag)) for tags in found)
    assert tagger.tags([], None) == []


def test_labels_without_names_are_refused(folders, tmp_path):
    path = save_classifier(tmp_path / "no-names", ["LABEL_0", "LABEL_1", "LABEL_2"])
    source = ModelSource(name="no-names", revision=None, folder=path)
    with pytest.raises(ModelRejectedError, match="does not name a negative and a positive label"):
        HubSentiment(source).sentiments(["a"], None)
    with pytest.raises(ModelRejectedError, match="does not name entailment"):
        HubTagger(source, shipped_taxonomy()).tags(["a"], None)


def test_an_encoder_is_not_taken_for_a_classifier(folders):
    """Why: transformers fills a missing layer with chance, and every sentence would get a made-up sentiment."""
    with pytest.raises(ModelRejectedError, match="no weights for classifier"):
        HubSentiment(parse_model_source(str(folders["e5"]))).sentiments(["a"], None)


def test_weights_that_are_no_safetensors_are_refused_not_unpickled(folders, tmp_path):
    path = shutil.copytree(folders["e5"], tmp_path / "broken-e5")
    (path / "model.safetensors").write_bytes(b"\x80\x04cos\nabort\n(tR.")
    with pytest.raises(ModelRejectedError, match="cannot load it"):
        HubEncoder(ModelSource(name="broken-e5", revision=None, folder=path)).encode(["a"])

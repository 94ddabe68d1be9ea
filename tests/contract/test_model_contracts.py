"""What every implementation of a model port promises: one table, the same questions to all of them.

Empty batch, one, order kept, a batch of n equals n batches of one, any script, over-long texts, the same answer twice, a version.
"""

import numpy as np
import pytest

from models.baselines import HashedJapaneseEncoder, LexiconCues, LexiconSentiment, LexiconTagger
from models.encoder import BilingualEncoder
from models.heads import HeadCues, HeadSentiment
from models.minilm import MiniLmEncoder
from models.tagging import HeadTagger
from models.topics import BertopicTopics
from voc.enrichment import Intent
from voc.feedback import Language
from voc.ids import derived_id
from voc.ports import Encoded
from voc.sentiment import NEUTRAL
from voc.taxonomy import shipped_taxonomy
from voc.topics import TopicSentence

SENTENCES = [
    "ログインできません。",
    "The app is slow but the support team was lovely.",
    "とても便利です😊",
    "🙂🙂",
    "ＡＢＣ全角とﾊﾝｶｸ",
    "",
    " \n",
    "Tsumugiは便利, but CSV export が文字化けする",
    "n/a",
    "a\u200bb\u0301 \u202eright to left",
    "髙﨑𠮷野",
    "half a pair \ud800 here",
    "word " * 20_000,
    "長い文章です。" * 20_000,
    "The app is slow but the support team was lovely.",
]
heavy = pytest.mark.models


def encoded(count):
    nothing = np.zeros((count, 384), np.float32)
    return Encoded(nothing, nothing, (False,) * count)


@pytest.fixture(scope="module")
def loaded():
    """Each heavy encoder once per run."""
    return {}


ENCODERS = [
    pytest.param(HashedJapaneseEncoder, id="hashed"),
    pytest.param(MiniLmEncoder, id="minilm", marks=heavy),
    pytest.param(BilingualEncoder, id="bilingual", marks=heavy),
]


@pytest.fixture
def encoder(request, loaded):
    return loaded.setdefault(request.param, request.param())


@pytest.mark.parametrize("encoder", ENCODERS, indirect=True)
class TestEncoders:
    def test_no_sentence_no_vector(self, encoder):
        nothing = encoder.encode([])
        assert (nothing.vectors.shape, nothing.features.shape[0], nothing.truncated) == ((0, 384), 0, ())

    def test_vectors_are_float32_of_unit_length(self, encoder):
        vectors = encoder.encode(SENTENCES).vectors
        assert vectors.shape == (len(SENTENCES), 384)
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(SENTENCES)), abs=1e-4)

    def test_a_batch_of_n_is_n_batches_of_one_in_order(self, encoder):
        together = encoder.encode(SENTENCES)
        alone = [encoder.encode([sentence]) for sentence in SENTENCES]
        np.testing.assert_allclose(together.vectors, np.vstack([one.vectors for one in alone]), atol=1e-4)
        np.testing.assert_allclose(together.features, np.vstack([one.features for one in alone]), atol=1e-4)

    def test_the_same_answer_twice(self, encoder):
        np.testing.assert_array_equal(encoder.encode(SENTENCES).vectors, encoder.encode(SENTENCES).vectors)

    def test_what_was_not_read_is_said(self, encoder):
        assert tuple(len(s) > 10_000 for s in SENTENCES) == encoder.encode(SENTENCES).truncated

    def test_a_name_and_a_version(self, encoder):
        assert encoder.name
        assert encoder.version


SENTIMENTS = [
    pytest.param(LexiconSentiment(), id="lexicon"),
    pytest.param(HeadSentiment(), id="head", marks=heavy),
]


@pytest.mark.parametrize("model", SENTIMENTS)
class TestSentimentModels:
    def test_no_sentence_no_sentiment(self, model):
        assert model.sentiments([], encoded(0)) == []

    def test_a_batch_of_n_is_n_batches_of_one_in_order(self, model):
        passed = HashedJapaneseEncoder().encode(SENTENCES)
        together = model.sentiments(SENTENCES, passed)
        alone = [model.sentiments([sentence], passed.rows([i]))[0] for i, sentence in enumerate(SENTENCES)]
        assert [s.label for s in together] == [s.label for s in alone]
        assert [s.score for s in together] == pytest.approx([s.score for s in alone], abs=1e-4)
        assert [s.confidence for s in together] == pytest.approx([s.confidence for s in alone], abs=1e-4)

    def test_the_same_answer_twice(self, model):
        passed = HashedJapaneseEncoder().encode(SENTENCES)
        assert model.sentiments(SENTENCES, passed) == model.sentiments(SENTENCES, passed)

    def test_a_name_and_a_version(self, model):
        assert model.name
        assert model.version


def cue_answers(model, sentences):
    return model.cues(sentences, [NEUTRAL] * len(sentences), encoded(len(sentences)))


@pytest.mark.parametrize("model", [pytest.param(LexiconCues(), id="lexicon"), pytest.param(HeadCues(), id="head", marks=heavy)])
class TestCueModels:
    def test_no_sentence_no_cue(self, model):
        assert cue_answers(model, []) == []

    def test_a_batch_of_n_is_n_batches_of_one_in_order_and_twice_the_same(self, model):
        together = cue_answers(model, SENTENCES)
        assert together == [cue_answers(model, [sentence])[0] for sentence in SENTENCES]
        assert together == cue_answers(model, SENTENCES)

    def test_what_says_nothing_has_no_signal_and_no_doubt(self, model):
        sentences = [*SENTENCES, "よろしくお願いいたします。", "n/a", "Nothing worked."]
        told = [model.says_nothing(sentence) for sentence in sentences]
        assert told[-3:] == [True, True, False]
        assert all(cues.intent is Intent.NO_SIGNAL for cues, nothing in zip(cue_answers(model, sentences), told, strict=True) if nothing)

    def test_probabilities_are_probabilities(self, model):
        assert all(0 <= p <= 1 for cues in cue_answers(model, SENTENCES) for p in (cues.churn, cues.abusive))

    def test_a_name_and_a_version(self, model):
        assert model.name
        assert model.version


@pytest.mark.parametrize("model", [pytest.param(LexiconTagger(shipped_taxonomy()), id="lexicon"), pytest.param(HeadTagger(shipped_taxonomy()), id="head", marks=heavy)])
class TestTaggers:
    def test_no_sentence_no_tags(self, model):
        assert model.tags([], encoded(0)) == []

    def test_a_batch_of_n_is_n_batches_of_one_in_order_and_twice_the_same(self, model):
        together = model.tags(SENTENCES, encoded(len(SENTENCES)))
        assert together == [model.tags([sentence], encoded(1))[0] for sentence in SENTENCES]
        assert together == model.tags(SENTENCES, encoded(len(SENTENCES)))

    def test_only_tags_of_the_taxonomy_best_first(self, model):
        known = {tag.id for tag in model.taxonomy_tags()}
        for found in model.tags(SENTENCES, encoded(len(SENTENCES))):
            assert {score.tag for score in found} <= known
            assert [s.score for s in found] == sorted((s.score for s in found), reverse=True)

    def test_a_name_and_a_version(self, model):
        assert model.name
        assert model.version


WORDS = {
    "ログイン": ["できない", "が遅い", "の画面が出ない", "でエラーになる", "のたびに失敗する", "のボタンが押せない"],
    "請求書": ["が届かない", "の金額が違う", "の宛名を変えたい", "が分かりにくい", "を再発行したい", "の明細がほしい"],
    "エクスポート": ["が文字化けする", "に時間がかかる", "の列が足りない", "が途中で止まる", "のボタンがない", "が失敗する"],
}


SAID = tuple(word + end for word, ends in WORDS.items() for end in ends)


def topic_sentences(texts=SAID):
    vectors = BilingualEncoder().encode(list(texts)).vectors
    return [
        TopicSentence(
            id=derived_id("se", text, str(number)),
            feedback_id=derived_id("fb", text, str(number)),
            text=text,
            language=Language.JA,
            voice=str(number),
            vector=v.astype("<f2").tobytes(),
        )
        for number, (text, v) in enumerate(zip(texts, vectors, strict=True))
    ]


@heavy
@pytest.mark.parametrize("model", [pytest.param(BertopicTopics(), id="bertopic")])
class TestTopicModels:
    @pytest.mark.parametrize("count", [0, 1, 3])
    def test_too_few_sentences_give_an_honest_empty_run(self, model, count):
        run = model.fit(topic_sentences()[:count])
        assert run.topics == ()
        assert [a.topic_id for a in run.assignments] == [None] * count

    def test_every_sentence_has_exactly_one_assignment(self, model):
        sentences = topic_sentences()
        assert sorted(a.sentence_id for a in model.fit(sentences).assignments) == sorted(s.id for s in sentences)

    def test_equal_input_in_any_order_gives_an_equal_run(self, model):
        sentences = topic_sentences()
        assert model.fit(sentences) == model.fit(sentences[::-1])

    def test_topics_hold_what_belongs_together_with_shared_keywords_and_real_examples(self, model):
        sentences = topic_sentences()
        text = {s.id: s.text for s in sentences}
        run = model.fit(sentences)
        assert len(run.topics) >= 2
        for topic in run.topics:
            members = [text[a.sentence_id] for a in run.assignments if a.topic_id == topic.id]
            assert topic.size == len(members) >= 5
            word = max(WORDS, key=lambda w: sum(m.startswith(w) for m in members))
            assert word in topic.keywords
            assert set(topic.example_ids) <= {a.sentence_id for a in run.assignments if a.topic_id == topic.id}
            assert np.linalg.norm(np.frombuffer(topic.centroid, "<f2").astype(np.float32)) == pytest.approx(1.0, abs=1e-2)

    @pytest.mark.parametrize("text", ["ログイン", "ログインできない。", "I cannot log in again and again"])
    def test_one_sentence_of_everybody_is_one_topic(self, model, text):
        (topic,) = model.fit(topic_sentences([text] * 25)).topics
        assert topic.size == 25
        assert topic.keywords[0].casefold() in text.casefold()

    def test_words_only_a_few_say_are_in_no_keyword_and_the_best_sentence_stands_for_a_name(self, model):
        sentences = [s.model_copy(update={"voice": "one"}) if s.text.startswith("ログイン") else s for s in topic_sentences()]
        topics = {topic.keywords: topic for topic in model.fit(sentences).topics}
        assert set(topics) == {("請求書",), ("エクスポート",), ()}
        assert topics[()].name in SAID

    def test_a_name_a_version_and_its_parameters(self, model):
        assert model.name
        assert model.version
        assert model.fit(topic_sentences()).parameters == dict(model.parameters())

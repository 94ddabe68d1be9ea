"""Tags from the taxonomy's own keywords."""

import time
from dataclasses import replace

import numpy as np
import pytest

from models.tagging import MOST_TAGS, HeadTagger, LexiconTagger, given, trusted
from tests.support.fake_models import FakeEncoder, few_tags
from tests.support.timing import takes_under
from voc.taxonomy import Bilingual, BilingualList, Tag, Taxonomy, shipped_taxonomy

NOTHING = BilingualList(en=(), ja=())


def tag(name, *, en=(), ja=()):
    label = Bilingual(en=name, ja=name)
    return Tag(id=name, large=label, middle=label, small=label, definition=label, keywords=BilingualList(en=en, ja=ja), examples=NOTHING)


TAXONOMY = Taxonomy(
    name="toy",
    version="3",
    tags=(
        tag("login", en=(r"log(?:ging)?[ -]?in", "passwords?"), ja=("ログイン", "パスワード")),
        tag("slow", en=("slow", "takes forever"), ja=("遅い", "重い")),
        tag("price", en=("price", "expensive"), ja=("料金", "高い")),
        tag("sso", ja=("ログイン画面", "SSO")),
    ),
)
TAGGER = LexiconTagger(TAXONOMY)


def names(sentence):
    return [found.tag for found in TAGGER.tags([sentence], None)[0]]


def test_the_version_names_the_taxonomy():
    """Why: a new taxonomy makes old tags pending again."""
    assert TAGGER.version == "1+toy-3"


def test_japanese_keywords_are_parts_of_the_text_and_english_ones_whole_words():
    assert names("ログインが遅い") == ["login", "slow"]
    assert names("Logging in is slow") == ["login", "slow"]
    assert names("a slowpoke prices nothing") == []


def test_a_japanese_keyword_in_latin_letters_is_a_whole_word_too():
    """Why: "treatment" was taken for ATM, so praise of nurses carried the tag of bank cards."""
    assert names("the assessor was kind") == []
    assert names("SSOが切れる") == names("当社のSSO") == names("SSO, again") == ["sso"]


def test_full_width_and_half_width_writing_is_the_same():
    assert names("ﾛｸﾞｲﾝできない") == names("ログインできない") == ["login"]
    assert names("ＳＳＯが切れる") == ["sso"]


def test_the_words_that_carried_a_tag_are_given():
    assert TAGGER.tags(["パスワードを忘れてログインできない"], None)[0][0].because == ("パスワード", "ログイン")


def test_more_words_mean_a_higher_score_and_the_best_comes_first():
    first, second = TAGGER.tags(["料金がわからないしログインもパスワードもだめ"], None)[0]
    assert (first.tag, second.tag) == ("login", "price")
    assert 0.5 <= second.score < first.score <= 1.0


def test_at_most_three_tags():
    assert len(names("SSOのログインが遅いし料金が高い")) == MOST_TAGS


@pytest.mark.parametrize("sentence", ["", "特になし", "よろしくお願いいたします。", "Kind regards", "今日は晴れです", "🙂"])
def test_nothing_to_tag_has_no_tag(sentence):
    assert names(sentence) == []


def test_every_shipped_tag_is_found_by_most_of_its_own_examples():
    taxonomy = shipped_taxonomy()
    tagger = LexiconTagger(taxonomy)
    examples = [(t.id, text) for t in taxonomy.tags for text in (*t.examples.en, *t.examples.ja)]
    found = tagger.tags([text for _, text in examples], None)
    right = sum(any(score.tag == wanted for score in scores) for (wanted, _), scores in zip(examples, found, strict=True))
    assert right / len(examples) >= 0.5


def test_five_thousand_sentences_a_second():
    tagger = LexiconTagger(shipped_taxonomy())
    sentences = [f"The app is {word} since update {n}." for n in range(500) for word in ("slow", "fine", "expensive")]
    sentences += [f"更新{n}から{word}です。" for n in range(500) for word in ("遅い", "便利", "高い")]
    assert takes_under(len(sentences) / 5_000, lambda: tagger.tags(sentences, None))


def test_a_million_characters_are_cheap():
    started = time.perf_counter()
    LexiconTagger(shipped_taxonomy()).tags(["log in " * 150_000, "ログイン" * 250_000], None)
    assert time.perf_counter() - started < 1.0


def test_a_further_tag_is_given_where_it_scores_at_least_a_third_of_the_best():
    scores = np.array([[0.9, 0.31, 0.29], [0.3, 0.29, 0.1], [0.2, 0.1, 0.0]])
    assert given(scores, 0.24).tolist() == [[True, True, False], [True, True, False], [False, False, False]]
    assert given(np.zeros((0, 3)), 0.24).shape == (0, 3)


def test_trust_in_a_score_by_hand():
    """Slope and offset act on the log-odds: 0.5 has none, 0.8 has ln 4."""
    assert trusted(np.array([0.5, 0.8]), 1.0, 0.0) == pytest.approx([0.5, 0.8])
    assert trusted(np.array([0.5, 0.8]), 0.5, 0.0) == pytest.approx([0.5, 2 / 3])
    assert trusted(np.array([0.5]), 0.5, -np.log(3)) == pytest.approx([0.25])
    assert np.isfinite(trusted(np.array([0.0, 1.0]), 0.3, -0.4)).all()


def test_how_far_scores_are_trusted_changes_no_tag_and_no_order():
    sentences = ["cannot log in, wrong invoice", "the invoice is late", "login", "it snows", "invoice for the login"]
    passed, shipped = FakeEncoder().encode(sentences), few_tags()
    plain = HeadTagger(shipped_taxonomy(), shipped).tags(sentences, passed)
    careful = HeadTagger(shipped_taxonomy(), replace(shipped, stated=(0.25, -0.5))).tags(sentences, passed)
    assert any(plain)
    assert [[found.tag for found in row] for row in careful] == [[found.tag for found in row] for row in plain]
    assert [[found.because for found in row] for row in careful] == [[found.because for found in row] for row in plain]
    for before, after in zip(sum(plain, ()), sum(careful, ()), strict=True):
        assert after.score == pytest.approx(trusted(np.array([before.score]), 0.25, -0.5)[0], abs=1e-3)

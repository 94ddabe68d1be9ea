"""Polarity from word lists: what negation, contrast, wishes and formulas do."""

import time

import pytest

from models.lexicon_sentiment import LexiconSentiment, lexicon_features
from models.polarity_en import POLARITY_EN
from models.polarity_ja import POLARITY_JA
from voc.sentiment import SentimentLabel

NEGATIVE, NEUTRAL, POSITIVE = SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL, SentimentLabel.POSITIVE


def read(sentence):
    return LexiconSentiment().sentiments([sentence], None)[0]


@pytest.mark.parametrize(
    ("sentence", "label"),
    [
        ("ログインできなくて困っています。", NEGATIVE),
        ("動作が遅いです。", NEGATIVE),
        ("画面がとても使いにくい。", NEGATIVE),
        ("CSVが文字化けする", NEGATIVE),
        ("ｱﾌﾟﾘが落ちる", NEGATIVE),
        ("最悪。二度と使わない。", NEGATIVE),
        ("解約したいです。", NEGATIVE),
        ("確認コードが届いておりません。", NEGATIVE),
        ("とても便利で助かっています。", POSITIVE),
        ("担当の方が丁寧でした。", POSITIVE),
        ("使いやすくて最高です！", POSITIVE),
        ("部屋は広くて清潔でした。", POSITIVE),
        ("請求書の宛名を変更しました。", NEUTRAL),
        ("どうすればいいですか。", NEUTRAL),
        ("The app crashes every time.", NEGATIVE),
        ("Terrible service, never again.", NEGATIVE),
        ("I am very happy with the support.", POSITIVE),
        ("Excellent, friendly staff.", POSITIVE),
        ("The invoice is dated 3 May.", NEUTRAL),
    ],
)
def test_plain_words_decide(sentence, label):
    assert read(sentence).label is label


@pytest.mark.parametrize(
    "sentence",
    [
        "よろしくお願いいたします。",
        "お世話になっております。",
        "何卒よろしくお願い申し上げます。",
        "お忙しいところ恐れ入ります。",
        "Thanks in advance.",
        "Kind regards",
        "Dear team,",
    ],
)
def test_formulas_say_nothing(sentence):
    assert read(sentence).score == 0.0


@pytest.mark.parametrize("sentence", ["使いやすくない", "便利ではありません。", "The staff were not helpful.", "This isn't good."])
def test_negation_turns_praise_into_blame(sentence):
    assert read(sentence).score < 0


@pytest.mark.parametrize("sentence", ["不便はありません。", "悪くない", "It is not bad.", "No problems at all."])
def test_negated_blame_is_no_blame(sentence):
    assert read(sentence).score >= 0


@pytest.mark.parametrize("sentence", ["特に問題はない", "特に問題はありません。"])
def test_no_particular_problem_is_about_neutral(sentence):
    assert abs(read(sentence).score) < 0.2


@pytest.mark.parametrize("sentence", ["少し気になる点があります。", "もっと早いとありがたいのですが。", "できれば改善してほしいです。"])
def test_understatement_and_wishes_are_mildly_negative(sentence):
    assert -0.7 < read(sentence).score < 0


def test_what_follows_a_contrast_weighs_more():
    assert read("便利ですが、遅いです。").score < 0 < read("遅いですが、便利です。").score
    assert read("Good, but slow.").score < read("Slow, but good.").score


def test_strong_words_beside_a_word_raise_it_and_soft_ones_lower_it():
    assert read("少し不便です").score > read("不便です").score > read("非常に不便です").score


def test_where_both_sides_cancel_out_the_model_abstains():
    sentiment = read("便利で不便")
    assert sentiment.abstained
    assert sentiment.label is NEUTRAL


def test_a_word_inside_a_longer_word_is_not_counted_twice():
    assert read("手間が省けます").score > 0 > read("手間がかかります").score


def test_the_lists_are_of_some_size_and_have_both_signs():
    for words in (POLARITY_JA, POLARITY_EN):
        assert sum(weight < 0 for weight in words.values()) >= 150
        assert sum(weight > 0 for weight in words.values()) >= 150


def test_features_have_one_row_per_sentence_also_for_none():
    assert lexicon_features([]).shape == (0, 6)
    assert lexicon_features(["良い", "bad?"]).shape == (2, 6)


@pytest.mark.parametrize("text", ["ない" * 500_000, "がaが" * 300_000, "not " * 250_000, "ますますが、" * 100_000, "!" * 1_000_000])
def test_a_text_of_a_million_characters_is_cheap(text):
    started = time.perf_counter()
    read(text)
    assert time.perf_counter() - started < 1.0

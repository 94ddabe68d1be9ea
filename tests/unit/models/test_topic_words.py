"""Which words can become keywords."""

import pytest

from models.topic_words import forms_to_show, shared_words, words_of
from voc.feedback import Language
from voc.topics import LEAST_VOICES, TopicSentence


def keys(text):
    return [word for word, _ in words_of(text)]


def test_japanese_words_are_content_words_in_one_form_whatever_the_spelling():
    assert keys("ログインが遅く、使いにくいです。") == ["ログイン", "遅い", "使いにくい"]
    assert keys("請求書払いの金額") == ["請求書払い", "金額"]
    assert keys("ｴｸｽﾎﾟｰﾄ") == keys("エクスポート") == ["エクスポート"]


def test_english_words_are_lower_case_without_stop_words():
    assert keys("The Export-Screen isn't what we've ordered, app!") == ["export-screen", "ordered", "app"]


def test_formulas_and_masks_leave_no_word():
    assert keys("よろしくお願いいたします。") == []
    assert keys("[EMAIL] and [CUSTOMER_NUMBER]") == []
    assert "email" not in keys("[EMAIL]まで連絡")


def sentence(number, voice):
    return TopicSentence(id=str(number), feedback_id=str(number), text="", language=Language.EN, voice=voice, vector=b"")


def test_a_word_of_few_voices_is_no_keyword_however_often_it_is_said():
    """Why: a surname in one customer's comments must not end up in a topic's name."""
    sentences = [sentence(n, f"voice-{n}") for n in range(60)] + [sentence(100 + n, "voice-0") for n in range(40)]
    words = [[("export", "export")]] * LEAST_VOICES + [[]] * (60 - LEAST_VOICES) + [[("tanaka", "tanaka")]] * 40
    assert shared_words(sentences, words) == ("export",)


@pytest.mark.parametrize(("voices", "kept"), [(LEAST_VOICES - 1, ()), (LEAST_VOICES, ("export",))])
def test_few_voices_at_all_are_no_exception(voices, kept):
    sentences = [sentence(n, f"voice-{n % voices}") for n in range(10)]
    assert shared_words(sentences, [[("export", "export")]] * 10) == kept


def test_a_word_is_shown_as_it_is_written_most_often():
    assert forms_to_show([[("御陰", "おかげ")], [("御陰", "おかげ"), ("御陰", "お陰")]]) == {"御陰": "おかげ"}

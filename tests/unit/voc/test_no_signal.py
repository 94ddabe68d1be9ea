
from functools import partial

import pytest

from tests.support.timing import takes_under
from voc.no_signal import is_no_signal


@pytest.mark.parametrize(
    "text",
    [
        "特になし", "特になし。", "特にありません。", "特に無いです", "今のところ特になし", "なし",
        "ない", "無し", "無回答", "意見なし", "思いつきません", "わからない",
        "ありません。",
    ],
)
def test_japanese_answers_that_say_nothing(text):
    assert is_no_signal(text)


@pytest.mark.parametrize(
    "text",
    [
        "n/a", "N/A", "N.A.", "None.",
        "nothing", "Nothing!", "Nothing to add", "nothing really", "No",
        "no comment", "Did not answer", "Didn’t answer", "Not applicable", "ＮＯＮＥ",
    ],
)
def test_english_answers_that_say_nothing(text):
    assert is_no_signal(text)


@pytest.mark.parametrize("text", ["", " ", "-", "…", "。。。", "👍", "😡😡", "^_^", "!" * 100_000])
def test_signs_alone_say_nothing(text):
    assert is_no_signal(text)


@pytest.mark.parametrize(
    "text",
    [
        "Nothing worked",
        "Nothing to complain about, great",
        "No reply for a week",
        "特になしですが、遅い",
        "ログインできない",
        "特に検索が遅い",
        "お金がない",
        "問題ない",
        "Good",
        "OK",
        "100",
        "5/5",
        "最高👍",
    ],
)
def test_whatever_says_more_is_a_signal(text):
    assert not is_no_signal(text)


def test_a_long_text_is_answered_at_once():
    for text in ("特に" * 500_000, "no " * 19):
        assert not is_no_signal(text)
        assert takes_under(0.5, partial(is_no_signal, text))

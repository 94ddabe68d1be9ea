"""Tokenizer: each run of a script goes to its own vocabulary, and nothing customers write breaks it."""

import pytest

from models.tokenizer import CLS_ID, ENGLISH_TOKENS, SEP_ID, UNKNOWN_ID, WINDOW_TOKENS, BilingualTokenizer, japanese_runs


@pytest.fixture(scope="module")
def tokenizer():
    from tokenizers import Tokenizer, models, pre_tokenizers

    english = Tokenizer(models.WordPiece({"[UNK]": UNKNOWN_ID, "app": 7, "slow": 8, "crying": 9, "face": 10}, unk_token="[UNK]"))
    english.pre_tokenizer = pre_tokenizers.Whitespace()
    japanese = Tokenizer(models.Unigram([("[UNK]", 0.0), ("遅い", -1.0), ("アプリ", -1.0), ("遅", -5.0), ("い", -5.0)], unk_id=0))
    return BilingualTokenizer(english, japanese)


def ids(tokenizer, text):
    found, _ = tokenizer.ids([text])
    return found[0]


def test_english_gets_the_ids_of_the_english_vocabulary(tokenizer):
    assert ids(tokenizer, "app slow") == [CLS_ID, 7, 8, SEP_ID]


def test_japanese_lies_behind_the_english_vocabulary(tokenizer):
    assert ids(tokenizer, "アプリ遅い") == [CLS_ID, ENGLISH_TOKENS + 2, ENGLISH_TOKENS + 1, SEP_ID]


def test_each_run_of_a_mixed_sentence_goes_to_its_own_vocabulary_in_order(tokenizer):
    assert ids(tokenizer, "app遅いslow") == [CLS_ID, 7, ENGLISH_TOKENS + 1, 8, SEP_ID]


def test_half_width_and_full_width_are_the_same(tokenizer):
    assert ids(tokenizer, "ｱﾌﾟﾘ") == ids(tokenizer, "アプリ")
    assert ids(tokenizer, "ａｐｐ") == ids(tokenizer, "app")


def test_an_emoji_is_read_by_its_name(tokenizer):
    assert ids(tokenizer, "😢") == [CLS_ID, 9, 10, SEP_ID]


def test_an_unknown_character_is_unknown_in_either_script(tokenizer):
    assert ids(tokenizer, "𠮷") == [CLS_ID, UNKNOWN_ID, SEP_ID]
    assert UNKNOWN_ID in ids(tokenizer, "龘")


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "\ud800", "\x00", "e\u0301" * 500, "🇯🇵👨‍👩‍👧"])
def test_any_text_has_a_beginning_and_an_end(tokenizer, text):
    found = ids(tokenizer, text)
    assert (found[0], found[-1]) == (CLS_ID, SEP_ID)


def test_what_lies_outside_the_window_is_left_out_and_said(tokenizer):
    found, cut = tokenizer.ids(["app " * 300, "app " * 200, "遅い" * 1_000_000])
    assert [len(row) for row in found] == [WINDOW_TOKENS, 202, WINDOW_TOKENS]
    assert cut == [True, False, True]


def test_no_texts_no_ids(tokenizer):
    assert tokenizer.ids([]) == ([], [])


def test_the_vocabulary_is_trained_on_japanese_runs_only():
    assert japanese_runs("Excelに出力 CSVが文字化け😡") == ["に出力", "が文字化け"]

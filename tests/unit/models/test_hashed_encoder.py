"""Vectors of words without training: near where words are shared, the same on every machine, never zero."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.hashed_encoder import HashedJapaneseEncoder, sentence_vector


def cosine(first, second):
    return float(sentence_vector(first) @ sentence_vector(second))


def test_sentences_that_share_words_lie_nearer_than_others():
    assert cosine("ログインできません", "ログインが遅い") > cosine("ログインできません", "料理がおいしかった") + 0.2


def test_spelling_does_not_matter():
    assert cosine("ｴｸｽﾎﾟｰﾄが遅い", "エクスポートが遅い") == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("text", ["", " ", "。", "🙂", "a", "の", "\ud800", "!" * 100])
def test_no_vector_is_zero(text):
    assert np.linalg.norm(sentence_vector(text)) == pytest.approx(1.0, abs=1e-5)


def test_the_vector_is_the_same_in_another_process():
    """Why: Python's own hash changes with every start."""
    code = "from models.hashed_encoder import sentence_vector as v; print(v('解約を検討しています').tobytes().hex())"
    environment = {"PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == sentence_vector("解約を検討しています").tobytes().hex()


def test_beyond_the_window_is_said_to_be_unread():
    assert HashedJapaneseEncoder().encode(["短い", "長" * 5_000]).truncated == (False, True)


def test_equal_sentences_have_equal_vectors_in_one_batch():
    found = HashedJapaneseEncoder().encode(["遅い", "速い", "遅い"]).vectors
    np.testing.assert_array_equal(found[0], found[2])

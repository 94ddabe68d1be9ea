"""Spelling marks: alike for texts written alike, whatever the width of their characters; nothing for nothing."""

import numpy as np

from models.spelling import spelling_marks


def test_texts_written_alike_are_near_and_others_are_not():
    marks = spelling_marks(["禁煙の部屋を希望します", "禁煙の部屋がいいです", "朝食は何時からですか"])
    near, far = marks[0] @ marks[1], marks[0] @ marks[2]
    assert near > 0.3 > far + 0.2


def test_width_and_case_of_characters_do_not_matter():
    assert np.array_equal(*spelling_marks(["ＷｉＦｉが遅い", "wifiが遅い"]))


def test_what_is_written_in_kanji_counts_more_than_endings():
    """Why: two requests that end alike are not alike for that; one kanji in common says more."""
    marks = spelling_marks(["禁煙室にしていただけませんでしょうか", "朝食をはやめていただけませんでしょうか", "禁煙"])
    assert marks[0] @ marks[2] > marks[0] @ marks[1]


def test_rows_are_of_unit_length_and_a_text_without_pieces_has_none():
    lengths = np.linalg.norm(spelling_marks(["abc", "a", "", "half \ud800 pair", "よかった"]), axis=1)
    assert np.allclose(lengths, [1, 0, 0, 1, 1], atol=1e-6)

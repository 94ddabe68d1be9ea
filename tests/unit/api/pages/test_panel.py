"""A comment is shown whole, cut at its sentences."""

import pytest

from api.pages.panel import pieces
from tests.support.builders import enrichment, feedback

TEXT = "Hello. 画面が遅い😀。\n-- \nBob"


@pytest.mark.parametrize("spans", [[], [(0, 6)], [(0, 6), (7, 14)], [(0, 8), (6, 14)], [(0, len(TEXT))]])
def test_the_pieces_joined_are_the_verbatim(spans):
    """Why: whatever the models answer, no word of a customer may be lost or shown twice."""
    said = feedback(TEXT)
    sentences = tuple(
        enrichment(said).sentences[0].model_copy(update={"position": at, "start": start, "end": end})
        for at, (start, end) in enumerate(spans)
    )
    cut = pieces(said, enrichment(said, sentences=sentences), {})
    assert "".join(piece.text for piece in cut) == TEXT


def test_words_outside_every_sentence_are_marked_as_not_read():
    said = feedback(TEXT)
    sentence = enrichment(said).sentences[0].model_copy(update={"start": 0, "end": 6})
    assert [piece.sentence is None for piece in pieces(said, enrichment(said, sentences=(sentence,)), {})] == [False, True]


def test_a_comment_that_waits_is_one_unread_piece():
    assert [piece.text for piece in pieces(feedback(TEXT), None, {})] == [TEXT]

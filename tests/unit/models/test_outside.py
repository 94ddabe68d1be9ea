"""Outside sentences: what their own labels leave room for is all they can teach a shipped tag."""

import numpy as np

from models.training.outside import ROOM, OutsideSentence, labelled_outside
from voc.taxonomy import shipped_taxonomy


def test_every_tag_there_is_room_for_is_a_shipped_one():
    assert {tag for tags in ROOM.values() for tag in tags} <= {tag.id for tag in shipped_taxonomy().tags}


def test_only_likely_tags_with_room_stay_and_none_left_stands_for_none_of_these():
    sentences = [OutsideSentence("Kind nurses.", frozenset({"staff.attitude"})), OutsideSentence("Kind nurses.", frozenset())]
    chances = np.array([[0.9, 0.8], [0.9, 0.8]])
    assert labelled_outside(sentences, chances, ("staff.attitude", "finance.card")) == [{"staff.attitude"}, frozenset()]
    assert labelled_outside(sentences[:1], np.array([[0.1, 0.8]]), ("staff.attitude", "finance.card")) == [frozenset()]

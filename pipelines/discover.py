"""Discover: what are many comments about? Groups sentences into topics.

Invariant: every sentence handed in has exactly one assignment, to a topic or to none.
"""

from collections.abc import Sequence

from voc.ports import TopicModel
from voc.topics import TopicRun, TopicSentence


def discover(sentences: Sequence[TopicSentence], model: TopicModel) -> TopicRun:
    """Return topics and assignments for the sentences; the order they come in does not matter.

    Parameters
    ----------
    sentences
        Sentences of one model version, without repeats of a voice and without comments that carry no signal.
    model
        The topic model to ask.
    """
    return model.fit(sorted(sentences, key=lambda sentence: sentence.id))

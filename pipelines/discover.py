"""Discover: what many comments are about, and is it still the same as at the last fit.

Invariants: every sentence handed in has exactly one assignment, to a topic or to none; topics that stand are never changed by a fit, it
only proposes (``pipelines.topic_proposals``). Only the very first fit makes topics by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipelines.topic_groups import grouped
from pipelines.topic_naming import named, named_groups
from pipelines.topic_proposals import Standing, propose
from voc.ports import TopicModel, TopicNamer, Vectors
from voc.topics import TAKES_IN, Proposal, Topic, TopicAssignment, TopicGroup, TopicRun, TopicSentence

DOUBLED = 2


@dataclass(frozen=True)
class Discovery:
    """The outcome of a fit: the run itself, what stands now of topics and assignments, and what is proposed."""

    run: TopicRun
    topics: tuple[Topic, ...]
    assignments: tuple[TopicAssignment, ...]
    proposals: tuple[Proposal, ...]
    groups: tuple[TopicGroup, ...] = ()


def discover(sentences: Sequence[TopicSentence], model: TopicModel, *, standing: Standing, namer: TopicNamer | None = None) -> Discovery:
    """Return topics, assignments and proposals for the sentences; the order they come in does not matter.

    Parameters
    ----------
    sentences
        Sentences of one encoder, without repeats of a voice and without comments that carry no signal.
    model
        The topic model to ask.
    standing
        What stands so far; with nothing in it the fit's groups become the topics. Sentences that have a topic keep it; those that have none
        may join one.
    namer
        Names topics and groups that have no name; without one they keep what the model calls them.
    """
    ordered = sorted(sentences, key=lambda sentence: sentence.id)
    found = _found(ordered, model, standing)
    home = {a.sentence_id: a.topic_id for a in (*standing.assignments.values(), *found.assignments) if a.topic_id is not None}
    if namer is not None:
        topics, proposals = named(found.topics, found.proposals, ordered, home, namer)
        found = replace(found, topics=tuple(topics), proposals=tuple(proposals))
    return _in_groups(found, standing, ordered, home, namer)


def _found(ordered: Sequence[TopicSentence], model: TopicModel, standing: Standing) -> Discovery:
    if not standing.topics:
        run = model.fit(ordered)
        return Discovery(run=run, topics=run.topics, assignments=run.assignments, proposals=())
    known = {sentence.id for sentence in ordered}
    groups = {a.sentence_id: a.topic_id for a in standing.assignments.values() if a.topic_id is not None and a.sentence_id in known}
    run = model.fit(ordered, start=groups)
    said = model.describe(ordered, groups)
    topics = tuple(_described(topic, said.get(topic.id)) for topic in standing.topics)
    proposals = propose(run, ordered, standing)
    free = _without_topic(ordered, standing, proposals)
    joined = assign(free, topics, least_similarity=float(run.parameters["least_similarity"]))
    known = {one.sentence_id for one in joined} | standing.assignments.keys()
    asked = [TopicAssignment(sentence_id=s.id, topic_id=None, similarity=0.0) for s in ordered if s.id not in known]
    return Discovery(run=run, topics=topics, assignments=(*joined, *asked), proposals=tuple(proposals))


def _in_groups(
    found: Discovery, standing: Standing, sentences: Sequence[TopicSentence], home: Mapping[str, str], namer: TopicNamer | None
) -> Discovery:
    """Return what was found with every topic that takes in sentences, and every topic that is proposed, in a group."""
    parts = [part.topic for proposal in found.proposals for part in proposal.parts]
    anew = len(found.run.assignments) >= DOUBLED * standing.fitted
    placed, groups = grouped([*(t for t in found.topics if t.state in TAKES_IN), *parts], standing.groups, anew=anew)
    by_id = {topic.id: topic for topic in placed}
    topics = tuple(by_id.get(topic.id, topic) for topic in found.topics)
    proposals = tuple(_with_parts(proposal, by_id) for proposal in found.proposals)
    if namer is not None:
        groups = named_groups(groups, placed, sentences, home, namer)
    return replace(found, topics=topics, proposals=proposals, groups=tuple(groups))


def _with_parts(proposal: Proposal, topics: Mapping[str, Topic]) -> Proposal:
    parts = tuple(part.model_copy(update={"topic": topics[part.topic.id]}) for part in proposal.parts)
    return proposal.model_copy(update={"parts": parts})


def assign(sentences: Sequence[TopicSentence], topics: Sequence[Topic], *, least_similarity: float) -> list[TopicAssignment]:
    """Bring new sentences to the nearest topic that takes in sentences, if it is near enough; not settled until a fit has seen them.

    Cosine with the topics' centroids, brute force: milliseconds for a thousand sentences.
    """
    open_topics = [topic for topic in topics if topic.state in TAKES_IN]
    if not sentences or not open_topics:
        return [TopicAssignment(sentence_id=s.id, topic_id=None, similarity=0.0, settled=False) for s in sentences]
    near_to = cosines([s.vector for s in sentences], [topic.centroid for topic in open_topics])
    return [
        TopicAssignment(
            sentence_id=sentence.id,
            topic_id=open_topics[place].id if near >= least_similarity else None,
            similarity=round(near, 4),
            settled=False,
        )
        for sentence, place, near in zip(sentences, near_to.argmax(axis=1).tolist(), near_to.max(axis=1).tolist(), strict=True)
    ]


def cosines(vectors: Sequence[bytes], centroids: Sequence[bytes]) -> Vectors:
    """Return how near every vector lies to every centroid, shape [vectors, centroids]; all float16 of one encoder."""
    near: Vectors = np.clip(_unit(vectors) @ _unit(centroids).T, -1.0, 1.0)
    return near


def _without_topic(sentences: Sequence[TopicSentence], standing: Standing, proposals: Sequence[Proposal]) -> list[TopicSentence]:
    """Return the sentences that belong to none and that no proposal is about: the topics as they are now may take them in."""
    asked = {name for proposal in proposals for part in proposal.parts for name in part.sentence_ids}
    rows = ((sentence, standing.assignments.get(sentence.id)) for sentence in sentences if sentence.id not in asked)
    return [sentence for sentence, row in rows if row is None or (row.topic_id is None and not row.by_person)]


def _described(topic: Topic, said: Topic | None) -> Topic:
    """Return the topic with what its sentences say now; its name stays."""
    if said is None:
        return topic
    return topic.model_copy(update={"keywords": said.keywords, "example_ids": said.example_ids, "centroid": said.centroid})


def _unit(raw: Sequence[bytes]) -> Vectors:
    rows: Vectors = np.frombuffer(b"".join(raw), dtype="<f2").reshape(len(raw), -1).astype(np.float32)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-6))
    return rows

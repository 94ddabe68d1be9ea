"""Topic groups: the upper level. Topics whose centroids lie near each other stand together; a group is durable as a topic is.

A topic stays in its group. One that has none joins the nearest; only while topics are still being made (the first fits) are all grouped
anew, and each new group then takes over the id and name of the one it shares most topics with. What a person put somewhere stays there.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from voc.ids import derived_id
from voc.ports import Vectors
from voc.topics import Topic, TopicGroup

LEAST_TOPICS = 6
"""Fewer topics need no second level."""


def grouped(topics: Sequence[Topic], groups: Mapping[str, TopicGroup], *, anew: bool) -> tuple[list[Topic], list[TopicGroup]]:
    """Return the topics, each in a group, and the groups they are in.

    Parameters
    ----------
    topics
        All that take in sentences.
    groups
        Those that stand, by id.
    anew
        Whether all topics are grouped again, not only those without a group.
    """
    ordered = sorted(topics, key=lambda topic: topic.id)
    standing = {topic.id: topic.group_id for topic in ordered if topic.group_id is not None and topic.group_id in groups}
    if (anew or not standing) and len(ordered) >= LEAST_TOPICS:
        place = _anew(ordered, standing)
    else:
        place = _nearest(ordered, standing) if standing else {}
    moved = [topic.model_copy(update={"group_id": place.get(topic.id)}) for topic in topics]
    return moved, [groups.get(name) or TopicGroup(id=name, name=name) for name in sorted(set(place.values()))]


def count_of(topics: int) -> int:
    """Return how many groups so many topics make: few enough for one look, each small enough for another."""
    return max(2, round(math.sqrt(2 * topics)))


def near_each_other(centroids: Vectors, count: int) -> list[int]:
    """Return a label per row, ``count`` of them: those are joined first whose joining adds least to the squared distances (Ward 1963)."""
    labels = list(range(len(centroids)))
    means, sizes = {at: centroids[at].astype(np.float64) for at in labels}, dict.fromkeys(labels, 1.0)
    while len(means) > count:
        keys = sorted(means)
        stacked, weight = np.stack([means[key] for key in keys]), np.array([sizes[key] for key in keys])
        squares = (stacked**2).sum(axis=1)
        distances = squares[:, None] + squares[None] - 2 * stacked @ stacked.T
        cost = np.round(distances * weight[:, None] * weight[None] / (weight[:, None] + weight[None]), 9)
        cost[np.tril_indices(len(keys))] = np.inf
        first, second = (keys[at] for at in divmod(int(np.argmin(cost)), len(keys)))
        total = sizes[first] + sizes[second]
        means[first] = (means[first] * sizes[first] + means.pop(second) * sizes.pop(second)) / total
        sizes[first] = total
        labels = [first if label == second else label for label in labels]
    return labels


def _anew(topics: Sequence[Topic], standing: Mapping[str, str]) -> dict[str, str]:
    labels = near_each_other(_unit(topics), min(len(topics), count_of(len(topics))))
    clusters: dict[int, list[str]] = defaultdict(list)
    for topic, label in zip(topics, labels, strict=True):
        clusters[label].append(topic.id)
    ids = _matched(clusters, standing)
    stays = {topic.id for topic in topics if topic.group_by_person and topic.id in standing}
    return {topic: standing[topic] if topic in stays else ids[label] for label, members in clusters.items() for topic in members}


def _matched(clusters: Mapping[int, Sequence[str]], standing: Mapping[str, str]) -> dict[int, str]:
    """Return the id of each cluster: the standing group's it shares most topics with, else one of its own."""
    overlaps = [
        (-count, group, label)
        for label, members in clusters.items()
        for group, count in Counter(standing[topic] for topic in members if topic in standing).items()
    ]
    ids: dict[int, str] = {}
    for _, group, label in sorted(overlaps):
        if label not in ids and group not in ids.values():
            ids[label] = group
    for label, members in clusters.items():
        ids.setdefault(label, derived_id("tg", *members))
    return ids


def _nearest(topics: Sequence[Topic], standing: Mapping[str, str]) -> dict[str, str]:
    vectors, names = _unit(topics), sorted(set(standing.values()))
    inside = np.array([[standing.get(topic.id) == name for topic in topics] for name in names], np.float32)
    means = inside @ vectors
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-6)
    near = (vectors @ means.T).argmax(axis=1).tolist()
    return {topic.id: standing.get(topic.id, names[at]) for topic, at in zip(topics, near, strict=True)}


def _unit(topics: Sequence[Topic]) -> Vectors:
    rows: Vectors = np.stack([np.frombuffer(topic.centroid, "<f2").astype(np.float32) for topic in topics])
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-6))
    return rows

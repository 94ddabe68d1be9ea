"""Topic model: sentences grouped by meaning, each group with keywords and its most typical real sentences.

BERTopic (Grootendorst 2022) with given vectors, no dimension reduction, our own cluster model (``models.clusters``) and class-based
TF-IDF for the keywords. Invariants: the input is sorted by id first, so equal input in any order gives an equal run; every sentence has
exactly one assignment; topic ids follow from the sentences in them; no text is kept after the run.

Japanese and English lie in one space, so a topic may hold sentences of both. The similarity from which on a sentence belongs to a topic
was chosen on clinc150 (see ``models/training/LOG.md``): few in-scope requests stay without a topic, nearly all out-of-scope ones do.
"""

import logging
from collections.abc import Mapping, Sequence

import numpy as np

from models.clusters import GRAPH_LIMIT, NONE, SETTINGS, GivenGroups, LeidenClusters, centroids, nearest_centroid
from models.light_bertopic import light_bertopic
from models.neighbours import Labels, Matrix
from models.topic_words import forms_to_show, shared_words, words_of
from voc.enrichment import VECTOR_DIMENSIONS
from voc.ids import derived_id
from voc.ports import TopicModel
from voc.topics import Topic, TopicAssignment, TopicRun, TopicSentence, sentence_name

RESOLUTION = 2.0
LEAST_SIZE = 5
LEAST_SHARE = 0.001
LEAST_SIMILARITY = 0.4
KEYWORDS = 8
EXAMPLES = 5
NAMELESS = "–"
NAME_KEYWORDS = 3
"""By so many of its keywords a topic is called that no namer says anything of."""


class BertopicTopics(TopicModel):
    """BERTopic over given vectors with a seeded neighbour graph and Leiden as its cluster model."""

    name = "bertopic-leiden"
    version = "5"

    def parameters(self) -> Mapping[str, str]:
        """Return the settings that decide the outcome, for the record."""
        return {
            "resolution": str(RESOLUTION),
            "least_size": f"max({LEAST_SIZE}, {LEAST_SHARE} n)",
            "least_similarity": str(LEAST_SIMILARITY),
            **{name: str(value) for name, value in SETTINGS.items()},
        }

    def describe(self, sentences: Sequence[TopicSentence], groups: Mapping[str, str]) -> dict[str, Topic]:
        """Return name, keywords, examples and centroid of groups that are given."""
        ordered = sorted((s for s in sentences if s.id in groups), key=lambda sentence: sentence.id)
        labels, _, topics = _grouped(ordered, _vectors(ordered), GivenGroups(_labels(ordered, groups)))
        names = [groups[sentence.id] for sentence in ordered]
        found = {names[int(np.flatnonzero(labels == label)[0])]: topic for label, topic in enumerate(topics)}
        return {name: topic.model_copy(update={"id": name}) for name, topic in found.items()}

    def fit(self, sentences: Sequence[TopicSentence], *, start: Mapping[str, str] | None = None) -> TopicRun:
        """Return topics, largest first, and exactly one assignment per sentence, in order of the sentences' ids."""
        ordered = sorted(sentences, key=lambda sentence: sentence.id)
        vectors = _vectors(ordered)
        labels, centres, topics = _grouped(ordered, vectors, _cluster_model(ordered, start=_labels(ordered, start) if start else None))
        return TopicRun(
            id=derived_id("run", self.name, self.version, *(s.id for s in ordered), *(topic.id for topic in topics)),
            model_version=f"{self.name}/{self.version}",
            topics=topics,
            assignments=_assignments(ordered, vectors, labels, centres, topics),
            parameters=dict(self.parameters()),
        )


def _vectors(sentences: Sequence[TopicSentence]) -> Matrix:
    if not sentences:
        return np.zeros((0, VECTOR_DIMENSIONS), np.float32)
    rows = np.frombuffer(b"".join(s.vector for s in sentences), dtype="<f2").reshape(len(sentences), -1)
    vectors: Matrix = rows.astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-6))
    return vectors


def _labels(sentences: Sequence[TopicSentence], groups: Mapping[str, str]) -> Labels:
    """Return a number per sentence for the group it is in, −1 for none."""
    numbers = {name: number for number, name in enumerate(sorted(set(groups.values())))}
    return np.array([numbers[groups[s.id]] if s.id in groups else NONE for s in sentences], np.int64)


def _grouped(
    ordered: Sequence[TopicSentence], vectors: Matrix, clusters: LeidenClusters | GivenGroups
) -> tuple[Labels, Matrix, tuple[Topic, ...]]:
    """Return the group of each sentence, the groups' centroids, and what they are as topics."""
    words = [words_of(sentence.text) for sentence in ordered]
    vocabulary = shared_words(ordered, words)
    labels, keywords = np.full(len(ordered), NONE, np.int64), list[tuple[str, ...]]()
    if vocabulary and len(ordered) >= LEAST_SIZE:
        labels, keywords = (_bertopic if len(vocabulary) > 1 else _by_one_word)(vectors, words, vocabulary, clusters)
    centres = centroids(vectors, labels)
    forms = forms_to_show(words)
    topics = []
    for label, found in enumerate(keywords):
        inside = np.flatnonzero(labels == label)
        topics.append(_topic([ordered[place] for place in inside.tolist()], vectors[inside], centres[label], found, forms))
    return labels, centres, tuple(topics)


def _cluster_model(sentences: Sequence[TopicSentence], *, start: Labels | None) -> LeidenClusters:
    least_size = max(LEAST_SIZE, round(LEAST_SHARE * len(sentences)))
    spread = _by_topic_and_time(sentences, start) if len(sentences) > GRAPH_LIMIT else None
    return LeidenClusters(resolution=RESOLUTION, least_size=least_size, least_similarity=LEAST_SIMILARITY, start=start, spread=spread)


def _by_topic_and_time(sentences: Sequence[TopicSentence], start: Labels | None) -> Labels:
    """Return the order along which a sample is even: every topic and every month gives its share."""
    seconds = np.array([s.submitted_at.timestamp() if s.submitted_at else 0.0 for s in sentences])
    return np.lexsort((seconds, np.zeros(len(sentences), np.int64) if start is None else start))


def _bertopic(
    vectors: Matrix, words: Sequence[Sequence[tuple[str, str]]], vocabulary: Sequence[str], clusters: LeidenClusters | GivenGroups
) -> tuple[Labels, list[tuple[str, ...]]]:
    """Return the label of each sentence (−1 = none) and the keywords of each label, best first."""
    from sklearn.feature_extraction.text import CountVectorizer

    bertopic = light_bertopic()
    _silence_bertopic()
    model = bertopic.BERTopic(
        language="multilingual",  # "english" would strip every other script from the words
        embedding_model=None,
        umap_model=bertopic.dimensionality.BaseDimensionalityReduction(),
        hdbscan_model=clusters,
        vectorizer_model=CountVectorizer(analyzer=str.split, vocabulary=list(vocabulary)),
        ctfidf_model=bertopic.vectorizers.ClassTfidfTransformer(reduce_frequent_words=True),
        top_n_words=KEYWORDS,
        calculate_probabilities=False,
        verbose=False,
    )
    grouped, _ = model.fit_transform([" ".join(word for word, _ in found) for found in words], embeddings=vectors)
    labels = np.asarray(grouped, dtype=np.int64)
    return labels, [_keywords(model.get_topic(label)) for label in range(int(labels.max(initial=NONE)) + 1)]


def _by_one_word(
    vectors: Matrix, words: Sequence[Sequence[tuple[str, str]]], vocabulary: Sequence[str], clusters: LeidenClusters | GivenGroups
) -> tuple[Labels, list[tuple[str, ...]]]:
    """Return the same where only one word is shared, of which BERTopic can make no weights: the groups with that word have it."""
    labels = clusters.fit(vectors).labels_
    having = {label for label, found in zip(labels.tolist(), words, strict=True) if vocabulary[0] in dict(found)}
    return labels, [tuple(vocabulary) if label in having else () for label in range(int(labels.max(initial=NONE)) + 1)]


def _keywords(weighted: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    return tuple(word for word, weight in weighted if word and weight > 0)


def _silence_bertopic() -> None:
    """Take away the handler BERTopic adds to its logger at import; what it logs may hold words of customers."""
    logger = logging.getLogger("BERTopic")
    logger.handlers.clear()
    logger.setLevel(logging.CRITICAL)
    logger.propagate = False


def _topic(members: Sequence[TopicSentence], vectors: Matrix, centre: Matrix, keywords: Sequence[str], forms: Mapping[str, str]) -> Topic:
    by_typicality = np.lexsort((np.arange(len(members)), -np.round(vectors @ centre, 5)))
    typical: dict[str, TopicSentence] = {}
    for place in by_typicality.tolist():
        typical.setdefault(members[place].text.strip().casefold(), members[place])
        if len(typical) >= EXAMPLES:
            break
    shown = tuple(dict.fromkeys(forms[word].replace("_", " ") for word in keywords))
    return Topic(
        id=derived_id("tp", *sorted(member.id for member in members)),
        name=" · ".join(shown[:NAME_KEYWORDS]) or sentence_name(one.text for one in typical.values()) or NAMELESS,
        keywords=shown,
        example_ids=tuple(example.id for example in typical.values()),
        size=len(members),
        centroid=centre.astype("<f2").tobytes(),
    )


def _assignments(
    sentences: Sequence[TopicSentence], vectors: Matrix, labels: Labels, centres: Matrix, topics: Sequence[Topic]
) -> tuple[TopicAssignment, ...]:
    if not topics:
        return tuple(TopicAssignment(sentence_id=s.id, topic_id=None, similarity=0.0) for s in sentences)
    _, nearest = nearest_centroid(vectors, centres)
    own = np.einsum("nd,nd->n", vectors, centres[np.maximum(labels, 0)])
    similarity = np.clip(np.where(labels == NONE, nearest, own), -1.0, 1.0)
    return tuple(
        TopicAssignment(sentence_id=s.id, topic_id=topics[label].id if label != NONE else None, similarity=round(float(near), 4))
        for s, label, near in zip(sentences, labels.tolist(), similarity.tolist(), strict=True)
    )

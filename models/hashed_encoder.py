"""Hashed Japanese encoder: vectors of words without any training, until a bilingual encoder takes its place.

Content words in normal form count 1, pairs of neighbouring characters ``PAIR_WEIGHT``; each feature is hashed into a few signed
dimensions (Weinberger et al. 2009, "Feature hashing for large scale multitask learning"). Sentences that share words lie near; nothing
is known about meaning. Invariants: no vector is zero; the hash is SHA-family, so vectors are equal on every machine.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.japanese import WINDOW_CHARS, content_words, plain
from voc.enrichment import VECTOR_DIMENSIONS
from voc.ports import Encoded, Encoder

PAIR_WEIGHT = 0.25
DIMENSIONS_PER_FEATURE = 4
LEAST_NORM = 1e-6


class HashedJapaneseEncoder(Encoder):
    """Words and character pairs hashed into 384 dimensions; weightless baseline for Japanese."""

    name = "hashed-japanese"
    version = "1"

    def encode(self, sentences: Sequence[str]) -> Encoded:
        """Return unit vectors, which are the features too; a sentence longer than the window counts as cut."""
        known: dict[str, NDArray[np.float32]] = {}
        for sentence in sentences:
            if sentence not in known:
                known[sentence] = sentence_vector(sentence)
        vectors = np.stack([known[s] for s in sentences]) if sentences else np.zeros((0, VECTOR_DIMENSIONS), np.float32)
        return Encoded(vectors, vectors, tuple(len(sentence) > WINDOW_CHARS for sentence in sentences))


def sentence_vector(sentence: str) -> NDArray[np.float32]:
    """Return the unit vector of one sentence; repeated features count with the square root of their number."""
    vector = np.zeros(VECTOR_DIMENSIONS, np.float64)
    for feature, weight in _features(sentence).items():
        places, signs = _places(feature)
        np.add.at(vector, np.asarray(places), np.multiply(signs, weight))
    norm = float(np.linalg.norm(vector))
    if norm < LEAST_NORM:  # nothing to count, or it cancelled out: the text as a whole is the only feature
        vector = np.zeros(VECTOR_DIMENSIONS, np.float64)
        vector[_places("text:" + plain(sentence))[0][0]] = 1.0
        norm = 1.0
    return (vector / norm).astype(np.float32)


def _features(sentence: str) -> dict[str, float]:
    text = "".join(plain(sentence).split())
    words = Counter(content_words(sentence))
    pairs = Counter(a + b for a, b in pairwise(text) if a.isalnum() and b.isalnum())
    features = {"word:" + word: math.sqrt(n) for word, n in words.items()}
    features.update({"pair:" + pair: PAIR_WEIGHT * math.sqrt(n) for pair, n in pairs.items()})
    return features


@lru_cache(maxsize=100_000)
def _places(feature: str) -> tuple[tuple[int, ...], tuple[float, ...]]:
    digest = hashlib.blake2b(feature.encode("utf-8", "replace"), digest_size=3 * DIMENSIONS_PER_FEATURE).digest()
    parts = [digest[3 * k : 3 * k + 3] for k in range(DIMENSIONS_PER_FEATURE)]
    scale = 1 / math.sqrt(DIMENSIONS_PER_FEATURE)
    places = tuple(int.from_bytes(part[:2]) % VECTOR_DIMENSIONS for part in parts)
    return places, tuple(scale if part[2] & 1 else -scale for part in parts)

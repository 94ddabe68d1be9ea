"""Real sentences with their vectors by the shipped encoder, for the benchmarks of topics; encoded once, kept in the temporary folder."""

import gzip
import hashlib
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.encoder import BilingualEncoder
from models.neighbours import Matrix
from models.sentences import PysbdSentences
from voc.feedback import Language

LABELLED = ("banking77_en", "clinc150_en", "nhs_feedback_categories_en", "hotel_requests_ja")
"""Short texts: a text is taken as one sentence."""
FREE = (
    "nhs_patient_feedback_en", "hotel_customer_utterances_ja", "jrte_hotel_sentiment_ja", "airline_tweets_en", "amazon_counterfactual_ja",
    "app_reviews_unlabelled_en", "nlupp_en", "review_sentences_en", "mams_absa_en", "amazon_counterfactual_en",
)  # fmt: skip


def read_rows(folder: Path, name: str) -> list[dict[str, Any]]:
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def vectors_of(texts: Sequence[str]) -> Matrix:
    """Return float32 vectors of unit length, shape [n, 384]."""
    key = hashlib.sha256("\x00".join([BilingualEncoder.version, *texts]).encode()).hexdigest()[:16]
    kept = Path(tempfile.gettempdir()) / "voc-benchmark-vectors" / f"{key}.npy"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        np.save(kept, BilingualEncoder().encode(texts).vectors.astype("<f2"))
    vectors: Matrix = np.load(kept).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def many_sentences(folder: Path, limit: int) -> tuple[list[str], Matrix]:
    """Return different real sentences in English and Japanese, in a seeded random order, with their vectors."""
    texts: dict[str, str] = {}
    for name in (*LABELLED, *FREE):
        for row in read_rows(folder, name) if len(texts) < limit else ():
            for sentence in [row["text"]] if name in LABELLED else _sentences(row["text"], row["lang"]):
                texts.setdefault(" ".join(sentence.split()).casefold(), sentence)
    kept = list(texts.values())[:limit]
    order = np.random.default_rng(5).permutation(len(kept))
    return [kept[place] for place in order], vectors_of(kept)[order]


def _sentences(text: str, language: str) -> list[str]:
    return [text[span.start : span.end] for span in PysbdSentences().split(text, Language(language))]

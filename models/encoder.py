"""Encoder: sentences become unit vectors of 384 numbers; English by all-MiniLM-L6-v2, Japanese by hashed words for now.

Invariants: a text is cut to ``WINDOW_CHARS`` before it is tokenised, so a million characters cost what four thousand do; equal
sentences are encoded once; a sentence's vector does not depend on its neighbours in the batch (within 1e-4). The weights are read from
a checked folder only, with every library offline.
"""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from models.artifacts import MINILM, Artifact, find_minilm
from models.hashed_encoder import HashedJapaneseEncoder
from models.japanese import has_japanese
from voc.enrichment import VECTOR_DIMENSIONS
from voc.feedback import Language
from voc.ports import Encoder, Vectors

WINDOW_TOKENS = 256
WINDOW_CHARS = 4_000
SURELY_SHORT_CHARS = 80
"""A text this short cannot reach the window, whatever its characters: at most three tokens each."""
BATCH_SIZE = 32


class MiniLmEncoder(Encoder):
    """all-MiniLM-L6-v2 (English) through sentence-transformers, on the processor, in float32; the weights load at the first use.

    Raises ModelRejectedError at that moment if the weights are missing or not the expected ones.
    """

    name = "all-minilm-l6-v2"
    version = MINILM.version

    def __init__(self) -> None:
        self._loaded: Any = None

    def encode(self, sentences: Sequence[str], languages: Sequence[Language]) -> Vectors:  # noqa: ARG002  # the router chose already
        """Return one unit vector per sentence, shape [n, 384], float32."""
        if not sentences:
            return np.zeros((0, VECTOR_DIMENSIONS), np.float32)
        texts = [clipped(sentence) for sentence in sentences]
        unique = sorted(set(texts), key=lambda text: (len(text), text))
        rows = {text: row for row, text in enumerate(unique)}
        found = self._model().encode(unique, batch_size=BATCH_SIZE, normalize_embeddings=True, show_progress_bar=False)
        vectors: Vectors = np.asarray(found, dtype=np.float32)[[rows[text] for text in texts]]
        return vectors

    def too_long(self, sentences: Sequence[str]) -> list[bool]:
        """Tell for each sentence whether its end lies outside the window of 256 tokens."""
        long = [len(sentence) > WINDOW_CHARS for sentence in sentences]
        unsure = [i for i, s in enumerate(sentences) if not long[i] and len(s) > SURELY_SHORT_CHARS]
        if unsure:
            tokens = self._model().tokenizer([clipped(sentences[i]) for i in unsure], truncation=False, verbose=False)["input_ids"]
            for i, ids in zip(unsure, tokens, strict=True):
                long[i] = len(ids) > WINDOW_TOKENS
        return long

    def _model(self) -> Any:
        if self._loaded is None:
            self._loaded = _sentence_transformer(find_minilm())
        return self._loaded


class RoutedEncoder(Encoder):
    """English to one encoder, Japanese and everything written in another script to the other; the two spaces are not shared."""

    def __init__(self, *, english: Encoder | None = None, japanese: Encoder | None = None) -> None:
        english, japanese = english or MiniLmEncoder(), japanese or HashedJapaneseEncoder()
        self.name = f"{english.name}+{japanese.name}"
        self.version = f"{english.version}+{japanese.version}"
        self._english = english
        self._japanese = japanese

    def encode(self, sentences: Sequence[str], languages: Sequence[Language]) -> Vectors:
        """Return one unit vector per sentence, shape [n, 384], float32."""
        vectors = np.zeros((len(sentences), VECTOR_DIMENSIONS), np.float32)
        english = np.array([is_english(s, lang) for s, lang in zip(sentences, languages, strict=True)], dtype=bool)
        for encoder, chosen in ((self._english, english), (self._japanese, ~english)):
            places = np.flatnonzero(chosen).tolist()
            if places:
                vectors[places] = encoder.encode([sentences[i] for i in places], [languages[i] for i in places])
        return vectors

    def too_long(self, sentences: Sequence[str]) -> list[bool]:
        """Tell for each sentence whether its end was not read; without its language the script decides."""
        japanese = [has_japanese(sentence) for sentence in sentences]
        by_english = iter(self._english.too_long([s for s, ja in zip(sentences, japanese, strict=True) if not ja]))
        by_japanese = iter(self._japanese.too_long([s for s, ja in zip(sentences, japanese, strict=True) if ja]))
        return [next(by_japanese) if ja else next(by_english) for ja in japanese]


def _sentence_transformer(checked: Artifact) -> Any:
    os.environ.update({"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"})
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # transformers has no types here
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers has no types here
    model = SentenceTransformer(
        str(checked.folder), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True, "dtype": "float32"}
    )
    model.max_seq_length = WINDOW_TOKENS
    model.eval()
    return model


def clipped(text: str) -> str:
    """Return the part of a text that can reach the window, half a surrogate pair replaced (the tokenizer cannot take it)."""
    return text[:WINDOW_CHARS].encode("utf-8", "replace").decode("utf-8")


def is_english(sentence: str, language: Language) -> bool:
    """Tell whether the router gives the sentence to the English encoder."""
    return language is Language.EN or (language is Language.MIXED and not has_japanese(sentence))

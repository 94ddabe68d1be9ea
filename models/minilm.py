"""MiniLM: all-MiniLM-L6-v2 as its package carries it, through sentence-transformers in float32; the English reference.

The shipped encoder is measured against it and was distilled from it. The weights are read from a checked folder only, with every library
offline, at the first use.
"""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from models.artifacts import MINILM, Artifact, find_minilm
from models.tokenizer import WINDOW_CHARS, WINDOW_TOKENS
from voc.enrichment import VECTOR_DIMENSIONS
from voc.ports import Encoded, Encoder

BATCH_SIZE = 32


class MiniLmEncoder(Encoder):
    """all-MiniLM-L6-v2 (English) through sentence-transformers, on the processor, in float32; the weights load at the first use.

    Raises ModelRejectedError at that moment if the weights are missing or not the expected ones.
    """

    name = "all-minilm-l6-v2"
    version = MINILM.version

    def __init__(self) -> None:
        self._loaded: Any = None

    def encode(self, sentences: Sequence[str]) -> Encoded:
        """Return vectors [n, 384] of unit length, which are the features too."""
        if not sentences:
            return Encoded(np.zeros((0, VECTOR_DIMENSIONS), np.float32), np.zeros((0, VECTOR_DIMENSIONS), np.float32), ())
        texts = [sentence[:WINDOW_CHARS].encode("utf-8", "replace").decode("utf-8") for sentence in sentences]
        model = self._model()
        tokens = model.tokenizer(texts, truncation=False, verbose=False)["input_ids"]
        found = model.encode(texts, batch_size=BATCH_SIZE, normalize_embeddings=True, show_progress_bar=False)
        vectors = np.asarray(found, dtype=np.float32)
        return Encoded(vectors, vectors, tuple(len(ids) > WINDOW_TOKENS for ids in tokens))

    def _model(self) -> Any:
        if self._loaded is None:
            self._loaded = _sentence_transformer(find_minilm())
        return self._loaded


def _sentence_transformer(checked: Artifact) -> Any:
    os.environ.update({"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"})
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    model = SentenceTransformer(
        str(checked.folder), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True, "dtype": "float32"}
    )
    model.max_seq_length = WINDOW_TOKENS
    model.eval()
    return model

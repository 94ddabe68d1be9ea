"""Hub encoder: sentences become unit vectors by a sentence-transformers model the user chose, of that model's own dimension d.

Invariants: as of ``models.hub``; a folder that does not say how token vectors become one vector (``modules.json``) is refused rather than
guessed; equal sentences are encoded once; what a prefix is put before stands in the version, since it changes every vector.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from models.foreign_code import rejected
from models.hub import BATCH_SIZE, LOAD_ERRORS, WINDOW_CHARS, checked_folder, clipped, pin_of, window_of, work_offline
from voc.model_source import ModelSource
from voc.ports import Encoded, Encoder, Vectors

E5_FAMILY = re.compile(r"(?:^|[^a-z0-9])e5(?:$|[^a-z0-9])", re.IGNORECASE)
E5_PREFIX = "query: "
"""E5 was trained with it on both sides of symmetric comparisons (Wang et al. 2024, multilingual E5)."""
SURELY_SHORT_CHARS = 64
"""A text this short cannot reach the window, whatever its characters."""


class HubEncoder(Encoder):
    """A sentence-transformers model (multilingual E5, BGE-M3 and the like); the weights load at the first use, in float32."""

    def __init__(self, source: ModelSource, *, prefix: str | None = None, allow_download: bool = False) -> None:
        self.name = source.name
        self._prefix = prefix if prefix is not None else (E5_PREFIX if E5_FAMILY.search(source.name) else "")
        self.version = pin_of(source) + (f"+{self._prefix.strip(' :')}" if self._prefix else "")
        self._source, self._allow_download = source, allow_download

    def encode(self, sentences: Sequence[str]) -> Encoded:
        """Return unit vectors, shape [n, d], which are the features too."""
        texts = [self._prefix + clipped(sentence) for sentence in sentences]
        unique = sorted(set(texts), key=lambda text: (len(text), text))
        rows = {text: row for row, text in enumerate(unique)}
        if not unique:
            nothing = np.zeros((0, self._model.get_embedding_dimension()), np.float32)
            return Encoded(nothing, nothing, ())
        found = self._model.encode(unique, batch_size=BATCH_SIZE, normalize_embeddings=True, show_progress_bar=False)
        vectors: Vectors = np.asarray(found, dtype=np.float32)[[rows[text] for text in texts]]
        long = dict(zip(unique, self._too_long(unique), strict=True))
        cut = tuple(long[text] or len(sentence) > WINDOW_CHARS for text, sentence in zip(texts, sentences, strict=True))
        return Encoded(vectors, vectors, cut)

    def _too_long(self, texts: Sequence[str]) -> list[bool]:
        """Tell for each text whether it has more tokens than are read."""
        unsure = [text for text in texts if len(text) > SURELY_SHORT_CHARS]
        if not unsure:
            return [False] * len(texts)
        tokens = self._model.tokenizer(unsure, truncation=False, verbose=False)["input_ids"]
        long = {text for text, ids in zip(unsure, tokens, strict=True) if len(ids) > self._model.max_seq_length}
        return [text in long for text in texts]

    @cached_property
    def _model(self) -> Any:
        folder = checked_folder(self._source, allow_download=self._allow_download)
        if not (folder / "modules.json").is_file():
            raise rejected(self.name, "modules.json", "missing file, so it is not known how token vectors become one vector")
        work_offline()
        from sentence_transformers import SentenceTransformer

        try:
            model = SentenceTransformer(
                str(folder),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True, "dtype": "float32"},
            )
        except LOAD_ERRORS as error:
            raise rejected(self.name, "modules.json", "sentence-transformers cannot load it") from error
        model.max_seq_length = window_of(model.max_seq_length or WINDOW_CHARS, _config(model))
        return model.eval()


def _config(model: Any) -> Any:
    return model[0].auto_model.config

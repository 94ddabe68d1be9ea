"""Encoder: one pass over a sentence in Japanese or English gives its vector and what every head reads.

Invariants: a text is cut to the window before the pass and that is said (``truncated``); equal sentences are read once; a sentence's
result does not depend on its neighbours in the batch. The weights are read from the checked artefact only, at the first use; nothing here
needs a network or torch.
"""

from collections.abc import Sequence
from pathlib import Path

from models.artifacts import ENCODER_VERSION, find_encoder
from models.engine import OnnxEngine
from models.tokenizer import BilingualTokenizer
from voc.ports import Encoded, Encoder

GRAPH_FILE = "model.onnx"


class BilingualEncoder(Encoder):
    """The shipped encoder in ONNX Runtime.

    Raises ModelRejectedError at the first use if the artefact is missing or not the expected one.

    Parameters
    ----------
    threads
        Processor threads of one pass.
    folder
        Read this folder as it is instead of the shipped artefact; for the recipes.
    """

    name = "voc-encoder"
    version = ENCODER_VERSION

    def __init__(self, *, threads: int = 2, folder: Path | None = None) -> None:
        self._threads, self._folder = threads, folder
        self._loaded: tuple[BilingualTokenizer, OnnxEngine] | None = None

    def encode(self, sentences: Sequence[str]) -> Encoded:
        """Return vectors [n, 384] of unit length, features [n, 384], and whose end was not read."""
        tokenizer, engine = self._parts()
        unique = sorted(set(sentences))
        ids, cut = tokenizer.ids(unique)
        vectors, features = engine.run(ids)
        place = {sentence: row for row, sentence in enumerate(unique)}
        rows = [place[sentence] for sentence in sentences]
        return Encoded(vectors[rows], features[rows], tuple(cut[row] for row in rows))

    def _parts(self) -> tuple[BilingualTokenizer, OnnxEngine]:
        if self._loaded is None:
            folder = self._folder or find_encoder().folder
            self._loaded = (BilingualTokenizer.from_folder(folder), OnnxEngine(folder / GRAPH_FILE, threads=self._threads))
        return self._loaded

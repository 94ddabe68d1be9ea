"""Recipe of honest confidence: ``python -m models.training.calibration`` sets what the shipped heads state, by dev rows of the own corpus.

It is the last step of a build, and can be given again alone: it changes how sure the heads say they are, and no answer of theirs.
"""

import json
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.artifacts import ENCODER_FOLDER, model_hash, write_manifest
from models.encoder import BilingualEncoder
from models.heads import (
    AS_IT_IS,
    CONFIG_FILE,
    INTENTS,
    Head,
    HeadSentiment,
    ShippedTags,
    head_inputs,
    in_tune,
    read_heads,
    read_tags,
    stated,
)
from models.japanese import has_japanese
from models.sentences import PysbdSentences
from models.tagging import HeadTagger, trusted
from models.training.own_corpus import CorpusRow, Split, read_corpus
from voc.feedback import Language, Span
from voc.taxonomy import shipped_taxonomy

log = logging.getLogger("models.training")

TEMPERATURES = np.round(np.arange(0.5, 3.01, 0.05), 2)
TINY = 1e-9
DIGITS = 4
BOUNDS = ((0.0, 5.0), (-10.0, 10.0))
"""Of slope and offset; a falling slope would state less for what is given first."""


def calibrate(folder: Path, encoder: BilingualEncoder, rows: Sequence[CorpusRow]) -> None:
    """Set in the folder's ``heads.json`` what its heads state."""
    path = folder / CONFIG_FILE
    config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    dev = [(text, row) for row in rows if row.split is Split.DEV for text in (row.ja, row.en) if text]
    config["heads"]["intent"]["stated_temperature"] = intent_temperature(read_heads(folder), encoder, dev)
    config["tags"]["stated_slope"], config["tags"]["stated_offset"] = tag_trust(read_tags(folder), encoder, dev)
    path.write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def intent_temperature(heads: Mapping[str, Head], encoder: BilingualEncoder, dev: Sequence[tuple[str, CorpusRow]]) -> float:
    """Return the temperature under which the chance of the intent that is given, the mood heard, is likeliest that of being right."""
    texts = [text for text, _ in dev]
    encoded = encoder.encode(texts)
    sentiments = HeadSentiment(heads).sentiments(texts, encoded)
    chances = in_tune(heads["intent"].probabilities(head_inputs(texts, encoded)), sentiments)
    right = np.array([INTENTS[place] is row.intent for place, (_, row) in zip(chances.argmax(axis=1), dev, strict=True)])

    def sure(temperature: float) -> NDArray[np.float64]:
        best = stated(chances, temperature).max(axis=1)
        return np.stack([1 - best, best], axis=1)

    return likeliest(sure, right.astype(np.int64))


def tag_trust(known: ShippedTags, encoder: BilingualEncoder, dev: Sequence[tuple[str, CorpusRow]]) -> tuple[float, float]:
    """Return slope and offset under which the scores of the tags given are likeliest those of being right, sentence by sentence as served.

    Every example left out, as the heads are set, is judged by its translation and by others of its matter; dev matters are all new.
    """
    parts = [(at, text[span.start : span.end]) for at, (text, _) in enumerate(dev) for span in _sentences(text)]
    sentences = [sentence for _, sentence in parts]
    given = HeadTagger(shipped_taxonomy(), replace(known, stated=AS_IT_IS)).tags(sentences, encoder.encode(sentences))
    best: dict[tuple[int, str], float] = {}
    for (at, _), tags in zip(parts, given, strict=True):
        for tag in tags:
            best[at, tag.tag] = max(tag.score, best.get((at, tag.tag), 0.0))
    right = np.array([tag in dev[at][1].tags for at, tag in best])
    return trust_of(np.array(list(best.values())), right)


def trust_of(scores: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and offset with the least mean log loss of ``trusted`` scores."""
    from scipy.optimize import minimize

    def loss(parameters: NDArray[np.float64]) -> float:
        chances = trusted(scores, *parameters.tolist())
        return float(-np.log(np.maximum(np.where(right, chances, 1 - chances), TINY)).mean())

    slope, offset = minimize(loss, AS_IT_IS, method="Nelder-Mead", bounds=BOUNDS).x.tolist()
    return round(slope, DIGITS), round(offset, DIGITS)


def _sentences(text: str) -> tuple[Span, ...]:
    return PysbdSentences().split(text, Language.JA if has_japanese(text) else Language.EN)


def likeliest(chances: Callable[[float], NDArray[np.float64]], wanted: NDArray[np.int64]) -> float:
    """Return the temperature under which the chances, shape [n, classes], make the true classes likeliest."""

    def loss(temperature: float) -> float:
        return float(-np.log(np.maximum(chances(temperature)[np.arange(len(wanted)), wanted], TINY)).mean())

    return float(min(TEMPERATURES.tolist(), key=loss))


def main() -> int:
    """Set what the shipped heads state and write the manifest anew."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    calibrate(ENCODER_FOLDER, BilingualEncoder(folder=ENCODER_FOLDER), read_corpus())
    manifest = write_manifest(ENCODER_FOLDER, name="voc-encoder", version="1")
    log.info("models/artifacts.py: ENCODER_SHA256 = %s", model_hash(manifest.files))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Recipe of the English sentiment head: ``python -m models.training.sentiment --data DIR``.

Trains on rows whose manifest line says commercial use *yes*, chooses nothing but temperature and abstention on the dev rows of the same
files, and writes the artefact: weights, configuration with the hashes of the data, licences, scorecard, manifest. Same data, same weights.
"""

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.artifacts import HEADS_FOLDER, MINILM, write_manifest
from models.encoder import MiniLmEncoder
from models.evaluation import expected_calibration_error, sentiment_scores
from models.heads import LABELS, LEXICON_SCALE, HeadSentiment, RoutedSentiment, SentimentHead, sentiment_features
from models.labelled import TRAINING_FILES, LabelledText, file_sha256
from models.lexicon_sentiment import LexiconSentiment
from models.training import clauses
from voc.ports import Vectors

PENALTY_C = 0.01
TEMPERATURES = np.round(np.arange(0.3, 3.01, 0.05), 2)
THRESHOLDS = np.round(np.arange(0.34, 0.66, 0.02), 2)
SAME_TEXT_CHARS = 25
"""Shorter texts ("very good") recur by nature; a longer one that stands in a dev file too is not trained on."""


def main() -> None:
    """Train, calibrate, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder with the labelled files")
    parser.add_argument("--cache", type=Path, default=Path("voc-training-cache"), help="folder for encoded vectors")
    parser.add_argument("--out", type=Path, default=HEADS_FOLDER, help="folder of the artefact")
    arguments = parser.parse_args()
    encoder = MiniLmEncoder()
    train, dev = _rows(arguments.data)
    head = calibrated(
        fitted(_features(encoder, train, arguments.cache), _targets(train)), _features(encoder, dev, arguments.cache), _targets(dev)
    )
    print(f"trained on {len(train)} rows, temperature {head.temperature}, abstains below {head.abstain_below}")
    weights = _serialised(head)
    version = f"1-{hashlib.sha256(weights).hexdigest()[:8]}"
    scores = sentiment_scores(arguments.data, encoder=encoder, model=RoutedSentiment(english=HeadSentiment(head, version=version)))
    for score in scores:
        print(score.data_set, score.n, score.macro_f1, score.calibration_error, score.abstained, score.baseline_macro_f1)
    _write(arguments.out, weights, _config(head, arguments.data, rows=len(train)), scores=[s.model_dump(mode="json") for s in scores])
    write_manifest(arguments.out, name=arguments.out.name, version=version)
    print(f"weights SHA-256 {hashlib.sha256(weights).hexdigest()}: belongs into models/artifacts.py")


def fitted(features: NDArray[np.float32], targets: NDArray[np.int64]) -> SentimentHead:
    """Return the logistic layer, classes balanced, not yet calibrated."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=PENALTY_C, class_weight="balanced", max_iter=5_000, tol=1e-6).fit(features, targets)
    return SentimentHead(model.coef_.astype(np.float32), model.intercept_.astype(np.float32), temperature=1.0, abstain_below=0.0)


def calibrated(head: SentimentHead, features: NDArray[np.float32], targets: NDArray[np.int64]) -> SentimentHead:
    """Return the head with the temperature of least log loss, abstaining where it would be wrong more often than right."""
    losses = []
    for temperature in TEMPERATURES.tolist():
        p = SentimentHead(head.weight, head.bias, temperature, 0.0).probabilities(features)
        losses.append(-np.log(np.maximum(p[np.arange(len(targets)), targets], 1e-12)).mean())
    temperature = float(TEMPERATURES[int(np.argmin(losses))])
    p = SentimentHead(head.weight, head.bias, temperature, 0.0).probabilities(features)
    confidence, right = p.max(axis=1), p.argmax(axis=1) == targets
    print(f"dev: accuracy {right.mean():.3f}, calibration error {expected_calibration_error(confidence, right):.3f}")
    below = [t for t in THRESHOLDS.tolist() if (confidence < t).sum() >= 20 and right[confidence < t].mean() < 0.5]
    return SentimentHead(head.weight, head.bias, temperature, float(max(below, default=0.0)))


def _rows(data: Path) -> tuple[list[LabelledText], list[LabelledText]]:
    train = [row for file in TRAINING_FILES if file.may_train for row in file.rows(data, split="train")]
    train += clauses.clauses(data, split="train")
    dev = [row for file in TRAINING_FILES if file.may_train for row in file.rows(data, split="dev")]
    known = {_normal(row.text) for row in dev}
    return [row for row in train if len(row.text) < SAME_TEXT_CHARS or _normal(row.text) not in known], dev


def _normal(text: str) -> str:
    return " ".join(text.casefold().split())


def _targets(rows: list[LabelledText]) -> NDArray[np.int64]:
    return np.array([LABELS.index(row.label) for row in rows], dtype=np.int64)


def _features(encoder: MiniLmEncoder, rows: list[LabelledText], cache: Path) -> NDArray[np.float32]:
    texts = [row.text for row in rows]
    return sentiment_features(texts, _encoded(encoder, rows, texts, cache))


def _encoded(encoder: MiniLmEncoder, rows: list[LabelledText], texts: list[str], cache: Path) -> Vectors:
    key = hashlib.sha256("\x1f".join([encoder.version, *texts]).encode("utf-8", "replace")).hexdigest()[:24]
    path = cache / f"{key}.npy"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        np.save(path, encoder.encode(texts, [row.language for row in rows]))
    vectors: Vectors = np.load(path, allow_pickle=False)
    return vectors


def _serialised(head: SentimentHead) -> bytes:
    from safetensors.numpy import save

    return save({"sentiment.weight": head.weight, "sentiment.bias": head.bias})


def _config(head: SentimentHead, data: Path, *, rows: int) -> dict[str, Any]:
    names = [file.name for file in TRAINING_FILES] + [clauses.NAME]
    return {
        "encoder": {"name": MINILM.name, "version": MINILM.version},
        "labels": list(LABELS),
        "lexicon": f"{LexiconSentiment.name}/{LexiconSentiment.version}",
        "lexicon_scale": LEXICON_SCALE,
        "penalty_c": PENALTY_C,
        "temperature": head.temperature,
        "abstain_below": head.abstain_below,
        "training_rows": rows,
        "data_sha256": {name: file_sha256(data / f"{name}.jsonl.gz") for name in names},
    }


def _write(folder: Path, weights: bytes, config: dict[str, Any], *, scores: list[dict[str, Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.safetensors").write_bytes(weights)
    _write_json(folder / "config.json", config)
    _write_json(folder / "scorecard.json", scores)
    owed = [f"{file.name}: {file.attribution}" for file in TRAINING_FILES] + [f"{clauses.NAME}: {clauses.ATTRIBUTION}"]
    heading = "Weights: Apache-2.0, like the project. Trained on texts of these sources, each with its licence:"
    (folder / "LICENCES").write_text("\n".join([heading, *owed, ""]), encoding="utf-8")


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

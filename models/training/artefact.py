"""Recipe of the artefact: the served graph, the heads on what it gives, licences and manifest.

The heads are fitted on the outputs of the very graph that is served, so its rounding is part of what they learn. Penalty, temperature and
the probability below which a head abstains are chosen on dev rows.
"""

import json
import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.artifacts import ENCODER_FOLDER, find_minilm, model_hash, write_manifest
from models.encoder import GRAPH_FILE, BilingualEncoder
from models.evaluation.measures import macro_f1
from models.few_shot import FewShotHeads, Learned, fit, learn
from models.heads import AS_IT_IS, CONFIG_FILE, INPUT_PARTS, WEIGHTS_FILE, Head, head_inputs, read_heads
from models.labelled import EVALUATION_FILES, POLARITIES, file_sha256, read_lines
from models.tagging import LexiconTagger, given, together
from models.tokenizer import ENGLISH_FILE, JAPANESE_FILE
from models.training.calibration import calibrate, likeliest
from models.training.distillation import Plan, new_student, prepared_tokenizer
from models.training.export import export
from models.training.outside import labelled_outside, outside_sentences
from models.training.own_corpus import CorpusRow, Split, read_corpus
from models.training.sources import ATTRIBUTIONS
from models.training.tasks import INTENTS, URGENCIES, Task, opinions_task, own_task, patients_task
from models.training.tuning import STUDENT_FILE, TUNED
from voc.taxonomy import Tag, shipped_taxonomy

log = logging.getLogger("models.training")

ALL_HEADS = frozenset({"sentiment", "mixed", "intent", "urgency", "churn", "abuse"})
PENALTIES = {"sentiment": (0.0002, 0.0003, 0.0005, 0.001), "others": (0.001, 0.003, 0.01, 0.03, 0.1), "cues": (0.001, 0.003, 0.01, 0.03)}
SCALES = {"sentiment": (0.25, 0.5, 10.0, 10.0), "others": (1.0, 4.0, 2.0, 2.0)}
"""How much larger each part of the inputs is while a head is fitted: a larger one is penalised less, so trusted first.

Word lists carry the sentiment over to domains never seen; the other heads learn more from the features.
"""
THRESHOLDS = np.round(np.arange(0.34, 0.66, 0.02), 2)
TAG_THRESHOLDS = np.round(np.arange(0.1, 0.8, 0.02), 2)
MOST_ABSTAINED = 0.08
BALANCE = {"sentiment": 1.0, "intent": 0.5, "urgency": 0.75}
"""0: classes count as often as they occur; 1: all classes count the same."""
CUE_WEIGHTS = {"churn": 2.0, "abuse": 2.0, "mixed": 1.0}
"""What a row counts that speaks of leaving, is abusive, holds two feelings: on dev less log loss and better ranked than 1 and 3; mixed
feelings with 2 had more found, and "Expensive, but worth every penny." among them (LOG.md)."""
STEPS = 150
HALF = 0.5
SHIPPED_EXAMPLES = 10_000
"""Of the shipped tags: every one of them costs time at each sentence, and people's corrections are learnt on top."""
EXAMPLES = 400
"""Sentences whose activations give the ranges of the int8 products."""


def build(data: Path, work: Path, out: Path = ENCODER_FOLDER, *, graph: bool = True, keep: Sequence[str] = ()) -> None:
    """Export the tuned student of the working folder, fit the heads, write the artefact.

    ``graph`` false keeps the graph that is there, and then ``keep`` names heads that stay as they are.
    """
    out.mkdir(parents=True, exist_ok=True)
    rows = read_corpus()
    if graph:
        write_graph(data, work, out, rows)
    encoder = BilingualEncoder(folder=out)
    kept = {name: head for name, head in read_heads(out).items() if name in keep} if keep else {}
    fitted = {} if ALL_HEADS.issubset(kept) else fitted_heads(data, encoder, rows)
    write_heads(fitted | kept, fitted_tags(data, encoder, rows), out)
    calibrate(out, encoder, rows)
    write_papers(data, out)
    manifest = write_manifest(out, name="voc-encoder", version="1")
    log.info("models/artifacts.py: ENCODER_SHA256 = %s", model_hash(manifest.files))


def write_graph(data: Path, work: Path, out: Path, rows: Sequence[CorpusRow]) -> None:
    """Write the graph and both vocabularies."""
    tokenizer = prepared_tokenizer(data, work, Plan())
    student = new_student(tokenizer, [], work)
    student.load_state_dict(torch.load(work / STUDENT_FILE, weights_only=True))
    student.cpu()
    random = np.random.default_rng(Plan.seed)
    texts = [text for row in rows if row.split is Split.TRAIN for text in (row.ja, row.en) if text]
    texts += [row["text"] for row in read_lines(data / "nhs_patient_feedback_en.jsonl.gz") if row["split"] == "train"]
    examples, _ = tokenizer.ids([texts[i] for i in random.permutation(len(texts))[:EXAMPLES].tolist()])
    export(student, out / GRAPH_FILE, examples=examples)
    export(student, work / "float32.onnx")
    shutil.copyfile(find_minilm().folder / "tokenizer.json", out / ENGLISH_FILE)
    shutil.copyfile(work / JAPANESE_FILE, out / JAPANESE_FILE)


def fitted_heads(data: Path, encoder: BilingualEncoder, rows: Sequence[CorpusRow]) -> dict[str, Head]:
    """Return all heads, fitted on training rows and set on dev rows."""
    train = {task.name: task for task in (own_task(_of(rows, Split.TRAIN)), patients_task(data), opinions_task(data))}
    dev = own_task(_of(rows, Split.DEV))
    inputs = {name: _inputs(encoder, task.texts) for name, task in train.items()}
    dev_inputs = _inputs(encoder, dev.texts)
    heads = {"sentiment": _sentiment_head(train, inputs, dev, dev_inputs, _other_dev(data, encoder))}
    for name, classes in (("intent", INTENTS), ("urgency", URGENCIES)):
        own, wanted = train["own"].heads[name].values, dev.heads[name].values.argmax(axis=1)
        weights = _balanced(own) ** BALANCE[name]
        fits = [_fitted(inputs["own"], own, penalty, weights=weights, multi=False) for penalty in PENALTIES["others"]]
        best = max(fits, key=lambda head: macro_f1(wanted, head.probabilities(dev_inputs).argmax(axis=1), classes=len(classes)))
        heads[name] = _calibrated(best, dev_inputs, wanted)
    for name, weight in CUE_WEIGHTS.items():
        wanted, own = (_yes_or_no(task, name) for task in (dev, train["own"]))
        weights = np.where(own[:, 0] > 0, np.float32(weight), np.float32(1))
        fits = [_fitted(inputs["own"], own, penalty, weights=weights, multi=True) for penalty in PENALTIES["cues"]]
        heads[name] = min(fits, key=lambda head: _log_loss(head.probabilities(dev_inputs), wanted))
    return heads


def _yes_or_no(task: Task, name: str) -> NDArray[np.float32]:
    """Return the targets of a head that answers yes or no, shape [n, 1]; a mixed row is one without a side of its own."""
    if name == "mixed":
        return np.asarray(task.heads["sentiment"].values.max(axis=1, keepdims=True) <= HALF, np.float32)
    return task.heads[name].values


def _of(rows: Sequence[CorpusRow], split: Split) -> list[CorpusRow]:
    return [row for row in rows if row.split is split]


def _inputs(encoder: BilingualEncoder, texts: Sequence[str]) -> NDArray[np.float32]:
    return head_inputs(texts, encoder.encode(texts))


def _other_dev(data: Path, encoder: BilingualEncoder) -> list[tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """Return the dev rows of the scorecard's files, those never trained on among them; one penalty is chosen by all of them."""
    found = []
    for file in EVALUATION_FILES:
        rows = file.rows(data, split="dev")
        found.append((_inputs(encoder, [row.text for row in rows]), np.array([POLARITIES.index(row.label) for row in rows])))
    return found


def _sentiment_head(
    train: Mapping[str, Task],
    inputs: Mapping[str, NDArray[np.float32]],
    dev: Task,
    dev_inputs: NDArray[np.float32],
    others: list[tuple[NDArray[np.float32], NDArray[np.int64]]],
) -> Head:
    every = np.concatenate([inputs[name] for name in train])
    targets = np.concatenate([task.heads["sentiment"].values for task in train.values()])
    weights = _balanced(targets) ** BALANCE["sentiment"]
    own = dev.heads["sentiment"].values
    clear = own.max(axis=1) > HALF  # a mixed row has no one class
    judged = [(dev_inputs[clear], own[clear].argmax(axis=1)), *others]
    fits = [_fitted(every, targets, penalty, weights=weights, multi=False, scales="sentiment") for penalty in PENALTIES["sentiment"]]
    best = max(fits, key=lambda head: sum(macro_f1(wanted, head.probabilities(rows).argmax(axis=1), classes=3) for rows, wanted in judged))
    head = _calibrated(best, *(np.concatenate(columns) for columns in zip(*judged, strict=True)))
    confidence = np.concatenate([head.probabilities(rows).max(axis=1) for rows, _ in judged])
    below = max((t for t in THRESHOLDS if (confidence < t).mean() <= MOST_ABSTAINED), default=THRESHOLDS[0])
    return Head(head.weight, head.bias, temperature=head.temperature, abstain_below=float(below))


def fitted_tags(data: Path, encoder: BilingualEncoder, rows: Sequence[CorpusRow]) -> tuple[Learned, float]:
    """Return what tells the shipped tags, learnt as a user's own are, and the least score of a tag beside its keywords.

    Learnt from the own corpus, from what the taxonomy says of each tag (name, definition, examples in both languages), and from sentences
    of other trades, so that the tags keep quiet there (``models.training.outside``).
    """
    taxonomy = shipped_taxonomy()
    shown = [(text, frozenset({row_tag.id})) for row_tag in taxonomy.tags for text in _said_of(row_tag)]
    own = [(text, frozenset(row.tags)) for row in _of(rows, Split.TRAIN) for text in (row.ja, row.en) if text]
    inside = encoder.encode([text for text, _ in own + shown]).vectors
    labels = [tags for _, tags in own + shown]
    others = outside_sentences(data)
    outside = encoder.encode([sentence.text for sentence in others]).vectors
    first = fit(inside, labels, multi=True)
    labels += labelled_outside(others, first.probabilities(outside), first.labels)
    learnt = learn(np.concatenate([inside, outside]), labels, multi=True, most=SHIPPED_EXAMPLES)
    return learnt, _least_score(encoder, learnt.heads, rows)


def _least_score(encoder: BilingualEncoder, heads: FewShotHeads, rows: Sequence[CorpusRow]) -> float:
    """Return the least score that tells the dev rows best, keywords counted in."""
    dev = [(text, row.tags) for row in _of(rows, Split.DEV) for text in (row.ja, row.en) if text]
    texts, wanted = [text for text, _ in dev], np.array([[tag in tags for tag in heads.labels] for _, tags in dev])
    encoded = encoder.encode(texts)
    words = LexiconTagger(shipped_taxonomy()).tags(texts, encoded)
    keywords = np.array([[next((s.score for s in said if s.tag == name), 0.0) for name in heads.labels] for said in words])
    chances = together(heads.probabilities(encoded.vectors), keywords)
    score, least = max((_micro_f1(given(chances, float(t)), wanted), float(t)) for t in TAG_THRESHOLDS)
    log.info("tags: micro-F1 on dev %.3f from %.2f on; keywords alone %.3f", score, least, _micro_f1(keywords > 0, wanted))
    return least


def _said_of(tag: Tag) -> tuple[str, ...]:
    return (*tag.examples.en, *tag.examples.ja, *tag.said)


def _fitted(
    inputs: NDArray[np.float32],
    targets: NDArray[np.float32],
    penalty: float,
    *,
    weights: NDArray[np.float32],
    multi: bool,
    scales: str = "others",
) -> Head:
    """Return the logistic layer that minimises the weighted loss + ‖W‖² / (2 · penalty) on the scaled inputs, by L-BFGS."""
    scale = np.repeat(np.array(SCALES[scales], np.float32), INPUT_PARTS)
    rows, wanted, weight = torch.from_numpy(inputs * scale), torch.from_numpy(targets), torch.from_numpy(weights)
    matrix = torch.zeros(targets.shape[1], inputs.shape[1], requires_grad=True)
    bias = torch.zeros(targets.shape[1], requires_grad=True)
    optimizer = torch.optim.LBFGS([matrix, bias], max_iter=STEPS, history_size=20, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        logits = rows @ matrix.T + bias
        if multi:
            each = nn.functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none").sum(1)
        else:
            each = nn.functional.cross_entropy(logits, wanted, reduction="none")
        total: Tensor = (weight * each).sum() + matrix.square().sum() / (2 * penalty)
        total.backward()  # type: ignore[no-untyped-call]  # torch has no types here
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]  # torch has no types here
    return Head(matrix.detach().numpy() * scale, bias.detach().numpy(), multi=multi)


def _balanced(targets: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a weight per row so that every class weighs the same in all."""
    classes = targets.argmax(axis=1)
    counts = np.bincount(classes, minlength=targets.shape[1])
    return np.asarray(len(classes) / (targets.shape[1] * counts[classes]), np.float32)


def _calibrated(head: Head, inputs: NDArray[np.float32], wanted: NDArray[np.int64]) -> Head:
    return replace(head, temperature=likeliest(lambda temperature: replace(head, temperature=temperature).probabilities(inputs), wanted))


def _log_loss(chances: NDArray[np.float64], wanted: NDArray[np.float32]) -> float:
    return float(-np.log(np.maximum(np.where(wanted > 0, chances, 1 - chances), 1e-9)).mean())


def _micro_f1(said: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> float:
    return float(2 * (said & wanted).sum() / max(1, said.sum() + wanted.sum()))


def write_heads(heads: Mapping[str, Head], tags: tuple[Learned, float], out: Path) -> None:
    """Write weights in float16 and what goes with them, of the tags also what was learnt from, so that more can be learnt on top."""
    from safetensors.numpy import save_file

    parts = [(f"{name}.{part}", getattr(head, part)) for name, head in heads.items() for part in ("weight", "bias")]
    learnt, least_score = tags
    parts += [(f"tags.{name}", values) for name, values in learnt.heads.weights().items()]
    # safetensors keeps bytes as they lie
    arrays: dict[str, NDArray[Any]] = {name: np.ascontiguousarray(values, np.float16) for name, values in parts}
    arrays["tags.targets"] = np.ascontiguousarray(learnt.targets, np.uint8)
    save_file(arrays, out / WEIGHTS_FILE)
    (out / WEIGHTS_FILE).chmod(0o644)
    facts = ("multi", "temperature", "abstain_below", "stated_temperature")
    said = {name: {fact: getattr(head, fact) for fact in facts} for name, head in heads.items()}
    as_it_is = dict(zip(("stated_slope", "stated_offset"), AS_IT_IS, strict=True))
    config = {"heads": said, "tags": learnt.heads.config() | {"least_score": least_score, "ridge": learnt.ridge} | as_it_is}
    (out / CONFIG_FILE).write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def write_papers(data: Path, out: Path) -> None:
    """Write what was trained on, with hashes, and who is owed for it."""
    config: dict[str, Any] = {
        "distillation": asdict(Plan()),
        "tuning": [asdict(plan) for plan in TUNED.values()],
        "data_sha256": {name: file_sha256(data / f"{name}.jsonl.gz") for name in sorted(ATTRIBUTIONS)},
        "corpus_sha256": {path.name: file_sha256(path) for path in sorted((Path(__file__).parent / "corpus").glob("*.tsv"))},
    }
    (out / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    owed = "\n".join(f"* {name}: {whom}" for name, whom in sorted(ATTRIBUTIONS.items()))
    text = (
        "The weights in this folder are derived from all-MiniLM-L6-v2 (sentence-transformers, Apache-2.0) and trained on\n"
        f"{owed}\n* the project's own corpus and word list.\n"
        "Rows under a share-alike licence are among them; the weights may be used under CC BY-SA 4.0 with this attribution.\n"
    )
    (out / "LICENCES").write_text(text, encoding="utf-8")

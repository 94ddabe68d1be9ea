"""What the usual stack of models costs beside ours, in one run on the same texts; the figures go to ``stack_cost.json`` in the shipped encoder's folder.

The usual stack: a sentence encoder, a sentiment classifier of distilbert's size, an emotion classifier of distilroberta's size, and
zero-shot classification over 20 labels by an entailment model of nli-MiniLM2-L6-H768's size, each called through transformers' pipelines
as they come. The weights are random (time does not depend on them), the sizes are true; all use one English tokenizer, so the numbers of
tokens are nearly, not exactly, those of the real ones. ``BENCHMARK_LARGE=1`` adds bart-large's size for zero-shot, on fewer texts.
"""

import json
import os
import subprocess
import sys

import pytest

from models.scorecards import keep
from tests.support.program import ROOT
from voc.quality import StackCost

pytestmark = [pytest.mark.slow, pytest.mark.benchmark, pytest.mark.models]

SCRIPT = '''
import csv, json, os, platform, tempfile, time
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from transformers import (
    AutoTokenizer, BartConfig, BartForSequenceClassification, DistilBertConfig, DistilBertForSequenceClassification,
    RobertaConfig, RobertaForSequenceClassification, pipeline,
)
from transformers.utils import logging

from models.artifacts import find_minilm
from pipelines.assembly import build_inside, build_intake, build_runner, build_store
from pipelines.model_process import ModelProcess
from pipelines.progress import SilentProgress
from pipelines.run import RunCounts
from voc.feedback import NewFeedback
from voc.settings import Settings

logging.set_verbosity_error()
THREADS, TEXTS, LARGE_TEXTS, REPEATS = 2, 100, 5, 3
torch.set_num_threads(THREADS)
torch.manual_seed(0)
FOLDER = str(find_minilm().folder)
TOKENIZER = AutoTokenizer.from_pretrained(FOLDER, local_files_only=True)
TOKENIZER.model_input_names = ["input_ids", "attention_mask"]  # these architectures know no segments
LABELS = ["login", "invoice", "price", "delivery", "refund", "support", "speed", "crash", "search", "export", "setup", "manual", "contract",
          "cancellation", "security", "integration", "mobile app", "notification", "staff", "quality"]
NLI = {"id2label": {0: "contradiction", 1: "neutral", 2: "entailment"}, "label2id": {"contradiction": 0, "neutral": 1, "entailment": 2}}
SIX = dict(num_hidden_layers=6, max_position_embeddings=514, vocab_size=50265, type_vocab_size=1, pad_token_id=0)


class InProcess:
    def __init__(self, inside): self.inside = inside
    def start(self): pass
    def close(self): pass
    def state(self): return "ready"
    def call(self, method, payload, *, timeout_s): return getattr(self.inside, method)(payload)


def texts():
    with open("pipelines/demo/data/comments.csv", encoding="utf-8-sig") as source:
        found = [row["text"] for row in csv.DictReader(source) if row["text"].isascii() and len(row["text"]) > 20]
    return list(dict.fromkeys(found))[:TEXTS]


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def stored_to_stored(comments, inside):
    """Seconds from texts in the store to results in the store; the models are loaded, the store is new."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        store = build_store(settings)
        build_intake(store, settings).accept([NewFeedback(text=text, external_id=str(n)) for n, text in enumerate(comments)])
        models = ModelProcess(InProcess(inside), batch_timeout_s=600)
        runner, counts = build_runner(store, models, settings), RunCounts()
        with SilentProgress().step("", None) as step:
            seconds = timed(lambda: [None for _ in iter(lambda: runner.enrich_some(counts, step), False)])
        store.close()
        assert counts.enriched == len(comments), counts
        return seconds


def classifier(kind, task, model):
    return pipeline(task, model=model.eval(), tokenizer=TOKENIZER, device="cpu")


comments = texts()
plain = SentenceTransformer(FOLDER, device="cpu", local_files_only=True)
inside = build_inside()
sentiment = classifier("distilbert", "sentiment-analysis", DistilBertForSequenceClassification(DistilBertConfig(num_labels=3)))
emotion = classifier("distilroberta", "text-classification", RobertaForSequenceClassification(RobertaConfig(num_labels=7, **SIX)))
zero_shot = classifier("nli", "zero-shot-classification", RobertaForSequenceClassification(RobertaConfig(num_labels=3, **SIX, **NLI)))
plain.encode(comments[:8], show_progress_bar=False); stored_to_stored(comments[:8], inside)
sentiment(comments[:2]); emotion(comments[:2]); zero_shot(comments[:1], LABELS)


def stack(tagger, some):
    plain.encode(some, show_progress_bar=False); sentiment(some); emotion(some); tagger(some, LABELS)


plain_s = min(timed(lambda: plain.encode(comments, show_progress_bar=False)) for _ in range(REPEATS))
ours_s = min(stored_to_stored(comments, inside) for _ in range(REPEATS))
stack_s = timed(lambda: stack(zero_shot, comments))
rows = [("plain_encoding", plain_s, ["all-MiniLM-L6-v2"]), ("one_pass", ours_s, []), ("usual_stack", stack_s,
        ["all-MiniLM-L6-v2", "distilbert-base", "distilroberta-base", "nli-MiniLM2-L6-H768, 20 labels"])]
if os.environ.get("BENCHMARK_LARGE"):
    bart = BartForSequenceClassification(BartConfig(num_labels=3, vocab_size=50265, pad_token_id=0, eos_token_id=TOKENIZER.sep_token_id, **NLI))
    large = classifier("bart", "zero-shot-classification", bart)
    large_s = timed(lambda: stack(large, comments[:LARGE_TEXTS])) * len(comments) / LARGE_TEXTS
    rows.append(("usual_stack_large", large_s, ["all-MiniLM-L6-v2", "distilbert-base", "distilroberta-base", f"bart-large, 20 labels, {LARGE_TEXTS} texts"]))
load = os.getloadavg()[0]
tokens = [len(ids) for ids in TOKENIZER(comments)["input_ids"]]
machine = f"{platform.machine()}, {THREADS} threads, load {load:.1f}"
print(json.dumps({
    "machine": machine, "texts": len(comments), "mean_tokens": round(sum(tokens) / len(tokens), 1),
    "rows": [{"name": n, "seconds": round(s, 3), "times_plain": round(s / plain_s, 2), "models": m} for n, s, m in rows],
}))
'''


def test_the_usual_stack_costs_many_times_what_one_pass_does() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == 0, done.stderr[-3000:]
    cost = StackCost.model_validate(json.loads(done.stdout.splitlines()[-1]))
    for row in cost.rows:
        print(f"\n{row.name:<20} {row.seconds:8.2f} s  {row.times_plain:7.2f}x plain encoding  {', '.join(row.models)}", end="")
    print(f"\n{cost.texts} texts, {cost.mean_tokens} tokens each, {cost.machine}")
    keep(cost)
    seconds = {row.name: row.seconds for row in cost.rows}
    assert seconds["usual_stack"] > 5 * seconds["one_pass"]

"""Recipe, second half: the distilled encoder learns what customers feel and want.

Each step takes a batch of one task, in a fixed random order. Batches of parallel pairs in between hold the vectors where the teacher has
them and carry the sentiment of the English side over to the Japanese one (label distillation). Checkpoints as in ``distillation``.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from models.tokenizer import BilingualTokenizer
from models.training.distillation import (
    Distillation,
    Plan,
    distilled,
    graded_pairs,
    new_student,
    own_pairs,
    prepared_tokenizer,
    teacher_vectors,
)
from models.training.sources import Pair, parallel_pairs, term_pairs
from models.training.student import DIMENSIONS, Student, batches, padded
from models.training.tasks import Targets, Task, all_tasks

log = logging.getLogger("models.training")

MULTI_WEIGHT = 10.0
"""A mean over many yes-or-no questions, nearly all no, is small; this brings it to the size of the others."""


@dataclass(frozen=True)
class TuningPlan:
    """Everything that decides the outcome besides the data and the distilled student."""

    body_dropout: float = 0.1
    tokens_per_batch: int = 1_536
    rate_body: float = 1.5e-4
    rate_japanese: float = 1.5e-3
    rate_heads: float = 2e-3
    negatives: int = 4_096
    dropout: float = 0.1
    cosine_scale: float = 16.0
    keep_weight: float = 2.0
    english_share: float = 0.5
    contrast: float = 0.3
    label_distillation: float = 0.5
    longest_chars: int = 600
    seed: int = 11


class Heads(nn.Module):
    """A linear layer for each head."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        super().__init__()
        sizes = {head: targets.values.shape[1] for task in tasks for head, targets in task.heads.items()}
        self.layers = nn.ModuleDict({head: nn.Linear(DIMENSIONS, size) for head, size in sizes.items()})

    def forward(self, name: str, values: Tensor) -> Tensor:
        """Return logits [n, classes]."""
        found: Tensor = self.layers[name](values)
        return found


TUNED = {"tuned.pt": TuningPlan(), "tuned-2.pt": replace(TuningPlan(), seed=13)}
"""By the file of its checkpoint: the distilled student tuned twice, in two orders. Their mean is served (Wortsman et al. 2022)."""
STUDENT_FILE = "student.pt"


def tune(data: Path, work: Path, *, steps: int | None = None) -> None:
    """Tune the distilled student of the working folder; the student that is served is written beside it. ``steps``: leave it so early."""
    tokenizer = prepared_tokenizer(data, work, Plan())
    pairs = parallel_pairs(data) + 2 * own_pairs() + 2 * term_pairs()
    tasks, graded = all_tasks(data), graded_pairs(data)
    student = new_student(tokenizer, [], work)
    for name, plan in TUNED.items():
        student.load_state_dict(distilled(work))
        Tuning(plan, student, tokenizer, tasks, work / name).run(pairs, graded, steps=steps)
    torch.save(mean(*(torch.load(work / name, weights_only=True)["student"] for name in TUNED)), work / STUDENT_FILE)


def mean(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the weights half way between two states of a model."""
    return {name: (values + other[name]) / 2 for name, values in one.items()}


class Tuning:
    """One run; its state lies beside ``out``."""

    def __init__(self, plan: TuningPlan, student: Student, tokenizer: BilingualTokenizer, tasks: Sequence[Task], out: Path) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.student, self.tokenizer, self.out = plan, student, tokenizer, out
        self.tasks = {task.name: task for task in tasks}
        self.heads = Heads(tasks).to(student.attention.weight.device)
        self.dropout = nn.Dropout(plan.dropout)
        body = [p for name, p in student.named_parameters() if name.startswith("body")]
        groups = [
            {"params": body, "lr": plan.rate_body},
            {"params": [student.japanese], "lr": plan.rate_japanese},
            {"params": [*self.heads.parameters(), student.attention.weight], "lr": plan.rate_heads},
        ]
        self.optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
        self.step = 0

    def run(self, pairs: Sequence[Pair], graded: Sequence[tuple[str, str, float]], *, steps: int | None = None) -> None:
        """Tune to the end of the plan, or for so many steps of it, from the last checkpoint if there is one."""
        ids = {name: self._ids(task.texts) for name, task in self.tasks.items()}
        japanese, english = self._ids([pair.ja for pair in pairs]), self._ids([pair.en for pair in pairs])
        keeper = Distillation(Plan(), self.student, self.tokenizer, self.out.parent)
        kept = torch.from_numpy(teacher_vectors([pair.en for pair in pairs], self.tokenizer, self.out.parent)).to(keeper.device)
        graded_ids = keeper.graded(graded)
        order = self._order(ids | {"pairs": japanese}, {name: task.epochs for name, task in self.tasks.items()})
        rates = [group["lr"] for group in self.optimizer.param_groups]
        scheduler = torch.optim.lr_scheduler.OneCycleLR(self.optimizer, max_lr=rates, total_steps=len(order) + 1, pct_start=0.1)
        self._continue(scheduler)
        started, first, sums = time.monotonic(), self.step, dict.fromkeys([*ids, "pairs"], 0.0)
        last = min(len(order), steps or len(order))
        while self.step < last:
            name, batch = order[self.step]
            self.student.train()
            if name == "pairs":
                keeper.step = self.step
                some = torch.randint(len(kept), (self.plan.negatives,))
                loss = self._pair_loss(keeper, [japanese[i] for i in batch], [english[i] for i in batch], kept[batch], kept[some])
                loss = loss + keeper.graded_loss(graded_ids)
            else:
                loss = self._task_loss(name, [ids[name][i] for i in batch], batch)
            self.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch has no types here
            nn.utils.clip_grad_norm_([*self.student.parameters(), *self.heads.parameters()], 1.0)
            self.optimizer.step()
            scheduler.step()
            self.step += 1
            sums[name] = 0.95 * sums[name] + 0.05 * loss.item() if sums[name] else loss.item()
            if self.step % 100 == 0 or self.step == last:
                speed = (time.monotonic() - started) / (self.step - first)
                log.info("step %d/%d, %.2f s a step: %s", self.step, last, speed, " ".join(f"{k} {v:.3f}" for k, v in sums.items()))
            if self.step % 300 == 0 or self.step == last:
                self._save(scheduler)

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        found, _ = self.tokenizer.ids([text[: self.plan.longest_chars] for text in texts])
        return found

    def _order(self, ids: dict[str, list[list[int]]], epochs: dict[str, int]) -> list[tuple[str, list[int]]]:
        found = [
            (name, batch)
            for name, rows in ids.items()
            for seed in range(epochs.get(name, 1))
            for batch in batches([len(row) for row in rows], tokens=self.plan.tokens_per_batch, seed=seed)
        ]
        return [found[i] for i in np.random.default_rng(self.plan.seed).permutation(len(found)).tolist()]

    def _task_loss(self, name: str, rows: list[list[int]], places: list[int]) -> Tensor:
        self._drop(self.plan.body_dropout)
        vectors, features = self.student(padded(rows))
        inputs = {True: self.dropout(self.plan.cosine_scale * vectors), False: self.dropout(features)}
        losses = [self._head_loss(head, targets, inputs[targets.on_vectors], places) for head, targets in self.tasks[name].heads.items()]
        return torch.stack(losses).sum()

    def _head_loss(self, head: str, targets: Targets, inputs: Tensor, places: list[int]) -> Tensor:
        wanted, logits = torch.from_numpy(targets.values[places]).to(inputs.device), self.heads(head, inputs)
        if targets.multi:
            loss: Tensor = nn.functional.binary_cross_entropy_with_logits(logits, wanted) * min(MULTI_WEIGHT, wanted.shape[1])
            return loss
        one_of: Tensor = nn.functional.cross_entropy(logits, wanted)
        return one_of

    def _pair_loss(
        self, keeper: Distillation, japanese: list[list[int]], english: list[list[int]], wanted: Tensor, others: Tensor
    ) -> Tensor:
        """Keep both sides at the teacher's vector, and let the Japanese side feel what the English side feels."""
        self._drop(0.0)
        vectors, features = self.student(padded(japanese))
        few = torch.randperm(len(english))[: max(1, int(self.plan.english_share * len(english)))].tolist()
        kept, english_features = self.student(padded([english[i] for i in few]))
        loss: Tensor = (1 - (vectors * wanted).sum(1)).mean() + (1 - (kept * wanted[few]).sum(1)).mean()
        loss = self.plan.keep_weight * loss + self.plan.contrast * keeper.contrast(vectors, wanted, others)
        if not self.plan.label_distillation:
            return loss
        taught = self.heads("sentiment", english_features).softmax(1).detach()
        return loss + self.plan.label_distillation * nn.functional.cross_entropy(self.heads("sentiment", features[few]), taught)

    def _drop(self, share: float) -> None:
        for module in self.student.body.modules():
            if isinstance(module, nn.Dropout):
                module.p = share

    def _save(self, scheduler: torch.optim.lr_scheduler.LRScheduler) -> None:
        state = {"student": self.student.state_dict(), "heads": self.heads.state_dict(), "optimizer": self.optimizer.state_dict()}
        torch.save(state | {"scheduler": scheduler.state_dict(), "step": self.step}, self.out.with_suffix(".tmp"))
        self.out.with_suffix(".tmp").replace(self.out)

    def _continue(self, scheduler: torch.optim.lr_scheduler.LRScheduler) -> None:
        if self.out.exists():
            state = torch.load(self.out, weights_only=True)
            self.student.load_state_dict(state["student"])
            self.heads.load_state_dict(state["heads"])
            self.optimizer.load_state_dict(state["optimizer"])
            scheduler.load_state_dict(state["scheduler"])
            self.step = state["step"]

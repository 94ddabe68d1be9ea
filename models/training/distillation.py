"""Recipe, first half: the English teacher's space for Japanese (Reimers & Gurevych 2020).

Each Japanese sentence is drawn to the teacher's vector of its translation, by cosine and by contrast against many other translations;
English sentences are held where the teacher has them; Japanese pairs with a graded similarity are held to it. A checkpoint is written
every few hundred steps and continued from when the command is given again with the same folder.
"""

import itertools
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from models.artifacts import find_minilm
from models.tokenizer import JAPANESE_FILE, BilingualTokenizer
from models.training import own_corpus, vocabulary
from models.training.own_corpus import Split
from models.training.sources import Pair, japanese_texts, parallel_pairs, term_pairs, train_rows
from models.training.student import DIMENSIONS, Student, batches, encoded, padded
from voc.feedback import Language

log = logging.getLogger("models.training")


@dataclass(frozen=True)
class Plan:
    """Everything that decides the outcome besides the data."""

    vocabulary_size: int = 16_000
    own_text_weight: int = 4
    epochs: int = 4
    stop_after_steps: int = 800
    """Rates fall over all epochs, but the tuning that follows goes on with the same pairs, so the cycle is left early; to the end of all
    1,497 steps retrieval gained one point and sentiment lost one or two (LOG.md)."""
    mean_after_steps: int = 400
    """The student is the mean of the weights after each later step (Izmailov et al. 2018): rates are still high when the cycle is left."""
    tokens_per_batch: int = 3_072
    rate_body: float = 1e-4
    rate_japanese: float = 2e-3
    temperature: float = 0.05
    negatives: int = 4_096
    english_share: float = 0.25
    graded_every: int = 8
    seed: int = 7


def distil(data: Path, work: Path, *, steps: int | None = None) -> None:
    """Build the vocabulary, the first embeddings and the distilled student in the working folder; ``steps``: leave it so early."""
    plan = Plan() if steps is None else replace(Plan(), stop_after_steps=steps, mean_after_steps=steps // 2)
    tokenizer = prepared_tokenizer(data, work, plan)
    pairs = all_pairs(data)
    Distillation(plan, new_student(tokenizer, pairs, work), tokenizer, work).run(pairs, graded_pairs(data))


def distilled(work: Path) -> dict[str, Tensor]:
    """Return the weights of the distilled student of the working folder."""
    mean = torch.load(work / "checkpoint.pt", weights_only=True)["mean"]
    return {name.removeprefix("module."): values for name, values in mean.items() if name.startswith("module.")}


def own_pairs() -> list[Pair]:
    """Return the pairs of the own corpus that may be trained on."""
    return [Pair(ja=row.ja, en=row.en) for row in own_corpus.read_corpus() if row.ja and row.en and row.split is Split.TRAIN]


def all_pairs(data: Path) -> list[Pair]:
    """Return everyday pairs, own pairs and terms; the own ones three times, being few."""
    return parallel_pairs(data) + 3 * own_pairs() + 2 * term_pairs()


def graded_pairs(data: Path) -> list[tuple[str, str, float]]:
    """Return Japanese pairs with the similarity people gave them, 0…1."""
    jsts = [(row["text"], row["text2"], row["label"] / 5) for row in train_rows(data, "jsts_ja")]
    jsick = [(row["text"], row["text2"], (row["label"] - 1) / 4) for row in train_rows(data, "jsick_sts_enja")]
    return jsts + jsick


def prepared_tokenizer(data: Path, work: Path, plan: Plan) -> BilingualTokenizer:
    """Train the vocabulary unless the working folder has it."""
    from tokenizers import Tokenizer

    if not (work / JAPANESE_FILE).exists():
        rows = own_corpus.read_corpus()
        own = [row.text(Language.JA) for row in rows if row.split is Split.TRAIN] + [pair.ja for pair in term_pairs()]
        vocabulary.save(
            vocabulary.train_vocabulary(itertools.chain(japanese_texts(data), own * plan.own_text_weight), size=plan.vocabulary_size),
            work / JAPANESE_FILE,
        )
    return BilingualTokenizer(
        Tokenizer.from_file(str(find_minilm().folder / "tokenizer.json")), Tokenizer.from_file(str(work / JAPANESE_FILE))
    )


def new_student(tokenizer: BilingualTokenizer, pairs: Sequence[Pair], work: Path) -> Student:
    """Return a student whose Japanese embeddings come from co-occurrence alone."""
    from safetensors.numpy import load_file

    path = work / "first_embeddings.npy"
    minilm = find_minilm().folder
    if not path.exists():
        english = load_file(minilm / "model.safetensors")["embeddings.word_embeddings.weight"]
        np.save(path, vocabulary.first_embeddings(tokenizer, pairs=pairs, english=english))
    return Student(minilm, np.load(path))


def teacher_vectors(texts: Sequence[str], tokenizer: BilingualTokenizer, work: Path) -> NDArray[np.float32]:
    """Return the teacher's vectors of English texts, shape [n, 384]; those read before come from the working folder."""
    names, path = work / "teacher.json", work / "teacher.npy"
    known = json.loads(names.read_text(encoding="utf-8")) if names.exists() else []
    vectors = np.load(path) if names.exists() else np.zeros((0, DIMENSIONS), np.float32)
    if missing := sorted(set(texts) - set(known)):
        log.info("teacher reads %d English sentences", len(missing))
        teacher = Student(find_minilm().folder, np.zeros((1, DIMENSIONS), np.float32))
        known, vectors = known + missing, np.concatenate([vectors, encoded(teacher, tokenizer, missing)[0]])
        np.save(path, vectors)
        names.write_text(json.dumps(known), encoding="utf-8")
    place = {text: i for i, text in enumerate(known)}
    return np.asarray(vectors[[place[text] for text in texts]], np.float32)


class Distillation:
    """One run; its state lies in the working folder."""

    def __init__(self, plan: Plan, student: Student, tokenizer: BilingualTokenizer, work: Path) -> None:
        self.plan, self.student, self.tokenizer, self.work = plan, student, tokenizer, work
        body = [p for name, p in student.named_parameters() if name.startswith("body")]
        groups = [{"params": body, "lr": plan.rate_body}, {"params": [student.japanese], "lr": plan.rate_japanese}]
        self.optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
        self.device = student.attention.weight.device
        self.mean = AveragedModel(student)
        self.step = 0

    def run(self, pairs: Sequence[Pair], graded: Sequence[tuple[str, str, float]]) -> None:
        """Train to the end of the plan, from the last checkpoint if there is one."""
        torch.manual_seed(self.plan.seed)
        targets = torch.from_numpy(teacher_vectors(sorted({pair.en for pair in pairs}), self.tokenizer, self.work)).to(self.device)
        place = {text: i for i, text in enumerate(sorted({pair.en for pair in pairs}))}
        japanese, _ = self.tokenizer.ids([pair.ja for pair in pairs])
        english, _ = self.tokenizer.ids([pair.en for pair in pairs])
        wanted = torch.tensor([place[pair.en] for pair in pairs])
        lengths = [len(row) for row in japanese]
        epochs = range(self.plan.epochs)
        order = [batch for seed in epochs for batch in batches(lengths, tokens=self.plan.tokens_per_batch, seed=seed)]
        graded_ids = self.graded(graded)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, max_lr=[self.plan.rate_body, self.plan.rate_japanese], total_steps=len(order) + 1, pct_start=0.05
        )
        self._continue(scheduler)
        started, first = time.monotonic(), self.step
        last = min(len(order), self.plan.stop_after_steps)
        while self.step < last:
            batch = order[self.step]
            loss = self._pair_loss([japanese[i] for i in batch], [english[i] for i in batch], targets, wanted[batch])
            if self.step % self.plan.graded_every == 0:
                loss = loss + self.graded_loss(graded_ids)
            self.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch has no types here
            nn.utils.clip_grad_norm_(self.student.parameters(), 1.0)
            self.optimizer.step()
            scheduler.step()
            self.step += 1
            if self.step > self.plan.mean_after_steps:
                self.mean.update_parameters(self.student)
            if self.step % 100 == 0 or self.step == last:
                speed = (time.monotonic() - started) / (self.step - first)
                log.info("step %d/%d loss %.3f, %.2f s a step", self.step, last, loss.item(), speed)
            if self.step % 250 == 0 or self.step == last:
                self._save(scheduler)

    def _pair_loss(self, japanese: list[list[int]], english: list[list[int]], targets: Tensor, wanted: Tensor) -> Tensor:
        self.student.train()
        vectors, _ = self.student(padded(japanese))
        teacher = targets[wanted]
        random = torch.Generator().manual_seed(self.plan.seed * 1_000_003 + self.step)
        others = targets[torch.randint(len(targets), (self.plan.negatives,), generator=random)]
        loss: Tensor = (1 - (vectors * teacher).sum(1)).mean() + 0.3 * self.contrast(vectors, teacher, others)
        few = torch.randperm(len(english), generator=random)[: max(1, int(self.plan.english_share * len(english)))].tolist()
        kept, _ = self.student(padded([english[i] for i in few]))
        held: Tensor = 1 - (kept * teacher[few]).sum(1)
        return loss + 0.5 * held.mean()

    def contrast(self, vectors: Tensor, teacher: Tensor, others: Tensor) -> Tensor:
        """Return the loss of telling the right translation from the others (InfoNCE)."""
        right = (vectors * teacher).sum(1, keepdim=True)
        wrong = vectors @ torch.cat([teacher, others]).T
        same = teacher @ torch.cat([teacher, others]).T > 0.95  # the same sentence or a paraphrase is no wrong answer
        logits = torch.cat([right, wrong.masked_fill(same, -1.0)], dim=1) / self.plan.temperature
        loss: Tensor = nn.functional.cross_entropy(logits, torch.zeros(len(vectors), dtype=torch.long, device=vectors.device))
        return loss

    def graded(self, graded: Sequence[tuple[str, str, float]]) -> tuple[list[list[int]], list[list[int]], Tensor]:
        """Return graded pairs as token ids and similarities."""
        first, _ = self.tokenizer.ids([row[0] for row in graded])
        second, _ = self.tokenizer.ids([row[1] for row in graded])
        return first, second, torch.tensor([row[2] for row in graded], device=self.device)

    def graded_loss(self, graded: tuple[list[list[int]], list[list[int]], Tensor]) -> Tensor:
        """Cosine sentence order (CoSENT, Su 2022): a pair judged closer than another must lie closer."""
        first, second, wanted = graded
        random = torch.Generator().manual_seed(self.plan.seed + self.step)
        few = torch.randint(len(wanted), (48,), generator=random).tolist()
        vectors, _ = self.student(padded([*(first[i] for i in few), *(second[i] for i in few)]))
        cosines = 20 * (vectors[: len(few)] * vectors[len(few) :]).sum(1)
        differences = cosines[None, :] - cosines[:, None]
        closer = wanted[few][:, None] > wanted[few][None, :]
        return 0.1 * torch.logsumexp(torch.cat([torch.zeros(1, device=self.device), differences[closer]]), dim=0)

    def _save(self, scheduler: Any) -> None:
        state = {"student": self.student.state_dict(), "optimizer": self.optimizer.state_dict(), "scheduler": scheduler.state_dict()}
        torch.save(state | {"mean": self.mean.state_dict(), "step": self.step}, self.work / "checkpoint.tmp")
        (self.work / "checkpoint.tmp").replace(self.work / "checkpoint.pt")

    def _continue(self, scheduler: Any) -> None:
        if (path := self.work / "checkpoint.pt").exists():
            state = torch.load(path, weights_only=True)
            self.student.load_state_dict(state["student"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.mean.load_state_dict(state["mean"])
            scheduler.load_state_dict(state["scheduler"])
            self.step = state["step"]
            log.info("continues at step %d", self.step)

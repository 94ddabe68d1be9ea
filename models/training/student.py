"""Student: all-MiniLM-L6-v2's body with a Japanese vocabulary behind the English one, and two ways of reading a sentence from one pass.

``vectors`` are mean-pooled and of unit length, in the space of the English teacher. ``features`` are pooled by a learned attention and
feed the task heads, so that what a sentence *feels* need not displace what it is *about*. English word embeddings stay as they were.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.tokenizer import ENGLISH_TOKENS, PAD_ID, BilingualTokenizer

DIMENSIONS = 384


class Student(nn.Module):
    """The encoder in training; ``japanese`` are the first embeddings of the Japanese pieces, shape [pieces, 384].

    It lies on a GPU where there is one. Where the processor multiplies bfloat16 quickly its body is trained so, in half the time (LOG.md).
    """

    def __init__(self, minilm: Path, japanese: NDArray[np.float32]) -> None:
        super().__init__()
        from transformers import BertModel

        self.body: Any = BertModel.from_pretrained(
            str(minilm), dtype=torch.float32, add_pooling_layer=False, local_files_only=True,
            hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, attn_implementation="eager",
        )
        words = self.body.embeddings.word_embeddings.weight.detach().clone()
        self.register_buffer("english", words)
        self.body.embeddings.word_embeddings = nn.Identity()
        self.japanese = nn.Parameter(torch.from_numpy(japanese.copy()))
        self.attention = nn.Linear(DIMENSIONS, 1, bias=False)
        nn.init.zeros_(self.attention.weight)
        self.to("cuda" if torch.cuda.is_available() else "cpu")
        able = torch.cpu.get_capabilities()
        self._bfloat16 = torch.cuda.is_available() or any(able.get(unit) for unit in ("amx_bf16", "avx512_bf16"))

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Return vectors and features, each [n, 384] float32, of token ids [n, length] padded with 0."""
        ids = ids.to(self.attention.weight.device)
        mask = ids != PAD_ID
        with torch.autocast(ids.device.type, torch.bfloat16, enabled=self.training and self._bfloat16):
            hidden = self.body(inputs_embeds=self._embedded(ids), attention_mask=mask.long()).last_hidden_state
        hidden = hidden.float()
        weights = mask.float() / mask.sum(1, keepdim=True)
        vectors = nn.functional.normalize((hidden * weights[:, :, None]).sum(1), dim=1)
        scores = self.attention(hidden).squeeze(2).masked_fill(~mask, -1e4)
        features = (hidden * scores.softmax(1)[:, :, None]).sum(1)
        return vectors, features

    def _embedded(self, ids: Tensor) -> Tensor:
        japanese = ids >= ENGLISH_TOKENS
        english = nn.functional.embedding(ids.masked_fill(japanese, PAD_ID), cast("Tensor", self.english))
        own = nn.functional.embedding((ids - ENGLISH_TOKENS).clamp(min=0), self.japanese)
        return torch.where(japanese[:, :, None], own, english)


def padded(rows: Sequence[Sequence[int]]) -> Tensor:
    """Return token ids as one tensor [n, longest]."""
    found = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
    for place, row in enumerate(rows):
        found[place, : len(row)] = torch.tensor(row)
    return found


def batches(lengths: Sequence[int], *, tokens: int, seed: int) -> Iterator[list[int]]:
    """Give batches of about equal length and at most so many padded tokens, in random order; each index once."""
    random = np.random.default_rng(seed)
    order = np.lexsort((random.random(len(lengths)), np.asarray(lengths) + random.integers(0, 3, len(lengths))))
    found: list[list[int]] = []
    current: list[int] = []
    for index in order.tolist():
        if current and (len(current) + 1) * max(lengths[index], lengths[current[-1]]) > tokens:
            found.append(current)
            current = []
        current.append(index)
    found.append(current)
    for place in random.permutation(len(found)).tolist():
        yield found[place]


def encoded(student: Student, tokenizer: BilingualTokenizer, texts: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return vectors and features of texts in their order, without gradients."""
    ids, _ = tokenizer.ids(texts)
    vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
    features = np.zeros((len(texts), DIMENSIONS), np.float32)
    student.eval()
    with torch.inference_mode():
        for batch in batches([len(row) for row in ids], tokens=2048, seed=0):
            found = student(padded([ids[i] for i in batch]))
            vectors[batch], features[batch] = found[0].cpu().numpy(), found[1].cpu().numpy()
    return vectors, features

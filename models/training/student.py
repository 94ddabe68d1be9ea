"""Student: all-MiniLM-L6-v2's body with a Japanese vocabulary behind the English one, and two ways of reading a sentence from one pass.

``vectors`` are mean-pooled and of unit length, in the space of the English teacher. ``features`` are pooled by a learned attention and
feed the task heads, so that what a sentence *feels* need not displace what it is *about*. English word embeddings stay as they were.
"""

import timeit
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.tokenizer import ENGLISH_TOKENS, PAD_ID, BilingualTokenizer

DIMENSIONS = 384
WORTH_IT = 1.5
"""Products in bfloat16 must be so many times as fast, for nothing else in a step is."""


class Student(nn.Module):
    """The encoder in training; ``japanese`` are the first embeddings of the Japanese pieces, shape [pieces, 384].

    It lies on a GPU where there is one. Where the processor multiplies bfloat16 faster than float32 its body is trained so.
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
        self._bfloat16 = torch.cuda.is_available() or faster_in_bfloat16()

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


@cache
def faster_in_bfloat16() -> bool:
    """Return whether this processor multiplies bfloat16 clearly faster than float32, as tried on a product of the body's shape.

    Its units do not tell: with AMX it is several times as fast, with AVX512-BF16 alone once twice and once half as fast (LOG.md).
    """

    def seconds(dtype: torch.dtype) -> float:
        rows, weights = torch.ones(256, DIMENSIONS, dtype=dtype), torch.ones(DIMENSIONS, 4 * DIMENSIONS, dtype=dtype)
        return min(timeit.repeat(lambda: rows @ weights, number=2, repeat=5))

    return seconds(torch.bfloat16) * WORTH_IT < seconds(torch.float32)


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

"""Recipe of the Japanese vocabulary and of its first embeddings.

A Unigram vocabulary (Kudo 2018) is trained on the Japanese runs of all texts that may be trained on. Each piece then starts as the mean
of the English input embeddings it occurs with in parallel pairs, weighted by the cube of the Dice coefficient, so that before any
training a Japanese sentence already lies near its translation.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.tokenizer import ENGLISH_TOKENS, BilingualTokenizer, japanese_runs
from models.training.sources import Pair

UNKNOWN = "[UNK]"
LONGEST_PIECE = 8
FEWEST_TOGETHER = 2
"""A piece and a word that met only once say nothing of each other, unless the piece has no other company."""
DICE_POWER = 3


def train_vocabulary(texts: Iterable[str], *, size: int) -> Any:
    """Train the Japanese vocabulary; returns a tokenizer of the tokenizers library."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("[、。「」『』〜…※☆★♪○●△×・]"), behavior="isolated")
    trainer = trainers.UnigramTrainer(
        vocab_size=size, special_tokens=[UNKNOWN], unk_token=UNKNOWN, max_piece_length=LONGEST_PIECE, show_progress=False
    )
    tokenizer.train_from_iterator(_runs(texts), trainer)
    return tokenizer


def _runs(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from japanese_runs(text)


def first_embeddings(
    tokenizer: BilingualTokenizer, *, pairs: Sequence[Pair], english: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return an embedding for each Japanese piece, shape [pieces, 384]; ``english`` are the word embeddings, shape [30522, 384].

    A piece that occurs in no pair starts as the mean of its characters' embeddings, else as the mean of all.
    """
    met = _incidence(tokenizer, [pair.ja for pair in pairs]).tocsc()[:, ENGLISH_TOKENS:]
    words = _incidence(tokenizer, [pair.en for pair in pairs])[:, :ENGLISH_TOKENS]
    together = (met.T @ words).tocoo()
    pieces = np.asarray(met.sum(axis=0)).ravel()
    english_counts = np.asarray(words.sum(axis=0)).ravel()
    dice = 2 * together.data / (pieces[together.row] + english_counts[together.col])
    dice[(together.data < FEWEST_TOGETHER) & (pieces[together.row] >= FEWEST_TOGETHER)] = 0
    from scipy.sparse import csr_matrix

    weights = csr_matrix((dice**DICE_POWER, (together.row, together.col)), shape=together.shape)
    totals = np.asarray(weights.sum(axis=1)).ravel()
    found = np.asarray(weights @ english, np.float32) / np.maximum(totals, 1e-12)[:, None].astype(np.float32)
    return _scaled(_filled(found, known=totals > 0, tokenizer=tokenizer), to=english)


def _incidence(tokenizer: BilingualTokenizer, texts: Sequence[str]) -> Any:
    from scipy.sparse import csr_matrix

    ids, _ = tokenizer.ids(texts)
    sets = [sorted(set(text[1:-1])) for text in ids]
    rows = np.repeat(np.arange(len(sets)), [len(s) for s in sets])
    columns = np.concatenate([np.asarray(s, np.int64) for s in sets])
    return csr_matrix((np.ones(len(columns), np.float32), (rows, columns)), shape=(len(sets), tokenizer.size))


def _filled(found: NDArray[np.float32], *, known: NDArray[np.bool_], tokenizer: BilingualTokenizer) -> NDArray[np.float32]:
    centre = found[known].mean(axis=0)
    for row in np.flatnonzero(~known):
        parts = [i for i in tokenizer.character_ids(int(row)) if known[i]]
        found[row] = found[parts].mean(axis=0) if parts else centre
    return found


def _scaled(found: NDArray[np.float32], *, to: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring the embeddings to the usual length of English ones; a mean of many is shorter than each."""
    usual = np.median(np.linalg.norm(to, axis=1))
    return np.asarray(found * (usual / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-6)), np.float32)


def save(tokenizer: Any, path: Path) -> None:
    """Write the vocabulary."""
    tokenizer.save(str(path))

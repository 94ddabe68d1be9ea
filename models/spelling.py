"""Spelling marks: what a text is written with, beside what it means: its character pieces, hashed to signed marks of unit length.

Meaning alone blurs words of one trade (禁煙 and 喫煙, "top-up" and "transfer"); a few examples written alike tell them apart. Weinberger
et al. 2009, "Feature hashing for large scale multitask learning". Invariant: needs no vocabulary and nothing learnt; a text always has
the same marks.
"""

import re
import unicodedata
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MARKS = 1024
PIECE_CHARS = (1, 2, 3)
HIRAGANA = re.compile("[ぁ-ゖ]")
HIRAGANA_TELLS = 0.01
"""Of what another character tells: mostly endings and particles; enough that a text of hiragana alone has marks."""
LAST_LETTER = "\u2e7f"
"""Up to here characters are letters, which alone say nothing; a kanji alone says what a text is about."""
MOST_CHARS = 2_000


def spelling_marks(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the marks of each text, shape [n, 1024], rows of unit length (zero for a text of one letter)."""
    marks = np.zeros((len(texts), MARKS), np.float32)
    for row, text in enumerate(texts):
        plain = unicodedata.normalize("NFKC", text[:MOST_CHARS]).lower()
        for piece in {plain[at : at + chars] for chars in PIECE_CHARS for at in range(len(plain) - chars + 1)}:
            if len(piece) == 1 and piece <= LAST_LETTER:
                continue
            telling = len(piece) - (1 - HIRAGANA_TELLS) * len(HIRAGANA.findall(piece))
            number = zlib.crc32(piece.encode("utf-8", "replace"))
            marks[row, number % MARKS] += telling**0.5 * (1 if number >> 31 else -1)
    lengths = np.linalg.norm(marks, axis=1, keepdims=True)
    return np.asarray(marks / np.where(lengths > 0, lengths, 1.0), np.float32)

"""Near duplicates: texts that share at least six tenths of their character 3-grams.

Method: MinHash (Broder 1997) over the set of character 3-grams of the normalised text, 36 permutations in 12 bands of 3
(locality-sensitive hashing, Leskovec, Rajaraman & Ullman, ch. 3): two texts with Jaccard similarity s share a band with probability
1 − (1 − s³)¹², that is 0.95 at 0.6, 0.99 at 0.7 and 0.9996 at 0.8. Bands only propose; ``alike`` decides by the exact similarity.
Six tenths, because a few changed characters of a short Japanese text change many of its 3-grams; comments written apart stay below 0.55.
"""

import struct
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

from rensa import RMinHash

from voc.normal_form import nfkc
from voc.ports import NearDuplicates

ALIKE_FROM = 0.6
MIN_CHARS = 20
"""A normalised text shorter than this says too little to tell a copy from a coincidence."""
GRAM_CHARS = 3
BANDS = 12
ROWS = 3
SEED = 20_240_521


class MinHashNearDuplicates(NearDuplicates):
    """MinHash bands to find candidates, exact Jaccard similarity to decide."""

    name = "minhash-near-duplicates"
    version = "1"

    def bands(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """Return 12 signed 64-bit whole numbers per text; none for texts shorter than 20 normalised characters."""
        return [_bands(text) for text in texts]

    def alike(self, first: str, second: str) -> bool:
        """Tell whether the sets of 3-grams have a Jaccard similarity of at least 0.6."""
        one, other = _grams(first), _grams(second)
        smaller, larger = sorted((len(one), len(other)))
        if not smaller or smaller < ALIKE_FROM * larger:
            return False
        common = len(one & other)
        return common >= ALIKE_FROM * (smaller + larger - common)


def _normalised(text: str) -> str:
    return "".join(nfkc(text).casefold().split())


@lru_cache(maxsize=512)
def _grams(text: str) -> frozenset[str]:
    normalised = _normalised(text)
    return frozenset(normalised[at : at + GRAM_CHARS] for at in range(len(normalised) - GRAM_CHARS + 1))


def _bands(text: str) -> tuple[int, ...]:
    normalised = _normalised(text).encode("utf-8", "replace").decode()
    if len(normalised) < MIN_CHARS:
        return ()
    sketch = RMinHash(num_perm=BANDS * ROWS, seed=SEED)
    sketch.update([normalised[at : at + GRAM_CHARS] for at in range(len(normalised) - GRAM_CHARS + 1)])
    digest = sketch.digest()
    return tuple(_signed_hash(band, digest[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS))


def _signed_hash(band: int, rows: Sequence[int]) -> int:
    packed = struct.pack(f"<B{ROWS}Q", band, *rows)
    return int.from_bytes(blake2b(packed, digest_size=8).digest(), "little", signed=True)

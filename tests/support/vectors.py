"""Made-up vectors that lie in bunches."""

from collections.abc import Sequence
from typing import Any

import numpy as np


def bunches(sizes: Sequence[int], *, noise: float = 0.1, dimensions: int = 16, seed: int = 1) -> tuple[Any, Any]:
    """Vectors around one axis per bunch, and which bunch each is of."""
    chance = np.random.default_rng(seed)
    truth = np.repeat(np.arange(len(sizes)), sizes)
    found = np.eye(dimensions, dtype=np.float32)[truth] + chance.normal(0, noise, (len(truth), dimensions)).astype(np.float32)
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32), truth

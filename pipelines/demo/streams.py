"""Seeded chance: one stream per name, so that changing one part of the story leaves the others as they are."""

import random
from collections.abc import Sequence

SEED = 20251101


def stream(name: str) -> random.Random:
    """Return the stream of that name; the same name gives the same numbers on every machine."""
    return random.Random(f"{SEED}:{name}")  # noqa: S311 - invented sample data, nothing secret


def draw(weights: Sequence[float], *, rng: random.Random, low: int = 0) -> int:
    """Return ``low`` plus the index drawn with the given weights."""
    return low + rng.choices(range(len(weights)), weights=weights)[0]

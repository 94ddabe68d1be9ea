"""Statement: a short phrase that says something, with the words it says it by."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Statement:
    """A phrase of a sentence: as it is shown, and its content words in one form for all spellings."""

    text: str
    words: tuple[str, ...]
    negative: bool = False
    whole: float = 1.0
    """0…1: how far it begins and ends where a clause does."""

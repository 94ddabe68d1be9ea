"""Audit: a person reads a comment without seeing its tags and says which it carries; so the tagger's mistakes are measured.

An audit measures and teaches nothing: what a model has learnt from cannot judge it. Comments are drawn in one random order, the same for
all tags; a comment is drawn for its own sake, or because the model gave it a certain tag. That makes two samples, both drawn by chance:
of all comments the first of the order, and of a tag's comments the first of those.
"""

import hashlib
from enum import StrEnum

from pydantic import Field

from voc.feedback import Language
from voc.kpis import Kpi
from voc.values import UtcDatetime, Value

RANKS = 2**53


class AuditAnswer(Value):
    """What a person said of one comment, beside what the model says of it now.

    ``drawn_for``: the tag it was drawn for; None where it was drawn from all comments. ``tags`` is None where the reader could not tell.
    """

    feedback_id: str
    drawn_for: str | None
    language: Language
    predicted: frozenset[str]
    """The model's own tags, without people's corrections."""
    tags: frozenset[str] | None
    by: str
    at: UtcDatetime

    @property
    def rank(self) -> float:
        """Return the comment's place in the order in which comments are drawn, 0…1."""
        return rank(self.feedback_id)


class AuditState(StrEnum):
    """Whether enough comments were read for a corrected figure."""

    OK = "ok"
    NOT_ENOUGH = "not_enough"


class Estimate(Value):
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


class StillToRead(Value):
    """Comments of one language that must still be read, drawn for the tag or without it: so many were, so many are needed."""

    language: Language
    with_tag: bool
    read: int
    needed: int


class AuditedTag(Value):
    """How well one tag is given, and its figures corrected for that; None where ``state`` is ``not_enough``: see ``missing``.

    ``precision``: of the comments with the tag, the share that has it; ``recall``: of those that have it, the share that got it.
    ``share``: of all readable comments, those that truly carry the tag, as far as comments and mistakes let one know.
    ``differences``: how much higher or lower a KPI is with the tag, had nobody been tagged wrongly.
    """

    tag: str
    n: int
    """Readable comments."""
    counted: int
    """Comments with the tag, as the model and people's corrections have it."""
    read_with: int
    """Comments with the tag that were read for it."""
    read_without: int
    state: AuditState
    missing: tuple[StillToRead, ...] = ()
    precision: Estimate | None = None
    recall: Estimate | None = None
    share: Estimate | None = None
    differences: dict[Kpi, Estimate] = Field(default_factory=dict)
    figure: str | None = None
    """The address of these numbers, where they are shown (``voc.addresses``)."""


def rank(feedback_id: str) -> float:
    """Return a comment's place in the order in which comments are drawn, 0…1: by a hash, so nobody chooses it and it never changes."""
    digest = hashlib.sha256(b"audit\x1f" + feedback_id.encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / RANKS

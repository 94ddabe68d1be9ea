"""Erasure: one customer taken out of everything the service keeps, and the receipt that says so without saying who.

Invariants: a receipt holds counts and file names, never words, names or ids of the customer; the customer is known to it by a keyed hash
(``subject``) alone. What is erased stays erased: later comments of the customer are refused until somebody lifts the erasure.
"""

from enum import StrEnum

from pydantic import Field

from voc.values import UtcDatetime, Value


class ErasureState(StrEnum):
    """How far an erasure is. From ``started`` on nothing of the customer is taken in; from ``erased`` on nothing can be read."""

    STARTED = "started"
    ERASED = "erased"
    """Gone for every reader; the database file is not yet rewritten."""
    DONE = "done"
    LIFTED = "lifted"
    """Done, and the customer may speak again."""


class Erasure(Value):
    """The receipt of an erasure."""

    id: str
    subject: str
    """Keyed hash of the customer's id; the key lies in the data folder."""
    state: ErasureState
    by: str
    """Who asked."""
    started_at: UtcDatetime
    finished_at: UtcDatetime | None = None
    places: dict[str, int] = Field(default_factory=dict)
    """How many rows went or were rewritten, by table; ``reject_rows``: rows of reject files."""
    files_removed: tuple[str, ...] = ()
    """Reports and exports in the data folder that held the customer, taken away; they can be made again."""
    files_left: tuple[str, ...] = ()
    """Files in the data folder that hold the customer and are not the service's to change: take care of them yourself."""
    notes: tuple[str, ...] = ()
    """What is left to do, as short codes: ``learn_again:NAME`` for own tags that were learnt from the customer's comments."""


class Person(Value):
    """Everything by which an erased customer is recognised in rows and files; lives in memory only."""

    customer_ids: frozenset[str]
    feedback_ids: frozenset[str]
    observation_ids: frozenset[str] = frozenset()
    identifiers: tuple[str, ...] = ()
    """What names the person: ids of their own system, name, e-mail, phone and the like."""
    verbatims: tuple[str, ...] = ()

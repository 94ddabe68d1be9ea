"""Profile history: which fact of a profile was changed, from what to what, by whom and when."""

from enum import StrEnum
from typing import Any

from voc.values import UtcDatetime, Value


class ProfileNoun(StrEnum):
    """Whose profile it is."""

    CUSTOMER = "customer"
    ACCOUNT = "account"


class ProfileChange(Value):
    """One change: field name to value before and after; a new profile has every field that was given, before None."""

    number: int
    noun: ProfileNoun
    subject_id: str
    at: UtcDatetime
    by: str
    """The key, the import or the person that said so."""
    new: bool
    changes: dict[str, tuple[Any, Any]]

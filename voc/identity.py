"""Identity: what a person or an account is known by, so that two profiles of one are found. Finding proposes; only people merge.

What is kept of a person is a keyed hash: an e-mail address or id is never kept here as it was. Two profiles that share a value are proposed
to be one, unless more than ``MOST_SHARING`` share it: then it is a shared mailbox or a placeholder, nobody's own.
"""

import hmac
import re
import unicodedata
from enum import StrEnum
from hashlib import sha256

from voc.errors import InputError
from voc.ids import derived_id
from voc.profile_history import ProfileNoun
from voc.values import UtcDatetime, Value

HASH_HEX_DIGITS = 40
MOST_SHARING = 4
LONGEST_EMAIL = 254
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


class IdentityKind(StrEnum):
    """What a person or an account is known by."""

    EXTERNAL_ID = "external_id"
    """The id a sender uses, without width, case, blanks and punctuation."""
    EMAIL = "email"
    MAPPING = "mapping"
    """A row of a mapping table: this id of that source is that customer or account."""
    NAME = "name"
    """An account's name without its legal form: see ``voc.organisation_names``."""


class Identity(Value):
    """One thing a profile is known by; ``value`` is a keyed hash where it is kept.

    ``source``: who says so; empty on the side a mapping points to.
    """

    profile_id: str
    kind: IdentityKind
    value: str
    source: str


class MergeState(StrEnum):
    """How a pair of profiles was decided."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class MergeProposal(Value):
    """Two profiles that look like one person or one account: which would be kept, and why."""

    id: str
    noun: ProfileNoun
    kept_id: str
    gone_id: str
    reasons: tuple[IdentityKind, ...]


class Merge(Value):
    """A decided pair: what was known by ``gone_id`` belongs to ``kept_id`` since; unless rejected, or undone."""

    number: int
    noun: ProfileNoun
    kept_id: str
    gone_id: str
    reasons: tuple[IdentityKind, ...]
    state: MergeState
    by: str
    at: UtcDatetime
    undone_by: str | None = None
    undone_at: UtcDatetime | None = None

    @property
    def stands(self) -> bool:
        """Whether the two are one: merged, and not taken back."""
        return self.state is MergeState.ACCEPTED and self.undone_at is None

    @property
    def pair_id(self) -> str:
        """The id of the proposal it decided."""
        return pair_id(self.kept_id, self.gone_id)


def pair_id(one: str, other: str) -> str:
    """Return the id of a proposal about two profiles, in whichever order."""
    return derived_id("mg", *sorted((one, other)))


def plain_email(address: str) -> str:
    """Return an e-mail address without differences of width and case.

    Raises
    ------
    InputError
        If it is none.

    >>> plain_email(" Ｈａｎａ@Example.com ")
    'hana@example.com'
    """
    plain = unicodedata.normalize("NFKC", address).strip().casefold()
    if len(plain) > LONGEST_EMAIL or not _EMAIL.fullmatch(plain):
        raise InputError("This is not an e-mail address.", field="email")
    return plain


def is_email(text: str) -> bool:
    """Tell whether a text is an e-mail address."""
    try:
        return bool(plain_email(text))
    except InputError:
        return False


def plain_id(external_id: str) -> str:
    """Return a sender's id without width, case, blanks and punctuation.

    >>> plain_id("Ｃ-77"), plain_id("c 77")
    ('c77', 'c77')
    """
    return "".join(char for char in unicodedata.normalize("NFKC", external_id).casefold() if char.isalnum()) or external_id


def held_name(value: str) -> str:
    """Return the id that comments with an e-mail address and no id are held under, given the keyed hash of the address.

    >>> held_name("0a1b")
    'email:0a1b'
    """
    return f"email:{value}"


class IdentityHasher:
    """Turns what people are known by into keyed hashes."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def email(self, customer_id: str, address: str, *, source: str) -> Identity:
        """Return the identity of an e-mail address.

        Raises
        ------
        InputError
            If it is no address.
        """
        value = self._hash("email", plain_email(address))
        return Identity(profile_id=customer_id, kind=IdentityKind.EMAIL, value=value, source=source)

    def external_id(self, customer_id: str, external_id: str, *, source: str) -> Identity:
        """Return the identity of a sender's id, written in any width and case."""
        value = self._hash("external_id", plain_id(external_id))
        return Identity(profile_id=customer_id, kind=IdentityKind.EXTERNAL_ID, value=value, source=source)

    def mapping(self, noun: ProfileNoun, *, source: str, source_id: str, from_id: str, to_id: str) -> tuple[Identity, Identity]:
        """Return the two identities a row of a mapping table gives: of what is mapped, and of what it points to."""
        of_account = ("account",) if noun is ProfileNoun.ACCOUNT else ()
        value = self._hash("mapping", *of_account, source, source_id)
        mapped = Identity(profile_id=from_id, kind=IdentityKind.MAPPING, value=value, source=source)
        return mapped, mapped.model_copy(update={"profile_id": to_id, "source": ""})

    def _hash(self, *parts: str) -> str:
        joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
        return hmac.new(self._key, joined, sha256).hexdigest()[:HASH_HEX_DIGITS]

"""Recognising a person in texts: by what names them, by ids of their comments, and by words that stand in their comments alone."""

import re
from collections.abc import Callable
from functools import cached_property

from voc.erasure import Person
from voc.normal_form import nfkc

LEAST_LATIN = 3
LEAST_OTHER = 2
LEAST_DIGITS = 7
LEAST_QUOTED = 4
"""A text of fewer characters is nobody's own words."""
WORD = re.compile(r"[a-z0-9][a-z0-9'’-]{2,}|[一-龥々]{2,}|[ァ-ヶー]{2,}")
"""What a name made from sentences is put together of."""
OUR_ID = re.compile(r"\b(?:fb|cu)_[0-9a-f]{24}\b")


class Recogniser:
    """Tells whether a text is of one person or names them."""

    def __init__(self, person: Person, *, said_by_others: Callable[[str], bool]) -> None:
        self.person = person
        self._said_by_others = said_by_others
        self.ids = person.feedback_ids | person.customer_ids
        self._known: dict[str, bool] = {}

    @cached_property
    def _names(self) -> re.Pattern[str] | None:
        forms = [form for name in self.person.identifiers if (form := plain(name)) and names_somebody(form)]
        if not forms:
            return None
        return re.compile("|".join(rf"(?<![a-z0-9]){re.escape(form)}(?![a-z0-9])" for form in sorted(forms, key=len, reverse=True)))

    @cached_property
    def _said(self) -> str:
        return "\n".join(plain(text) for text in self.person.verbatims)

    def is_id(self, text: str) -> bool:
        """Whether the text is the id of the person, of a comment or of a sentence of theirs."""
        return text in self.ids or text.rpartition(".")[0] in self.person.feedback_ids

    def names(self, text: str) -> bool:
        """Whether the text names the person or one of their comments."""
        if any(found in self.ids for found in OUR_ID.findall(text)):
            return True
        return self._names is not None and self._names.search(plain(text)) is not None

    def said(self, text: str) -> bool:
        """Whether the text stands in the person's comments."""
        form = plain(text)
        return bool(form) and form in self._said

    def is_theirs(self, text: str) -> bool:
        """Whether the text names the person, or holds words that they said and nobody else did."""
        known = self._known.get(text)
        if known is None:
            whole = text.strip().rstrip("。.…")
            parts = [*([whole] if len(whole) >= LEAST_QUOTED else ()), *WORD.findall(plain(text))]
            known = self.names(text) or any(self.said(part) and not self._said_by_others(part) for part in parts)
            self._known[text] = known
        return known


def plain(text: str) -> str:
    """Return the text as texts are compared: NFKC, lower case, blanks collapsed."""
    return " ".join(nfkc(text).casefold().split())


def names_somebody(form: str) -> bool:
    """Whether a plain text is long enough to name one person and not just anything."""
    return len(form) >= (LEAST_LATIN if form.isascii() else LEAST_OTHER)


def is_contact(value: str) -> bool:
    """Whether a value of a profile reaches a person: an e-mail address or a number to call.

    >>> is_contact("a.b@example.com"), is_contact("03-1234-5678"), is_contact("Tokyo"), is_contact("2026")
    (True, True, False, False)
    """
    return "@" in value or sum(letter.isdigit() for letter in value) >= LEAST_DIGITS

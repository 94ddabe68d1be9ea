"""Words: the pages' catalogues, and which language a visitor reads.

A message id is the English text. The catalogues are kept as ``.po`` files and compiled in memory, so that no binary file can be
older than the text it came from.
"""

from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

CATALOGUES = Path(__file__).parent.parent / "i18n"
LANGUAGES = ("ja", "en")
FALLBACK = "en"
COOKIE = "voc_lang"


@dataclass(frozen=True)
class Words:
    """The catalogue of one language."""

    language: str
    _catalogue: object

    def one(self, message: str) -> str:
        """Return the message in the language."""
        return str(self._catalogue.ugettext(message))  # type: ignore[attr-defined]  # Babel carries no types

    def many(self, singular: str, plural: str, n: int) -> str:
        """Return the message in the language, in the form that goes with the number."""
        return str(self._catalogue.ungettext(singular, plural, n))  # type: ignore[attr-defined]  # Babel carries no types


@cache
def words(language: str) -> Words:
    """Return the words of a language, read from its catalogue once."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import Translations

    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Words(language=language, _catalogue=Translations(compiled))


def choose_language(*, asked: str | None, remembered: str | None, accepted: str | None) -> str:
    """Return the language a page is written in: asked for in the address, else the cookie's, else the browser's first known one.

    >>> choose_language(asked=None, remembered=None, accepted="fr, en;q=0.5, ja;q=0.8")
    'ja'
    """
    for wanted in (asked, remembered):
        if wanted in LANGUAGES:
            return str(wanted)
    ranked = sorted(_accepted(accepted or ""), key=lambda pair: -pair[1])
    return next((language for language, quality in ranked if language in LANGUAGES and quality > 0), FALLBACK)


def _accepted(header: str) -> list[tuple[str, float]]:
    """Return the languages of an Accept-Language header with their quality; a quality that is no number counts as 0."""
    found = []
    for part in header.split(",")[:20]:
        name, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        found.append((name.strip().split("-")[0].lower(), weight))
    return found

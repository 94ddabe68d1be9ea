"""Language of a text: Japanese, English, both side by side, or another.

The script decides first, because it is certain: kana is Japanese; Hangul, Arabic, Thai and the like are not ours. Only texts in
Latin letters alone ask the n-gram model (lingua). Rules that a reader can rely on:

* a few Latin words inside Japanese (``SSO``, ``Microsoft Azure``) leave it Japanese; so does a quoted English message;
* ``mixed`` needs a run of English words with a function word in it (the, is, not …) and Japanese of comparable weight;
* Han characters without kana are Japanese unless a tenth of them are characters that only Chinese writes;
* Latin text is English unless it is long enough for the model to be sure of another European language;
* emoji, digits and punctuation alone are ``other``.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from voc.feedback import Language
from voc.ports import LanguageDetector

LOOK_AT_CHARS = 4_000
WORDS_FOR_ENGLISH_RUN = 4
LATIN_PER_JAPANESE_CHAR = 2.5
"""A Japanese character says about as much as this many Latin letters."""
MIXED_FROM, MIXED_TO = 0.15, 0.85
LATIN_ONLY_FROM = 0.9
LETTERS_FOR_OTHER_LATIN = 20
SURE_OF_OTHER_LATIN = 0.75
WORDS_FOR_OTHER_LATIN = 3
FOREIGN_HAN_SHARE = 10
"""One Han character in this many that Japanese does not write makes a text without kana foreign."""

_PIECES = re.compile(
    r"(?P<kana>[\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\uff66-\uff9d]+)"
    r"|(?P<han>[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3005\U00020000-\U0003134f]+)"
    r"|(?P<latin>[A-Za-z\u00c0-\u024f\uff21-\uff3a\uff41-\uff5a]+(?:['’][A-Za-z]+)?)"
    r"|(?P<letters>[^\W\d_])"
    r"|(?P<quote>[「『“\"（(【])"
)
_CLOSERS = {"「": "」", "『": "』", "“": "”", '"': '"', "（": "）", "(": ")", "【": "】"}
_CHINESE_WORDS = frozenset("們沒這您嗎妳很呢吧還讓說裡麼")
_FUNCTION = """the an is are was were be been you we they he she it this that my our your to of for with and or but not does do did
don't doesn't can't cannot can have has had please when after so very its it's there would will"""
_FUNCTION_WORDS = frozenset(_FUNCTION.split())
_OTHER_LATIN = ("FRENCH", "GERMAN", "SPANISH", "PORTUGUESE", "ITALIAN", "DUTCH", "INDONESIAN", "VIETNAMESE")


class _Counts:
    """What the scripts of a text add up to; ``english`` counts letters in runs of English words outside quotes."""

    def __init__(self, text: str) -> None:
        self.kana = self.han = self.latin = self.english = self.others = 0
        self._run: list[str] = []
        end_of_quote = 0
        for piece in _PIECES.finditer(text):
            kind, start, end = piece.lastgroup, piece.start(), piece.end()
            if kind == "quote":
                closing = text.find(_CLOSERS[piece.group()], end, end + 200)
                end_of_quote = max(end_of_quote, closing)
            elif kind == "latin":
                self.latin += end - start
                if start >= end_of_quote:
                    self._run.append(piece.group())
            else:
                self._close_run()
                self._add(kind, end - start)
        self._close_run()

    def _add(self, kind: str | None, length: int) -> None:
        if kind == "kana":
            self.kana += length
        elif kind == "han":
            self.han += length
        else:
            self.others += length

    def _close_run(self) -> None:
        if len(self._run) >= WORDS_FOR_ENGLISH_RUN and any(word.lower() in _FUNCTION_WORDS for word in self._run):
            self.english += sum(map(len, self._run))
        self._run.clear()

    @property
    def japanese(self) -> float:
        """Weight of kana and Han characters in Latin letters."""
        return LATIN_PER_JAPANESE_CHAR * (self.kana + self.han)


class LinguaLanguage(LanguageDetector):
    """Scripts first, lingua's n-gram model where scripts cannot tell; nothing is loaded before a text needs the model."""

    name = "lingua-language"
    version = "1"

    def detect(self, texts: Sequence[str]) -> list[Language]:
        """Return one language per text, from its first 4,000 characters."""
        return [_language(text[:LOOK_AT_CHARS]) for text in texts]


def _language(text: str) -> Language:
    counts = _Counts(text)
    if counts.others > counts.latin + counts.kana + counts.han:
        return Language.OTHER
    if counts.kana:
        return _japanese_or_mixed(counts)
    if counts.han:
        return _han(text, counts)
    return _latin(text, counts) if counts.latin else Language.OTHER


def _japanese_or_mixed(counts: _Counts) -> Language:
    share = counts.english / (counts.english + counts.japanese)
    if MIXED_FROM <= share <= MIXED_TO:
        return Language.MIXED
    if share > MIXED_TO or counts.latin / (counts.latin + counts.japanese) > LATIN_ONLY_FROM:
        return Language.EN
    return Language.JA


def _han(text: str, counts: _Counts) -> Language:
    foreign = sum(1 for char in text if char in _CHINESE_WORDS or ("\u4e00" <= char <= "\u9fff" and not _in_japanese_encodings(char)))
    return Language.OTHER if foreign * FOREIGN_HAN_SHARE >= counts.han else _japanese_or_mixed(counts)


@lru_cache(maxsize=30_000)
def _in_japanese_encodings(char: str) -> bool:
    try:
        char.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True


def _latin(text: str, counts: _Counts) -> Language:
    if counts.english or counts.latin < LETTERS_FOR_OTHER_LATIN:
        return Language.EN
    if len(text.split()) < WORDS_FOR_OTHER_LATIN:
        return Language.EN
    best = _detector().compute_language_confidence_values(text)[0]
    sure = best.language.name != "ENGLISH" and best.value >= SURE_OF_OTHER_LATIN
    return Language.OTHER if sure else Language.EN


@lru_cache(maxsize=1)
def _detector() -> Any:
    from lingua import Language as LinguaName
    from lingua import LanguageDetectorBuilder

    names = ("ENGLISH", *_OTHER_LATIN)
    return LanguageDetectorBuilder.from_languages(*(getattr(LinguaName, name) for name in names)).build()

"""Encoding: which one the bytes of a file are in, by a fixed order, or the question to the user where that is not certain.

Order: byte order marks; UTF-16 without one, by its zero bytes; ISO-2022-JP by its escapes; UTF-8 by strict decoding; then cp932 and
EUC-JP by strict decoding of the lines and by what the characters are (kana, common kanji); Windows Latin last, only for mostly plain
text with single accented letters. Invariant: two readings that both look right, or none, raise; nothing is guessed.

Why not a general detector: it reads most short cp932 files wrongly.
"""

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from voc.errors import BadEncodingError

SAMPLE_BYTES = 1_000_000
ASK = "The encoding of the file is not certain; name it: --encoding utf-8, cp932, euc_jp, utf-16 or cp1252."

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ALIASES = {"shift_jis": "cp932", "utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le", "iso2022_jp": "iso2022_jp_ext"}
_LATIN_LETTERS = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüŒœŸÿ")
_LATIN_SIGNS = frozenset("‘’“”–—…•€£°®©™«»§½¼¾ \u00a0")
_JAPANESE_SIGNS = frozenset("…‥※→←↑↓―～〜○×●◎△▲▽▼□■◇◆☆★±÷≠≦≧∞℃¥￥￡￠§°′″〒―‘’“”´¨①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳ⅠⅡⅢⅣⅤ㈱㈲№℡")
_EMOJI_PARTS = frozenset(map(chr, (0x200D, *range(0x2600, 0x27C0), *range(0xFE00, 0xFE10))))
_RUN = re.compile("[^\x00-\x7f]+")
_CONTROL = re.compile("[\x80-\x9f\ue000-\uf8ff]")

MIN_VALID_LINES = 0.8
MIN_PROOF_CHARS = 4
MIN_RUN = 1.5
"""Characters that stand together; text read in the wrong encoding has single ones between Latin letters."""
MIN_KANJI_RUN = 2
MIN_KANA = 0.1
"""Running Japanese text has a third or more; Chinese and Korean read as EUC-JP have none."""
MIN_COMMON = 0.8
MAX_ODD = 0.2
MOSTLY_HALF = 0.5
"""Half-width kana in EUC-JP are kanji of one and the same block in cp932: then nobody can tell."""
MAX_HALF_EUC = 0.2
MAX_HALF_CP932 = 0.6
"""EUC-JP read as cp932 is nearly all half-width kana."""
MAX_LATIN_SHARE = 0.12
MAX_LATIN_JOINED = 0.1
MAX_LATIN_RUN = 2
"""As in Größe."""
MIN_ZERO_SHARE = 0.01
MIN_USUAL = 0.97
FIRST_HIGH_BYTE = 0x80
_LEVEL_1 = (0xB0, 0xCF)
"""Lead bytes of the common kanji in EUC-JP."""


@dataclass(frozen=True)
class Encoding:
    """A Python codec and how many bytes of byte order mark stand in front."""

    name: str
    bom_bytes: int = 0


class _Reading(NamedTuple):
    """What the text of the sample's non-ASCII lines looks like in one encoding."""

    valid: int
    lines: int
    chars: int
    kana: float
    common: float
    half: float
    odd: float
    run: float

    @property
    def words(self) -> bool:
        """Characters stand together and hardly one is rare."""
        return self.run >= MIN_RUN and self.odd <= MAX_ODD

    @property
    def enough_lines(self) -> bool:
        """Most lines fit; at most one of few, and what fits is more than a chance hit."""
        bad = self.lines - self.valid
        return bad == 0 or (self.chars >= MIN_PROOF_CHARS and bad <= max(1, (1 - MIN_VALID_LINES) * self.lines))


def choose_encoding(data: bytes, *, whole: bool, wanted: str | None = None) -> Encoding:
    """Return the encoding of a file.

    Parameters
    ----------
    data
        The start of the file.
    whole
        Whether that is all of it.
    wanted
        What the user said; it overrides everything but a fitting byte order mark is still left out.

    Raises
    ------
    BadEncodingError
        If the wanted encoding is unknown, or none was wanted and the bytes do not say it with certainty.
    """
    if wanted is not None:
        return _wanted(data, wanted)
    for mark, name in _BOMS:
        if data.startswith(mark):
            return Encoding(name, len(mark))
    wide = _utf16_without_mark(data)
    if wide is not None:
        return Encoding(wide)
    return Encoding(_narrow(_whole_lines(data, whole=whole)))


def _wanted(data: bytes, wanted: str) -> Encoding:
    try:
        name = codecs.lookup(wanted.strip()).name
        "a".encode(name)
    except (LookupError, ValueError) as error:
        raise BadEncodingError("There is no such text encoding; known are utf-8, cp932, euc_jp, utf-16, cp1252 and others.") from error
    marks = [(mark, found) for mark, found in _BOMS if data.startswith(mark)]
    if marks and (marks[0][1] == _ALIASES.get(name, name) or name in ("utf-16", "utf-32")):
        return Encoding(marks[0][1], len(marks[0][0]))
    return Encoding(_ALIASES.get(name, name))


def _narrow(data: bytes) -> str:
    if data.isascii():
        return "iso2022_jp_ext" if b"\x1b$" in data or b"\x1b(" in data else "utf-8"
    lines = [line for line in data.splitlines(keepends=True) if not line.isascii()]
    if _read(lines, "utf-8").enough_lines:
        return "utf-8"
    as_euc, as_cp932 = _read(lines, "euc_jp"), _read(lines, "cp932")
    euc, cp932 = _is_euc_jp(as_euc), _is_cp932(as_cp932)
    if cp932 and as_euc.enough_lines and as_euc.half >= MOSTLY_HALF:
        raise BadEncodingError(ASK)
    if euc != cp932:
        return "euc_jp" if euc else "cp932"
    if not euc and _is_latin(data):
        return "cp1252"
    raise BadEncodingError(ASK)


def _is_euc_jp(reading: _Reading) -> bool:
    """Japanese text in EUC-JP: kana among the characters, hardly a rare one."""
    return reading.enough_lines and reading.words and reading.kana >= MIN_KANA and reading.half <= MAX_HALF_EUC


def _is_cp932(reading: _Reading) -> bool:
    """Japanese text in cp932: kana, or several common kanji in a row; read wrongly, EUC-JP gives half-width kana, Latin single kanji."""
    if not reading.enough_lines or not reading.words or reading.half > MAX_HALF_CP932:
        return False
    return reading.kana >= MIN_KANA or (reading.common >= MIN_COMMON and reading.run >= MIN_KANJI_RUN and reading.chars >= MIN_PROOF_CHARS)


def _is_latin(data: bytes) -> bool:
    """Mostly plain text with single accented letters and typographic signs of Western European languages."""
    high = sum(byte >= FIRST_HIGH_BYTE for byte in data)
    if high > MAX_LATIN_SHARE * len(data) or b"\x00" in data:
        return False
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return False
    runs = _RUN.findall(text)
    joined = sum(len(run) for run in runs if len(run) > MAX_LATIN_RUN and not set(run) <= _LATIN_SIGNS)
    return set("".join(runs)) <= _LATIN_LETTERS | _LATIN_SIGNS and joined <= MAX_LATIN_JOINED * high


def _read(lines: list[bytes], name: str) -> _Reading:
    good: list[str] = []
    for line in lines:
        try:
            text = line.decode(name)
        except UnicodeDecodeError:
            continue
        if name == "utf-8" or not _CONTROL.search(text):
            good.append(text)
    runs = _RUN.findall("".join(good))
    kinds: Counter[str] = Counter()
    for char, count in Counter("".join(runs)).items():
        kinds[_kind(char)] += count
    chars = sum(kinds.values()) or 1
    return _Reading(
        valid=len(good),
        lines=len(lines),
        chars=kinds.total(),
        kana=kinds["kana"] / chars,
        common=kinds["common"] / chars,
        half=kinds["half"] / chars,
        odd=kinds["odd"] / chars,
        run=kinds.total() / (len(runs) or 1),
    )


@cache
def _kind(char: str) -> str:
    """Return what a character says about Japanese text: kana, common (signs, kanji of JIS level 1), half (half-width kana) or odd."""
    if "\u3041" <= char <= "\u3096" or "\u30a1" <= char <= "\u30fc":
        return "kana"
    if "\u3000" <= char <= "\u303f" or "\uff01" <= char <= "\uff5e" or char in _JAPANESE_SIGNS:
        return "common"
    if "\uff61" <= char <= "\uff9f":
        return "half"
    try:
        code = char.encode("euc_jp")
    except UnicodeEncodeError:
        return "odd"
    return "common" if _LEVEL_1[0] <= code[0] <= _LEVEL_1[1] else "odd"


def _utf16_without_mark(data: bytes) -> str | None:
    """Return utf-16-le or utf-16-be where the zero bytes and the characters say so."""
    zeros = data.count(0)
    if zeros <= 1 or zeros < MIN_ZERO_SHARE * len(data):
        return None
    even = data[: len(data) - len(data) % 2]
    for name, newline in (("utf-16-le", b"\n\x00"), ("utf-16-be", b"\x00\n")):
        at = even.find(newline)
        while at > 0 and at % 2 == 1:
            at = even.find(newline, at + 1)
        if at >= 0 and _usual(even.decode(name, "replace")):
            return name
    return None


def _usual(text: str) -> bool:
    """Return whether nearly all characters are ones a Japanese or Western text holds."""
    usual = 0
    for char, count in Counter(text).items():
        good = char in "\t\r\n" or " " <= char <= "~" or _kind(char) in ("kana", "common", "half") or char in _LATIN_LETTERS | _LATIN_SIGNS
        usual += count if good or char > "\uffff" or char in _EMOJI_PARTS or _in_cp932(char) else 0
    return usual >= MIN_USUAL * len(text)


def _in_cp932(char: str) -> bool:
    return char != "\x00" and bool(char.encode("cp932", "ignore"))


def _whole_lines(data: bytes, *, whole: bool) -> bytes:
    """Leave the torn last line of a sample out."""
    if whole:
        return data
    end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
    return data[:end] if end else data[:-4]

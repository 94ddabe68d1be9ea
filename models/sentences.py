"""Sentences of a text, with offsets.

Invariants: spans are in order, do not overlap, carry no blanks at their ends, and nothing but blanks lies outside them; a line break
ends a sentence, except where an English line was only wrapped; no sentence is longer than 400 characters (``MAX_SENTENCE_CHARS``).

pysbd decides where a sentence ends inside a line, except where that is plain. It is slow and, on some input, worse than linear, so it only
ever sees pieces of at most 2,000 characters; and it may alter or lose characters, so only the *places* where its sentences begin are
taken from it.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from voc.feedback import Language, Span
from voc.ports import SentenceSplitter

MAX_SENTENCE_CHARS = 400
MAX_PIECE_CHARS = 2_000
MIN_SENTENCE_CHARS = 12
"""A piece whose marks stand closer than this on average is not prose; it is cut behind every mark."""
WRAPPED_FROM_CHARS = 50
"""An English line at least this long that ends without punctuation goes on in the next."""

PYSBD_PATTERNS = 4_096
"""pysbd makes its patterns anew for every text, about a thousand different ones; ``re`` remembers 512, so it would compile most again."""

_LINE = re.compile(r"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uff66-\uff9d]")
_MARK_INSIDE = re.compile(r"[.!?。｡．！？‼⁉…]++(?=\s*+\S)")
_WORD_BEHIND = r"(?:(?<=[a-z]{3})|(?<=n['’]t)|(?<=[ '](?:it|in|us|up|on|to|do|so|of|by|be|go|am|if|my|we|he|at|an|as|or)))"
_PLAIN = re.compile(rf"(?:[A-Za-z0-9 ,;'’&%£$/-]|{_WORD_BEHIND}[.!?](?= [A-Z]|\s*$))*+")
"""English of words, commas and single marks behind plain words, before a capital: cut at the marks, as pysbd does in seven times the time
(``tests/unit/models/test_sentences.py``); but not behind abbreviations, which it knows."""
_BEFORE_MARK = re.compile(r"([A-Za-z'’-]+)[.!?] ")
_CERTAIN_MARK = re.compile(r"(?:[!?。｡！？‼⁉…]++|\.++(?=\s))\s*+(?=\S)")
_CUTS = (re.compile(r"[。！？!?]+|\.(?=\s)"), re.compile(r"[、，,;；:：]"), re.compile(r"\s"))
_BELONGS_TO_SENTENCE_BEFORE = re.compile(r"[\s。．｡！？!?…」』）)\]】”’\"'〉》♪w笑☆★]*")
_AS_PYSBD_READS = str.maketrans("\n\r｡", "  。")
_CLOSING = "。．｡！？!?…」』）)]】”’〉》"
_ABBREVIATION = re.compile(r"(?<![A-Za-z])(?:ver|no|vs|inc|ltd|co|corp|approx|e\.g|i\.e|tel|fig|mr|mrs|ms|dr)\.\s*$", re.IGNORECASE)


class PysbdSentences(SentenceSplitter):
    """pysbd inside a line; line breaks, very long pieces and missing punctuation are dealt with around it."""

    name = "pysbd-sentences"
    version = "1"

    def split(self, text: str, language: Language) -> tuple[Span, ...]:
        """Return the sentences in order; a line with kana or Han characters is read as Japanese, unless ``language`` is English."""
        spans: list[Span] = []
        for line_start, line_end in _lines(text):
            for start, end in _pieces(text, line_start, line_end):
                for first, last in _sentences(text[start:end], language):
                    spans += _cut(text, start + first, start + last)
        return tuple(spans)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield the lines; an English line that was only wrapped is joined with the next."""
    start = end = -1
    for match in _LINE.finditer(text):
        if start >= 0 and not _is_wrapped(text, start, end, match.start()):
            yield start, end
            start = -1
        start = match.start() if start < 0 else start
        end = match.end()
    if start >= 0:
        yield start, end


def _is_wrapped(text: str, start: int, end: int, next_start: int) -> bool:
    last_break = max(text.rfind("\n", start, end), start)
    return (
        end - last_break >= WRAPPED_FROM_CHARS
        and text[end:next_start].count("\n") <= 1
        and next_start - end <= len("\r\n")
        and (text[end - 1].isascii() and (text[end - 1].isalnum() or text[end - 1] in ", "))
        and (text[next_start].isascii() and text[next_start].islower())
    )


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield parts of a line of at most 2,000 characters, cut behind the strongest mark near their end."""
    while end - start > MAX_PIECE_CHARS:
        cut = _best_cut(text, start, start + MAX_PIECE_CHARS)
        yield start, cut
        start = cut
    yield start, end


def _cut(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield a sentence as one span, or, where it is too long, as several."""
    while end - start > MAX_SENTENCE_CHARS:
        cut = _best_cut(text, start, start + MAX_SENTENCE_CHARS)
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, end)


def _best_cut(text: str, start: int, limit: int) -> int:
    """Return the end of the last strong mark in the second half before ``limit``; else of a weak one, a blank; else ``limit``."""
    half = (start + limit) // 2
    for marks in _CUTS:
        found = [match.end() for match in marks.finditer(text, half, limit)]
        if found:
            return found[-1]
    return limit


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield Span(start=start, end=end)


def _sentences(piece: str, language: Language) -> Iterator[tuple[int, int]]:
    marks = len(_MARK_INSIDE.findall(piece))
    if not marks:
        begins = [0]
    elif marks * MIN_SENTENCE_CHARS > max(len(piece), MAX_SENTENCE_CHARS):
        begins = [0, *(match.end() for match in _CERTAIN_MARK.finditer(piece))]
    elif _PLAIN.fullmatch(piece) and _abbreviations().isdisjoint(word.casefold() for word in _BEFORE_MARK.findall(piece)):
        begins = [0, *(match.end() for match in _MARK_INSIDE.finditer(piece))]
    else:
        code = "ja" if language is not Language.EN and _JAPANESE.search(piece) else "en"
        begins = _begins(piece.translate(_AS_PYSBD_READS), code)
    yield from zip(begins, [*begins[1:], len(piece)], strict=True)


def _begins(piece: str, code: str) -> list[int]:
    """Return where sentences begin, the first at 0."""
    begins, cursor = [0], 0
    for sentence in _segmenter(code).segment(piece):
        words = sentence.strip()
        at = piece.find(words, cursor) if words else -1
        if at < 0:
            continue
        cursor = at + len(words)
        begin = at
        if code == "ja" and piece[at] in _CLOSING:
            behind = _BELONGS_TO_SENTENCE_BEFORE.match(piece, at)
            begin = behind.end() if behind else at
        if begins[-1] < begin < len(piece) and not (code == "ja" and _ABBREVIATION.search(piece[max(0, begin - 12) : begin])):
            begins.append(begin)
    return begins


@cache
def _abbreviations() -> frozenset[str]:
    from pysbd.languages import LANGUAGE_CODES

    return frozenset(word.strip().casefold() for word in LANGUAGE_CODES["en"].Abbreviation.ABBREVIATIONS)


@lru_cache(maxsize=2)
def _segmenter(code: str) -> Any:
    import pysbd

    re._MAXCACHE = max(re._MAXCACHE, PYSBD_PATTERNS)  # type: ignore[attr-defined]  # noqa: SLF001  # there is no other way to set it
    return pysbd.Segmenter(language=code, clean=False)

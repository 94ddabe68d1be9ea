"""Search words: a text in the normal forms by which it is found, in Japanese and English.

NFKC and case folding; Japanese in the dictionary's shortest units and normal form (おそく → 遅い, 問合せ → 問い合わせ, ご対応 → 御 + 対応),
everything else in words of letters and digits, stemmed as English (Porter 2 of the Snowball project). A query is widened by the project's
own bilingual list ``search_terms.tsv``, so that ログイン, login and "log in" find each other; the index itself holds no synonyms, and a
change of the list needs no new index.

Invariants: a form has only letters and digits; any text is read, half a surrogate pair included; the same text gives the same words.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from models.japanese import KANA_OR_KANJI, WINDOW_CHARS, long_unit_starts, parts
from voc.feedback import Span
from voc.normal_form import nfkc
from voc.search import Phrase, SearchWords, WordReader

TERMS = Path(__file__).with_name("search_terms.tsv")
MOST_WORDS = 20_000
MOST_FORM_CHARS = 200_000
"""Together less than a PostgreSQL text vector can hold (1 MB)."""
LONGEST_FORM = 60
MOST_UNITS = 32
MOST_QUERY_CHARS = 4_000
LONGEST_TERM = 6
"""A term of the list has at most so many longest units."""
FUNCTION_CLASSES = frozenset({"助詞", "助動詞", "補助記号", "記号", "空白", "接頭辞", "接尾辞", "接続詞", "連体詞", "代名詞"})
STOP_FORMS = frozenset(
    """
    為る 有る 居る 無い 成る 出来る 御座る 御座います 下さる 頂く 致す 貰う 事 物 為 様
    a an the and or of to in on at by for from with as is am are was were be been it its this that these those
    i my me we our us you your he she they them their do does did has have had can could will would shall should
    not no so if but there
    """.split()  # noqa: SIM905  # a word list reads better as words
)
"""Words that say nothing about what is looked for; they count inside a phrase."""
_STEMMING = threading.Lock()
"""A Snowball stemmer serves one thread at a time."""
_CHUNK = re.compile(r".[\u0300-\u036f\u3099\u309a\uff9e\uff9f\u1160-\u11ff]{0,30}", re.DOTALL)
_KANA_OR_KANJI = KANA_OR_KANJI.pattern.replace("[", "[々〆", 1)
_LETTER = rf"(?:(?!{_KANA_OR_KANJI})[^\W_])"
_RUN = re.compile(rf"(?P<ja>{_KANA_OR_KANJI}{{1,{WINDOW_CHARS}}})|(?P<other>{_LETTER}+(?:['’]{_LETTER}+)*)")


@dataclass(frozen=True)
class _Token:
    """A word of a text: its form, where it stands, whether it only joins others, and whether a longest unit begins with it."""

    form: str
    start: int
    end: int
    joins: bool
    begins: bool = True


class SearchWordReader(WordReader):
    """Sudachi's normal forms and Snowball's English stems; the dictionary is loaded at the first Japanese text."""

    name = "search-words"
    version = "1"

    def words(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the normal forms of each text, in order, at most 20,000 with 200,000 characters together."""
        return [_bounded(token.form for token in _tokens(_plain(text))) for text in texts]

    def query(self, text: str) -> SearchWords:
        """Return what somebody who types this looks for, at most 32 units.

        A name of several words is looked for as a phrase and by each of its words, so that the exact name comes first.
        """
        tokens = list(_tokens(_plain(text[:MOST_QUERY_CHARS]), units=True))
        units: dict[tuple[Phrase, ...], None] = {}
        at = 0
        while at < len(tokens) and len(units) < MOST_UNITS:
            length, found = _named(tokens, at)
            units |= dict.fromkeys(found)
            at += length
        return SearchWords(units=tuple(units)[:MOST_UNITS])

    def places(self, text: str, wanted: SearchWords) -> tuple[Span, ...]:
        """Return where the text has what is looked for; the longest phrase wins where several begin."""
        phrases: dict[str, list[Phrase]] = {}
        for phrase in sorted(wanted.phrases(), key=len, reverse=True):
            phrases.setdefault(phrase[0], []).append(phrase)
        plain, starts = _aligned(text)
        tokens = list(_tokens(plain)) if phrases else []
        found: list[Span] = []
        at = 0
        while at < len(tokens):
            length = next((len(phrase) for phrase in phrases.get(tokens[at].form, ()) if _stands(phrase, tokens, at)), 0)
            if length:
                start, end = starts[tokens[at].start], starts[tokens[at + length - 1].end]
                found.append(Span(start=start, end=max(end, start + 1)))  # ㍿ is two words in one character
            at += max(length, 1)
        return tuple(found)


def _named(tokens: Sequence[_Token], at: int) -> tuple[int, list[tuple[Phrase, ...]]]:
    """Return how many tokens the name at a place has, and the units to look for; the longest known term wins."""
    ends = [end for end in range(at + 1, len(tokens) + 1) if end == len(tokens) or tokens[end].begins]
    for end in reversed(ends[:LONGEST_TERM]):
        phrase = tuple(token.form for token in tokens[at:end])
        if phrase in _terms():
            return end - at, [_with_synonyms(phrase)]
    unit = tokens[at : ends[0]]
    said = [token for token in unit if not token.joins]
    if not said:
        return len(unit), []
    units = [_with_synonyms(tuple(token.form for token in unit))]
    if len(unit) > 1:
        units += [_with_synonyms((token.form,)) for token in said if len(token.form) > 1]
    return len(unit), units


def _with_synonyms(phrase: Phrase) -> tuple[Phrase, ...]:
    return tuple(dict.fromkeys((phrase, *_terms().get(phrase, ()))))


def _stands(phrase: Phrase, tokens: Sequence[_Token], at: int) -> bool:
    return len(phrase) <= len(tokens) - at and all(token.form == form for token, form in zip(tokens[at:], phrase, strict=False))


@cache
def _terms() -> dict[Phrase, tuple[Phrase, ...]]:
    """Return the phrases that mean the same, by phrase; a phrase of two lines stands for both, its neighbours only for their own."""
    same: dict[Phrase, dict[Phrase, None]] = {}
    for line in TERMS.read_text(encoding="utf-8").splitlines():
        group = dict.fromkeys(tuple(token.form for token in _tokens(_plain(term))) for term in re.split(r"[|\t]", line))
        for phrase in group:
            same.setdefault(phrase, {}).update(group)
    return {phrase: tuple(group) for phrase, group in same.items()}


def _tokens(plain: str, *, units: bool = False) -> Iterator[_Token]:
    """Yield the words of a text in normal characters; with ``units`` it is known where longest units begin."""
    for run in _RUN.finditer(plain):
        if run.lastgroup == "ja":
            yield from _japanese(run.group(), run.start(), units=units)
        else:
            form = _stem(run.group()[:LONGEST_FORM].replace("’", "'"))
            if form:
                yield _Token(form, run.start(), run.end(), joins=run.group() in STOP_FORMS)


def _japanese(run: str, offset: int, *, units: bool) -> Iterator[_Token]:
    begins = long_unit_starts(run) if units else frozenset()
    for part in parts(run):
        form = "".join(filter(str.isalnum, _plain(part.form)))[:LONGEST_FORM]
        if form:
            joins = part.word_class in FUNCTION_CLASSES or form in STOP_FORMS
            yield _Token(form, offset + part.start, offset + part.end, joins=joins, begins=part.start in begins)


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    with _STEMMING:
        stem = str(_english().stemWord(word))
    return "".join(filter(str.isalnum, stem))


@cache
def _english():  # type: ignore[no-untyped-def]  # noqa: ANN202  # the library carries no types
    import snowballstemmer

    return snowballstemmer.stemmer("english")


def _plain(text: str) -> str:
    return _aligned(text)[0]


def _aligned(text: str) -> tuple[str, Sequence[int]]:
    """Return the text in normal characters and, for each of them and for the end, where it stands in the text given."""
    if text.isascii():
        return text.lower(), range(len(text) + 1)
    whole = text.encode("utf-8", "replace").decode("utf-8")
    folded = whole.casefold()
    if len(folded) == len(whole) and unicodedata.is_normalized("NFKC", folded):
        return folded, range(len(text) + 1)
    characters: list[str] = []
    starts: list[int] = []
    for chunk in _CHUNK.finditer(whole):
        normal = nfkc(nfkc(chunk.group()).casefold())
        characters.append(normal)
        starts += [chunk.start()] * len(normal)
    return "".join(characters), [*starts, len(text)]


def _bounded(forms: Iterator[str]) -> tuple[str, ...]:
    kept: list[str] = []
    left = MOST_FORM_CHARS
    for form in forms:
        left -= len(form)
        if left < 0 or len(kept) == MOST_WORDS:
            break
        kept.append(form)
    return tuple(kept)

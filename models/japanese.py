"""Japanese words: content words of a text in the dictionary's normal form (おそく → 遅い, ログオン → ログイン).

Invariant: a text is cut to ``WINDOW_CHARS`` before it reaches the tokenizer, which takes 49,149 bytes at most.
"""

import re
import threading
from dataclasses import dataclass
from functools import cache
from typing import Any

from voc.normal_form import nfkc

WINDOW_CHARS = 4_000
KANA_OR_KANJI = re.compile(r"[\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]")

CONTENT_CLASSES = frozenset({"名詞", "動詞", "形容詞", "形状詞"})
SKIPPED_SUBCLASSES = frozenset({"数詞", "非自立可能", "助動詞語幹"})

NOUN_SUFFIX = ("接尾辞", "名詞的")
ADJECTIVE_SUFFIX = ("接尾辞", "形容詞的")
MAX_COMPOUND_PARTS = 3
"""A longer run of nouns is a list, not a name."""

STOP_WORDS = frozenset(
    """
    為る 有る 居る 成る 出来る 思う 言う 行く 来る 見る 下さる 頂く 致す 御座る 申す 伺う 存ずる 願う 御願い
    御願い為る 宜しい 貰う 遣る 置く 仕舞う 掛かる 掛ける 事 物 者 所 時 為 様 訳 筈 方 中 上 下 前 後
    内 外 間 頃 際 次 他 分 点 件 毎 側 等 達 辺 位 程 何 何れ 何処 何時 誰 此れ 其れ 彼れ 此処 其処
    私 僕 自分 今 今日 昨日 明日 今回 今後 最近 毎日 毎回 毎月 先日 現在 本当 一番 全部 全て 色々 沢山
    少し 一寸 一つ 二つ 一 二 三 人 年 月 日 回 度 個 件 円 名 社 台 御社 弊社 当社 貴社 此方 其方
    皆さん 皆様 様子 感じ 気 場合 程度 以上 以下 以外 以前 以降 可能 必要 使う 使用 利用 同じ 良い 無い
    多い 欲しい 分かる 知る 考える 今朝 朝 昼 夜 先週 今週 来週 先月 今月 来月 昨年 去年 今年 来年 午前
    午後 世話 こと 先方 最後 名前 御陰 侭 手 何時も 何度 有難い 有り難う 御座居ます 宜しく 済む 御免 失礼 恐縮 為さる 頂ける
    """.split()  # noqa: SIM905  # a word list reads better as words
)
"""Words (normal form) that say nothing about the matter."""

_ONE_AT_A_TIME = threading.Lock()
"""A Sudachi tokenizer serves one thread at a time."""


@dataclass(frozen=True)
class Part:
    """A shortest unit of the dictionary: its normal form, its class and where it stands in the text."""

    form: str
    word_class: str
    start: int
    end: int


@dataclass(frozen=True)
class Morpheme:
    """A longest unit of the dictionary as it stands in the text, with what grammar needs of it."""

    surface: str
    dictionary: str
    form: str
    kind: tuple[str, ...]
    """Class, subclasses and conjugation, six of them, ``*`` where there is none."""


def has_japanese(text: str) -> bool:
    """Tell whether a kana or a kanji stands in the text."""
    return KANA_OR_KANJI.search(text) is not None


def plain(text: str) -> str:
    """Return the text cut to the window, half a surrogate pair replaced, in NFKC and lower case."""
    cut = text[:WINDOW_CHARS].encode("utf-8", "replace").decode("utf-8")
    return nfkc(cut).casefold()[:WINDOW_CHARS]


def content_words(text: str) -> list[str]:
    """Return the content words of a text in normal form, in order and in the dictionary's shortest units, without stop words."""
    return [word for m in _tokenizer("A")(plain(text)) if (word := _content_word(m))]


def compound_words(text: str) -> list[tuple[str, str]]:
    """Return the content words of a text as a reader would name them: noun runs joined, 使い + にくい as one word.

    Each word is a pair: its normal form, equal for all spellings (御陰), and the form to show (おかげ).
    """
    words: list[tuple[str, str]] = []
    run: list[tuple[str, str]] = []
    before, counted = "", False
    for morpheme in _tokenizer("C")(plain(text)):
        word, kind, surface = _content_word(morpheme), morpheme.part_of_speech(), str(morpheme.surface())
        if (word and kind[0] == "名詞") or (run and kind[:2] == NOUN_SUFFIX):
            run.append((word or surface, surface))
            continue
        words += _words_of_run(run)
        run = []
        shown = str(morpheme.dictionary_form())
        if before and kind[:2] == ADJECTIVE_SUFFIX:
            words = [*(words[:-1] if counted else words), (before + shown, before + shown)]
        elif word:
            words.append((word, shown))
        before, counted = (surface, bool(word)) if kind[0] == "動詞" else ("", False)
    return words + _words_of_run(run)


def parts(text: str) -> list[Part]:
    """Return the dictionary's shortest units of a text in order; the text must not be longer than ``WINDOW_CHARS``."""
    with _ONE_AT_A_TIME:
        return [
            Part(str(part.normalized_form()), str(part.part_of_speech()[0]), part.begin(), part.end()) for part in _tokenizer("A")(text)
        ]


def morphemes(text: str) -> list[Morpheme]:
    """Return the dictionary's longest units of a text in order."""
    with _ONE_AT_A_TIME:
        return [
            Morpheme(str(unit.surface()), str(unit.dictionary_form()), str(unit.normalized_form()), tuple(unit.part_of_speech()))
            for unit in _tokenizer("C")(nfkc(text[:WINDOW_CHARS]))
        ]


def long_unit_starts(text: str) -> frozenset[int]:
    """Return where the dictionary's longest units begin, each the start of one of the ``parts`` (請求書 is one, of 請求 and 書)."""
    with _ONE_AT_A_TIME:
        return frozenset(unit.begin() for unit in _tokenizer("C")(text))


def _content_word(morpheme: Any) -> str:
    kind = morpheme.part_of_speech()
    if kind[0] not in CONTENT_CLASSES or kind[1] in SKIPPED_SUBCLASSES:
        return ""
    word = str(morpheme.normalized_form()).casefold()
    return "" if word in STOP_WORDS or not any(character.isalpha() for character in word) else word


def _words_of_run(run: list[tuple[str, str]]) -> list[tuple[str, str]]:
    if not 0 < len(run) <= MAX_COMPOUND_PARTS:
        return run
    return [("".join(word for word, _ in run), "".join(shown for _, shown in run))]


@cache
def _tokenizer(mode: str) -> Any:
    from sudachipy import Dictionary

    fields = {"surface", "pos", "normalized_form", "dictionary_form"}
    return _dictionary(Dictionary).tokenizer(mode, fields=fields).tokenize


@cache
def _dictionary(kind: Any) -> Any:
    return kind(dict="core")

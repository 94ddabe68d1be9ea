"""Tokenizer: token ids of a sentence in any mixture of Japanese and English; each run of a script goes to its own vocabulary.

English words, digits and signs are cut by all-MiniLM-L6-v2's own WordPiece; Japanese runs by a Unigram vocabulary that lies behind it
(ids from 30,522 on). An emoji is read as the words of its Unicode name, which the English vocabulary knows. Invariants: the text is
brought to NFKC first; a sentence without Japanese gets the very ids the English tokenizer gives; every sequence begins with [CLS], ends
with [SEP] and is at most ``WINDOW_TOKENS`` long.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from voc.normal_form import nfkc

WINDOW_TOKENS = 256
WINDOW_CHARS = 4_000
"""A text is cut to this many characters first, so a million characters cost what four thousand do."""
CLS_ID, SEP_ID, PAD_ID, UNKNOWN_ID = 101, 102, 0, 100
ENGLISH_TOKENS = 30_522
"""How many ids the English vocabulary holds; the Japanese ones follow."""
ENGLISH_FILE, JAPANESE_FILE = "tokenizer.en.json", "tokenizer.ja.json"

_JAPANESE = (
    "\u3005-\u3007\u3041-\u309f\u30a0-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3001\u3002\u300c-\u300f"
    "\u301c\u2026\u203b\u2606\u2605\u266a\u25cb\u25cf\u25b3\u00d7"
)
"""Kana, kanji, Japanese punctuation, and the signs (… ※ ☆ ★ ♪ ○ ● △ ×) that Japanese customers write."""
_EMOJI = "\u2600-\u2604\u2607-\u2669\u266b-\u27bf\u2b50-\u2b55\U0001f300-\U0001faff"
_RUNS = re.compile(rf"(?P<ja>[{_JAPANESE}]+)|(?P<emoji>[{_EMOJI}\ufe0f\u200d]+)|(?P<other>[^{_JAPANESE}{_EMOJI}]+)")
_HAS_SPECIAL = re.compile(rf"[{_JAPANESE}{_EMOJI}]")


class BilingualTokenizer:
    """Cuts sentences into token ids; ``english`` and ``japanese`` are tokenizers of the tokenizers library."""

    def __init__(self, english: Any, japanese: Any) -> None:
        english.no_truncation()
        english.no_padding()
        self._english = english
        self._japanese = japanese
        self._japanese_unknown = japanese.token_to_id("[UNK]")

    @classmethod
    def from_folder(cls, folder: Path) -> "BilingualTokenizer":
        """Read both vocabularies from a checked folder."""
        from tokenizers import Tokenizer

        return cls(Tokenizer.from_file(str(folder / ENGLISH_FILE)), Tokenizer.from_file(str(folder / JAPANESE_FILE)))

    def ids(self, texts: Sequence[str]) -> tuple[list[list[int]], list[bool]]:
        """Return the token ids of each text, and for each whether its end lies outside the window and was left out."""
        normal = [nfkc(_clipped(text)) for text in texts]
        runs = [_runs(text) for text in normal]
        english = iter(self._english.encode_batch([run for text in runs for kind, run in text if kind != "ja"], add_special_tokens=False))
        japanese = iter(self._japanese.encode_batch([run for text in runs for kind, run in text if kind == "ja"]))
        found: list[list[int]] = []
        cut: list[bool] = []
        for text, original in zip(runs, texts, strict=True):
            ids: list[int] = []
            for kind, _ in text:
                ids += [self._shifted(i) for i in next(japanese).ids] if kind == "ja" else next(english).ids
            found.append([CLS_ID, *ids[: WINDOW_TOKENS - 2], SEP_ID])
            cut.append(len(ids) > WINDOW_TOKENS - 2 or len(original) > WINDOW_CHARS)
        return found, cut

    def _shifted(self, japanese_id: int) -> int:
        return UNKNOWN_ID if japanese_id == self._japanese_unknown else japanese_id + ENGLISH_TOKENS

    @property
    def size(self) -> int:
        """How many ids there are."""
        return ENGLISH_TOKENS + int(self._japanese.get_vocab_size())

    def character_ids(self, piece: int) -> list[int]:
        """Return the Japanese pieces, counted from 0, that are single characters of a piece."""
        characters = (self._japanese.token_to_id(char) for char in self._japanese.id_to_token(piece))
        return [i for i in characters if i is not None and i != piece]


def japanese_runs(text: str) -> list[str]:
    """Return the runs of a text that the Japanese vocabulary is to cut; what the vocabulary is trained on."""
    return [run for kind, run in _runs(nfkc(text)) if kind == "ja"]


def _runs(text: str) -> list[tuple[str, str]]:
    if not _HAS_SPECIAL.search(text):
        return [("other", text)]
    found: list[tuple[str, str]] = []
    for match in _RUNS.finditer(text):
        kind, run = match.lastgroup or "other", match.group()
        if kind == "emoji":
            run = " ".join(dict.fromkeys(filter(None, map(_emoji_name, run))))
        if run.strip():
            found.append((kind, run))
    return found


@lru_cache(maxsize=4096)
def _emoji_name(char: str) -> str:
    return unicodedata.name(char, "").lower().replace("-", " ") if unicodedata.category(char) == "So" else ""


def _clipped(text: str) -> str:
    """Return the part of a text that can reach the window, half a surrogate pair replaced (the tokenizers cannot take it)."""
    return text[:WINDOW_CHARS].encode("utf-8", "replace").decode("utf-8")

"""Topic words: the words of a sentence that can become keywords, and which of them enough people use.

Invariant: a word that fewer than ``voc.topics.LEAST_VOICES`` different voices use never becomes a keyword.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from models.japanese import compound_words, has_japanese, plain
from voc.topics import LEAST_VOICES, TopicSentence

ENGLISH_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?(?:-[a-z]+)*")
SHORTEST_WORD = 3
MASK = re.compile(r"\[[A-Z_]{3,20}\]")
CONTRACTION = re.compile(r"['’].*$")
STOP_WORDS = frozenset(
    """
    about above after again against all already also although always am an and another any anyone anything are aren around as ask asked at
    away back be became because been before being below best between both but by came can cannot come comes coming could couldn day days
    dear did didn do does doesn doing don done down due during each eight either else end enough etc even ever every everyone everything
    far few first five for four from further gave get gets getting give given gives giving go goes going gone good got great had has hasn
    have haven having he hello her here hers herself hi him himself his hour hours how however i if in instead into is isn it its itself
    just keep keeps kept kind know known last least less let lets like likes little long look looked looking looks lot lots made make
    makes making many may maybe me mean might mine minute minutes month months more most much must my myself need needed needs never new
    next nice nine no nobody non none nor not nothing now of off often ok okay on once one ones only onto or other others otherwise our
    ours ourselves out over own per perhaps please put quite rather re really regards said same saw say says second seconds see seem
    seemed seems seen seven she should shouldn since six so some someone something sometimes soon still such sure take taken takes taking
    tell ten than thank thanks that the their theirs them themselves then there these they thing things think this those though thought
    three through thus till time times to today together told tomorrow too took toward tried try trying two under until up upon us use
    used uses using usually very via want wanted wants was wasn way we week weeks well went were weren what when where whether which while
    who whole whom whose why will with within without won would wouldn year years yes yesterday yet you your yours yourself
    """.split()  # noqa: SIM905  # a word list reads better as words
)


def words_of(text: str) -> list[tuple[str, str]]:
    """Return the words of a sentence that can become keywords, in order, each with the form to show; ``_`` stands for a blank inside."""
    text = MASK.sub(" ", text)
    if has_japanese(text):
        return [("_".join(word.split()), shown) for word, shown in compound_words(text)]
    words = (CONTRACTION.sub("", match) for match in ENGLISH_WORD.findall(plain(text)))
    return [(word, word) for word in words if len(word) >= SHORTEST_WORD and word not in STOP_WORDS]


def forms_to_show(words: Sequence[Sequence[tuple[str, str]]]) -> dict[str, str]:
    """Return the form of each word that was written most often."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for found in words:
        for word, shown in found:
            counts[word][shown] += 1
    return {word: min(forms, key=lambda form: (-forms[form], form)) for word, forms in counts.items()}


def shared_words(sentences: Sequence[TopicSentence], words: Sequence[Sequence[tuple[str, str]]]) -> tuple[str, ...]:
    """Return the words that enough different voices use, in alphabetical order."""
    voices: dict[str, set[str]] = defaultdict(set)
    for sentence, found in zip(sentences, words, strict=True):
        for word, _ in found:
            voices[word].add(sentence.voice)
    return tuple(sorted(word for word, users in voices.items() if len(users) >= LEAST_VOICES))

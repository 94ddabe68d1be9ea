"""Topic names: what the sentences of a topic state, in a few words of their own (申込画面で戻れない, cannot export invoices).

Statements (``models.japanese_phrases``, ``models.english_phrases``) of the sentences nearest the topic's centre are candidates. The best is
said by many of the topic's sentences and few of others (as in class-based TF-IDF) and, read by the encoder, lies near this topic's centre
and far from every other's. Invariants: no word of fewer voices than ``voc.topics.LEAST_VOICES`` is in a name; names are
distinct from each other in a language; equal input in any order gives equal names.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial

import numpy as np

from models import japanese_phrases
from models.english_phrases import NEGATIONS, EnglishGrammar, stems, tokens_of
from models.japanese import has_japanese
from models.phrases import PhraseIndex
from models.polarity_en import POLARITY_EN
from models.polarity_ja import POLARITY_JA
from models.statements import Statement
from models.topic_words import MASK, forms_to_show, words_of
from voc.feedback import Language
from voc.ports import Encoder, TopicNamer, Vectors
from voc.topics import LEAST_VOICES, TopicName, TopicSentence

JA, EN = Language.JA.value, Language.EN.value
LONGEST_NAME = {JA: 24, EN: 45}
OPINION_ENDINGS = ("ない", "ほしい", "欲しい", "たい", "すぎる", "にくい", "やすい", "づらい")
SENTENCE_END = re.compile(r"[。.!!\s]+$")
PAIR = 2
"""Of a statement's words: how many a sentence has that supports it."""
LEAST_SENTENCES = 5
"""A topic has a name in a language from so many sentences on."""
MOST_READ = 600
"""Sentences of a topic that are read, nearest to its centre first."""
MOST_SOURCES = 200
MOST_CANDIDATES = 40
TELLING_ENOUGH = 0.6
"""A name whose words tell less gets a word that tells more beside it."""
MOST_ADDED = 2
SENTENCE_WHOLE = -1.0
"""A sentence as it stands is a name only where no statement is nearly as good."""
SMOOTHING = 0.01


@dataclass
class _Side:
    """A topic's sentences in one language, nearest to its centre first."""

    topic: str
    sentences: list[TopicSentence] = field(default_factory=list)
    words: list[frozenset[str]] = field(default_factory=list)
    negates: list[bool] = field(default_factory=list)
    shares: dict[str, float] = field(default_factory=dict)
    """Share of the sentences that have a word."""


@dataclass(frozen=True)
class _Candidate:
    statement: Statement
    sentence: int
    """Place of the sentence that shows it best."""
    support: float
    """Share of the topic's sentences that have two of its words (or its one)."""
    agreement: float
    """Share of those that negate as it does."""
    telling: float
    """How much its words tell this topic from others."""


class PhraseTopicNamer(TopicNamer):
    """Names from the sentences' own statements."""

    name = "phrase-namer"
    version = "1"

    def __init__(self, encoder: Encoder | None = None) -> None:
        """Keep the encoder whose vectors the sentences carry; without one, words alone decide."""
        self._encoder = encoder

    def names(
        self, groups: Mapping[str, Sequence[TopicSentence]], *, wanted: Collection[str], taken: Collection[str] = ()
    ) -> dict[str, dict[str, TopicName]]:
        """Return the names of the wanted groups by language; one without anything to say in a language has no name in it."""
        ordered = {key: sorted(groups[key], key=lambda sentence: sentence.id) for key in sorted(groups)}
        ordered = {key: some for key, some in ordered.items() if some}
        centres = {key: _centre(some) for key, some in ordered.items()}
        found: dict[str, dict[str, TopicName]] = {key: {} for key in wanted}
        sizes = {key: len(some) for key, some in ordered.items()}
        for language in (JA, EN):
            sides = [side for key, some in ordered.items() if (side := _side(key, some, centres[key], language)).sentences]
            for key, name in self._named(sides, centres, sizes, language, wanted=frozenset(wanted), taken=taken).items():
                found[key][language] = name
        return found

    def words(
        self, groups: Mapping[str, Sequence[TopicSentence]], *, wanted: Collection[str], taken: Collection[str] = ()
    ) -> dict[str, dict[str, TopicName]]:
        """Return the words that tell each wanted group from the others, by language."""
        found: dict[str, dict[str, TopicName]] = {key: {} for key in wanted}
        for language in (JA, EN):
            sides, read = _evenly(groups, language)
            shared, elsewhere = _read_all(sides, read)
            used = {name_key(name) for name in taken}
            for side in sorted(sides, key=lambda side: (-len(side.sentences), side.topic)):
                name = _fallback(side, read, shared, used, elsewhere) if side.topic in wanted else None
                if name is not None and len(side.sentences) >= LEAST_SENTENCES:
                    used.add(name_key(name[0]))
                    found[side.topic][language] = TopicName(text=name[0], by=f"{self.name}/{self.version}")
        return found

    def _named(
        self,
        sides: Sequence[_Side],
        centres: Mapping[str, Vectors],
        sizes: Mapping[str, int],
        language: str,
        *,
        wanted: frozenset[str],
        taken: Collection[str],
    ) -> dict[str, TopicName]:
        read = _ja_reader() if language == JA else _en_reader(sides)
        shared, elsewhere = _read_all(sides, read)
        mine = [side for side in sides if side.topic in wanted and len(side.sentences) >= LEAST_SENTENCES]
        ranked = self._ranked(mine, [_candidates(s, read, shared, elsewhere, language) for s in mine], centres)
        used = {name_key(name) for name in taken}
        names: dict[str, TopicName] = {}
        for at in sorted(range(len(mine)), key=lambda at: (-sizes[mine[at].topic], mine[at].topic)):
            name = _first_free(ranked[at], used, partial(_telling_words, mine[at], read, shared, elsewhere), LONGEST_NAME[language])
            if name is None and 2 * len(mine[at].sentences) > sizes[mine[at].topic]:
                name = _fallback(mine[at], read, shared, used, elsewhere)
            if name is not None:
                text, place = name
                used.add(name_key(text))
                sentence = mine[at].sentences[place].id
                names[mine[at].topic] = TopicName(text=text, by=f"{self.name}/{self.version}", example_id=sentence)
        return names

    def _ranked(
        self, sides: Sequence[_Side], candidates: Sequence[Sequence[_Candidate]], centres: Mapping[str, Vectors]
    ) -> list[list[_Candidate]]:
        """Return each topic's candidates, best first."""
        texts = [candidate.statement.text for some in candidates for candidate in some]
        keys = sorted(centres)
        if self._encoder is None or not texts:
            cosines = np.zeros((len(texts), len(keys)), np.float32)
        else:
            cosines = self._encoder.encode(texts).vectors @ np.stack([centres[key] for key in keys]).T
        ranked, start = [], 0
        for side, some in zip(sides, candidates, strict=True):
            rows, own = cosines[start : start + len(some)], keys.index(side.topic)
            start += len(some)
            scores = [_score(candidate, row, own) for candidate, row in zip(some, rows, strict=True)]
            order = sorted(range(len(some)), key=lambda at: (-scores[at], len(some[at].statement.text), some[at].statement.text))
            ranked.append([some[at] for at in order])
        return ranked


@dataclass(frozen=True)
class _Reader:
    """How a language is read."""

    statements: Callable[[str], list[Statement]]
    words: Callable[[str], Sequence[str]]
    """Words by which statements are compared."""
    tokens: Callable[[str], Sequence[str]]
    """Words that must be shared by enough voices."""
    negates: Callable[[str], bool]


def has_opinion(text: str) -> bool:
    """Tell whether a phrase says how something is, or that it is not or should be."""
    if has_japanese(text):
        felt = any(POLARITY_JA[stem] for _, _, stem in _polarity_ja().find(text))
        return felt or text.endswith(OPINION_ENDINGS)
    return any(token in NEGATIONS or POLARITY_EN.get(token) for token in tokens_of(text))


@cache
def _polarity_ja() -> PhraseIndex:
    return PhraseIndex(POLARITY_JA)


def _ja_reader() -> _Reader:
    read = japanese_phrases
    return _Reader(read.statements, read.words_in, read.words_in, read.negates)


def _en_reader(sides: Sequence[_Side]) -> _Reader:
    grammar = EnglishGrammar([_clean(sentence.text) for side in sides for sentence in side.sentences])
    return _Reader(grammar.statements, _stems, _stems, lambda text: not NEGATIONS.isdisjoint(tokens_of(text)))


def _stems(text: str) -> Sequence[str]:
    return stems(tokens_of(text))


def _read_all(sides: Sequence[_Side], read: _Reader) -> tuple[frozenset[str], dict[str, float]]:
    """Note the words of every sentence; return those that may be shown, and the mean share of each over the topics."""
    for side in sides:
        side.words = [frozenset(read.words(_clean(sentence.text))) for sentence in side.sentences]
        side.negates = [read.negates(_clean(sentence.text)) for sentence in side.sentences]
        counts = Counter(word for words in side.words for word in words)
        side.shares = {word: count / len(side.words) for word, count in counts.items()}
    return _shared_tokens(sides, read), _elsewhere(sides)


def _centre(sentences: Sequence[TopicSentence]) -> Vectors:
    rows = np.frombuffer(b"".join(s.vector for s in sentences), "<f2").reshape(len(sentences), -1).astype(np.float32)
    centre: Vectors = rows.mean(axis=0)
    return centre / max(float(np.linalg.norm(centre)), 1e-6)


def showable(groups: Mapping[str, Sequence[TopicSentence]]) -> Callable[[str, str], bool]:
    """Return what tells whether a text may be a name in a language: short, without digits, each word used by enough voices."""
    readers: dict[str, tuple[_Reader, frozenset[str]]] = {}
    for language in (JA, EN):
        sides, read = _evenly(groups, language)
        readers[language] = read, _shared_tokens(sides, read)
    return lambda text, language: _may_be_shown(text, *readers[language], LONGEST_NAME[language])


def _evenly(groups: Mapping[str, Sequence[TopicSentence]], language: str) -> tuple[list[_Side], _Reader]:
    """Return the sides of all groups that have sentences in a language, evenly chosen, and how it is read."""
    sides = [side for key in sorted(groups) if (side := _side(key, groups[key], None, language)).sentences]
    return sides, _ja_reader() if language == JA else _en_reader(sides)


def _side(topic: str, sentences: Sequence[TopicSentence], centre: Vectors | None, language: str) -> _Side:
    """Return a topic's sentences in a language, those nearest to the centre; without one, evenly chosen."""
    mine = [s for s in sentences if s.language is not Language.OTHER and (JA if has_japanese(s.text) else EN) == language]
    if not mine:
        return _Side(topic)
    if centre is None:
        chosen = np.unique(np.linspace(0, len(mine) - 1, min(len(mine), MOST_READ)).astype(int)).tolist()
        return _Side(topic, [mine[at] for at in chosen])
    rows = np.frombuffer(b"".join(s.vector for s in mine), "<f2").reshape(len(mine), -1).astype(np.float32)
    near = np.round(rows @ centre, 4)
    order = np.lexsort((np.arange(len(mine)), -near))[:MOST_READ].tolist()
    return _Side(topic, [mine[at] for at in order])


def _shared_tokens(sides: Sequence[_Side], read: _Reader) -> frozenset[str]:
    """Return the words that enough voices use."""
    voices: dict[str, set[str]] = defaultdict(set)
    for side in sides:
        for sentence in side.sentences:
            for token in read.tokens(_clean(sentence.text)):
                voices[token].add(sentence.voice)
    return frozenset(token for token, users in voices.items() if len(users) >= LEAST_VOICES)


def _elsewhere(sides: Sequence[_Side]) -> dict[str, float]:
    """Return the mean share of each word over the topics."""
    sums: Counter[str] = Counter()
    for side in sides:
        sums.update(side.shares)
    return {word: total / len(sides) for word, total in sums.items()}


def _candidates(side: _Side, read: _Reader, shared: frozenset[str], elsewhere: Mapping[str, float], language: str) -> list[_Candidate]:
    """Return the statements that could be the name, those whose words tell most first; short sentences among them as they stand."""
    found: dict[str, _Candidate] = {}
    for place, sentence in enumerate(side.sentences[:MOST_SOURCES]):
        text = _clean(sentence.text)
        for statement in [*read.statements(text), *_itself(text, read)]:
            key = name_key(statement.text)
            if key not in found and _may_be_shown(statement.text, read, shared, LONGEST_NAME[language]):
                support, agreement = _support(side, statement)
                telling = _telling(statement.words, shares=side.shares, elsewhere=elsewhere)
                found[key] = _Candidate(statement, place, support, agreement, telling)
    return sorted(found.values(), key=lambda one: (-one.telling - one.support, one.statement.text))[:MOST_CANDIDATES]


def _itself(text: str, read: _Reader) -> list[Statement]:
    said, words = SENTENCE_END.sub("", " ".join(text.split())), read.words(text)
    if not words or "|" in said or said.endswith(("?", "?")):
        return []
    return [Statement(said, tuple(dict.fromkeys(words)), negative=read.negates(text), whole=SENTENCE_WHOLE)]


def _support(side: _Side, statement: Statement) -> tuple[float, float]:
    """Return the share of sentences that speak of the same, and of those the share that negate it where the statement does."""
    least, words = min(PAIR, len(statement.words)), frozenset(statement.words)
    having = [negates for found, negates in zip(side.words, side.negates, strict=True) if len(words & found) >= least]
    return len(having) / len(side.words), sum(negates == statement.negative for negates in having) / max(1, len(having))


def _may_be_shown(text: str, read: _Reader, shared: frozenset[str], longest: int) -> bool:
    if len(text) > longest or any(character.isdigit() for character in text):
        return False
    return all(token in shared for token in read.tokens(text))


def _telling(words: Sequence[str], *, shares: Mapping[str, float], elsewhere: Mapping[str, float]) -> float:
    """Return how much words tell a topic from the mean of all: share times log ratio, the sum over the words."""
    return sum(
        share * float(np.log((share + SMOOTHING) / (elsewhere.get(word, 0.0) + SMOOTHING)))
        for word in words
        if (share := shares.get(word, 0.0))
    )


def _score(candidate: _Candidate, cosines: Vectors, own: int) -> float:
    near = float(cosines[own])
    others = np.delete(cosines, own)
    margin = near - float(others.max()) if len(others) else 0.0
    words = 0.4 * min(candidate.telling, 3.0) + 0.3 * float(np.sqrt(candidate.support)) + 0.2 * candidate.agreement
    return near + margin + words + 0.1 * candidate.statement.whole + 0.2 * has_opinion(candidate.statement.text)


def _first_free(
    ranked: Sequence[_Candidate], used: Collection[str], telling: Callable[[], list[str]], longest: int
) -> tuple[str, int] | None:
    """Return the best name nobody has, and its sentence; where its words tell little, with a word that tells more."""
    for candidate in ranked:
        text = candidate.statement.text
        if candidate.telling < TELLING_ENOUGH:
            text = _with_a_word(text, telling(), longest)
        if name_key(text) not in used:
            return text, candidate.sentence
    return None


def _with_a_word(text: str, words: Sequence[str], longest: int) -> str:
    """Return the text with the most telling words that are not in it, as many as fit, two at most, in brackets."""
    opening, joint, closing = ("(", "・", ")") if has_japanese(text) else (" (", ", ", ")")
    new = [word for word in words if word.casefold() not in text.casefold()][:MOST_ADDED]
    while new and len(said := f"{text}{opening}{joint.join(new)}{closing}") > longest:
        new.pop()
    return said if new else text


def _fallback(
    side: _Side, read: _Reader, shared: frozenset[str], used: Collection[str], elsewhere: Mapping[str, float]
) -> tuple[str, int] | None:
    """Return the most telling words where no statement is left; None where there are none."""
    telling = _telling_words(side, read, shared, elsewhere)
    for count in range(min(3, len(telling)), len(telling) + 1):
        if count and name_key(text := " · ".join(telling[:count])) not in used:
            return text, 0
    return None


def _telling_words(side: _Side, read: _Reader, shared: frozenset[str], elsewhere: Mapping[str, float]) -> list[str]:
    """Return the words that tell the topic from others, best first, as they are written most often."""
    found = [words_of(sentence.text) for sentence in side.sentences]
    written, counts = forms_to_show(found), Counter(word for words in found for word, _ in set(words))
    weights: dict[str, float] = {}
    for word, count in counts.items():
        tokens = read.tokens(word.replace("_", " "))
        if tokens and shared.issuperset(tokens):
            usual = max(elsewhere.get(token, 0.0) for token in tokens)
            weights[word] = _telling([word], shares={word: count / len(found)}, elsewhere={word: usual})
    return [written[word].replace("_", " ") for word in sorted(weights, key=lambda word: (-weights[word], word)) if weights[word] > 0]


def _clean(text: str) -> str:
    return MASK.sub(" | ", text)


def name_key(text: str) -> str:
    """Return what two names share that a reader would take for one."""
    return re.sub(r"[\W_]+", "", text).casefold()

"""English statements: short stretches of a sentence that say something (I couldn't export our invoices → cannot export invoices).

No tagger: closed word classes are listed, and which words are verbs or say how something is, is read off the sentences themselves (what
follows "can", "we", "very", "was"). Articles, possessives and intensifiers are left out, so that a name of six words says more.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from models.polarity_en import POLARITY_EN
from models.statements import Statement

LEAST_TOKENS, MOST_TOKENS = 2, 6
TOKEN = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*(?:[-&][A-Za-z]+)*|\d+|[^\sA-Za-z\d]")
SHORTEST = 3
LEAST_SEEN = 2
"""A word is a verb or says how something is where it stands so often after a word that asks for one."""


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


LEFT_OUT = _set(
    """
    a an the my our your their his her its very really so extremely quite just also absolutely totally truly completely all please
    incredibly always simply actually maybe perhaps honestly personally definitely basically
    """
)
BREAKS = _set(
    "but because so when while which who whom whose although though if as since than that however whilst where unless until etc plus then"
)
LINKS = _set("and or nor & /")
PREPOSITIONS = _set(
    """
    of in on at by for from with to into onto about over under after before between during through without within against around near per
    like via off up down out back upon towards toward across behind
    """
)
PARTICLES = _set("in out up down off on back away through over")
PRONOUNS = _set(
    """
    i we you he she they it this that these those there here who what which someone anyone everyone everybody anybody one ones mine
    ours yours theirs such same other others another each both either neither some any myself himself herself themselves itself yourself
    ourselves
    """
)
OBJECTS = _set("me us him them it")
BE = _set("is are was were be been being am")
AUXILIARIES = BE | _set("do does did have has had having will would shall should can could may might must get got let")
NEGATIONS = _set("not no never cannot nothing nobody without unable")
ASK_FOR_VERB = _set("can could will would should must may might cannot did does do not please i we they let") | {"to"}
SAY_HOW = BE | _set("very really so too extremely quite felt feel feels seemed seems always more most incredibly")
FORMULAS = _set("regards dear hello hi sincerely wishes")
GREETINGS = _set("thank thanks hello hi dear regards sorry cheers welcome please yes ok okay")
WEAK = _set(
    """
    thing things something everything lot lots bit way time times day days today week weeks year years much many more most well get got go
    went going make made take took give given come came say said see seen know think feel felt want need like put use used really even still
    now again ever yet only too good great nice bad excellent amazing best better fine people person able been one two three
    """
)
"""Words that say little by themselves; a statement has at least one other."""
FUNCTION_WORDS = PREPOSITIONS | LINKS | AUXILIARIES | PRONOUNS | NEGATIONS
NEVER_LAST = FUNCTION_WORDS | _set("too to more most still again instead now yet only told said asked gave made")
CONTRACTIONS = {
    "can't": ["cannot"], "couldn't": ["cannot"], "won't": ["will", "not"], "shan't": ["shall", "not"], "i'm": ["i", "am"],
    "it's": ["it", "is"], "that's": ["that", "is"], "there's": ["there", "is"], "he's": ["he", "is"], "she's": ["she", "is"],
    "let's": ["let", "us"], "what's": ["what", "is"], "who's": ["who", "is"], "here's": ["here", "is"],
}  # fmt: skip
ENDINGS = {"n't": ["not"], "'re": ["are"], "'ve": ["have"], "'ll": ["will"], "'d": ["would"]}


class EnglishGrammar:
    """Which words are verbs and which say how something is, as far as the sentences show; then statements of single sentences."""

    def __init__(self, texts: Sequence[str]) -> None:
        verbs, states = Counter[str](), Counter[str]()
        for text in texts:
            for before, word in _pairs(_tokens(text)):
                if before in ASK_FOR_VERB:
                    verbs[word] += 1
                if before in SAY_HOW:
                    states[word] += 1
        self._verbs = frozenset(word for word, count in verbs.items() if count >= LEAST_SEEN and word not in AUXILIARIES)
        self._states = frozenset(word for word, count in states.items() if count >= LEAST_SEEN)

    def statements(self, text: str) -> list[Statement]:
        """Return the statements of a sentence."""
        found: dict[str, Statement] = {}
        for clause in _clauses(_tokens(text)):
            for start in range(len(clause)):
                for end in range(start + LEAST_TOKENS, min(len(clause), start + MOST_TOKENS) + 1):
                    tokens = clause[start:end]
                    torn = end < len(clause) and clause[end] in PARTICLES and (tokens[-1] in self._verbs or tokens[-1] in PARTICLES)
                    if not torn and self._says_something(tokens):
                        negative = not NEGATIONS.isdisjoint(_lower(tokens))
                        whole = ((start == 0) + (end == len(clause))) / 2
                        said = Statement(text=" ".join(tokens), words=stems(tokens), negative=negative, whole=whole)
                        found.setdefault(said.text.casefold(), said)
        return list(found.values())

    def _says_something(self, tokens: Sequence[str]) -> bool:
        words = _lower(tokens)
        content = [word for word in words if _is_content(word)]
        negative = not NEGATIONS.isdisjoint(words)
        if any(len(word) < SHORTEST and word not in FUNCTION_WORDS and not tokens[at].isupper() for at, word in enumerate(words)):
            return False
        if len(content) + negative < LEAST_TOKENS or all(word in WEAK for word in content):
            return False
        return _starts_well(words) and self._ends_well(words) and _holds_together(words) and self._has_predicate(words, negative=negative)

    def _ends_well(self, words: Sequence[str]) -> bool:
        last = words[-1]
        if words[-2] in PREPOSITIONS and (last in WEAK or POLARITY_EN.get(last)):
            return False
        if last in PARTICLES:
            return words[-2] in self._verbs or (words[-2] not in self._states | NEGATIONS and words[-2].endswith(("ed", "ing")))
        if last in OBJECTS:
            return words[-2] in self._verbs
        return last not in NEVER_LAST and not last.isdigit()

    def _has_predicate(self, words: Sequence[str], *, negative: bool) -> bool:
        if negative or any(word in self._states or POLARITY_EN.get(word) for word in words):
            return True
        return any(word in self._verbs or word.endswith(("ed", "ing")) for word in words) or not BE.isdisjoint(words)


def tokens_of(text: str) -> list[str]:
    """Return all words of a text in lower case, contractions taken apart."""
    return [word.lower() for word in _tokens(text) if word[0].isalnum()]


def stems(tokens: Sequence[str]) -> tuple[str, ...]:
    """Return the stems of the words that say something, each once."""
    return tuple(dict.fromkeys(stem(word) for word in _lower(tokens) if _is_content(word)))


@cache
def stem(word: str) -> str:
    """Return a word without its ending."""
    return str(_stemmer().stemWord(word))


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    for match in TOKEN.findall(text.replace("’", "'")):
        low = match.lower()
        if low in CONTRACTIONS:
            found += CONTRACTIONS[low]
            continue
        ending = next((one for one in ENDINGS if low.endswith(one) and len(low) > len(one)), "")
        found += [match[: -len(ending)] if ending else match, *(ENDINGS[ending] if ending else [])]
    return [word if len(word) > 1 and word.isupper() else word.lower() for word in _as_one(found)]


def _as_one(tokens: Sequence[str]) -> Iterator[str]:
    """Give the tokens, "could not" and "can not" as cannot."""
    place = 0
    while place < len(tokens):
        if tokens[place].lower() in ("could", "can") and place + 1 < len(tokens) and tokens[place + 1].lower() == "not":
            yield "cannot"
            place += 2
        else:
            yield tokens[place]
            place += 1


def _pairs(tokens: Sequence[str]) -> Iterator[tuple[str, str]]:
    words = _lower(tokens)
    yield from pairwise(words)


def _clauses(tokens: Sequence[str]) -> Iterator[list[str]]:
    clause: list[str] = []
    for word in tokens:
        low = word.lower()
        if low in BREAKS - {"so"} or not (word[0].isalnum() or word.startswith("&")):
            yield clause
            clause = []
        elif low not in LEFT_OUT:
            clause.append(word)
    yield clause


def _starts_well(words: Sequence[str]) -> bool:
    first = words[0]
    if first in AUXILIARIES:
        return words[1] == "not"
    return first not in PREPOSITIONS - {"without"} and first not in LINKS | PRONOUNS | OBJECTS | {"too", "more"} and not first.isdigit()


def _holds_together(words: Sequence[str]) -> bool:
    """Tell whether no subject stands inside and no greeting makes up the whole."""
    inner = words[1:]
    if any(word in PRONOUNS - OBJECTS for word in inner) or not FORMULAS.isdisjoint(words):
        return False
    return any(word not in GREETINGS for word in words if _is_content(word)) and words[0] not in GREETINGS


def _is_content(word: str) -> bool:
    return word not in FUNCTION_WORDS | OBJECTS | LEFT_OUT | BREAKS and len(word) > 1 and not word.isdigit()


def _lower(tokens: Sequence[str]) -> list[str]:
    return [token.lower() for token in tokens]


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")

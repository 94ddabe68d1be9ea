"""Tagging: tags of the shipped taxonomy, from its keywords alone (the weightless baseline) and from what was learnt with them.

Japanese keywords are substrings, English ones regular-expression fragments between word boundaries, both on NFKC text in lower case; a
Japanese keyword that begins or ends in a Latin letter or digit (ATM, SSO) begins or ends a Latin word there: "treatment" holds no ATM.
Score = 1 − 0.5 · 0.7^(evidence − 1), where evidence is the number of distinct matches, and a long match counts more; so 0.5…1.
Invariants: at most ``MOST_TAGS`` a sentence, best first; ``because`` are the matched words; a formula or an empty answer has no tag.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.artifacts import ENCODER_VERSION
from models.cues import is_no_signal
from models.english_keywords import EnglishKeywords
from models.heads import ShippedTags, shipped_tags
from models.japanese import has_japanese, plain
from models.phrases import PhraseIndex
from voc.enrichment import TagScore
from voc.ports import Encoded, Tagger
from voc.taxonomy import Tag, Taxonomy

MOST_TAGS = 3
KEYWORD_TRUST = 0.5
"""How much a keyword's own score counts beside the head; chosen on the dev rows of the own corpus (see ``models/training/LOG.md``)."""
FURTHER_SHARE = 1 / 3
"""A tag beside the best one scores at least this share of it: a weak second guess is more often wrong than right (see there)."""
SMALLEST = 1e-4
"""Scores are that far from 0 and 1 at least before they are turned into what is stated."""
LEAST_SCORE = 0.5
PER_MATCH = 0.7
LONG_MATCH_CHARS = {True: 5, False: 12}
"""From this length on a match is specific; key: whether the text is Japanese."""
LONG_MATCH_BONUS = 0.5


class LexiconTagger(Tagger):
    """Keywords of a taxonomy, compiled once."""

    name = "lexicon-tagger"

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.version = f"1+{taxonomy.name}-{taxonomy.version}"
        self._tags = taxonomy.tags
        self._japanese: dict[str, set[int]] = defaultdict(set)
        for place, tag in enumerate(taxonomy.tags):
            for keyword in tag.keywords.ja:
                self._japanese[plain(keyword)].add(place)
        self._phrases = PhraseIndex(self._japanese)
        self._latin_edged = frozenset(phrase for phrase in self._japanese if _is_latin(phrase[0]) or _is_latin(phrase[-1]))
        self._english = EnglishKeywords([tag.keywords.en for tag in taxonomy.tags])

    def taxonomy_tags(self) -> tuple[Tag, ...]:
        """Return all tags that can be assigned."""
        return self._tags

    def tags(self, sentences: Sequence[str], encoded: Encoded) -> list[tuple[TagScore, ...]]:  # noqa: ARG002  # words only
        """Return the tags of each sentence, best first; empty where none fits."""
        known: dict[str, tuple[TagScore, ...]] = {}
        for sentence in sentences:
            if sentence not in known:
                known[sentence] = self._tags_of(sentence)
        return [known[sentence] for sentence in sentences]

    def _tags_of(self, sentence: str) -> tuple[TagScore, ...]:
        if is_no_signal(sentence):
            return ()
        text = plain(sentence)
        matches: dict[int, set[str]] = defaultdict(set)
        for start, phrase in self._phrases.find_all(text):
            if phrase in self._latin_edged and _cuts_a_word(text, start, phrase):
                continue
            for place in self._japanese[phrase]:
                matches[place].add(phrase)
        for place, found in self._english.find(text).items():
            matches[place] |= found
        japanese = has_japanese(text)
        scored = [
            TagScore(tag=self._tags[place].id, score=_score(words, japanese=japanese), because=tuple(sorted(words)))
            for place, words in matches.items()
        ]
        return tuple(sorted(scored, key=lambda tag: (-tag.score, -sum(map(len, tag.because)), tag.tag))[:MOST_TAGS])


class HeadTagger(Tagger):
    """The shipped tags as learnt, and the taxonomy's keywords: evidence of either kind counts, both count more (``together``).

    What is given is decided by that evidence; the score that is stated is how likely such a tag is right on a matter the heads have not
    seen (``trusted``). Invariants as those of ``LexiconTagger``; ``because`` names the keywords found.
    """

    name = "voc-tag-heads"

    def __init__(self, taxonomy: Taxonomy, learnt: ShippedTags | None = None) -> None:
        self._words = LexiconTagger(taxonomy)
        self.version = f"{ENCODER_VERSION}+{self._words.version}"
        self._given = learnt

    def taxonomy_tags(self) -> tuple[Tag, ...]:
        """Return all tags that can be assigned."""
        return self._words.taxonomy_tags()

    def tags(self, sentences: Sequence[str], encoded: Encoded) -> list[tuple[TagScore, ...]]:
        """Return the tags of each sentence, best first; empty where none fits."""
        if not sentences:
            return []
        learnt = self._given or shipped_tags()
        labels, chances = learnt.heads.labels, learnt.heads.probabilities(encoded.vectors)
        words = [{score.tag: score for score in found} for found in self._words.tags(sentences, encoded)]
        keywords = np.array([[found[tag].score if tag in found else 0.0 for tag in labels] for found in words])
        scores = together(chances, keywords).round(4)
        fitting, said = given(scores, learnt.least_score), trusted(scores, *learnt.stated).round(4)
        rows = zip(sentences, words, fitting, scores, said, strict=True)
        return [() if is_no_signal(sentence) else _best(labels, *row) for sentence, *row in rows]


def together(chances: NDArray[np.float64], keywords: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 − (1 − p) · (1 − KEYWORD_TRUST · k) of what was learnt, p, and the keywords' score, k, both of one shape."""
    return np.asarray(1 - (1 - chances) * (1 - KEYWORD_TRUST * keywords))


def given(scores: NDArray[np.float64], least_score: float) -> NDArray[np.bool_]:
    """Return which tags are given to each sentence, by their scores, shape [n, L]."""
    best = scores.max(axis=1, keepdims=True, initial=0.0)
    return np.asarray((scores >= least_score) & (scores >= FURTHER_SHARE * best))


def trusted(scores: NDArray[np.float64], slope: float, offset: float) -> NDArray[np.float64]:
    """Return the probability, 1 / (1 + exp(−slope · log-odds − offset)), that tags of these scores are right (Platt 1999)."""
    inside = np.clip(scores, SMALLEST, 1 - SMALLEST)
    return np.asarray(1 / (1 + np.exp(-slope * np.log(inside / (1 - inside)) - offset)))


def _best(
    labels: Sequence[str],
    words: Mapping[str, TagScore],
    fitting: NDArray[np.bool_],
    scores: NDArray[np.float64],
    said: NDArray[np.float64],
) -> tuple[TagScore, ...]:
    """Return a sentence's tags, best first, with what is said of how likely they are right."""
    best = sorted(np.flatnonzero(fitting).tolist(), key=lambda at: (-scores[at], labels[at]))[:MOST_TAGS]
    return tuple(
        TagScore(tag=labels[at], score=float(said[at]), because=words[labels[at]].because if labels[at] in words else ()) for at in best
    )


def _score(words: set[str], *, japanese: bool) -> float:
    own = {word for word in words if not any(word != other and word in other for other in words)}
    evidence: float = len(own) + LONG_MATCH_BONUS * sum(len(word) >= LONG_MATCH_CHARS[japanese] for word in own)
    return float(round(1 - (1 - LEAST_SCORE) * PER_MATCH ** (evidence - 1), 4))


def _cuts_a_word(text: str, start: int, phrase: str) -> bool:
    """Return whether a phrase begins or ends in the middle of a Latin word or number."""
    end = start + len(phrase)
    edges = ((text[max(0, start - 1) : start], phrase[0]), (phrase[-1], text[end : end + 1]))
    return any(_is_latin(left) and _is_latin(right) for left, right in edges)


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()

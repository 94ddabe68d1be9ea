"""Lexicon sentiment: polarity from word lists and a few rules, without training; Japanese for now, and the scorecard's yardstick.

Rules, in this order: formulas (よろしくお願いいたします, kind regards) say nothing; a wish is a mild complaint (…とありがたいのですが);
negation turns a word round; strengthening words raise its weight; what follows a contrast (が、 but) weighs more than what stands
before it. The sum s of weights becomes a polarity tanh(``STEEPNESS`` · s). Where words of both signs cancel out, the model abstains.
"""

import math
import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from models.japanese import has_japanese, plain
from models.phrases import PhraseIndex
from models.polarity_en import LONGEST_PHRASE, PHRASES_BEGIN, POLARITY_EN
from models.polarity_ja import POLARITY_JA
from voc.ports import Encoded, SentimentModel
from voc.sentiment import Sentiment, SentimentLabel, label_of

STEEPNESS = 0.4
FEATURES = 6
BEFORE_CONTRAST = 0.6
NEGATED_PRAISE = -0.8
NEGATED_BLAME = -0.3
"""Not good is nearly bad; not bad is a little good."""
STRENGTHENED = 1.3
SOFTENED = 0.6
WISH = -0.6
FAILURE = -0.6
"""Something does not do what it should (届いておりません), in words that are not on the list."""
QUESTION = 0.5
"""A word inside a question counts half."""
CONFIDENCE_CONFLICT = 0.25
CONFIDENCE_SILENT = {True: 0.6, False: 0.4}
CONFIDENCE_AT = (0.2, 0.4, 0.6, 0.8, 1.0)
CONFIDENCE = {True: (0.5, 0.78, 0.88, 0.92, 0.93), False: (0.48, 0.6, 0.77, 0.83, 0.85)}
"""Share of right labels among the project's own sample comments, at these strengths of polarity; key: whether the text is Japanese."""

JA_FORMULA = re.compile(
    "(?:何卒|なにとぞ|以上|引き続き|今後とも|どうぞ|今後も)?(?:どうぞ)?(?:よろしく|宜しく)(?:お願い|御願い|おねがい)?[ぁ-ん致申上]{0,12}"
    "|いつも(?:大変)?お世話に?[ぁ-ん]{0,10}|(?:大変)?お世話に[ぁ-ん]{0,10}|お疲れ様[ぁ-ん]{0,4}"
    "|お忙しい(?:ところ|中)[ぁ-ん]{0,4}(?:大変)?(?:恐縮|恐れ入り)?[ぁ-ん]{0,8}|(?:大変)?(?:恐れ入り|恐縮)[ぁ-ん]{1,8}"
    "|ご(?:確認|対応|検討|回答|教示|教授|連絡|返信)[ぁ-んの程]{0,8}お願い[ぁ-んし致申上]{0,8}"
    "|(?:れば|たら|ても|ば|て|の[がは]|方が|ほうが)(?:よい|良い|いい|よろしい|大丈夫)(?:の)?(?:でしょう|です|ん?でしょう|んです)か"
    "|(?:お手数|ご面倒)[ぁ-ん]{1,10}"
)
JA_WISH = re.compile(
    "(?:と|れば|たら|なら|ば)、?(?:もっと|さらに|更に|大変|とても|より|なお|尚|一番|すごく|本当に)?"
    "(?:助か|嬉し|うれし|ありがた|有り難|有難|幸い|便利|良い|いい|よい|良か|よかっ|よろし|使いやす|満足|最高|完璧|文句)"
    "|(?:もう少し|もうちょっと|できれば|出来れば|せめて|もっと).{0,25}?(?:ほし|欲し|たい|ください|下さい|いただ|頂|改善)"
    "|て(?:ほしか|欲しか)|(?:改善|対応|検討)(?:を|して|して(?:いた|ほ)|いただ|願|希望|お願)"
)
JA_STOP = re.compile("(?<=[。!??\n])")
JA_CONTRAST = re.compile(
    "(?:ですが|ますが|したが|ないが|いが|だが|るが|たが|せんが|けれども|けれど|けど|ものの|のに)、?"
    "|(?:^|[。、\\s])(?:しかし|ただし|ただ|でも|だけど|一方)、?"
)
JA_NEGATION = re.compile(
    "^[あいくきしみりちえけせてねめれべかったでじゃはもがとさよう]{0,6}?(?:ない|なく|なか(?!なか)|ません|ず(?:[に、。]|$)|なさ|無い|無く|無か)"
)
JA_STRONG = re.compile(
    "(?:とても|非常に|大変|本当に|すごく|かなり|極めて|めちゃ|めっちゃ|ものすごく|まったく|全く|特に|あまりに|相当)[ぁ-ん、]{0,2}$"
)
JA_SOFT = re.compile("(?:少し|ちょっと|やや|若干|多少|少々|たまに|時々|ときどき)[ぁ-ん、]{0,2}$")

JA_FAILURE = re.compile(
    "(?:て(?:い|お|おり)?|れ|き|し|え|け|せ|ば)(?:ない|ません|らない|りません)(?:でした)?(?:[。!\\s]|$|んです|のです|し、|ため|ので)"
)
JA_QUESTION = re.compile("(?:か|かな|かね)[??。\\s]*$|[??][\\s。]*$")

EN_WORD = re.compile(r"[a-z0-9][a-z0-9'/%-]*|[.!?;:,()]")
EN_CONTRAST = frozenset({"but", "however", "although", "though", "except", "yet", "unfortunately"})
EN_NEGATION = frozenset({"not", "no", "never", "without", "hardly", "barely", "cannot", "nothing", "none", "neither", "nor", "dont"})
EN_STRONG = frozenset({"very", "really", "so", "extremely", "absolutely", "totally", "completely", "such", "super", "truly", "highly"})
EN_SOFT = frozenset({"slightly", "somewhat", "little", "bit", "fairly", "quite", "sometimes", "occasionally", "minor"})
EN_STOPS = frozenset(".!?;:,()")
EN_ENDINGS = (("", ""), ("s", ""), ("es", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("ly", ""), ("ies", "y"))
"""Plain endings and what stands in their place in the base form; the word itself first."""
NEGATION_REACH_WORDS = 3


class LexiconSentiment(SentimentModel):
    """Polarity words with negation, contrast, wishes and formulas; Japanese where a kana or kanji stands in the sentence, else English."""

    name = "lexicon-sentiment"
    version = "1"

    def sentiments(self, sentences: Sequence[str], encoded: Encoded) -> list[Sentiment]:  # noqa: ARG002  # words only
        """Return one sentiment per sentence."""
        return [sentiment_of_weights(_weights(sentence), japanese=has_japanese(sentence)) for sentence in sentences]


def sentiment_of_weights(weights: Sequence[float], *, japanese: bool) -> Sentiment:
    """Return the sentiment of the weights of all words found."""
    if not any(weights):
        return Sentiment(label=SentimentLabel.NEUTRAL, score=0.0, confidence=CONFIDENCE_SILENT[japanese])
    score = math.tanh(STEEPNESS * sum(weights))
    label = label_of(score)
    if label is SentimentLabel.NEUTRAL:
        torn = min(weights) < 0 < max(weights)
        return Sentiment(label=label, score=score, confidence=CONFIDENCE_CONFLICT if torn else CONFIDENCE_SILENT[japanese], abstained=torn)
    return Sentiment(label=label, score=score, confidence=round(float(np.interp(abs(score), CONFIDENCE_AT, CONFIDENCE[japanese])), 4))


def lexicon_features(sentences: Sequence[str]) -> NDArray[np.float32]:
    """Return what the word lists know of each sentence, shape [n, 6].

    Balance, praise and blame (each through tanh), whether nothing was found, whether a question mark and an exclamation mark stand there.
    """
    return np.array([_features(sentence) for sentence in sentences], dtype=np.float32).reshape(len(sentences), FEATURES)


def _features(sentence: str) -> tuple[float, ...]:
    weights = _weights(sentence)
    praise, blame = sum(w for w in weights if w > 0), -sum(w for w in weights if w < 0)
    sums = (math.tanh(STEEPNESS * value) for value in (praise - blame, praise, blame))
    return (*sums, float(not any(weights)), float("?" in sentence), float("!" in sentence))


def _weights(sentence: str) -> list[float]:
    text = plain(sentence)
    if not has_japanese(text):
        return _contrasted(_clauses_en(text))
    parts = JA_STOP.split(JA_FORMULA.sub("。", text))
    return [weight for part in parts for weight in _contrasted(_clauses_ja(part))]


def _contrasted(clauses: Sequence[Sequence[float]]) -> list[float]:
    """Return all weights, those before the last contrast lowered where something follows it."""
    lowered = BEFORE_CONTRAST if any(clauses[-1]) else 1.0
    return [lowered * weight for clause in clauses[:-1] for weight in clause] + list(clauses[-1])


def _clauses_ja(text: str) -> list[list[float]]:
    ends = [match.end() for match in JA_CONTRAST.finditer(text)]
    return [list(_weights_ja(text[start:end])) for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]


def _weights_ja(clause: str) -> Iterator[float]:
    wishes = [match.span() for match in JA_WISH.finditer(clause)]
    if wishes:
        yield WISH
    asked = QUESTION if JA_QUESTION.search(clause) else 1.0
    hits = [hit for hit in _japanese().find(clause) if POLARITY_JA[hit[2]]]
    if not hits and not wishes and JA_FAILURE.search(clause):
        yield FAILURE
    for start, end, phrase in hits:
        weight = POLARITY_JA[phrase] * asked
        if weight > 0 and any(begin <= start < stop for begin, stop in wishes):
            continue
        if JA_NEGATION.match(clause[end : end + 10]):
            weight *= NEGATED_PRAISE if weight > 0 else NEGATED_BLAME
        before = clause[max(0, start - 7) : start]
        yield weight * (STRENGTHENED if JA_STRONG.search(before) else SOFTENED if JA_SOFT.search(before) else 1.0)


def _clauses_en(text: str) -> list[list[float]]:
    words = EN_WORD.findall(text.replace("’", "'"))
    clauses: list[list[float]] = [[]]
    place = 0
    while place < len(words):
        if words[place] in EN_CONTRAST and any(clauses[-1]):
            clauses.append([])
        weight, length = _longest_en(words, place)
        if weight:
            clauses[-1].append(_in_context_en(weight, words[max(0, place - NEGATION_REACH_WORDS) : place]))
        place += length
    return clauses


def _longest_en(words: Sequence[str], place: int) -> tuple[float, int]:
    for length in range(LONGEST_PHRASE if words[place] in PHRASES_BEGIN else 1, 1, -1):
        weight = POLARITY_EN.get(" ".join(words[place : place + length]))
        if weight is not None and place + length <= len(words):
            return weight, length
    return _single_en(words[place]), 1


@lru_cache(maxsize=50_000)
def _single_en(word: str) -> float:
    for ending, instead in EN_ENDINGS:
        if word.endswith(ending) and (weight := POLARITY_EN.get(word.removesuffix(ending) + instead)) is not None:
            return weight
    return 0.0


def _in_context_en(weight: float, before: Sequence[str]) -> float:
    near = list(before)
    for i in range(len(near) - 1, -1, -1):
        if near[i] in EN_STOPS or near[i] in EN_CONTRAST:
            near = near[i + 1 :]
            break
    if any(word in EN_NEGATION or word.endswith("n't") for word in near):
        weight *= NEGATED_PRAISE if weight > 0 else NEGATED_BLAME
    if any(word in EN_SOFT for word in near):
        return weight * SOFTENED
    return weight * (STRENGTHENED if any(word in EN_STRONG for word in near) else 1.0)


@cache
def _japanese() -> PhraseIndex:
    return PhraseIndex(POLARITY_JA)

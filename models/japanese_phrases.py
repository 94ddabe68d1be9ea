"""Japanese predicate phrases: what a sentence says, as short statements in plain form (申込画面で戻れませんでした → 申込画面で戻れない).

A predicate with the one or two arguments before it; negation, potential, wish and request are kept, politeness and tense are not. Without a
parser: an argument is a run of nouns with its particle, and belongs to the next predicate.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

from models.japanese import Morpheme, morphemes
from models.statements import Statement

LONGEST = 24
LONGEST_NOUN = 12
MOST_ARGUMENTS = 2
PARTICLES = frozenset("が を に で へ と から まで より は も".split())  # noqa: SIM905  # reads better as words
CASE = ("格助詞", "係助詞", "副助詞")
NOUN_VERBS = frozenset("為る 出来る 致す 頂く 下さる 為さる 頂ける".split())  # noqa: SIM905  # reads better as words
"""Verbs that make a verb of the noun before them."""
KEPT_AUXILIARIES = frozenset("れる られる せる させる たい".split())  # noqa: SIM905  # reads better as words
NEGATIONS = frozenset({"ない", "ぬ", "ず", "ん"})
SKIPPED_AUXILIARIES = frozenset({"ます", "です", "た", "だ"})
FOLLOWING_VERBS = frozenset("過ぎる 続ける 始める 直す 成る 為る 辛い 出す 切れる 終わる".split())  # noqa: SIM905  # reads better as words
REQUESTS = frozenset("欲しい 下さる 貰える 頂ける 頂く 貰う".split())  # noqa: SIM905  # reads better as words
HELPS = frozenset("呉れる 下さる 頂く 貰う".split())  # noqa: SIM905  # reads better as words
EMPTY_PREDICATES = frozenset(
    """
    思う 言う 願う 頂く 下さる 御座る 致す 存ずる 申す 伺う 考える 見る 来る 行く 置く 仕舞う 為る 遣る 貰う 呉れる 申し上げる 思える 感ずる
    感じる 有る 居る 成る 宜しい
    """.split()  # noqa: SIM905  # reads better as words
)
"""Predicates that say nothing by themselves; the last four say something with an argument."""
WITH_ARGUMENT = frozenset({"有る", "成る", "居る", "感ずる", "感じる"})
IDIOMS = frozenset("付く 就く 関する 因る 対する 伴う 於く".split())  # noqa: SIM905  # reads better as words
"""Verbs of compound particles (について, に関する)."""
FORMULAS = frozenset("御世話 御願い 恐縮 宜しく 御礼 御手数 失礼".split())  # noqa: SIM905  # reads better as words
FORMAL_NOUNS = frozenset("事 物 所 時 為 様 訳 筈 方 点 件 の 際 度 上 中 後 前 間 者 もの こと ところ ため とき".split())  # noqa: SIM905
TO_A = dict(zip("うくぐすつぬぶむる", "わかがさたなばまら", strict=True))


@dataclass
class _Clause:
    """What was read since the last predicate."""

    noun: str = ""
    noun_words: list[str] = field(default_factory=list)
    arguments: list[tuple[str, list[str]]] = field(default_factory=list)

    def add_noun(self, text: str, word: str) -> None:
        self.noun += text
        if word:
            self.noun_words.append(word)

    def end_noun(self, particle: str = "") -> None:
        if self.noun and len(self.noun) <= LONGEST_NOUN:
            self.arguments.append((self.noun + particle, self.noun_words))
        elif self.noun:
            self.arguments.clear()
        self.noun, self.noun_words = "", []

    def drop_noun(self) -> None:
        self.noun, self.noun_words = "", []


@dataclass
class _Predicate:
    """A predicate with its endings: pieces as they stand, and the last of them, which is put in plain form."""

    pieces: list[Morpheme]
    words: list[str]
    ending: str = ""
    """What comes after the last piece in its plain form."""
    negative: bool = False
    bare: bool = False
    """Whether it is the noun or adjectival noun alone, without a verb."""

    def text(self) -> str:
        if self.bare:
            return "".join(piece.surface for piece in self.pieces) + ("ではない" if self.negative else "")
        before, last = "".join(piece.surface for piece in self.pieces[:-1]), self.pieces[-1]
        if self.negative:
            return before + irrealis(last) + "ない"
        return before + (last.surface if self.ending else last.dictionary) + self.ending


def statements(text: str) -> list[Statement]:
    """Return the statements of a sentence, shorter before longer ones of the same predicate."""
    return list(_read(morphemes(text)))


def words_in(text: str) -> list[str]:
    """Return the words of a sentence by which statements are compared, in the dictionary's normal form."""
    kinds = ("名詞", "動詞", "形容詞", "形状詞", "接尾辞")
    return [word for token in morphemes(text) if token.kind[0] in kinds and (word := _word(token))]


def negates(text: str) -> bool:
    """Tell whether a sentence negates something."""
    return any(token.dictionary in NEGATIONS and token.kind[0] in ("助動詞", "形容詞") for token in morphemes(text))


def irrealis(word: Morpheme) -> str:
    """Return the form ない is put after: 戻れる → 戻れ, 届く → 届か, 遅い → 遅く; of ある nothing is left."""
    plain, kind = word.dictionary, word.kind[4]
    if word.form == "有る":
        return ""
    if word.kind[0] in ("形容詞", "接尾辞") or plain.endswith("い"):
        return plain[:-1] + "く"
    if kind.startswith("五段"):
        return plain[:-1] + TO_A.get(plain[-1], "")
    if kind.startswith("サ行変格"):
        return plain.removesuffix("する") + "し"
    if kind.startswith("カ行変格"):
        return "こ" if plain == "くる" else plain[:-1]
    return plain.removesuffix("る")


def _read(tokens: Sequence[Morpheme]) -> Iterator[Statement]:
    clause, at = _Clause(), 0
    while at < len(tokens):
        token = tokens[at]
        kind = token.kind[0]
        if kind in ("動詞", "形容詞") or (kind == "形状詞" and token.kind[1] != "助動詞語幹"):
            at = yield from _from_predicate(tokens, at, clause)
            continue
        if kind in ("名詞", "代名詞") or (clause.noun and kind == "接尾辞" and token.kind[1] == "名詞的"):
            clause.add_noun(token.surface, _word(token))
        elif kind == "助詞" and clause.noun:
            at = _particle(tokens, at, clause)
        elif kind == "助動詞" and clause.noun and token.dictionary in ("だ", "です"):
            yield from _noun_predicate(tokens, at, clause)
            clause = _Clause()
        elif kind in ("副詞", "接頭辞", "連体詞"):
            if kind == "副詞":
                clause.drop_noun()
        else:
            if token.surface in "。.!?!?" and clause.noun:
                yield from _noun_predicate(tokens, at, clause)
            clause = _Clause()
        at += 1
    if clause.noun:
        yield from _noun_predicate(tokens, at, clause)


def _particle(tokens: Sequence[Morpheme], at: int, clause: _Clause) -> int:
    """Read the particles after a noun; return the place of the last of them."""
    token = tokens[at]
    if token.surface == "の" and at + 1 < len(tokens) and tokens[at + 1].kind[0] in ("名詞", "接頭辞"):
        clause.add_noun("の", "")
        return at
    if token.surface in ("と", "や") and at + 1 < len(tokens) and tokens[at + 1].kind[0] == "名詞":
        clause.add_noun(token.surface, "")
        return at
    said = ""
    while at < len(tokens) and tokens[at].kind[0] == "助詞" and tokens[at].kind[1] in CASE and tokens[at].surface in PARTICLES:
        said += tokens[at].surface
        at += 1
    if not said:
        clause.drop_noun()
        return at
    if clause.noun_words:
        clause.end_noun(said)
    clause.drop_noun()
    return at - 1


def _from_predicate(tokens: Sequence[Morpheme], at: int, clause: _Clause) -> Generator[Statement, None, int]:
    """Read a predicate; give its statements, return the place after it."""
    token = tokens[at]
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if token.kind[0] == "形状詞" and following is not None and following.surface in ("に", "な"):
        if following.surface == "に":
            clause.arguments.append((token.surface + "に", [token.form]))
            clause.drop_noun()
        else:
            clause.noun, clause.noun_words = token.surface + "な", [token.form]
        return at + 2
    adverbial = token.kind[0] == "形容詞" and token.kind[5].startswith("連用形") and following is not None and following.kind[0] == "動詞"
    if adverbial and following is not None and following.form not in FOLLOWING_VERBS:
        clause.end_noun()
        clause.arguments.append((token.surface, [token.form]))
        return at + 1
    predicate, end = _chain(tokens, at, clause)
    if not tokens[end - 1].kind[5].startswith("仮定形"):
        yield from _told(predicate, clause)
    text, words = predicate.text(), predicate.words
    modifies = end < len(tokens) and tokens[end].kind[0] == "名詞" and tokens[end - 1].kind[0] != "助詞"
    clause.arguments = []
    clause.drop_noun()
    if modifies and words and tokens[end].form not in FORMAL_NOUNS and len(text) < LONGEST_NOUN - 2:
        clause.noun, clause.noun_words = text, list(words)
    return end


def _chain(tokens: Sequence[Morpheme], at: int, clause: _Clause) -> tuple[_Predicate, int]:
    """Return the predicate that begins at a place, its noun before it included, and the place after its endings."""
    head = tokens[at]
    found = _Predicate(pieces=[head], words=[head.form] if head.form not in EMPTY_PREDICATES | {"出来る"} else [])
    if clause.noun and head.form in NOUN_VERBS:
        noun = Morpheme(clause.noun, clause.noun, clause.noun, ("名詞",) * 6)
        found.pieces, found.words = [noun, head], [*clause.noun_words, *found.words]
        clause.drop_noun()
        if head.form in ("頂く", "下さる", "致す", "頂ける", "為さる"):
            found.pieces, found.bare = [noun], True
    elif head.kind[0] == "形状詞":
        found.bare = True
    at += 1
    while at < len(tokens):
        after = _ending(tokens, at, found)
        if after == at:
            break
        at = after
    return found, at


def _ending(tokens: Sequence[Morpheme], at: int, found: _Predicate) -> int:
    """Take one ending up into the predicate; return the place after it, the same place where none follows."""
    token, kind = tokens[at], tokens[at].kind
    if found.ending:
        return at + 1 if kind[0] == "助動詞" and token.dictionary in SKIPPED_AUXILIARIES else at
    if kind[0] == "助動詞" and token.dictionary in NEGATIONS:
        return _negated(tokens, at, found)
    if found.bare and token.surface in ("で", "じゃ"):
        return _not_so(tokens, at, found)
    if kind[0] == "助動詞" and token.dictionary in SKIPPED_AUXILIARIES:
        return at + 1
    return at if found.negative else _added(tokens, at, found)


def _not_so(tokens: Sequence[Morpheme], at: int, found: _Predicate) -> int:
    """Read 丁寧ではない, else leave the で out."""
    if not any(token.form == "無い" or token.dictionary == "ある" for token in tokens[at + 1 : at + 3]):
        return at + 1 if tokens[at].kind[0] == "助動詞" else at
    found.negative = any(token.form == "無い" or token.dictionary in NEGATIONS for token in tokens[at + 1 : at + 5])
    return min(len(tokens), at + 3)


def _added(tokens: Sequence[Morpheme], at: int, found: _Predicate) -> int:
    """Take up an ending that stays in the plain form."""
    token, kind = tokens[at], tokens[at].kind
    suffix = kind[:2] == ("接尾辞", "形容詞的")
    if suffix or (kind[0] == "助動詞" and token.dictionary in KEPT_AUXILIARIES) or (kind[0] == "動詞" and _follows(token, found)):
        found.pieces.append(token)
        found.words += [token.form] if suffix else []
        return at + 1
    if token.form == "無い" and kind[0] == "形容詞" and found.pieces[-1].kind[0] in ("形容詞", "接尾辞"):
        found.negative = True
        return at + 1
    if token.surface == "よう" and [one.form for one in tokens[at + 1 : at + 3]] == ["だ", "為る"]:
        wish = at + 4 < len(tokens) and tokens[at + 3].surface == "て" and tokens[at + 4].form in REQUESTS
        found.pieces, found.ending = ([*found.pieces, token], "にしてほしい") if wish else (found.pieces, "")
        return at + 5 if wish else at
    if kind[:2] == ("助詞", "接続助詞") and token.surface in ("て", "で") and at + 1 < len(tokens):
        return _after_te(tokens, at, found)
    return at


def _follows(token: Morpheme, found: _Predicate) -> bool:
    return token.form in FOLLOWING_VERBS and not found.bare


def _negated(tokens: Sequence[Morpheme], at: int, found: _Predicate) -> int:
    """Negate; できなくなる is one predicate again."""
    if tokens[at].surface == "なく" and at + 1 < len(tokens) and tokens[at + 1].form == "成る":
        found.pieces += [tokens[at], tokens[at + 1]]
        return at + 2
    found.negative = True
    return at + 1


def _after_te(tokens: Sequence[Morpheme], at: int, found: _Predicate) -> int:
    """Read what follows て: a state, a wish or a favour; the rest says nothing more."""
    following = tokens[at + 1]
    later = {token.form for token in tokens[at + 2 : at + 5]} | {token.dictionary for token in tokens[at + 2 : at + 5]}
    wish = following.form == "欲しい" or "命令形" in following.kind[5] or following.dictionary in ("いただける", "もらえる")
    if following.form in REQUESTS and (wish or "たい" in later or "か" in later):
        found.ending = tokens[at].surface + "ほしい"
        return at + 2
    if following.form in HELPS:
        found.pieces += [tokens[at], Morpheme("くれ", "くれる", "呉れる", ("動詞", "非自立可能", "*", "*", "下一段-ラ行", "*"))]
        return at + 2
    if following.form in ("居る", "おる"):
        found.pieces += [tokens[at], Morpheme("い", "いる", "居る", ("動詞", "非自立可能", "*", "*", "上一段-ア行", "*"))]
        return at + 2
    if following.form == "仕舞う":
        return at + 2
    return at


def _noun_predicate(tokens: Sequence[Morpheme], at: int, clause: _Clause) -> Iterator[Statement]:
    """Give a noun that closes a clause as its predicate: 画面が英語."""
    if not clause.arguments or len(clause.noun) > LONGEST_NOUN or not clause.noun_words:
        return
    noun = Morpheme(clause.noun, clause.noun, clause.noun, ("名詞",) * 6)
    negative = any(token.form == "無い" or token.dictionary in NEGATIONS for token in tokens[at : at + 4])
    predicate = _Predicate(pieces=[noun], words=list(clause.noun_words), negative=negative, bare=True)
    clause.drop_noun()
    yield from _told(predicate, clause)


def _told(predicate: _Predicate, clause: _Clause) -> Iterator[Statement]:
    """Give the predicate with one argument, and with two."""
    if clause.noun:
        clause.end_noun()
    head = predicate.pieces[0]
    if head.dictionary == "つく" and clause.arguments and clause.arguments[-1][0].endswith("に"):
        return
    if any(word in FORMULAS for _, words in clause.arguments[-1:] for word in words):
        return
    empty = head.form in EMPTY_PREDICATES and not predicate.words
    if head.form in IDIOMS or (empty and (head.form not in WITH_ARGUMENT or not _has_particle(clause))):
        return
    text = predicate.text()
    if predicate.words and len(predicate.pieces) > 1 and head.kind[0] == "名詞" and len(text) <= LONGEST:
        yield Statement(text=text, words=tuple(dict.fromkeys(predicate.words)), negative=predicate.negative)
    for some in _chosen(clause.arguments):
        said = "".join(argument for argument, _ in some) + text
        words = tuple(dict.fromkeys([word for _, found in some for word in found] + predicate.words))
        if len(said) <= LONGEST and words:
            yield Statement(text=said, words=words, negative=predicate.negative)


def _has_particle(clause: _Clause) -> bool:
    return bool(clause.arguments) and clause.arguments[-1][0][-1] in PARTICLES


def _chosen(arguments: Sequence[tuple[str, list[str]]]) -> Iterator[Sequence[tuple[str, list[str]]]]:
    """Give the last argument without what comes before its noun, as it stands, and with the argument before it."""
    if arguments:
        last, words = arguments[-1]
        if "の" in last[1:-2] and len(words) > 1:
            yield [(last.rsplit("の", 1)[1], words[-1:])]
    for count in range(1, min(MOST_ARGUMENTS, len(arguments)) + 1):
        yield arguments[-count:]


def _word(token: Morpheme) -> str:
    """Return the noun as a word that counts, or nothing."""
    if token.form in FORMAL_NOUNS | EMPTY_PREDICATES | {"出来る"} or token.kind[1] == "数詞":
        return ""
    return token.form.casefold() if any(character.isalpha() for character in token.form) else ""

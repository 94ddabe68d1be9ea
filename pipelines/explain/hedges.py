"""Hedges: politeness and understatement that carry a complaint, as cues with a name each; Japanese and English.

A hedge never says by itself that somebody is dissatisfied; it says how to read a lukewarm sentence. Four kinds: ``conceded`` (all is well,
but …), ``softened`` (a little, somewhat, a pity), ``noncommittal`` (we shall consider it) and ``gave_up`` (never mind, as I said before).
How often a row with the hedge is in fact a grievance was counted on the project's own labelled rows: ``docs/queue.md`` has the figures.

Patterns are matched on NFKC text in lower case and are bounded; a hedge the text takes back (「気にしていません」) does not count.
"""

import re
import unicodedata
from enum import StrEnum

from voc.values import Value


class HedgeKind(StrEnum):
    """How a sentence hides what it means."""

    CONCEDED = "conceded"
    SOFTENED = "softened"
    NONCOMMITTAL = "noncommittal"
    GAVE_UP = "gave_up"


class Hedge(Value):
    """A hedge found in a text: its kind, and the words that show it."""

    kind: HedgeKind
    words: str


_BUT_JA = "(?:の|ん)?(?:です|ます|でした|ました|だ)?(?:が|けれど|けど)"
_JA = {
    HedgeKind.CONCEDED: (
        f"(?:問題|不満|不便|文句|困ること|苦情|クレーム)(?:というわけでは|というほどでは|というほどのことでは|は|も|が)?(?:特に|とくに)?"
        f"(?:ない|ありません|ございません|無い){_BUT_JA}"
        f"|悪く(?:は)?(?:ない|ありません)(?:と(?:は)?思(?:います|う))?{_BUT_JA}"
        f"|(?:重々|十分)?承知し?て(?:は)?(?:い|お)(?:ます|ります|りました){_BUT_JA}"
        f"|(?:贅沢|細かいこと|わがまま|揚げ足|言いにくい|申し上げにくい)[^。]{{0,14}}{_BUT_JA}"
        "|(?:^|。)(?:ただ|ただし|とはいえ|もっとも)、"
    ),
    HedgeKind.SOFTENED: (
        "(?:少し|少々|ちょっと|やや|若干|いささか|多少)(?:だけ|ばかり)?(?:気にな|不安|残念|戸惑|遠"
        "|高|多|遅|長|分かりに|わかりに|使いに|物足り|厳し|"
        "困|手間|面倒|見劣り|風通し|力の)"
        "|気にな(?:って(?:い|お)|る(?:の|ところ|点)|りま)"
        "|(?:もう(?:少し|一段|ちょっと)|せめて|いま少し|いま一歩)[^。]{2,40}(?:たら|れば|と(?!思))"
        "|だけでも[^。]{0,12}(?:違|変わ|助か|済)|(?:ほし|欲し)かったです|いただきたかった|思っていた(?:もの"
        "|の)とは|期待していただけに|残念(?:です|でした|に思|ながら)"
    ),
    HedgeKind.NONCOMMITTAL: (
        "(?:検討|相談|協議|判断|見直し)(?:を)?(?:し(?:ます|て(?:み|おき|いき))|いたします|させて(?:いただ|頂))"
        "|持ち帰(?:り|って|らせ)|考えて(?:みます|おきます|いきます)|様子を見|当面は|とりあえず(?:は)?(?:続|使|様子)"
        "|何とも(?:言え|申し|お答え)|(?:どうするか|どうしようか)|なんと(?:も|か)言えま"
    ),
    HedgeKind.GAVE_UP: (
        "(?:もう|すでに)?(?:諦|あきら)め(?:て|ま|た)|もう(?:結構|いいです|頼みません|言う気|期待)"
        "|期待(?:は)?して(?:い|お)(?:ません|りません|ない)"
        "|(?:前|以前|前回|去年|昨年)(?:に)?も(?:同じ|書|言|申|お伝え|お願い)|(?:言って|書いて|お願いして)も(?:変わ|無駄|同じ|直)"
        "|何度(?:言|書|お伝え|お願い)|(?:こちら|自分|当方)(?:のほう|の方)?で(?:何とか|なんとか|対応|やり)"
    ),
}
_EN = {
    HedgeKind.CONCEDED: (
        r"\b(?:no|not) (?:real |big |major |particular |much of a )?(?:a )?(?:problems?|complaints?|issues?|grumbles?|gripe)"
        r"[^.!?]{0,30}\b(?:but|though|although|only|just|except|however)\b"
        r"|\b(?:isn't|not) (?:exactly )?a (?:complaint|criticism|big deal)\b"
        r"|\b(?:i (?:know|understand|appreciate|realise|realize|quite understand) (?:you"
        r"|it|that|everyone)[^.!?]{0,40}\b(?:but|though|however))"
        r"|\bnothing against\b[^.!?]{0,40}\bbut\b|\b(?:it's|it is|was|were|are|is) (?:fine|okay"
        r"|ok|alright|good|nice|lovely)(?:,| enough,)? (?:but|though|"
        r"just|only)\b|\b(?:on the whole|by and large|all in all|mostly"
        r"|generally)\b[^.!?]{0,50}\b(?:but|though|although|except|however)\b"
        r"|(?:^|[.!?,;] )(?:it's|that's|it is)? ?(?:only|just) (?:that|the)\b|\bthough[.!]?$"
    ),
    HedgeKind.SOFTENED: (
        r"\b(?:a (?:little|bit|touch|shade|tad)|slightly|somewhat|rather|a trifle"
        r"|on the) (?:\w+ )?(?:surpris|disappoint|long|slow|confus|much|"
        r"expensive|steep|pricey|noisy|warm|cold|dated|worr|concern|tricky|fiddly|tired"
        r"|unclear|hard|awkward|unsure|late|short|small)\w*"
        r"|\b(?:would(?:n't)? have|could have|might have|had (?:i|we|somebody|someone) (?:only )?been)\b"
        r"|\bi(?:'d| had| would have) (?:rather |half )?(?:hoped|expected|liked|thought"
        r"|appreciated)\b|\b(?:if only|i (?:do |only )?wish)\b"
        r"|\b(?:would|it'd) be (?:even )?(?:\w+ )?(?:nicer|reassuring|restful|grateful|appreciated)\b"
        r"|\b(?:shame|pity)\b|\b(?:let's say|shall we say|shall i say)\b"
        r"|\bbothers? (?:me|us)\b|\bsettle for\b|\bat least (?:a|one|some)\b"
    ),
    HedgeKind.NONCOMMITTAL: (
        r"\b(?:we|i)(?:'ll| will| shall| may have to| might| are going to"
        r"| need to) (?:\w+ )?(?:think|consider|review|discuss|see|sleep on|reconsider|"
        r"weigh|take stock|look into)\b"
        r"|\b(?:reviewing|considering|weighing up|discussing) (?:the|our|whether|it)\b|\bfor (?:the time being|now)[.,]?(?:$| )"
        r"|\b(?:not|no longer|less) (?:so |entirely )?(?:sure|certain"
        r"|convinced) (?:what|whether|if|we|i|it|that|how)\b|\bhard to say\b"
    ),
    HedgeKind.GAVE_UP: (
        r"\b(?:given? up|gave up|stopped (?:asking|expecting|trying|reporting)"
        r"|no longer (?:expect|bother|ask|believe)|(?:can't|don't) be bothered)\b"
        r"|\b(?:i|we)(?:'ve| have)? (?:wrote|written|said|told|mentioned|reported|raised"
        r"|asked) (?:\w+ ){0,5}(?:before|already|last (?:year|time|month)|"
        r"again|twice|several times)\b|\bas i (?:said|wrote|mentioned)\b|\bnever mind\b"
        r"|\bwhat's the point\b|\bnothing (?:ever )?(?:changes|changed|happens|"
        r"happened)\b"
    ),
}
_TAKEN_BACK = re.compile(
    "気に(?:して(?:い|お)(?:ません|りません|ない)|なりません|ならない)|気にするほど|(?:諦|あきら)めずに"
    r"|\b(?:doesn't|does not|didn't) (?:bother|worry)\b|\bdon't mind\b"
)
_JAPANESE = re.compile("[ぁ-ゖァ-ヺ一-鿿]")
_FOUND = {
    True: {kind: re.compile(pattern) for kind, pattern in _JA.items()},
    False: {kind: re.compile(pattern) for kind, pattern in _EN.items()},
}


def hedges(text: str) -> tuple[Hedge, ...]:
    """Return the hedges of a text, at most one of each kind, with the words that show it.

    >>> [hedge.kind.value for hedge in hedges("特に問題はないのですが、少し気になる点があります。")]
    ['conceded', 'softened']
    >>> hedges("A bit noisy, it didn't bother us.")
    ()
    """
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    if _TAKEN_BACK.search(plain):
        return ()
    patterns = _FOUND[_JAPANESE.search(plain) is not None]
    found = ((kind, pattern.search(plain)) for kind, pattern in patterns.items())
    return tuple(Hedge(kind=kind, words=match.group().strip(" .,;。、")) for kind, match in found if match is not None)

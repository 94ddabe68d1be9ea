"""Room wording: the flags of an account room in a sentence, for readers of Japanese and English. It says what was seen, not why."""

from collections.abc import Mapping

from voc.account_room import FlagKind, RoomFlag, TrendKind
from voc.customers import Role

_ROLES = {
    Role.DECIDER: ("deciders", "決裁者"),
    Role.BUYER: ("buyers", "購買担当"),
    Role.ADMIN: ("administrators", "管理者"),
    Role.USER: ("users", "利用者"),
}
Facts = Mapping[str, float | int | str]
_SEEN_IN = {TrendKind.TONE: ("comments", "コメント"), TrendKind.ANSWERS: ("answers", "回答")}


def flag_wording(flag: RoomFlag, *, names: Mapping[str, str], language: str) -> str:
    """Return a flag in one sentence.

    Parameters
    ----------
    flag
        As raised.
    names
        What to call people, by customer id; a person without one is "a decider".
    language
        ``ja``; anything else is answered in English.
    """
    japanese = language == "ja"
    who = names.get(flag.customer_ids[0] if flag.customer_ids else "", "決裁者" if japanese else "a decider")
    if flag.kind is FlagKind.DECIDER_COOLING:
        return _cooling(flag.facts, who, japanese=japanese)
    if flag.kind is FlagKind.DECIDER_SILENT:
        return _silent(flag.facts, who, japanese=japanese)
    return (_disagreement if flag.kind is FlagKind.ROLES_DISAGREE else _renewal)(flag.facts, japanese=japanese)


def flag_name(kind: FlagKind, *, language: str) -> str:
    """Return the short name of a flag.

    >>> flag_name(FlagKind.DECIDER_COOLING, language="en")
    'decider cooling'
    """
    names = {
        FlagKind.DECIDER_COOLING: ("decider cooling", "決裁者の冷え込み"),
        FlagKind.DECIDER_SILENT: ("decider silent", "決裁者の沈黙"),
        FlagKind.ROLES_DISAGREE: ("roles disagree", "役割間の食い違い"),
        FlagKind.RENEWAL_WITH_COMPLAINT: ("renewal with open complaint", "更新前の未解消の苦情"),
    }
    return names[kind][language == "ja"]


def _cooling(facts: Facts, who: str, *, japanese: bool) -> str:
    kind = _SEEN_IN[TrendKind(str(facts["seen_in"]))][japanese]
    earlier, later, n, p = (float(facts[name]) for name in ("earlier", "later", "n", "p"))
    if japanese:
        chance = f"偶然でこう並ぶ割合は{_chance(p)}"
        return f"決裁者が冷めてきています({who}): {kind}{n:.0f}件で、前半の平均{earlier:+.2f}から後半{later:+.2f}へ下がりました({chance})。"
    chance = f"chance alone does this in {_chance(p)} of cases"
    return f"Decider cooling ({who}): {n:.0f} {kind}, from {earlier:+.2f} in the earlier half to {later:+.2f} in the later ({chance})."


def _silent(facts: Facts, who: str, *, japanese: bool) -> str:
    days, usual = int(facts["days"]), int(facts["usual_days"])
    if japanese:
        return f"決裁者の声が途絶えています({who}): {days}日間なし。ふだんの間隔は{usual}日です。"
    return f"Decider silent ({who}): nothing for {days} days; the usual gap is {usual} {'day' if usual == 1 else 'days'}."


def _renewal(facts: Facts, *, japanese: bool) -> str:
    days, complaints = int(facts["days"]), int(facts["complaints"])
    if japanese:
        return f"更新まで{days}日、未解消の苦情が{complaints}件あります。"
    return f"Renewal in {days} {'day' if days == 1 else 'days'} with {complaints} open {'complaint' if complaints == 1 else 'complaints'}."


def _disagreement(facts: Facts, *, japanese: bool) -> str:
    happier, sourer = (_ROLES[Role(str(facts[name]))][japanese] for name in ("happier", "sourer"))
    above, below, gap, low, high = (float(facts[name]) for name in ("happier_tone", "sourer_tone", "difference", "low", "high"))
    if japanese:
        return f"{happier}({above:+.2f})と{sourer}({below:+.2f})の声が食い違っています(差 {gap:.2f}、95%区間 {low:.2f}〜{high:.2f})。"
    return f"Roles disagree: {happier} {above:+.2f}, {sourer} {below:+.2f} (difference {gap:.2f}, 95 % interval {low:.2f} to {high:.2f})."


def _chance(p: float) -> str:
    return "< 0.1 %" if p < 0.001 else f"{100 * p:.1f} %"  # noqa: PLR2004  # the smallest share written out

"""Concerns in words: why somebody stands in the queue, and what is known about how good the queue is; Japanese and English."""

from collections.abc import Callable

from voc.concerns import Concern, Reason, RiskCheck, RiskCheckState
from voc.kpis import Kpi

Facts = dict[str, float | int | str]

_NAMES = {
    Reason.TEXT_BELOW_SCORE: ("Text worse than the score", "スコアより文面が厳しい"),
    Reason.UNDERSTATED: ("Understated complaint", "控えめに書かれた不満"),
    Reason.LEAVING: ("Speaks of leaving", "離れる気配"),
    Reason.COMPLAINT: ("Complaint", "苦情"),
    Reason.URGENT: ("Urgent", "急ぎ"),
    Reason.FALLING_TONE: ("Falling tone", "口調が冷えている"),
    Reason.SILENT_AFTER_COMPLAINT: ("Silent after a complaint", "苦情のあと沈黙"),
    Reason.DECIDER_COOLING: ("Decider cools down", "決裁者の熱が下がっている"),
}
_HEDGES = {
    "conceded": ("concedes that all is well before it comes to the matter", "「問題はないが」と前置きしてから本題に入っています"),
    "softened": ("softens what hurts", "不満をやわらげて書いています"),
    "noncommittal": ("leaves open whether to go on", "続けるかどうかをぼかしています"),
    "gave_up": ("has given up asking", "頼むのをあきらめています"),
}


def reason_name(reason: Reason, *, language: str) -> str:
    """Return the name of a reason."""
    return _NAMES[reason][language == "ja"]


def concern_wording(concern: Concern, *, language: str) -> str:
    """Return why a concern was raised, in one sentence with its figures.

    Parameters
    ----------
    concern
        As found.
    language
        ``ja``; anything else is answered in English.
    """
    said = _SAID.get(concern.reason)
    if said is None:
        course = _course_ja(concern) if language == "ja" else _course_en(concern)
        english = ", while {n} others of the account stand at {level:+.2f}"
        others = "。同じ取引先のほかの{n}名は{level:+.2f}です" if language == "ja" else english
        return f"{course}{_others(concern.facts, others)}{'。' if language == 'ja' else '.'}"
    return said[language == "ja"](concern.facts)


def _below_en(facts: Facts) -> str:
    like = f"; the text reads like a {facts['reads_like']:.0f}" if "reads_like" in facts else ""
    return f"Gave {_kpi(facts)} {facts['score']:.0f}{like} ({facts['gap']:.2f} below the usual tone of such a score)."


def _below_ja(facts: Facts) -> str:
    like = f"。文面は{facts['reads_like']:.0f}点相当です" if "reads_like" in facts else ""
    return f"{_kpi(facts)}は{facts['score']:.0f}点{like}(同じ点数のふだんの口調より{facts['gap']:.2f}低い)。"


def _silent_en(facts: Facts) -> str:
    return (
        f"Nothing heard, answered or resolved for {facts['days']} days since a complaint; "
        f"used to be heard every {facts['usual_days']} days (p = {facts['p']:.3f})."
    )


def _silent_ja(facts: Facts) -> str:
    return (
        f"苦情のあと{facts['days']}日、発言・回答・解決の記録がありません。"
        f"以前は{facts['usual_days']}日に一度ほど声がありました(p = {facts['p']:.3f})。"
    )


_SAID: dict[Reason, tuple[Callable[[Facts], str], Callable[[Facts], str]]] = {
    Reason.TEXT_BELOW_SCORE: (_below_en, _below_ja),
    Reason.UNDERSTATED: (
        lambda facts: f"“{facts['words']}”: {_HEDGES[str(facts['kind'])][0]}.",
        lambda facts: f"「{facts['words']}」:{_HEDGES[str(facts['kind'])][1]}。",
    ),
    Reason.LEAVING: (
        lambda facts: f"Speaks of leaving or of looking elsewhere (probability {facts['probability']:.0%} that it does).",
        lambda facts: f"やめること、または他を検討することに触れています(その確率 {facts['probability']:.0%})。",
    ),
    Reason.COMPLAINT: (
        lambda facts: f"Complains (tone {facts['tone']:+.2f}).",
        lambda facts: f"苦情です(口調 {facts['tone']:+.2f})。",
    ),
    Reason.URGENT: (
        lambda facts: "Harm or stopped work now." if facts["urgency"] == "now" else "Will not bear a week.",
        lambda facts: "被害や業務停止が起きています。" if facts["urgency"] == "now" else "一週間は待てない内容です。",
    ),
    Reason.SILENT_AFTER_COMPLAINT: (_silent_en, _silent_ja),
}
"""English and Japanese; reasons that are not here are courses over time."""


def _course_en(concern: Concern) -> str:
    facts = concern.facts
    what = "Answers" if facts["seen_in"] == "answers" else "Tone"
    who = " of a decider" if concern.reason is Reason.DECIDER_COOLING else ""
    verb = "fall" if what == "Answers" else "falls"
    return f"{what}{who} {verb} from {facts['earlier']:+.2f} to {facts['later']:+.2f} over {facts['points']} points (p = {facts['p']:.3f})"


def _course_ja(concern: Concern) -> str:
    facts = concern.facts
    what = "回答" if facts["seen_in"] == "answers" else "口調"
    who = "決裁者の" if concern.reason is Reason.DECIDER_COOLING else ""
    return f"{who}{what}が{facts['points']}回で{facts['earlier']:+.2f}から{facts['later']:+.2f}へ下がっています(p = {facts['p']:.3f})"


def _others(facts: Facts, words: str) -> str:
    return words.format(n=facts["others_n"], level=facts["others"]) if "others" in facts else ""


def _kpi(facts: Facts) -> str:
    return Kpi(str(facts["kpi"])).value.upper()


def check_wording(found: RiskCheck, *, language: str) -> str:
    """Return what is known about how the queue went together with leaving."""
    odds, beside = found.odds, found.odds_beside_score
    if odds is None or beside is None or found.lift is None:
        return _unmeasured(found, japanese=language == "ja")
    unclear = odds.low <= 1
    if language == "ja":
        return (
            f"過去{found.moments}時点、{found.owners}先のうち{found.owners_left}先がその後{found.window_days}日以内に離れました。"
            f"根拠0.1につき離れるオッズは{odds.ratio:.2f}倍(95%区間 {odds.low:.2f}〜{odds.high:.2f})、点数をそろえると{beside.ratio:.2f}倍"
            f"({beside.low:.2f}〜{beside.high:.2f})。上位2割で離れた割合は、根拠順{found.left_top_evidence:.1f}%、"
            f"点数順{found.left_top_score:.1f}%(差 {found.lift:+.1f}ポイント、{found.lift_low:+.1f}〜{found.lift_high:+.1f})。"
            "関連であり、原因ではありません。"
            + ("関連がはっきりしないため、リスクは根拠の強さで表し、確率には換算していません。" if unclear else "")
        )
    return (
        f"At {found.moments} past moments, {found.owners_left} of {found.owners} owners left within {found.window_days} days. Per 0.1 of "
        f"evidence the odds of leaving are {odds.ratio:.2f} times (95 % interval {odds.low:.2f} to {odds.high:.2f}), with the score held "
        f"equal {beside.ratio:.2f} ({beside.low:.2f} to {beside.high:.2f}). Of the top fifth by evidence {found.left_top_evidence:.1f} % "
        f"left, of the fifth with the lowest scores {found.left_top_score:.1f} % (difference {found.lift:+.1f} points, "
        f"{found.lift_low:+.1f} to {found.lift_high:+.1f}). Associated with, not caused by."
        + (" As that is not clear, risk is the strength of the evidence, not a probability." if unclear else "")
    )


def _unmeasured(found: RiskCheck, *, japanese: bool) -> str:
    if found.state is RiskCheckState.NO_CHURN_DATA:
        if japanese:
            return "解約の記録がないため、リスクは根拠の強さであり、確率ではありません。"
        return "No churn data: risk is the strength of the evidence, not a probability."
    if japanese:
        return f"離れた先が{found.owners_left}件と少ないため、確率には換算していません。リスクは根拠の強さです。"
    return f"Only {found.owners_left} owners left: too few for probabilities; risk is the strength of the evidence."

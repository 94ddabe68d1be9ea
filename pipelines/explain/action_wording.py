"""The check of an action in words: verdict, figures and doubts; Japanese and English, "associated with", never "caused"."""

from voc.actions import Doubt, Evaluation, Measure, Method, Verdict

_MEASURES = {
    Measure.NPS: ("NPS", "NPS"),
    Measure.CSAT: ("CSAT", "CSAT"),
    Measure.CES: ("CES", "CES"),
    Measure.CHURN: ("churn a month", "月間解約率"),
    Measure.RESPONSE_HOURS: ("response time", "応答時間"),
    Measure.RESOLUTION_HOURS: ("resolution time", "解決時間"),
    Measure.ISSUE_SHARE: ("share of comments about the issue", "課題に触れたコメントの割合"),
}
_UNITS = {
    Measure.NPS: ("points", "ポイント"),
    Measure.CSAT: ("percentage points", "ポイント"),
    Measure.CES: ("points", "点"),
    Measure.CHURN: ("percentage points", "ポイント"),
    Measure.RESPONSE_HOURS: ("hours", "時間"),
    Measure.RESOLUTION_HOURS: ("hours", "時間"),
    Measure.ISSUE_SHARE: ("percentage points", "ポイント"),
}
_VERDICTS = {
    Verdict.WORKED: ("worked", "効果あり"),
    Verdict.NO_SIGN: ("no sign", "効果の兆しなし"),
    Verdict.CANNOT_TELL: ("cannot tell yet", "まだ判断できない"),
}
_METHODS = {
    Method.EXPERIMENT: ("experiment (assigned by lot)", "実験(割付あり)"),
    Method.DIFFERENCE: ("difference in differences with a matched group", "対応させた群との差の差"),
    Method.SERIES: ("interrupted series (nobody to compare with)", "中断時系列(比較する群なし)"),
}
_DOUBTS = {
    Doubt.NOT_STARTED: ("the data do not reach its start yet", "データがまだ開始日に達していません"),
    Doubt.TOO_FEW: (
        "too few values or accounts on one side (10 values of 5 accounts or customers needed before and after, in each group)",
        "値または取引先が少なすぎます(各群・前後それぞれに10件・5先以上必要)",
    ),
    Doubt.NO_VARIATION: (
        "the values do not vary, or not apart from the months, so no interval can be given",
        "値にばらつきがない(または月の違いと区別できない)ため、区間を出せません",
    ),
    Doubt.TOO_IMPRECISE: (
        "the data could not have shown an effect that matters",
        "意味のある大きさの効果を見分けられるだけのデータがありません",
    ),
    Doubt.PRE_TREND: ("the groups were already drifting apart before the start", "開始前から両群が離れつつありました"),
    Doubt.PLACEBO: ("false starts before the true one show effects as well", "本当の開始前の偽の開始日でも効果が出てしまいます"),
    Doubt.OTHER_DIRECTION: ("it moved against the expectation", "期待と逆の向きに動きました"),
}


def measure_name(measure: Measure, *, language: str) -> str:
    """Return the name of a measure."""
    return _MEASURES[measure][language == "ja"]


def measure_unit(measure: Measure, *, language: str) -> str:
    """Return the unit of a measure's effects."""
    return _UNITS[measure][language == "ja"]


def verdict_name(verdict: Verdict, *, language: str) -> str:
    """Return the verdict in words."""
    return _VERDICTS[verdict][language == "ja"]


def method_name(method: Method, *, language: str) -> str:
    """Return the method in words."""
    return _METHODS[method][language == "ja"]


def doubt_wording(doubt: Doubt, *, language: str) -> str:
    """Return why a check does not say more."""
    return _DOUBTS[doubt][language == "ja"]


def evaluation_wording(found: Evaluation, measure: Measure, *, language: str) -> str:
    """Return what a check says, in one sentence with n, interval and smallest detectable effect.

    Parameters
    ----------
    found
        The check.
    measure
        What it is about.
    language
        ``ja``; anything else is answered in English.
    """
    japanese = language == "ja"
    verdict, name = verdict_name(found.verdict, language=language), measure_name(measure, language=language)
    unit = measure_unit(measure, language=language)
    doubts = ("、" if japanese else "; ").join(doubt_wording(doubt, language=language) for doubt in found.doubts)
    if found.estimate is None:
        return f"{verdict}:{doubts}。" if japanese else f"{verdict.capitalize()}: {doubts}."
    one = found.estimate
    if japanese:
        tail = f"。{doubts}" if doubts else ""
        return (
            f"{verdict}:この施策は{name}の{one.value:+.1f}{unit}の変化と関連しています(95%区間 {one.low:+.1f}〜{one.high:+.1f}、"
            f"見分けられる最小の効果 {one.smallest:.1f}{unit}、施策側{found.treated_clusters}先・比較側{found.control_clusters}先){tail}。"
        )
    tail = f"; {doubts}" if doubts else ""
    return (
        f"{verdict.capitalize()}: the action is associated with a change of {one.value:+.1f} {unit} in {name} (95 % interval "
        f"{one.low:+.1f} to {one.high:+.1f}; smallest detectable effect {one.smallest:.1f}; {found.treated_clusters} reached, "
        f"{found.control_clusters} compared){tail}."
    )

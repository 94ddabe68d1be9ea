"""Wording of a model check: a ratio in a sentence, with what it rests on; or why there is none. Associated with, never causes."""

from collections.abc import Sequence

from voc.drivers import Driver
from voc.model_checks import FittedModel, ModelCheck, ModelKind, ModelState

_RATIOS = {
    ModelKind.ORDINAL: ("the odds of a better answer are {0} times as high with it", "より良い回答のオッズは、触れたコメントで{0}倍"),
    ModelKind.LOGIT: (
        "the odds of leaving within 180 days are {0} times as high with it",
        "180日以内に解約するオッズは、触れたコメントで{0}倍",
    ),
    ModelKind.COX: (
        "once it was named, the rate of leaving is {0} times as high as of those who have not named it",
        "触れた後に解約する率（ハザード）は、触れていない取引先の{0}倍",
    ),
}
_MODELS = {
    ModelKind.ORDINAL: ("ordinal logit", "順序ロジット"),
    ModelKind.LOGIT: ("logit", "ロジット"),
    ModelKind.COX: ("Cox", "Cox"),
}
_REASONS = {
    ModelState.NO_VALUES: (
        "nobody who wrote has a value (for Cox: a start date, and somebody who left)",
        "値（Coxでは開始日と解約）がありません",
    ),
    ModelState.NOT_ENOUGH: (
        "too few comments or accounts with it or without it",
        "触れた、または触れていないコメント・取引先が少なすぎます",
    ),
    ModelState.FEW_EVENTS: ("{events} events, {needed} needed", "イベント{events}件（{needed}件必要）"),
    ModelState.SEPARATION: (
        "the issue and the outcome, or the issue and what is held equal, coincide, so that the ratio has no finite value",
        "課題と結果（または揃える条件）が完全に重なり、比が有限の値になりません",
    ),
    ModelState.NOT_CONVERGED: ("the fit does not come to an end", "計算が収束しません"),
}
_CONTROLS_JA = {"segment": "セグメント", "source": "媒体", "role": "役割", "quarter": "四半期"}


def check_lines(check: ModelCheck, *, language: str) -> list[str]:
    """Return a sentence for each model, and whether it points where the linear difference does."""
    japanese = language == "ja"
    if not check.models:
        english = "For this KPI the difference of the means is the fitting model."
        return ["この指標では平均の差がそのまま適切なモデルです。" if japanese else english]
    said = _japanese if japanese else _english
    return [said(model, agrees(model, check.linear)) for model in check.models]


def agrees(model: FittedModel, linear: Driver | None) -> bool | None:
    """Return whether a model points the same way as the linear difference; None where one of them has no figure."""
    if model.ratio is None or linear is None or linear.adjusted is None:
        return None
    return (model.ratio > 1) == (linear.adjusted > 0)


def _english(model: FittedModel, same: bool | None) -> str:  # noqa: FBT001  # private
    name = _MODELS[model.model][0]
    if model.ratio is None or model.low is None or model.high is None:
        reason = _REASONS[model.state][0].format(events=model.events, needed=model.events_needed)
        return f"{name}: cannot be fitted: {reason}."
    what = _RATIOS[model.model][0].format(_number(model.ratio))
    of = "accounts" if model.model is ModelKind.COX else "comments"
    facts = [f"{model.n_with} of {model.n} {of}", f"{model.events} events", *_kept(model.held_equal, "{} held equal")]
    facts += _kept(model.not_held_equal, "too few events to hold {} equal")
    facts += [f"{count} levels of {control} taken together" for control, count in model.pooled.items()]
    beside = {True: " The linear difference points the same way.", False: " The linear difference points the other way.", None: ""}[same]
    interval = f"[{_number(model.low)}, {_number(model.high)}]"
    return f"{name}: {what} {interval} ({'; '.join(facts)}; clustered by account). Associated with, not caused by.{beside}"


def _japanese(model: FittedModel, same: bool | None) -> str:  # noqa: FBT001  # private
    name = _MODELS[model.model][1]
    if model.ratio is None or model.low is None or model.high is None:
        reason = _REASONS[model.state][1].format(events=model.events, needed=model.events_needed)
        return f"{name}: 推定できません: {reason}。"
    what = _RATIOS[model.model][1].format(_number(model.ratio))
    unit = "社" if model.model is ModelKind.COX else "件"
    facts = [f"{model.n}{unit}中{model.n_with}{unit}", f"イベント{model.events}件"]
    facts += _kept([_CONTROLS_JA[one] for one in model.held_equal], "{}をそろえて比較", "・")
    facts += _kept([_CONTROLS_JA[one] for one in model.not_held_equal], "{}はイベント不足のためそろえていません", "・")
    facts += [f"{_CONTROLS_JA[control]}の{count}区分は合算" for control, count in model.pooled.items()]
    beside = {True: "平均の差と同じ向きです。", False: "平均の差とは逆の向きです。", None: ""}[same]
    interval = f"[{_number(model.low)}, {_number(model.high)}]"
    return f"{name}: {what}{interval}（{'、'.join(facts)}、区間は取引先単位）。関連であり、原因を示すものではありません。{beside}"


def _kept(names: Sequence[str], sentence: str, between: str = ", ") -> list[str]:
    return [sentence.format(between.join(names))] if names else []


def _number(ratio: float) -> str:
    """Write a ratio with two telling digits."""
    return f"{ratio:.2g}" if ratio < 10 else f"{min(ratio, 9999):.0f}"  # noqa: PLR2004  # from here on no digit behind the point tells anything

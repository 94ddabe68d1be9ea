"""Ledger wording: a change and its terms in sentences. They say what goes with the change, never what caused it."""

from pipelines.explain.wording import CLEAR_Q, kpi_name, kpi_unit
from voc.kpis import Kpi
from voc.ledger import Drill, Grouping, Ledger, LedgerSide, LedgerState, LedgerTerm, Question, TermKind

_GROUPINGS = {
    Grouping.SEGMENT: ("segments", "セグメント"),
    Grouping.SOURCE: ("sources", "媒体"),
    Grouping.LANGUAGE: ("languages", "言語"),
    Grouping.ROLE: ("roles", "役割"),
    Grouping.JOURNEY_STAGE: ("journey stages", "ジャーニー段階"),
}


def grouping_name(grouping: Grouping, *, language: str) -> str:
    """Return what the groups are, in the plural."""
    return _GROUPINGS[grouping][language == "ja"]


def shortage(found: Ledger, *, language: str) -> str:
    """Return why a ledger has no terms; empty where it has."""
    if found.state is LedgerState.OK:
        return ""
    if language == "ja":
        return f"スコアが前{found.before.n}件・後{found.after.n}件で、内訳を出すには足りません（それぞれ10件以上必要）"
    return found.note


def headline(found: Ledger, *, language: str) -> str:
    """Return how the KPI differs, with n and interval."""
    name, unit = kpi_name(found.kpi, language=language), kpi_unit(found.kpi, language=language)
    before, after, change = found.before, found.after, found.change
    if change is None or before.value is None or after.value is None:
        return f"{name}は比較できません" if language == "ja" else f"{name} cannot be compared: {found.note}."
    interval = "" if found.low is None or found.high is None else f"[{found.low:+.1f}, {found.high:+.1f}]"
    if language == "ja":
        moved = "変わりませんでした" if change == 0 else f"{abs(change):.1f}{unit}{'上がりました' if change > 0 else '下がりました'}"
        facts = f"{before.value:.1f} → {after.value:.1f}、n = {before.n} / {after.n}" + (f"、95%区間 {interval}" if interval else "")
        return f"{name}は{moved}（{facts}）"
    moved = "did not move" if change == 0 else f"{'rose' if change > 0 else 'fell'} by {abs(change):.1f} {unit}".rstrip()
    facts = f"from {before.value:.1f} to {after.value:.1f}, n = {before.n} and {after.n}" + (
        f", 95 % interval {interval}" if interval else ""
    )
    return f"{name} {moved} ({facts})"


def term_name(term: LedgerTerm, *, grouping: Grouping, kpi: Kpi, language: str) -> str:
    """Return what a term is about in a few words."""
    japanese = language == "ja"
    if term.kind is TermKind.MIX:
        groups = grouping_name(grouping, language=language)
        return f"回答者の{groups}構成の違い" if japanese else f"Other {groups} answered"
    if term.kind is TermKind.UNEXPLAINED or term.issue is None or term.figures is None:
        return "課題でも構成でも説明できない変化" if japanese else "Not explained by issues or mix"
    name, figures = term.issue.name, term.figures
    if term.kind is TermKind.PREVALENCE:
        shares = f"{figures.within_before:.1%} → {figures.within_after:.1%}"
        more = figures.within_after > figures.within_before
        if japanese:
            return f"「{name}」への言及が{'増えた' if more else '減った'}（{shares}）"
        return f"{name}: named {'more' if more else 'less'} often ({shares})"
    lower = figures.effect_after < figures.effect_before
    effects = f"{figures.effect_before:+.1f} → {figures.effect_after:+.1f}"
    measure = kpi_name(kpi, language=language)
    if japanese:
        return f"「{name}」に触れたコメントの{measure}が{'下がった' if lower else '上がった'}（{effects}）"
    return f"{name}: its comments give {'lower' if lower else 'higher'} {measure} ({effects})"


def quotes_of(drill: Drill, question: Question, *, language: str) -> str:
    """Return of which side the quotes of an opened issue are, where they are not of the later one; else empty."""
    if drill.quotes_from is LedgerSide.AFTER:
        return ""
    if question.against is not None:
        english = f"Said in {question.against}, nothing in {question.segment}"
        return f"{question.against}の声（{question.segment}にはなし）" if language == "ja" else english
    return "前の期間の声（後の期間にはなし）" if language == "ja" else "Said before, nothing after"


def is_clear(term: LedgerTerm) -> bool:
    """Whether the term holds: at the stated false-discovery rate, or, for the mix and the rest, with an interval beside 0."""
    if term.q is not None:
        return term.q <= CLEAR_Q
    return term.low is not None and term.high is not None and (term.low > 0 or term.high < 0) and term.issue is None

"""Wording: a driver in a sentence. It says "associated with", never what caused what or what would happen if.

Notes without numbers are constants and have a translation here; notes with numbers follow from the driver's own counts, so that
the same driver can be read in both languages.
"""

from voc.drivers import Driver, DriverState, Verdict
from voc.kpis import AccountKpi, Kpi

MIN_WITH = 10
MIN_WITHOUT = 10
MIN_ACCOUNTS = 5
CLEAR_Q = 0.05
"""An association is called one up to this false-discovery rate."""

NOT_SEPARABLE = "cannot be told apart from its segment, source, role or quarter; the difference is not adjusted"
ONE_ANSWER = "every comment about it has the same score; the interval is narrower than it should be"
_NOTES_JA = {
    NOT_SEPARABLE: "セグメント・媒体・役割・四半期の違いと区別できないため、調整前の差です",
    ONE_ANSWER: "この課題に触れたコメントのスコアがすべて同じため、区間は実際より狭く出ています",
}
_KPI_EN: dict[Kpi | AccountKpi, str] = {
    Kpi.NPS: "NPS",
    Kpi.CSAT: "CSAT",
    Kpi.CES: "CES",
    Kpi.CHURN: "churn",
    Kpi.RESPONSE_HOURS: "response time",
    Kpi.RESOLUTION_HOURS: "resolution time",
    Kpi.REVENUE: "revenue",
    AccountKpi.LOGO_CHURN: "logo churn",
    AccountKpi.RETENTION: "retention",
    AccountKpi.REVENUE_CHURN: "revenue churn",
    AccountKpi.NRR: "NRR",
    AccountKpi.EXPANSION: "expansion",
    AccountKpi.CLV: "CLV",
}
_KPI_JA = _KPI_EN | {
    Kpi.CHURN: "解約率",
    Kpi.RESPONSE_HOURS: "応答時間",
    Kpi.RESOLUTION_HOURS: "解決時間",
    Kpi.REVENUE: "売上",
    AccountKpi.LOGO_CHURN: "解約率(社数)",
    AccountKpi.RETENTION: "継続率(社数)",
    AccountKpi.REVENUE_CHURN: "解約率(金額)",
    AccountKpi.NRR: "NRR(売上継続率)",
    AccountKpi.EXPANSION: "拡大率(金額)",
    AccountKpi.CLV: "CLV(顧客生涯価値)",
}
_UNITS = {
    Kpi.NPS: ("points", "ポイント"),
    Kpi.CSAT: ("percentage points", "ポイント"),
    Kpi.CES: ("points", "点"),
    Kpi.CHURN: ("percentage points", "ポイント"),
    Kpi.RESPONSE_HOURS: ("hours", "時間"),
    Kpi.RESOLUTION_HOURS: ("hours", "時間"),
}


_VERDICTS = {
    Verdict.ISOLATED: ("isolated: one kind of voice", "限定的（1種類の声のみ）"),
    Verdict.SYSTEMIC: ("systemic: several kinds of voice", "広範（複数の種類の声）"),
    Verdict.CANNOT_TELL: ("isolated or systemic: cannot tell", "限定的か広範か判断できない"),
}


def kpi_name(kpi: Kpi | AccountKpi, *, language: str) -> str:
    """Return the KPI's name for a reader of the language (ja, else English)."""
    return (_KPI_JA if language == "ja" else _KPI_EN)[kpi]


def kpi_unit(kpi: Kpi, *, language: str) -> str:
    """Return the unit of a difference of the KPI; empty for revenue, whose currency is the sender's."""
    english, japanese = _UNITS.get(kpi, ("", ""))
    return japanese if language == "ja" else english


def verdict_name(verdict: Verdict, *, language: str) -> str:
    """Return whether an issue is confined to one kind of voice, in words."""
    english, japanese = _VERDICTS[verdict]
    return japanese if language == "ja" else english


def shortfall(driver: Driver, *, language: str) -> str:
    """Return which minimum the driver misses, with both numbers; where it misses none, that the scores do not vary between accounts."""
    without = driver.n - driver.n_with
    if driver.n_with < MIN_WITH:
        japanese = f"スコア付きコメント{driver.n_with}件({MIN_WITH}件以上必要)"
        english = f"{_comments(driver.n_with)} with a score, {MIN_WITH} needed"
    elif driver.clusters_with < MIN_ACCOUNTS:
        japanese = f"取引先{driver.clusters_with}社({MIN_ACCOUNTS}社以上必要)"
        english = f"{_accounts(driver.clusters_with)}, {MIN_ACCOUNTS} needed"
    elif without < MIN_WITHOUT:
        japanese = f"触れていないコメントのスコアが{without}件({MIN_WITHOUT}件以上必要)"
        english = f"{_comments(without)} without it with a score, {MIN_WITHOUT} needed"
    else:
        japanese = "取引先の間でスコアにばらつきがないため、区間を出せません"
        english = "the scores do not vary between accounts, so no interval can be given"
    return japanese if language == "ja" else english


def note(driver: Driver, *, language: str) -> str:
    """Return the driver's note in the language: its shortfall, or the caution beside its figures; empty where there is none."""
    if driver.state is DriverState.NOT_ENOUGH:
        return shortfall(driver, language=language)
    return _NOTES_JA.get(driver.note, driver.note) if language == "ja" else driver.note


def wording(driver: Driver, *, language: str) -> str:
    """Return what the driver says, in one sentence with n, 95 % interval and false-discovery rate.

    Parameters
    ----------
    driver
        As measured.
    language
        ``ja``; anything else is answered in English.
    """
    if driver.state is DriverState.NOT_ENOUGH:
        name, reason = driver.issue.name, shortfall(driver, language=language)
        return f"「{name}」はデータ不足です: {reason}。" if language == "ja" else f"{name}: not enough data, {reason}."
    adjusted = driver.adjusted is not None
    shown = (
        (driver.adjusted, driver.adjusted_low, driver.adjusted_high)
        if adjusted
        else (driver.difference, driver.difference_low, driver.difference_high)
    )
    size, low, high = (0.0 if number is None else number for number in shown)
    sentence = _japanese if language == "ja" else _english
    return sentence(driver, size=size, low=low, high=high)


def _english(driver: Driver, *, size: float, low: float, high: float) -> str:
    """Return the sentence in English."""
    name, unit = kpi_name(driver.kpi, language="en"), kpi_unit(driver.kpi, language="en")
    facts = f"95 % interval {low:+.1f} to {high:+.1f}; {driver.n_with} of {driver.n} scored comments; {_rate(driver)}"
    equal = ", segment, source, role and quarter held equal" if driver.adjusted is not None else f"; {note(driver, language='en')}"
    if not _clear(driver):
        return f"{driver.issue.name}: no clear association with {name} ({size:+.1f} {unit}, {facts}{equal})."
    side = "lower" if size < 0 else "higher"
    return f"Comments about {driver.issue.name} are associated with {abs(size):.1f} {unit} {side} {name} ({facts}{equal})."


def _japanese(driver: Driver, *, size: float, low: float, high: float) -> str:
    """Return the sentence in Japanese."""
    name, unit = kpi_name(driver.kpi, language="ja"), kpi_unit(driver.kpi, language="ja")
    facts = f"95%区間 {low:+.1f}〜{high:+.1f}、スコア付き{driver.n}件中{driver.n_with}件、{_rate(driver)}"
    equal = "、セグメント・媒体・役割・四半期をそろえて比較" if driver.adjusted is not None else f"、{note(driver, language='ja')}"
    if not _clear(driver):
        return f"「{driver.issue.name}」と{name}には、はっきりした関連は見られません(差 {size:+.1f}{unit}、{facts}{equal})。"
    side = "低い" if size < 0 else "高い"
    return f"「{driver.issue.name}」に触れたコメントは、{name}が{abs(size):.1f}{unit}{side}ことと関連しています({facts}{equal})。"


def _clear(driver: Driver) -> bool:
    """Whether the association holds at the stated false-discovery rate."""
    return driver.q is not None and driver.q <= CLEAR_Q


def _rate(driver: Driver) -> str:
    """Return the false-discovery rate with three decimals, never as a bare zero."""
    q = 1.0 if driver.q is None else driver.q
    smallest = 0.001
    return "q < 0.001" if q < smallest else f"q = {q:.3f}"


def _comments(count: int) -> str:
    """Return the number of comments in English."""
    return f"{count} comment" if count == 1 else f"{count} comments"


def _accounts(count: int) -> str:
    """Return the number of accounts in English."""
    return f"{count} account" if count == 1 else f"{count} accounts"

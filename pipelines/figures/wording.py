"""Wording of figures: what kinds, parts and questions are called, in both languages."""

from pipelines.explain.concern_wording import reason_name
from pipelines.explain.ledger_wording import grouping_name
from pipelines.explain.room_wording import flag_name
from pipelines.explain.wording import kpi_name
from voc.account_room import FlagKind
from voc.concerns import Reason
from voc.kpis import AccountKpi, Kpi
from voc.ledger import Grouping
from voc.provenance import FigureKind

_KINDS = {
    FigureKind.COMMENT_COUNT: ("Number of comments", "コメント数"),
    FigureKind.ROW_ACCOUNTING: ("Rows of imported files", "取り込みファイルの行数"),
    FigureKind.KPI_LEVEL: ("Level of a KPI", "KPIの水準"),
    FigureKind.ISSUE_SHARE: ("Share of an issue", "課題の割合"),
    FigureKind.UNASSIGNED_SHARE: ("Share without an issue", "どの課題にも当てはまらない割合"),
    FigureKind.UNASSIGNED_SENTENCES: ("Share of sentences without a topic", "トピックのない文の割合"),
    FigureKind.DRIVER_EFFECT: ("Association with a KPI", "KPIとの関連"),
    FigureKind.MODEL_RATIO: ("Association with a KPI, by the fitting model", "KPIとの関連(適切なモデル)"),
    FigureKind.ALERT_ACCOUNTS: ("Accounts in an alert", "アラートの取引先数"),
    FigureKind.ACTION_EFFECT: ("Effect beside an action", "施策に伴う変化"),
    FigureKind.LEDGER_TERM: ("Term of a KPI's change", "KPIの変化の項目"),
    FigureKind.KPI_PERIOD: ("A KPI in a period", "期間ごとのKPI"),
    FigureKind.QUEUE_RISK: ("Risk of an entry of the queue", "キューの対象者のリスク"),
    FigureKind.AUDITED_SHARE: ("Share of a tag, corrected", "補正後のタグの割合"),
    FigureKind.ACCOUNT_MOOD: ("Mood of an account", "取引先の調子"),
    FigureKind.QUEUE_CHECK: ("How the queue went together with leaving", "キューと離脱の関連"),
    FigureKind.NEGATIVE_SHARE: ("Share of negative comments", "ネガティブなコメントの割合"),
    FigureKind.LEFT_SHARE: ("Share of accounts that left", "離れた取引先の割合"),
    FigureKind.EMERGING_TOPIC: ("Voices of a topic that grows", "増えているトピックの声の数"),
    FigureKind.ISSUE_REACH: ("Accounts an issue touches", "課題に触れた取引先数"),
}
_PARTS = {
    "no_signal": ("Without a signal", "内容なし"),
    "duplicates": ("Repeats of the same voice", "同じ声の重複"),
    "not_analysed": ("Not analysed yet", "未分析"),
    "customers": ("Customers", "顧客数"),
    "accounts": ("Accounts or customers", "取引先・顧客数"),
    "language_ja": ("Japanese", "日本語"),
    "language_en": ("English", "英語"),
    "language_mixed": ("Mixed ja/en", "日英混在"),
    "language_other": ("Other languages", "その他の言語"),
    "new": ("New", "新規"),
    "rejected": ("Rejected", "却下"),
    "clusters": ("Accounts", "取引先数"),
    "volume": ("Comments", "コメント数"),
    "negative": ("Negative", "ネガティブ"),
    "neutral": ("Neutral", "中立"),
    "positive": ("Positive", "ポジティブ"),
    "mixed": ("Mixed", "混在"),
    "recent": ("Comments in the recent period", "直近期間のコメント数"),
    "recent_total": ("All comments in the recent period", "直近期間の全コメント数"),
    "previous": ("Comments in the period before", "前期間のコメント数"),
    "previous_total": ("All comments in the period before", "前期間の全コメント数"),
    "change": ("Change against the period before", "前期間との差"),
    "year_change": ("Change against a year ago", "前年同期との差"),
    "share": ("Share", "割合"),
    "n_with": ("Values with the issue", "課題ありの値の数"),
    "clusters_with": ("Accounts with the issue", "課題ありの取引先数"),
    "mean_with": ("Mean with the issue", "課題ありの平均"),
    "mean_without": ("Mean without the issue", "課題なしの平均"),
    "difference": ("Difference, not adjusted", "差(調整なし)"),
    "p": ("p", "p"),
    "q": ("q (false-discovery rate)", "q(偽発見率)"),
    "threshold": ("Accounts needed", "必要な取引先数"),
    "events": ("Events", "イベント数"),
    "events_needed": ("Events needed", "必要なイベント数"),
    "meaningful": ("Change that matters", "意味のある変化"),
    "pre_trend": ("Before the start", "開始前の差"),
    "false_groups": ("False groups", "偽のグループ"),
    "false_groups_seen": ("False groups that show an effect", "変化が出た偽のグループ"),
    "smallest": ("Smallest change that would show", "検出できる最小の変化"),
    "n_before": ("n before", "前のn"),
    "n_after": ("n after", "後のn"),
    "treated_clusters": ("Accounts with the action", "施策対象の取引先数"),
    "control_clusters": ("Accounts compared with", "比較対象の取引先数"),
    "before": ("Before", "前"),
    "after": ("After", "後"),
    "share_before": ("Share before", "前の割合"),
    "share_after": ("Share after", "後の割合"),
    "value_before": ("Value before", "前の値"),
    "value_after": ("Value after", "後の値"),
    "within_before": ("Share before, groups alike", "前の割合(構成をそろえた値)"),
    "within_after": ("Share after, groups alike", "後の割合(構成をそろえた値)"),
    "effect_before": ("Difference beside the others, before", "前の他コメントとの差"),
    "effect_after": ("Difference beside the others, after", "後の他コメントとの差"),
    "evidence": ("Strength of the reasons", "理由の強さ"),
    "revenue": ("Revenue a year", "年間売上"),
    "revenue_of": ("Accounts whose revenue is known", "売上が分かる取引先数"),
    "heard_survey": ("Surveys, naming the issue", "アンケート:触れたコメント数"),
    "heard_survey_total": ("Surveys, all comments", "アンケート:全コメント数"),
    "heard_survey_clusters": ("Surveys, accounts or customers naming it", "アンケート:触れた取引先・顧客数"),
    "heard_support": ("Support, naming the issue", "サポート:触れたコメント数"),
    "heard_support_total": ("Support, all comments", "サポート:全コメント数"),
    "heard_support_clusters": ("Support, accounts or customers naming it", "サポート:触れた取引先・顧客数"),
    "heard_public": ("Posts and reviews, naming the issue", "投稿・レビュー:触れたコメント数"),
    "heard_public_total": ("Posts and reviews, all comments", "投稿・レビュー:全コメント数"),
    "heard_public_clusters": ("Posts and reviews, accounts or customers naming it", "投稿・レビュー:触れた取引先・顧客数"),
    "counted": ("Comments with the tag, as counted", "タグのあるコメント数(補正前)"),
    "read_with": ("Read with the tag", "監査済み(タグあり)"),
    "read_without": ("Read without the tag", "監査済み(タグなし)"),
    "precision": ("Precision", "適合率"),
    "recall": ("Recall", "再現率"),
    "without": ("Sentences without a topic", "トピックのない文の数"),
    "impact": ("Impact: share times difference", "影響: 割合×差"),
    "clusters_before": ("Accounts before", "前の取引先数"),
    "clusters_after": ("Accounts after", "後の取引先数"),
    "left_aside": ("Issues too rare to look at", "少なすぎて調べない課題の数"),
    "left": ("Left", "離れた数"),
    "deciders_known": ("Deciders known", "分かっている決裁者"),
    "deciders_in_window": ("Deciders heard", "発言した決裁者"),
    "deciders_of_late": ("Deciders heard of late", "最近発言した決裁者"),
    "open_complaints": ("Open complaints", "未解消の苦情"),
    "days_to_renewal": ("Days to renewal", "更新までの日数"),
    "window_days": ("Days followed", "追跡した日数"),
    "moments": ("Past moments", "過去の時点数"),
    "people": ("Looked at", "調べた対象者数"),
    "owners_left": ("Left", "離れた数"),
    "left_top_evidence": ("Left of the fifth with most evidence, %", "根拠の強い上位2割で離れた割合(%)"),
    "left_top_score": ("Left of the fifth with the lowest scores, %", "点数の低い下位2割で離れた割合(%)"),
    "left_all": ("Left of all, %", "全体で離れた割合(%)"),
    "odds": ("Odds per 0.1 of evidence", "根拠0.1あたりのオッズ"),
    "odds_beside_score": ("Odds per 0.1 of evidence, scores equal", "根拠0.1あたりのオッズ(点数をそろえた値)"),
    "score_odds": ("Odds per tenth of the score downwards", "点数が1割下がるごとのオッズ"),
    "expected": ("Expected", "予想される数"),
    "chance": ("Probability, had nothing changed", "変化がない場合に起こる確率"),
    "heard_weight": ("Weight of the roles heard", "発言のあった役割の重み"),
    "plain": ("Plain mean of all comments", "全コメントの単純平均"),
}
_ASKED = {
    "by": ("Issues", "課題の種類"),
    "mix": ("Mix of", "構成の単位"),
    "segment": ("Segment", "セグメント"),
    "against": ("Compared with segment", "比較するセグメント"),
    "term": ("Term", "項目"),
    "group": ("Group", "グループ"),
    "pooled": ("Small groups together", "小さなグループの合算"),
    "line": ("They share", "共通点"),
    "name": ("Named", "名称"),
    "series": ("KPI", "KPI"),
    "span": ("Periods", "期間の単位"),
    "fiscal_start": ("Fiscal year begins in month", "年度の開始月"),
    "period": ("Period", "期間"),
    "subject": ("Whose", "対象"),
    "account": ("Account", "取引先"),
    "at": ("As of", "時点"),
    "days": ("Days looked back on", "さかのぼる日数"),
    "quiet_days": ("Silent after days", "沈黙とみなす日数"),
    "count": ("Counted", "数え方"),
    "topic": ("Topic", "トピック"),
    "model": ("Model", "モデル"),
    "source": ("Source", "媒体"),
    "role": ("Role", "役割"),
    "quarter": ("Quarter", "四半期"),
    "alert": ("Alert", "アラート"),
    "action": ("Action", "施策"),
    "models": ("Models", "モデル"),
    "taxonomy": ("Taxonomy", "タグ体系"),
    "topics": ("Discovery of the topics", "トピックの抽出"),
    "topic_edits": ("Edits of topics", "トピックの編集"),
    "corrections": ("Corrections of tags", "タグの訂正"),
}
_VALUES = {
    "by": {
        "tags": ("tags", "タグ"),
        "topics": ("topics", "トピック"),
        "both": ("tags and topics", "タグとトピック"),
        "aspects": ("aspects", "大分類"),
    },
    "span": {"month": ("months", "月次"), "quarter": ("fiscal quarters", "四半期"), "year": ("fiscal years", "年度")},
    "line": {
        "reason": ("another issue", "別の課題"),
        "group": ("group", "グループ"),
        "product": ("product", "製品"),
        "release": ("release", "リリース"),
    },
    "model": {"ordinal": ("ordinal logit", "順序ロジット"), "logit": ("logit", "ロジット"), "cox": ("Cox", "Cox")},
    "count": {"alone": ("number only", "件数のみ")},
    "pooled": {"0": ("no", "いいえ"), "1": ("yes", "はい")},
    "term": {
        "change": ("the whole change", "変化の全体"),
        "group": ("one group's part of the mix", "構成のうち1グループの分"),
        "mix": ("mix: other groups answered", "回答者の構成"),
        "prevalence": ("the issue is named more or less often", "課題の頻度"),
        "score": ("comments about the issue score otherwise", "課題内の評価"),
        "line": ("comments about the issue that share something", "課題のコメントのうち共通点のあるもの"),
        "unexplained": ("not explained by issues or mix", "課題・構成では説明されない分"),
    },
}
_ENDS = {
    "_low": (", from", "(区間下限)"),
    "_high": (", to", "(区間上限)"),
    ".n": (", n", "(n)"),
    ".p": (", p", "(p)"),
    ".smallest": (", smallest that would show", "(検出できる最小の変化)"),
    ".accounts": (", accounts", "(取引先数)"),
    ".reached": (", reached", "(対象)"),
    ".others": (", compared with", "(比較対象)"),
}

_FACTS = {
    "days": ("days", "日数"),
    "usual_days": ("usual days", "ふだんの間隔(日)"),
    "earlier": ("earlier half", "前半"),
    "later": ("later half", "後半"),
    "points": ("points", "回数"),
    "n": ("n", "n"),
    "p": ("p", "p"),
    "others": ("others", "ほかの人"),
    "others_n": ("number of others", "ほかの人数"),
    "score": ("score", "点数"),
    "gap": ("below the usual tone", "ふだんの口調との差"),
    "reads_like": ("reads like", "文面の相当点"),
    "hedges": ("hedges", "控えめな言い回しの数"),
    "probability": ("probability", "確率"),
    "tone": ("tone", "口調"),
    "complaints": ("complaints", "苦情の数"),
    "happier_tone": ("happier role", "調子のよい役割"),
    "sourer_tone": ("sourer role", "調子の悪い役割"),
    "difference": ("difference", "差"),
    "low": ("from", "区間下限"),
    "high": ("to", "区間上限"),
}
"""Numbers that reasons of the queue and flags of an account room are told in."""
_ROLES = {
    "decider": ("Deciders", "決裁者"), "buyer": ("Buyers", "購買担当"), "admin": ("Administrators", "管理者"), "user": ("Users", "利用者"),
    "unknown": ("Role unknown", "役割不明"),
}  # fmt: skip
_OF_FACTS = ("reason_", "flag_")
_STARTS = {
    "tone_": ("Tone: ", "調子: "),
    "people_": ("People: ", "人数: "),
    "role_": ("Weight of the role: ", "役割の重み: "),
    "reason_": ("", ""),
    "flag_": ("", ""),
    "weight_": ("Weight: ", "重み: "),
    "difference_": ("Difference, corrected: ", "補正後の差: "),
    "false_start_": ("False start ", "偽の開始日 "),
    "pooled_": ("Levels taken together: ", "まとめた水準: "),
}


def kind_name(kind: FigureKind, *, language: str) -> str:
    """Return what a kind of figure is called."""
    return _KINDS[kind][language == "ja"]


def part_name(name: str, *, language: str) -> str:
    """Return what a part of a figure, or of its question, is called; months as they are.

    >>> part_name("change_low", language="en"), part_name("2026-04.n", language="ja")
    ('Change against the period before, from', '2026-04(n)')
    """
    japanese = language == "ja"
    known = _PARTS.get(name) or _ASKED.get(name)
    if known is not None:
        return known[japanese]
    for end, words in _ENDS.items():
        if name.endswith(end) and not name.startswith(_OF_FACTS):
            return part_name(name.removesuffix(end), language=language) + words[japanese]
    for start, words in _STARTS.items():
        if name.startswith(start):
            return words[japanese] + _rest(start, name.removeprefix(start), language=language)
    return name


def _rest(start: str, name: str, *, language: str) -> str:
    if start in _OF_FACTS:
        kind, *number, fact = name.split(".")
        named = reason_name(Reason(kind), language=language) if start == "reason_" else flag_name(FlagKind(kind), language=language)
        return f"{named} {' '.join(number)}".rstrip() + f": {_FACTS.get(fact, (fact, fact))[language == 'ja']}"
    if start in ("tone_", "people_", "role_"):
        role, _, day = name.partition(".")
        return f"{_ROLES[role][language == 'ja']} {day}".rstrip()
    if start == "weight_":
        return reason_name(Reason(name), language=language)
    return kpi_name(Kpi(name), language=language) if start == "difference_" else part_name(name, language=language)


def value_name(name: str, value: str, *, language: str) -> str:
    """Return what a question's member says to a reader; as it is where it is a name of its own."""
    if name == "mix":
        return grouping_name(Grouping(value), language=language)
    if name == "series":
        return kpi_name(AccountKpi(value) if value in set(AccountKpi) else Kpi(value), language=language)
    words = _VALUES.get(name, {}).get(value)
    return value if words is None else words[language == "ja"]

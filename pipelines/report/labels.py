"""Labels: the words of the reports in both languages, shared by the HTML and the Excel writer."""

from voc.taxonomy import Bilingual

_METHOD_EN = (
    "Intervals are 95 %. KPI and difference intervals treat comments of one account as dependent (cluster-robust); shares use"
    " Wilson's, changes of shares Newcombe's interval. q controls the false-discovery rate over all issues of a KPI"
    " (Benjamini–Hochberg). Intervals do not include errors of the models."
)
_METHOD_JA = (
    "区間は95%です。KPIと差の区間は同じ取引先のコメントを独立とみなさず(クラスター頑健)、割合はWilson、割合の変化はNewcombeの方法によります。"
    "qはKPIごとに全課題を通した偽発見率(Benjamini–Hochberg)です。区間にモデルの誤りは含みません。"
)
_WORDS: dict[str, tuple[str, str]] = {
    "title": ("Voice of the customer", "顧客の声レポート"),
    "period": ("Period", "対象期間"),
    "created": ("Created", "作成日時"),
    "summary": ("Summary", "概要"),
    "coverage": ("What the figures rest on", "集計の前提"),
    "comments": ("Comments", "コメント数"),
    "customers": ("Customers", "顧客数"),
    "accounts": ("Accounts", "取引先数"),
    "voices": ("Accounts or customers", "取引先・顧客数"),
    "language_ja": ("Japanese", "日本語"),
    "language_en": ("English", "英語"),
    "language_mixed": ("Mixed ja/en", "日英混在"),
    "language_other": ("Other languages", "その他の言語"),
    "no_signal": ('Without a signal ("none", "n/a", emoji only)', "内容なし(「特になし」、絵文字のみなど)"),
    "duplicates": ("Repeats of the same voice (counted once)", "同じ声の重複(1件として集計)"),
    "not_analysed": ("Not analysed yet", "未分析"),
    "unassigned": ("Without any issue", "どの課題にも当てはまらない割合"),
    "figures": ("Addresses of the figures", "数値のアドレス"),
    "figures_how": (
        "Every number has an address (hover to see it; all are in the Excel report). /figures/ADDRESS tells its comments and if it holds.",
        "数値にはすべてアドレスがあります(カーソルを合わせて表示、一覧は Excel 版)。/figures/アドレス で根拠と有効性を確認できます。",
    ),
    "figures_sheet": ("Figures", "数値"),
    "figure_id": ("Address", "アドレス"),
    "figure_about": ("Question", "問い"),
    "figure_part": ("Part", "項目"),
    "figure_value": ("Number", "数値"),
    "rows": ("Rows in the files", "取込ファイルの行数"),
    "rows_new": ("New", "新規"),
    "rows_duplicate": ("Already known", "登録済み"),
    "rows_rejected": ("Rejected", "却下"),
    "cautions": ("Please note", "ご注意"),
    "kpi": ("KPI", "KPI"),
    "kpi_course": ("by month", "月次推移"),
    "value": ("Value", "値"),
    "interval": ("95 % interval", "95%区間"),
    "low": ("Interval from", "区間下限"),
    "high": ("Interval to", "区間上限"),
    "month": ("Month", "月"),
    "n": ("n", "n"),
    "issues": ("Top issues", "主な課題"),
    "issues_sheet": ("Issues", "課題"),
    "issue": ("Issue", "課題"),
    "kind": ("Kind", "種類"),
    "kind_tag": ("Tag", "タグ"),
    "kind_topic": ("Topic", "トピック"),
    "group": ("Group", "グループ"),
    "volume": ("Comments", "件数"),
    "share": ("Share", "割合"),
    "sentiment": ("Sentiment", "感情"),
    "sentiment_negative": ("Negative", "ネガティブ"),
    "sentiment_neutral": ("Neutral", "中立"),
    "sentiment_positive": ("Positive", "ポジティブ"),
    "sentiment_mixed": ("Mixed", "混在"),
    "trend": ("By month", "月次推移"),
    "change": ("Change", "変化"),
    "change_low": ("Change from", "変化の下限"),
    "change_high": ("Change to", "変化の上限"),
    "significant": ("Clear change", "明確な変化"),
    "previous": ("Before", "前期間"),
    "recent": ("Recent", "直近期間"),
    "up": ("rising", "増加"),
    "down": ("falling", "減少"),
    "unclear": ("no clear change", "明確な変化なし"),
    "too_few": ("too few comments to compare", "比較には件数不足"),
    "points": ("points", "ポイント"),
    "drivers": ("What is associated with the KPIs", "KPIと関連する課題"),
    "drivers_sheet": ("Drivers", "要因"),
    "drivers_how": (
        'Mean KPI of comments about an issue minus that of the others. "Associated with" does not say what caused what.',
        "課題に触れたコメントとそれ以外のコメントのKPI平均の差です。関連を示すもので、原因を示すものではありません。",
    ),
    "difference": ("Difference", "差"),
    "adjusted": ("Adjusted difference", "調整後の差"),
    "adjusted_how": (
        "Adjusted: segment, source, role and quarter held equal.",
        "「調整後」はセグメント・媒体・役割・四半期をそろえた差です。",
    ),
    "mean_with": ("Mean with it", "平均(触れた)"),
    "mean_without": ("Mean without it", "平均(触れていない)"),
    "n_with": ("n with it", "n(触れた)"),
    "accounts_with": ("Accounts with it", "取引先(触れた)"),
    "q": ("q (false-discovery rate)", "q(偽発見率)"),
    "note": ("Note", "備考"),
    "quotes": ("In their own words", "お客様の声"),
    "quotes_sheet": ("Quotes", "原文"),
    "quote": ("Verbatim", "原文"),
    "cut": ("… (continues)", "…(続きあり)"),
    "date": ("Date", "日付"),
    "source": ("Source", "媒体"),
    "source_survey": ("Survey", "アンケート"),
    "source_ticket": ("Ticket", "問い合わせ"),
    "source_post": ("Post", "SNS投稿"),
    "source_review": ("Review", "レビュー"),
    "source_note": ("Front-line note", "現場メモ"),
    "source_call": ("Call", "電話"),
    "language": ("Language", "言語"),
    "who": ("Who", "発言者"),
    "feedback_id": ("Feedback id", "フィードバックID"),
    "alerts": ("Alerts", "アラート"),
    "alert_accounts": ("Distinct accounts", "異なる取引先数"),
    "threshold": ("Threshold", "しきい値"),
    "window_from": ("From", "開始"),
    "window_to": ("To", "終了"),
    "state": ("State", "状態"),
    "state_open": ("Open", "未対応"),
    "state_acknowledged": ("Acknowledged", "確認済み"),
    "state_closed": ("Closed", "完了"),
    "evidence": ("Evidence (feedback ids)", "根拠(フィードバックID)"),
    "method": ("How it was computed", "算出方法"),
    "method_text": (_METHOD_EN, _METHOD_JA),
    "models": ("Models", "モデル"),
    "nothing": ("Nothing to show for this period.", "この期間に表示するデータはありません。"),
    "no_value": ("no data", "データなし"),
    "of": ("of", "/"),
    "yes": ("yes", "はい"),
    "no": ("no", "いいえ"),
}


def label(name: str, *, language: str) -> str:
    """Return the words of that name for a reader of the language (ja, else English)."""
    english, japanese = _WORDS[name]
    return Bilingual(en=english, ja=japanese).in_language(language)


def label_names() -> frozenset[str]:
    """Return the names of all labels."""
    return frozenset(_WORDS)

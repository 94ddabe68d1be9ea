"""Column names: what headers of survey tools, help desks and spreadsheets call each role, in Japanese and English.

Compared without width, case, spaces and punctuation. ``NAMES`` are whole headers; ``WORDS`` may stand anywhere in one (English ones as
whole words).
"""

import re

from pipelines.sources.headers import matching_name
from voc.kpis import Kpi

EMAIL_NAMES = ("email", "emailaddress", "mail", "mailaddress", "メールアドレス", "メール", "eメール", "電子メール")
NAMES: dict[str, frozenset[str]] = {
    "text": frozenset(
        (
            *("text", "comment", "comments", "verbatim", "review", "reviewtext", "reviewbody", "feedback", "body", "message", "content"),
            *("description", "opentext", "freetext", "customercomment", "customercomments", "complaint", "narrative", "note", "notes"),
            *("コメント", "自由記述", "自由記入", "自由回答", "ご意見", "ご意見ご要望", "意見", "原文", "本文", "内容", "感想", "ご感想"),
            *("問い合わせ内容", "お問い合わせ内容", "問合せ内容", "口コミ", "クチコミ", "レビュー", "レビュー本文", "投稿内容", "メモ"),
        )
    ),
    "id": frozenset(
        (
            *("id", "responseid", "feedbackid", "ticketid", "ticketnumber", "reviewid", "caseid", "recordid", "externalid", "commentid"),
            *("回答id", "回答番号", "チケットid", "チケット番号", "問い合わせid", "問い合わせ番号"),
            *("お問い合わせ番号", "受付番号", "管理番号"),
        )
    ),
    "customer": frozenset(
        (
            *("customerid", "customer", "userid", "user", "memberid", "contactid", "respondentid", "clientid", "requesterid"),
            *("顧客id", "顧客番号", "顧客コード", "会員番号", "会員id", "ユーザーid", "ユーザid", "回答者id", "お客様番号", "お客様id"),
        )
    ),
    "email": frozenset(EMAIL_NAMES),
    "account": frozenset(
        (
            *("account", "accountid", "accountname", "organization", "organisation", "organizationid"),
            *("company", "companyname", "companyid"),
            *("取引先", "取引先名", "取引先id", "取引先コード", "会社名", "会社", "企業名", "法人名", "契約id", "契約番号"),
        )
    ),
    "date": frozenset(
        (
            *("date", "datetime", "timestamp", "created", "createdat", "createdon", "createddate", "submitted", "submittedat"),
            *("submissiondate", "responsedate", "postedat", "receivedat", "datereceived", "reviewdate", "answeredat", "surveydate"),
            *("日付", "日時", "回答日", "回答日時", "登録日", "登録日時", "受付日", "受付日時", "投稿日", "投稿日時", "作成日", "作成日時"),
            *("タイムスタンプ", "対応日", "発生日", "送信日時", "受信日時"),
        )
    ),
    "segment": frozenset(
        (
            *("segment", "customersegment", "plan", "tier", "plantype"),
            *("セグメント", "顧客区分", "顧客セグメント", "区分", "会員種別", "プラン", "契約プラン", "顧客種別"),
        )
    ),
    "product": frozenset(("product", "productname", "製品", "製品名", "商品", "商品名", "サービス名", "対象製品", "対象商品")),
    "journey_stage": frozenset(("journeystage", "lifecyclestage", "customerjourney", "ジャーニー段階", "ジャーニー", "ライフサイクル")),
    "touchpoint": frozenset(("touchpoint", "channel", "チャネル", "接点", "顧客接点", "窓口", "店舗", "店舗名", "受付窓口")),
    "source": frozenset(("source", "sourcetype", "medium", "媒体", "情報源", "種別", "入手経路")),
}
WORDS: dict[str, tuple[str, ...]] = {
    "text": ("comment", "comments", "feedback", "verbatim", "narrative", "review", "コメント", "自由記述", "意見", "要望", "感想", "理由"),
    "date": ("date", "timestamp", "日付", "日時"),
}
SCORE_NAMES: dict[Kpi, frozenset[str]] = {
    Kpi.NPS: frozenset(
        ("nps", "npsscore", "likelihoodtorecommend", "recommendationscore", "推奨度", "推奨意向", "おすすめ度", "お勧め度", "npsスコア")
    ),
    Kpi.CSAT: frozenset(("csat", "csatscore", "satisfaction", "overallsatisfaction", "満足度", "総合満足度", "顧客満足度", "ご満足度")),
    Kpi.CES: frozenset(("ces", "cesscore", "customereffortscore", "effortscore", "easeofuse", "解決のしやすさ", "手間の少なさ")),
}
SCORE_WORDS: dict[Kpi, tuple[str, ...]] = {
    Kpi.NPS: ("nps", "推奨度", "推奨意向", "おすすめ度"),
    Kpi.CSAT: ("csat", "満足度"),
    Kpi.CES: ("ces",),
}
RATING_NAMES = frozenset(("rating", "score", "stars", "starrating", "overallrating", "評価", "総合評価", "評点", "星", "点数", "スコア"))

_SIGNS = re.compile(r"[\W_]+")
_ENGLISH = re.compile(r"[a-z]+")


def squeezed(header: str) -> str:
    """Return a header without width, case, spaces and punctuation.

    >>> squeezed("Customer ID"), squeezed("顧客ＩＤ"), squeezed("ご意見・ご要望")
    ('customerid', '顧客id', 'ご意見ご要望')
    """
    return _SIGNS.sub("", matching_name(header))


def holds_word(header: str, words: tuple[str, ...]) -> bool:
    """Return whether one of the words stands in the header: English ones as whole words, Japanese ones anywhere.

    >>> holds_word("Q3: NPS", ("nps",)), holds_word("services", ("ces",)), holds_word("満足した理由", ("理由",))
    (True, False, True)
    """
    plain = matching_name(header)
    english = set(_ENGLISH.findall(plain))
    return any(word in english if word.isascii() else word in plain for word in words)

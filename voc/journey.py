"""Journey stage: where in their journey somebody spoke, by stated rules, never guessed.

The first rule that applies decides:

1. ``given``: the source says the stage itself.
2. ``touchpoint``: the touchpoint's name stands for a stage (``TOUCHPOINTS``; compared without width, case, blanks and punctuation).
3. ``after_leaving``: the day lies after the customer (else the account) left: unknown.
4. ``before_start``: the day lies before the customer (else the account) started: evaluation.
5. ``before_renewal``: the day lies in the 60 days up to the account's renewal date: renewal.
6. ``first_days``: the day lies in the 90 days from the start: onboarding.
7. ``ticket``: it is a support ticket: support.
8. ``after_start``: the day lies later than that: use.
9. ``nothing_known``: unknown.

Days are UTC days. ``voc.store.journey`` says the same in SQL; a test holds the two equal.
"""

import unicodedata
from datetime import date, timedelta
from enum import StrEnum

from voc.customers import Account, Customer
from voc.feedback import Feedback, JourneyStage, Source
from voc.values import Value

RENEWAL_DAYS = 60
ONBOARDING_DAYS = 90


class StageRule(StrEnum):
    """Which rule told the stage."""

    GIVEN = "given"
    TOUCHPOINT = "touchpoint"
    AFTER_LEAVING = "after_leaving"
    BEFORE_START = "before_start"
    BEFORE_RENEWAL = "before_renewal"
    FIRST_DAYS = "first_days"
    TICKET = "ticket"
    AFTER_START = "after_start"
    NOTHING_KNOWN = "nothing_known"


class Staged(Value):
    """A stage and the rule that told it."""

    stage: JourneyStage
    rule: StageRule


TOUCHPOINTS: dict[JourneyStage, tuple[str, ...]] = {
    JourneyStage.AWARENESS: (
        *("ad", "advertisement", "banner", "event", "exhibition", "trade show", "webinar", "seminar", "blog", "newsletter"),
        *("広告", "展示会", "イベント", "セミナー", "ウェビナー", "メルマガ"),
    ),
    JourneyStage.EVALUATION: (
        *("demo", "trial", "free trial", "quote", "estimate", "pricing page", "sales call", "comparison", "proof of concept", "poc"),
        *("デモ", "試用", "トライアル", "無料体験", "見積", "見積もり", "料金ページ", "商談", "比較検討"),
    ),
    JourneyStage.PURCHASE: (
        *("checkout", "order", "purchase", "contract", "signing", "payment"),
        *("購入", "注文", "契約", "申込", "申し込み", "決済"),
    ),
    JourneyStage.ONBOARDING: (
        *("onboarding", "setup", "set-up", "kickoff", "kick-off", "training", "implementation"),
        *("導入", "初期設定", "オンボーディング", "キックオフ", "研修", "トレーニング"),
    ),
    JourneyStage.SUPPORT: (
        *("support", "help desk", "help centre", "help center", "support chat", "support phone", "repair"),
        *("サポート", "ヘルプデスク", "お問い合わせ窓口", "サポートチャット", "サポート電話", "修理"),
    ),
    JourneyStage.RENEWAL: (
        *("renewal", "renewal call", "cancellation", "cancellation form", "exit survey", "churn survey"),
        *("更新", "契約更新", "解約", "解約フォーム", "解約アンケート", "退会アンケート"),
    ),
}
"""Names of touchpoints that stand for a stage. What is not named here says nothing about it (a survey by e-mail, a phone call)."""


def touchpoint_stage(touchpoint: str | None) -> JourneyStage | None:
    """Return the stage a touchpoint's name stands for, or None.

    >>> touchpoint_stage("Help-Desk")
    <JourneyStage.SUPPORT: 'support'>
    """
    return None if touchpoint is None else _STAGE_OF.get(_plain(touchpoint))


def read_stage(text: str) -> JourneyStage | None:
    """Return the stage a source names, in English or Japanese, or None where the word is not known.

    >>> read_stage("評価・継続")
    <JourneyStage.RENEWAL: 'renewal'>
    """
    return _NAMED.get(_plain(text))


def journey_stage(
    day: date, *, source: Source, given: JourneyStage | None, touchpoint: str | None, customer: Customer | None, account: Account | None
) -> Staged:
    """Return where somebody stood on a day.

    Parameters
    ----------
    day
        The UTC day of the comment.
    source, touchpoint
        How it came.
    given
        The stage the source itself named.
    customer, account
        Who spoke, as far as known.
    """
    if given is not None:
        return Staged(stage=given, rule=StageRule.GIVEN)
    named = touchpoint_stage(touchpoint)
    if named is not None:
        return Staged(stage=named, rule=StageRule.TOUCHPOINT)
    return _by_dates(day, ticket=source is Source.TICKET, customer=customer, account=account)


def stage_of(feedback: Feedback, *, customer: Customer | None, account: Account | None) -> Staged:
    """Return where the speaker of a comment stood then."""
    return journey_stage(
        feedback.submitted_at.date(),
        source=feedback.source,
        given=feedback.journey_stage,
        touchpoint=feedback.touchpoint,
        customer=customer,
        account=account,
    )


def standing_stage(day: date, *, customer: Customer | None, account: Account | None) -> Staged:
    """Return where a customer or account stands on a day by the dates of its life alone."""
    return _by_dates(day, ticket=False, customer=customer, account=account)


def _by_dates(day: date, *, ticket: bool, customer: Customer | None, account: Account | None) -> Staged:
    start, end = _first("started_on", customer, account), _first("churned_on", customer, account)
    renewal = account.renewal_on if account is not None else None
    rules = (
        (end is not None and day > end, JourneyStage.UNKNOWN, StageRule.AFTER_LEAVING),
        (start is not None and day < start, JourneyStage.EVALUATION, StageRule.BEFORE_START),
        (renewal is not None and renewal - timedelta(RENEWAL_DAYS) <= day <= renewal, JourneyStage.RENEWAL, StageRule.BEFORE_RENEWAL),
        (start is not None and day < start + timedelta(ONBOARDING_DAYS), JourneyStage.ONBOARDING, StageRule.FIRST_DAYS),
        (ticket, JourneyStage.SUPPORT, StageRule.TICKET),
        (start is not None, JourneyStage.USE, StageRule.AFTER_START),
    )
    found = next(((stage, rule) for holds, stage, rule in rules if holds), (JourneyStage.UNKNOWN, StageRule.NOTHING_KNOWN))
    return Staged(stage=found[0], rule=found[1])


def _first(name: str, *who: Customer | Account | None) -> date | None:
    return next((found for one in who if one is not None and (found := getattr(one, name)) is not None), None)


def _plain(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


_STAGE_OF = {_plain(name): stage for stage, names in TOUCHPOINTS.items() for name in names}
_NAMED = {
    **{stage.value: stage for stage in JourneyStage},
    **{_plain(word): JourneyStage.AWARENESS for word in ("課題認知", "認知", "認識")},
    **{_plain(word): JourneyStage.EVALUATION for word in ("情報収集", "比較検討", "検討", "consideration")},
    **{_plain(word): JourneyStage.PURCHASE for word in ("導入決定", "購入", "契約", "decision")},
    **{_plain(word): JourneyStage.ONBOARDING for word in ("運用開始", "導入", "初期導入")},
    **{_plain(word): JourneyStage.USE for word in ("利用", "運用", "活用", "usage", "adoption")},
    **{_plain(word): JourneyStage.SUPPORT for word in ("サポート", "問い合わせ", "service")},
    **{_plain(word): JourneyStage.RENEWAL for word in ("評価・継続", "継続", "更新", "retention", "loyalty")},
}

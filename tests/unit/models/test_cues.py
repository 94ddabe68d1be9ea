"""Intent, urgency, leaving and abusive conduct from word patterns."""

import time

import pytest

from models.cues import LexiconCues, is_no_signal
from models.lexicon_sentiment import LexiconSentiment
from voc.enrichment import Intent, Urgency
from voc.sentiment import NEUTRAL

CUES = LexiconCues()


def intent(sentence):
    return CUES.cues([sentence], LexiconSentiment().sentiments([sentence], None), None)[0].intent


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("承認者を変更する方法を教えてください。", Intent.QUESTION),
        ("請求書はいつ届きますか。", Intent.QUESTION),
        ("How do I reopen an expense report?", Intent.QUESTION),
        ("カレンダー連携を追加してほしいです。", Intent.REQUEST),
        ("ダークモード希望", Intent.REQUEST),
        ("Please add a calendar link.", Intent.REQUEST),
        ("It would be nice to have bulk edit.", Intent.REQUEST),
        ("エラーが出て保存できません。", Intent.COMPLAINT),
        ("The export is broken again.", Intent.COMPLAINT),
        ("とても使いやすくて助かっています。", Intent.PRAISE),
        ("Love it, saves us hours.", Intent.PRAISE),
        ("昨日から使い始めました。", Intent.COMMENT),
        ("We have used it since May.", Intent.COMMENT),
        ("特になし", Intent.NO_SIGNAL),
        ("n/a", Intent.NO_SIGNAL),
    ],
)
def test_intents(sentence, expected):
    assert intent(sentence) is expected


def test_a_clearly_negative_question_is_a_complaint():
    assert intent("最悪です。どういうことですか?") is Intent.COMPLAINT


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "。", "...", "🙂🙂", "👍", "なし", "特になし", "特にありません。", "ナシ", "未記入", "回答なし", "N/A", "n.a.",
     "None.", "nothing",
     "Did not answer", "No comment", "よろしくお願いいたします。", "いつもお世話になっております。", "Kind regards", "Best regards,"],
)  # fmt: skip
def test_answers_without_a_signal(text):
    assert is_no_signal(text)


@pytest.mark.parametrize(
    "text",
    ["問題なし、とはいきません", "なしのつぶて", "ありがとう", "Thanks", "遅い", "nothing works", "none of our users can log in",
     "特に画面が見づらい", "何もできません", "回答がない", "😡 落ちる"],
)  # fmt: skip
def test_answers_with_a_signal(text):
    assert not is_no_signal(text)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("至急ご対応をお願いします。", Urgency.NOW),
        ("業務が止まっています。", Urgency.NOW),
        ("This is urgent, payroll is blocked.", Urgency.NOW),
        ("早めに直してほしいです。", Urgency.SOON),
        ("We are still waiting for an answer.", Urgency.SOON),
        ("いつか検討してください。", Urgency.NONE),
        ("Nice colours.", Urgency.NONE),
    ],
)
def test_urgencies(sentence, expected):
    assert CUES.of(sentence, NEUTRAL).urgency is expected


@pytest.mark.parametrize(
    "sentence",
    ["解約を検討しています。", "更新は見送ります。", "他社に乗り換えます。", "次回の更新については検討します。",
     "競合の見積もりを取っています。",
     "We want to cancel our subscription.", "We will not be renewing.", "A competitor offered us a better price.",
     "We are switching to another tool."],
)  # fmt: skip
def test_leaving_is_recognised_also_when_only_implied(sentence):
    assert CUES.of(sentence, NEUTRAL).churn >= 0.5


@pytest.mark.parametrize(
    "sentence", ["ログインが遅い。", "解約するつもりはありません。", "他社から乗り換えて正解でした。",
    "The meeting was cancelled by the app.", "We have no plans to leave."]
)
def test_staying_is_not_leaving(sentence):
    assert CUES.of(sentence, NEUTRAL).churn < 0.5


@pytest.mark.parametrize(
    "sentence",
    ["お前の家まで行ってやるからな。", "死ね", "土下座して謝れ。", "ネットに晒すぞ。", "お前みたいな馬鹿な担当は辞めろ。",
     "I will come to your office and find you.",
     "Are you stupid?", "You are an idiot.", "I know where you live."],
)  # fmt: skip
def test_threats_insults_and_excessive_demands_are_abusive(sentence):
    assert CUES.of(sentence, NEUTRAL).abusive >= 0.5


@pytest.mark.parametrize(
    "sentence",
    ["このアプリは最悪だ。ゴミ。", "腹が立ちます。説明してください。", "使い物にならない。金返せ。",
     "This product is garbage and I am furious.", "What a stupid design."],
)
def test_anger_at_a_product_is_not_abuse(sentence):
    assert CUES.of(sentence, NEUTRAL).abusive < 0.5


def test_more_evidence_means_more_probability():
    weak, strong = (CUES.of(text, NEUTRAL).churn for text in ("コスパが悪い。", "コスパが悪いので他社に乗り換えます。"))
    assert 0 < weak < strong <= 1


@pytest.mark.parametrize(
    "text", ["お前" * 300_000, "更新" * 300_000, "いつも大変" * 100_000, "please " * 100_000, "dear a " * 100_000,
             "特に何も" * 100_000]
)  # fmt: skip
def test_a_long_text_is_cheap_for_every_pattern(text):
    """Why: a pattern that backtracks turns one comment into a stopped service."""
    started = time.perf_counter()
    CUES.cues([text], LexiconSentiment().sentiments([text], None), None)
    assert time.perf_counter() - started < 1.0

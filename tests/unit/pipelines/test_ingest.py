from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.redaction import PatternRedactor
from pipelines.ingest import content_hash, ingest, normalise, text_hash
from voc.errors import (
    BadCharactersError,
    BadDateError,
    EmptyTextError,
    FutureDateError,
    InputError,
    OutOfRangeError,
    TextTooLongError,
)
from voc.feedback import MAX_TEXT_CHARS, Feedback, Language, NewFeedback, Source, own_words
from voc.ids import account_id, customer_id
from voc.kpis import Kpi, Score

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


class KanaDetector:
    """Kana means Japanese: enough to see which text is asked about."""

    name, version = "kana", "1"

    def detect(self, texts):
        return [Language.JA if any("ぁ" <= char <= "ヶ" for char in text) else Language.EN for text in texts]


def take(*items, **fields):
    new = [item if isinstance(item, NewFeedback) else NewFeedback(text=item, **fields) for item in items]
    return ingest(new, detector=KanaDetector(), redactor=PatternRedactor(), received_at=NOW)


def one(text="検索が遅いです。", **fields):
    return take(text, **fields)[0]


def test_a_plain_comment_is_kept_word_for_word():
    got = one("  検索が 遅い😀\n", source=Source.REVIEW, customer="C-1", account="A-1", segment="SMB", product="つむぎ", touchpoint="app")
    assert got.verbatim == "  検索が 遅い😀\n"
    assert own_words(got.verbatim, got.spans) == "検索が 遅い😀"
    assert (got.source, got.language, got.no_signal) == (Source.REVIEW, Language.JA, False)
    assert (got.customer_id, got.account_id) == (customer_id("C-1"), account_id("A-1"))
    assert (got.segment, got.product, got.touchpoint) == ("SMB", "つむぎ", "app")
    assert (got.submitted_at, got.received_at) == (NOW, NOW)


def test_personal_facts_are_masked_before_anything_is_kept():
    """Why: what was never stored cannot leak from a backup, an index or a topic word."""
    got = one(
        "電話は090-0000-1234まで、taro@example.jp でも可。",
        metadata={"memo": "会員番号：12345678", "plan": "gold"},
        external_id="x",
    )
    assert got.verbatim == "電話は[PHONE]まで、[EMAIL] でも可。"
    assert [got.verbatim[r.start : r.end] for r in got.redactions] == ["[PHONE]", "[EMAIL]"]
    assert got.metadata == {"memo": "会員番号：[CUSTOMER_NUMBER]", "plan": "gold"}
    assert "0000" not in got.model_dump_json()


def test_signature_and_quotes_are_kept_but_not_analysed():
    text = "Hello Support,\n\nit is slow.\n\nKind regards,\nこはる\n\nOn Mon, 1 Jun 2026, A wrote:\n> やあ"
    got = one(text, source=Source.TICKET)
    assert got.verbatim == text
    assert own_words(got.verbatim, got.spans) == "it is slow."
    assert got.language is Language.EN


def test_html_of_a_ticket_is_made_plain():
    assert one("<p>遅い<br>です &amp; 重い</p>", source=Source.TICKET).verbatim == "遅い\nです & 重い"


def test_an_answer_without_a_signal_is_kept_and_marked():
    assert [item.no_signal for item in take("特になし", "n/a", "👍", "遅い")] == [True, True, True, False]


@pytest.mark.parametrize(
    ("fields", "error", "field"),
    [
        ({"text": ""}, EmptyTextError, "text"),
        ({"text": " \n　"}, EmptyTextError, "text"),
        ({"text": "&nbsp;"}, EmptyTextError, "text"),
        ({"text": "a" * (MAX_TEXT_CHARS + 1)}, TextTooLongError, "text"),
        ({"text": "ab\x00c"}, BadCharactersError, "text"),
        ({"text": "あ\ud800"}, BadCharactersError, "text"),
        ({"customer": "c\x00"}, BadCharactersError, "customer"),
        ({"external_id": "\udfff"}, BadCharactersError, "external_id"),
        ({"metadata": {"k": "v\x00"}}, BadCharactersError, "metadata.k"),
        ({"metadata": {"k\x00": "v"}}, BadCharactersError, "metadata"),
        ({"submitted_at": NOW + timedelta(hours=24, seconds=1)}, FutureDateError, "submitted_at"),
        ({"submitted_at": datetime(1969, 12, 31, tzinfo=UTC)}, BadDateError, "submitted_at"),
        ({"scores": (Score(kpi=Kpi.NPS, value=11),)}, OutOfRangeError, "scores.nps"),
        ({"scores": (Score(kpi=Kpi.NPS, value=7.5),)}, OutOfRangeError, "scores.nps"),
        ({"scores": (Score(kpi=Kpi.CSAT, value=float("nan")),)}, OutOfRangeError, "scores.csat"),
        ({"scores": (Score(kpi=Kpi.NPS, value=1), Score(kpi=Kpi.NPS, value=2))}, InputError, "scores"),
    ],
)
def test_what_cannot_be_kept_is_refused_naming_the_field(fields, error, field):
    got = take(NewFeedback(**({"text": "遅い"} | fields)))[0]
    assert type(got) is error
    assert got.field == field


def test_an_error_tells_the_limit_and_the_position_and_never_the_words():
    too_long, bad = take("秘" * (MAX_TEXT_CHARS + 1), "秘密\x00")
    assert too_long.facts == {"limit": MAX_TEXT_CHARS, "actual": MAX_TEXT_CHARS + 1}
    assert bad.facts == {"position": 2}
    assert "秘" not in str(too_long) + str(bad)


def test_the_longest_text_allowed_is_kept_whole():
    assert len(one("あ" * MAX_TEXT_CHARS).verbatim) == MAX_TEXT_CHARS


def test_other_control_characters_and_odd_scripts_are_kept():
    text = "a\x01\x1b\u202e\u200b\ufeff\ufffe👨‍👩‍👧‍👦🇯🇵髙﨑𠮷ｶﾞ" + "\u0301" * 1_000
    assert one(text).verbatim == text


def test_one_bad_comment_does_not_touch_its_neighbours_and_order_is_kept():
    got = take("一つ目", "", "三つ目")
    assert [type(item) for item in got] == [Feedback, EmptyTextError, Feedback]
    assert [got[0].verbatim, got[2].verbatim] == ["一つ目", "三つ目"]
    assert take() == []


def test_up_to_a_day_in_the_future_is_a_clock_that_runs_fast():
    moment = NOW + timedelta(hours=23)
    assert one(submitted_at=moment).submitted_at == moment


def test_moments_are_kept_in_utc():
    moment = datetime(2026, 3, 1, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert one(submitted_at=moment, timezone_assumed=True).submitted_at == datetime(2026, 3, 1, 0, tzinfo=UTC)


class TestIdentity:
    def test_the_senders_id_decides(self):
        first, second = one("一", external_id="7", source_name="s"), one("二", external_id="7", source_name="s")
        assert first.id == second.id
        assert first.content_hash != second.content_hash
        assert first.id != one("一", external_id="7", source_name="t").id

    def test_without_one_equal_content_is_the_same_comment(self):
        assert one("同じ", customer="c").id == one("同じ", customer="c").id

    @pytest.mark.parametrize(
        "other",
        [
            {"customer": "d"},
            {"source": Source.TICKET},
            {"submitted_at": NOW},
            {"scores": (Score(kpi=Kpi.NPS, value=9),)},
            {"ordinal": 1},
            {"source_name": "t"},
        ],
    )
    def test_without_one_another_fact_makes_another_comment(self, other):
        assert one("同じ", customer="c").id != one(**({"text": "同じ", "customer": "c"} | other)).id

    def test_the_moment_of_receipt_is_no_part_of_it(self):
        later = ingest([NewFeedback(text="同じ")], detector=KanaDetector(), redactor=PatternRedactor(), received_at=NOW + timedelta(days=9))
        assert later[0].id == one("同じ").id
        assert later[0].content_hash == one("同じ").content_hash

    def test_the_content_hash_sees_all_that_was_sent_in_any_order(self):
        new = NewFeedback(text="x", metadata={"a": "1", "b": "2"})
        assert content_hash(new) == content_hash(NewFeedback(text="x", metadata={"b": "2", "a": "1"}))
        assert content_hash(new) != content_hash(new.model_copy(update={"segment": "s"}))


def test_texts_that_differ_in_width_case_and_blanks_have_one_hash():
    assert one("ＡＰＰが ｵｿｲ").text_hash == one("appが　オソイ\n").text_hash == text_hash("APPが オソイ")


@given(st.text(st.characters(codec=None)))
def test_normalising_twice_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)


PIECES = st.sampled_from(
    ["090-1234-5678", "a@b.jp", "会員番号123456", "<b>", "<p>x", "&amp;", "\n", "> q\n", "Best regards,\n", "𠮷", "\ud83d", "\x00"]
)


@given(st.lists(st.one_of(st.text(st.characters(codec=None), max_size=6), PIECES), max_size=8).map("".join), st.sampled_from(list(Source)))
def test_whatever_comes_in_there_is_one_outcome_with_true_offsets(text, source):
    (got,) = take(NewFeedback(text=text, source=source))
    if isinstance(got, InputError):
        return
    assert got.verbatim.encode()
    assert all(got.verbatim[r.start : r.end] == f"[{r.kind.value.upper()}]" for r in got.redactions)
    assert own_words(got.verbatim, got.spans).strip()

"""What is taken for a personal fact, and what only looks like one."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.redaction import PatternRedactor
from voc.masking import mask


def masked(text):
    return mask(text, PatternRedactor().find([text])[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # e-mail
        ("連絡先taro.yamada@example.co.jpまでメールを", "連絡先[EMAIL]までメールを"),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｃｏｍ", "[EMAIL]"),
        ("taro[at]example.com", "[EMAIL]"),
        ("a.b+c@sub.example.com, thanks", "[EMAIL], thanks"),
        # phone
        ("電話は090-0000-1234まで", "電話は[PHONE]まで"),
        ("０９０－１２３４－５６７８に連絡ください", "[PHONE]に連絡ください"),
        ("０３ー１２３４ー５６７８", "[PHONE]"),
        ("TEL03-1234-5678", "TEL[PHONE]"),
        ("(03)1234-5678", "[PHONE]"),
        ("03(1234)5678", "[PHONE]"),
        ("0120-123-456に電話しても", "[PHONE]に電話しても"),
        ("09012345678に電話して", "[PHONE]に電話して"),
        ("電話番号：0312345678", "電話番号：[PHONE]"),
        ("+81-90-1234-5678", "[PHONE]"),
        ("+44 20 7946 0958 please", "[PHONE] please"),
        ("call (415) 555-0132 or 415-555-0132.", "call [PHONE] or [PHONE]."),
        ("call 4155550132", "call [PHONE]"),
        ("my number is 07700 900123", "my number is [PHONE]"),
        ("phone:555-0132", "phone:[PHONE]"),
        # card
        ("カード番号4111111111111111です", "カード番号[CARD]です"),
        ("I paid for my order with 4111 1111 1111 1111 and", "I paid for my order with [CARD] and"),
        ("3782 822463 10005", "[CARD]"),
        # My Number
        ("マイナンバーは1234 5678 9018です", "マイナンバーは[MY_NUMBER]です"),
        ("123456789018", "[MY_NUMBER]"),
        ("個人番号１２３４５６７８９０１２", "個人番号[MY_NUMBER]"),
        ("my number: 123456789012", "my number: [MY_NUMBER]"),
        # customer number
        ("顧客番号はC-00123です", "顧客番号は[CUSTOMER_NUMBER]です"),
        ("会員番号：１２３４５６７８", "会員番号：[CUSTOMER_NUMBER]"),
        ("契約番号「KX-99812」について", "契約番号「[CUSTOMER_NUMBER]」について"),
        ("お客様番号 A1234567", "お客様番号 [CUSTOMER_NUMBER]"),
        ("my account number is 000123456", "my account number is [CUSTOMER_NUMBER]"),
        ("Customer number: CU-12345. thanks", "Customer number: [CUSTOMER_NUMBER]. thanks"),
        ("member id ABC123", "member id [CUSTOMER_NUMBER]"),
        # address
        ("〒100-0001 東京都千代田区千代田1-1です", "[ADDRESS]です"),
        ("住所は大阪府大阪市北区梅田1-2-3 梅田ビル5Fです。", "住所は[ADDRESS]です。"),
        ("新宿区西新宿2-8-1に住んでいます", "[ADDRESS]に住んでいます"),
        ("東京都新宿区西新宿二丁目八番一号", "[ADDRESS]"),
        ("I live at 12 High Street, London SW1A 1AA and", "I live at [ADDRESS] and"),
        ("1600 Amphitheatre Parkway, Mountain View, CA 94043", "[ADDRESS]"),
        ("12 high street", "[ADDRESS]"),
    ],
)
def test_personal_facts_are_found_even_glued_to_japanese(text, expected):
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "合計¥1,234,567でした",
        "1,234,567,890円",
        "v4.2.3 から 4.2.10、10.0.19045.3803",
        "2026-03-01 12:00:00、2026/10/1、2026年10月1日 10:12",
        "On 01-02-2026 1030 I",
        "WH-1000XM5 と RTX-4090-1234",
        "192.168.1.100 と 192.168.100.1000",
        "99.9% 100% ±0.05",
        "XX/XX/2023 {$1000.00} XXXX XXXX, account number XXXX1234",
        "注文番号は1234-5678-9012です",
        "注文番号 04-2026-0011",
        "tracking number 415-555-0132",
        "追跡番号 123456789018",
        "4111111111111112",
        "商品コード4901234567894、ISBN 978-4-00-310101-8",
        "12345678901234567890",
        "エラーコード 0x80070057",
        "UTC+09:00 2026-10-01, +5 2026-10-11",
        "横浜市で2-3回行った。東京都新宿区の店舗で3回、谷町4丁目あたり",
        "茨城県土浦市に第1号店舗",
        "マイナンバーカードが使えない。お客様番号を教えて",
        "2 days to cross the Street, a 2 way street, at 10 AM Dr. Smith",
        "Nokia N95 8GB",
        "@user # core246",
        "score 10 5 3 2 1 0 9 8",
    ],
)
def test_look_alikes_stay_untouched(text):
    assert masked(text) == text


def test_offsets_count_code_points_of_the_text_given():
    text = "😀𠮷㈱①ﾃﾞﾝﾜ：０９０－１２３４－５６７８です"
    found = PatternRedactor().find([text])[0]
    assert [text[f.start : f.end] for f in found] == ["０９０－１２３４－５６７８"]


def test_masking_twice_changes_nothing():
    once = masked("a@b.jp 090-1234-5678 4111 1111 1111 1111 会員番号：12345678 〒100-0001 東京都千代田区千代田1-1")
    assert masked(once) == once


FACTS = st.sampled_from(["090-1234-5678", "a@b.jp", "4111 1111 1111 1111", "〒100-0001", "会員番号123456", "+81 90 1234 5678", "1-2-3"])


@given(st.lists(st.one_of(st.text(st.characters(codec=None), max_size=8), FACTS), max_size=8).map("".join))
def test_offsets_are_in_order_inside_the_text_and_apart(text):
    """Why: any character may stand beside a fact, half a surrogate pair and astral ones too."""
    end = 0
    for found in PatternRedactor().find([text])[0]:
        assert end <= found.start < found.end <= len(text)
        end = found.end


def test_a_batch_answers_like_its_texts_one_by_one():
    redactor = PatternRedactor()
    texts = ["a@b.jp", "", "電話は090-0000-1234まで", "nothing"]
    assert redactor.find(texts) == [redactor.find([text])[0] for text in texts]


ATTACKS = ["1", "1-", "0-", "0 ", "(0", "a@", "a.", "a@a.", "12 Aaaa ", "+1 2", "AA1 1A", "Aa ", "account number "]
ATTACKS += ["東京都市", "〒000-0000あ", "一丁", "市"]


@pytest.mark.slow
@pytest.mark.parametrize("unit", ATTACKS)
def test_time_grows_with_the_length_only(unit):
    """Why: a pattern that backtracks lets one comment stop the intake."""

    def seconds(length):
        text = (unit * length)[:length]
        started = time.thread_time()
        PatternRedactor().find([text])
        return time.thread_time() - started

    small, large = min(seconds(25_000) for _ in range(3)), min(seconds(100_000) for _ in range(2))
    assert large < 0.02 + 8 * small  # quadratic time would be 16 times as long

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import sentences
from models.sentences import MAX_SENTENCE_CHARS, PysbdSentences
from tests.support.timing import takes_under
from voc.feedback import Language

COMMENTS = Path(__file__).parents[3] / "pipelines/demo/data/comments.csv"


def split(text, language=Language.JA):
    return [text[span.start : span.end] for span in PysbdSentences().split(text, language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("遅いです。直してください！", ["遅いです。", "直してください！"]),
        ("本当に？！困る!!", ["本当に？！", "困る!!"]),
        ("「これは駄目です。困ります。」と言われました。次です。", ["「これは駄目です。困ります。」と言われました。", "次です。"]),
        ("ありがとう（本当に。）助かりました！！！また", ["ありがとう（本当に。）助かりました！！！", "また"]),
        ("ver. 2.1.3で直った。No.3も。", ["ver. 2.1.3で直った。", "No.3も。"]),
        ("もう嫌です｡ﾀﾞﾒﾀﾞ｡", ["もう嫌です｡", "ﾀﾞﾒﾀﾞ｡"]),
        ("料金は1.5倍。速度は10.5GBです。", ["料金は1.5倍。", "速度は10.5GBです。"]),
        ("句点のない行\n次の行\r\n\r\n最後", ["句点のない行", "次の行", "最後"]),
        ("・良い点:速い\n・悪い点:高い", ["・良い点:速い", "・悪い点:高い"]),
    ],
)
def test_japanese(text, expected):
    assert split(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Smith said v2.1.3 is bad. Really?! Yes.", ["Dr. Smith said v2.1.3 is bad.", "Really?!", "Yes."]),
        ("I wrote to a.b@c.com today... It is fine.", ["I wrote to a.b@c.com today...", "It is fine."]),
        ("- bullet one\n- bullet two", ["- bullet one", "- bullet two"]),
        ("  spaced out.  Next one ", ["spaced out.", "Next one"]),
    ],
)
def test_english(text, expected):
    assert split(text, Language.EN) == expected


def test_plain_english_is_cut_where_pysbd_cuts_it(monkeypatch):
    comments = [row["text"] for row in csv.DictReader(COMMENTS.open(encoding="utf-8-sig")) if row["text"].isascii()]
    comments += ["He works for the Corp. They pay. We met at approx. Nine!", "It broke again. it was late. Why? Nobody knows!"]
    comments += ["I like it. It works; mostly. They can't. Who is he? We go up!", "See p. 4 of it. The no. 5 is in. Ask Mr. Lee or us.", "Is it? It is. Is. OK. Me."]
    found = [split(text, Language.EN) for text in comments]
    assert sum(len(parts) for parts in found) > 2 * len(comments)
    monkeypatch.setattr(sentences, "_PLAIN", re.compile(r"(?!)"))
    assert [split(text, Language.EN) for text in comments] == found


def test_an_english_line_wrapped_by_a_mail_program_goes_on():
    text = "This is a long line which was wrapped by the mail program at\nseventy columns. Short line\nnext line"
    wrapped = "This is a long line which was wrapped by the mail program at\nseventy columns."
    assert split(text, Language.EN) == [wrapped, "Short line", "next line"]


def test_in_a_mixed_text_each_line_is_read_in_its_own_language():
    text = "困ります。直して。\nThe page is broken. Dr. Lee saw it."
    assert split(text, Language.MIXED) == ["困ります。", "直して。", "The page is broken.", "Dr. Lee saw it."]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "　\t"])
def test_a_text_of_blanks_has_no_sentence(text):
    assert split(text) == []


def test_a_sentence_too_long_is_cut_at_the_weaker_mark():
    text = "あ" * 300 + "、" + "い" * 300
    assert split(text) == ["あ" * 300 + "、", "い" * 300]


TEXTS = st.lists(
    st.one_of(
        st.text(st.characters(codec=None), max_size=10),
        st.sampled_from(["。", "！？", ". ", "... ", "「", "」", "\n", "\r\n", "(", ")", "Dr. ", "1. ", "a.b", "です", "😀"]),
        st.sampled_from([" " * 5, '"', "e.g. ", "長い" * 300]),
    ),
    max_size=30,
).map("".join)


@given(TEXTS, st.sampled_from(list(Language)))
def test_nothing_but_blanks_is_lost_and_nothing_overlaps(text, language):
    end = 0
    for span in PysbdSentences().split(text, language):
        assert not text[end : span.start].strip()
        words = text[span.start : span.end]
        assert words == words.strip() != ""
        assert len(words) <= MAX_SENTENCE_CHARS
        end = span.end
    assert not text[end:].strip()


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit", ["この機能は便利です。", "It is broken. ", "a", ".", "a. ", "1. ", "[.", "「", '"', "A.B. ", "!?", "漢", "(a. b) "]
)
def test_a_text_of_100_000_characters_takes_under_two_seconds(unit):
    assert takes_under(2, lambda: split((unit * 100_000)[:100_000], Language.MIXED))


def test_one_word_of_a_million_letters_does_not_hang():
    text = "a" * 1_000_000
    assert len(split(text, Language.EN)) == 1_000_000 // MAX_SENTENCE_CHARS
    assert takes_under(2, lambda: split(text, Language.EN))

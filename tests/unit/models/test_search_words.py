"""Search words: what must meet meets, what is odd does no harm, and a place is where the word stands in the text as it was written."""

import re
import threading
from itertools import pairwise

import pytest

from models.search_words import LONGEST_FORM, MOST_FORM_CHARS, MOST_UNITS, TERMS, SearchWordReader
from voc.search import SearchWords

READER = SearchWordReader()


def finds(query: str, text: str) -> bool:
    """Tell whether the words of the text have any phrase of the query, as a database would."""
    forms = READER.words([text])[0]
    return any(forms[at : at + len(phrase)] == phrase for phrase in READER.query(query).phrases() for at in range(len(forms)))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("対応", "ご対応ありがとうございました。"),
        ("対応", "対応が悪い"),
        ("ご対応", "対応が悪い"),
        ("対応", "いまだに未対応です"),
        ("おそい", "画面の表示が遅い。"),
        ("おそい", "動作が遅くて困る"),
        ("遅い", "とにかくおそい"),
        ("遅かった", "返信が遅い"),
        ("ログイン", "ログインできない"),
        ("ログイン", "I cannot login."),
        ("ログイン", "It fails when I log in."),
        ("ログイン", "Logging-in takes ages"),
        ("ログイン", "ログオンに失敗する"),
        ("ログイン", "ﾛｸﾞｲﾝできません"),
        ("login", "ログインできない"),
        ("log in", "ログインできない"),
        ("LOG IN", "cannot Login"),
        ("ＬＯＧＩＮ", "ログイン画面"),
        ("問合せ", "お問い合わせの返事がない"),
        ("問い合わせ", "問合せ先が不明"),
        ("サーバ", "サーバーが落ちた"),
        ("引越し", "引っ越しの手続き"),
        ("請求", "請求書が届かない"),
        ("請求書", "The invoices are wrong"),
        ("invoice", "請求書の内訳"),
        ("二段階認証", "2段階認証が通らない"),
        ("2FA", "二要素認証をやめたい"),
        ("two-factor authentication", "多要素認証の設定"),
        ("export", "エクスポートが終わらない"),
        ("exports", "exporting the list"),
        ("charged twice", "二重請求されました"),
        ("Wi-Fi", "wi-fiが弱い"),
        ("返金", "I want my money back"),
    ],
)
def test_words_that_mean_the_same_meet(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [("ログイン", "ログアウトできない"), ("login", "the log is in the folder"), ("対応", "応対"), ("おそい", "速い"), ("請求書", "請求の書式"), ("in", "in the")],
)
def test_words_that_differ_do_not_meet(query: str, text: str) -> None:
    assert not finds(query, text)


def test_a_name_of_several_words_is_looked_for_as_a_name_and_by_its_words() -> None:
    name, word = READER.query("注文書").units
    assert name == (("注文", "書"),)
    assert word[0] == ("注文",)


@pytest.mark.parametrize("text", ["", " ", "the of", "はです", "!?", "\x00", "😀", '"', "'", "* ^ : ( ) - +", "\u0301" * 500, "\ud800"])
def test_a_text_that_says_nothing_looks_for_nothing(text: str) -> None:
    assert READER.query(text) == SearchWords()


@pytest.mark.parametrize("text", ['"NEAR(a b, 3)" OR *', "x' OR 1=1 --", "a & b | !c <-> d:*", "\\'\\", "{words}: x", "\udfff遅い\ud83d", "が" * 100_000, "x" * 100_000])
def test_forms_are_letters_and_digits_whatever_the_text(text: str) -> None:
    """Why: a form goes into the language of a database's full-text query."""
    found = READER.words([text])[0]
    assert all(form.isalnum() and len(form) <= LONGEST_FORM for form in found)
    assert sum(map(len, found)) <= MOST_FORM_CHARS
    assert all(form.isalnum() for phrase in READER.query(text).phrases() for form in phrase)


def test_a_query_has_an_end() -> None:
    assert len(READER.query(" ".join(f"word{number}" for number in range(5_000))).units) == MOST_UNITS


@pytest.mark.parametrize(
    ("text", "query", "words"),
    [
        ("表示が遅くて、対応もおそい。", "遅い", ["遅く", "おそい"]),
        ("㍿のﾛｸﾞｲﾝ、log in も駄目", "login", ["ﾛｸﾞｲﾝ", "log in"]),
        ("ガガガ対応", "対応", ["対応"]),
        ("ǅİ login", "ログイン", ["login"]),
        ("\ud800 login \udfff", "login", ["login"]),
        ("㍿", "会社", ["㍿"]),
        ("nothing here", "遅い", []),
    ],
)
def test_places_are_where_the_words_stand_in_the_text_as_written(text: str, query: str, words: list[str]) -> None:
    assert [text[place.start : place.end] for place in READER.places(text, READER.query(query))] == words


def test_places_are_in_order_and_apart() -> None:
    text = "ログインログイン login log in ログイン画面"
    places = READER.places(text, READER.query("ログイン画面 login"))
    assert all(one.end <= other.start for one, other in pairwise(places))


def test_threads_get_the_answer_one_thread_gets() -> None:
    """Why: the tokenizer and the stemmer serve one thread at a time."""
    texts = [f"ログインが遅い case{n} failing" for n in range(200)]
    alone = READER.words(texts)
    found: list[list[tuple[str, ...]]] = []
    threads = [threading.Thread(target=lambda: found.append(READER.words(texts))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [alone] * 4


def test_every_line_of_the_term_list_has_both_languages() -> None:
    lines = TERMS.read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(set(lines)) > 200
    for line in lines:
        japanese, english = line.split("\t")
        assert re.search("[ぁ-んァ-ヶ一-龥]", japanese), line
        assert english.isascii(), line
        assert all(READER.words([term])[0] for term in re.split(r"[|\t]", line)), line

"""What topics are called: statements in plain words, from words enough people use, each name once."""

import pytest

from models import japanese_phrases
from models.english_phrases import EnglishGrammar
from models.hashed_encoder import HashedJapaneseEncoder
from models.topic_names import PhraseTopicNamer
from voc.feedback import Language
from voc.topics import TopicSentence

ENDS = ["。", "ので困ります。", "、急ぎです。", "(画面A)。", "と言われました。", "。至急。", "、昨日から。"]


@pytest.mark.parametrize(
    ("sentence", "statement"),
    [
        ("申込画面で戻れませんでした。", "申込画面で戻れない"),
        ("ログインできなくて困っています。", "ログインできない"),
        ("請求書の内訳が分かりにくいです", "請求書の内訳が分かりにくい"),
        ("サポートの方の対応がとても丁寧でした。", "対応が丁寧"),
        ("CSVで出力できるようにしてほしいです。", "CSVで出力できるようにしてほしい"),
        ("経費の承認をスマホでできるようにしていただけませんか", "経費の承認をスマホでできるようにしてほしい"),
        ("返信が遅すぎます", "返信が遅すぎる"),
        ("画面が固まってしまう", "画面が固まる"),
        ("明細の説明がありません", "明細の説明がない"),
        ("対応が丁寧ではない", "対応が丁寧ではない"),
        ("ログインできなくなりました", "ログインできなくなる"),
        ("届かない請求書が多い", "届かない請求書が多い"),
        ("すぐに返信してくれました", "返信してくれる"),
    ],
)
def test_a_japanese_statement_is_plain_and_keeps_negation_potential_and_request(sentence: str, statement: str) -> None:
    assert statement in [found.text for found in japanese_phrases.statements(sentence)]


@pytest.mark.parametrize("sentence", ["よろしくお願いいたします。", "お世話になっております。", "いつもありがとうございます。", "請求書", "設定できれば助かります"])
def test_greetings_bare_nouns_and_conditions_state_nothing(sentence: str) -> None:
    assert [found.text for found in japanese_phrases.statements(sentence) if "助かる" not in found.text] == []


def english(*sentences: str) -> list[str]:
    return [found.text for sentence in sentences for found in EnglishGrammar(sentences).statements(sentence)]


@pytest.mark.parametrize(
    ("sentence", "statement"),
    [
        ("I couldn't export our invoices.", "cannot export invoices"),
        ("The staff were very friendly and helpful", "staff were friendly and helpful"),
        ("We can not log in.", "cannot log in"),
        ("It doesn't load the report", "does not load report"),
    ],
)
def test_an_english_statement_leaves_out_articles_and_intensifiers(sentence: str, statement: str) -> None:
    assert statement in english(sentence, "I can log in", "You can log in")


@pytest.mark.parametrize("sentence", ["Thank you very much", "The invoice", "Kind regards", "of the report and", "ambulance service"])
def test_greetings_and_bare_nouns_are_no_english_statements(sentence: str) -> None:
    assert english(sentence) == []


def sentences(topic: str, texts: list[str], *, language: Language = Language.JA, voice: str = "") -> list[TopicSentence]:
    vectors = HashedJapaneseEncoder().encode(texts).vectors
    return [
        TopicSentence(
            id=f"{topic}.{n}", feedback_id=f"{topic}{n}", text=text, language=language, voice=voice or f"{topic}{n}",
            vector=vector.astype("<f2").tobytes(),
        )
        for n, (text, vector) in enumerate(zip(texts, vectors, strict=True))
    ]  # fmt: skip


def groups() -> dict[str, list[TopicSentence]]:
    return {
        "login": sentences("login", [f"スマホからログインできません{end}" for end in ENDS])
        + sentences("login-en", [f"I cannot log in {end}" for end in ("today.", "again.", "at work.", "since Monday.", "here.")], language=Language.EN),
        "invoice": sentences("invoice", [f"請求書の金額が違います{end}" for end in ENDS]),
        "export": sentences("export", [f"CSVの文字化けが直りません{end}" for end in ENDS]),
    }


def test_a_topic_has_a_name_in_each_language_enough_sentences_speak_and_a_real_sentence_behind_it() -> None:
    found = PhraseTopicNamer().names(groups(), wanted=["login", "invoice", "export"])
    assert found["login"]["ja"].text.endswith("ログインできない")
    assert found["login"]["en"].text == "cannot log in"
    assert set(found["invoice"]) == {"ja"}
    assert found["invoice"]["ja"].text == "請求書の金額が違う"
    assert found["invoice"]["ja"].example_id in {sentence.id for sentence in groups()["invoice"]}
    assert found["login"]["ja"].by == "phrase-namer/1"


def test_equal_input_in_any_order_gives_equal_names() -> None:
    turned = {key: some[::-1] for key, some in reversed(groups().items())}
    wanted = ["login", "invoice", "export"]
    assert PhraseTopicNamer().names(turned, wanted=wanted) == PhraseTopicNamer().names(groups(), wanted=wanted[::-1])


def test_two_topics_never_share_a_name_nor_take_one_that_is_given() -> None:
    twins = {"one": sentences("one", [f"請求書の金額が違います{end}" for end in ENDS]), "two": sentences("two", [f"請求書の金額が違います{end}" for end in ENDS])}
    namer = PhraseTopicNamer()
    found = namer.names(twins, wanted=["one", "two"])
    assert found["one"]["ja"].text != found["two"]["ja"].text
    taken = namer.names({"one": twins["one"]}, wanted=["one"], taken=[found["one"]["ja"].text])
    assert taken["one"]["ja"].text != found["one"]["ja"].text


def test_a_word_of_one_customer_is_in_no_name() -> None:
    """Why: a surname must not end up in a topic's name, however often its bearer is written about."""
    some = sentences("t", [f"田中様の対応が丁寧です{end}" for end in ENDS], voice="one customer")
    some += sentences("u", [f"対応が丁寧です{end}" for end in ENDS])
    found = PhraseTopicNamer().names({"t": some}, wanted=["t"])
    assert "田中" not in found["t"]["ja"].text
    assert "対応が丁寧" in found["t"]["ja"].text


def test_a_group_is_called_by_the_words_that_tell_it_from_others() -> None:
    found = PhraseTopicNamer().words(groups(), wanted=["invoice", "export"])
    assert "請求書" in found["invoice"]["ja"].text
    assert "csv" in found["export"]["ja"].text.casefold()

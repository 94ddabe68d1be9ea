import subprocess
import sys
import time

import pytest

from models.language import LinguaLanguage
from voc.feedback import Language

JA = [
    "SSOの設定が分からない。",
    "悪い",
    "至急対応希望、請求書再発行依頼",
    "ﾛｸﾞｲﾝできない",
    "Microsoft Azure Active Directory と連携したい",
    "「Your session has expired and you are out」と出ます。",
    "v4.2.3にしたらWH-1000XM5がつながらない",
]
EN = ["OK", "app crash", "thx 4 the gr8 service", "Staff brilliant", "The login page is broken.", "ＡＰＰ　ＣＲＡＳＨ", "Bonjour"]
OTHER = [
    "",
    "   ",
    "😀",
    "...!?",
    "12345",
    "مرحبا كيف حالك",
    "สวัสดี",
    "안녕하세요",
    "这个软件很好用",
    "這個軟體非常好用,我們都很喜歡",
    "Très bon service, merci beaucoup à toute l'équipe",
    "Die Rechnung ist falsch und niemand antwortet",
]
MIXED = [
    "ログインできません。The login page is broken and does not load.",
    "The export is very slow and it times out every day.\n書き出しが遅すぎます。毎日困っています。",
]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (text, language)
        for language, texts in {Language.JA: JA, Language.EN: EN, Language.OTHER: OTHER, Language.MIXED: MIXED}.items()
        for text in texts
    ],
)
def test_language_of(text, language):
    assert LinguaLanguage().detect([text]) == [language]


def test_a_batch_answers_like_its_texts_one_by_one():
    detector = LinguaLanguage()
    texts = JA + EN + OTHER + MIXED
    assert detector.detect(texts) == [detector.detect([text])[0] for text in texts]
    assert detector.detect([]) == []


def test_one_foreign_product_name_does_not_make_a_comment_mixed():
    assert LinguaLanguage().detect(["請求書の画面で Adobe Acrobat Reader DC が開きません。"]) == [Language.JA]


def test_nothing_is_loaded_before_a_text_needs_the_model():
    program = "import sys; from models.language import LinguaLanguage as L; L().detect(['遅い', 'ok']); print('lingua' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_very_long_text_takes_no_longer_than_its_beginning():
    started = time.perf_counter()
    LinguaLanguage().detect(["あ" * 1_000_000, "a" * 1_000_000, "「" * 1_000_000])
    assert time.perf_counter() - started < 1

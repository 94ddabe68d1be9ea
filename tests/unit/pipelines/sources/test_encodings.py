"""Encodings: read rightly, or asked for; never read wrongly without a word."""

import codecs
import itertools
import random

import pytest

from pipelines.sources.encodings import Encoding, choose_encoding
from pipelines.sources.table import RowProblem, TableRow, open_table
from voc.errors import BadEncodingError

JAPANESE = (
    "ログイン画面が固まって先に進めません。至急直してください。",
    "担当の方がとても丁寧で、説明も分かりやすかったです。",
    "先月の請求書の金額が違っていました。３回目です。",
    "特になし",
    "ｱﾌﾟﾘが落ちる。再起動しても同じ",
    "使いやすい①検索②一覧③帳票の順に良い",
    "髙橋様のご対応に感謝いたします",
    "Excelへの出力が遅い（1万件で10分）",
    "値上げは納得できない!!",
    "返信まで５日・・・さすがに待たせすぎでは？",
    "問い合わせ番号 A-1029 の件、まだ連絡がありません",
    "まあまあ",
    "配送が早くて助かりました♪",
)
HEADERS = (
    ("回答ID", "コメント", "推奨度"),
    ("id", "text", "score"),
    ("顧客番号", "本文", "点数"),
    ("番号", "ご意見・ご要望", "満足度（５段階）"),
)
LATIN = (
    "It’s great, don’t change it",
    "Très bon service, merci à l’équipe",
    "Größe passt nicht – schade",
    "El envío tardó demasiado, señor",
)
EMOJI = ("使いやすい😊👍", "👨\u200d👩\u200d👧 で使っています", "Love it ❤️", "𠮷野家より旨い")
JAPANESE_ENCODINGS = ("cp932", "euc_jp", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-16-be-bom", "iso2022_jp")
SIZES = (1, 2, 5, 40)


def encoded(text: str, encoding: str) -> bytes | None:
    try:
        if encoding == "utf-16-be-bom":
            return codecs.BOM_UTF16_BE + text.encode("utf-16-be")
        return text.encode(encoding)
    except UnicodeEncodeError:
        return None


def generated():
    """Files of every encoding, header, size and line end, with rows drawn from the pools: (name, bytes, expected cells)."""
    draw = random.Random(7)
    for encoding, header, size, newline in itertools.product(JAPANESE_ENCODINGS, HEADERS, SIZES, ("\n", "\r\n")):
        pool = JAPANESE + (EMOJI if encoding.startswith("utf") else ())
        pool = tuple(text for text in pool if encoded(text, encoding) is not None)
        rows = [(str(n), draw.choice(pool), str(draw.randint(0, 10))) for n in range(size)]
        text = newline.join(",".join(row) for row in (header, *rows)) + newline
        yield f"{encoding}-{header[0]}-{size}", encoded(text, encoding), rows
    for encoding, size in itertools.product(("utf-8", "cp1252", "utf-16-le"), SIZES):
        rows = [(str(n), draw.choice(LATIN).replace(",", ";"), "5") for n in range(size)]
        text = "\n".join(",".join(row) for row in (("id", "text", "score"), *rows)) + "\n"
        yield f"latin-{encoding}-{size}", encoded(text, encoding), rows


def test_no_file_of_over_two_hundred_is_read_wrongly_and_hardly_one_is_asked_about(tmp_path):
    asked, files = [], 0
    for name, data, rows in generated():
        files += 1
        path = tmp_path / f"{files}.csv"
        path.write_bytes(data)
        try:
            found = [tuple(row.cells.values()) for row in open_table(path).rows_or_raise()]
        except BadEncodingError:
            asked.append(name)
            continue
        assert found == rows, name
    assert files >= 290
    assert len(asked) <= 0.01 * files, asked


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp949", "id,text\n1,안녕하세요 서비스가 좋아요\n2,배송이 너무 늦습니다\n"),
        ("gbk", "id,text\n1,服务态度非常好，下次还会来\n2,应用程序崩溃了，无法登录\n"),
        ("big5", "id,text\n1,服務態度非常好，下次還會來\n"),
        ("cp1250", "id,text\n1,Żółty łoś świetny, dziękuję\n"),
        ("cp1251", "id,text\n1,Очень хороший сервис\n"),
        ("cp932", "ｺﾒﾝﾄ\nｱｱ\n"),
        ("euc_jp", "番号,点数\n"),
    ],
)
def test_what_is_not_certain_is_asked_for(encoding, text):
    with pytest.raises(BadEncodingError, match="--encoding"):
        choose_encoding(text.encode(encoding), whole=True)


@pytest.mark.parametrize(
    ("mark", "name"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
def test_a_byte_order_mark_decides(mark, name):
    assert choose_encoding(mark + "a,b\n".encode(name), whole=True) == Encoding(name, len(mark))


def test_a_sample_that_ends_inside_a_character_is_read_by_its_whole_lines():
    data = ("番号,コメント\n" + "1,とても良い\n" * 50).encode("cp932")
    for cut in range(1, 20):
        assert choose_encoding(data[:-cut], whole=False).name == "cp932"


def test_utf16_text_that_cannot_be_told_ends_in_a_question_and_not_in_an_endless_search():
    """Why: without a line end on the right side the search for one must still end."""
    with pytest.raises(BadEncodingError):
        choose_encoding("안녕 하세요 ab".encode("utf-16-le"), whole=True)


def test_the_users_encoding_overrides_what_would_be_found(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("番号,点数\n1,2\n".encode("euc_jp"))
    assert open_table(path, encoding="EUC-JP").columns == ("番号", "点数")
    path.write_bytes("id,text\n1,①良い～\n".encode("cp932"))
    assert open_table(path, encoding="shift_jis").preview[0].cells["text"] == "①良い～"
    path.write_bytes("id,text\n1,良い\n".encode("utf-8-sig"))
    assert open_table(path, encoding="utf-8").columns == ("id", "text")


@pytest.mark.parametrize("name", ["utf-99", "base64", "", "rot13"])
def test_an_encoding_that_does_not_exist_is_refused(name, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(BadEncodingError):
        open_table(path, encoding=name)


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "utf-8"])
def test_undecodable_bytes_cost_their_row_only_and_are_named_by_line_and_column(encoding, tmp_path):
    lines = [f"{n},とても良いサービスです,{n % 11}".encode(encoding) for n in range(40)]
    lines[6] = b"6,bad \xff\xfe\x82\x20byte,3"
    path = tmp_path / "a.csv"
    path.write_bytes("番号,コメント,点数\n".encode(encoding) + b"\n".join(lines) + b"\n")
    rows = list(open_table(path).rows())
    (problem,) = [row for row in rows if isinstance(row, RowProblem)]
    assert (problem.line, problem.column, problem.code) == (8, "コメント", "bad_encoding")
    assert r"\xff" in problem.raw
    assert sum(isinstance(row, TableRow) for row in rows) == 39


def test_bad_bytes_after_the_sample_are_found_while_reading(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,text\n" + b"1,fine words here\n" * 80_000 + "2,良い\n".encode("cp932") + b"3,fine\n")
    rows = list(open_table(path).rows())
    assert len(rows) == 80_002
    assert [row.code for row in rows if isinstance(row, RowProblem)] == ["bad_encoding"]


def test_lines_of_two_encodings_are_not_mixed_up(tmp_path):
    """Why: a file glued together from two exports must not lose its second half silently."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,text\n" + "1,とても良い\n".encode() * 9 + "2,とても良い\n".encode("cp932"))
    assert [row.code for row in open_table(path).rows() if isinstance(row, RowProblem)] == ["bad_encoding"]
    path.write_bytes(b"id,text\n" + "1,とても良い\n".encode() * 9 + "2,とても良い\n".encode("cp932") * 9)
    with pytest.raises(BadEncodingError):
        open_table(path)


def test_a_lone_surrogate_or_a_torn_last_character_in_utf16_costs_its_row_only(tmp_path):
    path = tmp_path / "a.csv"
    body = "id,text\n1,良い\n2,".encode("utf-16-le") + b"\x00\xd8" + "x\n3,悪い\n4,あ".encode("utf-16-le")
    path.write_bytes(codecs.BOM_UTF16_LE + body + b"\x42")
    assert [(type(row).__name__, row.line) for row in open_table(path).rows()] == [
        ("TableRow", 2),
        ("RowProblem", 3),
        ("TableRow", 4),
        ("RowProblem", 5),
    ]

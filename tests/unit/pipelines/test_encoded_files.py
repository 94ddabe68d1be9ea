"""No file is read wrongly in silence: it is read right, or the encoding is asked for."""

import codecs
import random

import pytest

from pipelines.sources.table import open_table
from voc.errors import BadEncodingError

JAPANESE = [
    "検索が遅くて困っています。",
    "サポートの対応がとても良かったです",
    "ﾛｸﾞｲﾝできません",
    "請求書の金額が違う、至急確認してください！",
    "特になし",
    "料金プランが分かりにくい",
    "アプリが何度も落ちる",
    "画面が見やすくなりました。ありがとうございます。",
    "解約したいのですが、手続きが見つかりません",
    "株式会社みなと紙器",
]
ENGLISH = ["The export is slow.", "Great support, thanks!", "I can't log in since Monday", "n/a"]
HEADERS = ["id,コメント,回答日", "id,comment,date", "番号,ご意見,日付"]
ENCODINGS = {
    "utf-8": ("utf-8", b""),
    "utf-8 with mark": ("utf-8", codecs.BOM_UTF8),
    "cp932": ("cp932", b""),
    "euc_jp": ("euc_jp", b""),
    "iso2022_jp": ("iso2022_jp_ext", b""),
    "utf-16-le": ("utf-16-le", b""),
    "utf-16-le with mark": ("utf-16-le", codecs.BOM_UTF16_LE),
    "utf-16-be": ("utf-16-be", b""),
    "utf-16-be with mark": ("utf-16-be", codecs.BOM_UTF16_BE),
}
FILES_PER_ENCODING = 30


def _table(seed):
    chance = random.Random(seed)
    rows = [chance.choice(HEADERS).split(",")]
    for number in range(chance.choice([1, 2, 5, 40])):
        pool = JAPANESE if chance.random() < 0.8 else ENGLISH
        rows.append([str(number), chance.choice(pool).replace(",", ""), "2026/10/1"])
    return rows


@pytest.mark.parametrize("name", ENCODINGS)
def test_of_270_files_none_is_read_wrongly_and_nearly_all_are_read(name, tmp_path):
    codec, mark = ENCODINGS[name]
    asked = 0
    for seed in range(FILES_PER_ENCODING):
        rows = _table(seed)
        path = tmp_path / f"{seed}.csv"
        path.write_bytes(mark + "\r\n".join(",".join(row) for row in rows).encode(codec) + "\r\n".encode(codec))
        try:
            table = open_table(path)
        except BadEncodingError:
            asked += 1
            table = open_table(path, encoding=codec)
        assert list(table.columns) == rows[0]
        assert [list(row.cells.values()) for row in table.rows_or_raise()] == rows[1:]
    assert asked <= 0.1 * FILES_PER_ENCODING


@pytest.mark.parametrize(
    ("text", "codec"),
    [(text, codec) for codec in ("cp932", "euc_jp") for text in ("対応", "改善", "品質", "ｱｲｳ,ﾃｽﾄ")],
)
def test_a_file_with_too_little_text_is_asked_about_or_read_right(text, codec, tmp_path):
    """Why: two kanji in EUC-JP are four half-width kana in cp932; nobody can tell them apart."""
    path = tmp_path / "short.csv"
    path.write_bytes(f"a,b\n{text}\n".encode(codec))
    try:
        table = open_table(path)
    except BadEncodingError:
        return
    assert text.split(",")[0] in next(iter(table.rows_or_raise())).cells.values()


def test_an_override_wins_and_an_unknown_one_is_refused(tmp_path):
    path = tmp_path / "latin.csv"
    path.write_bytes("text\ncaf\xe9\n".encode("latin-1"))
    assert next(iter(open_table(path, encoding="latin-1").rows_or_raise())).cells == {"text": "café"}
    with pytest.raises(BadEncodingError):
        open_table(path, encoding="klingon")

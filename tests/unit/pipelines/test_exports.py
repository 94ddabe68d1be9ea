"""Exports: what goes out can be read back equal, and nothing of it runs."""

import csv
import io
import math
from datetime import UTC, date, datetime, timedelta, timezone

import openpyxl
import orjson
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import exports
from pipelines.exports import ExportFormat, export, guarded, unguarded
from voc.errors import TooManyItemsError
from voc.feedback import Source

SAID = datetime(2026, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=9)))
ROW = {
    "text": "=SUM(A1:A9)",
    "ja": "請求書が\n分かりにくい",
    "score": -5,
    "share": 0.25,
    "unknown": None,
    "nan": math.nan,
    "sure": True,
    "submitted_at": SAID,
    "day": date(2026, 3, 1),
    "source": Source.SURVEY,
    "tags": ("login", "billing"),
    "scores": {"nps": 3},
    "left out": "secret",
}
COLUMNS = [name for name in ROW if name != "left out"]


def written(rows, form, *, columns=COLUMNS):
    to = io.BytesIO()
    assert export(rows, to=to, form=form, columns=columns) == len(rows)
    assert not to.closed
    return to.getvalue()


def read_csv(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_has_a_byte_order_mark_and_crlf_as_japanese_excel_expects():
    data = written([ROW], ExportFormat.CSV)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")


def test_csv_keeps_values_readable():
    head, row = read_csv(written([ROW], ExportFormat.CSV))
    there = dict(zip(head, row, strict=True))
    assert there["ja"] == "請求書が\n分かりにくい"
    assert (there["score"], there["share"], there["unknown"], there["nan"], there["sure"]) == ("-5", "0.25", "", "", "true")
    assert (there["submitted_at"], there["day"]) == ("2026-03-01T00:30:00Z", "2026-03-01")
    assert (there["source"], there["tags"], there["scores"]) == ("survey", '["login","billing"]', '{"nps":3}')


RISKY = ["=1+1", "+81", "-1", "@x", "＝1", "＋1", "－1", "＠x", "\t=1", "\r=1", "\n=1", "\0=1", " =1", "　=1", '"=1', "'=1", "\ufeff=1"]


@pytest.mark.parametrize("text", RISKY)
def test_text_that_could_run_is_made_plain_in_cells_and_headers(text):
    head, row = read_csv(written([{text: text}], ExportFormat.CSV, columns=[text]))
    assert head == row == [f"'{text}"]
    assert unguarded(row[0]) == text


@pytest.mark.parametrize("text", ["", "特になし", "1-2", "a=b", "'tis", "3.5"])
def test_other_text_is_left_alone(text):
    assert guarded(text) == unguarded(text) == text


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8")) | st.text(alphabet="'=+-@ \"\t＝x", max_size=6))
def test_csv_reads_back_to_the_same_text(text):
    (_, row) = read_csv(written([{"text": text, "n": 1}], ExportFormat.CSV, columns=["text", "n"]))
    assert unguarded(row[0]) == text
    assert row[0][:1] not in set("=+-@＝＋－＠\t\r\n\0")


def sheet(rows, columns=COLUMNS):
    return openpyxl.load_workbook(io.BytesIO(written(rows, ExportFormat.XLSX, columns=columns))).active


def test_excel_holds_text_as_text_and_numbers_as_numbers():
    there = dict(zip(COLUMNS, sheet([ROW])[2], strict=True))
    assert (there["text"].data_type, there["text"].value) == ("s", "=SUM(A1:A9)")
    assert (there["score"].data_type, there["score"].value) == ("n", -5)
    assert (there["share"].value, there["unknown"].value, there["nan"].value, there["sure"].value) == (0.25, None, None, True)
    assert there["submitted_at"].value == datetime(2026, 3, 1, 0, 30)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@SUM(1)", "＝1", "http://example.com", "{=1}", "123"])
def test_excel_never_turns_text_or_headers_into_formulas_links_or_numbers(text):
    there = sheet([{text: text}], [text])
    for cell in (there["A1"], there["A2"]):
        assert (cell.data_type, cell.value, cell.hyperlink) == ("s", text, None)


def test_excel_cuts_what_a_cell_cannot_hold_and_says_so():
    there = sheet([{"text": "🎉" * 20_000}], ["text"])["A2"].value
    assert there.endswith("[cut]")
    assert len(there.encode("utf-16-le")) // 2 <= exports.MAX_CELL_UNITS


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr(exports, "MAX_EXCEL_ROWS", 3)
    with pytest.raises(TooManyItemsError) as refused:
        export([{"a": 1}] * 4, to=io.BytesIO(), form=ExportFormat.XLSX, columns=["a"])
    assert refused.value.facts["limit"] == 3


def test_json_lines_keep_types_and_order():
    data = written([ROW, {}], ExportFormat.JSONL)
    first, second = (orjson.loads(line) for line in data.splitlines())
    assert list(first) == COLUMNS
    assert (first["text"], first["score"], first["nan"], first["sure"]) == ("=SUM(A1:A9)", -5, None, True)
    assert (first["submitted_at"], first["tags"], first["scores"]) == ("2026-03-01T00:30:00Z", ["login", "billing"], {"nps": 3})
    assert set(second.values()) == {None}


def test_parquet_keeps_types():
    table = pq.read_table(io.BytesIO(written([ROW, {"score": 2}], ExportFormat.PARQUET)))
    assert table.column_names == COLUMNS
    first = table.to_pylist()[0]
    assert (first["text"], first["score"], first["share"], first["nan"], first["sure"]) == ("=SUM(A1:A9)", -5, 0.25, None, True)
    assert first["submitted_at"] == SAID.astimezone(UTC)
    assert first["tags"] == ["login", "billing"]
    assert {str(table.schema.field(name).type) for name in ("unknown", "nan")} == {"string"}


def test_parquet_writes_a_column_of_mixed_types_as_text_unchanged():
    table = pq.read_table(io.BytesIO(written([{"a": 1}, {"a": "=x"}, {"a": None}], ExportFormat.PARQUET, columns=["a"])))
    assert table["a"].to_pylist() == ["1", "=x", None]


@pytest.mark.parametrize("form", ExportFormat)
def test_no_rows_give_a_readable_file_and_equal_rows_equal_bytes(form):
    assert written([], form) is not None
    assert written([ROW] * 3, form) == written([ROW] * 3, form)


def test_a_failing_source_leaves_the_callers_file_open():
    """Why: the caller decides whether a half-written file is thrown away."""

    def failing():
        yield ROW
        raise OSError

    to = io.BytesIO()
    with pytest.raises(OSError):  # noqa: PT011 - raised two lines above
        export(failing(), to=to, form=ExportFormat.CSV, columns=COLUMNS)
    assert not to.closed

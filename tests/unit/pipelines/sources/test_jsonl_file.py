"""JSON lines: errors cost their line, cells are text, bombs are refused before anything is used."""

import gzip
import json
import time

import pytest

from pipelines.sources.table import RowProblem, open_table
from voc.errors import BadFileError, DecompressedTooLargeError


def rows_of(tmp_path, data, name="a.jsonl", **options):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(open_table(path, **options).rows())


def shape(rows):
    return [(row.line, row.code if isinstance(row, RowProblem) else "ok") for row in rows]


def test_cells_are_text_and_columns_the_keys_in_the_order_they_appear(tmp_path):
    lines = ['{"id": 12345678901234567890, "text": "良い", "score": 9.5, "ok": true}', '{"text": null, "tags": ["a", 1], "more": {"b": 2}}']
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    table = open_table(path)
    assert table.columns == ("id", "text", "score", "ok", "tags", "more")
    first, second = table.preview
    assert first.cells == {"id": "12345678901234567890", "text": "良い", "score": "9.5", "ok": "true"}
    assert second.cells == {"text": "", "tags": '["a", 1]', "more": '{"b": 2}'}


def test_a_key_that_appears_late_still_comes_in_the_cells(tmp_path):
    data = '{"a": 1}\n' * 1000 + '{"late": 2}\n'
    assert rows_of(tmp_path, data)[-1].cells == {"late": "2"}


@pytest.mark.parametrize(
    "line",
    [
        *('{"a": 1', "[1, 2]", "5", '"text"', "null", '{"a": NaN}', '{"a": Infinity}', '{"a": 1}}', "{'a': 1}"),
        *("[" * 100_000, '{"a": ' + "1" * 5000 + "}"),
    ],
)
def test_a_line_that_is_no_object_costs_that_line_only(tmp_path, line):
    rows = rows_of(tmp_path, f'{{"a": 1}}\n{line}\n\n{{"a": 2}}\n')
    assert shape(rows) == [(1, "ok"), (2, "bad_row"), (4, "ok")]


@pytest.mark.parametrize("escape", [r"\u0000", r"\ud800", r"\udc00x"])
def test_escaped_nul_and_half_surrogates_are_problems_of_their_cell(tmp_path, escape):
    (problem, good) = rows_of(tmp_path, f'{{"id": "1", "text": "a{escape}"}}\n{{"text": "\\ud83d\\ude0a"}}\n')
    assert (problem.code, problem.column) == ("bad_characters", "text")
    assert good.cells["text"] == "😊"


def test_half_a_last_line_a_bom_and_crlf(tmp_path):
    rows = rows_of(tmp_path, b"\xef\xbb\xbf" + b'{"a": "1"}\r\n{"a": "2"}\r\n{"a": "3')
    assert shape(rows) == [(1, "ok"), (2, "ok"), (3, "bad_row")]


def test_a_line_over_one_megabyte_is_left_out(tmp_path):
    rows = rows_of(tmp_path, '{"a": "1"}\n{"a": "' + "x" * 5_000_000 + '"}\n{"a": "2"}\n')
    assert shape(rows) == [(1, "ok"), (2, "text_too_long"), (3, "ok")]


def test_one_array_is_read_as_rows_with_the_lines_they_start_at(tmp_path):
    items = [{"id": n, "text": "良い" * n} for n in range(2000)]
    rows = rows_of(tmp_path, json.dumps(items, ensure_ascii=False, indent=1), "a.json")
    assert [row.cells["id"] for row in rows] == [str(n) for n in range(2000)]
    assert [row.line for row in rows[:3]] == [2, 6, 10]
    assert shape(rows_of(tmp_path, "[]", "a.json")) == []
    assert shape(rows_of(tmp_path, '[{"a": 1}, 2, {"a": 3}]')) == [(1, "ok"), (1, "bad_row"), (1, "ok")]


@pytest.mark.parametrize("end", ["", ", {", "] {}", ' {"a": 2}]', ", nonsense]"])
def test_an_array_that_breaks_off_says_so(tmp_path, end):
    assert shape(rows_of(tmp_path, '[{"a": 1}' + end)) == [(1, "ok"), (1, "bad_row")]


def test_packed_files_are_read_and_torn_ones_refused_before_anything_is_used(tmp_path):
    data = gzip.compress(b'{"a": 1}\n' * 10_000)
    assert len(rows_of(tmp_path, data, "a.jsonl.gz")) == 10_000
    with pytest.raises(BadFileError, match="damaged"):
        rows_of(tmp_path, data[:-20], "a.jsonl.gz")
    with pytest.raises(BadFileError, match="damaged"):
        rows_of(tmp_path, b"not gzip at all", "a.jsonl.gz")


def test_a_bomb_is_refused_at_once_and_a_well_packed_real_file_is_not(tmp_path):
    bomb = gzip.compress(b"0" * 150_000_000, compresslevel=9)
    start = time.perf_counter()
    with pytest.raises(DecompressedTooLargeError):
        rows_of(tmp_path, bomb, "a.jsonl.gz")
    assert time.perf_counter() - start < 1
    repeated = gzip.compress(b"".join(b'{"id": %d, "text": "the same words again and again"}\n' % n for n in range(300_000)))
    path = tmp_path / "b.jsonl.gz"
    path.write_bytes(repeated)
    assert len(open_table(path).preview) == 5

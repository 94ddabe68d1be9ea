"""XLSX: cells as a person would type them, rows at their row numbers."""

from datetime import date, datetime

import openpyxl
import pytest

from pipelines.sources.table import RowProblem, open_table
from voc.errors import BadFileError, DecompressedTooLargeError


@pytest.fixture
def book(tmp_path):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "回答"
    for row in (
        ["回答ID", "コメント", "満足度", "回答日", "日時", "済"],
        [1, "良い\n次も使う", 5.0, date(2026, 10, 1), datetime(2026, 10, 1, 9, 5), True],
        [],
        ["2", None, 4.5, None, None, None],
        [3, "多い", 1, None, None, None, "extra"],
    ):
        sheet.append(row)
    workbook.create_sheet("other").append(["a"])
    path = tmp_path / "a.xlsx"
    workbook.save(path)
    return path


def test_dates_are_iso_whole_numbers_plain_and_blank_rows_no_rows(book):
    table = open_table(book)
    first, second, problem = table.rows()
    assert tuple(first.cells.values()) == ("1", "良い\n次も使う", "5", "2026-10-01", "2026-10-01T09:05:00", "true")
    assert (second.line, tuple(second.cells.values())) == (4, ("2", "", "4.5", "", "", ""))
    assert isinstance(problem, RowProblem)
    assert (problem.line, problem.code) == (5, "bad_row")
    assert (table.kind, table.encoding) == ("xlsx", None)


def test_a_sheet_is_chosen_by_name(book):
    assert open_table(book, sheet="other").columns == ("a",)
    with pytest.raises(BadFileError, match="回答, other"):
        open_table(book, sheet="nowhere")


def test_what_is_no_workbook_is_empty_or_unpacks_too_far_is_refused(book, tmp_path):
    other = tmp_path / "b.xlsx"
    other.write_bytes(b"id,text\n")
    with pytest.raises(BadFileError, match="workbook"):
        open_table(other)
    with pytest.raises(DecompressedTooLargeError):
        open_table(book, max_bytes=1_000)
    empty = tmp_path / "c.xlsx"
    openpyxl.Workbook().save(empty)
    with pytest.raises(BadFileError, match="empty"):
        open_table(empty)

"""CSV: every record comes out as a row or as a problem at its line; a broken one never takes its neighbours along."""

import csv
import gzip
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.sources.headers import find_column, named_apart
from pipelines.sources.table import RowProblem, TableRow, open_table
from voc.errors import BadFileError, BadMappingError, DecompressedTooLargeError


def write(tmp_path, text, name="a.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(tmp_path, text, **options):
    rows = list(open_table(write(tmp_path, text), **options).rows())
    good = {row.line: tuple(row.cells.values()) for row in rows if isinstance(row, TableRow)}
    return good, {row.line: row.code for row in rows if isinstance(row, RowProblem)}


def test_an_unclosed_quote_costs_its_row_and_none_of_the_thousand_that_follow(tmp_path):
    lines = ["id,text,score"] + [f"{n},fine,{n % 11}" for n in range(1000)]
    lines[500] = '499,"never closed,3'
    good, bad = read(tmp_path, "\n".join(lines) + "\n")
    assert bad == {501: "bad_row"}
    assert len(good) == 999


@pytest.mark.parametrize(
    "next_line",
    ['2,"quoted, later",5', '2,"",5', '2,", odd start",5', '2,say "x",5', "2,plain,5"],
)
def test_an_unclosed_quote_ends_where_it_stands_whatever_follows(tmp_path, next_line):
    good, bad = read(tmp_path, f'id,text,score\n1,"open,3\n{next_line}\n3,last,4\n')
    assert (bad, set(good)) == ({2: "bad_row"}, {3, 4})


def test_an_unclosed_quote_that_meets_a_later_stray_one_does_not_swallow_whole_rows(tmp_path):
    good, bad = read(tmp_path, 'id,text,score\n1,"open,3\n2,a,4\n3,b,5\n4,stray",6\n5,c,7\n')
    assert set(bad) == {2}
    assert set(good) == {3, 4, 5, 6}


def test_an_unclosed_quote_in_the_last_row_is_a_problem_there(tmp_path):
    assert read(tmp_path, 'id,text\n1,a\n2,"open') == ({2: ("1", "a")}, {3: "bad_row"})


def test_rows_pasted_into_a_comment_are_its_text_unless_they_continue_the_files_own_ids(tmp_path):
    text = 'id,text,score\n17,"my table:\na,b,c\nx,y,z\n",3\n18,fine,4\n'
    assert read(tmp_path, text)[0] == {2: ("17", "my table:\na,b,c\nx,y,z\n", "3"), 6: ("18", "fine", "4")}


def test_line_breaks_and_quotes_inside_a_cell_are_its_text(tmp_path):
    good, bad = read(tmp_path, 'id,text,score\n1,"Dear team,\nI tried A, B, and C.\r\nThanks ""a lot""",3\n2,5" pipe,4\n')
    assert good == {2: ("1", 'Dear team,\nI tried A, B, and C.\r\nThanks "a lot"', "3"), 5: ("2", '5" pipe', "4")}
    assert bad == {}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_kind_and_blank_lines_keep_the_line_numbers(tmp_path, newline):
    good, bad = read(tmp_path, newline.join(["id,text", "1,a", "", "2,b", "x", "3,c"]))
    assert (set(good), set(bad)) == ({2, 4, 6}, {5})


def test_mixed_line_ends_are_all_line_ends(tmp_path):
    assert set(read(tmp_path, "id,text\r1,a\n2,b\r\n3,c\r4,d")[0]) == {2, 3, 4, 5}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "｜", "|"])
def test_the_delimiter_is_the_one_that_cuts_like_the_header(tmp_path, delimiter):
    text = "\n".join(delimiter.join(row) for row in (("id", "本文", "点数"), ("1", "はい、良い", "3"), ("2", "so so", "4")))
    table = open_table(write(tmp_path, text))
    assert (table.delimiter, len(table.preview)) == (delimiter, 2)


def test_commas_in_the_text_do_not_hide_semicolons_between_the_columns(tmp_path):
    good, bad = read(tmp_path, "id;text;score\n1;a, b, c;3\n2;d, e;4\n3;f;5\n")
    assert (good[2], bad) == (("1", "a, b, c", "3"), {})


def test_what_a_spreadsheet_program_announces_and_what_the_user_says_is_followed(tmp_path):
    assert read(tmp_path, "sep=;\nid;text\n1;a,b\n")[0] == {3: ("1", "a,b")}
    assert read(tmp_path, "a,b;c\n1,2;3\n", delimiter=";")[0] == {2: ("1,2", "3")}
    assert read(tmp_path, "a\tb,c\n1\t2,3\n", delimiter="tab")[0] == {2: ("1", "2,3")}
    with pytest.raises(BadFileError, match="one character"):
        read(tmp_path, "a,b\n", delimiter=";;")


def test_rows_with_other_columns_than_the_header_are_refused(tmp_path):
    good, bad = read(tmp_path, "id,text,score\n1,a\n2,b,3,extra\n3,c,4\n4,d,5,,\n")
    assert (set(good), bad) == ({4, 5}, {2: "bad_row", 3: "bad_row"})


def test_nul_and_cells_over_the_limit_are_problems_of_their_row(tmp_path):
    text = "id,text\n1,a\x00b\n2," + "x" * 131_073 + "\n3," + "y" * 131_072 + "\n4,z\n"
    good, bad = read(tmp_path, text)
    assert (set(good), bad) == ({4, 5}, {2: "bad_characters", 3: "bad_row"})


def test_a_line_over_the_limit_is_left_out_without_being_held(tmp_path):
    good, bad = read(tmp_path, b"id,text\n1,a\n2," + b"x" * 9_000_000 + b"\n3,b\n")
    assert (set(good), bad) == ({2, 4}, {3: "text_too_long"})


def test_a_record_of_over_two_hundred_lines_is_taken_for_an_unclosed_quote(tmp_path):
    fits = '1,"' + "\n" * 199 + '",3\n'
    good, bad = read(tmp_path, "id,text,score\n" + fits + "2,b,4\n")
    assert (len(good), bad) == (2, {})
    good, bad = read(tmp_path, "id,text,score\n" + '1,"' + "a\n" * 201 + '",3\n' + "2,b,4\n")
    assert bad[2] == "bad_row"
    assert ("2", "b", "4") in good.values()


def test_headers_are_kept_apart_and_found_whatever_their_width_and_case(tmp_path):
    table = open_table(write(tmp_path, "\ufeffＩＤ, コメント ,コメント,,id2\n1,a,b,c,d\n"))
    assert table.columns == ("ＩＤ", "コメント", "コメント (2)", "column 4", "id2")
    assert find_column("id", columns=table.columns, role="id") == "ＩＤ"
    with pytest.raises(BadMappingError, match="コメント"):
        find_column("nowhere", columns=table.columns, role="text")
    with pytest.raises(BadMappingError, match="Several"):
        find_column("Ｉｄ", columns=("ID", "id"), role="id")


def test_ten_thousand_columns_are_read(tmp_path):
    columns = [f"c{n}" for n in range(10_000)]
    table = open_table(write(tmp_path, ",".join(columns) + "\n" + ",".join("x" * 10_000) + "\n"))
    assert len(table.columns) == 10_000
    assert len(table.preview[0].cells) == 10_000
    assert named_apart(["a"] * 1000)[-1] == "a (1000)"


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_an_empty_file_says_so(tmp_path, text):
    with pytest.raises(BadFileError, match=r"empty|no header"):
        open_table(write(tmp_path, text))


def test_only_a_header_is_a_table_without_rows(tmp_path):
    table = open_table(write(tmp_path, "id,text\r\n"))
    assert (table.columns, list(table.rows())) == (("id", "text"), [])


@pytest.mark.parametrize(
    ("name", "data"), [("a.csv", b"PK\x03\x04aaaa"), ("a.csv", b"%PDF-1.7"), ("a.csv.gz", gzip.compress(b"PK\x03\x04aa", mtime=0))]
)
def test_other_formats_behind_a_wrong_name_are_refused(tmp_path, name, data):
    with pytest.raises(BadFileError, match="not rows of text"):
        open_table(write(tmp_path, data, name))


def test_an_unknown_ending_is_refused_naming_the_known_ones(tmp_path):
    with pytest.raises(BadFileError, match=r"\.csv.*\.xlsx"):
        open_table(write(tmp_path, "a", "a.docx"))
    with pytest.raises(BadFileError, match="cannot be opened"):
        open_table(tmp_path / "missing.csv")


def test_sizes_are_limited_plain_and_packed(tmp_path):
    with pytest.raises(BadFileError, match="larger"):
        open_table(write(tmp_path, "a,b\n" * 100), max_bytes=100)
    with pytest.raises(DecompressedTooLargeError):
        open_table(write(tmp_path, gzip.compress(b"a,b\n" * 100, mtime=0), "a.csv.gz"), max_bytes=100)


def test_rows_can_be_read_again_and_the_first_problem_raised_with_its_place(tmp_path):
    table = open_table(write(tmp_path, "id,text\n1,a\n2,b\x00\n"))
    assert list(table.rows()) == list(table.rows())
    with pytest.raises(BadFileError, match="Line 3, column 'text'") as caught:
        list(table.rows_or_raise())
    assert (caught.value.field, caught.value.facts["line"]) == ("text", 3)


NASTY = st.text(alphabet=st.sampled_from('ab,;"\n\r\t あｱ1\x00'), max_size=12)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.tuples(NASTY, NASTY, NASTY), max_size=8))
def test_what_the_csv_module_writes_comes_back_whole(tmp_path_factory, rows):
    """Rows in = rows read + refused; only rows with NUL are refused."""
    rows = [row for row in rows if any(row)]
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("id", "text", "score"), *rows])
    table = open_table(write(tmp_path_factory.mktemp("t"), text.getvalue()), encoding="utf-8", delimiter=",")
    found = list(table.rows())
    assert len(found) == len(rows)
    for row, wanted in zip(found, rows, strict=True):
        assert isinstance(row, RowProblem) == any("\x00" in cell for cell in wanted)
        assert isinstance(row, RowProblem) or tuple(row.cells.values()) == wanted


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_rows_problems_or_one_of_our_errors(tmp_path_factory, data):
    from voc.errors import InputError

    path = write(tmp_path_factory.mktemp("t"), data)
    for encoding in (None, "utf-8", "cp932"):
        try:
            list(open_table(path, encoding=encoding).rows())
        except InputError:
            continue

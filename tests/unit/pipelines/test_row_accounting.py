"""Rows in = rows read + rows rejected, whatever the file holds; never fewer in silence."""

import csv
import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.redaction import PatternRedactor
from pipelines.ingest import ingest
from pipelines.sources.mapping import parse_mapping
from pipelines.sources.reading import ReadRow, Rejected, read_feedback
from pipelines.sources.rejects import write_rejects
from pipelines.sources.table import open_table
from voc.errors import InputError
from voc.feedback import Language, Source

ZONE = ZoneInfo("Asia/Tokyo")
SHARED = Path(os.environ.get("VOC_SHARED_DATA") or Path(__file__).parents[3] / ".." / "shared" / "data")


def read(path, mapping):
    return list(read_feedback(open_table(path), parse_mapping(mapping), source=Source.SURVEY, source_name="file", timezone=ZONE))


class English:
    name, version = "en", "1"

    def detect(self, texts):
        return [Language.EN] * len(texts)


def outcomes(path, mapping):
    """Return how many rows are new, repeats, rejected."""
    rows = read(path, mapping)
    taken = [row.feedback for row in rows if isinstance(row, ReadRow)]
    done = ingest(taken, detector=English(), redactor=PatternRedactor(), received_at=datetime(2026, 10, 1, tzinfo=UTC))
    good = [item for item in done if not isinstance(item, InputError)]
    new = len({item.id for item in good})
    return len(rows), new, len(good) - new, len(rows) - len(good)


def test_an_unclosed_quote_costs_its_own_row_only(tmp_path):
    """Why: the csv module alone swallows every row behind it without an error."""
    lines = ["id,text,score"] + [f"{n},row {n},9" for n in range(1_000)]
    lines[4] = '3,"row 3,9'
    path = tmp_path / "quote.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = read(path, "text=text,id=id,score=nps:score")
    assert len(rows) == 1_000
    assert [row.line for row in rows if isinstance(row, Rejected)] == [5]


def test_each_bad_row_is_rejected_at_its_line_and_column(tmp_path):
    path = tmp_path / "bad.csv"
    path.write_bytes(
        b'id,text,score,date\r\n1,good,9,2026-01-01\r\n2,high,99,2026-01-01\r\n3,nan,NaN,2026-01-01\r\n'
        b'4,comma,"8,5",2026-01-01\r\n'
        b"5,wide,\xef\xbc\x98,2026-01-01\r\n6,day,9,2025-02-29\r\n"
        b"7,extra,9,2026-01-01,x\r\n8,short\r\n9,n\x00ul,9,2026-01-01\r\n10,none,,\r\n"
    )
    rows = read(path, "text=text,id=id,score=nps:score,date=date")
    rejected = {row.line: (row.column, row.code) for row in rows if isinstance(row, Rejected)}
    assert len(rows) == 10
    assert {line: code for line, (_, code) in rejected.items()} == {
        3: "out_of_range",
        4: "not_a_number",
        5: "not_a_number",
        7: "bad_date",
        8: "bad_row",
        9: "bad_row",
        10: "bad_characters",
    }
    assert rejected[3][0] == rejected[4][0] == "score"
    assert rejected[7][0] == "date"
    kept = {row.feedback.external_id: row.feedback.scores for row in rows if isinstance(row, ReadRow)}
    assert [score.value for score in kept["5"]] == [8.0]
    assert kept["10"] == ()


def test_rejected_rows_can_be_written_and_opened_again_without_running_a_formula(tmp_path):
    path = tmp_path / "formula.csv"
    path.write_text("text,score\n=HYPERLINK(1),99\n＋1,99\n", encoding="utf-8")
    rejected = [row for row in read(path, "text=text,score=nps:score") if isinstance(row, Rejected)]
    target = tmp_path / "rejects.csv"
    write_rejects(target, rejected)
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    with target.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert len(rows) == 3
    assert not any(cell[:1] in tuple("=+-@\t\r＝＋－＠") for row in rows for cell in row if cell)


def test_two_equal_anonymous_answers_are_two_and_the_file_read_again_adds_nothing(tmp_path):
    path = tmp_path / "equal.csv"
    path.write_text("text\nsame\nsame\nother\n", encoding="utf-8")
    assert outcomes(path, "text=text") == (3, 3, 0, 0)
    first, second = ([row.feedback for row in read(path, "text=text")] for _ in range(2))
    assert first == second


CELLS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8),
    st.sampled_from(["", "9", "99", "NaN", "a,b", '"', 'say "hi"', "two\nlines", "2026-01-01", "=1+1", "n/a", "𠮷", "\x00"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=12))
def test_every_row_of_a_well_formed_csv_is_accounted_for(tmp_path, rows):
    path = tmp_path / "any.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerow(["text", "score", "date"])
        writer.writerows(rows)
    count, new, repeats, rejected = outcomes(path, "text=text,score=nps:score,date=date")
    assert count == len(rows) == new + repeats + rejected


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(st.dictionaries(st.sampled_from(["text", "score", "x"]), CELLS), st.just("{half"), st.just([1])), min_size=1, max_size=12
    )
)
def test_every_line_of_a_jsonl_is_accounted_for(tmp_path, items):
    path = tmp_path / "any.jsonl.gz"
    lines = [json.dumps({"text": "first", "score": ""})] + [item if isinstance(item, str) else json.dumps(item) for item in items]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    count, new, repeats, rejected = outcomes(path, "text=text,score=nps:score")
    assert count == len(lines) == new + repeats + rejected


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "mapping", "rows"),
    [
        ("nhs_patient_feedback_en", "text=text,id=id,date=date,customer=customer_id,score=csat:rating(5..1 none=6|7)", 6_224),
        ("cfpb_complaints_en", "text=text,id=id,date=date,account=company,segment=segment,product=product", 2_846),
    ],
)
def test_all_rows_of_real_files_are_taken(name, mapping, rows):
    path = SHARED / f"{name}.jsonl.gz"
    if not path.is_file():
        pytest.skip("no shared data beside the checkout (VOC_SHARED_DATA)")
    read_rows = read(path, mapping)
    assert len(read_rows) == rows
    assert not [row for row in read_rows if isinstance(row, Rejected)]

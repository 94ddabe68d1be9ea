"""Reading: one outcome a row, in order, the same at every reading; rejects that a person can mend."""

import csv
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipelines.sources.mapping import parse_mapping
from pipelines.sources.reading import ReadRow, Rejected, read_feedback
from pipelines.sources.rejects import write_rejects
from pipelines.sources.table import open_table
from voc.errors import BadMappingError
from voc.feedback import Source
from voc.kpis import Kpi, Score

SHARED = Path(os.environ.get("VOC_SHARED_DATA", Path(__file__).parents[5] / "shared" / "data"))
MAPPING = "text=text,score=nps:nps,customer=customer,date=date,id=id,segment=segment"


def read(tmp_path, text, mapping=MAPPING, *, source=Source.SURVEY, name="a.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    options = {"source": source, "source_name": "test", "timezone": ZoneInfo("Asia/Tokyo")}
    return list(read_feedback(open_table(path), parse_mapping(mapping), **options))


def test_a_row_becomes_a_feedback_with_everything_that_was_mapped(tmp_path):
    (row,) = read(tmp_path, "id,text,nps,customer,date,segment,region\n7, 良い ,９,C1,2026/10/1,法人,東京\n")
    found = row.feedback
    assert (row.line, found.external_id, found.text, found.scores) == (2, "7", " 良い ", (Score(kpi=Kpi.NPS, value=9),))
    assert (found.submitted_at, found.timezone_assumed) == (datetime(2026, 9, 30, 15, tzinfo=UTC), True)
    assert (found.customer, found.segment, found.metadata, found.source_name) == ("C1", "法人", {"region": "東京"}, "test")


def test_every_row_ends_once_and_exactly_the_bad_ones_are_rejected_with_line_column_and_code(tmp_path):
    lines = [f"{n},fine {n},{n % 11},C{n % 7},2026-10-{n % 28 + 1:02d},a" for n in range(1000)]
    bad = {
        3: ("3,x,99,C,2026-10-01,a", "nps", "out_of_range"),
        10: ("10,x,-1,C,2026-10-01,a", "nps", "out_of_range"),
        20: ("20,x,NaN,C,2026-10-01,a", "nps", "not_a_number"),
        30: ('30,x,"8,5",C,2026-10-01,a', "nps", "not_a_number"),
        40: ("40,x,7.5,C,2026-10-01,a", "nps", "out_of_range"),
        50: ("50,x,5,C,2025-02-29,a", "date", "bad_date"),
        60: ("60,x,5,C,03/04/2026,a", "date", "bad_date"),
        70: ("70,x,5", "", "bad_row"),
        80: ("80,x,5,C,2026-10-01,a,extra", "", "bad_row"),
        90: ("90,x\x00y,5,C,2026-10-01,a", "text", "bad_characters"),
        95: ('95,"open,5,C,2026-10-01,a', "", "bad_row"),
    }
    for place, (line, _, _) in bad.items():
        lines[place] = line
    lines[100] = "100,ok,８,C,,a"
    rows = read(tmp_path, "id,text,nps,customer,date,segment\n" + "\n".join(lines) + "\n")
    assert len(rows) == 1000
    assert {row.line - 2: (row.column, row.code) for row in rows if isinstance(row, Rejected)} == {
        place: (column, code) for place, (_, column, code) in bad.items()
    }


def test_no_answer_is_no_score_and_an_empty_date_no_date(tmp_path):
    rows = read(tmp_path, "id,text,nps,customer,date,segment\n1,a,,,,\n2,b,N/A,-,無回答,\n")
    assert [(row.feedback.scores, row.feedback.submitted_at, row.feedback.segment) for row in rows] == [((), None, None)] * 2


def test_equal_anonymous_answers_are_told_apart_the_same_way_at_every_reading(tmp_path):
    text = "text,nps\nなし,5\nなし,5\nなし,6\nなし,5\n"
    first = [row.feedback.ordinal for row in read(tmp_path, text, "text=text,score=nps:nps")]
    assert first == [0, 1, 0, 2]
    assert [row.feedback.ordinal for row in read(tmp_path, text, "text=text,score=nps:nps")] == first


def test_rows_with_an_id_need_no_ordinal(tmp_path):
    rows = read(tmp_path, "id,text\n1,なし\n1,なし\n,なし\n", "text=text,id=id")
    assert [row.feedback.ordinal for row in rows] == [0, 0, 0]
    assert rows[2].feedback.external_id is None


def test_the_source_column_is_read_in_both_languages_and_unknown_names_are_kept(tmp_path):
    rows = read(tmp_path, "text,medium\na,口コミ\nb,Ticket\nc,ＳＮＳ\nd,fax\ne,\n", "text=text,source=medium", source=Source.NOTE)
    assert [row.feedback.source for row in rows] == ["review", "ticket", "post", "note", "note"]
    assert [row.feedback.metadata for row in rows] == [{}, {}, {}, {"source": "fax"}, {}]


def test_metadata_is_bounded_in_keys_and_length(tmp_path):
    cells = {"text": "a"} | {f"k{n}": "v" * 600 for n in range(80)}
    (row,) = read(tmp_path, json.dumps(cells), "text=text", name="a.jsonl")
    assert len(row.feedback.metadata) == 50
    assert {len(value) for value in row.feedback.metadata.values()} == {500}


def test_a_mapping_that_does_not_fit_is_refused_before_any_row(tmp_path):
    with pytest.raises(BadMappingError, match="nowhere"):
        read(tmp_path, "text\na\n", "text=nowhere")


def test_rejects_can_be_opened_as_a_table_and_hold_no_formulas(tmp_path):
    rows = read(tmp_path, 'id,text,nps,=evil\n1,=1+1,99,"＝A1"\n2,"@x\n+y",-1,fine\n3,too,few\n', "text=text,score=nps:nps")
    rejected = [row for row in rows if isinstance(row, Rejected)]
    path = tmp_path / "rejects.csv"
    write_rejects(path, rejected)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as target:
        header, *found = csv.reader(target)
    assert header == ["line", "column", "code", "reason", "id", "text", "nps", "'=evil", "row"]
    assert [row[:3] for row in found] == [["2", "nps", "out_of_range"], ["3", "nps", "out_of_range"], ["5", "", "bad_row"]]
    assert found[0][4:] == ["1", "'=1+1", "99", "'＝A1", ""]
    assert found[1][5] == "'@x\n+y"
    assert found[2][-1] == "3,too,few"
    assert open_table(path).columns[:2] == ("line", "column")


@pytest.mark.shared_data
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared feedback data lie beside the checkout or at VOC_SHARED_DATA")
@pytest.mark.parametrize(
    ("name", "mapping", "rows", "scored"),
    [
        (
            "nhs_patient_feedback_en",
            "text=text,score=csat:rating(5..1 none=6|7),customer=customer_id,account=organization,segment=segment,date=date,id=id",
            6224,
            5915,
        ),
        ("cfpb_complaints_en", "text=text,account=company,segment=segment,date=date,id=id,product=product", 2846, 0),
    ],
)
def test_real_files_are_read_whole(name, mapping, rows, scored):
    table = open_table(SHARED / f"{name}.jsonl.gz")
    options = {"source": Source.SURVEY, "source_name": name, "timezone": ZoneInfo("Europe/London")}
    found = list(read_feedback(table, parse_mapping(mapping), **options))
    assert len(found) == rows
    assert all(isinstance(row, ReadRow) and row.feedback.submitted_at for row in found)
    assert sum(bool(row.feedback.scores) for row in found) == scored

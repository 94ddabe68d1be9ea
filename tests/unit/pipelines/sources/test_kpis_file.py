"""KPI files: values in range, ids from the content, one outcome a row."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipelines.sources.kpis_file import read_kpis
from pipelines.sources.reading import Rejected
from pipelines.sources.table import open_table
from voc.errors import BadMappingError
from voc.ids import account_id, customer_id
from voc.kpis import Kpi


def read(tmp_path, text, mapping=None):
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    return list(read_kpis(open_table(path), mapping, timezone=ZoneInfo("Asia/Tokyo")))


def test_a_row_becomes_an_observation(tmp_path):
    ((found,),) = read(tmp_path, "指標,値,観測日,顧客ID,取引先ID\n推奨度,９,2026/10/1,C1,A1\n")
    assert (found.kpi, found.value, found.observed_at) == (Kpi.NPS, 9, datetime(2026, 9, 30, 15, tzinfo=UTC))
    assert (found.customer_id, found.account_id) == (customer_id("C1"), account_id("A1"))


def test_the_same_file_gives_the_same_ids_and_equal_anonymous_answers_different_ones(tmp_path):
    text = "kpi,value,date,customer\n" + "nps,9,2026-10-01,\n" * 3 + "nps,9,2026-10-01,C1\n" * 2
    ids = [row[0].id for row in read(tmp_path, text)]
    assert ids == [row[0].id for row in read(tmp_path, text)]
    assert len(set(ids[:3])) == 3
    assert len(set(ids[3:])) == 1


def test_one_column_for_each_kpi_gives_an_observation_for_each_answer(tmp_path):
    rows = read(tmp_path, "date,customer_id,nps,csat\n2026-10-01,C1,9,5\n2026-10-01,C2,,4\n2026-10-01,C3,,\n")
    assert [[(item.kpi.value, item.value) for item in row] for row in rows] == [[("nps", 9), ("csat", 5)], [("csat", 4)], []]
    ((found,),) = read(tmp_path, "d,q\n2026-10-01,1\n", "date=d,score=csat:q(5..1)")
    assert (found.kpi, found.value) == (Kpi.CSAT, 5)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("nps,11,2026-10-01,C", "value", "out_of_range"),
        ("nps,-1,2026-10-01,C", "value", "out_of_range"),
        ("nps,7.5,2026-10-01,C", "value", "out_of_range"),
        ("csat,0,2026-10-01,C", "value", "out_of_range"),
        ("churn,80%,2026-10-01,C", "value", "not_a_number"),
        ("revenue,-5,2026-10-01,C", "value", "out_of_range"),
        ("nps,NaN,2026-10-01,C", "value", "not_a_number"),
        ("mood,5,2026-10-01,C", "kpi", "out_of_range"),
        ("nps,5,,C", "date", "bad_date"),
        ("nps,5,2025-02-29,C", "date", "bad_date"),
        ("nps,5", "", "bad_row"),
    ],
)
def test_a_bad_row_is_rejected_with_its_column(tmp_path, row, column, code):
    good, bad = read(tmp_path, f'kpi,value,date,customer\nrevenue,"1,200",2026-10-01,C\n{row}\n')
    assert good[0].value == 1200
    assert isinstance(bad, Rejected)
    assert (bad.line, bad.column, bad.code) == (3, column, code)


def test_a_file_without_values_or_dates_is_refused(tmp_path):
    for text in ("kpi,value\nnps,1\n", "date,customer\n2026-10-01,C\n"):
        with pytest.raises(BadMappingError, match="--map"):
            read(tmp_path, text)

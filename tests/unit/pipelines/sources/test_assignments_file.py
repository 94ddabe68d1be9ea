"""Assignment files: who was put where and from when on; headers in English and Japanese, one outcome a row."""

from datetime import date

import pytest

from pipelines.sources.assignments_file import read_assignments
from pipelines.sources.reading import Rejected
from pipelines.sources.table import open_table
from voc.actions import Arm, Assignment
from voc.errors import BadMappingError
from voc.ids import account_id, customer_id


def read(tmp_path, text, mapping=None):
    path = tmp_path / "arms.csv"
    path.write_text(text, encoding="utf-8")
    return list(read_assignments(open_table(path), "e", mapping))


def put(subject: str, arm: Arm, day: date) -> list[Assignment]:
    return [Assignment(experiment="e", subject_id=subject, arm=arm, exposed_on=day)]


@pytest.mark.parametrize(
    ("header", "row", "arm"),
    [
        ("customer_id,arm,exposed_on", "C1,treatment,2026-10-01", Arm.TREATMENT),
        ("Customer ID,Group,Date", "C1,Control,1 October 2026", Arm.CONTROL),
        ("customer,variant,exposure date", "C1,B,2026/10/1", Arm.TREATMENT),
        ("customer,side,assigned on", "C1,0,20261001", Arm.CONTROL),
        ("顧客ID,群,適用日", "C1,介入群,2026年10月1日", Arm.TREATMENT),
        ("顧客ID,割付,割付日", "C1,対照群,令和8年10月1日", Arm.CONTROL),
        ("顧客ID,グループ,開始日", "C1,テスト,２０２６/１０/０１", Arm.TREATMENT),
    ],
)
def test_a_row_says_who_is_on_which_side_from_when_on(tmp_path, header, row, arm):
    assert read(tmp_path, f"{header}\n{row}\n") == [put(customer_id("C1"), arm, date(2026, 10, 1))]


def test_a_row_may_name_an_account_and_a_named_customer_goes_first(tmp_path):
    rows = read(tmp_path, "顧客ID,取引先ID,群,日付\n,A1,施策,2026-10-01\nC1,A1,対照,2026-10-02\n")
    assert rows == [put(account_id("A1"), Arm.TREATMENT, date(2026, 10, 1)), put(customer_id("C1"), Arm.CONTROL, date(2026, 10, 2))]


def test_columns_may_be_named(tmp_path):
    text = "who,which,since\nC1,a,2026-10-01\n"
    with pytest.raises(BadMappingError, match="who, which, since"):
        read(tmp_path, text)
    assert read(tmp_path, text, "customer=who,arm=which,exposed=since") == [put(customer_id("C1"), Arm.CONTROL, date(2026, 10, 1))]
    for mapping in ("customer=nobody,arm=which,exposed=since", "customer=who,arm=which", "customer=who,side=which,exposed=since"):
        with pytest.raises(BadMappingError):
            read(tmp_path, text, mapping)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (",treatment,2026-10-01", "", "empty_text"),
        ("-,treatment,2026-10-01", "", "empty_text"),
        ("C1,both,2026-10-01", "arm", "bad_request"),
        ("C1,,2026-10-01", "arm", "bad_request"),
        ("C1,control,", "exposed", "bad_date"),
        ("C1,control,soon", "exposed", "bad_date"),
        ("C1,control,2026-02-30", "exposed", "bad_date"),
        ("C1,control,1960-01-01", "exposed", "out_of_range"),
        ("C1,control,2200-01-01", "exposed", "out_of_range"),
        ("C1,control", "", "bad_row"),
    ],
)
def test_a_bad_row_is_rejected_with_line_and_column_and_the_others_are_read(tmp_path, row, column, code):
    first, bad, last = read(tmp_path, f"customer,arm,exposed\nC0,control,2026-10-01\n{row}\nC2,treatment,2026-10-01\n")
    assert (first, last) == (put(customer_id("C0"), Arm.CONTROL, date(2026, 10, 1)), put(customer_id("C2"), Arm.TREATMENT, date(2026, 10, 1)))
    assert isinstance(bad, Rejected)
    assert (bad.line, bad.column, bad.code) == (3, column, code)

"""Guesses: from headers and values, with how sure, and never more than the values allow."""

import csv

import pytest

from pipelines.sources.guessing import guess_mapping
from pipelines.sources.table import open_table


def guess(tmp_path, *rows):
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows(rows)
    return guess_mapping(open_table(path))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            ("回答ID", "回答日", "顧客ID", "会社名", "推奨度", "自由記述", "プラン"),
            "text=自由記述,score=nps:推奨度,id=回答ID,customer=顧客ID,account=会社名,date=回答日,segment=プラン",
        ),
        (
            ("id", "created_at", "customer_id", "organization", "NPS", "comment", "segment"),
            "text=comment,score=nps:NPS,id=id,customer=customer_id,account=organization,date=created_at,segment=segment",
        ),
        (
            ("Ticket ID", "Submitted At", "User ID", "Company", "nps_score", "Verbatim", "Plan"),
            "text=Verbatim,score=nps:nps_score,id=Ticket ID,customer=User ID,account=Company,date=Submitted At,segment=Plan",
        ),
        (
            ("管理番号", "登録日時", "会員番号", "取引先", "ＮＰＳ", "ご意見・ご要望", "顧客区分"),
            "text=ご意見・ご要望,score=nps:ＮＰＳ,id=管理番号,customer=会員番号,account=取引先,date=登録日時,segment=顧客区分",
        ),
    ],
)
def test_the_headers_people_use_are_known(tmp_path, header, expected):
    rows = [(n, f"2026/10/{n + 1}", f"C{n % 3}", "甲社", n, f"とても良いと思いました{n}", "A") for n in range(9)]
    found = guess(tmp_path, header, *rows)
    assert found.mapping.to_text() == expected
    assert {item.confidence for item in found.guesses} <= {"high", "medium"}


def test_a_rating_is_guessed_with_low_confidence_and_a_warning_that_its_direction_is_unknown(tmp_path):
    found = guess(tmp_path, ("text", "rating"), *[(f"comment number {n}", n % 5 + 1) for n in range(10)])
    (rating,) = [item for item in found.guesses if item.role == "score csat"]
    assert (rating.column, rating.confidence) == ("rating", "low")
    assert any("not known" in warning and "5..1" in warning for warning in found.warnings)


def test_a_rating_that_leaves_one_to_five_is_not_guessed(tmp_path):
    """Why: 6 and 7 often mean no answer, and read as a score they would spoil the KPI."""
    found = guess(tmp_path, ("text", "rating"), *[(f"comment number {n}", n % 7 + 1) for n in range(10)])
    assert found.mapping.scores == ()
    assert any("rating" in warning for warning in found.warnings)


def test_satisfaction_is_taken_with_five_as_best_and_says_so(tmp_path):
    found = guess(tmp_path, ("コメント", "総合満足度"), *[("良いです", n % 5 + 1) for n in range(10)])
    assert found.mapping.scores[0].column == "総合満足度"
    assert any("5 is taken as the best" in warning for warning in found.warnings)


def test_a_header_does_not_make_dates_scores_or_ids_of_other_values(tmp_path):
    found = guess(tmp_path, ("id", "date", "nps", "comment"), *[("7", "soon", "Promoter", "all fine here") for _ in range(5)])
    assert found.mapping.to_text() == "text=comment"
    assert len(found.warnings) == 2


def test_without_a_known_name_the_longest_free_text_and_the_dates_are_found(tmp_path):
    rows = [(f"x{n}", f"2026-10-0{n + 1}", f"this is what customer {n} wrote to us") for n in range(5)]
    found = guess(tmp_path, ("a", "b", "c"), *rows)
    assert found.mapping.to_text() == "text=c,date=b"
    assert {item.confidence for item in found.guesses} == {"low"}


def test_of_several_text_columns_the_longest_is_taken_and_the_others_named(tmp_path):
    found = guess(tmp_path, ("title", "本文", "メモ"), *[("a", "長い長い長い本文です", "短い") for _ in range(3)])
    assert found.mapping.text == "本文"
    assert any("メモ" in warning for warning in found.warnings)


def test_a_source_column_counts_only_with_known_media(tmp_path):
    assert guess(tmp_path, ("text", "source"), ("hello there", "アンケート"), ("b", "電話")).mapping.source == "source"
    assert guess(tmp_path, ("text", "source"), ("hello there", "nhs"), ("b", "nhs")).mapping.source is None


def test_a_table_without_text_says_so(tmp_path):
    found = guess(tmp_path, ("a", "b"), (1, 2), (3, 4))
    assert found.mapping.text == ""
    assert "No column looks like the text." in found.warnings

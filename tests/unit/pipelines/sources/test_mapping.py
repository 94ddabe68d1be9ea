"""Column mappings: what is written is what is meant, and comes back as it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.sources.mapping import ColumnMapping, Scale, ScoreColumn, load_mapping, parse_mapping, save_mapping
from voc.errors import BadMappingError, NotANumberError, OutOfRangeError
from voc.kpis import Kpi

NHS = "text=text,score=csat:rating(5..1 none=6|7),id=id,customer=customer_id,account=organization,date=date,segment=segment"

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(lambda name: name.strip() == name)
numbers = st.one_of(st.integers(-100, 100).map(float), st.sampled_from([0.5, -2.25, 3.75]))
answers = st.lists(st.from_regex(r"[0-9a-zあ-ん]{1,5}( [0-9]{1,2})?", fullmatch=True), max_size=3).map(tuple)
scales = st.none() | st.builds(Scale, worst=numbers, best=numbers.map(lambda n: n + 1000), no_answer=answers)
scores = st.builds(ScoreColumn, kpi=st.sampled_from([Kpi.NPS, Kpi.CSAT, Kpi.CES]), column=names, scale=scales)
mappings = st.builds(
    ColumnMapping,
    text=names,
    scores=st.lists(scores, max_size=3).map(tuple),
    id=st.none() | names,
    customer=st.none() | names,
    date=st.none() | names,
    role=st.none() | names,
)


@given(mapping=mappings)
def test_a_mapping_written_and_read_is_the_same(mapping):
    assert parse_mapping(mapping.to_text()) == mapping


def test_the_nhs_mapping_reads_as_it_is_written():
    mapping = parse_mapping(NHS)
    assert mapping.to_text() == NHS
    assert mapping.scores == (ScoreColumn(kpi=Kpi.CSAT, column="rating", scale=Scale(worst=5, best=1, no_answer=("6", "7"))),)


def test_a_reversed_scale_turns_the_worst_into_one_and_the_best_into_five():
    score = parse_mapping(NHS).scores[0]
    assert [score.value(cell) for cell in ("1", "2", "3", "4", "5")] == [5, 4, 3, 2, 1]
    assert [score.value(cell) for cell in ("6", "7.0", "７", "", "N/A")] == [None] * 5
    with pytest.raises(OutOfRangeError, match="1 to 5"):
        score.value("8")
    with pytest.raises(NotANumberError):
        score.value("good")


def test_a_longer_or_shorter_scale_is_laid_linearly_and_rounded_halves_up():
    def laid(text, cells):
        return [parse_mapping(f"text=t,score={text}").scores[0].value(cell) for cell in cells]

    assert laid("nps:q(1..5)", "12345") == [0, 3, 5, 8, 10]
    assert laid("csat:q(0..10)", ("0", "5", "10")) == [1, 3, 5]
    assert laid("csat:q(0..100 none=わからない)", ("0", "49.9", "100", "わからない")) == [1, 3, 5, None]
    assert laid("ces:q(7..1)", "17") == [7, 1]


def test_without_a_scale_the_kpis_own_range_holds():
    score = parse_mapping("text=t,score=nps:q").scores[0]
    assert score.value("１０") == 10
    for cell in ("-1", "11", "7.5"):
        with pytest.raises(OutOfRangeError):
            score.value(cell)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("text=満足度(5段階)", "満足度(5段階)"),
        ('text="How likely, really?"', "How likely, really?"),
        ('text="say ""why"""', 'say "why"'),
        (" text = Q1: comment ", "Q1: comment"),
        ("text=a(b,c)d", "a(b,c)d"),
        ('text="a=b"', "a=b"),
    ],
)
def test_column_names_may_hold_anything_in_quotes_and_much_without(text, column):
    assert parse_mapping(text).text == column


def test_a_scale_is_only_what_looks_like_one():
    assert parse_mapping("text=t,score=nps:推奨度(0-10)").scores[0] == ScoreColumn(kpi=Kpi.NPS, column="推奨度(0-10)")
    assert parse_mapping('text=t,score=nps:"q(1..5)"').scores[0] == ScoreColumn(kpi=Kpi.NPS, column="q(1..5)")
    assert parse_mapping("text=t,score=nps:満足度(5段階)(5..1)").scores[0].column == "満足度(5段階)"


@pytest.mark.parametrize(
    "text",
    ["comment", "txt=a", "text=", "text=a,text=b", "score=nps", "score=fun:a", "score=csat:a(3..3)", "score=revenue:a(1..5)", 'text="a', 'text="a"b']
    + ["score=csat:", 'score=csat:""'],
)
def test_what_cannot_be_read_is_refused(text):
    with pytest.raises(BadMappingError):
        parse_mapping(text)


def test_an_unknown_role_names_the_known_ones_and_a_missing_column_those_there():
    with pytest.raises(BadMappingError, match=r"text, id, customer.*score"):
        parse_mapping("txt=a")
    with pytest.raises(BadMappingError, match="コメント, 点数"):
        parse_mapping("text=comment").check(["コメント", "点数"])
    with pytest.raises(BadMappingError, match="text=COLUMN"):
        ColumnMapping().check(["a"])


def test_columns_are_found_whatever_their_width_and_case():
    assert parse_mapping("text=nps理由,score=nps:NPS").resolved(["ＮＰＳ理由", "Nps"]).to_text() == "text=ＮＰＳ理由,score=nps:Nps"


def test_a_saved_mapping_comes_back_and_names_stay_inside_the_folder(tmp_path):
    mapping = parse_mapping(NHS)
    save_mapping(tmp_path / "maps", "nhs_2026", mapping)
    assert load_mapping(tmp_path / "maps", "nhs_2026") == mapping
    with pytest.raises(BadMappingError, match="nhs_2026"):
        load_mapping(tmp_path / "maps", "other")
    for name in ("../x", "a/b", "", "a.b", "x" * 65):
        with pytest.raises(BadMappingError):
            save_mapping(tmp_path, name, mapping)
    (tmp_path / "maps" / "bad.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadMappingError, match="damaged"):
        load_mapping(tmp_path / "maps", "bad")

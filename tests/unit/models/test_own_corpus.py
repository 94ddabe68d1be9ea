"""The project's own corpus: size, balance and the invariants of its rows."""

from collections import Counter

import pytest

from models.training.own_corpus import COLUMNS, BrokenCorpusError, Split, nearly_the_same, read_corpus
from voc.taxonomy import shipped_taxonomy

GOOD = ["saas.login", "negative", "complaint", "now", "0", "0", "account.login", "plain", "ログインできない", "I cannot log in"]


@pytest.fixture(scope="module")
def rows():
    return read_corpus()


def test_it_is_as_large_as_promised(rows):
    japanese, english = sum(bool(row.ja) for row in rows), sum(bool(row.en) for row in rows)
    pairs = sum(bool(row.ja and row.en) for row in rows)
    assert japanese >= 2_500
    assert english >= 2_000
    assert pairs >= 800


def test_every_tag_of_the_taxonomy_and_ten_industries_occur(rows):
    assert {tag for row in rows for tag in row.tags} == {tag.id for tag in shipped_taxonomy().tags}
    assert len({row.scenario.split(".")[0] for row in rows}) >= 10


def test_hard_cases_are_a_third_or_more_and_each_kind_occurs(rows):
    cases = Counter(row.case for row in rows)
    assert cases["plain"] <= 2 / 3 * len(rows)
    assert min(cases.values()) >= 20


def test_a_scenario_lies_in_one_split(rows):
    splits = {}
    for row in rows:
        splits.setdefault(row.scenario, set()).add(row.split)
    assert all(len(some) == 1 for some in splits.values())
    assert {split for some in splits.values() for split in some} == set(Split)


@pytest.mark.slow
def test_no_two_texts_are_nearly_the_same(rows):
    assert nearly_the_same(rows) == []


def broken(tmp_path, *lines):
    path = tmp_path / "a-1.tsv"
    path.write_text("\n".join("\t".join(line) for line in (COLUMNS, *lines)) + "\n", encoding="utf-8")
    with pytest.raises(BrokenCorpusError) as caught:
        read_corpus([path])
    return str(caught.value)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [(1, "angry", "sentiment"), (2, "wish", "intent"), (6, "account.nothing", "account.nothing"), (7, "odd", "case"), (0, "login", "scenario")],
)
def test_a_label_outside_the_guide_is_refused_by_line_and_column(tmp_path, column, value, said):
    line = [*GOOD[:column], value, *GOOD[column + 1 :]]
    message = broken(tmp_path, line)
    assert message.startswith("a-1.tsv:2")
    assert said in message


def test_the_same_text_twice_is_refused_whatever_its_width(tmp_path):
    assert "same text as a-1.tsv:2" in broken(tmp_path, GOOD, [*GOOD[:8], "ﾛｸﾞｲﾝできない", "Locked out again"])


def test_a_row_without_a_text_or_with_a_column_missing_is_refused(tmp_path):
    assert "neither" in broken(tmp_path, [*GOOD[:8], "", ""])
    assert "9 columns" in broken(tmp_path, GOOD[:9])

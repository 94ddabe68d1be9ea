"""The scorecard as text: a line a score, and on demand its mistakes."""

from pipelines.commands.evaluating import lines
from tests.support import scorecards


def test_each_score_is_a_line_and_mistakes_stand_below_it_only_where_asked_for() -> None:
    card = scorecards.quality().scorecard
    assert card is not None
    short, long = lines(card), lines(card, mistakes=True)
    assert len(short) == len(card.scores) + 2
    assert [line for line in long if not line.startswith("    ")] == short
    assert "       10 × negative taken for neutral" in long
    assert not any("taken for negative" in line for line in long), "what was right is no mistake"


def test_of_several_labels_a_row_each_is_counted() -> None:
    card = scorecards.quality().scorecard
    assert card is not None
    long = lines(card, mistakes=True)
    assert "       12 × account.login taken for nothing" in long
    assert "    account.login: 31 found, 4 wrongly given, 17 missed, 148 rightly not given" in long

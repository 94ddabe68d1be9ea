"""Agreement of two labelling passes, by hand and against scikit-learn."""

import random

import pytest

from models.training.agreement import COLUMNS, UnknownTextError, agreement, cohen_kappa, read_second_pass
from models.training.own_corpus import CorpusRow, read_corpus


def row(text, **labels):
    facts = {"scenario": "shop.x", "sentiment": "negative", "intent": "complaint", "urgency": "none", "churn": False, "abuse": False, "tags": ""}
    return CorpusRow(**facts | {"case": "plain", "ja": text} | labels)


def again(text, **labels):
    facts = {"sentiment": "negative", "intent": "complaint", "urgency": "none", "churn": "0", "abuse": "0", "tags": ""}
    return {"text": text} | facts | labels


def test_kappa_by_hand():
    """Cohen's own kind of table: 20 and 15 alike of 50, marginals 25/25 and 30/20: (0.7 − 0.5) / (1 − 0.5)."""
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert cohen_kappa(first, second) == pytest.approx(0.4)


def test_kappa_is_that_of_scikit_learn():
    from sklearn.metrics import cohen_kappa_score

    chance = random.Random(7)
    first = chance.choices("abc", k=300)
    second = [label if chance.random() < 0.6 else chance.choice("abc") for label in first]
    assert cohen_kappa(first, second) == pytest.approx(cohen_kappa_score(first, second))


def test_one_label_throughout_is_full_agreement_and_nothing_is_none():
    assert cohen_kappa(["a", "a"], ["a", "a"]) == 1.0
    with pytest.raises(ValueError, match="two labellings"):
        cohen_kappa([], [])


def test_rows_are_joined_by_their_text_whatever_its_width():
    rows = [row("ログインできません", tags="account.login"), row("便利です", sentiment="positive", intent="praise")]
    second = [again("便利です", sentiment="positive", intent="praise"), again("ﾛｸﾞｲﾝできません", tags="account.login", intent="question")]
    found = {one.field: one for one in agreement(rows, second)}
    assert found["sentiment"].kappa == 1.0
    assert (found["intent"].alike, found["intent"].decisions) == (0.5, 2)
    assert (found["tags"].kappa, found["tags"].decisions) == (1.0, 2)


def test_a_text_that_is_not_in_the_corpus_is_named_by_its_line():
    with pytest.raises(UnknownTextError, match=r"\[3\]"):
        agreement([row("便利です")], [again("便利です"), again("別の文です")])


def test_a_file_of_other_columns_is_refused(tmp_path):
    path = tmp_path / "pass.tsv"
    path.write_text("text\tsentiment\nx\tneutral\n", encoding="utf-8")
    with pytest.raises(ValueError, match="column names"):
        read_second_pass(path)


def test_the_second_pass_agrees_with_the_corpus_well():
    """Why: labels two readers cannot agree on are not fit to judge a model by (0.6 and above: substantial, Landis & Koch 1977)."""
    second = read_second_pass()
    found = agreement(read_corpus(), second)
    assert (len(second), [one.field for one in found]) == (500, [*COLUMNS[1:]])
    assert {one.field: one.kappa for one in found if one.kappa < 0.6} == {}

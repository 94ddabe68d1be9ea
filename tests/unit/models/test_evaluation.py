"""The scorecard's figures, checked against values worked out by hand, and what becomes of rows, files and draws."""

import gzip
import json

import numpy as np
import pytest

from models.evaluation import Bench, Encoders, OwnRows, evaluate
from models.evaluation.comments import side
from models.evaluation.learning import examples
from models.evaluation.meaning import nearest_hits
from models.evaluation.measures import (
    auroc_interval,
    expected_calibration_error,
    f1_interval,
    macro_f1,
    macro_f1_interval,
    mean_interval,
    micro_f1_interval,
    reliability,
    spearman_interval,
)
from models.evaluation.scoring import Said, Subject, classified, drawn, ranked, tagged
from models.evaluation.targets import target_of
from models.labelled import TRAINING_FILES
from models.training.own_corpus import COLUMNS, CorpusRow
from pipelines.progress import SilentProgress
from pipelines.reader import CommentReader
from tests.support.fake_models import FakeEncoder, understanding
from voc.enrichment import TagScore
from voc.quality import MISSING_FILE, NOT_MEASURABLE, Metric, QualityTask
from voc.sentiment import Sentiment, SentimentLabel

POSITIVE, NEGATIVE, NEUTRAL = SentimentLabel.POSITIVE, SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL


def subject(metric=Metric.MACRO_F1, **changes):
    facts = {"task": QualityTask.SENTIMENT, "data_set": "made_up", "language": "ja", "metric": metric, "model": "m/1", "baseline": "b/1"}
    return Subject(**facts | changes)


def test_macro_f1_by_hand():
    truth, guessed = np.array([0, 0, 1, 2]), np.array([0, 1, 1, 2])
    assert macro_f1(truth, guessed, classes=3) == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)


def test_a_class_that_does_not_occur_is_not_counted():
    assert macro_f1(np.array([0, 0, 2]), np.array([0, 0, 2]), classes=3) == 1.0


def test_the_interval_holds_the_value_and_is_the_same_each_time():
    truth = np.array([0, 1, 2] * 50)
    guessed = np.where(np.arange(150) % 4 == 0, 0, truth)
    interval = macro_f1_interval(truth, guessed, classes=3)
    assert interval.low < interval.value < interval.high
    assert interval == macro_f1_interval(truth, guessed, classes=3)
    assert macro_f1_interval(truth[:0], guessed[:0], classes=3).value == 0.0


def test_the_interval_of_a_share_is_as_wide_as_theory_says():
    """Why: 1.96 · √(p(1 − p)/n) is known for a share; a bootstrap that is off here is off everywhere."""
    interval = mean_interval(np.array([1.0] * 300 + [0.0] * 100))
    assert (interval.high - interval.low) / 2 == pytest.approx(1.96 * (0.75 * 0.25 / 400) ** 0.5, rel=0.1)


def test_auroc_by_hand():
    truth = np.array([True, True, False, False])
    assert auroc_interval(truth, np.array([0.9, 0.4, 0.5, 0.1])).value == 0.75
    assert auroc_interval(truth, np.array([0.5, 0.5, 0.5, 0.5])).value == 0.5


def test_spearman_by_hand():
    assert spearman_interval(np.array([1.0, 2, 3, 4]), np.array([10.0, 20, 40, 30])).value == pytest.approx(0.8)


def test_f1_and_micro_f1_by_hand():
    truth, said = np.array([True, True, False, False]), np.array([True, False, True, False])
    assert f1_interval(truth, said).value == 0.5
    assert micro_f1_interval(np.array([[1, 1], [0, 1]], bool), np.array([[1, 0], [0, 1]], bool)).value == pytest.approx(0.8)


def test_calibration_error_by_hand():
    confidence, right = np.array([0.95, 0.95, 0.55, 0.55]), np.array([True, True, True, False])
    assert expected_calibration_error(confidence, right) == pytest.approx(0.5 * 0.05 + 0.5 * 0.05)
    assert expected_calibration_error(np.ones(3), np.ones(3, bool)) == 0.0
    assert [(b.n, b.right) for b in reliability(confidence, right)] == [(2, 0.5), (2, 1.0)]


def test_a_score_says_value_baseline_mistakes_and_hard_cases():
    said = Said(["a", "b", "b"], confidence=np.array([0.9, 0.9, 0.6]), abstained=np.array([False, False, True]))
    score = classified(subject(Metric.ACCURACY), ["a", "a", "b"], said, ["b", "b", "b"], cases=["plain", "sarcasm", "plain"])
    assert score.value is not None
    assert score.baseline_value is not None
    assert (score.value.value, score.baseline_value.value, score.abstained) == (0.6667, 0.3333, 0.3333)
    assert [(c.truth, c.said, c.n) for c in score.confusion] == [("a", "a", 1), ("a", "b", 1), ("b", "b", 1)]
    assert {case.case: (case.n, case.right) for case in score.cases} == {"plain": (2, 1.0), "sarcasm": (1, 0.0)}


def test_draws_are_averaged_and_the_rows_counted_once():
    sure, never = np.array([0.9, 0.9]), np.array([False, False])
    score = drawn(subject(Metric.ACCURACY), ["a", "b"], [Said(["a", "b"], sure, never), Said(["a", "a"], sure, never)], [["a", "a"]] * 2)
    assert score.value is not None
    assert (score.value.value, score.n) == (0.75, 2)


def test_tags_are_calibrated_by_the_tags_given_and_rows_without_one_abstain():
    given = [(TagScore(tag="a", score=0.9), TagScore(tag="b", score=0.4)), (TagScore(tag="a", score=0.7),), ()]
    score = tagged(subject(Metric.MICRO_F1), [["a"], ["b"], ["b"]], given, [["a"], ["a"], []])
    assert score.value.value == pytest.approx(2 * 1 / (3 + 3), abs=1e-4)
    assert score.calibration_error == pytest.approx((0.1 + 0.4 + 0.7) / 3, abs=1e-4)
    assert score.abstained == pytest.approx(1 / 3, abs=1e-4)
    silent = tagged(subject(Metric.MICRO_F1), [["a"]], [()], [[]])
    assert [(cell.truth, cell.said, cell.n) for cell in silent.confusion] == [("a", "", 1)]
    assert (silent.calibration_error, silent.abstained) == (None, 1.0)


def test_several_labels_a_row_are_confused_label_by_label_and_each_is_counted():
    truth = [["a", "b"], ["a"], ["a"], [], []]
    said = [["a", "c"], ["c"], [], ["c"], []]
    given = [tuple(TagScore(tag=tag, score=0.5) for tag in row) for row in said]
    score = tagged(subject(Metric.MICRO_F1), truth, given, [[]] * 5)
    assert [(cell.truth, cell.said, cell.n) for cell in score.confusion] == [("", "c", 1), ("a", "", 1), ("a", "a", 1), ("a", "c", 1), ("b", "c", 1)]
    assert [(one.label, one.found, one.wrong, one.missed, one.left_out) for one in score.labels] == [
        ("a", 1, 0, 2, 2),
        ("b", 0, 0, 1, 4),
        ("c", 0, 3, 0, 2),
    ]
    assert [(cell.truth, cell.said) for cell in score.mistakes(2)] == [("", "c"), ("a", "")]


def test_probabilities_of_something_that_never_occurs_are_not_measured():
    score = ranked(subject(Metric.AUROC), np.zeros(3, bool), np.array([0.1, 0.2, 0.3]), np.zeros(3))
    assert (score.value, score.not_measured) == (None, NOT_MEASURABLE)


def test_the_nearest_text_may_be_another_of_the_same_words():
    """Why: Tatoeba has one English sentence for several Japanese ones; finding its twin is no mistake."""
    vectors = np.eye(3, dtype=np.float32)
    assert nearest_hits(vectors, vectors[[1, 0, 2]], ["Yes.", "yes.", "No."]).tolist() == [True, True, True]
    assert nearest_hits(vectors, vectors[[1, 0, 2]], ["Yes.", "Maybe.", "No."]).tolist() == [False, False, True]


def test_examples_are_drawn_evenly_and_the_same_each_time():
    labels = ["a"] * 30 + ["b"] * 4
    chosen = examples(labels, per_class=10, seed=1)
    assert [labels[i] for i in chosen] == ["a"] * 10 + ["b"] * 4
    assert chosen == examples(labels, per_class=10, seed=1) != examples(labels, per_class=10, seed=2)


def test_a_mixed_comment_is_on_the_side_of_its_score_where_a_data_set_knows_no_mixed():
    mixed = Sentiment(label=SentimentLabel.MIXED, score=-0.4, confidence=0.8)
    assert [side(mixed), side(mixed.model_copy(update={"score": 0.0}))] == ["negative", "neutral"]


def test_targets_are_those_of_the_project():
    few = target_of(QualityTask.FEW_SHOT, "banking77_en", Metric.ACCURACY, variant="10_per_class")
    assert (few, target_of(QualityTask.SIMILARITY, "jsick_sts_enja", Metric.SPEARMAN, language="ja")) == (0.85, 0.78)
    assert target_of(QualityTask.SIMILARITY, "jsick_sts_enja", Metric.SPEARMAN, language="en") is None


def scenario(split):
    """Return a scenario that lies in a split."""
    return next(name for name in (f"shop.matter_{n}" for n in range(200)) if row(name).split == split)


def row(name):
    return CorpusRow(scenario=name, sentiment="neutral", intent="comment", urgency="none", churn=False, abuse=False, tags="", case="plain", en="x")


@pytest.fixture
def own(tmp_path):
    kinds = [("negative", "complaint", "now", "0", "account.login", "urgent, login is broken"), ("positive", "praise", "none", "1", "", "great, but we cancel")]
    lines = ["\t".join(COLUMNS)]
    for split in ("dev", "test"):
        for n in range(6):
            sentiment, intent, urgency, churn, tags, text = kinds[n % 2]
            words = f"{text} {split} {n}"
            lines.append("\t".join([scenario(split), sentiment, intent, urgency, churn, "0", tags, "plain", f"言葉 {words}", words]))
    path = tmp_path / "made-up.tsv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return OwnRows((path,))


def bench(own, data=None, own_split="test"):
    reader = CommentReader(understanding())
    encoders = Encoders(judged=FakeEncoder(), weightless=FakeEncoder(), plain=FakeEncoder())
    return Bench(encoders=encoders, reader=reader, weightless=reader, data=data, own=own, own_split=own_split, progress=SilentProgress())


def write(folder, name, rows):
    with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row | {"id": str(n), "lang": name[-2:]}) + "\n" for n, row in enumerate(rows))


def test_a_file_that_is_not_there_is_said_and_never_made_up(own, tmp_path):
    card = evaluate(bench(own, data=tmp_path))
    elsewhere = [score for score in card.scores if score.data_set != "own_corpus"]
    assert len(elsewhere) == 16
    assert {(score.not_measured, score.value, score.n, score.met) for score in elsewhere} == {(MISSING_FILE, None, 0, None)}


def test_the_own_corpus_gives_a_score_for_each_label_and_language(own):
    card = evaluate(bench(own))
    measured = {score.id: score.value for score in card.scores if score.value is not None}
    assert {name.split("/")[0] for name in measured} == {"retrieval", "sentiment", "intent", "urgency", "churn", "tags"}
    for name in ("sentiment", "intent", "urgency"):
        assert measured[f"{name}/own_corpus/test/en/macro_f1"].value == 1.0
    assert measured["churn/own_corpus/test/en/auroc"].value == 1.0
    surely = {score.task: score.calibration_error for score in card.scores if score.language == "en" and score.data_set == "own_corpus"}
    assert (surely[QualityTask.INTENT], surely[QualityTask.URGENCY]) == (0.1, 0.2)
    assert measured["tags/own_corpus/test/en/micro_f1"].value == 1.0
    assert measured["retrieval/own_corpus/test/ja-en/accuracy_at_1"].value == 1.0


def test_choosing_never_sees_the_test_rows(own):
    card = evaluate(bench(own, own_split="dev"))
    assert {score.split for score in card.scores} == {"dev"}


def test_only_what_is_asked_for_is_measured(own):
    card = evaluate(bench(own), tasks=[QualityTask.INTENT])
    assert {score.task for score in card.scores} == {QualityTask.INTENT}


def test_learned_tags_and_what_fits_none(own, tmp_path):
    words = {"card": "my card is lost", "loan": "a loan for a house", "oos": "sing me a song"}
    rows = [{"text": f"{text} {n}", "label": label, "split": "dev" if n % 4 == 0 else "train"} for n in range(16) for label, text in words.items()]
    write(tmp_path, "clinc150_en", rows)
    write(tmp_path, "banking77_en", [row for row in rows if row["label"] != "oos"])
    write(tmp_path, "hotel_requests_ja", [row | {"label": [] if row["label"] == "oos" else [row["label"]]} for row in rows])
    card = evaluate(bench(own, data=tmp_path), tasks=[QualityTask.SCOPE, QualityTask.FEW_SHOT, QualityTask.REQUESTS])
    assert {score.variant or score.data_set: (score.n, score.value.value if score.value else None) for score in card.scores} == {
        "10_per_class": (8, 1.0),
        "all": (8, 1.0),
        "in_scope": (8, 1.0),
        "out_of_scope": (12, 1.0),
        "hotel_requests_ja": (12, 1.0),
    }
    assert all(score.data_sha256 for score in card.scores)


def test_likeness_in_english_is_measured_beside_the_plain_encoder(own, tmp_path):
    texts = [("a b c", "a b c"), ("a b c", "a b x"), ("a b c", "a x y"), ("a b c", "x y z")]
    rows = [{"text": a, "text2": b, "text_en": a, "text2_en": b, "label": 5 - n, "label_en": 5 - n, "split": "dev"} for n, (a, b) in enumerate(texts)]
    write(tmp_path, "jsick_sts_enja", rows)
    card = evaluate(bench(own, data=tmp_path), tasks=[QualityTask.SIMILARITY])
    english = card.score("similarity/jsick_sts_enja/dev/en/spearman")
    assert english is not None
    assert english.value is not None
    assert (english.value.value, english.target, english.met) == (1.0, 0.99, True)


def test_ratings_of_the_sources_become_polarities():
    nhs, reviews, _ = TRAINING_FILES
    assert [nhs.read({"sentiment": value}) for value in (1, 3, 5, None)] == [POSITIVE, NEUTRAL, NEGATIVE, None]
    agree, disagree = [{"polarity": "positive"}] * 2, [{"polarity": "positive"}, {"polarity": "negative"}]
    assert [reviews.read({"label": label}) for label in (agree, disagree, [])] == [POSITIVE, None, None]

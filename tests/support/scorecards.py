"""A scorecard with every kind of score, made up, for tests of what shows and serves it."""

from typing import Any

from voc.enrichment import ModelStamp
from voc.quality import (
    MISSING_FILE,
    CaseScore,
    ConfusionCell,
    Interval,
    LabelCount,
    Metric,
    Quality,
    QualityScore,
    QualityTask,
    ReliabilityBin,
    Scorecard,
    StackCost,
    StackSpeed,
    is_met,
    score_id,
)


def score(
    task: QualityTask, data_set: str, metric: Metric, value: float | None, *, language: Any = "en", target: float | None = None, **facts: Any
) -> QualityScore:
    measured = None if value is None else Interval(value=value, low=value - 0.02, high=value + 0.02)
    split, variant = facts.pop("split", "dev"), facts.pop("variant", "")
    return QualityScore(
        id=score_id(task, data_set, split, language, variant, metric),
        task=task,
        data_set=data_set,
        split=split,
        language=language,
        variant=variant,
        metric=metric,
        model="fake/1",
        n=0 if value is None else 200,
        value=measured,
        not_measured=MISSING_FILE if value is None else None,
        target=target,
        met=is_met(measured, target),
        baseline="words/1",
        baseline_value=None if value is None else Interval(value=value / 2, low=value / 2, high=value / 2),
        **facts,
    )


def quality() -> Quality:
    """One score of each task, one of them missed, one not measured; a small and a large table of mistakes."""
    moods = [("negative", "negative", 90), ("negative", "neutral", 10), ("neutral", "neutral", 50), ("positive", "positive", 50)]
    many = [(f"tag_{n:02d}", f"tag_{n + n % 2:02d}", 5) for n in range(40)]
    taken = [("account.login", "account.login", 31), ("account.login", "", 12), ("account.login", "reliability.bug", 5)]
    sure = (ReliabilityBin(n=50, confidence=0.55, right=0.5), ReliabilityBin(n=150, confidence=0.9, right=0.93))
    scores = (
        score(QualityTask.RETRIEVAL, "parallel_tatoeba_enja", Metric.ACCURACY_AT_1, 0.93, language="ja-en", target=0.92),
        score(QualityTask.SIMILARITY, "jsts_ja", Metric.SPEARMAN, 0.79, language="ja", target=0.78),
        score(
            QualityTask.SENTIMENT,
            "own_corpus",
            Metric.MACRO_F1,
            0.71,
            language="ja",
            split="test",
            target=0.72,
            calibration_error=0.03,
            abstained=0.08,
            reliability=sure,
            confusion=tuple(ConfusionCell(truth=truth, said=said, n=n) for truth, said, n in moods),
            cases=(CaseScore(case="sarcasm", n=12, right=0.5), CaseScore(case="plain", n=188, right=0.9)),
        ),
        score(QualityTask.SENTIMENT, "airline_tweets_en", Metric.MACRO_F1, None, target=0.72),
        score(
            QualityTask.FEW_SHOT,
            "banking77_en",
            Metric.ACCURACY,
            0.86,
            variant="10_per_class",
            target=0.85,
            confusion=tuple(ConfusionCell(truth=truth, said=said, n=n) for truth, said, n in many),
        ),
        score(QualityTask.CHURN, "own_corpus", Metric.AUROC, 0.91, language="ja", split="test", target=0.9, reliability=sure),
        score(
            QualityTask.TAGS,
            "own_corpus",
            Metric.MICRO_F1,
            0.5,
            language="en",
            split="test",
            abstained=0.2,
            confusion=tuple(ConfusionCell(truth=truth, said=said, n=n) for truth, said, n in taken),
            labels=(LabelCount(label="account.login", found=31, wrong=4, missed=17, left_out=148),),
        ),
    )
    rows = (
        StackSpeed(name="plain_encoding", seconds=2.0, times_plain=1.0),
        StackSpeed(name="one_pass", seconds=1.5, times_plain=0.75),
        StackSpeed(name="usual_stack", seconds=90.0, times_plain=45.0, models=("encoder", "classifier")),
    )
    return Quality(
        scorecard=Scorecard(model=ModelStamp(version="mv_fake", outputs={"sentiment": "fake/1"}), scores=scores),
        cost=StackCost(machine="two cores", texts=500, mean_tokens=29.0, rows=rows),
    )

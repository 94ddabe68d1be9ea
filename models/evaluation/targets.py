"""Targets: what the project aims at, by data set; set for unseen test data, shown here beside the dev figures.

Where a target depends on another figure (English similarity within 0.01 of the plain encoder) the task works it out itself.
"""

from voc.quality import Metric, QualityTask

PLAIN_ENCODER_TOLERANCE = 0.01

_TARGETS: dict[tuple[QualityTask, str, Metric], float] = {
    (QualityTask.RETRIEVAL, "parallel_tatoeba_enja", Metric.ACCURACY_AT_1): 0.92,
    (QualityTask.RETRIEVAL, "parallel_bsd_enja", Metric.ACCURACY_AT_1): 0.65,
    (QualityTask.RETRIEVAL, "own_corpus", Metric.ACCURACY_AT_1): 0.80,
    (QualityTask.SIMILARITY, "jsts_ja", Metric.SPEARMAN): 0.78,
    (QualityTask.SENTIMENT, "airline_tweets_en", Metric.MACRO_F1): 0.72,
    (QualityTask.SENTIMENT, "tweet_sentiment_en", Metric.MACRO_F1): 0.60,
    (QualityTask.SENTIMENT, "nhs_patient_feedback_en", Metric.MACRO_F1): 0.75,
    (QualityTask.SENTIMENT, "jrte_hotel_sentiment_ja", Metric.MACRO_F1): 0.72,
    (QualityTask.SCOPE, "clinc150_en", Metric.ACCURACY): 0.93,
    (QualityTask.SCOPE, "clinc150_en", Metric.F1): 0.65,
    (QualityTask.THEMES, "nhs_feedback_categories_en", Metric.MACRO_F1): 0.65,
    (QualityTask.REQUESTS, "hotel_requests_ja", Metric.MICRO_F1): 0.75,
    (QualityTask.INTENT, "own_corpus", Metric.MACRO_F1): 0.80,
    (QualityTask.CHURN, "own_corpus", Metric.AUROC): 0.90,
}
_BY_VARIANT: dict[tuple[QualityTask, str, str], float] = {
    (QualityTask.FEW_SHOT, "banking77_en", "10_per_class"): 0.85,
    (QualityTask.FEW_SHOT, "banking77_en", "all"): 0.93,
    (QualityTask.SIMILARITY, "jsick_sts_enja", "ja"): 0.78,
}


def target_of(task: QualityTask, data_set: str, metric: Metric, *, variant: str = "", language: str = "") -> float | None:
    """Return the target of a figure, or None where none was set."""
    for key in (variant, language):
        if (task, data_set, key) in _BY_VARIANT:
            return _BY_VARIANT[task, data_set, key]
    return _TARGETS.get((task, data_set, metric))

"""Evaluation: the scorecard. The models as they are used, on labelled rows they were not trained on, beside a baseline.

``evaluate`` goes through the tasks in the order of ``voc.quality.QualityTask``; a data set whose file is missing gives a score that says
so. The same data and models give the same scorecard.
"""

from collections.abc import Callable, Collection, Sequence

from models.evaluation.bench import Bench, Encoders, Reader, Steps
from models.evaluation.comments import OWN_TASKS, own_scores, sentiment_scores
from models.evaluation.corpus_rows import OwnRows, corpus_files
from models.evaluation.learning import few_shot_scores, request_scores, scope_scores, theme_scores
from models.evaluation.meaning import retrieval_scores, similarity_scores
from models.evaluation.measures import expected_calibration_error
from voc.quality import QualityScore, QualityTask, Scorecard

__all__ = [
    "Bench",
    "Encoders",
    "OwnRows",
    "Reader",
    "Steps",
    "corpus_files",
    "evaluate",
    "expected_calibration_error",
    "own_scores",
]

MEASURES: dict[QualityTask, Callable[[Bench], Sequence[QualityScore]]] = {
    QualityTask.RETRIEVAL: retrieval_scores,
    QualityTask.SIMILARITY: similarity_scores,
    QualityTask.SENTIMENT: sentiment_scores,
    QualityTask.FEW_SHOT: few_shot_scores,
    QualityTask.SCOPE: scope_scores,
    QualityTask.THEMES: theme_scores,
    QualityTask.REQUESTS: request_scores,
}
ORDER = list(QualityTask)


def evaluate(bench: Bench, *, tasks: Collection[QualityTask] = ()) -> Scorecard:
    """Measure the models and return the scorecard.

    Parameters
    ----------
    bench
        Models, data and progress.
    tasks
        What to measure; empty: everything.
    """
    wanted = [task for task in ORDER if not tasks or task in tasks]
    scores = [score for task in wanted if task in MEASURES for score in MEASURES[task](bench)]
    own = [task for task in OWN_TASKS if task in wanted]
    if own:
        scores += own_scores(bench, tasks=own)
    return Scorecard(model=bench.reader.stamp(), scores=tuple(sorted(scores, key=lambda score: ORDER.index(score.task))))

"""Scoring: what was said beside what is true becomes one score, with interval, baseline, target, calibration and confusion."""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.evaluation.measures import (
    Flags,
    Numbers,
    auroc_interval,
    expected_calibration_error,
    f1_interval,
    macro_f1_interval,
    mean_interval,
    micro_f1_interval,
    reliability,
    spearman_interval,
)
from models.evaluation.targets import target_of
from voc.enrichment import TagScore
from voc.quality import (
    MISSING_FILE,
    NOT_MEASURABLE,
    CaseScore,
    ConfusionCell,
    Interval,
    LabelCount,
    Metric,
    QualityScore,
    QualityTask,
    is_met,
    score_id,
)

Split = Literal["dev", "test"]
Speech = Literal["ja", "en", "ja-en"]
DIGITS = 4
NOTHING = ""
"""Stands beside a missed label for which nothing was given, and beside one that was given for nothing."""


@dataclass(frozen=True)
class Subject:
    """What is measured, by which figure, and who is measured against whom."""

    task: QualityTask
    data_set: str
    language: Speech
    metric: Metric
    model: str
    baseline: str
    split: Split = "dev"
    variant: str = ""
    data_sha256: str | None = None
    target: float | None = None
    """Left out: the project's target for the figure."""


@dataclass(frozen=True)
class Said:
    """What a model said of each row: the label, how sure it was, and whether it was too unsure to be counted."""

    labels: Sequence[str]
    confidence: Numbers | None = None
    abstained: Flags | None = None


def missing(subject: Subject) -> QualityScore:
    """Return the score of a data set that is not there: not measured, and why."""
    return _score(subject, n=0, value=None, not_measured=MISSING_FILE)


def classified(
    subject: Subject, truth: Sequence[str], said: Said, baseline: Sequence[str], *, cases: Sequence[str] | None = None
) -> QualityScore:
    """Score one label a row, by macro-F1 or accuracy."""
    right = np.array([a == b for a, b in zip(truth, said.labels, strict=True)], dtype=bool)
    return _score(
        subject,
        n=len(truth),
        value=_label_figure(subject.metric, truth, said.labels),
        baseline_value=_label_figure(subject.metric, truth, baseline),
        confusion=confusion(truth, said.labels),
        cases=case_scores(cases, right) if cases is not None else (),
        **_certainty(said, right),
    )


def drawn(subject: Subject, truth: Sequence[str], draws: Sequence[Said], baseline: Sequence[Sequence[str]]) -> QualityScore:
    """Score accuracy as the mean over several draws of the examples; rows are resampled, calibration and confusion pool the draws."""
    pooled = Said(
        labels=[label for said in draws for label in said.labels],
        confidence=np.concatenate([said.confidence for said in draws if said.confidence is not None]),
        abstained=np.concatenate([said.abstained for said in draws if said.abstained is not None]),
    )
    repeated = list(truth) * len(draws)
    right = np.array([a == b for a, b in zip(repeated, pooled.labels, strict=True)], dtype=bool)
    simple = np.array([[a == b for a, b in zip(truth, labels, strict=True)] for labels in baseline], dtype=float)
    return _score(
        subject,
        n=len(truth),
        value=mean_interval(right.reshape(len(draws), len(truth)).mean(axis=0)),
        baseline_value=mean_interval(simple.mean(axis=0)),
        confusion=confusion(repeated, pooled.labels),
        **_certainty(pooled, right),
    )


def detected(subject: Subject, truth: Flags, said: Flags, baseline: Flags) -> QualityScore:
    """Score one class against all others, by F1."""
    names = np.array(["other", subject.variant or "yes"])
    return _score(
        subject,
        n=len(truth),
        value=f1_interval(truth, said),
        baseline_value=f1_interval(truth, baseline),
        confusion=confusion(names[truth.astype(int)].tolist(), names[said.astype(int)].tolist()),
    )


def ranked(subject: Subject, truth: Flags, chances: Numbers, baseline: Numbers) -> QualityScore:
    """Score probabilities of yes, by AUROC; their calibration is that of the probabilities themselves."""
    if not truth.any() or truth.all():
        return _score(subject, n=len(truth), value=None, not_measured=NOT_MEASURABLE)
    return _score(
        subject,
        n=len(truth),
        value=auroc_interval(truth, chances),
        baseline_value=auroc_interval(truth, baseline),
        calibration_error=expected_calibration_error(chances, truth),
        reliability=reliability(chances, truth),
    )


def tagged(
    subject: Subject, truth: Sequence[Sequence[str]], given: Sequence[Sequence[TagScore]], baseline: Sequence[Sequence[str]]
) -> QualityScore:
    """Score several labels a row, by micro-F1; rows for which nothing was said count as abstained, calibration is of the tags given.

    Confusion pairs each label a row was not given with each it was wrongly given.
    """
    said = [[tag.tag for tag in tags] for tags in given]
    labels = sorted({label for rows in (truth, said, baseline) for row in rows for label in row})
    true, found, simple = (_matrix(rows, labels) for rows in (truth, said, baseline))
    chances = np.array([tag.score for tags in given for tag in tags])
    right = np.array([tag.tag in row for row, tags in zip(truth, given, strict=True) for tag in tags], dtype=bool)
    pairs = taken_for(truth, said)
    return _score(
        subject,
        n=len(truth),
        value=micro_f1_interval(true, found),
        baseline_value=micro_f1_interval(true, simple),
        abstained=round(float(np.mean([not row for row in said])), DIGITS) if said else 0.0,
        confusion=confusion([true for true, _ in pairs], [taken for _, taken in pairs]),
        labels=label_counts(labels, true, found),
        **_certainty(Said((), confidence=chances), right),
    )


def correlated(subject: Subject, truth: Numbers, similarities: Numbers, baseline: Numbers) -> QualityScore:
    """Score similarities against people's, by Spearman's rank correlation."""
    return _score(
        subject, n=len(truth), value=spearman_interval(truth, similarities), baseline_value=spearman_interval(truth, baseline)
    )


def found_first(subject: Subject, hits: Flags, baseline: Flags) -> QualityScore:
    """Score how often the right text was the nearest one."""
    return _score(
        subject, n=len(hits), value=mean_interval(hits.astype(float)), baseline_value=mean_interval(baseline.astype(float))
    )


def confusion(truth: Sequence[str], said: Sequence[str]) -> tuple[ConfusionCell, ...]:
    """Return how often each label was given for each, most frequent first within a true label."""
    counts = Counter(zip(truth, said, strict=True))
    ordered = sorted(counts.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    return tuple(ConfusionCell(truth=true, said=guessed, n=n) for (true, guessed), n in ordered)


def taken_for(truth: Sequence[Sequence[str]], said: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Return label and what it was taken for, row by row: itself where found, what was wrongly given where missed; else empty."""
    pairs: list[tuple[str, str]] = []
    for true, given in zip(truth, said, strict=True):
        pairs += [(label, label) for label in true if label in given]
        missed, wrong = [label for label in true if label not in given], [label for label in given if label not in true]
        pairs += itertools.product(missed or [NOTHING], wrong or [NOTHING]) if missed or wrong else []
    return pairs


def label_counts(labels: Sequence[str], truth: NDArray[np.bool_], said: NDArray[np.bool_]) -> tuple[LabelCount, ...]:
    """Return how each label fared; shapes [n, labels]."""
    found, wrong, missed, neither = (table.sum(axis=0).tolist() for table in (truth & said, ~truth & said, truth & ~said, ~truth & ~said))
    return tuple(
        LabelCount(label=label, found=f, wrong=w, missed=m, left_out=n)
        for label, f, w, m, n in zip(labels, found, wrong, missed, neither, strict=True)
    )


def case_scores(cases: Sequence[str], right: Flags) -> tuple[CaseScore, ...]:
    """Return the share of right answers by case."""
    places = {case: [i for i, other in enumerate(cases) if other == case] for case in sorted(set(cases))}
    return tuple(CaseScore(case=case, n=len(rows), right=round(float(right[rows].mean()), DIGITS)) for case, rows in places.items())


def _certainty(said: Said, right: Flags) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if said.confidence is not None and len(right):
        facts["calibration_error"] = expected_calibration_error(said.confidence, right)
        facts["reliability"] = reliability(said.confidence, right)
    if said.abstained is not None and len(right):
        facts["abstained"] = round(float(said.abstained.mean()), DIGITS)
    return facts


def _label_figure(metric: Metric, truth: Sequence[str], said: Sequence[str]) -> Interval:
    labels = sorted(set(truth) | set(said))
    codes = {label: code for code, label in enumerate(labels)}
    true, guessed = (np.array([codes[label] for label in row], dtype=np.int64) for row in (truth, said))
    figures: dict[Metric, Callable[[], Interval]] = {
        Metric.MACRO_F1: lambda: macro_f1_interval(true, guessed, classes=len(labels)),
        Metric.ACCURACY: lambda: mean_interval((true == guessed).astype(float)),
    }
    return figures[metric]()


def _matrix(rows: Sequence[Sequence[str]], labels: Sequence[str]) -> NDArray[np.bool_]:
    place = {label: column for column, label in enumerate(labels)}
    table = np.zeros((len(rows), len(labels)), dtype=bool)
    for row, said in enumerate(rows):
        table[row, [place[label] for label in said]] = True
    return table


def _score(subject: Subject, *, value: Interval | None, **facts: Any) -> QualityScore:
    target = subject.target
    if target is None:
        target = target_of(subject.task, subject.data_set, subject.metric, variant=subject.variant, language=subject.language)
    return QualityScore(
        id=score_id(subject.task, subject.data_set, subject.split, subject.language, subject.variant, subject.metric),
        task=subject.task,
        data_set=subject.data_set,
        split=subject.split,
        language=subject.language,
        variant=subject.variant,
        metric=subject.metric,
        model=subject.model,
        data_sha256=subject.data_sha256,
        baseline=subject.baseline,
        value=value,
        target=target,
        met=is_met(value, target),
        **facts,
    )

"""Meaning: whether texts that say the same lie together, across the languages (retrieval) and by degrees (similarity)."""

from collections.abc import Sequence

import numpy as np

from models.evaluation.bench import Bench, stamped
from models.evaluation.corpus_rows import OWN_CORPUS, texts_of
from models.evaluation.measures import Flags, Numbers, spearman_interval
from models.evaluation.scoring import Speech, Split, Subject, correlated, found_first, missing
from models.evaluation.targets import PLAIN_ENCODER_TOLERANCE
from voc.feedback import Language
from voc.ports import Encoder, Vectors
from voc.quality import Metric, QualityScore, QualityTask

PARALLEL = ("parallel_tatoeba_enja", "parallel_bsd_enja", "parallel_ami_enja")
ROWS_AT_ONCE = 1_000


def retrieval_scores(bench: Bench) -> list[QualityScore]:
    """Score how often the nearest English text of a Japanese one is its translation."""
    found = []
    for name in PARALLEL:
        rows = bench.rows(name, split="dev")
        subject = _subject(bench, QualityTask.RETRIEVAL, name, "ja-en")
        if rows is None:
            found.append(missing(subject))
        else:
            found.append(_retrieved(bench, subject, [row["text2"] for row in rows], [row["text"] for row in rows]))
    splits: tuple[Split, ...] = ("test", "dev") if bench.own_split == "test" else ("dev",)
    for split in splits:
        pairs = bench.own.pairs(split)
        subject = _subject(bench, QualityTask.RETRIEVAL, OWN_CORPUS, "ja-en", split=split)
        found.append(_retrieved(bench, subject, texts_of(pairs, Language.JA), texts_of(pairs, Language.EN)))
    return found


def similarity_scores(bench: Bench) -> list[QualityScore]:
    """Score similarities of sentence pairs against people's, Japanese and English; English beside the plain encoder."""
    return [
        _japanese_similarity(bench, "jsts_ja"),
        _japanese_similarity(bench, "jsick_sts_enja"),
        _english_similarity(bench, "jsick_sts_enja"),
    ]


def nearest_hits(queries: Vectors, answers: Vectors, texts: Sequence[str]) -> Flags:
    """Tell for each query whether its nearest answer is the text at the same place, or a text equal to it."""
    same = [" ".join(text.casefold().split()) for text in texts]
    hits = np.zeros(len(queries), dtype=bool)
    for start in range(0, len(queries), ROWS_AT_ONCE):
        nearest = (queries[start : start + ROWS_AT_ONCE] @ answers.T).argmax(axis=1)
        hits[start : start + ROWS_AT_ONCE] = [same[place] == same[start + row] for row, place in enumerate(nearest.tolist())]
    return hits


def _retrieved(bench: Bench, subject: Subject, japanese: Sequence[str], english: Sequence[str]) -> QualityScore:
    def hits(encoder: Encoder) -> Flags:
        vectors = bench.vectors(subject.data_set, [*japanese, *english], encoder=encoder)
        return nearest_hits(vectors[: len(japanese)], vectors[len(japanese) :], english)

    return found_first(subject, hits(bench.encoders.judged), hits(bench.encoders.weightless))


def _japanese_similarity(bench: Bench, name: str) -> QualityScore:
    subject = _subject(bench, QualityTask.SIMILARITY, name, "ja")
    rows = bench.rows(name, split="dev")
    if rows is None:
        return missing(subject)
    first, second = [row["text"] for row in rows], [row["text2"] for row in rows]
    truth = np.array([float(row["label"]) for row in rows])
    judged, weightless = (_similarities(bench, name, first, second, e) for e in (bench.encoders.judged, bench.encoders.weightless))
    return correlated(subject, truth, judged, weightless)


def _english_similarity(bench: Bench, name: str) -> QualityScore:
    """Score English similarity; the target is the plain encoder's own figure less what may be lost."""
    rows = bench.rows(name, split="dev")
    plain = stamped(bench.encoders.plain)
    if rows is None:
        return missing(_subject(bench, QualityTask.SIMILARITY, name, "en", baseline=plain))
    first, second = [row["text_en"] for row in rows], [row["text2_en"] for row in rows]
    truth = np.array([float(row["label_en"]) for row in rows])
    judged, reference = (_similarities(bench, name, first, second, e) for e in (bench.encoders.judged, bench.encoders.plain))
    target = round(spearman_interval(truth, reference).value - PLAIN_ENCODER_TOLERANCE, 4)
    subject = _subject(bench, QualityTask.SIMILARITY, name, "en", baseline=plain, target=target)
    return correlated(subject, truth, judged, reference)


def _similarities(bench: Bench, name: str, first: Sequence[str], second: Sequence[str], encoder: Encoder) -> Numbers:
    vectors = bench.vectors(name, [*first, *second], encoder=encoder).astype(np.float64)
    return np.asarray((vectors[: len(first)] * vectors[len(first) :]).sum(axis=1))


def _subject(
    bench: Bench,
    task: QualityTask,
    name: str,
    language: Speech,
    *,
    split: Split = "dev",
    baseline: str | None = None,
    target: float | None = None,
) -> Subject:
    return Subject(
        task=task,
        data_set=name,
        language=language,
        metric=Metric.ACCURACY_AT_1 if task is QualityTask.RETRIEVAL else Metric.SPEARMAN,
        split=split,
        model=stamped(bench.encoders.judged),
        baseline=baseline or stamped(bench.encoders.weightless),
        data_sha256=bench.own.sha256 if name == OWN_CORPUS else bench.sha256(name),
        target=target,
    )

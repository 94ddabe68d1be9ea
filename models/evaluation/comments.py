"""Comments: what the service says of whole comments, beside their labels: sentiment, intent, urgency, churn cue, abuse, shipped tags.

The comment's result is judged, as the service combines it from its sentences; a data set without the label *mixed* judges a mixed
comment by the side of its score.
"""

from collections.abc import Callable, Sequence

import numpy as np

from models.evaluation.bench import Bench
from models.evaluation.corpus_rows import OWN_CORPUS, texts_of
from models.evaluation.scoring import Said, Speech, Subject, classified, missing, ranked, tagged
from models.labelled import EVALUATION_FILES, SentimentFile
from models.training.own_corpus import CorpusRow
from voc.enrichment import Enrichment
from voc.feedback import Language
from voc.quality import Metric, QualityScore, QualityTask
from voc.sentiment import Sentiment, SentimentLabel, label_of

OWN_TASKS = (QualityTask.SENTIMENT, QualityTask.INTENT, QualityTask.URGENCY, QualityTask.CHURN, QualityTask.ABUSE, QualityTask.TAGS)
SPEECH: dict[Language, Speech] = {Language.JA: "ja", Language.EN: "en"}
LABELS: dict[QualityTask, tuple[Callable[[CorpusRow], str], Callable[[Enrichment], str]]] = {
    QualityTask.SENTIMENT: (lambda row: row.sentiment, lambda said: said.sentiment.label.value),
    QualityTask.INTENT: (lambda row: row.intent.value, lambda said: said.intent.value),
    QualityTask.URGENCY: (lambda row: row.urgency.value, lambda said: said.urgency.value),
}
SURENESS: dict[QualityTask, Callable[[Enrichment], float | None]] = {
    QualityTask.SENTIMENT: lambda said: said.sentiment.confidence,
    QualityTask.INTENT: lambda said: said.intent_confidence,
    QualityTask.URGENCY: lambda said: said.urgency_confidence,
}
CHANCES: dict[QualityTask, tuple[Callable[[CorpusRow], bool], Callable[[Enrichment], float]]] = {
    QualityTask.CHURN: (lambda row: row.churn, lambda said: said.churn),
    QualityTask.ABUSE: (lambda row: row.abuse, lambda said: said.abusive),
}
OUTPUT_OF = {QualityTask.SENTIMENT: "sentiment", QualityTask.TAGS: "tags"}
"""Which output of the stamp gives a task; all others are the cue model's, stamped as ``intent``."""


def sentiment_scores(bench: Bench) -> list[QualityScore]:
    """Score the sentiment of comments from elsewhere."""
    return [_sentiment_score(bench, file) for file in EVALUATION_FILES]


def own_scores(bench: Bench, *, tasks: Sequence[QualityTask] = OWN_TASKS) -> list[QualityScore]:
    """Score what the own corpus is labelled for, per language."""
    found = []
    for language in SPEECH:
        rows = bench.own.of(bench.own_split, language)
        texts = texts_of(rows, language)
        said = bench.read(OWN_CORPUS, texts, language)
        simple = bench.weightless.read(texts, language)
        found += [_own_score(bench, task, language, rows, said, simple) for task in tasks]
    return sorted(found, key=lambda score: tasks.index(score.task))


def side(sentiment: Sentiment) -> str:
    """Return the label among negative, neutral and positive; mixed goes to the side of its score."""
    return (label_of(sentiment.score) if sentiment.label is SentimentLabel.MIXED else sentiment.label).value


def _sentiment_score(bench: Bench, file: SentimentFile) -> QualityScore:
    language = Language(file.name[-2:])
    subject = _subject(bench, QualityTask.SENTIMENT, file.name, language, sha256=bench.sha256(file.name))
    if bench.data is None or subject.data_sha256 is None:
        return missing(subject)
    rows = file.rows(bench.data, split="dev")
    texts = [row.text for row in rows]
    said = bench.read(file.name, texts, language)
    simple = [side(result.sentiment) for result in bench.weightless.read(texts, language)]
    answers = _answers(QualityTask.SENTIMENT, said, [side(result.sentiment) for result in said])
    return classified(subject, [row.label.value for row in rows], answers, simple)


def _own_score(
    bench: Bench,
    task: QualityTask,
    language: Language,
    rows: Sequence[CorpusRow],
    said: Sequence[Enrichment],
    simple: Sequence[Enrichment],
) -> QualityScore:
    subject = _subject(bench, task, OWN_CORPUS, language, sha256=bench.own.sha256)
    if task in CHANCES:
        truth_of, chance_of = CHANCES[task]
        truth = np.array([truth_of(row) for row in rows], dtype=bool)
        return ranked(subject, truth, np.array([chance_of(one) for one in said]), np.array([chance_of(one) for one in simple]))
    if task is QualityTask.TAGS:
        given, plain = [one.tags for one in said], [[tag.tag for tag in one.tags] for one in simple]
        return tagged(subject, [row.tags for row in rows], given, plain)
    label_of_row, label_of_result = LABELS[task]
    answers = _answers(task, said, [label_of_result(one) for one in said])
    cases = [row.case for row in rows]
    return classified(subject, [label_of_row(row) for row in rows], answers, [label_of_result(one) for one in simple], cases=cases)


def _answers(task: QualityTask, said: Sequence[Enrichment], labels: Sequence[str]) -> Said:
    """Return the labels with how sure each is, where all say so; only sentiments abstain."""
    sure = [confidence for one in said if (confidence := SURENESS[task](one)) is not None]
    abstained = [one.sentiment.abstained for one in said] if task is QualityTask.SENTIMENT else None
    return Said(
        labels,
        confidence=np.array(sure) if len(sure) == len(said) else None,
        abstained=None if abstained is None else np.array(abstained, dtype=bool),
    )


def _subject(bench: Bench, task: QualityTask, name: str, language: Language, *, sha256: str | None) -> Subject:
    metric = {QualityTask.TAGS: Metric.MICRO_F1}.get(task, Metric.AUROC if task in CHANCES else Metric.MACRO_F1)
    output = OUTPUT_OF.get(task, "intent")
    return Subject(
        task=task,
        data_set=name,
        language=SPEECH[language],
        metric=metric,
        split=bench.own_split if name == OWN_CORPUS else "dev",
        model=bench.output(output),
        baseline=bench.weightless_output(output),
        data_sha256=sha256,
    )

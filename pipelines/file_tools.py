"""File tools: the stages over one file, without a database. One output row per input row, in the same order, whatever the row holds.

Offsets are Unicode code points in the input text. Personal facts are blanked before a model reads them, by as many characters as they
had, so that offsets stay true.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from errno import ENOENT
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from pipelines.assembly import build_language_detector, build_models, build_near_duplicates, build_redactor
from pipelines.cleaning import own_spans
from pipelines.duplicates import repeats_in_file
from pipelines.model_process import ModelProcess
from pipelines.progress import Progress
from pipelines.sources.table import open_table
from voc.enrichment import CommentText, Enrichment, SentenceAnalysis
from voc.errors import BadFileError, BadMappingError
from voc.feedback import MAX_TEXT_CHARS, Redaction, Source, Span
from voc.ids import derived_id
from voc.masking import mask
from voc.no_signal import is_no_signal
from voc.ports import LanguageDetector, Redactor
from voc.settings import Settings
from voc.topics import Topic, TopicGroup, TopicSentence

BLANK = "*"
NO_TOPIC = -1
EXAMPLES = 5


@dataclass(frozen=True)
class FileRow:
    """A row of the input: its id (or its number from 1, where it has none) and its text."""

    id: str
    text: str


def read_rows(path: Path, text_column: str, *, out: Path | None = None) -> list[FileRow]:
    """Read the rows of a file; ``out`` is the file that will be written, looked at before any model is.

    Raises
    ------
    BadMappingError
        If there is no such column.
    BadFileError
        If a row cannot be read: nothing is left out silently; or if ``out`` is the file itself, which would be lost.
    FileNotFoundError
        If the folder of ``out`` does not exist.
    """
    if out is not None and out.exists() and out.samefile(path):
        raise BadFileError("The file to write is the file to read, which would be lost; name another.", field="out")
    if out is not None and not out.parent.exists():
        raise FileNotFoundError(ENOENT, "The folder to write to does not exist", str(out.parent))
    table = open_table(path)
    if text_column not in table.columns:
        raise BadMappingError(f"There is no column {text_column!r}; there are: {', '.join(table.columns)}.", field=text_column)
    return [
        FileRow(id=row.cells.get("id") or str(number), text=row.cells.get(text_column, ""))
        for number, row in enumerate(table.rows_or_raise(), start=1)
    ]


def analyze_file(path: Path, *, out: Path, text_column: str, settings: Settings, progress: Progress) -> dict[str, int]:
    """Write what each comment says, one JSON object a row; return counts.

    Raises
    ------
    ModelError
        If the models cannot be used.
    """
    rows = read_rows(path, text_column, out=out)
    comments, redactions = _prepare(rows, detector=build_language_detector(), redactor=build_redactor())
    repeats = repeats_in_file([(row.id, row.text) for row in rows], near=build_near_duplicates())
    models = build_models(settings.models)
    try:
        with out.open("wb") as target, progress.step("analyze", len(rows)) as step:
            for start in range(0, len(rows), settings.models.batch_size):
                batch = comments[start : start + settings.models.batch_size]
                for at, result in enumerate(models.enrich(batch), start=start):
                    target.write(orjson.dumps(_analysis(rows[at], batch[at - start], result, redactions[at], repeats.get(at))) + b"\n")
                step.advance(len(batch))
    finally:
        models.close()
    return {"rows": len(rows), "repeats": len(repeats), "without_signal": sum(comment.no_signal for comment in comments)}


def embed_file(path: Path, *, out: Path, text_column: str, settings: Settings, progress: Progress) -> dict[str, int]:
    """Write the texts' vectors as a NumPy file, float32 [n, d], unit rows, in input order; return counts."""
    rows = read_rows(path, text_column, out=out)
    vectors = _vectors(rows, settings=settings, progress=progress)
    with out.open("wb") as target:
        np.save(target, vectors)
    return {"rows": len(rows), "dimensions": vectors.shape[1]}


def topics_file(path: Path, *, out: Path, text_column: str, settings: Settings, progress: Progress) -> dict[str, int]:
    """Write each row's topic and, beside it, what the topics are; return counts."""
    rows = read_rows(path, text_column, out=out)
    languages = build_language_detector().detect([row.text for row in rows])
    models = build_models(settings.models)
    try:
        vectors = _encode(models, rows, progress=progress)
        sentences = [
            TopicSentence(
                id=f"{at:09d}",
                feedback_id=f"{at:09d}",
                text=row.text,
                language=language,
                voice=row.id,
                vector=vector.astype("<f2").tobytes(),
            )
            for at, (row, language, vector) in enumerate(zip(rows, languages, vectors, strict=True))
            if not is_no_signal(row.text)
        ]
        with progress.step("discover topics", len(sentences)) as step:
            run = models.discover(sentences)
            step.advance(len(sentences))
    finally:
        models.close()
    numbers = {topic.id: number for number, topic in enumerate(sorted(run.topics, key=lambda topic: (-topic.size, topic.id)))}
    topic_of = {int(a.sentence_id): numbers[a.topic_id] for a in run.assignments if a.topic_id is not None}
    with out.open("wb") as target:
        for at, row in enumerate(rows):
            target.write(orjson.dumps({"id": row.id, "topic": topic_of.get(at, NO_TOPIC)}) + b"\n")
    groups = {group.id: group for group in run.groups}
    ordered = sorted(run.topics, key=lambda topic: numbers[topic.id])
    described = [_described(topic, groups.get(topic.group_id or ""), numbers[topic.id], rows) for topic in ordered]
    Path(f"{out}.topics.json").write_bytes(orjson.dumps(described, option=orjson.OPT_INDENT_2))
    return {"rows": len(rows), "topics": len(run.topics), "without_topic": len(rows) - len(topic_of)}


def redact_file(path: Path, *, out: Path, text_column: str, settings: Settings, progress: Progress) -> dict[str, int]:
    """Write each row's text with personal facts masked, and where they were; return counts."""
    del settings
    rows = read_rows(path, text_column, out=out)
    redactor = build_redactor()
    found = 0
    with out.open("wb") as target, progress.step("redact", len(rows)) as step:
        for row in rows:
            redactions = redactor.find([row.text])[0]
            found += len(redactions)
            line = {"id": row.id, "text": mask(row.text, redactions), "redactions": _as_json(redactions)}
            target.write(orjson.dumps(line) + b"\n")
            step.advance(1)
    return {"rows": len(rows), "redactions": found}


def _prepare(
    rows: Sequence[FileRow], *, detector: LanguageDetector, redactor: Redactor
) -> tuple[list[CommentText], list[tuple[Redaction, ...]]]:
    """Blank personal facts and find the customer's own words; texts are cut at the longest a comment may be."""
    texts = [row.text[:MAX_TEXT_CHARS] for row in rows]
    redactions = redactor.find(texts)
    comments = [
        CommentText(
            id=derived_id("fb", str(at)),
            verbatim=blank(text, found),
            spans=own_spans(text, Source.TICKET) if text.strip() else (Span(start=0, end=len(text)),),
            language=language,
            no_signal=is_no_signal(text),
        )
        for at, (text, found, language) in enumerate(zip(texts, redactions, detector.detect(texts), strict=True))
    ]
    return comments, redactions


def blank(text: str, redactions: Sequence[Redaction]) -> str:
    """Return the text with every personal fact overwritten, of the same length."""
    for found in redactions:
        text = text[: found.start] + BLANK * (found.end - found.start) + text[found.end :]
    return text


def _analysis(
    row: FileRow, comment: CommentText, result: Enrichment, redactions: Sequence[Redaction], repeat_of: str | None
) -> dict[str, Any]:
    said = analysis_json(result)
    said["truncated"] = result.truncated or len(row.text) > MAX_TEXT_CHARS
    naming = {"id": row.id, "language": comment.language.value}
    return naming | said | {"duplicate_of": repeat_of, "redactions": _as_json(redactions)}


def analysis_json(result: Enrichment) -> dict[str, Any]:
    """Return what one comment says in the shape of ``voc analyze`` and ``POST /v1/analyze``, without id, language and redactions."""
    return {
        "sentiment": result.sentiment.model_dump(mode="json"),
        "intent": result.intent.value,
        "intents": [intent.value for intent in result.intents],
        "urgency": result.urgency.value,
        "intent_confidence": result.intent_confidence,
        "urgency_confidence": result.urgency_confidence,
        "churn": result.churn,
        "abusive": result.abusive,
        "tags": [{"tag": tag.tag, "score": tag.score} for tag in result.tags],
        "sentences": [_sentence_json(sentence) for sentence in result.sentences],
        "truncated": result.truncated,
        "model": {"version": result.model.version} | result.model.outputs,
    }


def _sentence_json(sentence: SentenceAnalysis) -> dict[str, Any]:
    return {
        "start": sentence.start,
        "end": sentence.end,
        "sentiment": sentence.sentiment.model_dump(mode="json"),
        "intent": sentence.intent.value,
        "tags": [{"tag": tag.tag, "score": tag.score, "because": list(tag.because)} for tag in sentence.tags],
    }


def _as_json(redactions: Sequence[Redaction]) -> list[dict[str, Any]]:
    return [found.model_dump(mode="json") for found in redactions]


def _vectors(rows: Sequence[FileRow], *, settings: Settings, progress: Progress) -> np.ndarray:
    models = build_models(settings.models)
    try:
        return _encode(models, rows, progress=progress)
    finally:
        models.close()


def _encode(models: ModelProcess, rows: Sequence[FileRow], *, progress: Progress) -> np.ndarray:
    parts = [] if rows else [models.encode([])]
    with progress.step("embed", len(rows)) as step:
        for some in _batches(rows):
            parts.append(models.encode([row.text for row in some]))
            step.advance(len(some))
    return np.concatenate(parts)


def _batches(rows: Sequence[FileRow], size: int = 1_000) -> Iterator[Sequence[FileRow]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _described(topic: Topic, group: TopicGroup | None, number: int, rows: Sequence[FileRow]) -> dict[str, Any]:
    return {
        "id": number,
        "name": topic.name,
        "names": {
            language: {"text": name.text, "sentence": rows[int(name.example_id)].text if name.example_id is not None else None}
            for language, name in topic.names.items()
        },
        "group": None if group is None else {language: name.text for language, name in group.names.items()},
        "keywords": list(topic.keywords),
        "examples": [rows[int(identifier)].text for identifier in topic.example_ids[:EXAMPLES]],
        "size": topic.size,
    }

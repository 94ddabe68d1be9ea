"""Tag files: learning tags from a labelled file and giving them to another, without a database.

One output row per input row, in the same order; a row whose label cell is empty stands for "none of these". A text is read as one
sentence, as the rows to be tagged are. Personal facts are blanked before a model reads them.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from pipelines.assembly import build_models, build_redactor, build_stamp, build_tag_folder, build_tag_teacher
from pipelines.enrich import encoder_for_tags
from pipelines.file_tools import FileRow, blank, read_rows
from pipelines.progress import Progress
from pipelines.sources.table import open_table
from voc.errors import BadFileError, BadMappingError
from voc.feedback import MAX_TEXT_CHARS
from voc.ports import Encoded, Vectors
from voc.settings import Settings
from voc.tag_learning import FEW_EXAMPLES, WEAK_F1, LearntTags, TagQuality, tag_lesson
from voc.taxonomy import flat_taxonomy

SEVERAL = re.compile(r"[;|；｜]")
MAX_LABEL_CHARS = 200
TAG_BATCH = 1_000


@dataclass(frozen=True)
class TrainOptions:
    """Where a labelled file holds what: columns, whether a row has several tags, and which label stands for none."""

    label_column: str
    text_column: str = "text"
    multi: bool = False
    none_label: str | None = None


def train_tags(path: Path, *, out: Path, options: TrainOptions, settings: Settings, progress: Progress) -> LearntTags:
    """Learn tags from a labelled file and write them to a folder.

    Raises
    ------
    BadFileError
        If the folder holds something else, or a row cannot be read.
    BadMappingError
        If a column is missing.
    InputError
        If no row has a label.
    ModelError
        If the models cannot be used.
    """
    folder = build_tag_folder(out)
    folder.check_free()
    rows = read_rows(path, options.text_column)
    texts = _texts(rows)
    labels = read_labels(path, options)
    taught = tag_lesson(
        flat_taxonomy(path.name.split(".")[0], frozenset().union(*labels)),
        texts,
        labels,
        multi=options.multi,
        encoder=encoder_in_use(settings),
        vectors_of=partial(_vectors, settings=settings, progress=progress),
    )
    with progress.step("learn", len(rows)) as step:
        learnt = build_tag_teacher().learn(taught)
        step.advance(len(rows))
    folder.write(learnt)
    return learnt


def predict_tags(path: Path, *, taxonomy: Path, out: Path, text_column: str, settings: Settings, progress: Progress) -> dict[str, int]:
    """Write each row's id and tags, best first, one JSON object a row; return counts.

    Raises
    ------
    ModelRejectedError
        If a file of the taxonomy's folder is not the one written, or it was learnt with another encoder.
    """
    rows = read_rows(path, text_column, out=out)
    tagger = build_tag_teacher().tagger(build_tag_folder(taxonomy).read(encoder=encoder_in_use(settings)))
    texts = _texts(rows)
    vectors = _vectors(texts, settings=settings, progress=progress)
    without = 0
    with out.open("wb") as target, progress.step("tag", len(rows)) as step:
        for start in range(0, len(rows), TAG_BATCH):
            some, part = rows[start : start + TAG_BATCH], vectors[start : start + TAG_BATCH]
            found = tagger.tags(texts[start : start + TAG_BATCH], Encoded(part, part, (False,) * len(part)))
            for row, tags in zip(some, found, strict=True):
                line = {"id": row.id, "tags": [{"tag": tag.tag, "score": tag.score} for tag in tags]}
                target.write(orjson.dumps(line) + b"\n")
                without += not tags
            step.advance(len(some))
    return {"rows": len(rows), "without_tag": without}


def encoder_in_use(settings: Settings) -> str:
    """Return ``name/version`` of the encoder whose vectors taggers read, without loading it."""
    return encoder_for_tags(build_stamp(settings.models))


def read_labels(path: Path, options: TrainOptions) -> list[frozenset[str]]:
    """Return the labels of each row of a file.

    Raises
    ------
    BadMappingError
        If there is no such column.
    BadFileError
        If a label is longer than a name.
    """
    table = open_table(path)
    if options.label_column not in table.columns:
        known = ", ".join(table.columns)
        raise BadMappingError(f"There is no column {options.label_column!r}; there are: {known}.", field=options.label_column)
    found = []
    for row in table.rows_or_raise():
        labels = split_labels(row.cells.get(options.label_column, ""), multi=options.multi) - {options.none_label}
        if any(len(label) > MAX_LABEL_CHARS for label in labels):
            raise BadFileError(
                f"Line {row.line}: a label is longer than {MAX_LABEL_CHARS} characters.", field=options.label_column, limit=MAX_LABEL_CHARS
            )
        found.append(frozenset(label for label in labels if label))
    return found


def split_labels(cell: str, *, multi: bool) -> frozenset[str]:
    """Return the labels in a cell: a JSON list, or parts between semicolons or bars where a row can have several."""
    cell = cell.strip()
    if cell.startswith("["):
        try:
            listed = [label for label in json.loads(cell) if label is not None]
        except (ValueError, RecursionError):
            listed = [cell]
        if any(isinstance(label, list | dict) for label in listed):
            listed = [cell]
        return frozenset(str(label).strip() for label in listed)
    return frozenset(part.strip() for part in (SEVERAL.split(cell) if multi else [cell]))


def quality_json(learnt: LearntTags) -> dict[str, Any]:
    """Return what ``voc tags train --json`` prints."""
    found, examples = found_again(learnt.quality)
    return {
        "taxonomy": learnt.taxonomy.name,
        "version": learnt.version,
        "encoder": learnt.encoder,
        "recall": round(found / examples, 4) if examples else None,
        "need_more": sum(tag.needs_more for tag in learnt.quality),
        "tags": [tag.model_dump(mode="json") | {"f1": round(tag.f1, 4)} for tag in learnt.quality],
    }


def quality_lines(quality: Sequence[TagQuality]) -> list[str]:
    """Return a table of the tags, those that need more examples first, and one line on all of them."""
    from rich.cells import cell_len, set_cell_size

    width = max((cell_len(tag.tag) for tag in quality), default=0)
    lines = [f"{'tag':<{width}}  examples  precision  recall"]
    for tag in quality:
        precision, recall = (f"{value:.2f}" if value is not None else "–" for value in (tag.precision, tag.recall))
        more = "  needs more examples" if tag.needs_more else ""
        lines.append(f"{set_cell_size(tag.tag, width)}  {tag.n:>8}  {precision:>9}  {recall:>6}{more}")
    found, examples = found_again(quality)
    needy = sum(tag.needs_more for tag in quality)
    if examples:
        lines.append(f"Tags of examples found by heads that did not see the example: {found:,} of {examples:,} ({found / examples:.0%}).")
    lines.append(f"Tags that need more examples (fewer than {FEW_EXAMPLES}, or F1 below {WEAK_F1}): {needy:,} of {len(quality):,}.")
    return lines


def found_again(quality: Sequence[TagQuality]) -> tuple[int, int]:
    """Return how many of the examples' tags were found by heads that did not see the example, and how many there are."""
    return sum(round((tag.recall or 0.0) * tag.n) for tag in quality), sum(tag.n for tag in quality)


def _texts(rows: Sequence[FileRow]) -> list[str]:
    """Return the rows' texts with personal facts blanked."""
    texts = [row.text[:MAX_TEXT_CHARS] for row in rows]
    return [blank(text, found) for text, found in zip(texts, build_redactor().find(texts), strict=True)]


def _vectors(texts: Sequence[str], *, settings: Settings, progress: Progress) -> Vectors:
    models = build_models(settings.models)
    parts = [] if texts else [models.encode_for_tags([])]
    try:
        with progress.step("read", len(texts)) as step:
            for start in range(0, len(texts), TAG_BATCH):
                parts.append(models.encode_for_tags(texts[start : start + TAG_BATCH]))
                step.advance(len(parts[-1]))
        return np.concatenate(parts)
    finally:
        models.close()

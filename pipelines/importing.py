"""Importing: files into the store, with row accounting. rows = new + duplicate + rejected, always.

A file that was imported before adds nothing; an import that was stopped goes on when it is started again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines.erasing.rejects import without_erased
from pipelines.intake import Accepted, Intake
from pipelines.progress import Progress
from pipelines.sources.mapping import ColumnMapping
from pipelines.sources.reading import ReadRow, Rejected, read_feedback
from pipelines.sources.rejects import write_rejects
from pipelines.sources.table import Table
from voc.clock import Clock
from voc.errors import InputError
from voc.feedback import NewFeedback, Source
from voc.ids import random_id
from voc.journal import FileImport
from voc.store import Store
from voc.store.feedback import Outcome

BATCH_ROWS = 2_000
PROBLEMS_SHOWN = 20


@dataclass(frozen=True)
class ImportPlan:
    """How a file is read."""

    table: Table
    mapping: ColumnMapping
    source: Source
    source_name: str
    timezone: ZoneInfo


def import_feedback(
    plan: ImportPlan, *, store: Store, intake: Intake, rejects_dir: Path, clock: Clock, progress: Progress, file_name: str
) -> FileImport:
    """Take a file's comments in and return the accounting; rejected rows are written to a CSV in ``rejects_dir``.

    Raises
    ------
    StorageError
        If the store fails; rows taken in before stay, and the same command goes on from there.
    """
    entry = FileImport(id=random_id("im"), file_name=file_name, source_name=plan.source_name, started_at=clock())
    rejected: list[Rejected] = []
    counts = {Outcome.NEW: 0, Outcome.DUPLICATE: 0}
    rows = 0
    with progress.step("import", None) as step:
        for batch in _batches(_read(plan)):
            rows += len(batch)
            for outcome, row in _accept(batch, intake):
                if isinstance(row, Rejected):
                    rejected.append(row)
                elif outcome is not None:
                    counts[outcome] += 1
            step.advance(len(batch))
    rejects_file = _keep_rejects(without_erased(store, rejected), rejects_dir / f"{entry.id}.csv")
    entry = entry.model_copy(
        update={
            "finished_at": clock(),
            "rows": rows,
            "new": counts[Outcome.NEW],
            "duplicate": counts[Outcome.DUPLICATE],
            "rejected": len(rejected),
            "rejects_file": rejects_file,
        }
    )
    with store.write() as unit:
        unit.journal.put_import(entry)
    return entry


@dataclass(frozen=True)
class Trial:
    """What an import would do: rows = good + rejected, and the first rejected rows with line, column and reason."""

    rows: int
    good: int
    rejected: int
    problems: tuple[Rejected, ...]


def dry_run(plan: ImportPlan, *, prepare: Callable[[Sequence[NewFeedback]], Sequence[object | InputError]]) -> Trial:
    """Read a file as an import would and store nothing."""
    rows = 0
    problems: list[Rejected] = []
    for batch in _batches(_read(plan)):
        rows += len(batch)
        read = [row for row in batch if isinstance(row, ReadRow)]
        outcomes = prepare([row.feedback for row in read])
        refused = [_rejected(row, outcome) for row, outcome in zip(read, outcomes, strict=True) if isinstance(outcome, InputError)]
        problems += [row for row in batch if isinstance(row, Rejected)] + refused
    shown = sorted(problems, key=lambda problem: problem.line)[:PROBLEMS_SHOWN]
    return Trial(rows=rows, good=rows - len(problems), rejected=len(problems), problems=tuple(shown))


def _read(plan: ImportPlan) -> Iterator[ReadRow | Rejected]:
    return read_feedback(plan.table, plan.mapping, source=plan.source, source_name=plan.source_name, timezone=plan.timezone)


def _accept(batch: Sequence[ReadRow | Rejected], intake: Intake) -> Iterator[tuple[Outcome | None, ReadRow | Rejected]]:
    read = [row for row in batch if isinstance(row, ReadRow)]
    accepted = iter(intake.accept([row.feedback for row in read]))
    for row in batch:
        if isinstance(row, Rejected):
            yield None, row
            continue
        answer: Accepted = next(accepted)
        if answer.error is None:
            yield answer.outcome, row
        else:
            yield None, _rejected(row, answer.error)


def _rejected(row: ReadRow, error: InputError) -> Rejected:
    return Rejected(line=row.line, column=error.field or "", code=error.code, message=error.message, raw=row.raw)


def _batches(rows: Iterator[ReadRow | Rejected]) -> Iterator[list[ReadRow | Rejected]]:
    batch: list[ReadRow | Rejected] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def _keep_rejects(rejected: Sequence[Rejected], path: Path) -> str | None:
    if not rejected:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    write_rejects(path, rejected)
    return str(path)

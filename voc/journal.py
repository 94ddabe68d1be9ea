"""Journal: what was imported and which runs there were, with their row accounting."""

from voc.values import UtcDatetime, Value


class FileImport(Value):
    """One import of a file; rows = new + duplicate + rejected."""

    id: str
    file_name: str
    source_name: str
    started_at: UtcDatetime
    finished_at: UtcDatetime | None = None
    rows: int = 0
    new: int = 0
    duplicate: int = 0
    rejected: int = 0
    rejects_file: str | None = None


class Run(Value):
    """One execution of the stages, and what each counted."""

    id: str
    started_at: UtcDatetime
    finished_at: UtcDatetime | None = None
    model_version: str
    counts: dict[str, int | float | str]

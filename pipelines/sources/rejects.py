"""Rejects: the rows that were refused, as a CSV a person can open, mend and send again.

Columns: line, column, code, reason, then the cells as they stood in the file. UTF-8 with byte order mark; what a spreadsheet program
could run as a formula carries an apostrophe in front (``pipelines.exports.guarded``).
"""

import csv
from collections.abc import Sequence
from pathlib import Path

from pipelines.exports import guarded
from pipelines.sources.reading import Rejected

HEADER = ("line", "column", "code", "reason")


def write_rejects(path: Path, rejected: Sequence[Rejected]) -> None:
    """Write the rejected rows in their order; the columns of the file stand in the order they first appear."""
    columns = dict.fromkeys(column for row in rejected for column in row.raw)
    with path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as target:
        writer = csv.writer(target, lineterminator="\r\n")
        writer.writerow([*HEADER, *map(guarded, columns)])
        for row in rejected:
            start = (str(row.line), row.column, row.code, row.message)
            writer.writerow([guarded(text) for text in (*start, *(row.raw.get(column, "") for column in columns))])

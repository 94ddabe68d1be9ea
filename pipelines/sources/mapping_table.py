"""Mapping table: rows that say which customer an id of some source is."""

from collections.abc import Iterator

from pipelines.sources.column_names import squeezed
from pipelines.sources.headers import find_column
from pipelines.sources.mapping import column_name, role_entries
from pipelines.sources.reading import Rejected, cell, rejected_cell, rejected_problem
from pipelines.sources.rows import RowProblem, Table
from voc.errors import BadMappingError, EmptyTextError

HEADERS = {
    "source": ("source", "sourcename", "system", "媒体", "送信元", "システム"),
    "source_id": ("sourceid", "sourcecustomerid", "idthere", "送信元id", "元id", "外部id"),
    "customer": ("customerid", "customer", "顧客id", "顧客番号"),
}


def read_mapping_table(table: Table, mapping: str | None = None) -> Iterator[tuple[str, str, str] | Rejected]:
    """Return source, id there and customer id of each row, in file order.

    Raises
    ------
    BadMappingError
        If one of the three columns is not there.
    BadFileError
        If the file cannot be read any further.
    """
    columns = _columns(table.columns, mapping)
    for row in table.rows():
        if isinstance(row, RowProblem):
            yield rejected_problem(row)
            continue
        found = {role: cell(row.cells, column) for role, column in columns.items()}
        empty = next((role for role, value in found.items() if value is None), None)
        if empty is not None:
            yield rejected_cell(row, columns[empty], EmptyTextError("The cell is empty.", field=columns[empty]))
        else:
            yield found["source"] or "", found["source_id"] or "", found["customer"] or ""


def _columns(columns: tuple[str, ...], mapping: str | None) -> dict[str, str]:
    if mapping is not None:
        entries = role_entries(mapping, known=tuple(HEADERS))
        found = {role: find_column(column_name(value, role=role), columns=columns, role=role) for role, value in entries}
    else:
        by_name = {squeezed(column): column for column in reversed(columns)}
        found = {role: by_name[name] for role, names in HEADERS.items() for name in names[::-1] if name in by_name}
    missing = [role for role in HEADERS if role not in found]
    if missing:
        there = ", ".join(columns[:100])
        raise BadMappingError(f"No column holds {missing[0]}; name it: --map {missing[0]}=COL. Columns: {there}.", field=missing[0])
    return found

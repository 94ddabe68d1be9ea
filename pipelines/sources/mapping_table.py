"""Mapping table: rows that say which customer or which account an id of some source is."""

from collections.abc import Iterator
from typing import NamedTuple

from pipelines.sources.column_names import squeezed
from pipelines.sources.headers import find_column
from pipelines.sources.mapping import column_name, role_entries
from pipelines.sources.reading import Rejected, cell, rejected_cell, rejected_problem
from pipelines.sources.rows import RowProblem, Table, TableRow
from voc.errors import BadMappingError, EmptyTextError
from voc.profile_history import ProfileNoun

HEADERS = {
    "source": ("source", "sourcename", "system", "媒体", "送信元", "システム"),
    "source_id": ("sourceid", "sourcecustomerid", "idthere", "送信元id", "元id", "外部id"),
    "customer": ("customerid", "customer", "顧客id", "顧客番号"),
    "account": ("accountid", "account", "取引先id", "取引先コード", "会社id", "企業id"),
}
TARGETS = {"customer": ProfileNoun.CUSTOMER, "account": ProfileNoun.ACCOUNT}


class MappedId(NamedTuple):
    """A row: ``source_id`` of that source is the customer or account ``target``."""

    source: str
    source_id: str
    target: str
    noun: ProfileNoun = ProfileNoun.CUSTOMER


def read_mapping_table(table: Table, mapping: str | None = None) -> Iterator[MappedId | Rejected]:
    """Return what each row maps, in file order; a row that fills both columns maps the customer.

    Raises
    ------
    BadMappingError
        If there is no column for source or id there, or neither for the customer nor for the account.
    BadFileError
        If the file cannot be read any further.
    """
    columns = _columns(table.columns, mapping)
    for row in table.rows():
        if isinstance(row, RowProblem):
            yield rejected_problem(row)
            continue
        yield _read(row, columns)


def _read(row: TableRow, columns: dict[str, str]) -> MappedId | Rejected:
    found = {role: value for role, column in columns.items() if (value := cell(row.cells, column)) is not None}
    targets = [role for role in TARGETS if role in found]
    empty = next((role for role in ("source", "source_id") if role not in found), None)
    empty = empty or (next(role for role in TARGETS if role in columns) if not targets else None)
    if empty is not None:
        return rejected_cell(row, columns[empty], EmptyTextError("The cell is empty.", field=columns[empty]))
    return MappedId(found["source"], found["source_id"], found[targets[0]], TARGETS[targets[0]])


def _columns(columns: tuple[str, ...], mapping: str | None) -> dict[str, str]:
    if mapping is not None:
        entries = role_entries(mapping, known=tuple(HEADERS))
        found = {role: find_column(column_name(value, role=role), columns=columns, role=role) for role, value in entries}
    else:
        by_name = {squeezed(column): column for column in reversed(columns)}
        found = {role: by_name[name] for role, names in HEADERS.items() for name in names[::-1] if name in by_name}
    missing = [role for role in HEADERS if role not in found and (role not in TARGETS or not TARGETS.keys() & found.keys())]
    if missing:
        there = ", ".join(columns[:100])
        raise BadMappingError(f"No column holds {missing[0]}; name it: --map {missing[0]}=COL. Columns: {there}.", field=missing[0])
    return found

"""Assignments file: who was put on which side of an experiment, and from when on; one row a customer or account.

Invariant: every row gives one assignment or one ``Rejected``. Columns are found by their headers, in English or Japanese.
"""

from collections.abc import Iterator
from datetime import date

from pipelines.sources.cells import is_no_answer, parse_day
from pipelines.sources.column_names import squeezed
from pipelines.sources.customers_file import HEADERS as PROFILE_HEADERS
from pipelines.sources.headers import find_column
from pipelines.sources.mapping import column_name, role_entries
from pipelines.sources.reading import Rejected, rejected_cell, rejected_problem
from pipelines.sources.rows import RowProblem, Table, TableRow
from voc.actions import Arm, Assignment, usable_day
from voc.errors import BadDateError, BadMappingError, EmptyTextError, InputError
from voc.ids import account_id, customer_id

ROLES = ("customer", "account", "arm", "exposed")
HEADERS = {
    "customer": PROFILE_HEADERS["customer"],
    "account": PROFILE_HEADERS["account"],
    "arm": ("arm", "group", "variant", "side", "群", "割付", "グループ"),
    "exposed": ("exposed", "exposedon", "exposuredate", "exposure", "assignedon", "date", "適用日", "割付日", "開始日", "日付"),
}
ARM_NAMES = {
    **dict.fromkeys(("treatment", "treated", "test", "variant", "b", "1", "介入", "介入群", "施策", "施策群", "テスト"), Arm.TREATMENT),
    **dict.fromkeys(("control", "a", "0", "対照", "対照群", "コントロール"), Arm.CONTROL),
}


def read_assignments(table: Table, experiment: str, mapping: str | None = None) -> Iterator[list[Assignment] | Rejected]:
    """Return the assignment of each row, in file order.

    Parameters
    ----------
    table
        The opened file.
    experiment
        Name of the experiment.
    mapping
        ``customer=COL,arm=COL,exposed=COL``; left out: found by the headers.

    Raises
    ------
    BadMappingError
        If no column says who, which side, or since when.
    BadFileError
        If the file cannot be read any further.
    """
    columns = _guessed(table.columns) if mapping is None else _named(table.columns, mapping)
    if not ({"arm", "exposed"} <= columns.keys() and ("customer" in columns or "account" in columns)):
        there = ", ".join(table.columns[:100])
        raise BadMappingError(f"Assignments need customer or account, arm and exposed; name them with --map. Columns: {there}.")
    for row in table.rows():
        yield rejected_problem(row) if isinstance(row, RowProblem) else _read(row, columns, experiment)


def _named(columns: tuple[str, ...], mapping: str) -> dict[str, str]:
    entries = role_entries(mapping, known=ROLES)
    return {role: find_column(column_name(value, role=role), columns=columns, role=role) for role, value in entries}


def _guessed(columns: tuple[str, ...]) -> dict[str, str]:
    by_name = {squeezed(column): column for column in reversed(columns)}
    found = {role: next((by_name[name] for name in HEADERS[role] if name in by_name), None) for role in ROLES}
    return {role: column for role, column in found.items() if column is not None}


def _read(row: TableRow, columns: dict[str, str], experiment: str) -> list[Assignment] | Rejected:
    role = "customer" if not is_no_answer(row.cells.get(columns.get("customer", ""), "")) else "account"
    column = columns.get(role, "")
    try:
        who = row.cells.get(column, "").strip()
        subject = _subject(role, who)
        column = columns["arm"]
        arm = _arm(row.cells.get(column, ""))
        column = columns["exposed"]
        day = _day(row.cells.get(column, ""))
    except InputError as error:
        return rejected_cell(row, column, error)
    return [Assignment(experiment=experiment, subject_id=subject, arm=arm, exposed_on=day)]


def _subject(role: str, who: str) -> str:
    if is_no_answer(who):
        raise EmptyTextError("The row names neither customer nor account.")
    return customer_id(who) if role == "customer" else account_id(who)


def _arm(text: str) -> Arm:
    arm = ARM_NAMES.get(squeezed(text))
    if arm is None:
        raise InputError("The side is neither treatment nor control.")
    return arm


def _day(text: str) -> date:
    day = parse_day(text)
    if day is None:
        raise BadDateError("The row has no date.")
    return usable_day(day, field="exposed")

"""KPIs file: rows become KPI observations.

A file has either one value a row (columns kpi, value, date, customer, account) or one column for each KPI (``score=nps:COL``).
Invariants: every row gives its observations or one ``Rejected``; a row without any answer gives none; ids follow from the content, so
importing a file again adds nothing; values lie in the range of their KPI.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pipelines.sources.cells import Moment, parse_moment
from pipelines.sources.column_names import SCORE_NAMES, squeezed
from pipelines.sources.customers_file import HEADERS
from pipelines.sources.headers import find_column
from pipelines.sources.mapping import ScoreColumn, column_name, parse_score, role_entries
from pipelines.sources.reading import Rejected, cell, rejected_cell, rejected_problem
from pipelines.sources.rows import RowProblem, Table, TableRow
from voc.errors import BadDateError, BadMappingError, InputError, OutOfRangeError
from voc.ids import account_id, customer_id, derived_id
from voc.kpis import Kpi, KpiObservation

ROLES = ("kpi", "value", "date", "customer", "account", "score")

KPI_HEADERS: dict[str, tuple[str, ...]] = {
    "kpi": ("kpi", "kpiname", "metric", "指標", "指標名"),
    "value": ("value", "kpivalue", "値", "数値", "観測値", "score", "スコア"),
    "date": ("date", "observedat", "observedon", "timestamp", "createdat", "日付", "日時", "観測日", "測定日", "回答日", "回答日時"),
    "customer": HEADERS["customer"],
    "account": HEADERS["account"],
}
KPI_NAMES: dict[str, Kpi] = {
    **{squeezed(kpi.value): kpi for kpi in Kpi},
    **{name: kpi for kpi, names in SCORE_NAMES.items() for name in names},
    **dict.fromkeys(("解約", "解約率", "churned"), Kpi.CHURN),
    **dict.fromkeys(("初回応答時間", "応答時間", "responsetime", "firstresponsehours"), Kpi.RESPONSE_HOURS),
    **dict.fromkeys(("解決時間", "解決までの時間", "resolutiontime"), Kpi.RESOLUTION_HOURS),
    **dict.fromkeys(("売上", "収益"), Kpi.REVENUE),
}


@dataclass(frozen=True)
class KpiColumns:
    """Which column is what; ``scores`` are the columns that hold one KPI each."""

    roles: dict[str, str]
    scores: tuple[ScoreColumn, ...]


def read_kpis(table: Table, mapping: str | None = None, *, timezone: ZoneInfo) -> Iterator[list[KpiObservation] | Rejected]:
    """Return the observations of each row, in file order.

    Parameters
    ----------
    table
        The opened file.
    mapping
        ``kpi=COL,value=COL,date=COL,customer=COL,account=COL`` or ``score=nps:COL,date=COL,…``; left out: found by the headers.
    timezone
        Zone of dates that name none.

    Raises
    ------
    BadMappingError
        If the mapping does not fit, or there is no value or date column.
    BadFileError
        If the file cannot be read any further.
    """
    columns = kpi_columns(table.columns, mapping)
    seen: Counter[tuple[str, ...]] = Counter()
    for row in table.rows():
        yield rejected_problem(row) if isinstance(row, RowProblem) else _read(row, columns, timezone, seen)


def kpi_columns(columns: tuple[str, ...], mapping: str | None) -> KpiColumns:
    """Return which column is what.

    Raises
    ------
    BadMappingError
        As ``read_kpis``.
    """
    found = _guessed(columns) if mapping is None else _named(columns, mapping)
    if "date" not in found.roles or not (found.scores or {"kpi", "value"} <= found.roles.keys()):
        there = ", ".join(columns[:100])
        raise BadMappingError(f"A KPI file needs date, and kpi and value, or score=nps:COLUMN; name them with --map. Columns: {there}.")
    return found


def _named(columns: tuple[str, ...], mapping: str) -> KpiColumns:
    roles: dict[str, str] = {}
    scores: list[ScoreColumn] = []
    for role, value in role_entries(mapping, known=ROLES):
        if role == "score":
            score = parse_score(value)
            scores.append(score.model_copy(update={"column": find_column(score.column, columns=columns, role=role)}))
        else:
            roles[role] = find_column(column_name(value, role=role), columns=columns, role=role)
    return KpiColumns(roles, tuple(scores))


def _guessed(columns: tuple[str, ...]) -> KpiColumns:
    by_name = {squeezed(column): column for column in reversed(columns)}
    roles = {role: by_name[name] for role, names in KPI_HEADERS.items() for name in reversed(names) if name in by_name}
    if {"kpi", "value"} <= roles.keys():
        return KpiColumns(roles, ())
    scores = tuple(ScoreColumn(kpi=KPI_NAMES[name], column=column) for name, column in reversed(by_name.items()) if name in KPI_NAMES)
    return KpiColumns({role: column for role, column in roles.items() if role not in ("kpi", "value")}, scores)


def _read(row: TableRow, columns: KpiColumns, timezone: ZoneInfo, seen: Counter[tuple[str, ...]]) -> list[KpiObservation] | Rejected:
    column = columns.roles["date"]
    try:
        moment = parse_moment(row.cells.get(column, ""), zone=timezone)
        if moment is None:
            raise BadDateError("The row has no date.")
        values: list[tuple[Kpi, float]] = []
        for score in columns.scores or (_own_score(row, columns),):
            column = score.column
            value = score.value(row.cells.get(column, ""))
            if value is not None:
                values.append((score.kpi, value))
    except InputError as error:
        return rejected_cell(row, columns.roles.get(error.field or "", column), error)
    return [_observation(kpi, value, moment, row, columns, seen) for kpi, value in values]


def _own_score(row: TableRow, columns: KpiColumns) -> ScoreColumn:
    kpi = KPI_NAMES.get(squeezed(row.cells.get(columns.roles["kpi"], "")))
    if kpi is None:
        raise OutOfRangeError(f"The KPI is not known; known are {', '.join(known.value for known in Kpi)}.", field="kpi")
    return ScoreColumn(kpi=kpi, column=columns.roles["value"])


def _observation(
    kpi: Kpi, value: float, moment: Moment, row: TableRow, columns: KpiColumns, seen: Counter[tuple[str, ...]]
) -> KpiObservation:
    """Return an observation; equal ones of nobody named are different people, equal ones of one customer a repeat."""
    customer, account = cell(row.cells, columns.roles.get("customer")), cell(row.cells, columns.roles.get("account"))
    identity = (kpi.value, repr(float(value)), moment.at.isoformat(), customer or "", account or "")
    ordinal = 0 if customer else seen[identity]
    seen[identity] += 1
    return KpiObservation(
        id=derived_id("ko", *identity, str(ordinal)),
        kpi=kpi,
        value=value,
        observed_at=moment.at,
        customer_id=customer_id(customer) if customer else None,
        account_id=account_id(account) if account else None,
    )

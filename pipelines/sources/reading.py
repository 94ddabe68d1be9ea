"""Reading: the rows of a table become feedback, by a column mapping.

Invariants: every data row gives exactly one ``ReadRow`` or one ``Rejected``; what no role names is kept as metadata; reading the same file
again gives the same values, so that ids made from them are the same.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from pipelines.sources.cells import Moment, half_width, parse_email, parse_moment
from pipelines.sources.mapping import ColumnMapping
from pipelines.sources.rows import RowProblem, Table, TableRow
from voc.errors import InputError
from voc.feedback import NewFeedback, Source
from voc.journey import read_stage
from voc.kpis import Score

MAX_METADATA_KEYS = 50
MAX_METADATA_CHARS = 500
RAW_ROW = "row"

Parsed = TypeVar("Parsed")

SOURCE_NAMES: dict[str, Source] = {
    **{source.value: source for source in Source},
    **{f"{source.value}s": source for source in Source},
    **dict.fromkeys(("調査", "アンケート", "questionnaire"), Source.SURVEY),
    **dict.fromkeys(("問い合わせ", "お問い合わせ", "問合せ", "お問合せ", "チケット", "メール"), Source.TICKET),
    **dict.fromkeys(("helpdesk", "help desk", "email"), Source.TICKET),
    **dict.fromkeys(("投稿", "sns", "social", "tweet", "ツイート", "ポスト"), Source.POST),
    **dict.fromkeys(("レビュー", "口コミ", "クチコミ"), Source.REVIEW),
    **dict.fromkeys(("メモ", "現場メモ", "日報", "front line", "frontline"), Source.NOTE),
    **dict.fromkeys(("電話", "通話", "コール", "phone"), Source.CALL),
}


class ReadRow(NamedTuple):
    """A row that could be read."""

    line: int
    feedback: NewFeedback
    raw: dict[str, str]
    """The row's cells as they stood in the file."""


class Rejected(NamedTuple):
    """A row that was refused: where, why, and what stood there."""

    line: int
    column: str
    """Empty where the whole row is meant."""
    code: str
    message: str
    raw: dict[str, str]
    """The cells by column; a row that could not be cut into cells stands whole under ``row``."""


def read_feedback(
    table: Table, mapping: ColumnMapping, *, source: Source, source_name: str, timezone: ZoneInfo
) -> Iterator[ReadRow | Rejected]:
    """Return what became of each row, in file order.

    Parameters
    ----------
    table
        The opened file.
    mapping
        Which column is what.
    source
        Medium of rows whose source column is empty or names none that is known.
    source_name
        The sender's name.
    timezone
        Zone of dates that name none.

    Raises
    ------
    BadMappingError
        If the mapping does not fit the table's columns.
    BadFileError
        If the file cannot be read any further.
    """
    reader = _Reader(mapping.resolved(table.columns), source=source, source_name=source_name, timezone=timezone)
    for row in table.rows():
        yield rejected_problem(row) if isinstance(row, RowProblem) else reader.read(row)


def rejected_problem(problem: RowProblem) -> Rejected:
    """Return a row that could not be cut into cells as a rejected one."""
    return Rejected(problem.line, problem.column, problem.code, problem.message, {RAW_ROW: problem.raw})


def rejected_cell(row: TableRow, column: str, error: InputError) -> Rejected:
    """Return a row with a cell that cannot be taken as a rejected one."""
    return Rejected(row.line, column, error.code, error.message, row.cells)


def cell(cells: dict[str, str], column: str | None) -> str | None:
    """Return a cell without space around; None where it is empty or the column is not mapped."""
    return cells.get(column, "").strip() or None if column else None


def known_source(name: str) -> Source | None:
    """Return the medium a cell names, in Japanese or English; None where it is not known.

    >>> known_source("アンケート"), known_source("Tickets"), known_source("web-2")
    (<Source.SURVEY: 'survey'>, <Source.TICKET: 'ticket'>, None)
    """
    return SOURCE_NAMES.get(half_width(name).casefold())


class _CellError(Exception):
    """Carries the column of a cell that cannot be taken."""

    def __init__(self, column: str, error: InputError) -> None:
        super().__init__(column)
        self.column, self.error = column, error


class _Reader:
    """Reads rows of one file; remembers which equal rows came before."""

    def __init__(self, mapping: ColumnMapping, *, source: Source, source_name: str, timezone: ZoneInfo) -> None:
        self._mapping, self._source, self._source_name, self._zone = mapping, source, source_name, timezone
        named = (mapping.text, mapping.id, mapping.customer, mapping.email, mapping.account, mapping.date, mapping.segment)
        more = (mapping.product, mapping.touchpoint, mapping.source, mapping.role, mapping.journey_stage)
        self._used = frozenset(column for column in (*named, *more) if column) | {score.column for score in mapping.scores}
        self._seen: dict[bytes, int] = {}

    def read(self, row: TableRow) -> ReadRow | Rejected:
        cells, mapping = row.cells, self._mapping
        try:
            scores = self._scores(cells)
            moment = self._moment(cells)
            email = _taken(mapping.email, parse_email, cells) if mapping.email else None
        except _CellError as found:
            return rejected_cell(row, found.column, found.error)
        text, external_id = cells.get(mapping.text, ""), cell(cells, mapping.id)
        customer, segment = cell(cells, mapping.customer), cell(cells, mapping.segment)
        named = cell(cells, mapping.source)
        feedback = NewFeedback(
            text=text,
            source=(known_source(named) if named else None) or self._source,
            source_name=self._source_name,
            external_id=external_id,
            submitted_at=moment.at if moment else None,
            timezone_assumed=moment.timezone_assumed if moment else False,
            customer=customer,
            email=email,
            account=cell(cells, mapping.account),
            segment=segment,
            product=cell(cells, mapping.product),
            touchpoint=cell(cells, mapping.touchpoint),
            journey_stage=read_stage(cells.get(mapping.journey_stage or "", "")),
            scores=scores,
            metadata=self._metadata(cells),
            ordinal=0 if external_id else self._ordinal(text, customer, moment, scores, segment),
        )
        return ReadRow(row.line, feedback, cells)

    def _scores(self, cells: dict[str, str]) -> tuple[Score, ...]:
        found: list[Score] = []
        for score in self._mapping.scores:
            value = _taken(score.column, score.value, cells)
            if value is not None:
                found.append(Score(kpi=score.kpi, value=value))
        return tuple(found)

    def _moment(self, cells: dict[str, str]) -> Moment | None:
        column = self._mapping.date
        return _taken(column, lambda text: parse_moment(text, zone=self._zone), cells) if column else None

    def _metadata(self, cells: dict[str, str]) -> dict[str, str]:
        kept: dict[str, str] = {}
        mapping = self._mapping
        named = (("source", mapping.source), ("role", mapping.role), ("journey_stage", mapping.journey_stage))
        for name, column in ((name, column) for name, column in named if column):
            value = cells.get(column, "").strip()
            read = {"source": known_source, "journey_stage": read_stage}.get(name)
            if value and (read is None or read(value) is None):
                kept[name] = value[:MAX_METADATA_CHARS]
        for column, value in cells.items():
            if len(kept) >= MAX_METADATA_KEYS:
                break
            if column not in self._used and value and not value.isspace():
                kept[column] = value[:MAX_METADATA_CHARS]
        return kept

    def _ordinal(self, *identity: object) -> int:
        """Return how many equal rows came before; makes equal answers without an id differ, the same way at every reading."""
        key = hashlib.blake2b(repr(identity).encode("utf-8", "backslashreplace"), digest_size=16).digest()
        count = self._seen.get(key, 0)
        self._seen[key] = count + 1
        return count


def _taken(column: str, parse: Callable[[str], Parsed], cells: dict[str, str]) -> Parsed:
    try:
        return parse(cells.get(column, ""))
    except InputError as error:
        raise _CellError(column, error) from error

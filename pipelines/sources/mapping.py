"""Column mapping: which column of a file is what, written as ``text=Comment,score=nps:Q1,customer=ID,date=Date``.

Grammar: entries ``role=column`` separated by commas; ``score=kpi:column`` may come several times; a scale may follow a score's column in
parentheses, ``score=csat:rating(5..1 none=6|7)``: the raw values from worst to best, and those that mean no answer. A column whose name
holds a comma, a quote or an equals sign, or ends like a scale, is written in double quotes (a quote inside twice). Invariant:
``parse_mapping(mapping.to_text()) == mapping``.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from pydantic import ValidationError, model_validator

from pipelines.sources.cells import half_width, parse_number
from pipelines.sources.headers import find_column
from voc.errors import BadMappingError, NotANumberError, OutOfRangeError
from voc.kpis import SCALES, Kpi, check_range
from voc.values import Value

SINGLE_ROLES = ("text", "id", "customer", "email", "account", "date", "segment", "source", "product", "touchpoint", "role", "journey_stage")
ROLES = (*SINGLE_ROLES, "score")

_ENTRY = re.compile(r"\s*(?P<role>\w+)\s*=(?P<value>.*)", re.DOTALL)
_QUOTED = re.compile(r'\s*"(?P<name>(?:[^"]|"")*)"\s*(?P<rest>.*)', re.DOTALL)
_SCALE = re.compile(
    r"\(\s*(?P<worst>-?\d+(?:\.\d+)?)\s*\.\.\s*(?P<best>-?\d+(?:\.\d+)?)(?:\s+none=(?P<none>[^()\",=]*))?\s*\)\s*", re.ASCII
)
_BARE = re.compile(r'[^\s,"=()](?:[^,"=()]*[^\s,"=()])?')
_FILE_NAME = re.compile(r"[\w-]{1,64}")


class Scale(Value):
    """How the raw answers of a column run: from worst to best, either number may be the greater."""

    worst: float
    best: float
    no_answer: tuple[str, ...] = ()

    @model_validator(mode="after")
    def runs(self) -> Self:
        """Refuse a scale that goes nowhere and no-answer values that could not be written down."""
        if self.worst == self.best:
            raise ValueError("a scale needs two different ends")
        if any(not re.fullmatch(r'[^()",=|\s](?:[^()",=|]*[^()",=|\s])?', value) for value in self.no_answer):
            raise ValueError("a no-answer value is empty or holds a sign of the grammar")
        return self

    def to_text(self) -> str:
        """Return the scale as it is written behind a column."""
        none = f" none={'|'.join(self.no_answer)}" if self.no_answer else ""
        return f"({self.worst:.12g}..{self.best:.12g}{none})"


class ScoreColumn(Value):
    """A column with the answers on a KPI; without a scale they are on the KPI's own."""

    kpi: Kpi
    column: str
    scale: Scale | None = None

    @model_validator(mode="after")
    def has_range(self) -> Self:
        """Refuse a scale for a KPI without an upper end."""
        if self.scale is not None and SCALES[self.kpi].high is None:
            raise ValueError(f"{self.kpi.value} has no upper end, so no scale can be laid onto it")
        return self

    def value(self, cell: str) -> float | None:
        """Return the answer on the KPI's own scale, or None where there was none.

        A raw value is laid linearly between the ends, and where the KPI is of whole numbers rounded to the nearest, halves up.

        Raises
        ------
        NotANumberError
            If it is no number.
        OutOfRangeError
            If it lies outside the scale or the KPI's range.
        """
        if self.scale is not None and half_width(cell).casefold() in {half_width(none).casefold() for none in self.scale.no_answer}:
            return None
        raw = parse_number(cell, money=self.kpi is Kpi.REVENUE)
        if raw is None:
            return None
        return check_range(self.kpi, raw) if self.scale is None else self._laid(raw, self.scale)

    def _laid(self, raw: float, scale: Scale) -> float | None:
        if any(_same_number(none, raw) for none in scale.no_answer):
            return None
        share = (raw - scale.worst) / (scale.best - scale.worst)
        if not 0 <= share <= 1:
            low, high = sorted((scale.worst, scale.best))
            raise OutOfRangeError(f"The value is outside the column's scale of {low:g} to {high:g}.", low=low, high=high)
        own = SCALES[self.kpi]
        low, high = own.low, own.high if own.high is not None else own.low
        laid = low + share * (high - low)
        return check_range(self.kpi, float(int(laid + 0.5 + 1e-9)) if own.whole else laid)


class ColumnMapping(Value):
    """Which column holds what; what is not named is kept as metadata."""

    text: str = ""
    scores: tuple[ScoreColumn, ...] = ()
    id: str | None = None
    customer: str | None = None
    email: str | None = None
    """The speaker's e-mail address; kept as a keyed hash alone."""
    account: str | None = None
    date: str | None = None
    segment: str | None = None
    source: str | None = None
    product: str | None = None
    touchpoint: str | None = None
    role: str | None = None
    """The part the speaker plays; kept as metadata ``role``."""
    journey_stage: str | None = None
    """Where the speaker stands, as the source knows it."""

    def to_text(self) -> str:
        """Return the mapping as it is written on the command line."""
        entries = [f"{role}={_quoted(column)}" for role in SINGLE_ROLES if (column := getattr(self, role))]
        scores = [f"score={s.kpi.value}:{_quoted(s.column)}{s.scale.to_text() if s.scale else ''}" for s in self.scores]
        return ",".join(entries[:1] + scores + entries[1:] if self.text else scores + entries)

    def check(self, columns: Sequence[str]) -> None:
        """Refuse a mapping that does not fit the columns.

        Raises
        ------
        BadMappingError
            If there is no text column or a column is not there; the message names the columns.
        """
        self.resolved(columns)

    def resolved(self, columns: Sequence[str]) -> "ColumnMapping":
        """Return the mapping with the columns as they stand in the file (width and case of letters do not matter).

        Raises
        ------
        BadMappingError
            As ``check``.
        """
        if not self.text:
            there = ", ".join(columns[:100])
            raise BadMappingError(f"The mapping names no text column; add text=COLUMN. Columns: {there}.", field="text")
        named = {role: find_column(name, columns=columns, role=role) for role in SINGLE_ROLES if (name := getattr(self, role))}
        scores = tuple(
            score.model_copy(update={"column": find_column(score.column, columns=columns, role=f"score {score.kpi.value}")})
            for score in self.scores
        )
        return self.model_copy(update={**named, "scores": scores})


def parse_mapping(text: str) -> ColumnMapping:
    """Read a mapping.

    Raises
    ------
    BadMappingError
        If an entry cannot be read, a role is unknown (the message names those known) or named twice, or a scale goes nowhere.

    >>> parse_mapping("text=Comment,score=csat:rating(5..1 none=6|7)").scores[0].value("1")
    5.0
    """
    found: dict[str, str] = {}
    scores: list[ScoreColumn] = []
    for role, value in role_entries(text, known=ROLES):
        if role == "score":
            scores.append(parse_score(value))
        elif role in found:
            raise BadMappingError(f"The role {role} is named twice.", field=role)
        else:
            found[role] = column_name(value, role=role)
    return ColumnMapping(**found, scores=tuple(scores))


def role_entries(text: str, *, known: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Return role and unparsed column of each entry.

    Raises
    ------
    BadMappingError
        If an entry is no ``role=column`` or its role is not known.
    """
    for entry in _entries(text):
        match = _ENTRY.fullmatch(entry)
        role = match["role"].casefold() if match else ""
        if not match or role not in known:
            message = f"{entry.strip()!r} is not a mapping entry role=column; roles are {', '.join(known)}."
            raise BadMappingError(message, field=role or None)
        yield role, match["value"]


def column_name(value: str, *, role: str) -> str:
    """Return the column's name, out of its quotes.

    Raises
    ------
    BadMappingError
        If there is none.
    """
    match = _QUOTED.fullmatch(value)
    if match and not match["rest"]:
        name = match["name"].replace('""', '"')
    elif match:
        raise BadMappingError(f"Something stands behind the quoted column of {role}.", field=role)
    else:
        name = value.strip()
    if not name:
        raise BadMappingError(f"The role {role} names no column.", field=role)
    return name


def parse_score(value: str) -> ScoreColumn:
    """Read ``kpi:column`` with an optional scale behind it.

    Raises
    ------
    BadMappingError
        If the KPI is unknown, no column is named, or the scale cannot be used.
    """
    kpi, colon, rest = value.partition(":")
    name = kpi.strip().casefold()
    if not colon or name not in {known.value for known in Kpi}:
        raise BadMappingError(f"A score is written score=kpi:column; KPIs are {', '.join(known.value for known in Kpi)}.", field="score")
    column, scale = _without_scale(rest)
    try:
        read = None if scale is None else _scale(scale)
        return ScoreColumn(kpi=Kpi(name), column=column_name(column, role="score"), scale=read)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise BadMappingError(f"The scale cannot be used: {reason}.", field="score") from error


def save_mapping(folder: Path, name: str, mapping: ColumnMapping) -> Path:
    """Write the mapping under a name; return the file.

    Raises
    ------
    BadMappingError
        If the name is not 1 to 64 letters, digits, ``-`` or ``_``.
    """
    path = _file(folder, name)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(mapping.model_dump_json(indent=2, exclude_defaults=True) + "\n", encoding="utf-8")
    return path


def load_mapping(folder: Path, name: str) -> ColumnMapping:
    """Read a mapping that was saved by this name.

    Raises
    ------
    BadMappingError
        If there is none (the message names those there are) or the file is damaged.
    """
    path = _file(folder, name)
    if not path.is_file():
        there = ", ".join(sorted(file.stem for file in folder.glob("*.json"))) or "none"
        raise BadMappingError(f"There is no saved mapping {name!r}; saved are: {there}.")
    try:
        return ColumnMapping.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        raise BadMappingError(f"The saved mapping {name!r} is damaged.") from error


def _file(folder: Path, name: str) -> Path:
    if not _FILE_NAME.fullmatch(name):
        raise BadMappingError("A mapping's name is 1 to 64 letters, digits, - or _.")
    return folder / f"{name}.json"


def _entries(text: str) -> Iterator[str]:
    """Split at commas outside parentheses and double quotes."""
    start = depth = 0
    quoted = False
    for place, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif not quoted and char in "()":
            depth = max(0, depth + (1 if char == "(" else -1))
        elif char == "," and not quoted and depth == 0:
            if text[start:place].strip():
                yield text[start:place]
            start = place + 1
    if quoted:
        raise BadMappingError("A double quote is opened in the mapping and not closed.")
    if text[start:].strip():
        yield text[start:]


def _without_scale(value: str) -> tuple[str, re.Match[str] | None]:
    """Return the column's part and the scale behind it, if there is one."""
    quoted = _QUOTED.fullmatch(value)
    rest = quoted["rest"] if quoted else value[value.rfind("(") :] if "(" in value else ""
    scale = _SCALE.fullmatch(rest) if rest else None
    return (value[: len(value) - len(rest)], scale) if scale else (value, None)


def _scale(match: re.Match[str]) -> Scale:
    none = tuple(part.strip() for part in (match["none"] or "").split("|") if part.strip())
    return Scale(worst=float(match["worst"]), best=float(match["best"]), no_answer=none)


def _quoted(name: str) -> str:
    return name if _BARE.fullmatch(name) else '"' + name.replace('"', '""') + '"'


def _same_number(text: str, number: float) -> bool:
    try:
        return parse_number(text) == number
    except NotANumberError:
        return False

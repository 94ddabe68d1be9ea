"""Guessing: which column of a file is what, from the headers and the first rows, with how sure that is and why.

Invariants: one column gets one role; a header alone never makes a date, a score or an id of values that are none; a rating whose
direction nobody stated is guessed with low confidence and a warning. Deterministic.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pipelines.sources.cells import is_no_answer, parse_moment, parse_number
from pipelines.sources.column_names import NAMES, RATING_NAMES, SCORE_NAMES, SCORE_WORDS, WORDS, holds_word, squeezed
from pipelines.sources.mapping import ColumnMapping, ScoreColumn
from pipelines.sources.reading import known_source
from pipelines.sources.rows import Table, TableRow
from voc.errors import InputError
from voc.identity import is_email
from voc.kpis import Kpi, check_range

SAMPLE_ROWS = 500
MIN_FITTING = 0.8
MIN_DATES = 0.9
MIN_DIFFERENT_IDS = 0.9
MIN_TEXT_CHARS = 12
MIN_DISTINCT = 0.5
_UTC = ZoneInfo("UTC")


class Confidence(StrEnum):
    """How sure a guess is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Guess(NamedTuple):
    """A role (``score nps`` for scores), the column guessed for it, how sure that is and why."""

    role: str
    column: str
    confidence: Confidence
    reason: str


class GuessedMapping(NamedTuple):
    """A mapping to be shown before it is used; its ``text`` is empty where no column looks like it."""

    mapping: ColumnMapping
    guesses: tuple[Guess, ...]
    warnings: tuple[str, ...]


def guess_mapping(table: Table) -> GuessedMapping:
    """Guess which column is what.

    Raises
    ------
    BadFileError
        If the file cannot be read.
    """
    rows = [row for row in islice(table.rows(), SAMPLE_ROWS) if isinstance(row, TableRow)]
    values = {column: [cell for row in rows if not is_no_answer(cell := row.cells.get(column, ""))] for column in table.columns}
    guesser = _Guesser(values)
    guesser.guess_scores()
    guesser.guess_date()
    guesser.guess_id()
    guesser.guess_named("customer")
    guesser.guess_email()
    guesser.guess_named("account")
    guesser.guess_source()
    guesser.guess_text()
    for role in ("segment", "product", "touchpoint", "journey_stage"):
        guesser.guess_named(role)
    return guesser.result()


class _Guesser:
    """Takes columns out of the open ones, role by role."""

    def __init__(self, values: dict[str, list[str]]) -> None:
        self._values = values
        self._open = list(values)
        self._guesses: list[Guess] = []
        self._warnings: list[str] = []
        self._scores: list[ScoreColumn] = []

    def result(self) -> GuessedMapping:
        """Return what was guessed."""
        single = {guess.role: guess.column for guess in self._guesses if not guess.role.startswith("score ")}
        mapping = ColumnMapping.model_validate({**single, "scores": tuple(self._scores)})
        if not mapping.text:
            self._warnings.append("No column looks like the text.")
        return GuessedMapping(mapping, tuple(self._guesses), tuple(self._warnings))

    def guess_scores(self) -> None:
        """Take columns named after a KPI whose values lie in its range."""
        for kpi in SCORE_NAMES:
            for column in self._named(SCORE_NAMES[kpi], SCORE_WORDS[kpi]):
                self._take_score(kpi, column)
        for column in self._named(RATING_NAMES, ()):
            if not any(score.kpi is Kpi.CSAT for score in self._scores):
                self._take_rating(column)

    def guess_date(self) -> None:
        """Take the column of dates."""
        named = self._named(NAMES["date"], WORDS["date"])
        for column in named:
            share = _share(self._values[column], _is_date)
            if share >= MIN_FITTING:
                return self._take("date", column, self._sureness("date", column), "the header says so and the values are dates")
            if share > 0:
                self._warn(f"{share:.0%} of the dates looked at in {column!r} can be read; rows with the others will be rejected.")
                return self._take("date", column, Confidence.LOW, "the header says so, but not all values are dates")
        for column in self._open:
            if column not in named and _share(self._values[column], _is_plain_date) >= MIN_DATES:
                return self._take("date", column, Confidence.LOW, "the values are dates")
        return None

    def guess_id(self) -> None:
        """Take the column of ids, if hardly any id stands twice; the rows that repeat one are then judged one by one."""
        for column in self._named(NAMES["id"], ()):
            found = self._values[column]
            different = len(set(found)) / len(found) if found else 0.0
            if different == 1:
                return self._take("id", column, Confidence.HIGH, "the header says so and every value looked at is different")
            if different >= MIN_DIFFERENT_IDS:
                self._warn(f"Some ids in {column!r} stand twice: other words under a known id will be rejected.")
                return self._take("id", column, Confidence.MEDIUM, "the header says so and nearly every value is different")
            if found:
                self._warn(f"{column!r} is not used as id: its values repeat. Give an id column with --map id=COLUMN if there is one.")
        return None

    def guess_source(self) -> None:
        """Take the column of media, if its values are known media."""
        for column in self._named(NAMES["source"], ()):
            if _share(self._values[column], lambda cell: known_source(cell) is not None) >= MIN_FITTING:
                return self._take("source", column, Confidence.HIGH, "the header says so and the values are known media")
        return None

    def guess_text(self) -> None:
        """Take the longest of the columns named like text, else the longest free text."""
        exact = [column for column in self._open if squeezed(column) in NAMES["text"]]
        named = exact or self._named(NAMES["text"], WORDS["text"])
        if named:
            best = max(named, key=lambda column: _mean_length(self._values[column]))
            others = [column for column in named if column != best]
            if others:
                self._warn(f"More columns are named like text and stay metadata: {', '.join(others)}.")
            return self._take("text", best, Confidence.HIGH if exact else Confidence.MEDIUM, "the header says so")
        free = [column for column in self._open if _is_free_text(self._values[column])]
        if free:
            best = max(free, key=lambda column: _mean_length(self._values[column]))
            return self._take("text", best, Confidence.LOW, "it holds the longest free text")
        return None

    def guess_email(self) -> None:
        """Take the column of e-mail addresses."""
        for column in self._named(NAMES["email"], ()):
            if _share(self._values[column], is_email) >= MIN_FITTING:
                return self._take("email", column, Confidence.HIGH, "the header says so and the values are addresses")
        return None

    def guess_named(self, role: str) -> None:
        """Take the first column with a name of the role."""
        for column in self._named(NAMES[role], ()):
            if self._values[column]:
                return self._take(role, column, Confidence.HIGH, "the header says so")
        return None

    def _take_score(self, kpi: Kpi, column: str) -> None:
        if any(score.kpi is kpi for score in self._scores):
            self._warn(f"{column!r} looks like another {kpi.value.upper()} and stays metadata.")
            return
        if _share(self._values[column], lambda cell: _in_range(kpi, cell)) < MIN_FITTING:
            self._warn(
                f"{column!r} is named like {kpi.value.upper()}, but its values are not on that scale; if they run from worst to best on "
                f"another, say so: score={kpi.value}:{column}(1..10)."
            )
            return
        exact = squeezed(column) in SCORE_NAMES[kpi]
        if kpi is Kpi.CSAT and squeezed(column) != kpi.value:
            self._warn(f"{column!r}: 5 is taken as the best answer; if it is the worst, say so: score=csat:{column}(5..1).")
            exact = False
        self._add_score(kpi, column, Confidence.HIGH if exact else Confidence.MEDIUM, "the header says so and the values fit")

    def _take_rating(self, column: str) -> None:
        if _share(self._values[column], lambda cell: _in_range(Kpi.CSAT, cell)) < 1:
            self._warn(
                f"{column!r} is not used: it is not said which KPI it is and how its values run; for example score=csat:{column}(1..10), "
                f"or score=csat:{column}(5..1 none=6|7) where 5 is worst and 6 and 7 are no answers."
            )
            return
        self._warn(f"{column!r}: whether 5 is the best or the worst is not known; it is read as best. If not: score=csat:{column}(5..1).")
        self._add_score(Kpi.CSAT, column, Confidence.LOW, "its values are whole numbers from 1 to 5")

    def _add_score(self, kpi: Kpi, column: str, confidence: Confidence, reason: str) -> None:
        self._scores.append(ScoreColumn(kpi=kpi, column=column))
        self._take(f"score {kpi.value}", column, confidence, reason)

    def _take(self, role: str, column: str, confidence: Confidence, reason: str) -> None:
        self._open.remove(column)
        self._guesses.append(Guess(role, column, confidence, reason))

    def _warn(self, warning: str) -> None:
        self._warnings.append(warning)

    def _sureness(self, role: str, column: str) -> Confidence:
        return Confidence.HIGH if squeezed(column) in NAMES[role] else Confidence.MEDIUM

    def _named(self, names: frozenset[str], words: tuple[str, ...]) -> list[str]:
        """Return the open columns with one of the names, then those with one of the words."""
        exact = [column for column in self._open if squeezed(column) in names]
        return exact + [column for column in self._open if column not in exact and holds_word(column, words)]


def _share(cells: Sequence[str], fits: Callable[[str], bool]) -> float:
    return sum(map(fits, cells)) / len(cells) if cells else 0.0


def _is_date(cell: str) -> bool:
    try:
        return parse_moment(cell, zone=_UTC) is not None
    except InputError:
        return False


def _is_plain_date(cell: str) -> bool:
    return not cell.strip().isdigit() and _is_date(cell)


def _in_range(kpi: Kpi, cell: str) -> bool:
    try:
        value = parse_number(cell)
        return value is not None and check_range(kpi, value) == value
    except InputError:
        return False


def _is_free_text(cells: Sequence[str]) -> bool:
    return _mean_length(cells) >= MIN_TEXT_CHARS and len(set(cells)) >= MIN_DISTINCT * len(cells) and not _share(cells, _is_date)


def _mean_length(cells: Sequence[str]) -> float:
    return sum(map(len, cells)) / len(cells) if cells else 0.0

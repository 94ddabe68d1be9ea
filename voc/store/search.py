"""Full-text index in the store: which comments have the words, best first.

Invariants: a comment has at most one entry; an entry changes in the transaction of its comment's result; what is looked for reaches the
database as bound text made of quoted forms, so no query is an error and none means anything else than its words.

SQLite ranks by BM25 (Robertson & Zaragoza 2009) in FTS5, PostgreSQL by ``ts_rank``, which does not weigh rare words higher.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, cast, column, delete, func, insert, select, text
from sqlalchemy import table as table_of
from sqlalchemy.dialects.postgresql import TSQUERY

from voc.filters import FeedbackFilter
from voc.search import Phrase, SearchWords
from voc.store import filters
from voc.store.feedback import chunks
from voc.store.rows import table
from voc.store.tables import FeedbackRow, SearchEntryRow

FEEDBACK = table(FeedbackRow)
ENTRIES = table(SearchEntryRow)
TEXT = table_of("search_text", column("rowid"), column("rank"))
FTS_MATCH = text("search_text MATCH :wanted")
MOST_TOGETHER = 8
"""Up to so many units, comments that have all of them come first; longer queries are sentences, which nobody repeats whole."""
LENGTH_COUNTS = 1
"""PostgreSQL's normalisation: the rank is divided by 1 + log(length)."""


class SearchStore:
    """The full-text index inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_postgresql = connection.dialect.name == "postgresql"

    def put(self, entries: Mapping[str, Sequence[str]]) -> None:
        """Keep the words of comments, by feedback id, in place of those they had; without words there is no entry."""
        self.remove(list(entries))
        written = _vector if self._is_postgresql else " ".join
        rows = [{"feedback_id": feedback_id, "words": written(words)} for feedback_id, words in entries.items() if words]
        if rows:
            self._connection.execute(insert(ENTRIES), rows)

    def remove(self, feedback_ids: Sequence[str]) -> None:
        """Take comments out of the index."""
        for some in chunks(feedback_ids):
            self._connection.execute(delete(ENTRIES).where(ENTRIES.c.feedback_id.in_(some)))

    def count(self) -> int:
        """Return how many comments have an entry."""
        return int(self._connection.execute(select(func.count()).select_from(ENTRIES)).scalar_one())

    def find(self, wanted: SearchWords, *, among: FeedbackFilter, limit: int) -> list[str]:
        """Return the ids of comments that have any unit and meet the filter: those that have every unit first, then by rank."""
        found: dict[str, None] = {}
        if 1 < len(wanted.units) <= MOST_TOGETHER:
            found |= dict.fromkeys(self._ranked(wanted, among, together=True, limit=limit))
        if wanted.units and len(found) < limit:
            found |= dict.fromkeys(self._ranked(wanted, among, together=False, limit=limit))
        return list(found)[:limit]

    def _ranked(self, wanted: SearchWords, among: FeedbackFilter, *, together: bool, limit: int) -> list[str]:
        """Return comments that have every unit (``together``) or any, by the database's rank."""
        conditions = filters.conditions(among)
        if self._is_postgresql:
            query = _postgresql(_asked(wanted, _postgresql_phrase, either=" | ", both=" & ", together=together))
        else:
            asked = _asked(wanted, _sqlite_phrase, either=" OR ", both=" AND ", together=together)
            query = _sqlite(asked, limit=None if conditions else limit)
        if conditions:
            query = query.join(FEEDBACK, FEEDBACK.c.id == ENTRIES.c.feedback_id).where(*conditions)
        return list(self._connection.execute(query.limit(limit)).scalars())


def _asked(wanted: SearchWords, written: Callable[[Phrase], str], *, either: str, both: str, together: bool) -> str:
    """Return what is looked for in a database's language."""
    if not together:
        return either.join(map(written, wanted.phrases()))
    return both.join("(" + either.join(map(written, unit)) + ")" for unit in wanted.units)


def _sqlite_phrase(phrase: Phrase) -> str:
    return '"' + " ".join(phrase) + '"'


def _postgresql_phrase(phrase: Phrase) -> str:
    return "(" + " <-> ".join(f"'{form}'" for form in phrase) + ")"


def _postgresql(asked: str) -> Select[Any]:
    wanted = cast(asked, TSQUERY)
    rank = func.ts_rank(ENTRIES.c.words, wanted, LENGTH_COUNTS)
    found = select(ENTRIES.c.feedback_id).where(ENTRIES.c.words.bool_op("@@")(wanted))
    return found.order_by(rank.desc(), ENTRIES.c.number)


def _sqlite(asked: str, *, limit: int | None) -> Select[Any]:
    """Return the query; with a limit, FTS5 ranks before anything is joined."""
    match = FTS_MATCH.bindparams(wanted=asked)
    if limit is None:
        found = select(ENTRIES.c.feedback_id).join(TEXT, TEXT.c.rowid == ENTRIES.c.number)
        return found.where(match).order_by(TEXT.c.rank, ENTRIES.c.number)
    best = select(TEXT.c.rowid, TEXT.c.rank).where(match).order_by(TEXT.c.rank).limit(limit).subquery()
    return select(ENTRIES.c.feedback_id).join(best, best.c.rowid == ENTRIES.c.number).order_by(best.c.rank, ENTRIES.c.number)


def _vector(words: Sequence[str]) -> str:
    """Return words as PostgreSQL reads a text vector; forms have no quotes."""
    return " ".join(f"'{form}':{position}" for position, form in enumerate(words, start=1))

"""Feedback in the store. Adding is idempotent: the id says what the identity is, the content hash whether it is the same again."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Table, case, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from voc.feedback import Feedback
from voc.filters import Cursor, FeedbackFilter
from voc.ids import derived_id
from voc.store import filters
from voc.store.rows import feedback_to_row, row_to_feedback, table
from voc.store.tables import AccountRow, BandRow, FeedbackRow, IdempotencyRow, KpiObservationRow

FEEDBACK = table(FeedbackRow)
BANDS = table(BandRow)
KEYS = table(IdempotencyRow)
OBSERVATIONS = table(KpiObservationRow)
ACCOUNTS = table(AccountRow)
IN_LIMIT = 500
INTAKE_LOCK = 7_302_001


class Outcome(StrEnum):
    """What became of one feedback handed in."""

    NEW = "new"
    DUPLICATE = "duplicate"
    KEY_REUSED = "key_reused"


def keep_intake_out(connection: Connection) -> None:
    """Let no other process take comments in, merge or erase until this transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": INTAKE_LOCK})


def chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """Yield the ids in pieces a database takes in one statement."""
    for start in range(0, len(ids), IN_LIMIT):
        yield ids[start : start + IN_LIMIT]


def insert_or_ignore(connection: Connection, target: Table) -> Any:
    """Return an insert that leaves rows alone that are there already."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(target).on_conflict_do_nothing()


def insert_or_replace(connection: Connection, target: Table) -> Any:
    """Return an insert that takes the place of rows of the same key."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(target)
    keys = [column.name for column in target.primary_key]
    changed = {column.name: statement.excluded[column.name] for column in target.columns if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


class FeedbackStore:
    """Comments inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, items: Sequence[Feedback]) -> list[Outcome]:
        """Store what is new, and say of each item what became of it, in order.

        A known id with the same content is a repeat; with other content it is a reused key, and the first one stays untouched.
        """
        keep_intake_out(self._connection)
        known = self._content_hashes([item.id for item in items])
        outcomes: list[Outcome] = []
        fresh: list[Feedback] = []
        for item in items:
            before = known.get(item.id)
            if before is None:
                known[item.id] = item.content_hash
                fresh.append(item)
                outcomes.append(Outcome.NEW)
            else:
                outcomes.append(Outcome.DUPLICATE if before == item.content_hash else Outcome.KEY_REUSED)
        if fresh:
            from voc.store.moves import belonging  # moves knows feedback, so it knows this module

            rows = belonging(self._connection, "feedback", [feedback_to_row(item) for item in fresh])
            self._connection.execute(insert(FEEDBACK), rows)
            observations = [observation for item in fresh for observation in _observations(item)]
            if observations:
                self._connection.execute(insert(OBSERVATIONS), belonging(self._connection, "kpi_observation", observations))
        return outcomes

    def get(self, feedback_id: str) -> Feedback | None:
        """Return the feedback, or None."""
        return next(iter(self.get_many([feedback_id])), None)

    def get_many(self, feedback_ids: Sequence[str]) -> list[Feedback]:
        """Return the feedback of the ids that exist, in the order of the ids."""
        found: dict[str, Feedback] = {}
        for some in chunks(feedback_ids):
            rows = self._connection.execute(select(FEEDBACK).where(FEEDBACK.c.id.in_(some)))
            found |= {row.id: row_to_feedback(row) for row in rows}
        return [found[feedback_id] for feedback_id in feedback_ids if feedback_id in found]

    def find(self, wanted: FeedbackFilter, *, limit: int, cursor: Cursor | None = None) -> list[Feedback]:
        """Return comments that match, newest first, at most ``limit``, those after the cursor."""
        query = select(FEEDBACK).where(*filters.conditions(wanted))
        if cursor is not None:
            query = query.where(filters.after(cursor))
        query = query.order_by(FEEDBACK.c.submitted_at.desc(), FEEDBACK.c.id.desc()).limit(limit)
        return [row_to_feedback(row) for row in self._connection.execute(query)]

    def count(self, wanted: FeedbackFilter) -> int:
        """Return how many comments match."""
        query = select(func.count()).select_from(FEEDBACK).where(*filters.conditions(wanted))
        return int(self._connection.execute(query).scalar_one())

    def ids(self, wanted: FeedbackFilter) -> frozenset[str]:
        """Return the ids of all comments that match."""
        return frozenset(self._connection.execute(select(FEEDBACK.c.id).where(*filters.conditions(wanted))).scalars())

    def totals(self) -> dict[str, int]:
        """Return counts over everything: all, by language, no-signal, duplicates, waiting."""
        query = select(
            FEEDBACK.c.language,
            func.count().label("n"),
            func.sum(case((FEEDBACK.c.no_signal, 1), else_=0)).label("no_signal"),
            func.sum(case((FEEDBACK.c.duplicate_of.is_not(None), 1), else_=0)).label("duplicates"),
            func.sum(case((FEEDBACK.c.handled_version.is_(None), 1), else_=0)).label("waiting"),
        ).group_by(FEEDBACK.c.language)
        totals = {"all": 0, "no_signal": 0, "duplicates": 0, "waiting": 0}
        for row in self._connection.execute(query):
            totals[f"language_{row.language}"] = row.n
            totals["all"] += row.n
            totals["no_signal"] += row.no_signal
            totals["duplicates"] += row.duplicates
            totals["waiting"] += row.waiting
        return totals

    def facets(self) -> dict[str, list[str]]:
        """Return the values that occur for the free filters: source names, segments, products, plans."""
        names = ("source_name", "segment", "product")
        plans = select(ACCOUNTS.c.plan).where(ACCOUNTS.c.plan.is_not(None)).distinct().order_by(ACCOUNTS.c.plan).limit(200)
        return {"plan": list(self._connection.execute(plans).scalars())} | {
            name: [
                value
                for (value,) in self._connection.execute(
                    select(FEEDBACK.c[name]).where(FEEDBACK.c[name].is_not(None)).distinct().order_by(FEEDBACK.c[name]).limit(200)
                )
            ]
            for name in names
        }

    def period(self) -> tuple[Any, Any]:
        """Return the moments of the first and the last comment; None and None where there is none."""
        row = self._connection.execute(select(func.min(FEEDBACK.c.submitted_at), func.max(FEEDBACK.c.submitted_at))).one()
        return row[0], row[1]

    def key_used(self, *, scope: str, key: str) -> tuple[str, str] | None:
        """Return feedback id and content hash an idempotency key stands for, or None."""
        row = self._connection.execute(select(KEYS).where(KEYS.c.scope == scope, KEYS.c.key == key)).one_or_none()
        return None if row is None else (row.feedback_id, row.content_hash)

    def remember_key(self, *, scope: str, key: str, feedback: Feedback) -> None:
        """Let an idempotency key stand for the feedback, for as long as the feedback lives."""
        row = {"scope": scope, "key": key, "feedback_id": feedback.id, "content_hash": feedback.content_hash}
        self._connection.execute(insert(KEYS), [row])

    def uncompared(self, *, limit: int) -> list[Feedback]:
        """Return comments not yet compared with the earlier ones for duplicates, oldest first."""
        query = select(FEEDBACK).where(FEEDBACK.c.compared.is_(False)).order_by(FEEDBACK.c.submitted_at, FEEDBACK.c.id).limit(limit)
        return [row_to_feedback(row) for row in self._connection.execute(query)]

    def count_uncompared(self) -> int:
        """Return how many comments were not yet compared with the earlier ones."""
        query = select(func.count()).select_from(FEEDBACK).where(FEEDBACK.c.compared.is_(False))
        return int(self._connection.execute(query).scalar_one())

    def sharing_bands(self, bands: Sequence[int]) -> dict[int, list[str]]:
        """Return, for each band that is known, the feedback that has it (at most 20)."""
        found: dict[int, list[str]] = {}
        for start in range(0, len(bands), IN_LIMIT):
            query = select(BANDS).where(BANDS.c.band.in_(bands[start : start + IN_LIMIT])).order_by(BANDS.c.feedback_id)
            for row in self._connection.execute(query):
                ids = found.setdefault(row.band, [])
                if len(ids) < 20:  # noqa: PLR2004  # more of one copy add no evidence
                    ids.append(row.feedback_id)
        return found

    def sharing_text(self, hashes: Sequence[str]) -> dict[str, list[str]]:
        """Return, for each text hash that is known, compared feedback that has it (oldest first, at most 20)."""
        found: dict[str, list[str]] = {}
        for some in chunks(hashes):
            query = select(FEEDBACK.c.text_hash, FEEDBACK.c.id).where(FEEDBACK.c.text_hash.in_(some), FEEDBACK.c.compared)
            for row in self._connection.execute(query.order_by(FEEDBACK.c.submitted_at, FEEDBACK.c.id)):
                ids = found.setdefault(row.text_hash, [])
                if len(ids) < 20:  # noqa: PLR2004  # more of one copy add no evidence
                    ids.append(row.id)
        return found

    def compared(self, *, bands: dict[str, tuple[int, ...]], duplicate_of: dict[str, str]) -> None:
        """Keep the fingerprints of compared comments and which earlier comment each repeats, where both are still here."""
        there = self._content_hashes([*bands, *duplicate_of.values()])
        rows = [
            {"band": band, "feedback_id": feedback_id}
            for feedback_id, some in bands.items()
            if feedback_id in there
            for band in sorted(set(some))
        ]
        if rows:
            self._connection.execute(insert_or_ignore(self._connection, BANDS), rows)
        for some in chunks(list(bands)):
            self._connection.execute(update(FEEDBACK).where(FEEDBACK.c.id.in_(some)).values(compared=True))
        for feedback_id, original in duplicate_of.items():
            if original not in there:
                continue
            self._connection.execute(update(FEEDBACK).where(FEEDBACK.c.id == feedback_id).values(duplicate_of=original))

    def _content_hashes(self, ids: Sequence[str]) -> dict[str, str]:
        known: dict[str, str] = {}
        for some in chunks(ids):
            query = select(FEEDBACK.c.id, FEEDBACK.c.content_hash).where(FEEDBACK.c.id.in_(some))
            known |= {row.id: row.content_hash for row in self._connection.execute(query)}
        return known


def _observations(item: Feedback) -> list[dict[str, Any]]:
    return [
        {
            "id": derived_id("ko", item.id, score.kpi.value),
            "kpi": score.kpi.value,
            "value": score.value,
            "observed_at": item.submitted_at,
            "customer_id": item.customer_id,
            "account_id": item.account_id,
            "feedback_id": item.id,
        }
        for score in item.scores
    ]

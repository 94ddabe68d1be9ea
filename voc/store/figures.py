"""Published figures in the store, with the ids of their evidence packed into 14 bytes each."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from voc.filters import FeedbackFilter
from voc.provenance import Figure, FigureQuery
from voc.store.feedback import chunks, insert_or_ignore
from voc.store.rows import table
from voc.store.tables import FigureEvidenceRow, FigureRow

FIGURES = table(FigureRow)
EVIDENCE = table(FigureEvidenceRow)
PREFIX_CHARS = 2
PACKED_BYTES = 14
"""Two letters of the id's kind and 96 bits."""


class FigureStore:
    """Published figures inside one unit of work. A figure is never changed; an erasure marks it and takes ids out of its evidence."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, figures: Iterable[tuple[Figure, Sequence[str]]]) -> int:
        """Keep figures with the ids of their evidence; return how many are new."""
        rows = {figure.id: (figure, evidence) for figure, evidence in figures}
        known: set[str] = set()
        for some in chunks(list(rows)):
            known |= set(self._connection.execute(select(FIGURES.c.id).where(FIGURES.c.id.in_(some))).scalars())
        fresh = [pair for name, pair in rows.items() if name not in known]
        if fresh:
            packed = {figure.evidence_digest: _packed(evidence) for figure, evidence in fresh}
            sets = [{"digest": digest, "ids": ids} for digest, ids in packed.items()]
            self._connection.execute(insert_or_ignore(self._connection, EVIDENCE), sets)
            self._connection.execute(insert(FIGURES), [_row(figure) for figure, _ in fresh])
        return len(fresh)

    def get(self, figure_id: str) -> tuple[Figure, bool] | None:
        """Return a figure, and whether a comment it rested on was erased; None where it was never published."""
        row = self._connection.execute(select(FIGURES).where(FIGURES.c.id == figure_id)).one_or_none()
        return None if row is None else (_figure(row), row.erased)

    def evidence(self, digest: str) -> list[str]:
        """Return the ids of a set of evidence in a fixed order, those that were erased left out."""
        row = self._connection.execute(select(EVIDENCE.c.ids).where(EVIDENCE.c.digest == digest)).one_or_none()
        return [] if row is None else _unpacked(bytes(row.ids))

    def forget(self, ids: frozenset[str], *, of: Callable[[FeedbackFilter], bool]) -> int:
        """Take erased comments and KPI values out of all evidence, and mark the figures that rested on them; return how many.

        A figure that was asked ``of`` the person alone is deleted.
        """
        touched: list[str] = []
        for row in self._connection.execute(select(EVIDENCE)).all():
            before = _unpacked(bytes(row.ids))
            after = [name for name in before if name not in ids]
            if len(after) < len(before):
                touched.append(row.digest)
                self._connection.execute(update(EVIDENCE).where(EVIDENCE.c.digest == row.digest).values(ids=_packed(after)))
        for some in chunks(touched):
            self._connection.execute(update(FIGURES).where(FIGURES.c.evidence_digest.in_(some)).values(erased=True))
        asked = self._connection.execute(select(FIGURES.c.id, FIGURES.c.query)).all()
        named = [row.id for row in asked if of(FeedbackFilter(**row.query.get("filter", {})))]
        for some in chunks(named):
            self._connection.execute(delete(FIGURES).where(FIGURES.c.id.in_(some)))
        count = select(FIGURES.c.id).where(FIGURES.c.evidence_digest.in_(touched), FIGURES.c.erased)
        return len(named) + (len(self._connection.execute(count).all()) if touched else 0)


def _packed(ids: Sequence[str]) -> bytes:
    return b"".join(name[:PREFIX_CHARS].encode() + bytes.fromhex(name[PREFIX_CHARS + 1 :]) for name in sorted(set(ids)))


def _unpacked(raw: bytes) -> list[str]:
    pieces = (raw[start : start + PACKED_BYTES] for start in range(0, len(raw), PACKED_BYTES))
    return [f"{piece[:PREFIX_CHARS].decode()}_{piece[PREFIX_CHARS:].hex()}" for piece in pieces]


def _row(figure: Figure) -> dict[str, Any]:
    return {
        "id": figure.id,
        "kind": figure.query.kind.value,
        "query": figure.query.model_dump(mode="json", exclude_defaults=True),
        "numbers": {"value": figure.value, "low": figure.low, "high": figure.high, "n": figure.n, "parts": figure.parts},
        "versions": figure.versions,
        "evidence_digest": figure.evidence_digest,
        "evidence_count": figure.evidence_count,
        "as_of": figure.as_of,
        "erased": False,
    }


def _figure(row: Any) -> Figure:
    query = dict(row.query)
    return Figure(
        id=row.id,
        query=FigureQuery(**query | {"filter": FeedbackFilter(**query.get("filter", {}))}),
        versions=row.versions,
        evidence_digest=row.evidence_digest,
        evidence_count=row.evidence_count,
        as_of=row.as_of,
        **row.numbers,
    )

"""Erasures in the store: who is refused, the receipts, and taking a person's rows out of every table of ``voc.store.places``."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, and_, cast, delete, false, func, insert, or_, select, union, update

from voc.erasure import Erasure, ErasureState, Person
from voc.errors import ErasedError, ErasureInProgressError, InputError
from voc.store.feedback import chunks, keep_intake_out
from voc.store.merges import MergeStore
from voc.store.moves import MOVES
from voc.store.places import PLACES, Place
from voc.store.rows import table
from voc.store.tables import CustomerRow, ErasureRow, FeedbackRow, KpiObservationRow, ProfileMergeRow, TombstoneRow

ERASURES = table(ErasureRow)
TOMBSTONES = table(TombstoneRow)
MERGES = table(ProfileMergeRow)
FEEDBACK = table(FeedbackRow)
CUSTOMERS = table(CustomerRow)
OBSERVATIONS = table(KpiObservationRow)
Mark = Callable[[str], str]


class ErasureStore:
    """Erasures inside one unit of work. ``mark`` gives the keyed hash of an id."""

    def __init__(self, connection: Connection, mark: Mark) -> None:
        self._connection, self._mark = connection, mark

    def mark(self, identifier: str) -> str:
        """Return the keyed hash under which a customer or comment is known here."""
        return self._mark(identifier)

    def any(self) -> bool:
        """Tell whether anybody is refused."""
        return self._connection.execute(select(TOMBSTONES.c.mark).limit(1)).first() is not None

    def refusals(self, ids: Sequence[str | None]) -> dict[str, InputError]:
        """Return why nothing is taken in of these customers or under these comment ids, by id; those that are welcome are left out.

        In a writing unit the answer holds until its end: an erasure that begins meanwhile waits for it.
        """
        keep_intake_out(self._connection)
        if not self.any():
            return {}
        by_mark = {self._mark(name): name for name in dict.fromkeys(ids) if name is not None}
        found: dict[str, InputError] = {}
        for some in chunks(list(by_mark)):
            query = select(TOMBSTONES.c.mark, ERASURES.c.state).join(ERASURES, ERASURES.c.id == TOMBSTONES.c.erasure_id)
            for row in self._connection.execute(query.where(TOMBSTONES.c.mark.in_(some))):
                done = row.state == ErasureState.DONE.value
                found[by_mark[row.mark]] = ErasedError() if done else ErasureInProgressError()
        return found

    def check(self, customer_id: str | None) -> None:
        """Refuse a customer that was erased.

        Raises
        ------
        ErasedError, ErasureInProgressError
            If nothing of the customer is taken in.
        """
        for refusal in self.refusals([customer_id]).values():
            raise refusal

    def put(self, erasure: Erasure) -> None:
        """Keep a receipt as it stands."""
        self._connection.execute(delete(ERASURES).where(ERASURES.c.id == erasure.id))
        lists = {name: list(getattr(erasure, name)) for name in ("files_removed", "files_left", "notes")}
        self._connection.execute(insert(ERASURES), [erasure.model_dump() | {"state": erasure.state.value} | lists])

    def refuse(self, erasure_id: str, ids: Sequence[str]) -> None:
        """Take in nothing more of these customers or under these comment ids."""
        marks = [self._mark(name) for name in ids]
        known: set[str] = set()
        for some in chunks(marks):
            known |= set(self._connection.execute(select(TOMBSTONES.c.mark).where(TOMBSTONES.c.mark.in_(some))).scalars())
        fresh = [{"mark": mark, "erasure_id": erasure_id} for mark in dict.fromkeys(marks) if mark not in known]
        if fresh:
            self._connection.execute(insert(TOMBSTONES), fresh)

    def lift(self, erasure: Erasure) -> None:
        """Let the customer speak again."""
        self._connection.execute(delete(TOMBSTONES).where(TOMBSTONES.c.erasure_id == erasure.id))
        self.put(erasure.model_copy(update={"state": ErasureState.LIFTED}))

    def get(self, erasure_id: str) -> Erasure | None:
        """Return a receipt, or None."""
        row = self._connection.execute(select(ERASURES).where(ERASURES.c.id == erasure_id)).one_or_none()
        return None if row is None else _erasure(row)

    def find(self, *, subject: str | None = None) -> list[Erasure]:
        """Return the receipts, latest first."""
        query = select(ERASURES).order_by(ERASURES.c.started_at.desc(), ERASURES.c.id)
        if subject is not None:
            query = query.where(ERASURES.c.subject == subject)
        return [_erasure(row) for row in self._connection.execute(query)]

    def revision(self) -> int:
        """Return how many erasures have taken rows out: work that began before a change of it rests on what is gone."""
        gone = ERASURES.c.state != ErasureState.STARTED.value
        return int(self._connection.execute(select(func.count()).select_from(ERASURES).where(gone)).scalar_one())

    def customers_of(self, subjects: Sequence[str]) -> dict[str, str]:
        """Return the customers that are still here of these subjects, by subject."""
        wanted = set(subjects)
        everybody = union(
            select(FEEDBACK.c.customer_id).distinct(), select(OBSERVATIONS.c.customer_id).distinct(), select(CUSTOMERS.c.id)
        )
        ids = [row[0] for row in self._connection.execute(everybody) if row[0] is not None]
        return {mark: name for name in ids if (mark := self._mark(name)) in wanted}

    def person(self, customer_id: str) -> Person:
        """Return everything by which the customer is recognised; profiles that were merged are one person."""
        ids = MergeStore(self._connection).family(customer_id)
        profiles = self._connection.execute(select(CUSTOMERS).where(CUSTOMERS.c.id.in_(sorted(ids))).order_by(CUSTOMERS.c.id)).all()
        said = self._connection.execute(select(FEEDBACK.c.id, FEEDBACK.c.verbatim).where(FEEDBACK.c.customer_id.in_(sorted(ids)))).all()
        theirs = OBSERVATIONS.c.customer_id.in_(sorted(ids))
        measured = self._connection.execute(select(OBSERVATIONS.c.id).where(theirs)).scalars()
        named = [name for profile in profiles for name in (profile.external_id, profile.name, *profile.attributes.values())]
        return Person(
            customer_ids=ids,
            feedback_ids=frozenset(row.id for row in said),
            observation_ids=frozenset(measured),
            identifiers=tuple(dict.fromkeys(name.strip() for name in named if name)),
            verbatims=tuple(row.verbatim for row in said),
        )

    def count(self, person: Person) -> dict[str, int]:
        """Return how many rows of each table are the person's."""
        counts = {}
        for place in PLACES:
            rows = sum(
                int(self._connection.execute(select(func.count()).select_from(place.table).where(condition)).scalar_one())
                for condition in _theirs(place, person)
            )
            if rows:
                counts[str(place.table.name)] = rows
        return counts

    def delete(self, person: Person) -> dict[str, int]:
        """Take the person's rows out of every table; return how many, by table. Comments that repeated one of them stand alone."""
        for some in chunks(sorted(person.feedback_ids)):
            again = {"duplicate_of": None, "compared": False}
            self._connection.execute(update(FEEDBACK).where(FEEDBACK.c.duplicate_of.in_(some)).values(**again))
        counts: dict[str, int] = {}
        for place in PLACES:
            name = str(place.table.name)
            for condition in _theirs(place, person):
                gone = self._connection.execute(delete(place.table).where(condition)).rowcount
                counts[name] = counts.get(name, 0) + gone
        return {name: n for name, n in counts.items() if n}

    def rewrite(self, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> dict[str, int]:
        """Give every row of the tables that are rewritten to ``change``, keep what it returns, and return how many changed, by table."""
        counts: dict[str, int] = {}
        for place in PLACES:
            if not place.rewritten:
                continue
            name, keys = str(place.table.name), [column.name for column in place.table.primary_key]
            for row in self._connection.execute(select(place.table)).mappings().all():
                before = dict(row)
                after = dict(change(before))
                if after != before:
                    mine = [place.table.c[key] == before[key] for key in keys]
                    changed = {column: value for column, value in after.items() if value != before[column]}
                    self._connection.execute(update(place.table).where(*mine).values(**changed))
                    counts[name] = counts.get(name, 0) + 1
        return counts

    def said_by(self, words: str, *, at_most: int) -> int:
        """Return how many voices (customers, else comments) use the words, counting no further than ``at_most``."""
        forms = {words.lower(), words.lower().replace(" ", "")} if not words.isascii() else {words.lower()}
        said = or_(*(func.lower(FEEDBACK.c.verbatim).contains(form, autoescape=True) for form in sorted(forms)))
        voices = select(func.coalesce(FEEDBACK.c.customer_id, FEEDBACK.c.id)).where(said).distinct().limit(at_most).subquery()
        return int(self._connection.execute(select(func.count()).select_from(voices)).scalar_one())


def _theirs(place: Place, person: Person) -> list[ColumnElement[bool]]:
    """Return conditions that together match the person's rows of a table, each row once."""
    ids = sorted(person.customer_ids)
    by_owner = [place.table.c[name].in_(ids) for name in (place.customer, place.also) if name is not None]
    merges = select(MERGES.c.number).where(or_(MERGES.c.gone_id.in_(ids), MERGES.c.kept_id.in_(ids)))
    if place.of_merges:
        by_owner.append(place.table.c.number.in_(merges))
    if place.by_merges is not None:
        noted = select(cast(MOVES.c.row_id, Integer)).where(MOVES.c.noun == place.by_merges, MOVES.c.number.in_(merges))
        by_owner.append(place.table.c.number.in_(noted))
    found: list[ColumnElement[bool]] = [or_(*by_owner)] if by_owner else []
    if place.feedback is not None:
        column = place.table.c[place.feedback]
        said = person.feedback_ids | (person.observation_ids if place.observations else frozenset())
        others = [func.coalesce(theirs, false()).is_(False) for theirs in by_owner]
        found += [and_(column.in_(some), *others) for some in chunks(sorted(said))]
    return found


def _erasure(row: Any) -> Erasure:
    return Erasure(**row._mapping)  # noqa: SLF001  # SQLAlchemy's public name

"""The queue as people work it: formed from the store, remembered as long as nothing it rests on has changed, with a case per subject."""

from collections.abc import Callable
from datetime import date

from pipelines.explain.at_risk import Known, at_risk
from pipelines.intake import Writer
from pipelines.remembered import Remembered
from voc.cases import LONGEST_NOTE, LONGEST_OWNER, Case, CaseState
from voc.clock import Clock
from voc.concerns import AtRisk, QueueEntry, Reason
from voc.errors import InputError, NotFoundError
from voc.feedback import Language
from voc.store import Store, Unit
from voc.values import Value


class QueueFilter(Value):
    """Which entries are shown; without conditions every one that no case hides."""

    reason: Reason | None = None
    language: Language | None = None
    account_id: str | None = None
    case: CaseState | None = None
    """Only entries whose case stands so; None: those still to work."""


class Queue:
    """The queue on a store."""

    def __init__(self, store: Store, writer: Writer, *, clock: Clock, remembered: Remembered | None = None) -> None:
        self._store, self._writer, self._clock = store, writer, clock
        self._remembered = remembered or Remembered()

    def look(self) -> AtRisk:
        """Return the whole queue with every entry's case."""
        with self._store.read() as unit:
            formed = self._remembered.of(unit, "queue", "", lambda: at_risk(known(unit)))
            cases = unit.cases.all_cases()
        return formed.model_copy(
            update={"entries": tuple(entry.model_copy(update={"case": cases.get(entry.id)}) for entry in formed.entries)}
        )

    def find(self, wanted: QueueFilter, *, among: AtRisk | None = None) -> list[QueueEntry]:
        """Return the entries that match, by value times risk."""
        today = self._clock().date()
        return [entry for entry in (among or self.look()).entries if _matches(entry, wanted, today)]

    def decide(
        self, subject_id: str, state: CaseState, *, by: str, note: str = "", owner: str | None = None, due: date | None = None
    ) -> Case:
        """Open, handle or snooze somebody's case; kept with who, when and why.

        Raises
        ------
        NotFoundError
            If nobody of that id is known.
        InputError
            If a snooze has no day in the future, or a text is too long.
        """
        now = self._clock()
        if state is CaseState.SNOOZED and (due is None or due <= now.date()):
            raise InputError("A snooze needs a day in the future.", field="due")
        if len(note) > LONGEST_NOTE or len(owner or "") > LONGEST_OWNER:
            raise InputError("The note or the owner's name is too long.", field="note", limit=LONGEST_NOTE)

        def keep(unit: Unit) -> Case:
            if not _exists(unit, subject_id):
                raise NotFoundError(subject_id=subject_id)
            return unit.cases.decide(subject_id, state, note=note, owner=owner, due=due, by=by, now=now)

        return self._writer.do(keep)

    def undo(self, number: int, *, by: str) -> Case | None:
        """Take the latest decision on a case back; return the case as it stands then.

        Raises
        ------
        NotFoundError
            If there is no such decision.
        InputError
            If it is not the latest that stands.
        """
        now = self._clock()
        return self._writer.do(lambda unit: unit.cases.undo(number, by=by, now=now))


def known(unit: Unit) -> Known:
    """Return what the queue is formed from."""
    return Known(
        heard=unit.said.find(),
        observations=unit.kpis.find(repeats=False),
        customers={customer.id: customer for customer in unit.customers.all_customers()},
        accounts={account.id: account for account in unit.customers.present_accounts()},
    )


def _matches(entry: QueueEntry, wanted: QueueFilter, today: date) -> bool:
    hidden = entry.case is not None and entry.case.hides(newest_at=entry.last_at, today=today)
    checks: tuple[Callable[[], bool], ...] = (
        lambda: wanted.reason is None or any(concern.reason is wanted.reason for concern in entry.concerns),
        lambda: wanted.language is None or entry.language is wanted.language,
        lambda: wanted.account_id is None or entry.account_id == wanted.account_id,
        lambda: not hidden if wanted.case is None else entry.case is not None and entry.case.state is wanted.case,
    )
    return all(check() for check in checks)


def _exists(unit: Unit, subject_id: str) -> bool:
    return (
        unit.customers.customer(subject_id) is not None
        or unit.customers.account(subject_id) is not None
        or unit.feedback.get(subject_id) is not None
        or unit.said.has_owner(subject_id)
    )

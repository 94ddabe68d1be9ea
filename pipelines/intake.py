"""Intake: takes comments in, so that an answer of success means they are on disk.

Invariant: every item handed in gets exactly one outcome, in order; an item that failed left no row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from pipelines.identity_key import hasher_of
from pipelines.ingest import ingest
from pipelines.known_by_email import link, named
from voc.clock import Clock
from voc.errors import InputError, KeyReusedError
from voc.feedback import Feedback, NewFeedback
from voc.identity import Identity
from voc.ports import LanguageDetector, Redactor
from voc.store import Store
from voc.store.feedback import Outcome
from voc.store.unit import Unit

T = TypeVar("T")


@dataclass(frozen=True)
class Accepted:
    """What became of one item: an id and whether it was new, or the error that kept it out."""

    feedback_id: str | None
    outcome: Outcome | None
    error: InputError | None = None


class Writer(Protocol):
    """Runs work in a transaction and returns once it is on disk (group commit, or one transaction a call)."""

    def do(self, work: Callable[[Unit], T]) -> T:
        """Run the work and return its result once it is on disk."""
        ...


@dataclass(frozen=True)
class IdempotencyKey:
    """A caller's key for one request; equal keys of different scopes are different."""

    scope: str
    key: str


class Intake:
    """The door through which every comment enters."""

    def __init__(self, *, detector: LanguageDetector, redactor: Redactor, writer: Writer, clock: Clock, folder: Path) -> None:
        """Take what is needed; ``folder``: the data folder, where the key of e-mail hashes lies."""
        self._detector, self._redactor, self._writer, self._clock, self._folder = detector, redactor, writer, clock, folder

    def accept(self, items: Sequence[NewFeedback | InputError], *, key: IdempotencyKey | None = None) -> list[Accepted]:
        """Clean, redact and store; return one outcome per item, in order, after they are on disk.

        Parameters
        ----------
        items
            What senders handed over, or the error reading it already made.
        key
            The caller's idempotency key, for a request of one item.
        """
        named_items = [self._named(item) for item in items]
        prepared = self._prepare([item for item, _ in named_items])
        known = {item.id: found for item, (_, found) in zip(prepared, named_items, strict=True) if found and isinstance(item, Feedback)}
        good = [item for item in prepared if isinstance(item, Feedback)]
        if not good:
            return [_refused(item) for item in prepared if isinstance(item, InputError)]
        stored = iter(self._writer.do(lambda unit: _store(unit, good, key, known)))
        return [next(stored) if isinstance(item, Feedback) else _refused(item) for item in prepared]

    def _named(self, item: NewFeedback | InputError) -> tuple[NewFeedback | InputError, Identity | None]:
        """Return the item without its e-mail address, and what its speaker is known by."""
        if isinstance(item, InputError) or item.email is None:
            return item, None
        try:
            return named(item, hasher_of(self._folder))
        except InputError as error:
            return error, None

    def _prepare(self, items: Sequence[NewFeedback | InputError]) -> list[Feedback | InputError]:
        new = [item for item in items if isinstance(item, NewFeedback)]
        done = iter(ingest(new, detector=self._detector, redactor=self._redactor, received_at=self._clock()))
        return [next(done) if isinstance(item, NewFeedback) else item for item in items]


def _refused(error: InputError) -> Accepted:
    return Accepted(feedback_id=None, outcome=None, error=error)


def _store(unit: Unit, items: list[Feedback], key: IdempotencyKey | None, known: Mapping[str, Identity]) -> list[Accepted]:
    """Store what may be stored; ``known``: what speakers are known by, by feedback id."""
    if key is not None:
        used = unit.feedback.key_used(scope=key.scope, key=key.key)
        if used is not None:
            return [_replay(used, items[0])]
    refused = unit.erasures.refusals([name for item in items for name in (item.customer_id, item.id)])
    welcome = [item for item in items if not refused.keys() & {item.customer_id, item.id}]
    found = [known[item.id] for item in welcome if item.id in known]
    if found:
        link(unit, found, now=max(item.received_at for item in welcome))
    outcomes = dict(zip(map(id, welcome), unit.feedback.add(welcome), strict=True))
    accepted = [
        _accepted(item, outcomes[id(item)])
        if id(item) in outcomes
        else _refused(refused.get(item.customer_id or "") or refused[item.id])
        for item in items
    ]
    if key is not None and accepted[0].error is None:
        unit.feedback.remember_key(scope=key.scope, key=key.key, feedback=items[0])
    return accepted


def _replay(used: tuple[str, str], item: Feedback) -> Accepted:
    feedback_id, content_hash = used
    if content_hash != item.content_hash:
        return _refused(KeyReusedError(feedback_id=feedback_id))
    return Accepted(feedback_id=feedback_id, outcome=Outcome.DUPLICATE)


def _accepted(item: Feedback, outcome: Outcome) -> Accepted:
    if outcome is Outcome.KEY_REUSED:
        return Accepted(feedback_id=item.id, outcome=outcome, error=KeyReusedError(feedback_id=item.id))
    return Accepted(feedback_id=item.id, outcome=outcome)


class DirectWriter:
    """A writer for a process that has no group commit: one transaction a call."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def do(self, work: Callable[[Unit], T]) -> T:
        """Run the work in a transaction of its own."""
        with self._store.write() as unit:
            return work(unit)

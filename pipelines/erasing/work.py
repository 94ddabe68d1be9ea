"""Erasing: carries an erasure out step by step, so that it can be stopped at any moment and is finished when the service starts again.

The steps: the request goes into the ledger file and the tables (from here on nothing of the customer is taken in); files of the data
folder; all rows in one transaction; the database file is rewritten; the receipt is closed. Every step can be repeated without harm.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from pipelines.erasing.files import FilesErased, erase_files
from pipelines.erasing.recognise import Recogniser
from pipelines.erasing.rewrite import Rewriting
from pipelines.erasing.topics import Left, without, words_to_drop
from pipelines.figures.waiting import take_in
from pipelines.identity_key import hasher_of
from pipelines.intake import Writer
from pipelines.known_by_email import held_for
from voc.clock import Clock
from voc.erasure import Erasure, ErasureState, Person
from voc.errors import InputError, NotFoundError, StorageError, StorageUnavailableError
from voc.identity import held_name, is_email
from voc.ids import customer_id, random_id
from voc.store import Store, Unit
from voc.topics import Topic, TopicState

SERVICE = "voc"
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Preview:
    """What an erasure would do: rows by table, and files."""

    places: dict[str, int]
    files: FilesErased


class Erasing:
    """Erasures on a store and its data folder."""

    def __init__(self, store: Store, writer: Writer, *, folder: Path, clock: Clock, forget: Callable[[], None] = lambda: None) -> None:
        """Take what is needed; ``forget`` is called when rows are gone: what is held in memory must go too."""
        self._store, self._writer, self._folder, self._clock, self._forget = store, writer, folder, clock, forget
        self._one_at_a_time = threading.Lock()

    def preview(self, external_id: str) -> Preview:
        """Say what an erasure would do.

        Raises
        ------
        NotFoundError
            If nothing is known of the customer.
        """
        ours = self._ours(external_id)
        with self._store.read() as unit:
            person = _person(unit, ours, external_id)
            places = unit.erasures.count(person)
        if not places:
            raise NotFoundError
        files = erase_files(self._folder, Recogniser(person, said_by_others=lambda _: True), preview=True)
        return Preview(places=places, files=files)

    def erase(self, external_id: str, *, by: str) -> Erasure:
        """Erase a customer and return the receipt; erased before, the receipt of then.

        Raises
        ------
        NotFoundError
            If nothing is known of the customer.
        StorageError
            If the database does not answer; the erasure is finished at the next start.
        """
        with self._one_at_a_time:
            take_in(self._folder, self._writer)
            ours = self._ours(external_id)
            return self._carry_on(self._begin(ours, external_id, by=by), ours, external_id)

    def lift(self, external_id: str, *, by: str) -> Erasure:
        """Let an erased customer speak again; what was erased stays away.

        Raises
        ------
        NotFoundError
            If the customer was not erased.
        InputError
            If the erasure is not finished.
        """
        ours = self._ours(external_id)

        def do(unit: Unit) -> Erasure:
            standing = self._standing(unit, unit.erasures.mark(ours))
            if standing is None:
                raise NotFoundError
            if standing.state is not ErasureState.DONE:
                raise InputError("The erasure is not finished yet.")
            self._store.ledger.note("lifted", erasure_id=standing.id, subject=standing.subject, by=by, at=self._clock())
            unit.erasures.lift(standing)
            return standing

        return self._writer.do(do).model_copy(update={"state": ErasureState.LIFTED})

    def catch_up(self) -> int:
        """Finish what was begun, and erase again whom an older database brought back; return how many erasures that took.

        Raises
        ------
        StorageUnavailableError
            If the key is missing under which the erased are known.
        """
        with self._store.read() as unit:
            if not self._store.ledger.key_exists():
                if unit.erasures.any():
                    raise StorageUnavailableError("erasure.key is missing; put it and erasures.jsonl into the data folder again.")
                return 0
            known = {erasure.subject: erasure for erasure in unit.erasures.find() if erasure.state is not ErasureState.LIFTED}
            entries = self._store.ledger.standing()
            here = unit.erasures.customers_of([*known, *entries])
        again = [self._renewed(entry["erasure"], subject, entry["by"]) for subject, entry in entries.items() if subject not in known]
        begun = [erasure for erasure in known.values() if erasure.state is not ErasureState.DONE]
        for erasure in [*begun, *again]:
            self._carry_on(erasure, here.get(erasure.subject), None)
        return len(begun) + len(again)

    def _ours(self, external_id: str) -> str:
        """Return our id of a customer: of the sender's id, or of what comments with an e-mail address and no id are held under."""
        named = customer_id(external_id)
        if not is_email(external_id):
            return named
        with self._store.read() as unit:
            if unit.erasures.count(unit.erasures.person(named)) or self._standing(unit, unit.erasures.mark(named)):
                return named
        return customer_id(held_name(hasher_of(self._folder).email("", external_id, source="").value))

    def _renewed(self, erasure_id: str, subject: str, by: str) -> Erasure:
        erasure = Erasure(id=erasure_id, subject=subject, state=ErasureState.STARTED, by=by, started_at=self._clock())
        self._writer.do(lambda unit: unit.erasures.put(erasure))
        return erasure

    def _begin(self, ours: str, external_id: str, *, by: str) -> Erasure:
        def do(unit: Unit) -> Erasure:
            standing = self._standing(unit, unit.erasures.mark(ours))
            if standing is not None:
                return standing
            person = _person(unit, ours, external_id)
            if not unit.erasures.count(person):
                raise NotFoundError
            now, subject = self._clock(), unit.erasures.mark(ours)
            erasure = Erasure(id=random_id("er"), subject=subject, state=ErasureState.STARTED, by=by, started_at=now)
            self._store.ledger.note("requested", erasure_id=erasure.id, subject=subject, by=by, at=now)
            unit.erasures.put(erasure)
            unit.erasures.refuse(erasure.id, [*sorted(person.customer_ids), *held_for(unit, sorted(person.customer_ids))])
            return erasure

        return self._writer.do(do)

    def _standing(self, unit: Unit, subject: str) -> Erasure | None:
        found = unit.erasures.find(subject=subject)
        return next((erasure for erasure in found if erasure.state is not ErasureState.LIFTED), None)

    def _carry_on(self, erasure: Erasure, ours: str | None, external_id: str | None) -> Erasure:
        """Do what is left of an erasure; ``ours`` None: no row of the customer is left."""
        if erasure.state is ErasureState.STARTED:
            if ours is not None:
                erasure = self._files(erasure, ours, external_id)
            erasure = self._rows(erasure, ours, external_id)
            self._forget()
        if erasure.state is ErasureState.ERASED and self._rewritten():
            erasure = erasure.model_copy(update={"state": ErasureState.DONE, "finished_at": self._clock()})
            self._writer.do(lambda unit: unit.erasures.put(erasure))
            log.info("customer erased", erasure_id=erasure.id, rows=sum(erasure.places.values()))
        return erasure

    def _rewritten(self) -> bool:
        try:
            return self._store.rewrite()
        except StorageError as error:
            log.warning("database file not rewritten yet", reason=error.code)
            return False

    def _files(self, erasure: Erasure, ours: str, external_id: str | None) -> Erasure:
        with self._store.read() as unit:
            person = _person(unit, ours, external_id)
        found = erase_files(self._folder, Recogniser(person, said_by_others=lambda _: True))
        places = dict(erasure.places)
        if found.reject_rows:
            places["reject_rows"] = places.get("reject_rows", 0) + found.reject_rows
        removed = tuple(dict.fromkeys((*erasure.files_removed, *found.removed)))
        noted = erasure.model_copy(update={"places": places, "files_removed": removed, "files_left": found.left})
        self._writer.do(lambda unit: unit.erasures.put(noted))
        return noted

    def _rows(self, erasure: Erasure, ours: str | None, external_id: str | None) -> Erasure:
        def do(unit: Unit) -> Erasure:
            places, notes = dict(erasure.places), list(erasure.notes)
            if ours is not None:
                person = _person(unit, ours, external_id)
                held = held_for(unit, sorted(person.customer_ids))
                counts, again = _erase_rows(unit, person)
                for name, count in counts.items():
                    places[name] = places.get(name, 0) + count
                notes += [f"learn_again:{name}" for name in again]
                unit.erasures.refuse(erasure.id, [ours, *sorted(person.customer_ids | person.feedback_ids), *held])
            changed = {"state": ErasureState.ERASED, "places": places, "notes": tuple(dict.fromkeys(notes))}
            gone = erasure.model_copy(update=changed)
            unit.erasures.put(gone)
            return gone

        return self._writer.do(do)


def _person(unit: Unit, ours: str, external_id: str | None) -> Person:
    person = unit.erasures.person(ours)
    named = (external_id, *person.identifiers) if external_id else person.identifiers
    return person.model_copy(update={"identifiers": tuple(dict.fromkeys(named))})


def _erase_rows(unit: Unit, person: Person) -> tuple[dict[str, int], list[str]]:
    """Take the person out of every table; return the rows by table, and the own taxonomies to learn again."""
    who = Recogniser(person, said_by_others=lambda words: unit.erasures.said_by(words, at_most=1) > 0)
    topics = unit.topics.find(states=tuple(TopicState))
    touched = {name for name in unit.topics.of_feedback(sorted(person.feedback_ids)).values() if name is not None}
    touched |= {topic.id for topic in topics if any(who.is_id(example) for example in topic.example_ids)}
    again = unit.taxonomies.learnt_from(sorted(person.feedback_ids))
    counts = unit.erasures.delete(person)
    dropped = words_to_drop(topics, who, said_by=lambda word, most: unit.erasures.said_by(word, at_most=most))
    after = _topics(unit, topics, touched, who, dropped)
    unit.topics.put(after)
    for name, count in unit.erasures.rewrite(Rewriting(who, dropped, {topic.id: topic for topic in after}).row).items():
        counts[f"{name} (rewritten)"] = count
    changed = sum(one != other for one, other in zip(topics, after, strict=True))
    if changed:
        counts["topic (rewritten)"] = changed
    stale = unit.figures.forget(
        person.feedback_ids | person.observation_ids,
        of=lambda asked: asked.customer_id in person.customer_ids or who.names(asked.text or ""),
    )
    if stale:
        counts["figure (stale)"] = stale
    unit.taxonomies.forget_older(again)
    return counts, again


def _topics(unit: Unit, topics: Sequence[Topic], touched: set[str], who: Recogniser, dropped: frozenset[str]) -> list[Topic]:
    said: dict[str, list[str]] = unit.topics.members(sorted(touched))
    run = unit.topics.current_run()
    known = unit.enrichments.sentences_for_topics(encoder=run["encoder"] if run else None, of_topics=sorted(touched)) if touched else []
    sentences = {sentence.id: sentence for sentence in known}
    return [
        without(
            Left(
                topic=topic,
                touched=topic.id in touched,
                sentences=[sentences[name] for name in said.get(topic.id, ()) if name in sentences],
            ),
            who,
            dropped_words=dropped,
        )
        for topic in topics
    ]

"""Remembered results: the same as long as nothing they rest on has changed; what people decide is always seen at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from pipelines.remembered import LONG_S, LONGEST_S, MOST, Remembered
from tests.support.builders import NOON, enrichment, feedback
from voc.customers import Account, Customer, Role
from voc.filters import FeedbackFilter
from voc.identity import IdentityKind
from voc.ids import account_id, customer_id
from voc.profile_history import ProfileNoun
from voc.store import Store, Unit
from voc.taxonomy import Bilingual, Tag, Taxonomy

WORD = Bilingual(en="word", ja="語")


class Clock:
    """Seconds gone by, and how many of them every computation takes."""

    def __init__(self) -> None:
        self.now, self.takes, self.spent = 0.0, 0.0, 0.0

    def remembered(self) -> Remembered:
        return Remembered(now=lambda: self.now, spent=lambda: self.spent)

    def compute(self, unit: Unit) -> int:
        self.spent += self.takes
        return unit.feedback.count(FeedbackFilter())


@pytest.fixture
def clock() -> Clock:
    return Clock()


def look(store: Store, known: Remembered, clock: Clock) -> int:
    with store.read() as unit:
        return known.of(unit, "count", "", lambda: clock.compute(unit))


def hear(store: Store, name: str) -> None:
    comment = feedback(external_id=name)
    with store.write() as unit:
        unit.feedback.add([comment])
        unit.enrichments.add([enrichment(comment)], now=NOON)


def test_what_comes_in_is_seen_at_once_where_computing_is_quick(store: Store, clock: Clock) -> None:
    known = clock.remembered()
    assert look(store, known, clock) == 0
    hear(store, "1")
    assert look(store, known, clock) == 1


def test_a_result_that_took_long_lags_behind_what_comes_in_for_a_while_only(store: Store, clock: Clock) -> None:
    known, clock.takes = clock.remembered(), 2 * LONG_S
    look(store, known, clock)
    hear(store, "1")
    assert look(store, known, clock) == 0
    clock.now += LONGEST_S
    assert look(store, known, clock) == 1


@pytest.mark.parametrize(
    "decide",
    [
        lambda unit: unit.corrections.add(feedback(external_id="0").id, add=["a"], remove=[], by="me", now=NOON),
        lambda unit: unit.customers.put_accounts([Account(id=account_id("a"), external_id="a", plan="pro")], by="me", now=NOON),
        lambda unit: unit.customers.put_customers([Customer(id=customer_id("c"), external_id="c", role=Role.BUYER)]),
        lambda unit: unit.merges.reject("cu_1", "cu_2", noun=ProfileNoun.CUSTOMER, reasons=[IdentityKind.EMAIL], by="me", now=NOON),
        lambda unit: unit.audits.put(feedback(external_id="0").id, drawn_for=None, tags=["a"], by="me", now=NOON),
        lambda unit: unit.taxonomies.put(Taxonomy(name="mine", version="2", tags=(Tag(id="a", large=WORD, middle=WORD, small=WORD),)), now=NOON),
    ],
)
def test_what_people_decide_is_seen_at_once_however_long_computing_takes(store: Store, clock: Clock, decide: Callable[[Unit], object]) -> None:
    hear(store, "0")
    known, clock.takes = clock.remembered(), 2 * LONG_S
    look(store, known, clock)
    hear(store, "1")
    with store.write() as unit:
        decide(unit)
    assert look(store, known, clock) == 2


def test_forgetting_leaves_nothing(store: Store, clock: Clock) -> None:
    known, clock.takes = clock.remembered(), 2 * LONG_S
    look(store, known, clock)
    hear(store, "1")
    known.forget()
    assert look(store, known, clock) == 1


def test_of_too_many_results_the_one_asked_for_longest_ago_is_computed_anew(store: Store) -> None:
    known, computed = Remembered(), []
    for key in [*range(MOST + 1), MOST, 0]:
        with store.read() as unit:
            known.of(unit, "some", key, lambda key=key: computed.append(key))
    assert computed == [*range(MOST + 1), 0]


def test_those_who_ask_for_the_same_wait_for_one_computation(store: Store) -> None:
    known, computed = Remembered(), []

    def ask(_: int) -> None:
        with store.read() as unit:
            known.of(unit, "some", "", lambda: (sleep(0.05), computed.append(1)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, range(4)))
    assert computed == [1]

"""Two accounts of one organisation: found by stated rules, merged by people, taken back; what comes later and what is erased fits in."""

import itertools
import random
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from pipelines.acting import Acting, check_of
from pipelines.explaining import issues_of
from pipelines.intake import DirectWriter
from pipelines.people import PeopleWork, map_ids
from pipelines.sources.mapping_table import MappedId, read_mapping_table
from pipelines.sources.reading import Rejected
from pipelines.sources.table import open_table
from pipelines.touched import reach_of
from tests.support.builders import NOON, enrichment, feedback
from voc.account_room import RoleWeights
from voc.actions import Arm, Assignment, Direction, Measure, Plan, Population
from voc.cases import CaseState
from voc.customers import Account, Customer
from voc.drivers import IssueKind
from voc.errors import InputError
from voc.feedback import Feedback
from voc.filters import FeedbackFilter
from voc.identity import IdentityHasher, IdentityKind, MergeState
from voc.ids import account_id, customer_id
from voc.kpis import Kpi, KpiObservation
from voc.profile_history import ProfileNoun
from voc.store import Store, Unit
from voc.store.moves import MOVES
from voc.taxonomy import shipped_taxonomy

HASHER = IdentityHasher(b"k" * 32)
CRM, DESK, THIRD = "ACME-001", "acme_inc", "third"
OF_ACCOUNT = {"noun": ProfileNoun.ACCOUNT, "reasons": [IdentityKind.NAME], "by": "aoki", "now": NOON}


def account(name: str, /, **facts: object) -> Account:
    return Account(id=account_id(name), external_id=name, **facts)  # type: ignore[arg-type]


def member(name: str, of: str | None = None, /) -> Customer:
    facts = {} if of is None else {"account_id": account_id(of)}
    return Customer(id=customer_id(name), external_id=name, **facts)  # type: ignore[arg-type]


def said(number: int, *, of: str | None = None, by: str | None = None) -> Feedback:
    facts = {"account_id": account_id(of) if of else None, "customer_id": customer_id(by) if by else None}
    return feedback(f"comment {number}", external_id=str(number), **facts)


def merge(unit: Unit, kept: str, gone: str) -> int:
    return unit.merges.do(account_id(kept), account_id(gone), **OF_ACCOUNT).number  # type: ignore[arg-type]


def owners(unit: Unit, *numbers: int) -> list[str | None]:
    names = {account_id(name): name for name in (CRM, DESK, THIRD)}
    return [names.get(one.account_id or "") for one in unit.feedback.get_many([said(n).id for n in numbers])]


@pytest.fixture
def work(store: Store, tmp_path: Path) -> PeopleWork:
    """One organisation in two systems: two comments and its revenue in the one, a comment, an answer and a case in the other."""
    with store.write() as unit:
        unit.customers.put_accounts([account(CRM, name="Acme Inc.", revenue_per_year=100.0), account(DESK, name="ACME, Incorporated", plan="pro", revenue_per_year=90.0)])
        unit.customers.put_accounts([account("B", name="株式会社ビー"), account("C-7", name="アクメ 大阪支店"), account("c 7")])
        unit.customers.put_customers([member("hana", CRM), member("ken", DESK)])
        unit.feedback.add([said(1, of=CRM), said(2, by="hana"), said(3, by="ken")])
        unit.kpis.add([KpiObservation(id="ko_1", kpi=Kpi.NPS, value=7, observed_at=NOON, account_id=account_id(DESK))])
        unit.cases.decide(account_id(DESK), CaseState.HANDLED, note="called", owner=None, due=None, by="aoki", now=NOON)
    return PeopleWork(store, DirectWriter(store), folder=tmp_path, clock=lambda: NOON)


def test_accounts_are_proposed_by_name_id_and_mapping_table_alone(store: Store, work: PeopleWork) -> None:
    def found() -> dict[frozenset[str], tuple[IdentityKind, ...]]:
        return {frozenset((one.kept_id, one.gone_id)): one.reasons for one in work.proposed(ProfileNoun.ACCOUNT)}

    named = frozenset((account_id(CRM), account_id(DESK)))
    assert found() == {named: (IdentityKind.NAME,), frozenset((account_id("C-7"), account_id("c 7"))): (IdentityKind.EXTERNAL_ID,)}
    with store.write() as unit:
        unit.feedback.add([said(9, of="only heard")])
        rows = [MappedId("desk", "only heard", "B", ProfileNoun.ACCOUNT), MappedId("desk", "nobody", "B", ProfileNoun.ACCOUNT), MappedId("desk", "hana", "B")]
        assert map_ids(unit, HASHER, rows) == 3
        unit.customers.put_accounts([account(f"n{n}", name="Common Ltd") for n in range(5)])
    assert found()[frozenset((account_id("only heard"), account_id("B")))] == (IdentityKind.MAPPING,)
    assert len(found()) == 3, "a name that five share proposes nothing, nor does an account nothing is known of"
    pair = next(one for one in work.proposed(ProfileNoun.ACCOUNT) if one.reasons == (IdentityKind.MAPPING,))
    assert (pair.kept_id, pair.noun) == (account_id("B"), ProfileNoun.ACCOUNT)
    assert work.decide(pair.id, accept=False, by="aoki").state is MergeState.REJECTED
    assert len(found()) == 2
    assert work.proposed() == [], "customers are another matter"


@pytest.mark.parametrize(("target", "source"), [("only heard", "B"), ("closed", "B")])
def test_a_profile_is_kept_before_none_and_who_is_there_before_who_has_left(store: Store, work: PeopleWork, target: str, source: str) -> None:
    """Why: the facts of the profile would be gone, and an account that stays would count as lost."""
    with store.write() as unit:
        unit.customers.put_accounts([account("closed", churned_on=date(2025, 1, 1))])
        unit.feedback.add([said(9, of="only heard"), said(10, of="only heard"), said(11, of="closed")])
        map_ids(unit, HASHER, [MappedId("crm", source, target, ProfileNoun.ACCOUNT)])
    (pair,) = [one for one in work.proposed(ProfileNoun.ACCOUNT) if one.reasons == (IdentityKind.MAPPING,)]
    assert (pair.kept_id, pair.gone_id) == (account_id(source), account_id(target))
    work.decide(pair.id, accept=True, by="aoki")
    with store.read() as unit:
        kept = {one.external_id: one for one in unit.customers.present_accounts()}[source]
        assert (kept.name, kept.churned_on) == ("株式会社ビー", None)


def test_a_mapping_table_names_customers_or_accounts(tmp_path: Path) -> None:
    file = tmp_path / "map.csv"
    file.write_text("source,source_id,customer_id,取引先ID\ncrm,1,C-1,\ndesk,2,,A-1\ndesk,3,,\ndesk,4,C-4,A-4\n", encoding="utf-8")
    first, second, empty, both = read_mapping_table(open_table(file, max_bytes=10_000))
    assert (first, second) == (MappedId("crm", "1", "C-1"), MappedId("desk", "2", "A-1", ProfileNoun.ACCOUNT))
    assert isinstance(empty, Rejected)
    assert both == MappedId("desk", "4", "C-4"), "a row that fills both columns maps the customer"


def test_everything_follows_also_what_comes_later_and_undo_gives_each_its_own_back(store: Store, work: PeopleWork) -> None:
    pair = next(one for one in work.proposed(ProfileNoun.ACCOUNT) if one.reasons == (IdentityKind.NAME,))
    done = work.decide(pair.id, accept=True, by="aoki")
    crm, desk = account_id(CRM), account_id(DESK)
    assert (done.kept_id, done.gone_id) == (crm, desk)
    with store.write() as unit:
        assert owners(unit, 1, 2, 3) == [CRM] * 3
        kept = unit.customers.account(crm)
        assert kept is not None
        assert (kept.plan, kept.revenue_per_year) == ("pro", 100.0), "it gets what it lacked, nothing else"
        assert [one.id for one in unit.customers.of_account(crm)] == sorted([customer_id("hana"), customer_id("ken")])
        assert desk not in {one.id for one in unit.customers.present_accounts()}
        unit.feedback.add([said(4, of=DESK), said(5, by="ken"), said(6, by="mia"), said(7, of=CRM)])
        unit.customers.put_customers([member("mia", DESK)])
        unit.kpis.add([KpiObservation(id="ko_2", kpi=Kpi.NPS, value=3, observed_at=NOON, account_id=desk)])
        unit.cases.decide(desk, CaseState.OPEN, note="again", owner=None, due=None, by="aoki", now=NOON)
        assert owners(unit, 4, 5, 6, 7) == [CRM] * 4
        assert unit.feedback.count(FeedbackFilter(account_id=desk)) == 7, "the merged id leads to the account"
        assert len(unit.kpis.find(account_id=desk)) == len(unit.kpis.find(account_id=crm)) == 2
        assert len(unit.cases.steps(crm)) == 2
    work.set_weights(desk, RoleWeights(decider=9), by="aoki")
    with store.read() as unit:
        assert unit.role_weights.get(crm)[1]
    work.undo(done.number, by="mori")
    with store.read() as unit:
        assert owners(unit, 1, 2, 3, 4, 5, 6, 7) == [CRM, CRM, DESK, DESK, DESK, DESK, CRM]
        people = unit.customers.customers([customer_id(name) for name in ("hana", "ken", "mia")])
        assert [one.account_id for one in people.values()].count(desk) == 2
        assert (len(unit.kpis.find(account_id=desk)), len(unit.cases.steps(desk)), unit.cases.steps(crm)) == (2, 2, [])
        kept = unit.customers.account(crm)
        assert kept is not None
        assert kept.plan is None
    with pytest.raises(InputError):
        work.undo(done.number, by="mori")


def test_who_moved_on_to_another_account_since_the_merge_stays_there(store: Store, work: PeopleWork) -> None:
    with store.write() as unit:
        number = merge(unit, CRM, DESK)
        unit.customers.put_customers([member("ken", "B"), member("hana", DESK)])
    work.undo(number, by="mori")
    with store.read() as unit:
        people = unit.customers.customers([customer_id("ken"), customer_id("hana")])
    assert {one.external_id: one.account_id for one in people.values()} == {"ken": account_id("B"), "hana": account_id(DESK)}


@pytest.mark.parametrize("seed", range(4))
def test_in_any_order_of_merges_arrivals_and_undo_each_row_is_where_it_was_said_to_be(store: Store, tmp_path: Path, seed: int) -> None:
    """Why: the truth is simple (who was said to be where, and which merges stand), the bookkeeping of moves is not."""
    chance, names, people = random.Random(seed), "abcdef", ("p", "q", "r")
    belongs: dict[str, str] = {}
    rows: dict[str, tuple[str | None, str | None]] = {}
    work = PeopleWork(store, DirectWriter(store), folder=tmp_path, clock=lambda: NOON)
    standing: list[tuple[int, str, str]] = []

    def kept(name: str) -> str:
        return next((kept(to) for _, to, gone in standing if gone == name), name)

    with store.write() as unit:
        unit.customers.put_accounts([account(name) for name in names])
    for step in range(40):
        what = chance.choice(("comment", "comment", "member", "merge", "undo"))
        with store.write() as unit:
            if what == "comment":
                of, by = chance.choice((*names, None)), chance.choice((*people, None))
                unit.feedback.add([said(step, of=of, by=by)])
                rows[said(step).id] = (of or belongs.get(by or ""), by)
            elif what == "member":
                who, of = chance.choice(people), chance.choice(names)
                unit.customers.put_customers([member(who, of)])
                belongs[who] = of
                rows |= {name: (of, by) for name, (at, by) in rows.items() if at is None and by == who}
            elif what == "merge":
                free = [name for name in names if kept(name) == name]
                if len(free) > 1:
                    to, gone = chance.sample(free, 2)
                    standing.append((merge(unit, to, gone), to, gone))
        if what == "undo" and standing:
            number, to, gone = chance.choice(standing)
            if any(later > number and {to, gone} & set(pair) for later, *pair in standing):
                with pytest.raises(InputError):
                    work.undo(number, by="x")
            else:
                work.undo(number, by="x")
                standing.remove((number, to, gone))
        with store.read() as unit:
            found = {one.id: one.account_id for one in unit.feedback.get_many(list(rows))}
            assert found == {name: account_id(kept(of)) if of else None for name, (of, _) in rows.items()}, (seed, step)
            members = {one.external_id: one.account_id for one in unit.customers.all_customers()}
            assert members == {who: account_id(kept(of)) for who, of in belongs.items()}


@pytest.mark.parametrize(("account_first", "undo_account_first"), itertools.product((True, False), repeat=2))
def test_merges_of_people_and_of_accounts_are_taken_back_in_any_order(store: Store, work: PeopleWork, *, account_first: bool, undo_account_first: bool) -> None:
    """Ken of the help desk's account is also known as k2, who has no account and gets Ken's."""
    def of_people(unit: Unit) -> int:
        return unit.merges.do(customer_id("k2"), customer_id("ken"), noun=ProfileNoun.CUSTOMER, reasons=[IdentityKind.EMAIL], by="a", now=NOON).number

    with store.write() as unit:
        unit.customers.put_customers([member("k2")])
        first, second = ((lambda: merge(unit, CRM, DESK)), (lambda: of_people(unit)))[:: 1 if account_first else -1]
        numbers = [first(), second()][:: 1 if account_first else -1]
        known = unit.customers.customer(customer_id("k2"))
        assert known is not None
        assert known.account_id == account_id(CRM)
    for number in numbers[:: 1 if undo_account_first else -1]:
        work.undo(number, by="b")
    with store.read() as unit:
        people = unit.customers.customers([customer_id("k2"), customer_id("ken")])
        assert {one.external_id: one.account_id for one in people.values()} == {"k2": None, "ken": account_id(DESK)}
        assert owners(unit, 3) == [DESK]


def test_nothing_erased_comes_back_with_an_undo_and_no_move_names_the_person(store: Store, work: PeopleWork) -> None:
    with store.write() as unit:
        unit.kpis.add([KpiObservation(id="ko_9", kpi=Kpi.NPS, value=2, observed_at=NOON, customer_id=customer_id("ken"), account_id=account_id(DESK))])
        number = merge(unit, CRM, DESK)
        person = unit.erasures.person(customer_id("ken"))
        unit.erasures.delete(person)
        noted = set(unit.merges._connection.execute(select(MOVES.c.row_id)).scalars())
        assert not noted & {customer_id("ken"), said(3).id, "ko_9"}
    work.undo(number, by="mori")
    with store.read() as unit:
        assert unit.feedback.get(said(3).id) is None
        assert unit.customers.customer(customer_id("ken")) is None
        assert [one.id for one in unit.kpis.find(account_id=account_id(DESK))] == ["ko_1"]


def test_revenue_is_touched_once_and_experiments_and_populations_follow(store: Store, work: PeopleWork) -> None:
    plan = Plan(title="Faster export", measure=Measure.ISSUE_SHARE, issue_kind=IssueKind.TAG, issue_id="account.login", direction=Direction.DOWN, starts_on=date(2026, 5, 1), population=Population(account_ids=(account_id(DESK),)))
    acting = Acting(store, DirectWriter(store), taxonomy=shipped_taxonomy(), clock=lambda: NOON)
    with store.write() as unit:
        unit.enrichments.add([enrichment(one, tags=("account.login",)) for one in (said(1), said(3))], now=NOON)
        put = [Assignment(experiment="e", subject_id=account_id(name), arm=arm, exposed_on=date(2026, 3, 1)) for name, arm in ((DESK, Arm.TREATMENT), ("B", Arm.CONTROL))]
        unit.actions.assign(put)
    reached, tested = acting.add(plan, by="a"), acting.add(plan.model_copy(update={"population": Population(), "experiment": "e"}), by="a")

    def figures() -> tuple[float | None, int, int]:
        with store.read() as unit:
            rows = unit.voices.find(FeedbackFilter())
            issues = issues_of(rows, unit=unit, taxonomy=shipped_taxonomy(), language="en")
            (touched,) = reach_of(unit, rows, issues=issues).values()
            groups = check_of(unit, reached)[0].series, check_of(unit, tested)[0].series
        return touched.revenue, *(sum(one.n for one in some if one.treated) for some in groups)

    assert figures() == (190.0, 1, 1)
    with store.write() as unit:
        number = merge(unit, CRM, DESK)
    assert figures() == (100.0, 2, 2), "the account that stands for the one of the plan and of the experiment"
    elsewhere = put[0].model_copy(update={"subject_id": account_id(CRM), "arm": Arm.CONTROL})
    with pytest.raises(InputError):
        Acting(store, DirectWriter(store), taxonomy=shipped_taxonomy(), clock=lambda: NOON + timedelta(days=365)).assign([elsewhere])
    work.undo(number, by="b")
    assert figures() == (190.0, 1, 1)


def test_with_a_person_the_notes_of_their_merges_go(store: Store, work: PeopleWork) -> None:
    """Why: SQLite gives numbers of deleted rows again; a later merge must not find the moves of one that is gone."""
    with store.write() as unit:
        unit.customers.put_customers([member("k2")])
        unit.cases.decide(customer_id("ken"), CaseState.HANDLED, note="", owner=None, due=None, by="aoki", now=NOON)
        merged = unit.merges.do(customer_id("k2"), customer_id("ken"), noun=ProfileNoun.CUSTOMER, reasons=[IdentityKind.EMAIL], by="a", now=NOON)
        person = unit.erasures.person(customer_id("k2"))
        foreseen = unit.erasures.count(person)
        assert unit.erasures.delete(person) == foreseen
        noted = unit.merges._connection.execute(select(MOVES.c.row_id).where(MOVES.c.number == merged.number)).scalars()
        assert list(noted) == []

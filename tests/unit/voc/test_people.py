"""Two profiles of one person: found by what they share, merged by people, taken back without a trace; journey stages in SQL as in words."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from pipelines.intake import DirectWriter
from pipelines.merge_proposals import proposed
from pipelines.people import PeopleWork, known_by, map_ids
from pipelines.sources.mapping_table import MappedId
from tests.support.builders import NOON, feedback
from voc.customers import Account, Customer, Role
from voc.errors import InputError, NotFoundError
from voc.feedback import JourneyStage, Source
from voc.filters import FeedbackFilter
from voc.identity import IdentityHasher, IdentityKind, MergeState
from voc.ids import account_id, customer_id
from voc.journey import StageRule, journey_stage, read_stage, stage_of
from voc.kpis import Kpi, KpiObservation
from voc.store import Store
from voc.store.moves import FOLLOWS, STAYS

HASHER = IdentityHasher(b"k" * 32)


def profile(external_id: str, /, **facts: object) -> Customer:
    return Customer(id=customer_id(external_id), external_id=external_id, **facts)  # type: ignore[arg-type]


def said(number: int, who: str, **facts: object) -> object:
    return feedback(f"comment {number}", external_id=str(number), customer_id=customer_id(who), **facts)


def asked(number: int, who: str) -> KpiObservation:
    return KpiObservation(id=f"ko_{number}", kpi=Kpi.NPS, value=7, observed_at=NOON, customer_id=customer_id(who))


@pytest.fixture
def work(store: Store, tmp_path: Path) -> PeopleWork:
    """Hana is heard twice as C-1 and once as z9; both profiles have her e-mail address."""
    people = [profile("C-1", account_id=account_id("A")), profile("z9", name="Hana", role=Role.DECIDER)]
    with store.write() as unit:
        unit.customers.put_customers(people)
        emails = {customer_id("C-1"): "hana@example.com", customer_id("z9"): " Ｈana@Example.com"}
        unit.identities.add(known_by(HASHER, people, emails=emails, source="test"))
        unit.feedback.add([said(1, "C-1"), said(2, "C-1"), said(3, "z9")])  # type: ignore[list-item]
        unit.kpis.add([asked(1, "C-1"), asked(2, "z9")])
    return PeopleWork(store, DirectWriter(store), folder=tmp_path, clock=lambda: NOON)


def counts(store: Store, *names: str) -> list[tuple[int, int]]:
    with store.read() as unit:
        return [
            (unit.feedback.count(FeedbackFilter(customer_id=customer_id(name))), len(unit.kpis.find(customer_id=customer_id(name))))
            for name in names
        ]


def test_profiles_with_one_address_are_proposed_and_nothing_is_merged_by_itself(store: Store, work: PeopleWork) -> None:
    (found,) = work.proposed()
    assert (found.kept_id, found.gone_id, found.reasons) == (customer_id("C-1"), customer_id("z9"), (IdentityKind.EMAIL,))
    assert counts(store, "C-1", "z9") == [(2, 1), (1, 1)]


def test_everything_follows_a_merge_also_what_comes_later_and_undo_gives_each_its_own_back(store: Store, work: PeopleWork) -> None:
    before = counts(store, "C-1", "z9")
    merge = work.decide(work.proposed()[0].id, accept=True, by="aoki")
    with store.write() as unit:
        kept = unit.customers.customer(customer_id("C-1"))
        assert kept is not None
        assert (kept.name, kept.role, kept.account_id) == ("Hana", Role.DECIDER, account_id("A")), "the kept profile gets what it lacked"
        assert [one.external_id for one in unit.customers.find_customers(None, limit=9)] == ["C-1"]
        assert unit.merges.family(customer_id("z9")) == {customer_id("C-1"), customer_id("z9")}
        unit.feedback.add([said(4, "z9")])  # type: ignore[list-item]
        unit.kpis.add([asked(3, "z9")])
    assert work.proposed() == []
    assert counts(store, "C-1") == [(4, 3)]
    assert counts(store, "z9")[0][0] == 4, "the merged id leads to the person"
    with store.read() as unit:
        assert unit.feedback.get(said(4, "z9").id).account_id == account_id("A")  # type: ignore[union-attr, attr-defined]
    undone = work.undo(merge.number, by="mori")
    assert (undone.undone_by, undone.state) == ("mori", MergeState.ACCEPTED)
    assert counts(store, "C-1", "z9") == [before[0], (2, 2)], "what came later under the merged id goes back as well"
    with store.read() as unit:
        kept = unit.customers.customer(customer_id("C-1"))
        assert kept is not None
        assert (kept.name, kept.role) == (None, Role.UNKNOWN)
    assert work.proposed() == [], "a pair that was taken apart is not proposed again"
    with pytest.raises(InputError):
        work.undo(merge.number, by="mori")


def test_a_rejected_pair_stays_two_people(store: Store, work: PeopleWork) -> None:
    pair = work.proposed()[0].id
    assert work.decide(pair, accept=False, by="aoki").state is MergeState.REJECTED
    assert work.proposed() == []
    assert counts(store, "C-1", "z9") == [(2, 1), (1, 1)]
    with pytest.raises(NotFoundError):
        work.decide(pair, accept=True, by="aoki")


def test_a_merge_is_taken_back_only_after_later_ones_of_the_same_people(store: Store, work: PeopleWork) -> None:
    first = work.decide(work.proposed()[0].id, accept=True, by="a")
    with store.write() as unit:
        unit.customers.put_customers([profile("M-7")])
        map_ids(unit, HASHER, [MappedId("crm", "C-1", "M-7")])
    (pair,) = work.proposed()
    assert (pair.kept_id, pair.reasons) == (customer_id("M-7"), (IdentityKind.MAPPING,)), "the mapping table says which one it is"
    second = work.decide(pair.id, accept=True, by="a")
    with store.write() as unit:
        unit.feedback.add([said(9, "z9")])  # type: ignore[list-item]
    assert counts(store, "M-7") == [(4, 2)], "a chain of merges is followed to its end"
    with pytest.raises(InputError):
        work.undo(first.number, by="a")
    work.undo(second.number, by="a")
    work.undo(first.number, by="a")
    assert counts(store, "C-1", "z9", "M-7") == [(2, 1), (2, 1), (0, 0)]


def test_ids_written_differently_are_proposed_and_a_shared_mailbox_is_not(store: Store) -> None:
    people = [profile(name) for name in ("C-77", "c 77", "d1", "d2", "d3", "d4", "d5")]
    with store.write() as unit:
        unit.customers.put_customers(people)
        shared = {customer_id(f"d{n}"): "info@example.com" for n in range(1, 6)}
        unit.identities.add(known_by(HASHER, people, emails=shared, source="test"))
        assert [one.reasons for one in proposed(unit)] == [(IdentityKind.EXTERNAL_ID,)]


def test_no_address_is_kept_as_it_was() -> None:
    (identity,) = [HASHER.email("cu_1", "hana@example.com", source="s")]
    assert "hana" not in identity.model_dump_json()
    assert identity.value != IdentityHasher(b"x" * 32).email("cu_1", "hana@example.com", source="s").value
    for bad in ("hana", "a b@c.d", "a@b", "@x.y", "a@" + "b" * 260 + ".c"):
        with pytest.raises(InputError):
            HASHER.email("cu_1", bad, source="s")


def test_every_column_that_names_a_person_or_an_account_says_whether_its_rows_follow_a_merge() -> None:
    columns = {"customer_id", "account_id", "subject_id", "profile_id"}
    named = {(name, column) for name, one in SQLModel.metadata.tables.items() for column in columns & set(one.columns.keys()) if name not in STAYS}
    assert named == {(str(one.table.name), one.owner) for some in FOLLOWS.values() for one in some.values()}


def test_the_history_says_what_changed_who_said_so_and_when(store: Store) -> None:
    later = NOON + timedelta(days=1)
    with store.write() as unit:
        unit.customers.put_customers([profile("C-1", role=Role.USER)], by="first import", now=NOON)
        unit.customers.put_customers([profile("C-1", role=Role.USER)], by="same again", now=later)
        unit.customers.put_customers([profile("C-1", role=Role.DECIDER, name="Hana")], by="crm", now=later)
        latest, first = unit.profile_history.find(customer_id("C-1"))
    assert (first.new, first.by, first.changes) == (True, "first import", {"role": (None, "user")})
    assert (latest.new, latest.by, latest.at) == (False, "crm", later)
    assert latest.changes == {"role": ("user", "decider"), "name": (None, "Hana")}


def test_the_history_of_attributes_has_them_before_and_after(store: Store) -> None:
    with store.write() as unit:
        unit.customers.put_customers([profile("C-1", attributes={"region": "Kanto"})], by="import", now=NOON)
        unit.customers.put_customers([profile("C-1", attributes={"team": "west"})], by="crm", now=NOON)
        latest, first = unit.profile_history.find(customer_id("C-1"))
    assert first.changes == {"attributes": (None, {"region": "Kanto"})}
    assert (latest.by, latest.changes) == ("crm", {"attributes": ({"region": "Kanto"}, {"region": "Kanto", "team": "west"})})


def test_what_a_merge_fills_in_and_undo_takes_away_stands_in_the_history(store: Store, work: PeopleWork) -> None:
    merge = work.decide(work.proposed()[0].id, accept=True, by="aoki")
    with store.read() as unit:
        kept = unit.customers.customer(customer_id("C-1"))
        (filled,) = unit.profile_history.find(customer_id("C-1"))
        assert unit.profile_history.find(customer_id("z9")) == []
    assert kept is not None
    assert (kept.name, kept.role) == ("Hana", Role.DECIDER)
    assert (filled.new, filled.by, filled.at) == (False, "aoki", NOON)
    assert filled.changes == {"name": (None, "Hana"), "role": ("unknown", "decider")}
    work.undo(merge.number, by="mori")
    with store.read() as unit:
        back = unit.profile_history.find(customer_id("C-1"))[0]
    assert (back.by, back.changes) == ("mori", {"name": ("Hana", None), "role": ("decider", "unknown")})


def test_who_is_erased_takes_their_facts_out_of_the_history_of_who_they_were_merged_with(store: Store, work: PeopleWork) -> None:
    """Why: after undo the other profile is somebody else's, and its history would still hold the erased person's name."""
    with store.write() as unit:
        unit.customers.put_customers([profile("C-1", segment="smb")], by="crm", now=NOON)
    work.undo(work.decide(work.proposed()[0].id, accept=True, by="aoki").number, by="aoki")
    with store.write() as unit:
        assert len(unit.profile_history.find(customer_id("C-1"))) == 3
        person = unit.erasures.person(customer_id("z9"))
        foreseen = unit.erasures.count(person)
        assert foreseen["profile_change"] == 2
        assert unit.erasures.delete(person) == foreseen
        (left,) = unit.profile_history.find(customer_id("C-1"))
    assert left.changes == {"segment": (None, "smb")}


STARTED, LEFT, RENEWS = date(2026, 1, 10), date(2026, 9, 1), date(2026, 7, 1)
DAYS = [STARTED - timedelta(1), STARTED, STARTED + timedelta(89), STARTED + timedelta(90), RENEWS - timedelta(60), RENEWS, RENEWS + timedelta(1),
        LEFT, LEFT + timedelta(1)]  # fmt: skip


def test_sql_tells_the_same_stage_as_the_rules(store: Store) -> None:
    """Why: a filter that counts by other rules than those shown beside a comment is a lie."""
    account = Account(id=account_id("A"), external_id="A", renewal_on=RENEWS, started_on=date(2025, 12, 1))
    people = [profile("dated", started_on=STARTED, churned_on=LEFT), profile("plain"), profile("nobody")]
    accounts = {"dated": account, "plain": account, "nobody": None}
    comments, number = [], 0
    for who in people:
        for day in DAYS:
            for source, given, touchpoint in (
                (Source.SURVEY, None, None), (Source.TICKET, None, "e-mail"), (Source.SURVEY, None, "Ｏnboarding"),
                (Source.TICKET, JourneyStage.AWARENESS, "support"),
            ):  # fmt: skip
                number += 1
                owner = accounts[who.external_id]
                moment = datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)
                facts = {"source": source, "journey_stage": given, "touchpoint": touchpoint, "submitted_at": moment}
                comments.append(said(number, who.external_id, account_id=owner.id if owner else None, **facts))
    comments.append(feedback("nobody known", external_id="x"))
    known = {who.id: who for who in people}
    with store.write() as unit:
        unit.customers.put_accounts([account])
        unit.customers.put_customers(people)
        unit.feedback.add(comments)  # type: ignore[arg-type]
        expected = {
            one.id: stage_of(one, customer=known.get(one.customer_id), account=account if one.account_id else None).stage  # type: ignore[attr-defined]
            for one in comments
        }
        told = {row.feedback_id: row.journey_stage for row in unit.voices.find(FeedbackFilter())}
        assert told == expected
        for stage in JourneyStage:
            wanted = {name for name, found in expected.items() if found is stage}
            assert unit.feedback.ids(FeedbackFilter(journey_stage=stage)) == wanted
    assert set(expected.values()) == set(JourneyStage) - {JourneyStage.PURCHASE}


def test_a_stage_is_told_by_the_first_rule_that_applies_and_never_guessed() -> None:
    def told(**facts: object) -> tuple[JourneyStage, StageRule]:
        values = {"source": Source.SURVEY, "given": None, "touchpoint": None, "customer": None, "account": None} | facts
        found = journey_stage(STARTED, **values)  # type: ignore[arg-type]
        return found.stage, found.rule

    assert told() == (JourneyStage.UNKNOWN, StageRule.NOTHING_KNOWN)
    assert told(source=Source.TICKET) == (JourneyStage.SUPPORT, StageRule.TICKET)
    assert told(given=JourneyStage.RENEWAL, touchpoint="demo") == (JourneyStage.RENEWAL, StageRule.GIVEN)
    assert told(touchpoint="デモ", customer=profile("c", started_on=STARTED)) == (JourneyStage.EVALUATION, StageRule.TOUCHPOINT)
    assert told(touchpoint="email", customer=profile("c", started_on=STARTED)) == (JourneyStage.ONBOARDING, StageRule.FIRST_DAYS)
    assert [read_stage(word) for word in ("比較検討", "Onboarding", "持ち帰り")] == [JourneyStage.EVALUATION, JourneyStage.ONBOARDING, None]


def test_role_and_plan_narrow_and_an_unknown_role_is_nobodys(store: Store) -> None:
    with store.write() as unit:
        unit.customers.put_accounts([Account(id=account_id("A"), external_id="A", plan="Pro")])
        unit.customers.put_customers([profile("d", role=Role.DECIDER, account_id=account_id("A")), profile("u", role=Role.UNKNOWN)])
        unit.feedback.add([said(1, "d"), said(2, "u"), said(3, "stranger"), feedback("nobody", external_id="4")])  # type: ignore[list-item]
        count = unit.feedback.count
        assert (count(FeedbackFilter(role=Role.DECIDER)), count(FeedbackFilter(role=Role.UNKNOWN))) == (1, 3)
        assert (count(FeedbackFilter(plan="Pro")), count(FeedbackFilter(plan="Free"))) == (1, 0)
        assert unit.feedback.facets()["plan"] == ["Pro"]

"""What people decide, in both databases: merges, cases, actions, audits, groups and looks are kept, read back and taken back alike."""

from datetime import date, timedelta

from pipelines.known_by_email import link
from pipelines.merge_proposals import proposed
from pipelines.people import known_by
from tests.support.builders import NOON, customer, enrichment, feedback
from voc.account_room import RoleWeights
from voc.actions import Action, Arm, Assignment, Direction, Measure, Plan
from voc.cases import CaseState
from voc.customers import Account, Customer, Role
from voc.emerging import Emerging, EmergingLook
from voc.feedback import JourneyStage, Source
from voc.filters import FeedbackFilter
from voc.identity import IdentityHasher, IdentityKind, held_name
from voc.ids import account_id, customer_id
from voc.kpis import Kpi, KpiObservation
from voc.profile_history import ProfileNoun
from voc.store import Store
from voc.topics import Topic, TopicAssignment, TopicGroup

HASHER = IdentityHasher(b"k" * 32)


def people(store: Store) -> tuple[Customer, Customer]:
    """Hana is heard as C-1 and as z9; both profiles have one e-mail address, and a case stands on the second."""
    one = Customer(id=customer("C-1"), external_id="C-1", account_id=account_id("A"))
    other = Customer(id=customer("z9"), external_id="z9", name="Hana", role=Role.DECIDER)
    mails = {one.id: "hana@example.com", other.id: "Hana@example.com"}
    said = [feedback(f"export {n}", external_id=str(n), customer_id=(one if n % 2 else other).id) for n in range(4)]
    with store.write() as unit:
        unit.customers.put_accounts([Account(id=account_id("A"), external_id="A", plan="pro", renewal_on=date(2026, 4, 20))], by="t", now=NOON)
        unit.customers.put_customers([one, other], by="t", now=NOON)
        unit.identities.add(known_by(HASHER, [one, other], emails=mails, source="test"))
        unit.feedback.add(said)
        unit.enrichments.add([enrichment(comment) for comment in said], now=NOON)
        unit.kpis.add([KpiObservation(id="ko_1", kpi=Kpi.NPS, value=7, observed_at=NOON, customer_id=other.id)])
        unit.cases.decide(other.id, CaseState.HANDLED, note="called", owner=None, due=None, by="aoki", now=NOON)
    return one, other


def belongings(store: Store, name: str) -> tuple[int, int, bool]:
    with store.read() as unit:
        said = unit.feedback.count(FeedbackFilter(ids=unit.feedback.ids(FeedbackFilter(customer_id=name))))
        return said, len(unit.kpis.find(customer_id=name)), unit.cases.get(name) is not None


def test_a_merge_takes_everything_along_and_gives_each_its_own_back(any_store: Store) -> None:
    one, other = people(any_store)
    before = [belongings(any_store, who.id) for who in (one, other)]
    with any_store.write() as unit:
        (pair,) = proposed(unit)
        merge = unit.merges.do(one.id, other.id, noun=pair.noun, reasons=pair.reasons, by="aoki", now=NOON)
        unit.feedback.add([feedback("later", external_id="later", customer_id=other.id)])
        assert unit.merges.family(one.id) == {one.id, other.id}
        assert [found.id for found in unit.customers.present_customers()] == [one.id]
        assert [(who.name, who.role) for who in unit.customers.customers([one.id]).values()] == [("Hana", Role.DECIDER)]
    assert belongings(any_store, one.id) == (5, 1, True)
    with any_store.write() as unit:
        unit.merges.undo(merge, by="mori", now=NOON)
        assert unit.merges.revision() == (1, 1)
    assert [belongings(any_store, who.id) for who in (one, other)] == [before[0], (3, 1, True)]
    with any_store.write() as unit:
        assert proposed(unit) == []
        unit.merges.reject(one.id, customer("x"), noun=pair.noun, reasons=[IdentityKind.MAPPING], by="aoki", now=NOON)
        assert unit.merges.revision() == (2, 1)


def test_accounts_are_merged_with_all_that_is_theirs_and_taken_apart(any_store: Store) -> None:
    one, other = people(any_store)
    kept, gone = account_id("A"), account_id("desk-a")
    with any_store.write() as unit:
        unit.customers.put_accounts([Account(id=kept, external_id="A", name="株式会社甲乙"), Account(id=gone, external_id="desk-a", name="甲乙㈱", region="kanto")])
        unit.customers.put_customers([Customer(id=other.id, external_id="z9", account_id=gone)], by="t", now=NOON)
        unit.cases.decide(gone, CaseState.OPEN, note="", owner=None, due=None, by="aoki", now=NOON)
        (pair,) = proposed(unit, ProfileNoun.ACCOUNT)
        assert (pair.kept_id, pair.gone_id, pair.reasons) == (kept, gone, (IdentityKind.NAME,))
        merge = unit.merges.do(kept, gone, noun=pair.noun, reasons=pair.reasons, by="aoki", now=NOON)
        unit.feedback.add([feedback("later", external_id="later", customer_id=other.id), feedback("also", external_id="also", account_id=gone)])
        unit.customers.put_customers([Customer(id=customer("new"), external_id="new", account_id=gone)], by="t", now=NOON)
        assert [unit.feedback.count(FeedbackFilter(account_id=name)) for name in (kept, gone)] == [6, 6]
        assert [who.id for who in unit.customers.of_account(kept)] == sorted([one.id, other.id, customer("new")])
        assert (unit.customers.counts()["accounts"], [found.region for found in unit.customers.present_accounts()]) == (1, ["kanto"])
        assert (len(unit.cases.steps(kept)), len(unit.kpis.find(account_id=gone))) == (1, 1)
        assert unit.merges.find(noun=ProfileNoun.CUSTOMER) == []
    with any_store.write() as unit:
        unit.merges.undo(merge, by="mori", now=NOON)
        assert [unit.feedback.count(FeedbackFilter(account_id=name)) for name in (kept, gone)] == [2, 4]
        assert [who.id for who in unit.customers.of_account(kept)] == [one.id]
        assert [found.region for found in unit.customers.accounts([kept, gone]).values() if found.region] == ["kanto"]
        assert (len(unit.cases.steps(gone)), unit.kpis.find(account_id=kept)) == (1, [])
        assert proposed(unit, ProfileNoun.ACCOUNT) == []


def test_what_is_held_under_an_address_belongs_to_the_profile_that_has_it(any_store: Store) -> None:
    identity = HASHER.email("", "kenji@example.com", source="test")
    held = customer_id(held_name(identity.value))
    with any_store.write() as unit:
        link(unit, [identity.model_copy(update={"profile_id": held})], now=NOON)
        unit.feedback.add([feedback(customer_id=held)])
        unit.customers.put_customers([Customer(id=customer("C-2"), external_id="C-2")])
        link(unit, [identity.model_copy(update={"profile_id": customer("C-2")})], now=NOON)
    assert belongings(any_store, customer("C-2"))[0] == 1


def test_profiles_keep_their_history_and_roles_their_weights(any_store: Store) -> None:
    one, _ = people(any_store)
    with any_store.write() as unit:
        before = unit.profile_history.revision()
        unit.customers.put_customers([Customer(id=one.id, external_id="C-1", role=Role.BUYER)], by="crm", now=NOON)
        assert unit.profile_history.revision() == before + 1
        assert unit.profile_history.find(one.id)[0].changes == {"role": ("unknown", "buyer")}
        unit.role_weights.put(account_id("A"), RoleWeights(decider=5), by="aoki", now=NOON)
        assert unit.role_weights.get(account_id("A")) == (RoleWeights(decider=5), True)
        unit.role_weights.remove(account_id("A"))
        assert unit.role_weights.find() == {}


def test_journey_stage_role_and_plan_narrow(any_store: Store) -> None:
    one, other = people(any_store)
    with any_store.write() as unit:
        unit.feedback.add([feedback("ticket", external_id="t", customer_id=one.id, source=Source.TICKET)])
        assert unit.feedback.count(FeedbackFilter(journey_stage=JourneyStage.RENEWAL)) == 3
        assert unit.feedback.count(FeedbackFilter(role=Role.DECIDER)) == unit.feedback.count(FeedbackFilter(customer_id=other.id)) == 2
        assert unit.feedback.count(FeedbackFilter(plan="pro")) == 3
        assert {row.journey_stage for row in unit.voices.find(FeedbackFilter(customer_id=one.id))} == {JourneyStage.RENEWAL}
        assert sorted({said.role for said in unit.said.find()}) == [Role.DECIDER, Role.UNKNOWN]


def test_a_case_is_decided_and_taken_back(any_store: Store) -> None:
    _, other = people(any_store)
    with any_store.write() as unit:
        later = unit.cases.decide(other.id, CaseState.SNOOZED, note="", owner="mori", due=date(2026, 5, 1), by="mori", now=NOON)
        assert [step.state for step in unit.cases.steps(other.id)] == [CaseState.SNOOZED, CaseState.HANDLED]
        back = unit.cases.undo(later.number, by="mori", now=NOON)
        assert (back is not None, back and back.state, back and back.note) == (True, CaseState.HANDLED, "called")
        assert [name for name, _ in unit.cases.latest(limit=5)] == [other.id, other.id]


def test_an_action_keeps_its_plan_its_changes_and_who_was_put_where(any_store: Store) -> None:
    plan = Plan(title="Faster export", measure=Measure.NPS, direction=Direction.UP, starts_on=date(2026, 5, 1), experiment="e1")
    action = Action(id="act_1", plan=plan, retrospective=False, created_by="aoki", created_at=NOON)
    put = [Assignment(experiment="e1", subject_id=customer(name), arm=arm, exposed_on=date(2026, 5, 1)) for name, arm in (("a", Arm.CONTROL), ("b", Arm.TREATMENT))]
    with any_store.write() as unit:
        unit.actions.assign(put)
        unit.actions.assign([put[0].model_copy(update={"arm": Arm.TREATMENT})])
        unit.actions.add(action)
        unit.actions.replace(action.model_copy(update={"owner": "mori"}), by="mori", now=NOON, changes={"owner": ("", "mori")})
        assert unit.actions.experiments() == {"e1": {"treatment": 2}}
        assert [(one.plan, one.owner) for one in unit.actions.find()] == [(plan, "mori")]
        assert [edit.changes for edit in unit.actions.edits("act_1")] == [{"owner": ("", "mori")}]


def test_an_audit_answer_stands_beside_what_the_model_said(any_store: Store) -> None:
    said = [feedback(f"login fails {n}", external_id=str(n)) for n in range(3)]
    with any_store.write() as unit:
        unit.feedback.add(said)
        unit.enrichments.add([enrichment(one, tags=("account.login",)) for one in said], now=NOON)
        unit.audits.put(said[0].id, drawn_for="account.login", tags=["billing.invoice"], by="aoki", now=NOON)
        unit.audits.put(said[0].id, drawn_for="account.login", tags=None, by="aoki", now=NOON + timedelta(hours=1))
        unit.audits.put(said[1].id, drawn_for=None, tags=[], by="aoki", now=NOON)
        assert unit.audits.revision() == (2, NOON + timedelta(hours=1))
        assert {one.feedback_id: one.tags for one in unit.audits.find()} == {said[0].id: None, said[1].id: frozenset()}
        assert sorted(unit.audits.readable()) == sorted(unit.audits.predicted()) == sorted(one.id for one in said)
        assert unit.audits.remove(said[0].id)
        assert not unit.audits.remove(said[0].id)


def test_groups_of_topics_and_looks_for_emerging_ones_read_back(any_store: Store) -> None:
    said = feedback()
    seen = Emerging(topic_id="tp_1", since=date(2026, 4, 1), days=2, count=9, expected=1.5, chance=0.001, first_seen=date(2026, 3, 1), new=True)
    with any_store.write() as unit:
        unit.feedback.add([said])
        unit.enrichments.add([enrichment(said)], now=NOON)
        unit.topic_groups.put([TopicGroup(id="tg_1", name="Exports")])
        centre = enrichment(said).sentences[0].vector
        unit.topics.put([Topic(id="tp_1", name="slow", keywords=(), example_ids=(), size=0, centroid=centre, group_id="tg_1", group_by_person=True)])
        unit.topics.assign([TopicAssignment(sentence_id=f"{said.id}.0", topic_id="tp_1", similarity=0.9, by_person=True)])
        assert [(one.group_id, one.group_by_person, one.size) for one in unit.topics.find()] == [("tg_1", True, 1)]
        unit.topic_groups.remove(["tg_1"])
        assert unit.topic_groups.find() == {}
        for tested in (3, 4):
            unit.looks.put(EmergingLook(day=date(2026, 4, 2), tested=tested, found=(seen,)))
        unit.looks.put(EmergingLook(day=date(2026, 4, 1), tested=9))
        assert unit.looks.latest() == EmergingLook(day=date(2026, 4, 2), tested=4, found=(seen,))

"""What every database must do alike: the same table of rules for SQLite and PostgreSQL."""

from datetime import date, timedelta

import pytest

from tests.support.builders import NOON, STAMP, customer, enrichment, feedback, vector
from voc.alerts import Alert, AlertState
from voc.customers import Account, Customer, Role
from voc.drivers import Driver, DriverState, Issue, IssueKind
from voc.enrichment import Intent, Urgency
from voc.errors import NotFoundError
from voc.feedback import Language
from voc.filters import Cursor, FeedbackFilter
from voc.ids import account_id
from voc.keys import Scope
from voc.kpis import Kpi, KpiObservation, Score
from voc.sentiment import SentimentLabel
from voc.store import Store
from voc.store.feedback import Outcome
from voc.topics import Topic, TopicAssignment, TopicRun

VERSION = STAMP.version


def test_a_comment_reads_back_as_it_was_stored(any_store: Store) -> None:
    comment = feedback("髙﨑さんの𠮷野家、が👨‍👩‍👧 ①﻿㍿", scores=(Score(kpi=Kpi.NPS, value=3),), metadata={"列": "値"}, language=Language.JA)
    with any_store.write() as unit:
        assert unit.feedback.add([comment]) == [Outcome.NEW]
    with any_store.read() as unit:
        assert unit.feedback.get(comment.id) == comment
        assert [(o.kpi, o.value) for o in unit.kpis.find(feedback_id=comment.id)] == [(Kpi.NPS, 3)]


def test_the_same_comment_again_is_a_repeat_and_other_words_under_its_key_are_refused(any_store: Store) -> None:
    first, again = feedback("A"), feedback("A")
    other = feedback("B")
    with any_store.write() as unit:
        assert unit.feedback.add([first, again, other]) == [Outcome.NEW, Outcome.DUPLICATE, Outcome.KEY_REUSED]
    with any_store.write() as unit:
        assert unit.feedback.add([other, again]) == [Outcome.KEY_REUSED, Outcome.DUPLICATE]
    with any_store.read() as unit:
        assert unit.feedback.get(first.id) == first
        assert unit.feedback.count(FeedbackFilter()) == 1


def test_a_failed_transaction_leaves_no_trace(any_store: Store) -> None:
    with pytest.raises(ZeroDivisionError), any_store.write() as unit:
        unit.feedback.add([feedback()])
        raise ZeroDivisionError
    with any_store.read() as unit:
        assert unit.feedback.count(FeedbackFilter()) == 0


def test_paging_shows_every_comment_once_newest_first(any_store: Store) -> None:
    comments = [feedback(f"c{n}", external_id=str(n), submitted_at=NOON + timedelta(days=n // 3)) for n in range(10)]
    seen: list[str] = []
    with any_store.write() as unit:
        unit.feedback.add(comments)
    with any_store.read() as unit:
        cursor = None
        while page := unit.feedback.find(FeedbackFilter(), limit=3, cursor=cursor):
            seen += [comment.id for comment in page]
            cursor = Cursor(submitted_at=page[-1].submitted_at, id=page[-1].id)
    assert seen == [c.id for c in sorted(comments, key=lambda c: (c.submitted_at, c.id), reverse=True)]


def test_work_is_what_lacks_a_result_and_a_claim_counts_the_attempt_first(any_store: Store) -> None:
    comments = [feedback(f"c{n}", external_id=str(n)) for n in range(3)]
    with any_store.write() as unit:
        unit.feedback.add(comments)
    with any_store.write() as unit:
        claimed = unit.pending.waiting(VERSION, limit=2)
        unit.pending.tried([c.id for c in claimed], VERSION, now=NOON)
    assert len(claimed) == 2
    with any_store.write() as unit:
        unit.enrichments.add([enrichment(c) for c in comments if c.id == claimed[0].id], now=NOON)
        assert unit.pending.count(VERSION) == 2
    with any_store.write() as unit:
        fresh = unit.pending.waiting(VERSION, limit=5)
        assert [c.id for c in fresh] == [c.id for c in comments if c.id not in {x.id for x in claimed}], "never-tried comments come first"
        unit.pending.tried([c.id for c in fresh], VERSION, now=NOON)
    with any_store.write() as unit:
        assert len(unit.pending.waiting(VERSION, limit=5)) == 1, "a comment tried without a result comes alone"


@pytest.mark.parametrize("any_store", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_two_workers_never_hold_the_same_comment_and_a_dead_one_gives_its_free(any_store: Store) -> None:
    with any_store.write() as unit:
        unit.feedback.add([feedback(f"c{n}", external_id=str(n)) for n in range(6)])
    with any_store.claiming() as first, first.reading() as mine, any_store.claiming() as second, second.reading() as theirs:
        ours = {comment.id for comment in mine.pending.waiting(VERSION, limit=4)}
        others = {comment.id for comment in theirs.pending.waiting(VERSION, limit=4)}
        assert (len(ours), len(others)) == (4, 2)
        assert not ours & others
    with any_store.claiming() as third, third.reading() as unit:
        assert len(unit.pending.waiting(VERSION, limit=10)) == 6


def test_a_new_model_version_makes_everything_wait_again_and_history_stays(any_store: Store) -> None:
    comment = feedback()
    with any_store.write() as unit:
        unit.feedback.add([comment])
        unit.enrichments.add([enrichment(comment, score=-0.8)], now=NOON)
        assert unit.pending.count(VERSION) == 0
        assert unit.pending.count("mv_next") == 1
        later = STAMP.model_copy(update={"version": "mv_next"})
        unit.enrichments.add([enrichment(comment, score=0.9, stamp=later)], now=NOON + timedelta(hours=1))
    with any_store.read() as unit:
        found = unit.enrichments.get(comment.id)
        assert found is not None
        assert found.sentiment.label is SentimentLabel.POSITIVE
        assert [version for version, _ in unit.enrichments.history(comment.id)] == [VERSION, "mv_next"]
        assert len(found.sentences) == 1


def test_a_second_result_for_the_same_version_is_ignored(any_store: Store) -> None:
    comment = feedback()
    with any_store.write() as unit:
        unit.feedback.add([comment])
        unit.enrichments.add([enrichment(comment, score=-0.8)], now=NOON)
        unit.enrichments.add([enrichment(comment, score=0.8)], now=NOON)
        assert unit.enrichments.get(comment.id).sentiment.score == -0.8  # type: ignore[union-attr]


def test_a_buried_comment_waits_no_longer_until_it_is_requeued(any_store: Store) -> None:
    comment = feedback()
    with any_store.write() as unit:
        unit.feedback.add([comment])
        unit.pending.tried([comment.id], VERSION, now=NOON)
        assert unit.pending.failed(comment.id, VERSION, reason="model_crashed", crashed=True, now=NOON) == (1, 1)
        unit.pending.bury(comment.id, VERSION)
        assert unit.pending.count(VERSION) == 0
        assert [letter.reason for letter in unit.pending.dead()] == ["model_crashed"]
        assert unit.pending.requeue() == 1
        assert unit.pending.count(VERSION) == 1
        assert unit.pending.dead_count() == 0


def test_every_filter_narrows(any_store: Store) -> None:
    ja = feedback("請求書が分かりにくい", external_id="ja", language=Language.JA, segment="Business", customer_id=customer("c1"))
    en = feedback("Great 100% _tool_", external_id="en", submitted_at=NOON + timedelta(days=3))
    copy = feedback("Great 100% _tool_", external_id="copy", submitted_at=NOON + timedelta(days=4))
    with any_store.write() as unit:
        unit.feedback.add([ja, en, copy])
        unit.enrichments.add([enrichment(ja, tags=("billing.invoice",)), enrichment(en, score=0.9)], now=NOON)
        unit.feedback.compared(bands={ja.id: (1, 2), en.id: (3,), copy.id: (3,)}, duplicate_of={copy.id: en.id})
    cases = {
        "language": (FeedbackFilter(language=Language.JA), {ja.id}),
        "sentiment": (FeedbackFilter(sentiment=SentimentLabel.POSITIVE), {en.id}),
        "tag": (FeedbackFilter(tag="billing.invoice"), {ja.id}),
        "segment": (FeedbackFilter(segment="Business"), {ja.id}),
        "customer": (FeedbackFilter(customer_id=customer("c1")), {ja.id}),
        "since": (FeedbackFilter(since=NOON + timedelta(days=4)), {copy.id}),
        "until": (FeedbackFilter(until=NOON + timedelta(days=1)), {ja.id}),
        "text taken literally": (FeedbackFilter(text="100% _t"), {en.id, copy.id}),
        "no repeats": (FeedbackFilter(duplicates=False), {ja.id, en.id}),
        "not analysed": (FeedbackFilter(analysed=False), {copy.id}),
        "analysed": (FeedbackFilter(analysed=True, intent=Intent.COMPLAINT, urgency=Urgency.NONE), {ja.id, en.id}),
    }
    with any_store.read() as unit:
        for name, (wanted, expected) in cases.items():
            assert {c.id for c in unit.feedback.find(wanted, limit=10)} == expected, name
            assert unit.feedback.count(wanted) == len(expected), name
            assert unit.feedback.ids(wanted) == expected, name
            originals = expected - {copy.id}
            assert {voice.feedback_id for voice in unit.voices.find(wanted)} == originals, name
        assert unit.feedback.sharing_bands([3, 99]) == {3: sorted([en.id, copy.id])}


def test_profiles_change_only_where_something_was_given(any_store: Store) -> None:
    person = Customer(id=customer("c1"), external_id="c1", name="佐藤", role=Role.DECIDER, attributes={"a": "1"})
    with any_store.write() as unit:
        unit.feedback.add([feedback(customer_id=customer("c1"))])
        assert unit.customers.put_customers([person]) == {"new": 1, "changed": 0, "same": 0}
        assert unit.customers.put_customers([person]) == {"new": 0, "changed": 0, "same": 1}
        later = Customer(id=customer("c1"), external_id="c1", account_id=account_id("a1"), attributes={"b": "2"})
        assert unit.customers.put_customers([later])["changed"] == 1
        assert unit.customers.put_accounts([Account(id=account_id("a1"), external_id="a1", renewal_on=date(2026, 11, 30))])["new"] == 1
        stored = unit.customers.customer(customer("c1"))
        assert stored is not None
        assert (stored.name, stored.role, stored.account_id) == ("佐藤", Role.DECIDER, account_id("a1"))
        assert stored.attributes == {"a": "1", "b": "2"}
        assert unit.feedback.count(FeedbackFilter(account_id=account_id("a1"))) == 1, "what the customer said belongs to the account now"


def test_kpi_observations_are_added_once(any_store: Store) -> None:
    seen = KpiObservation(id="ko_1", kpi=Kpi.CSAT, value=4, observed_at=NOON, customer_id=customer("c1"))
    with any_store.write() as unit:
        assert unit.kpis.add([seen, seen]) == {"new": 1, "duplicate": 1}
        assert unit.kpis.add([seen]) == {"new": 0, "duplicate": 1}
        assert unit.kpis.find(kpi=Kpi.CSAT) == [seen]


def test_topics_voices_and_quotes_of_the_current_run(any_store: Store) -> None:
    comments = [feedback(f"The export number {n} is slow", external_id=str(n), account_id=account_id(f"a{n}")) for n in range(3)]
    run = TopicRun(
        id="tr_1",
        model_version=VERSION,
        topics=(Topic(id="tp_1", name="export", keywords=("export",), example_ids=(f"{comments[0].id}.0",), size=2, centroid=vector(1)),),
        assignments=tuple(
            TopicAssignment(sentence_id=f"{c.id}.0", topic_id="tp_1" if n < 2 else None, similarity=0.9 - n / 10) for n, c in enumerate(comments)
        ),
        parameters={"seed": "1"},
    )
    with any_store.write() as unit:
        unit.feedback.add(comments)
        unit.enrichments.add([enrichment(c, seed=n, tags=("output.export",)) for n, c in enumerate(comments)], now=NOON)
        unit.topics.put(run.topics)
        unit.topics.assign(run.assignments[:1])
        unit.topics.assign(run.assignments)
        unit.topics.add_run(run, encoder="e/1", now=NOON)
        unit.topics.add_run(run, encoder="e/1", now=NOON)
    with any_store.read() as unit:
        assert unit.topics.unassigned().share == pytest.approx(1 / 3)
        assert unit.topics.find() == list(run.topics)
        assert unit.topics.get("tp_1") == run.topics[0]
        assert (unit.topics.current_run() or {})["sentences"] == 3
        voices = {voice.feedback_id: voice for voice in unit.voices.find(FeedbackFilter())}
        assert voices[comments[0].id].issue_keys == {"topic:tp_1", "tag:output.export"}
        assert voices[comments[2].id].complained_keys == {"tag:output.export"}
        quotes = unit.quotes.of_issue(Issue(kind=IssueKind.TOPIC, id="tp_1", name="export"), limit=5)
        assert [quote.feedback_id for quote in quotes] == [comments[0].id, comments[1].id]
        assert {c.id for c in unit.feedback.find(FeedbackFilter(topic="none"), limit=5)} == {comments[2].id}
        ids, matrix = unit.enrichments.vectors()
        assert len(ids) == 3
        assert matrix.shape == (3, 384)


def test_drivers_are_replaced_and_keep_their_order(any_store: Store) -> None:
    def driver(name: str) -> Driver:
        issue = Issue(kind=IssueKind.TAG, id=name, name=name)
        return Driver(kpi=Kpi.NPS, issue=issue, volume=1, share=0.1, n=1, n_with=1, clusters_with=1, state=DriverState.NOT_ENOUGH)

    with any_store.write() as unit:
        unit.drivers.replace(Kpi.NPS, [driver("b"), driver("a")], run_id="r1")
        unit.drivers.replace(Kpi.NPS, [driver("c"), driver("a")], run_id="r2")
        assert [d.issue.id for d in unit.drivers.find(Kpi.NPS)] == ["c", "a"]
        assert list(unit.drivers.of_issue(IssueKind.TAG, "a")) == [Kpi.NPS]


def test_an_alert_keeps_the_state_people_gave_it(any_store: Store) -> None:
    alert = Alert(
        id="al_1", rule_id="r", issue_kind=IssueKind.TAG, issue_id="x", issue_name="X", accounts=5, threshold=5,
        window_from=NOON, window_to=NOON, evidence=("fb_1",),
    )  # fmt: skip
    with any_store.write() as unit:
        assert unit.alerts.put([alert]) == 1
        unit.alerts.set_state("al_1", AlertState.ACKNOWLEDGED, note="known", by="kim", now=NOON)
        assert unit.alerts.put([alert.model_copy(update={"accounts": 7})]) == 0
        stored = unit.alerts.get("al_1")
        assert stored is not None
        assert (stored.accounts, stored.state, stored.changed_by) == (7, AlertState.ACKNOWLEDGED, "kim")
        with pytest.raises(NotFoundError):
            unit.alerts.set_state("al_2", AlertState.CLOSED, note="", by="kim", now=NOON)


def test_a_key_opens_until_it_is_revoked_and_its_secret_is_not_kept(any_store: Store) -> None:
    with any_store.write() as unit:
        key, secret = unit.keys.create("survey tool", scopes={Scope.INGEST}, now=NOON)
    with any_store.write() as unit:
        found = unit.keys.of_secret(secret)
        assert found is not None
        assert found.scopes == {Scope.INGEST}
        assert unit.keys.of_secret(secret + "x") is None
        unit.keys.revoke(key.id, now=NOON)
        assert unit.keys.of_secret(secret) is None
        assert secret not in str(unit.keys.find())


def test_an_idempotency_key_belongs_to_its_scope(any_store: Store) -> None:
    comment = feedback()
    with any_store.write() as unit:
        unit.feedback.add([comment])
        unit.feedback.remember_key(scope="key_a", key="k", feedback=comment)
        assert unit.feedback.key_used(scope="key_a", key="k") == (comment.id, comment.content_hash)
        assert unit.feedback.key_used(scope="key_b", key="k") is None

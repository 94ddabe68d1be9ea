"""What every database must do alike: the same table of rules for SQLite and PostgreSQL."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, text

from models.search_words import SearchWordReader
from tests.support.builders import NOON, STAMP, customer, enrichment, feedback, vector
from voc.alerts import Alert, AlertState
from voc.customers import Account, Customer, Role
from voc.drivers import Driver, DriverState, Issue, IssueKind
from voc.enrichment import Intent, ModelStamp, Urgency
from voc.errors import NotFoundError
from voc.feedback import Language
from voc.filters import Cursor, FeedbackFilter
from voc.ids import account_id
from voc.keys import Scope
from voc.kpis import Kpi, KpiObservation, Score
from voc.search import SearchWords
from voc.sentiment import SentimentLabel
from voc.settings import DatabaseSettings
from voc.store import Store, open_store
from voc.store.feedback import Outcome
from voc.tag_learning import LearntTags, TagQuality
from voc.taxonomy import Bilingual, Tag, Taxonomy
from voc.topics import Topic, TopicAssignment, TopicRun

VERSION = STAMP.version


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        opened = open_store(tmp_path / "data", DatabaseSettings())
    else:
        address = request.getfixturevalue("postgres_server")
        engine = create_engine(address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
        opened = open_store(tmp_path, DatabaseSettings(url=SecretStr(address)))
    yield opened
    opened.close()


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
        assert unit.topics.add(run, now=NOON)
        unit.topics.assign(run.id, run.assignments[:1])
        assert unit.topics.find() == [], "a run that is not complete is seen by nobody"
        assert unit.topics.add(run, now=NOON), "a run that was stopped is completed"
        unit.topics.assign(run.id, run.assignments)
        unit.topics.make_current(run.id)
        assert not unit.topics.add(run, now=NOON)
    with any_store.read() as unit:
        assert unit.topics.unassigned_share() == pytest.approx(1 / 3)
        assert unit.topics.count_runs() == 1
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


READER = SearchWordReader()


def indexed(store: Store, texts: dict[str, str], *, stamp: ModelStamp = STAMP) -> dict[str, str]:
    """Store comments with results, so that they are in the full-text index; return their ids."""
    comments = {name: feedback(text, external_id=name, language=Language.EN if text.isascii() else Language.JA) for name, text in texts.items()}
    with store.write() as unit:
        unit.feedback.add(list(comments.values()))
        unit.enrichments.add(
            [enrichment(c, stamp=stamp, score=-0.8, words=forms) for c, forms in zip(comments.values(), READER.words(list(texts.values())), strict=True)], now=NOON
        )
    return {comment.id: name for name, comment in comments.items()}


def test_words_are_found_in_both_languages_and_the_better_match_comes_first(any_store: Store) -> None:
    names = indexed(
        any_store,
        {
            "ja": "ログインできません",
            "en": "I cannot log in",
            "both": "ログインが遅い。ログインできない。",
            "slow": "とにかくおそい",
            "none": "the login-free log of in and out",
            "other": "対応が丁寧",
        },
    )

    def found(query: str, among: FeedbackFilter = FeedbackFilter(), limit: int = 10) -> list[str]:  # noqa: B008  # a frozen value
        with any_store.read() as unit:
            return [names[name] for name in unit.search.find(READER.query(query), among=among, limit=limit)]

    assert {"ja", "en", "both"} <= set(found("login")) == set(found("ログイン")) == set(found("log in"))
    assert set(found("遅い")) == {"both", "slow"}
    assert found("遅い ログイン")[0] == "both"
    assert found("ご対応") == ["other"]
    assert set(found("ログイン", FeedbackFilter(language=Language.EN))) == {"en", "none"}
    assert found("ログイン", FeedbackFilter(sentiment=SentimentLabel.POSITIVE)) == []
    assert found("ログイン", FeedbackFilter(language=Language.JA), limit=1) == ["both"]
    assert found("支払い") == found("the of") == []


def test_a_new_result_takes_the_place_of_the_old_entry_and_a_removed_comment_is_gone(any_store: Store) -> None:
    names = indexed(any_store, {"a": "ログイン", "b": "遅い"})
    identifier = next(iter(names))
    newer = enrichment(feedback("ログイン", external_id="a"), stamp=ModelStamp(version="mv_next", outputs={}), words=("別",))
    with any_store.write() as unit:
        unit.enrichments.add([newer], now=NOON)
    with any_store.read() as unit:
        assert unit.search.count() == 2
        assert unit.search.find(READER.query("ログイン"), among=FeedbackFilter(), limit=5) == []
        assert unit.search.find(READER.query("別"), among=FeedbackFilter(), limit=5) == [identifier]
    with any_store.write() as unit:
        unit.search.remove([identifier, "no such comment"])
    with any_store.read() as unit:
        assert unit.search.find(READER.query("別"), among=FeedbackFilter(), limit=5) == []
        assert unit.search.count() == 1


def test_as_much_as_a_query_can_hold_is_looked_for(any_store: Store) -> None:
    """Why: both databases bound how deep an expression may be."""
    names = indexed(any_store, {"a": "word1 and word31", "b": "nothing of it"})
    most = SearchWords(units=tuple(tuple((f"word{unit}", f"then{other}") for other in range(20)) + ((f"word{unit}",),) for unit in range(32)))
    with any_store.read() as unit:
        assert [names[name] for name in unit.search.find(most, among=FeedbackFilter(), limit=5)] == ["a"]
        assert unit.search.find(SearchWords(units=most.units[:8]), among=FeedbackFilter(), limit=5) != []


def test_an_entry_stands_or_falls_with_its_result(any_store: Store) -> None:
    comment = feedback("ログイン")
    with any_store.write() as unit:
        unit.feedback.add([comment])
    with pytest.raises(ZeroDivisionError), any_store.write() as unit:
        unit.enrichments.add([enrichment(comment, words=("ログイン",))], now=NOON)
        raise ZeroDivisionError
    with any_store.read() as unit:
        assert unit.search.count() == 0


@pytest.mark.parametrize(
    "text",
    ['"', "'", "''", '"NEAR(a b, 3)" OR x*', "^a", "words:x", "a AND NOT b", "a & !b | (c <-> d):*", "\\", "%_", "\x00", "\ud800", "; DROP TABLE feedback", "あ" * 9_999, "a " * 50_000],
    ids=lambda text: ascii(text[:12]),
)
def test_no_query_and_no_text_is_an_error(any_store: Store, text: str) -> None:
    indexed(any_store, {"a": text.encode("utf-8", "replace").decode().replace("\x00", ""), "b": "plain words"})
    with any_store.read() as unit:
        assert len(unit.search.find(READER.query(text), among=FeedbackFilter(duplicates=False), limit=5)) <= 2


def own_taxonomy(name: str = "branches", *ids: str) -> Taxonomy:
    texts = {tag: Bilingual(en=tag, ja=f"{tag}の件") for tag in ids or ("queue", "parking")}
    return Taxonomy(name=name, version="1", tags=tuple(Tag(id=tag, large=t, middle=t, small=t) for tag, t in texts.items()))


def learnt(taxonomy: Taxonomy, version: str) -> LearntTags:
    quality = (TagQuality(tag="queue", n=5, precision=0.8, recall=None, needs_more=True),)
    return LearntTags(
        taxonomy=taxonomy, version=version, encoder="test/1", weights=bytes(range(256)), config={"slope": 1.5}, quality=quality
    )


def test_a_taxonomy_takes_the_place_of_the_one_of_its_name(any_store: Store) -> None:
    with any_store.write() as unit:
        assert unit.taxonomies.put(own_taxonomy(), now=NOON)
        assert not unit.taxonomies.put(own_taxonomy("branches", "toilets"), now=NOON)
        unit.taxonomies.put(own_taxonomy("app"), now=NOON)
    with any_store.read() as unit:
        assert [taxonomy.name for taxonomy in unit.taxonomies.find()] == ["app", "branches"]
        assert unit.taxonomies.get("branches") == own_taxonomy("branches", "toilets")
        with pytest.raises(NotFoundError):
            unit.taxonomies.get("none")


def test_one_learnt_taxonomy_is_in_use_and_earlier_ones_stay_on_record(any_store: Store) -> None:
    first, second = learnt(own_taxonomy(), "a"), learnt(own_taxonomy("app"), "b")
    with any_store.write() as unit:
        assert unit.taxonomies.active() is None
        assert unit.taxonomies.active_version() is None
        unit.taxonomies.activate(first, now=NOON)
        unit.taxonomies.activate(second, now=NOON + timedelta(hours=1))
    with any_store.read() as unit:
        assert unit.taxonomies.active() == second
        assert unit.taxonomies.active_version() == second.stamp == "app-b"
        assert unit.taxonomies.learnt("branches") == (first, NOON)
    with any_store.write() as unit:
        unit.taxonomies.activate(first, now=NOON + timedelta(hours=2))
        assert unit.taxonomies.active() == first


def test_a_correction_overrides_the_model_at_once_and_a_later_one_reverses_it(any_store: Store) -> None:
    """Why: what a person said must not be lost when the models read the comment again."""
    comment = feedback()
    with any_store.write() as unit:
        unit.feedback.add([comment])
        unit.enrichments.add([enrichment(comment, tags=("billing.invoice",))], now=NOON)
        unit.corrections.add(comment.id, add=["account.login"], remove=["billing.invoice"], by="Sato", now=NOON)

    def shown() -> tuple[list[str], list[str]]:
        with any_store.read() as unit:
            found = unit.enrichments.get(comment.id)
            assert found is not None
            tags = ("account.login", "billing.invoice")
            return [tag.tag for tag in found.tags], [tag for tag in tags if unit.feedback.count(FeedbackFilter(tag=tag))]

    assert shown() == (["account.login"], ["account.login"])
    with any_store.write() as unit:
        later = STAMP.model_copy(update={"version": "mv_next"})
        unit.enrichments.add([enrichment(comment, tags=("billing.invoice",), stamp=later)], now=NOON + timedelta(hours=1))
    assert shown() == (["account.login"], ["account.login"])
    with any_store.write() as unit:
        unit.corrections.add(comment.id, add=["billing.invoice"], remove=["account.login"], by="Ito", now=NOON + timedelta(hours=2))
    assert shown() == (["billing.invoice"], ["billing.invoice"])
    with any_store.read() as unit:
        assert [(one.tag, one.given, one.by) for one in unit.corrections.history(comment.id)] == [
            ("account.login", True, "Sato"),
            ("billing.invoice", False, "Sato"),
            ("billing.invoice", True, "Ito"),
            ("account.login", False, "Ito"),
        ]
        assert unit.corrections.examples() == [(comment.verbatim, {"account.login": False, "billing.invoice": True})]


def test_a_comment_can_be_corrected_before_the_models_have_read_it(any_store: Store) -> None:
    comment = feedback()
    with any_store.write() as unit:
        unit.feedback.add([comment])
        unit.corrections.add(comment.id, add=["account.login"], remove=[], by="Sato", now=NOON)
        unit.enrichments.add([enrichment(comment)], now=NOON)
        assert unit.feedback.count(FeedbackFilter(tag="account.login")) == 1

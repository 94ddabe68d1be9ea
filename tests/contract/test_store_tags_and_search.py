"""What both databases promise of tags of one's own, corrections and the words of search; the rest stands in ``test_store_contract``."""

from datetime import timedelta

import pytest

from models.search_words import SearchWordReader
from tests.support.builders import NOON, STAMP, enrichment, feedback
from voc.enrichment import ModelStamp
from voc.errors import NotFoundError
from voc.feedback import Language
from voc.filters import FeedbackFilter
from voc.search import SearchWords
from voc.sentiment import SentimentLabel
from voc.store import Store
from voc.tag_learning import LearntTags, TagQuality
from voc.taxonomy import Bilingual, Tag, Taxonomy

VERSION = STAMP.version



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


def test_one_learnt_taxonomy_of_a_users_own_is_in_use_and_the_others_stay_on_record(any_store: Store) -> None:
    first, second = learnt(own_taxonomy(), "a"), learnt(own_taxonomy("app"), "b")
    with any_store.write() as unit:
        assert unit.taxonomies.active() == unit.taxonomies.active_stamps() == ()
        unit.taxonomies.activate(first, now=NOON)
        unit.taxonomies.activate(second, now=NOON + timedelta(hours=1))
    with any_store.read() as unit:
        assert unit.taxonomies.active() == (second,)
        assert unit.taxonomies.active_stamps() == (second.stamp,) == ("app-b",)
        assert unit.taxonomies.learnt("branches") == (first, NOON)
    with any_store.write() as unit:
        unit.taxonomies.activate(first, now=NOON + timedelta(hours=2))
        assert unit.taxonomies.active() == (first,)


def test_what_the_shipped_tags_learnt_is_in_use_beside_a_users_own_until_it_is_forgotten(any_store: Store) -> None:
    own, shipped = learnt(own_taxonomy(), "a"), learnt(own_taxonomy("cx"), "b")
    with any_store.write() as unit:
        unit.taxonomies.activate(own, now=NOON)
        unit.taxonomies.activate(shipped, now=NOON)
        assert unit.taxonomies.active() == (shipped, own)
        assert unit.taxonomies.forget("cx")
        assert not unit.taxonomies.forget("cx")
        assert unit.taxonomies.active() == (own,)
        assert unit.taxonomies.learnt("cx") is None


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
        (example,) = unit.corrections.examples()
        assert (example.verbatim, example.said) == (comment.verbatim, {"account.login": False, "billing.invoice": True})
        assert example.tags == {"billing.invoice"}
        assert unit.corrections.count_comments({"account.login"}) == 1
        assert unit.corrections.count_comments({"support.speed"}) == 0


def test_results_stand_again_when_their_models_come_back(any_store: Store) -> None:
    """Why: whoever went back to earlier tags had every comment waiting for ever, for the result on record was taken for nothing new."""
    comment = feedback()
    later = STAMP.model_copy(update={"version": "mv_next"})
    with any_store.write() as unit:
        unit.feedback.add([comment])
        unit.enrichments.add([enrichment(comment, tags=("billing.invoice",))], now=NOON)
        unit.enrichments.add([enrichment(comment, tags=("support.speed",), stamp=later)], now=NOON)
        unit.corrections.add(comment.id, add=["account.login"], remove=["billing.invoice"], by="Sato", now=NOON)
        unit.enrichments.add([enrichment(comment, tags=("billing.invoice",))] * 2, now=NOON)
    with any_store.read() as unit:
        found = unit.enrichments.get(comment.id)
        assert found is not None
        assert found.model.version == VERSION
        assert unit.pending.count(VERSION) == 0
        assert [tag.tag for tag in found.tags] == ["account.login"]
        tags = ("account.login", "billing.invoice", "support.speed")
        assert [tag for tag in tags if unit.feedback.count(FeedbackFilter(tag=tag))] == ["account.login"]


def test_a_comment_can_be_corrected_before_the_models_have_read_it(any_store: Store) -> None:
    comment = feedback()
    with any_store.write() as unit:
        unit.feedback.add([comment])
        unit.corrections.add(comment.id, add=["account.login"], remove=[], by="Sato", now=NOON)
        unit.enrichments.add([enrichment(comment)], now=NOON)
        assert unit.feedback.count(FeedbackFilter(tag="account.login")) == 1

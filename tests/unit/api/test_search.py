"""Search over HTTP: words and meaning together, why a comment was found, and queries of any kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.app import Running, running

TEXTS = {
    "ja": "ログインできません。パスワードを何度入れても駄目です。",
    "en": "I cannot log in since Monday.",
    "late": "ご対応がいつも遅くて困っています。",
    "kana": "返事がおそい。",
    "praise": "The new dashboard is great.",
}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(Path(tmp_path_factory.mktemp("search"))) as found:
        for name, text in TEXTS.items():
            found.post("/v1/feedback", {"text": text, "external_id": name, "segment": "smb" if name == "en" else "enterprise"})
        found.work()
        yield found


def search(app: Running, query: str, **body: object) -> list[tuple[str, list[str]]]:
    """Return the id at the sender and the matched words of each hit."""
    answer = app.post("/v1/search", {"query": query, **body})
    assert answer.status_code == 200, answer.text
    return [
        (hit["feedback"]["external_id"], [hit["feedback"]["text"][place["start"] : place["end"]] for place in hit["matched"]])
        for hit in answer.json()["data"]
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("ログイン", {"ja": ["ログイン"], "en": ["log in"]}),
        ("login", {"ja": ["ログイン"], "en": ["log in"]}),
        ("おそい", {"late": ["遅く"], "kana": ["おそい"]}),
        ("遅い", {"late": ["遅く"], "kana": ["おそい"]}),
        ("対応", {"late": ["対応"]}),
    ],
)
def test_comments_with_the_words_come_first_and_say_which(said: Running, query: str, found: dict[str, list[str]]) -> None:
    hits = search(said, query)
    assert dict(hits[: len(found)]) == found
    assert all(words == [] for _, words in hits[len(found) :])


def test_a_filter_holds_for_words_and_meaning_alike(said: Running) -> None:
    assert [name for name, _ in search(said, "ログイン", filters={"segment": "smb"})] == ["en"]
    assert search(said, "ログイン", filters={"segment": "nobody"}) == []


@pytest.mark.parametrize("query", ['"', "the of", "は", "* ^ NEAR(a b)", "a AND", "'; DROP TABLE feedback; --", "\\", "%", "😀", "a & | ! <->", "x" * 1_000])
def test_any_query_is_answered(said: Running, query: str) -> None:
    assert {name for name, _ in search(said, query)} <= set(TEXTS)


@pytest.mark.parametrize("raw", [b'{"query": "\\ud800 login"}', b'{"query": "' + b"a" * 100_000 + b'"}', b'{"query": " "}'])
def test_what_cannot_be_looked_for_is_refused_and_is_no_fault(said: Running, raw: bytes) -> None:
    answer = said.client.post("/v1/search", content=raw, headers=said.key() | {"content-type": "application/json"})
    assert answer.status_code in {200, 400, 413, 422}


def test_similar_comments_share_words_across_languages(said: Running) -> None:
    identifier = said.post("/v1/search", {"query": "ログイン", "limit": 1, "filters": {"language": "ja"}}).json()["data"][0]["feedback"]["id"]
    near = said.get(f"/v1/feedback/{identifier}/similar", limit=1).json()["data"]
    assert near[0]["feedback"]["external_id"] == "en"
    assert near[0]["matched"]


def test_without_models_words_still_find_on_the_page(said: Running) -> None:
    said.child.down = True
    try:
        assert [hit.places for hit in said.service.search_words("おそい", wanted=_everything(), limit=5)]
        assert said.post("/v1/search", {"query": "おそい"}).status_code == 503
    finally:
        said.child.down = False


def _everything():
    from voc.filters import FeedbackFilter

    return FeedbackFilter()

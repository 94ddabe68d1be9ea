"""What is read back: lists, figures, people, traces, search."""

import pytest

from api.narrowing import Narrowing
from tests.support.app import Running
from voc.filters import FeedbackFilter


def test_every_condition_of_the_filter_can_be_given() -> None:
    assert set(Narrowing.model_fields) == set(FeedbackFilter.model_fields) - {"ids"}


def test_a_list_is_paged_newest_first_without_gap_or_repeat(filled: Running) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        page = filled.get("/v1/feedback", limit=7, **({"cursor": cursor} if cursor else {})).json()
        seen += [item["id"] for item in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    moments = [filled.get(f"/v1/feedback/{identifier}").json()["submitted_at"] for identifier in seen]
    assert len(seen) == len(set(seen)) == filled.get("/v1/feedback/count").json()["count"] == 40
    assert moments == sorted(moments, reverse=True)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"sentiment": "negative"}, 20),
        ({"tag": "account.login"}, 20),
        ({"segment": "enterprise"}, 14),
        ({"customer_id": "c3"}, 2),
        ({"account_id": "a1"}, 4),
        ({"text": "report"}, 20),
        ({"since": "2026-10-01"}, 4),
        ({"since": "2026-01-01T00:00:00+09:00", "until": "2026-02-01T00:00:00+09:00"}, 4),
        ({"until": "2031-01-01"}, 40),
        ({"text": "100%_"}, 0),
        ({"analysed": "false"}, 0),
        ({"topic": "none"}, 20),
    ],
)
def test_conditions_narrow(filled: Running, query: dict[str, str], count: int) -> None:
    assert filled.get("/v1/feedback/count", **query).json()["count"] == count


@pytest.mark.parametrize(
    "query",
    [
        {"colour": "red"},
        {"source": "pigeon"},
        {"since": "soon"},
        {"limit": 0},
        {"limit": 201},
        {"limit": "many"},
        {"cursor": "x"},
        {"cursor": "eyJ0IjoxfQ"},
        {"cursor": "W10"},
        {"cursor": "é"},
        {"cursor": "eyJ0IjoiMDAwMS0wMS0wMVQwMDowMDowMCsxNDowMCIsImkiOiJhIn0"},
        {"analysed": "perhaps"},
        {"text": "x" * 201},
        {"segment": "a\x00"},
        {"customer_id": "x" * 501},
        {"ids": "fb_1"},
    ],
)
@pytest.mark.parametrize("path", ["/v1/feedback", "/v1/topics", "/v1/tags"])
def test_a_condition_that_cannot_be_used_is_refused(filled: Running, path: str, query: dict[str, str]) -> None:
    """Why: ignoring it would answer over too many comments."""
    answer = filled.get(path, **query)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_filter")


@pytest.mark.parametrize("attack", ["' OR 1=1 --", "%' ; DROP TABLE feedback; --", "*", "NEAR(", "^", "\\", '"', "a" * 200])
@pytest.mark.parametrize("name", ["text", "segment", "topic", "tag", "source_name", "product"])
def test_words_of_a_query_language_are_only_words(filled: Running, name: str, attack: str) -> None:
    assert filled.get("/v1/feedback/count", **{name: attack}).json()["count"] == 0


def test_a_comment_says_what_it_says(filled: Running) -> None:
    found = filled.get("/v1/feedback", tag="account.login", limit=1).json()["data"][0]
    said = found["analysis"]
    assert (said["sentiment"]["label"], said["intent"], said["tags"][0]["tag"]) == ("negative", "complaint", "account.login")
    sentence = said["sentences"][0]
    assert "log in" in found["text"][sentence["start"] : sentence["end"]]
    assert sentence["topic"].startswith("tp_")
    assert said["model"]["version"].startswith("mv_")


def test_topics_have_volume_share_trend_mood_and_drivers(filled: Running) -> None:
    page = filled.get("/v1/topics").json()
    (topic,) = page["data"]
    assert (topic["volume"], topic["total"], topic["share"], topic["accounts"]) == (20, 40, 0.5, 5)
    assert sum(month["count"] for month in topic["trend"]) == 20
    assert topic["sentiment"]["negative"] == 20
    assert topic["drivers"]["nps"]["n"] == 40
    assert page["run"]["model_version"] == "fake/1"
    detail = filled.get(f"/v1/topics/{topic['id']}").json()
    assert detail["quotes"][0]["text"]
    listed = filled.get(f"/v1/topics/{topic['id']}/feedback", limit=50).json()["data"]
    assert len(listed) == 20
    assert filled.get("/v1/topics/tp_none").status_code == filled.get("/v1/topics/tp_none/feedback").status_code == 404


def test_tags_carry_both_languages_and_a_name_in_the_readers(filled: Running) -> None:
    english = filled.get("/v1/tags").json()["data"][0]
    japanese = filled.client.get("/v1/tags", headers=filled.key() | {"Accept-Language": "ja"}).json()["data"][0]
    assert (english["id"], english["name"], japanese["name"]) == ("account.login", "Cannot sign in", "ログインできない")
    assert english["small"] == {"en": "Cannot sign in", "ja": "ログインできない"}


def test_figures_of_a_part_are_computed_over_that_part(filled: Running) -> None:
    (topic,) = filled.get("/v1/topics", segment="enterprise").json()["data"]
    assert topic["total"] == 14
    assert topic["drivers"]["nps"]["n"] == 14


def test_drivers_are_listed_for_a_kpi(filled: Running) -> None:
    found = filled.get("/v1/drivers", kpi="nps").json()["data"]
    assert {driver["issue"]["kind"] for driver in found} == {"tag", "topic", "aspect"}
    assert filled.get("/v1/drivers").json()["code"] == filled.get("/v1/drivers", kpi="mood").json()["code"] == "bad_filter"


def test_a_trace_names_every_stage_with_model_version_and_time(filled: Running) -> None:
    identifier = filled.get("/v1/feedback", tag="account.login", limit=1).json()["data"][0]["id"]
    stages = {stage["stage"]: stage for stage in filled.get(f"/v1/feedback/{identifier}/trace").json()["stages"]}
    assert list(stages) == ["ingest", "enrich", "discover", "link", "explain", "act"]
    assert stages["enrich"]["model"]["sentiment"] == "fake/1"
    assert stages["enrich"]["version"].startswith("mv_")
    assert stages["discover"]["result"]["sentences"][0]["name"] == "log in"
    assert stages["link"]["result"]["kpis"]["nps"]["value"] <= 4
    assert {issue["kind"] for issue in stages["explain"]["result"]["issues"]} == {"tag", "topic", "aspect"}
    assert all(stages[name]["at"] for name in ("ingest", "enrich", "discover"))


def test_search_finds_by_words_and_meaning_and_keeps_to_the_filters(filled: Running) -> None:
    found = filled.post("/v1/search", {"query": "cannot log in", "limit": 5}).json()["data"]
    assert len(found) == 5
    assert all("log in" in hit["feedback"]["text"] for hit in found)
    assert all("log in" in [hit["feedback"]["text"][place["start"] : place["end"]] for place in hit["matched"]] for hit in found)
    few = filled.post("/v1/search", {"query": "cannot log in", "limit": 5, "filters": {"customer_id": "c3"}}).json()["data"]
    assert len(few) == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"query": ""}, "bad_query"),
        ({"query": "x" * 1_001}, "bad_query"),
        ({}, "bad_query"),
        ([], "bad_query"),
        ({"query": "x", "filters": {"colour": 1}}, "bad_filter"),
        ({"query": "x", "limit": 201}, "bad_value"),
    ],
)
def test_a_search_that_cannot_be_used_is_refused(filled: Running, body: object, code: str) -> None:
    answer = filled.post("/v1/search", body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_neighbours_are_the_most_alike_and_never_itself(filled: Running) -> None:
    identifier = filled.get("/v1/feedback", tag="account.login", limit=1).json()["data"][0]["id"]
    found = filled.get(f"/v1/feedback/{identifier}/similar", limit=3).json()["data"]
    assert len(found) == 3
    assert identifier not in [hit["feedback"]["id"] for hit in found]


def test_a_customer_heard_without_a_profile_has_a_time_line(filled: Running) -> None:
    found = filled.get("/v1/customers/c3").json()
    assert found["profile"] is None
    assert found["standing"]["comments"] == 2
    assert [entry["at"] for entry in found["time_line"]] == sorted((entry["at"] for entry in found["time_line"]), reverse=True)
    assert {entry["kind"] for entry in found["time_line"]} == {"feedback", "kpi"}
    assert filled.get("/v1/customers/nobody").status_code == 404

"""Topics over HTTP: edits with preview, history and undo; proposals and how they are decided."""

from datetime import date
from typing import Any

import pytest

from tests.support.app import Running
from tests.support.builders import vector
from voc.emerging import Emerging, EmergingLook
from voc.keys import Scope
from voc.topics import Proposal, ProposalKind, ProposedPart, Topic, TopicState

TEXTS = ["The login fails.", "I cannot log in at all.", "Login is broken again.", "The invoice is slow.", "An invoice came twice.", "My invoice is broken."]


@pytest.fixture
def topics(api: Running) -> dict[str, str]:
    for text in TEXTS:
        api.post("/v1/feedback", {"text": text, "external_id": text})
    api.work()
    return {topic["name"]: topic["id"] for topic in api.get("/v1/topics").json()["data"]}


def propose(api: Running, topic_id: str, members: tuple[str, ...]) -> Proposal:
    part = Topic(id="tp_part", name="codes", keywords=("code",), example_ids=members[:1], size=1, centroid=vector(1))
    with api.service.store.write() as unit:
        run = unit.topics.current_run()
        assert run is not None
        made = Proposal(
            id="pr_1", run_id=run["id"], kind=ProposalKind.SPLIT, topic_ids=(topic_id,),
            parts=(ProposedPart(topic=part, sentence_ids=members[:1]),), size=3,
        )  # fmt: skip
        unit.proposals.replace_open([made])
    return made


def members(api: Running, topic_id: str) -> tuple[str, ...]:
    with api.service.store.read() as unit:
        return tuple(unit.topics.members([topic_id])[topic_id])


def by_id(api: Running) -> dict[str, Any]:
    return {topic["id"]: without_addresses(topic) for topic in api.get("/v1/topics").json()["data"]}


def without_addresses(value: Any) -> Any:
    """Leave out the addresses of numbers, which say after which edit these were read."""
    if isinstance(value, dict):
        return {name: without_addresses(part) for name, part in value.items() if name != "figure"}
    return [without_addresses(part) for part in value] if isinstance(value, list) else value


def test_a_rename_shows_everywhere_and_outlives_a_fit(api: Running, topics: dict[str, str]) -> None:
    target = next(iter(topics.values()))
    answer = api.post(f"/v1/topics/{target}/rename", {"name": "サインインできない", "by": "Sato"}).json()
    assert (answer["kind"], answer["after"][0]["named_by"]) == ("rename", "Sato")
    api.service.runner.topics.keep_up("fake/1", _silent(), fit=True)
    assert by_id(api)[target]["name"] == "サインインできない"
    assert by_id(api)[target]["named_by"] == "Sato"


def _silent() -> Any:
    from pipelines.progress import SilentProgress

    return SilentProgress()


def test_a_merge_is_previewed_done_and_taken_back(api: Running, topics: dict[str, str]) -> None:
    first, second = list(topics.values())[:2]
    before = by_id(api)
    seen = api.post(f"/v1/topics/{first}/merge", {"topic_ids": [second], "preview": True}).json()
    assert seen["edit"] is None
    assert by_id(api) == before
    done = api.post(f"/v1/topics/{first}/merge", {"topic_ids": [second]}).json()
    assert done["moved"] == seen["moved"] == len(members(api, first)) - done["before"][0]["size"]
    assert second not in by_id(api)
    history = api.get(f"/v1/topics/{second}/history").json()["data"]
    assert [(edit["kind"], edit["edit"]) for edit in history] == [("merge", done["edit"])]
    undone = api.post(f"/v1/topics/{first}/undo", {}).json()
    assert undone["undone_by"]
    assert by_id(api) == before
    assert api.post(f"/v1/topics/{first}/undo", {}).status_code == 404


def test_a_topic_is_split_moved_pinned_and_hidden(api: Running, topics: dict[str, str]) -> None:
    first, second = list(topics.values())[:2]
    some = list(members(api, first))[:1]
    made = api.post(f"/v1/topics/{first}/split", {"sentence_ids": some, "name": "codes"}).json()["after"][1]
    assert (made["size"], made["parents"]) == (1, [first])
    assert api.post(f"/v1/topics/{second}/move", {"sentence_ids": some}).json()["moved"] == 1
    assert api.post(f"/v1/topics/{second}/remove", {"sentence_ids": some}).json()["moved"] == 1
    assert not set(some) & set(members(api, first) + members(api, second))
    assert api.post(f"/v1/topics/{second}/undo", {}).json()
    assert some[0] in members(api, second)
    assert api.post(f"/v1/topics/{second}/pin", {"on": True}).json()["after"][0]["pinned"]
    assert api.post(f"/v1/topics/{second}/pin", {"on": True}).status_code in {400, 422}, "it is pinned already"
    api.post(f"/v1/topics/{second}/exclude", {})
    assert second not in by_id(api)
    api.post(f"/v1/topics/{second}/exclude", {"on": False})
    assert second in by_id(api)


def test_a_preview_tells_every_count_as_it_is_and_would_be(api: Running, topics: dict[str, str]) -> None:
    first, second = list(topics.values())[:2]
    some = list(members(api, first))[:1]
    sizes = [len(members(api, name)) for name in (first, second)]
    body: dict[str, Any] = {"sentence_ids": some, "preview": True}
    moved = api.post(f"/v1/topics/{second}/move", body).json()
    counts = {one["topic_id"]: (one["before"]["sentences"], one["after"]["sentences"]) for one in moved["effects"]}
    assert counts == {first: (sizes[0], sizes[0] - 1), second: (sizes[1], sizes[1] + 1)}
    assert {one["before"]["comments"] - one["after"]["comments"] for one in moved["effects"]} == {1, -1}, "each comment is one sentence"
    out = api.post(f"/v1/topics/{first}/remove", body).json()["effects"][-1]
    assert (out["topic_id"], out["after"]["sentences"] - out["before"]["sentences"], out["after"]["comments"]) == (None, 1, None)
    assert api.post(f"/v1/topics/{first}/pin", {}).json()["effects"] == [], "it is done"


def test_a_proposal_is_shown_with_sentences_accepted_and_taken_back(api: Running, topics: dict[str, str]) -> None:
    target = next(iter(topics.values()))
    propose(api, target, members(api, target))
    shown = api.get("/v1/runs/latest/proposals").json()["data"][0]
    assert (shown["kind"], shown["state"], shown["topics"][0]["id"], len(shown["parts"][0]["examples"])) == ("split", "open", target, 1)
    body = {"proposal_id": "pr_1", "decision": "accept", "name": "コードが届かない"}
    seen = api.post("/v1/runs/latest/decisions", body | {"preview": True}).json()
    assert (seen["proposal"]["state"], seen["change"]["edit"]) == ("open", None)
    done = api.post("/v1/runs/latest/decisions", body).json()
    assert (done["proposal"]["state"], done["change"]["moved"]) == ("accepted", 1)
    assert by_id(api)["tp_part"]["name"] == "コードが届かない"
    assert api.post("/v1/runs/latest/decisions", body).status_code in {400, 409, 422}
    api.post(f"/v1/topics/{target}/undo", {"edit": done["change"]["edit"]})
    assert "tp_part" not in by_id(api)


def test_a_rejected_proposal_changes_nothing(api: Running, topics: dict[str, str]) -> None:
    target = next(iter(topics.values()))
    before = by_id(api)
    propose(api, target, members(api, target))
    answer = api.post("/v1/runs/latest/decisions", {"proposal_id": "pr_1", "decision": "reject"}).json()
    assert (answer["proposal"]["state"], answer["change"]) == ("rejected", None)
    assert by_id(api) == before


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("rename", {"name": ""}), ("rename", {}), ("merge", {"topic_ids": []}), ("merge", {"topic_ids": ["tp_none"]}),
        ("split", {"sentence_ids": ["fb_x.0"], "name": "n"}), ("move", {"sentence_ids": ["fb_x.0"]}), ("move", {"sentence_ids": ["nonsense"]}),
        ("pin", {"on": "maybe"}), ("undo", {"edit": 99}), ("undo", {"edit": 0}),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_and_changes_nothing(api: Running, topics: dict[str, str], path: str, body: dict[str, Any]) -> None:
    before = by_id(api)
    answer = api.post(f"/v1/topics/{next(iter(topics.values()))}/{path}", body)
    assert answer.status_code in {400, 404, 422}
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert by_id(api) == before


def test_only_who_may_act_changes_topics(api: Running, topics: dict[str, str]) -> None:
    target = next(iter(topics.values()))
    assert api.post(f"/v1/topics/{target}/rename", {"name": "x"}, scope=Scope.READ).status_code == 403
    assert api.post("/v1/runs/latest/decisions", {"proposal_id": "p", "decision": "accept"}, scope=Scope.READ).status_code == 403
    assert api.get("/v1/runs/latest/proposals", scope=Scope.READ).status_code == 200
    assert api.get("/v1/runs/none/proposals").status_code == 404
    assert api.post("/v1/topics/tp_none/rename", {"name": "x"}).status_code == 404


def test_a_reader_decides_and_edits_on_the_pages(api: Running, topics: dict[str, str]) -> None:
    target = next(iter(topics.values()))
    propose(api, target, members(api, target))
    api.client.post("/login", data={"key": api.secrets[Scope.ADMIN]})
    page = api.client.get("/proposals?lang=ja").text
    assert 'data-key="a"' in page
    assert "分割" in page
    assert api.client.post("/proposals/pr_1/accept", data={"name": "コード"}, follow_redirects=False).status_code == 303
    assert "コード" in api.client.get("/issues/topic/tp_part?lang=ja").text
    assert "コード" in api.client.get("/issues?kind=topic&lang=ja").text
    history = api.client.get("/proposals?lang=en").text
    assert "/topic-edits/1/undo" in history
    api.client.post("/topic-edits/1/undo", data={"next": "/proposals"})
    assert "tp_part" not in by_id(api)
    assert api.client.post(f"/issues/topic/{target}/rename", data={"name": "<b>x</b>", "confirmed": "1"}, follow_redirects=False).status_code == 303
    shown = api.client.get(f"/issues/topic/{target}?lang=en").text
    assert "&lt;b&gt;x&lt;/b&gt;" in shown
    assert "<b>x</b>" not in shown
    other = next(topic for topic in topics.values() if topic != target)
    api.client.post(f"/issues/topic/{target}/merge", data={"other": other, "confirmed": "1"})
    assert f"/issues/topic/{target}" in api.client.get(f"/issues/topic/{other}?lang=en").text, "a merged topic leads to where it went"
    api.client.post(f"/issues/topic/{target}/pin", data={"on": "1", "confirmed": "1"})
    api.client.post(f"/issues/topic/{target}/exclude", data={"on": "1", "confirmed": "1"})
    assert by_id(api) == {}


def test_who_may_only_read_sees_no_buttons_and_changes_nothing(api: Running, topics: dict[str, str]) -> None:
    target = next(iter(topics.values()))
    propose(api, target, members(api, target))
    api.client.post("/login", data={"key": api.secrets[Scope.READ]})
    assert "/accept" not in api.client.get("/proposals?lang=en").text
    assert api.client.post("/proposals/pr_1/accept").status_code == 403
    assert api.client.post(f"/issues/topic/{target}/rename", data={"name": "x"}).status_code == 403


def test_an_edit_is_taken_back_only_from_a_topic_it_touched_and_a_merged_id_leads_on(api: Running, topics: dict[str, str]) -> None:
    first, second = list(topics.values())[:2]
    renamed = api.post(f"/v1/topics/{first}/rename", {"name": "one"}).json()["edit"]
    assert api.post(f"/v1/topics/{second}/undo", {"edit": renamed}).status_code == 404
    assert by_id(api)[first]["name"] == "one"
    api.post(f"/v1/topics/{first}/merge", {"topic_ids": [second]})
    assert [api.get(f"/v1/topics/{second}").json()[name] for name in ("id", "state", "leads_to")] == [second, "merged", first]
    assert len(api.get(f"/v1/topics/{second}/feedback").json()["data"]) == len(TEXTS)


def test_a_topic_that_is_no_issue_answers_with_its_state_and_its_page_opens(api: Running, topics: dict[str, str]) -> None:
    first, second = list(topics.values())[:2]
    volume = by_id(api)[first]["volume"]
    api.client.post("/login", data={"key": api.secrets[Scope.ADMIN]})
    api.post(f"/v1/topics/{first}/exclude", {})
    detail = api.get(f"/v1/topics/{first}").json()
    assert (detail["state"], detail["volume"], detail["leads_to"]) == ("excluded", volume, first)
    page = api.client.get(f"/issues/topic/{first}?lang=en").text
    assert f'data-count="{volume}"' in page
    assert "Hidden" in page
    with api.service.store.write() as unit:
        found = unit.topics.get(second)
        assert found is not None
        unit.topics.put([found.model_copy(update={"state": TopicState.RETIRED})])
    assert api.get(f"/v1/topics/{second}").json()["state"] == "retired"
    assert api.client.get(f"/issues/topic/{second}?lang=ja").status_code == 200
    assert api.get(f"/v1/topics/{second}", language="ja").json()["volume"] == 0, "no comment matches: nothing is said of it"


def test_a_topic_becomes_a_tag_is_learnt_and_taken_back(api: Running, topics: dict[str, str]) -> None:
    first, second = list(topics.values())[:2]
    body = {"taxonomy": "mine", "tag": "sign-in", "name": "サインインできない"}
    seen = api.post(f"/v1/topics/{first}/promote", body | {"preview": True}).json()
    assert (seen["edit"], seen["tag"]["made"], seen["tag"]["examples"]) == (None, True, seen["before"][0]["size"])
    assert [one["name"] for one in api.get("/v1/taxonomies").json()["data"] if not one["shipped"]] == []
    done = api.post(f"/v1/topics/{first}/promote", body).json()
    assert (done["kind"], done["after"][0]["state"], done["tag"]["name"]["ja"]) == ("promote", "tagged", "サインインできない")
    assert first not in by_id(api), "it is listed once"
    assert api.get(f"/v1/topics/{first}").json()["tag"] == "sign-in"
    assert api.post(f"/v1/topics/{second}/promote", body).status_code in {400, 422}, "the tag is there already"
    assert api.post(f"/v1/topics/{second}/absorb", {"taxonomy": "mine", "tag": "none"}).status_code in {400, 404, 422}
    assert api.post(f"/v1/topics/{second}/absorb", {"taxonomy": "mine", "tag": "sign-in"}).json()["kind"] == "absorb"
    assert api.post("/v1/taxonomies/mine/learn", {}).status_code == 200, "its sentences are examples enough"
    assert by_id(api) == {}
    api.post(f"/v1/topics/{second}/undo", {})
    assert api.post(f"/v1/topics/{first}/undo", {}).json()["tag"]["tag"] == "sign-in"
    assert set(by_id(api)) == {first, second}
    assert [one["name"] for one in api.get("/v1/taxonomies").json()["data"] if not one["shipped"]] == []


def test_a_reader_makes_a_topic_a_tag_on_its_page(api: Running, topics: dict[str, str]) -> None:
    first, second = list(topics.values())[:2]
    api.client.post("/login", data={"key": api.secrets[Scope.ADMIN]})
    refused = [{"taxonomy": "my tags", "tag": "a/b"}, {"taxonomy": "my/tags", "tag": "a b"}]
    assert [api.client.post(f"/issues/topic/{first}/promote", data=data).status_code for data in refused] == [400, 400], "no address could reach it"
    done = api.client.post(f"/issues/topic/{first}/promote", data={"taxonomy": "my tags", "tag": "a b", "confirmed": "1"}, follow_redirects=False)
    assert done.status_code == 303
    page = api.client.get(f"/issues/topic/{first}?lang=ja").text
    assert "/issues/tag/a%20b" in page
    other = api.client.get(f"/issues/topic/{second}?lang=en").text
    place = other.partition('<select name="place"')[2].partition('<option value="')[2]
    place = place.partition('<option value="')[2].partition('"')[0]
    api.client.post(f"/issues/topic/{second}/absorb", data={"place": place.replace("&#9;", "\t"), "confirmed": "1"})
    assert api.get(f"/v1/topics/{second}").json()["tag"] == "a b"
    assert "taken in by a tag" in api.client.get("/proposals?lang=en").text


def test_topics_say_how_they_went_in_a_period_and_where_they_came_from(api: Running, topics: dict[str, str]) -> None:
    first, second = list(topics.values())[:2]
    part = api.post(f"/v1/topics/{first}/split", {"sentence_ids": list(members(api, first))[:1], "name": "part"}).json()["after"][1]["id"]
    api.post(f"/v1/topics/{second}/merge", {"topic_ids": [part]})
    shown = {topic["id"]: topic for topic in api.get("/v1/topics", period="30d").json()["data"]}
    assert shown[first]["lineage"] == {"parents": [], "split_into": [part], "merged_from": [], "merged_into": None}
    assert (shown[second]["lineage"]["merged_from"], shown[second]["edits"]) == ([part], 1)
    period = shown[first]["period"]
    assert (period["count"], period["before"]) == (shown[first]["volume"], 0)
    assert sum(point["count"] for point in period["series"]) == period["count"]
    assert by_id(api)[first]["period"] is None
    assert api.get(f"/v1/topics/{first}", period="2001-Q1").json()["period"]["count"] == 0
    for nonsense in ("0d", "2026-Q5", "2026-13", "yesterday"):
        assert api.get("/v1/topics", period=nonsense).json()["code"] == "bad_filter"


def test_a_topic_that_emerges_says_so_everywhere(api: Running, topics: dict[str, str]) -> None:
    target = next(iter(topics.values()))
    one = Emerging(
        topic_id=target, since=date(2026, 11, 1), days=2, count=9, expected=2.5, chance=0.001, first_seen=date(2026, 10, 30), new=True
    )
    with api.service.store.write() as unit:
        unit.looks.put(EmergingLook(day=date(2099, 1, 1), tested=2, found=(one,)))
    assert by_id(api)[target]["emerging"]["count"] == 9
    api.client.post("/login", data={"key": api.secrets[Scope.READ]})
    assert api.client.get("/issues?kind=topic&lang=en").text.count("new and growing") == 1
    only = api.client.get("/issues?kind=topic&emerging=1&lang=en").text
    assert [f"/issues/topic/{name}" in only for name in topics.values()].count(True) == 1
    assert "9 voices in 2 days, 2.5 expected" in api.client.get("/overview?lang=en").text
    assert "新しく増加中" in api.client.get(f"/issues/topic/{target}?lang=ja").text


def test_a_topic_that_is_only_proposed_yet_says_that_it_emerges(api: Running, topics: dict[str, str]) -> None:
    target = next(iter(topics.values()))
    propose(api, target, members(api, target))
    assert api.get("/v1/runs/latest/proposals").json()["data"][0]["emerging"] is None
    one = Emerging(
        topic_id="tp_part", proposal_id="pr_1", since=date(2026, 11, 1), days=2, count=9, expected=2.5, chance=0.001,
        first_seen=date(2026, 10, 30), new=True,
    )  # fmt: skip
    with api.service.store.write() as unit:
        unit.looks.put(EmergingLook(day=date(2099, 1, 1), tested=2, found=(one,)))
    assert api.get("/v1/runs/latest/proposals").json()["data"][0]["emerging"]["count"] == 9
    api.client.post("/login", data={"key": api.secrets[Scope.READ]})
    page = api.client.get("/proposals?lang=en").text
    assert "new and growing" in page
    assert "9 voices in 2 days, 2.5 expected" in page


def test_drivers_are_narrowed_by_topic_and_tag(api: Running, topics: dict[str, str]) -> None:
    target = next(iter(topics.values()))
    volume = by_id(api)[target]["volume"]
    found = api.get("/v1/drivers", kpi="nps", topic=target).json()["data"]
    assert {driver["volume"] for driver in found if driver["issue"]["id"] == target} == {volume}
    assert api.get("/v1/drivers", kpi="nps", tag="none.such").json()["data"] == []

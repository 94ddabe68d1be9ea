"""Sentences without a topic: shown with the nearest topic, put into it, into another, or left; all of it taken back."""

import re

import pytest

from tests.support.app import Running
from voc.keys import Scope
from voc.topics import Proposal, ProposalKind, ProposedPart

TEXTS = ["The login fails.", "I cannot log in at all.", "Login is broken again.", "The invoice is slow.", "An invoice came twice.", "My invoice is broken."]


@pytest.fixture
def free(api: Running) -> list[str]:
    """Take all sentences of one topic out of it, as if they had come in near none; return their ids."""
    for text in TEXTS:
        api.post("/v1/feedback", {"text": text, "external_id": text})
    api.work()
    with api.service.store.write() as unit:
        topic = unit.topics.find()[0]
        names = unit.topics.members([topic.id])[topic.id]
        found = unit.topics.assignments(names).values()
        unit.topics.assign([row.model_copy(update={"topic_id": None, "similarity": 0.3}) for row in found])
    api.client.post("/login", data={"key": api.secrets[Scope.ADMIN]})
    return names


def page(api: Running, query: str = "lang=en") -> str:
    answer = api.client.get(f"/unassigned?{query}")
    assert answer.status_code == 200
    return answer.text


def homes(api: Running, names: list[str]) -> dict[str, tuple[str | None, bool]]:
    with api.service.store.read() as unit:
        return {name: (row.topic_id, row.by_person) for name, row in unit.topics.assignments(names).items()}


def act(api: Running, what: str, **fields: str) -> int:
    return api.client.post(f"/unassigned/{what}", data=fields, follow_redirects=False).status_code


def test_every_sentence_without_a_topic_stands_there_with_the_nearest_and_is_found_by_the_filter(api: Running, free: list[str]) -> None:
    shown = page(api)
    assert shown.count("data-item") == len(free)
    assert len(re.findall(r'data-key="a" name="topic" value="tp_', shown)) == len(free)
    assert "have no topic" in shown
    with api.service.store.read() as unit:
        texts = list(unit.enrichments.sentence_texts(free).values())
    assert all(text in shown for text in texts)
    assert page(api, f"lang=en&text={texts[0]}").count("data-item") == 1
    assert "Clear all filters" in page(api, "lang=en&text=nowhere")
    assert page(api, "lang=ja&order=suggestion").count("data-item") == len(free)
    assert "トピックなし" in page(api, "lang=ja")
    assert page(api, "lang=en&cursor=25").count("data-item") == 0
    assert 'href="/unassigned"' in api.client.get("/issues?kind=topic&lang=en").text
    assert 'href="/unassigned"' in api.client.get("/proposals?lang=en").text


def test_what_a_person_decides_stays_after_a_fit_and_can_be_taken_back(api: Running, free: list[str]) -> None:
    from pipelines.progress import SilentProgress

    nearest = re.findall(r'data-key="a" name="topic" value="(tp_\w+)"', page(api))[0]
    with api.service.store.read() as unit:
        other = next(topic.id for topic in unit.topics.find() if topic.id != nearest)
    assert act(api, "move", sentences=free[0], topic=nearest, next="/unassigned?order=suggestion") == 303
    assert act(api, "move", sentences=free[1], topic="", other=other) == 303
    assert act(api, "leave", sentences=free[2]) == 303
    decided = {free[0]: (nearest, True), free[1]: (other, True), free[2]: (None, True)}
    api.service.runner.topics.keep_up("fake/1", SilentProgress(), fit=True)
    assert homes(api, free[:3]) == decided
    shown = page(api)
    assert "data-item" not in shown
    assert "people left 1 without one" in shown
    assert shown.count("/undo") == 3
    for number in re.findall(r"/topic-edits/(\d+)/undo", shown):
        api.client.post(f"/topic-edits/{number}/undo", data={"next": "/unassigned"})
    assert homes(api, free[:3]) == dict.fromkeys(free[:3], (None, False))


def test_sentences_near_one_topic_are_put_into_it_together(api: Running, free: list[str]) -> None:
    shown = page(api, "lang=en&order=suggestion")
    ids, target = re.findall(r'name="sentences" value="([^"]*)"><button class="button" name="topic" value="(tp_\w+)"', shown)[0]
    assert len(ids.split()) > 1
    assert act(api, "move", sentences=ids, topic=target) == 303
    assert set(homes(api, ids.split()).values()) == {(target, True)}


def test_a_sentence_that_a_proposal_would_make_a_topic_of_says_so(api: Running, free: list[str]) -> None:
    with api.service.store.write() as unit:
        part = ProposedPart(topic=unit.topics.find()[0].model_copy(update={"id": "tp_new", "name": "codes", "names": {}}), sentence_ids=(free[0],))
        unit.proposals.replace_open([Proposal(id="pr_1", run_id="r", kind=ProposalKind.NEW, topic_ids=(), parts=(part,), size=1)])
    assert "Proposed as a new topic: codes" in page(api)


def test_what_cannot_be_done_is_refused_and_a_reader_sees_no_buttons(api: Running, free: list[str]) -> None:
    assert act(api, "move", sentences=free[0], topic="", other="") == 422
    assert act(api, "leave", sentences="") == 400
    assert act(api, "leave", sentences="fb_none.0") == 400
    assert act(api, "burn", sentences=free[0]) == 422
    assert homes(api, free[:1]) == {free[0]: (None, False)}
    api.client.post("/login", data={"key": api.secrets[Scope.READ]})
    shown = page(api)
    assert "data-item" in shown
    assert "/unassigned/move" not in shown
    assert act(api, "leave", sentences=free[0]) == 403


def test_without_comments_or_topics_the_page_says_what_to_do(api: Running) -> None:
    api.client.post("/login", data={"key": api.secrets[Scope.ADMIN]})
    assert "data-item" not in page(api, "lang=ja")
    api.post("/v1/feedback", {"text": "The login fails.", "external_id": "one"})
    assert "No topics yet" in page(api)


def test_the_same_sentences_are_listed_over_http(api: Running, free: list[str]) -> None:
    first = api.get("/v1/topics/unassigned", limit=2, order="suggestion").json()
    rest = api.get("/v1/topics/unassigned", limit=2, order="suggestion", cursor=first["next_cursor"]).json()
    assert {row["id"] for row in first["data"] + rest["data"]} == set(free)
    assert rest["next_cursor"] is None
    with api.service.store.read() as unit:
        topics = {topic.id: topic.name for topic in unit.topics.find()}
    assert all(topics[row["nearest"]["id"]] == row["nearest"]["name"] for row in first["data"])
    assert api.get("/v1/topics/unassigned", order="loudest").status_code == 422
    assert api.get("/v1/topics/unassigned", segment="nobody").json()["data"] == []

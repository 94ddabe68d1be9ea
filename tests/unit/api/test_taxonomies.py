"""Own taxonomies and corrections over HTTP and in the comment's panel."""

import pytest

from tests.support.app import Running
from voc.keys import Scope

TAXONOMY = {
    "name": "branches",
    "version": "1",
    "tags": [
        {"id": "queue", "large": "Branch", "middle": "Counter", "small": {"en": "Long queue", "ja": "待ち時間"},
         "examples": ["long queue", "the queue again", "an hour in the queue"]},
        {"id": "parking", "large": "Branch", "middle": "Outside", "small": "Parking",
         "examples": {"en": ["no parking", "parking is full", "parking costs too much"], "ja": []}},
    ],
}  # fmt: skip


def send(api: Running, text: str = "I cannot log in.") -> str:
    sent: str = api.post("/v1/feedback", {"text": text, "external_id": text}).json()["id"]
    api.work()
    return sent


def tags(api: Running, feedback_id: str) -> list[str]:
    return [tag["tag"] for tag in api.get(f"/v1/feedback/{feedback_id}").json()["analysis"]["tags"]]


def test_a_taxonomy_is_brought_in_learnt_and_judged(api: Running) -> None:
    put = api.post("/v1/taxonomies", TAXONOMY)
    assert (put.status_code, put.json()["n_tags"], put.json()["n_examples"], put.json()["active"]) == (201, 2, 6, False)
    assert api.get("/v1/taxonomies/branches").json()["quality"] == []
    learnt = api.post("/v1/taxonomies/branches/learn", {})
    assert learnt.status_code == 200
    detail = api.get("/v1/taxonomies/branches").json()
    assert detail == learnt.json()
    assert detail["active"]
    assert {tag["tag"]: (tag["n"], tag["needs_more"]) for tag in detail["quality"]} == {"queue": (3, True), "parking": (3, True)}
    assert [(one["name"], one["shipped"]) for one in api.get("/v1/taxonomies").json()["data"]] == [("branches", False), ("cx", True)]
    after = api.post("/v1/taxonomies/branches/forget", {}).json()
    assert (after["active"], after["learnt_version"]) == (False, None)


@pytest.mark.parametrize(
    "change",
    [{"tags": []}, {"tags": [{"id": "a"}]}, {"tags": TAXONOMY["tags"][:1] * 2}, {"name": ""}, {"name": "cx"}, {"colour": "red"}, {"tags": "x"}],
)  # fmt: skip
def test_what_is_no_taxonomy_is_refused(api: Running, change: dict[str, object]) -> None:
    assert api.post("/v1/taxonomies", TAXONOMY | change).status_code in {400, 422}
    assert [one["name"] for one in api.get("/v1/taxonomies").json()["data"]] == ["cx"]


def test_a_taxonomy_that_is_not_there_cannot_be_learnt(api: Running) -> None:
    assert api.post("/v1/taxonomies/none/learn", {}).status_code == 404
    assert api.post("/v1/taxonomies/none/forget", {}).status_code == 404
    assert api.get("/v1/taxonomies/none").status_code == 404


def test_a_correction_shows_at_once_and_can_be_taken_back(api: Running) -> None:
    comment = send(api)
    assert tags(api, comment) == ["account.login"]
    answer = api.post(f"/v1/feedback/{comment}/tags", {"add": ["billing.invoice"], "remove": ["account.login"], "by": "Sato"}).json()
    assert [tag["tag"] for tag in answer["feedback"]["analysis"]["tags"]] == ["billing.invoice"] == tags(api, comment)
    assert [(one["tag"], one["given"], one["by"]) for one in answer["corrections"]] == [
        ("billing.invoice", True, "Sato"),
        ("account.login", False, "Sato"),
    ]
    assert api.get("/v1/feedback/count", tag="billing.invoice").json()["count"] == 1
    api.post(f"/v1/feedback/{comment}/tags", {"add": ["account.login"], "remove": ["billing.invoice"]})
    assert tags(api, comment) == ["account.login"]


def test_only_who_may_act_corrects_and_only_what_exists(api: Running) -> None:
    comment = send(api)
    assert api.post(f"/v1/feedback/{comment}/tags", {"add": ["billing.invoice"]}, scope=Scope.READ).status_code == 403
    assert api.post(f"/v1/feedback/{comment}/tags", {"add": ["no.such"]}).status_code in {400, 422}
    assert api.post("/v1/feedback/fb_none/tags", {"add": ["billing.invoice"]}).status_code == 404
    assert tags(api, comment) == ["account.login"]


def test_a_reader_corrects_in_the_panel(api: Running) -> None:
    comment = send(api)
    api.client.post("/login", data={"key": api.secrets[Scope.ADMIN]})
    page = api.client.get(f"/comments?selected={comment}&lang=en")
    assert 'data-key="1"' in page.text
    assert f'action="/comments/{comment}/tags"' in page.text
    form = {"remove": "account.login", "next": f"/comments?selected={comment}"}
    answer = api.client.post(f"/comments/{comment}/tags", data=form, follow_redirects=False)
    assert answer.status_code == 303
    assert tags(api, comment) == []
    assert "<s>" in api.client.get(f"/comments?selected={comment}&lang=en").text
    api.client.post(f"/comments/{comment}/tags", data={"add": "account.login"}, follow_redirects=False)
    assert tags(api, comment) == ["account.login"]


def test_an_own_tag_is_an_issue_under_its_name_everywhere(api: Running) -> None:
    api.post("/v1/taxonomies", TAXONOMY)
    comment = send(api)
    api.post(f"/v1/feedback/{comment}/tags", {"add": ["queue"], "remove": ["account.login"]})
    shown = api.get("/v1/tags").json()["data"]
    assert [(tag["id"], tag["name"], tag["middle"]["en"]) for tag in shown] == [("queue", "Long queue", "Counter")]
    api.client.post("/login", data={"key": api.secrets[Scope.ADMIN]})
    for path in ("/issues", "/issues/tag/queue", "/comments?tag=queue"):
        assert "Long queue" in api.client.get(f"{path}&lang=en" if "?" in path else f"{path}?lang=en").text, path
    assert "待ち時間" in api.client.get("/issues?lang=ja").text


def test_the_page_tags_shows_quality_and_learns(api: Running) -> None:
    api.client.post("/login", data={"key": api.secrets[Scope.ADMIN]})
    assert "voc tags learn" in api.client.get("/tags?lang=en").text
    api.post("/v1/taxonomies", TAXONOMY)
    assert "Not learnt yet" in api.client.get("/tags?lang=en").text
    assert api.client.post("/tags/branches/learn", follow_redirects=False).status_code == 303
    page = api.client.get("/tags?lang=en").text
    assert "In use beside the shipped tags" in page
    assert "add examples" in page
    assert "適合率" in api.client.get("/tags?lang=ja").text
    assert api.client.post("/tags/none/learn").status_code == 404


def test_corrections_of_shipped_tags_teach_them_on_the_page_and_over_http(api: Running) -> None:
    api.client.post("/login", data={"key": api.secrets[Scope.ADMIN]})
    assert "/tags/cx/learn" not in api.client.get("/tags?lang=en").text
    assert api.post("/v1/taxonomies/cx/learn", {}).status_code in {400, 422}
    comment = send(api, "Staring at the padlock again.")
    api.post(f"/v1/feedback/{comment}/tags", {"add": ["account.login"]})
    assert "one was corrected: 1" in api.client.get("/tags?lang=en").text
    assert api.client.post("/tags/cx/learn", follow_redirects=False).status_code == 303
    detail = api.get("/v1/taxonomies/cx").json()
    assert (detail["shipped"], detail["active"]) == (True, True)
    assert {tag["tag"]: tag["n"] for tag in detail["quality"]} == {"account.login": 4, "billing.invoice": 3}
    page = api.client.get("/tags?lang=en").text
    assert "In use with what corrections taught" in page
    assert "How well each tag is told" in page
    assert api.client.post("/tags/cx/forget", follow_redirects=False).status_code == 303
    assert not api.get("/v1/taxonomies/cx").json()["active"]
    assert "修正から学習する" in api.client.get("/tags?lang=ja").text


def test_a_taxonomy_as_large_as_may_be_comes_in(api: Running) -> None:
    both = {"en": "Long queue", "ja": "待ち時間"}
    full = {"large": both, "middle": both, "small": both, "definition": both, "keywords": {"en": [], "ja": []}, "examples": {"en": [], "ja": []}}
    tags = [{"id": f"t{number}", **full} for number in range(1_001)]
    assert api.post("/v1/taxonomies", {"name": "large", "tags": tags[:-1]}).json()["n_tags"] == 1_000
    assert api.post("/v1/taxonomies", {"name": "larger", "tags": tags}).status_code in {400, 422}


def test_without_a_sentence_to_learn_from_the_answer_says_what_to_do(api: Running) -> None:
    blank = TAXONOMY | {"name": "blank", "tags": [{"id": "q", "large": "a", "middle": "b", "small": "c", "examples": ["", " \n", "　"]}]}
    api.post("/v1/taxonomies", blank)
    for name in ("blank", "cx"):
        answer = api.post(f"/v1/taxonomies/{name}/learn", {})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_examples")
        assert "example sentences" in answer.json()["detail"]
    assert [one["active"] for one in api.get("/v1/taxonomies").json()["data"]] == [False, False]


def test_who_may_only_read_cannot_let_a_taxonomy_be_learnt(api: Running) -> None:
    api.post("/v1/taxonomies", TAXONOMY)
    api.client.post("/login", data={"key": api.secrets[Scope.READ]})
    assert api.client.post("/tags/branches/learn").status_code == 403
    assert api.client.post("/tags/branches/forget").status_code == 403
    assert "/branches/learn" not in api.client.get("/tags?lang=en").text

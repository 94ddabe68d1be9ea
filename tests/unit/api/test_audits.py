"""Audits by HTTP and on the page: a comment is drawn without its tags, answered, and the figures follow."""

from collections.abc import Iterator

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from tests.support.app import Running, running
from voc.audits import rank
from voc.keys import Scope

TAG = "account.login"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Sixty comments, half of them tagged with signing in; every third of those is about something else in truth."""
    with running(tmp_path_factory.mktemp("audits")) as found:
        for number in range(60):
            text = f"I cannot log in, it fails again ({number})." if number % 2 else f"The new report number {number} is great."
            scores = {"nps": number % 5 if number % 2 else 9 - number % 3}
            found.post("/v1/feedback", {"text": text, "external_id": f"e{number}", "customer_id": f"c{number}", "scores": scores})
        found.work()
        yield found


def drawn(api: Running, **query: object) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = api.get("/v1/audits/next", **query).json()["data"]
    return rows


def answer(api: Running, one: dict[str, str], tags: list[str] | None, more: dict[str, object] | None = None):
    body = {"tags": tags, "drawn_for": one["drawn_for"], "by": "Sato"} | (more or {})
    return api.client.put(f"/v1/audits/{one['feedback_id']}", json=body, headers=api.key())


def truth(one: dict[str, str]) -> list[str]:
    number = int(one["text"].rstrip(").").rpartition("(")[2]) if "log in" in one["text"] else 0
    return [TAG] if number and number % 3 else []


def test_half_is_drawn_from_all_and_half_for_the_tag_and_the_order_does_not_tell(filled: Running) -> None:
    rows = drawn(filled, tag=TAG, limit=20)
    assert len(rows) == 20
    assert [one["drawn_for"] for one in rows].count(TAG) == 10
    assert all("log in" in one["text"] for one in rows if one["drawn_for"] == TAG)
    assert "predicted" not in rows[0]
    assert "tags" not in rows[0]
    first = sorted((one["feedback_id"] for one in drawn(filled, limit=100)), key=rank)[:10]
    assert {one["feedback_id"] for one in rows if one["drawn_for"] is None} == set(first)


def test_figures_come_with_enough_answers_and_an_answer_can_be_taken_back(filled: Running) -> None:
    assert filled.get("/v1/audits").json()["data"] == []
    for one in drawn(filled, tag=TAG, limit=40):
        assert answer(filled, one, truth(one)).status_code == 200
    found = {row["tag"]: row for row in filled.get("/v1/audits").json()["data"]}[TAG]
    assert found["state"] == "ok"
    assert (found["n"], found["counted"]) == (60, 30)
    assert found["precision"]["low"] <= 2 / 3 <= found["precision"]["high"]
    assert found["share"]["low"] <= 1 / 3 <= found["share"]["high"]
    assert found["share"]["value"] < 0.5
    filled.client.post("/login", data={"key": filled.secrets[Scope.ADMIN]})
    assert "corrected" in filled.client.get("/issues?lang=en").text
    assert "補正" in filled.client.get("/audit?for=account.login&lang=ja").text
    difference = found["differences"]["nps"]
    for path, words in (("/drivers", "corrected"), ("/issues/tag/account.login", "corrected for tagging errors:"), ("/audit", "as counted 50.0%")):
        page = HTMLParser(filled.client.get(path, params={"lang": "en"}).text).css_first("main").text()
        assert words in " ".join(page.split()), path
        assert f"{difference['value']:+.1f}".replace("-", "−") in page, path
    shown = {"share": f"{found['share']['value']:.1%}", "difference": f"{difference['value']:+.1f}".replace("-", "−")}
    for path, names in (("/issues", ["share"]), ("/drivers", ["difference"]), ("/issues/tag/account.login", shown), ("/audit", shown)):
        links = HTMLParser(filled.client.get(path, params={"lang": "en"}).text).css("main a.to-figure")
        for name in names:
            opened = next(link.attributes["href"] for link in links if link.text() == shown[name])
            assert shown[name] in HTMLParser(filled.client.get(opened).text).text(), (path, name)
    before = len(drawn(filled, limit=100))
    with filled.service.store.read() as unit:
        undone = unit.audits.find()[0].feedback_id
    assert filled.client.delete(f"/v1/audits/{undone}", headers=filled.key()).status_code == 204
    assert len(drawn(filled, limit=100)) == before + 1
    assert filled.client.delete(f"/v1/audits/{undone}", headers=filled.key()).status_code == 404


def test_an_audit_changes_no_tag_and_teaches_nothing(api: Running) -> None:
    api.post("/v1/feedback", {"text": "I cannot log in.", "external_id": "e"})
    api.work()
    one = drawn(api)[0]
    answer(api, one, [])
    shown = api.get(f"/v1/feedback/{one['feedback_id']}").json()
    assert [tag["tag"] for tag in shown["analysis"]["tags"]] == [TAG]
    with api.service.store.read() as unit:
        assert unit.corrections.count() == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [({"tags": ["no.such"]}, 400), ({"tags": "x"}, 422), ({"drawn_for": "billing.invoice"}, 400), ({"colour": 1}, 422), ({"tags": None}, 200)],
)
def test_only_a_drawn_comment_and_known_tags_are_taken(api: Running, body: dict[str, object], status: int) -> None:
    api.post("/v1/feedback", {"text": "I cannot log in.", "external_id": "e"})
    api.work()
    assert answer(api, drawn(api)[0], [TAG], body).status_code == status


def test_a_comment_that_is_not_there_is_not_found(api: Running) -> None:
    assert answer(api, {"feedback_id": "fb_0", "drawn_for": None}, []).status_code == 404  # type: ignore[dict-item]


def test_the_page_asks_keeps_and_takes_back(api: Running) -> None:
    api.post("/v1/feedback", {"text": "ログインできません。", "external_id": "e"})
    api.work()
    api.client.post("/login", data={"key": api.secrets[Scope.ADMIN]})
    assert "ログインできません。" in api.client.get("/audit?lang=ja").text
    path = f"/audit/{drawn(api)[0]['feedback_id']}"
    site = {"Sec-Fetch-Site": "same-origin"}
    assert api.client.post(path, data={f"tag.{TAG}": "1", "drawn_for": ""}, headers=site, follow_redirects=False).status_code == 303
    with api.service.store.read() as unit:
        assert unit.audits.find()[0].tags == {TAG}
    assert "読むコメントがありません" in api.client.get("/audit?lang=ja").text
    assert api.client.post(f"{path}/undo", data={}, headers=site, follow_redirects=False).status_code == 303
    with api.service.store.read() as unit:
        assert unit.audits.find() == []


def test_only_an_administrator_answers(api: Running) -> None:
    assert api.client.put("/v1/audits/fb_0", json={"tags": []}, headers=api.key(Scope.READ)).status_code == 403


def test_the_page_says_when_a_sitting_is_done(filled: Running) -> None:
    filled.client.post("/login", data={"key": filled.secrets[Scope.ADMIN]})
    for read in range(20):
        page = HTMLParser(filled.client.get("/audit?lang=en").text)
        assert (f"Comment {read + 1} of 20" in page.text(), "sitting is done" in page.text()) == (True, False)
        path = page.css_first("form[data-audit]").attributes["action"]
        assert filled.client.post(path, data={"unsure": "1"}, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert "20 comments read: this sitting is done." in filled.client.get("/audit?lang=en").text

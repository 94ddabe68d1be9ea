"""Aspects: large groups of the taxonomy, explained like tags and topics: drivers, ledger, pages, figures, actions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.app import Running, running
from tests.unit.api.test_explain import QUESTION, say, two_quarters
from voc.keys import Scope
from voc.taxonomy import Bilingual, Tag, Taxonomy, shipped_taxonomy

ACCESS = "account-and-access"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Twenty answers a quarter; in the second one more name the login and give less; a person tagged others with permissions."""
    with running(Path(tmp_path_factory.mktemp("aspects"))) as found:
        two_quarters(found, lambda _, at: {"customer_id": f"c{at}"})
        found.work()
        for one in found.get("/v1/feedback", limit=100).json()["data"]:
            if one["external_id"] in ("02-0", "02-1", "05-3"):
                found.post(f"/v1/feedback/{one['id']}/tags", {"add": ["account.permission"]})
        found.work()
        found.client.post("/login", data={"key": found.secrets[Scope.ADMIN]})
        yield found


def drivers(app: Running, **query: Any) -> dict[str, dict[str, Any]]:
    rows = app.get("/v1/drivers", kpi="nps", limit=100, **query).json()["data"]
    return {f"{row['issue']['kind']}:{row['issue']['id']}": row for row in rows}


def test_an_aspect_counts_each_comment_of_its_tags_once(told: Running) -> None:
    found = drivers(told)
    login, permission, access = (found[key] for key in ("tag:account.login", "tag:account.permission", f"aspect:{ACCESS}"))
    assert (login["n_with"], permission["n_with"], access["n_with"]) == (14, 3, 16), "one comment has both tags"
    assert access["issue"]["name"] == "Account and access"
    assert access["mean_with"] == pytest.approx((14 * -100 + 2 * 100) / 16)
    assert set(drivers(told, kind="aspect")) == {f"aspect:{ACCESS}"}
    assert drivers(told, kind="aspect")[f"aspect:{ACCESS}"]["q"] == access["q"], "q is over all kinds whatever is listed"
    assert drivers(told, kind="tag").keys() == {key for key in found if key.startswith("tag:")}


def test_its_numbers_have_addresses_that_lead_to_the_comments(told: Running) -> None:
    access = drivers(told)[f"aspect:{ACCESS}"]
    figure = told.get(f"/v1/figures/{access['figure']}").json()
    assert figure["figure"]["value"] == pytest.approx(access["adjusted"])
    evidence = told.get(f"/v1/figures/{access['figure']}/evidence", limit=100).json()["data"]
    assert len(evidence) == access["n_with"]
    check = told.get(f"/v1/drivers/aspect/{ACCESS}/model", kpi="nps").json()
    assert check["linear"]["adjusted"] == pytest.approx(access["adjusted"])
    assert told.get("/v1/drivers/aspect/no-such/model", kpi="nps").status_code == 404


def test_a_change_is_taken_apart_by_aspects_and_adds_up(told: Running) -> None:
    answer = told.post("/v1/explain", QUESTION | {"by": "aspects"}).json()
    assert sum(term["amount"] for term in answer["ledger"]["terms"]) == pytest.approx(answer["ledger"]["change"], abs=1e-9)
    assert answer["ledger"]["terms"][0]["issue"]["id"] == ACCESS
    reasons = [line["issue"]["id"] for line in answer["drills"][0]["lines"] if line["kind"] == "reason"]
    assert reasons[0] == "account.login", "its tags are its reasons"
    by_tags = told.post("/v1/explain", QUESTION).json()
    issues = [line["issue"]["kind"] for drill in by_tags["drills"] for line in drill["lines"] if line["issue"]]
    assert "aspect" not in issues, "an aspect is no reason of a tag"


def test_pages_list_aspects_and_open_to_their_comments(told: Running) -> None:
    listed = told.client.get("/issues?kind=aspect&lang=ja").text
    assert "アカウント" in listed
    assert f"/issues/aspect/{ACCESS}" in listed
    page = told.client.get(f"/issues/aspect/{ACCESS}?lang=en").text
    assert "I cannot log in" in page, "quotes stand there"
    comments = told.client.get(f"/comments?about=aspect:{ACCESS}&lang=en&duplicates=0&analysed=1&no_signal=0").text
    assert comments.count("data-item") == 16
    assert "Account and access" in comments, "the condition has a name"
    assert f"/issues/aspect/{ACCESS}" in told.client.get("/drivers?by=aspects&lang=en").text
    assert f"/issues/aspect/{ACCESS}" not in told.client.get("/drivers?by=both&lang=en").text
    assert told.client.get("/issues/aspect/no-such").status_code == 404


def test_an_aspect_is_no_issue_of_its_own_elsewhere(told: Running) -> None:
    """Why: it sums up what tags say; a second alarm or a second row of a report would say it twice."""
    assert f"/issues/aspect/{ACCESS}" not in told.client.get("/overview?lang=en").text
    assert f"/issues/aspect/{ACCESS}" not in told.client.get("/accounts/a0?lang=en").text
    assert {one["issue_kind"] for one in told.get("/v1/alerts").json()["data"]} <= {"tag", "topic"}


def test_an_action_may_be_about_an_aspect(told: Running) -> None:
    plan = {"title": "Sign-in week", "measure": "nps", "issue_kind": "aspect", "issue_id": ACCESS, "starts_on": "2099-01-01"}
    made = told.post("/v1/actions", plan)
    assert made.status_code == 201
    assert f"/issues/aspect/{ACCESS}" in told.client.get(f"/actions/{made.json()['id']}?lang=en").text
    assert told.post("/v1/actions", plan | {"issue_id": "no-such"}).json()["code"] == "unknown_name"


def test_aspects_are_large_groups_of_two_tags_and_more_over_all_taxonomies() -> None:
    def tag(name: str, large: str) -> Tag:
        level = Bilingual(en=large, ja=f"{large}類")
        return Tag(id=name, large=level, middle=level, small=Bilingual(en=name, ja=name))

    found = Taxonomy(name="t", version="1", tags=(tag("a", "Billing & price"), tag("b", "billing price"), tag("c", "Alone"))).aspects()
    assert [(one.id, one.name.ja, one.tags) for one in found] == [("billing-price", "Billing & price類", ("a", "b"))]
    shipped = shipped_taxonomy()
    assert all(len(one.tags) > 1 for one in shipped.aspects())
    assert len({one.id for one in shipped.aspects()}) == len(shipped.aspects()) > 10


def own(name: str, *tags: tuple[str, str]) -> dict[str, Any]:
    return {"name": name, "version": "1", "tags": [{"id": tag, "large": large, "middle": large, "small": tag} for tag, large in tags]}


def test_aspects_of_own_taxonomies_can_be_opened_and_count_a_tag_once(tmp_path: Path) -> None:
    """Groups without a letter or digit have no address; the same tag in two taxonomies is one; a long name would break addresses."""
    with running(tmp_path) as app:
        taxonomies = [
            own("signs", ("s1", "\u2605\u2605"), ("s2", "!!"), ("b1", ""), ("b2", " ")),
            own("first", ("d", "Same"), ("x", "Left"), ("y", "Left"), ("j1", "\u8acb\u6c42\u30fb\u6599\u91d1"), ("j2", "\u8acb\u6c42\u30fb\u6599\u91d1")),
            own("second", ("d", "Same"), ("x", "Right"), ("z", "Right"), ("l1", "\u9577" * 200), ("l2", "\u9577" * 200)),
        ]
        assert {app.post("/v1/taxonomies", one).status_code for one in taxonomies} == {201}
        assert app.post("/v1/taxonomies", own("third", ("t", "x" * 201))).status_code == 422
        for at in range(20):
            say(app, "05", at, login=True, account_id=f"a{at % 8}", customer_id=f"c{at}", scores={"nps": at % 11})
        app.work()
        mine = [tag["id"] for one in taxonomies for tag in one["tags"]]
        for at, one in enumerate(app.get("/v1/feedback", limit=100).json()["data"]):
            assert app.post(f"/v1/feedback/{one['id']}/tags", {"add": mine[at % 2 :: 2]}).status_code == 200
        app.work()
        app.client.post("/login", data={"key": app.secrets[Scope.ADMIN]})
        found = {name.removeprefix("aspect:"): row for name, row in drivers(app, kind="aspect").items()}
        assert {name: row["issue"]["tags"] for name, row in found.items()} == {
            ACCESS: list(found[ACCESS]["issue"]["tags"]), "left": ["x", "y"], "\u8acb\u6c42-\u6599\u91d1": ["j1", "j2"], "\u9577" * 200: ["l1", "l2"],
        }  # fmt: skip
        for name, row in found.items():
            assert app.client.get(f"/issues/aspect/{name}?lang=ja").status_code == 200
            assert app.get(f"/v1/drivers/aspect/{name}/model", kpi="nps").status_code == 200
            assert app.get(f"/v1/figures/{row['figure']}").json()["state"]["fresh"]
            about = app.client.get("/comments", params={"about": f"aspect:{name}", "analysed": "1", "no_signal": "0", "duplicates": "0"}).text
            assert about.count("data-item") == row["n_with"]
